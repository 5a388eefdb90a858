/* sockets - what receivers read from and the desk answers on, opened
 *
 * What:    UDP sockets for flow export, one or a group on one port whose datagrams steering.h divides; TCP
 *          and Unix sockets that listen. All are non-blocking and closed on exec. UDP sockets always count what
 *          the kernel dropped (sockets_drops asks).
 * Owns:    the caller closes the descriptors it gets.
 * Limits:  SOCKETS_GROUP sockets in a group. The order in the group is that of the descriptors; closing one
 *          moves the last into its place, so the parent keeps all open. Another group on the same port
 *          joins the first, if `join` says so: then the caller calls steering_attach for all of them.
 * Thread:  any.
 */
#ifndef LAZARET_RUNTIME_SOCKETS_H
#define LAZARET_RUNTIME_SOCKETS_H

#include "base/address.h"
#include "base/fail.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define SOCKETS_GROUP 64

/* Of fixed size: it travels to the gate as it is. */
struct udp_settings {
	struct address address; /* :: is all addresses of both families, 0.0.0.0 all of IPv4 */
	uint32_t buffer;        /* bytes of the kernel's queue for each; 0 leaves the system's */
	uint32_t seed;          /* of steering */
	uint16_t port;          /* 0: any that is free, the same for the group */
	uint16_t count;         /* of sockets */
	uint8_t timestamps;     /* SO_TIMESTAMPNS */
	uint8_t merge;          /* UDP_GRO; not with a group, a merged one could hold two domains */
	uint8_t join;           /* sockets are on that port already, of the same user */
	uint8_t zero;
};

/* What the kernel gave instead of `buffer`. */
struct socket_buffer {
	uint32_t bytes;
	uint32_t
		is_short; /* less than asked for: net.core.rmem_max is the limit without CAP_NET_ADMIN */
};

/* Fills settings->count descriptors; on failure there are none, and what was filled is -1. ret may be NULL. */
int sockets_open_udp(const struct udp_settings *settings, int *descriptors,
	struct socket_buffer *ret, struct fail *fail) MUST_USE;

/* The same options for one that the service manager opened; its queue is not made smaller. */
int sockets_prepare_udp(int descriptor, const struct udp_settings *settings,
	struct socket_buffer *ret, struct fail *fail) MUST_USE;

/* Gives the descriptor. */
int sockets_open_tcp(
	const struct address *address, uint16_t port, int backlog, struct fail *fail) MUST_USE;

/* The same at all addresses of this machine and of all others: what a rule of the kernel hands to it (TPROXY) comes
 * with the address that its sender meant. Needs CAP_NET_ADMIN. */
int sockets_open_transparent(uint16_t port, int backlog, struct fail *fail) MUST_USE;

struct unix_settings {
	const char *path;
	int type; /* SOCK_STREAM or SOCK_SEQPACKET */
	mode_t mode;
	uid_t user; /* (uid_t)-1 and (gid_t)-1 leave them */
	gid_t group;
	int backlog;
};

/* Gives the descriptor. Made beside its path, with mode and owner, and moved there: nobody ever finds
 * it half made. -EADDRINUSE if somebody answers there, -EEXIST if what is there is no socket. */
int sockets_open_unix(const struct unix_settings *settings, struct fail *fail) MUST_USE;

/* How many datagrams the kernel dropped at this socket since it was opened; -errno. */
int sockets_drops(int descriptor, uint32_t *ret) MUST_USE;

/* The port that a socket is bound to. */
int sockets_port(int descriptor) MUST_USE;

#endif
