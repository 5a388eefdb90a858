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

struct containopening {
	int memory;
	int actor; /* its end of the socket */
	int gate;
	struct gaterules *rules; /* NULL: there is no containment */
};

#define CONTAINOPENING_NONE ((struct containopening){.memory = -1, .actor = -1, .gate = -1})

int containopening_begin(struct containopening *opening, struct fail *fail) MUST_USE;
void containopening_close(struct containopening *opening);

/* Writes the rules and has the gate load them. Where that fails the ones before stay, or none are there. */
int containopening_load(struct containopening *opening, const struct contain_settings *settings,
	struct gateclient *gate, struct fail *fail) MUST_USE;

#endif
