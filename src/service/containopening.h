/* containopening - what the parent and the gate have for containment: the rules, and the socket between actor and gate
 *
 * What:    writes the rules of the settings where the gate's warden finds them, before the gate is started and at each
 *          reload.
 * Owns:    the memory, which children of the parent do not have, and the socket's two ends.
 * Thread:  the parent's.
 */
#ifndef LAZARET_SERVICE_CONTAINOPENING_H
#define LAZARET_SERVICE_CONTAINOPENING_H

#include "runtime/gateclient.h"
#include "runtime/gaterules.h"
#include "service/daemon.h"
#include "service/post.h"

struct containopening {
	int memory;
	int actor; /* its end of the socket */
	int gate;
	struct gaterules *rules; /* NULL: there is no containment */
	uint64_t malformed;      /* of what the gate has counted, what was told already */
	char left[512]; /* why the rules of an earlier run are still there; empty: they are not */
};

#define CONTAINOPENING_NONE ((struct containopening){.memory = -1, .actor = -1, .gate = -1})

int containopening_begin(struct containopening *opening, struct fail *fail) MUST_USE;
void containopening_close(struct containopening *opening);

/* Before rules are loaded: writes down, in the folder of the state, that they may be there. */
int containopening_note(const char *state, struct fail *fail) MUST_USE;

/* At a start without containment: if that is written there, the rules are removed, with the filter in XDP and the way
 * to the garden, by a gate that does that alone. Where that fails opening->left says why. */
void containopening_remove(struct containopening *opening, const struct daemon_settings *settings);

/* Writes the rules and has the gate load them. Where that fails the ones before stay, or none are there. */
int containopening_load(struct containopening *opening, const struct contain_settings *settings,
	struct gateclient *gate, struct fail *fail) MUST_USE;

/* The same for the settings of a start or a reload. A kernel that takes no rules is no reason to judge nobody: then
 * all is as in observe, and the settings say why. */
void containopening_bring(
	struct containopening *opening, struct daemon_settings *settings, struct gateclient *gate);

/* Did the gate get from the actor, since this was last asked, what cannot be? */
bool containopening_is_abused(struct containopening *opening);

/* An actor has ended: what he said and nobody has heard is gone, and is not held against the next one. */
void containopening_clear(struct containopening *opening);

/* The gate has ended: as long as its end of the socket is open here, the actor waits for answers. */
void containopening_cut_off(struct containopening *opening);

/* What the gate tells of itself and of the kernel, as figures of the parent. There is containment. */
void containopening_show(const struct containopening *opening, struct duty *duty);

#endif
