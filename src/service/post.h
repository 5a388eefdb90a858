/* post - what every process of the daemon does besides its work
 *
 * What:    shows that it lives, hears when it is to stop or when the parent is gone, and says when it is ready.
 * Owns:    nothing.
 * Thread:  one a process.
 */
#ifndef LAZARET_SERVICE_POST_H
#define LAZARET_SERVICE_POST_H

#include "ledger/keyfile.h"
#include "runtime/clock.h"
#include "service/estate.h"

struct duty {
	struct status_process *status;
	int parent; /* channel */
	struct clock clock;
	bool is_orphan;            /* the parent is gone */
	bool is_over;              /* the process is to finish its work and end */
	bool is_replaced;          /* another takes its place then, at once */
	uint64_t before[COUNTERS]; /* what those counted that held the post before */
};

/* Takes up the post after a fork; the log has its name from now on. */
void duty_begin(struct duty *duty, const struct estate *estate, const struct post *post);

/* The keys of the ledger at that path; ends the process where they cannot be read. keyfile_forget wipes them. */
struct keys duty_keys(const char *ledger);

/* The process cannot begin: into the log, and it ends; the parent starts another in a while. */
_Noreturn void duty_fail(struct duty *duty, const struct fail *fail);

/* A file of state that could not be used and was put aside, into the log. */
void duty_tell_refused(const char *path, const char *what, const struct fail *fail);

/* Tells the parent that the process does its work now. */
void duty_ready(struct duty *duty);

/* Shows that the process lives, and what time it is: call it at least every few seconds. */
void duty_beat(struct duty *duty);

/* The parent's channel can be read: sets is_over where that is what it says, or if the parent is gone. */
void duty_hear(struct duty *duty);

/* What is wrong now, in words; "" when it is over. */
void duty_trouble(struct duty *duty, const char *format, ...) PRINTF(2, 3);

/* When its file was last put aside. */
static inline void
duty_refused(struct duty *duty, struct wall refused)
{
	__atomic_store_n(&duty->status->refused.us, refused.us, __ATOMIC_RELAXED);
}

/* value: since the process began; a counter goes on from where the one before it ended. */
static inline void
duty_count(struct duty *duty, enum counter counter, uint64_t value)
{
	status_set(&duty->status->value[counter], duty->before[counter] + value);
}

/* value: of something that outlives the process and counts by itself. */
static inline void
duty_show(struct duty *duty, enum counter counter, uint64_t value)
{
	status_set(&duty->status->value[counter], value);
}

#endif
