/* keptsockets - sockets that others ask at, and that outlive who answers
 *
 * What:    opened by the parent before anything starts, and kept while processes come and go, so that what comes in
 *          between waits in the kernel. A change is prepared beside what there is, and then taken or dropped: what both
 *          have stays open.
 * Owns:    all descriptors.
 * Limits:  KEPT_PLACES places.
 * Thread:  the parent's.
 */
#ifndef LAZARET_SERVICE_KEPTSOCKETS_H
#define LAZARET_SERVICE_KEPTSOCKETS_H

#include "base/address.h"
#include "base/fail.h"

#define KEPT_PLACES 16
/* Of a Unix socket, with its end (sockaddr_un). */
#define KEPT_PATH 104
#define KEPT_TEXT 192

struct kept_place {
	uint8_t protocol;     /* of the kind */
	char path[KEPT_PATH]; /* of a Unix socket; empty: TCP or UDP */
	struct address address;
	uint16_t port; /* 0: any that is free */
};

/* Whose they are. */
struct keptsockets_kind {
	const char *option;           /* that names the places */
	const char *const *protocols; /* their names */
	/* The descriptor, or -errno with fail filled. */
	int (*open)(const struct kept_place *place, const void *context, struct fail *fail);
};

struct kept_socket {
	struct kept_place place; /* as it was asked for */
	uint16_t port;           /* that it got */
	int descriptor;
	bool is_kept; /* of the set before */
};

struct keptsockets {
	const struct keptsockets_kind *kind; /* once prepared */
	struct kept_socket entry[KEPT_PLACES];
	size_t count;
};

/* Makes *next of what is open and of the places that are wanted, at most KEPT_PLACES: 0, or -errno with fail filled,
 * and then it is empty. context is open's. */
int keptsockets_prepare(const struct keptsockets *now, const struct keptsockets_kind *kind,
	const struct kept_place *places, size_t count, const void *context,
	struct keptsockets *next, struct fail *fail) MUST_USE;

/* The prepared ones take the place of the others, of which those that are not among them are closed. */
void keptsockets_take(struct keptsockets *now, const struct keptsockets *next);

/* They are not to be taken. */
void keptsockets_drop(struct keptsockets *next);

/* "policy:unix:/run/lazaret/policy", "accounting:127.0.0.1:1813", for people. */
void keptsockets_describe(const struct keptsockets *sockets, size_t number, char into[KEPT_TEXT]);

#endif
