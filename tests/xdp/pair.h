/* pair - two network namespaces of one's own, joined by a pair of veth
 *
 * What:    this process moves into a new namespace with the interface "v0", 10.9.0.1/16 and fd09::1/64; a child in
 *          another one has "v1", and sends frames into it as it likes.
 * Owns:    all of it ends with the two processes.
 * Limits:  needs root and ip(8).
 */
#ifndef LAZARET_TESTS_PAIR_H
#define LAZARET_TESTS_PAIR_H

#include <stdbool.h>
#include <sys/types.h>

#define PAIR_SKIP 77

struct pair {
	pid_t child;
	int go; /* written to: the child may send */
};

/* Into the namespace; false if that is not allowed here. */
bool pair_enter(void);

/* Starts the child: send gets a packet socket (AF_PACKET) on v1, after pair_go. */
void pair_start(struct pair *pair, void (*send)(int fd, void *context), void *context);
void pair_go(struct pair *pair);

/* Has the child ended? Then its interfaces are gone too. */
bool pair_has_ended(struct pair *pair);

/* A UDP socket on port 2055 with a large buffer. */
int pair_socket(void);

#endif
