/* activation - sockets that the service manager opened and handed over (sd_listen_fds(3))
 *
 * What:    takes the descriptors from 3 on that LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES tell of, looks at
 *          what each really is, and makes it non-blocking and closed on exec. The variables are taken out of
 *          the environment, so that it happens once.
 * Owns:    the caller closes the descriptors, except where activation_take fails: then they are closed.
 * Limits:  ACTIVATION_MOST sockets; names of ACTIVATION_NAME bytes. Only datagram sockets and listening stream
 *          and seqpacket sockets of IPv4, IPv6 and Unix are taken; anything else is an error.
 * Thread:  at the start, before others.
 */
#ifndef LAZARET_RUNTIME_ACTIVATION_H
#define LAZARET_RUNTIME_ACTIVATION_H

#include "base/fail.h"

#include <stddef.h>
#include <stdint.h>

#define ACTIVATION_MOST 64
#define ACTIVATION_NAME 64

struct activation_socket {
	int descriptor;
	int family;                 /* AF_INET, AF_INET6, AF_UNIX */
	int type;                   /* SOCK_DGRAM, SOCK_STREAM, SOCK_SEQPACKET */
	char name[ACTIVATION_NAME]; /* FileDescriptorName= of its unit; "unknown" without */
};

struct activation {
	size_t count;
	struct activation_socket sockets[ACTIVATION_MOST];
};

/* How many there are: 0 if the daemon was not started through a socket. */
int activation_take(struct activation *ret, struct fail *fail) MUST_USE;

#endif
