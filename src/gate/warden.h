/* warden - the gate's first process where there is containment: loads the rules, and keeps a worker
 *
 * What:    the worker is shut in and takes orders (program/gate.c); the warden reads nothing but the rules, which the
 *          parent has written (gaterules.h), and how the worker ended. It runs nft(8) with them, and makes the way to
 *          the garden, at the start and whenever a worker ends with WARDEN_RULES, and starts another where one died,
 *          so that nobody stays held because a process was killed. Once a second it looks whether the way leads.
 *          Of two in one network namespace the second loads no rules: an abstract socket tells.
 * Owns:    the worker, and what outlives it.
 * Limits:  where workers die without work, or rules cannot be loaded, another is started after a pause that grows up to
 *          WARDEN_PAUSE_MS.
 * Thread:  one.
 */
#ifndef LAZARET_GATE_WARDEN_H
#define LAZARET_GATE_WARDEN_H

#include "gate/containing.h"
#include "gate/way.h"
#include "runtime/gaterules.h"

#define WARDEN_RULES    75 /* exit code of a worker: the rules are to be loaded */
#define WARDEN_PAUSE_MS 5000

/* Shared by the warden and its workers. */
struct warden_kept {
	struct containing_kept containing;
	uint64_t
		asked; /* number of the parent's order to load rules, which waits for its answer; 0: none does */
	int32_t result; /* of the last time that they were loaded: 0 or -errno */
	struct fail fail;
};

struct warden {
	const struct gaterules *rules;
	struct warden_kept *kept;
	struct gaterules_told *told;
	struct way way;   /* to the garden */
	bool has_network; /* no other one has rules in this network namespace */
	/* Of the rules that are loaded; no worker can write it. */
	struct gaterules_filter filter;
	struct gaterules_network network;
};

/* memory: the descriptor of the rules; it is closed, so that no worker can write them. */
int warden_begin(struct warden *warden, int memory, struct fail *fail) MUST_USE;

/* In a worker this returns 0; in the warden it returns the exit code when all is over. */
int warden_run(struct warden *warden, bool *is_worker);

#endif
