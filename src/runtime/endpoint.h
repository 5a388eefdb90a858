/* endpoint - an address and a port as the calls on sockets take and give them
 *
 * What:    struct sockaddr of IPv4 and IPv6, made and read; an address of IPv4 is one of IPv4 to the kernel, too. And
 *          as people write them.
 * Owns:    nothing.
 * Thread:  any.
 */
#ifndef LAZARET_RUNTIME_ENDPOINT_H
#define LAZARET_RUNTIME_ENDPOINT_H

#include "base/address.h"

#include <netinet/in.h>
#include <sys/socket.h>

struct endpoint {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	};
	socklen_t size;
};

/* For a call that fills it. */
#define ENDPOINT_EMPTY ((struct endpoint){.size = sizeof(struct sockaddr_in6)})

struct endpoint endpoint_of(const struct address *address, uint16_t port);

/* What is of neither family is :: and port 0. */
void endpoint_read(const struct sockaddr *at, struct address *address, uint16_t *port);

/* Where a socket is bound to: 0 or -errno, -EAFNOSUPPORT for another family. */
int endpoint_own(int socket, struct address *address, uint16_t *port) MUST_USE;

/* "192.0.2.1:2055" or "[2001:db8::1]:2055", with a port of at least this. */
int endpoint_parse(struct text text, uint16_t least, struct address *address, uint16_t *port,
	struct fail *fail) MUST_USE;

#endif
