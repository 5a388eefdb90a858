/* gateopening - the gate, as the parent starts it, gives it rules, and goes on without it
 *
 * What:    lazaret-gate is started where something needs it: sockets and filters that want privileges, the garden, or
 *          containment. The rules of the settings are loaded before it is asked for anything else, and at each reload.
 *          Where the kernel takes none containment is off: it is as in observe, and status says why.
 *          When the gate ends, what it has opened stays; what a reload would have it open needs a restart. But where it
 *          keeps measures nobody could be let go: then the daemon is to end.
 * Owns:    the process, and what it shares with it and the actor (containopening.h).
 * Thread:  the parent's.
 */
#ifndef LAZARET_SERVICE_GATEOPENING_H
#define LAZARET_SERVICE_GATEOPENING_H

#include "service/containopening.h"
#include "service/post.h"

struct gateopening {
	struct containopening contain;
	struct gateclient client; /* process 0: none was needed, or it has ended */
	struct fail gardenless; /* why the garden has no socket; empty: it has, or is not wanted */
};

#define GATEOPENING_NONE ((struct gateopening){.contain = CONTAINOPENING_NONE})

/* is_needed: for something else than containment. Where it is for nothing it is not started. */
int gateopening_begin(struct gateopening *opening, struct daemon_settings *settings, bool is_needed,
	struct fail *fail) MUST_USE;
void gateopening_close(struct gateopening *opening);

/* NULL: there is none. */
struct gateclient *gateopening_client(struct gateopening *opening);

/* The garden's socket, or -1: there is to be none, or nobody here has the right to it, and all else goes on. */
int gateopening_garden(struct gateopening *opening, const struct daemon_settings *settings,
	int *descriptor, struct fail *fail) MUST_USE;

/* What stands between the ledger and the kernel, as the parent's trouble. */
void gateopening_tell(const struct gateopening *opening, const struct daemon_settings *settings,
	struct duty *duty);

/* A process has ended. True: it was the gate, and the daemon cannot do without it: all is to end in order, so that the
 * service manager starts it anew. The rules stay meanwhile. */
bool gateopening_note_end(struct gateopening *opening, const struct daemon_settings *settings,
	pid_t pid, const char *how) MUST_USE;

#endif
