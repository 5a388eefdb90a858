/* sending - a scenario's flow export on its way to a collector
 *
 * What:    plays a scenario through its exporters (rehearse/wire.h) to any collector over UDP, second by second of
 *          the scenario, and prints what each exporter has sent. An interrupt ends it early.
 * Owns:    nothing that outlives the call.
 * Thread:  one at a time.
 */
#ifndef LAZARET_PROGRAM_SENDING_H
#define LAZARET_PROGRAM_SENDING_H

#include "program/progress.h"
#include "rehearse/scenario.h"
#include "rehearse/wire.h"

struct sending_settings {
	struct address to;
	uint16_t port; /* 0: nothing is to be sent */
	double speed;  /* seconds of the scenario a second; 1: from now on; 0: as fast as can be */
	uint32_t rate; /* datagrams a second, at the most; 0: no limit */
	bool is_json;
	/* As transmitter_settings; NULL: the rate says. */
	bool (*may_send)(void *context, uint64_t sent);
	void *context;
};

/* Step by step, for somebody who looks at the other end too. The settings are borrowed: address and port are used by
 * sending_open. */
struct sending;
int sending_new(struct sending **ret, const struct scenario *scenario,
	const struct sending_settings *settings, struct fail *fail) MUST_USE;
int sending_open(struct sending *sending, struct fail *fail) MUST_USE;
struct sending *sending_free(struct sending *sending);

/* Sends it all; false if it was interrupted. stop: of interrupt_begin. */
bool sending_play(struct sending *sending, int stop, struct progress *progress);

const struct traffic *sending_traffic(const struct sending *sending);
const struct wire *sending_wire(const struct sending *sending);

struct sending_counts {
	unsigned exporters;
	uint64_t datagrams;
	uint64_t failed; /* datagrams that could not be sent */
	uint64_t records;
};

struct sending_counts sending_counts(const struct sending *sending);

/* All of it. Returns an exit code, or -errno with fail filled. */
int sending_run(const struct scenario *scenario, const struct sending_settings *settings,
	struct progress *progress, struct fail *fail);

#endif
