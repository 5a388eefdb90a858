/* court - fusion of the channels, error control over all lines, and the life of each case
 *
 * What:    fused evidence E = sum of w_c exp(S_c), an average of e-values and so itself one under any
 *          dependence. A line is confirmed when ln E reaches max(floor, e-d-BH): with N lines active in the
 *          last 24 hours, the k-th largest must reach ln(N P / (q k)) (Dandapanthula and Ramdas 2025).
 *          States fall again by hysteresis.
 *          The meter (meterchannel.h) is support: where a line is confirmed, or stays so, E is at most twice what the
 *          others give without it, so whatever the meter says costs a factor of two of the error, and alone it never
 *          confirms. It may make a line suspect. What it told fades here, as nobody tells that there is no more.
 * Owns:    its tables. What it points to is valid until the next evidence or time is given.
 * Limits:  lines_most standings and first confirmations. Where a line gives way to another at the channel's
 *          ceiling, a case that may be open is closed by a verdict (to clear, whatever its score); what was
 *          held goes, and only the counts stay. Lines that are suspect or worse give way last.
 * Thread:  one at a time.
 */
#ifndef LAZARET_VERDICT_COURT_H
#define LAZARET_VERDICT_COURT_H

#include "evidence/flowchannel.h"
#include "verdict/verdict.h"

#include <stdbool.h>
#include <stddef.h>

/* Of so many lines it is told in one epoch whether they go on. */
#define COURT_ACTIVE_MOST 1024

struct court_settings {
	double weight[CHANNEL_COUNT];
	double watch;      /* ln: any channel's strongest part */
	double suspect;    /* ln E */
	double floor;      /* ln E: never confirmed below */
	double error_rate; /* q: share of false alarms among alarms, over the patience */
	double patience;   /* P, in epochs */
	int64_t epoch_us;
	/* A state is left when the score has been below leave times what it was entered at, for leave_us. */
	double leave;
	int64_t leave_us;
	int64_t probation_us; /* in which leave times the threshold confirms again */
};

/* What the court holds of one line. */
struct standing {
	uint8_t state;      /* enum state */
	uint8_t highest;    /* enum state: the gravest that it reached */
	uint8_t role;       /* enum role, as last judged */
	uint8_t is_resumed; /* the ledger holds its case: court_resume */
	float score;        /* ln E, fused */
	float watch;
	float channels[CHANNEL_COUNT];
	struct wall entered; /* the present state */
	struct wall highest_at;
	struct wall quiet;     /* since when the score is low enough to leave; 0 not */
	uint32_t place;        /* among the lines in states that are looked at as often */
	uint32_t confirmation; /* number of its first confirmation, from 1; 0: there was none */
};

typedef void (*court_verdict)(void *context, const struct verdict *verdict);

struct court;

void court_defaults(struct court_settings *settings);

/* lines_most: indexes that evidence may name. flow is borrowed and must outlive the court: it is asked again
 * at each epoch, and tells the court, its guard, which line gives way. */
struct court *court_new(const struct court_settings *settings, size_t lines_most,
	uint32_t parameters, struct flow_channel *flow);
struct court *court_free(struct court *court);

/* Whom to tell of each change of state; and, unless on_active is NULL, of lines that are confirmed, in quarantine or on
 * probation and go on, with a verdict from their state to the same, whose facts have when they last did
 * (flow_channel_suspect_at) in place of the last attempt: at the end of an epoch, but of so many that it is some
 * COURT_ACTIVE_MOST an epoch, in turn. */
void court_listen(
	struct court *court, court_verdict on_verdict, court_verdict on_active, void *context);

/* Evidence in order of time. */
void court_take(struct court *court, const struct evidence *evidence);

/* Time passes: epochs that ended are closed. Call it before evidence of that time is given. */
void court_advance(struct court *court, struct wall now);

/* What is held of the line at index as of now; facts are the channel's. */
struct verdict court_verdict_of(const struct court *court, uint32_t index, struct wall now);
const struct standing *court_standing(const struct court *court, uint32_t index);

/* The verdict of the line's first confirmation, or NULL. */
const struct verdict *court_confirmation(const struct court *court, uint32_t index);

/* Lines by the gravest state that they reached; clear ones are not counted here. */
const uint64_t *court_highest(const struct court *court);

/* ln E that confirms at this moment. */
double court_threshold(const struct court *court);

/* Everything but the settings. */
void court_save(const struct court *court, struct save *save);

/* Into a court that took nothing yet, whose channel was restored: settings may be others, and judge from now
 * on. The rules are those of flow_channel_restore. */
int court_restore(
	struct court *court, struct restore *restore, struct wall now, struct fail *fail) MUST_USE;

/* What others decided about the line, who wrote it down: it is in quarantine, which it leaves by this only; or it was
 * let go (PROBATION): what was held against it until now counts no more; or that was taken back, and it is in the state
 * before (any but CLEAR). No verdict is given. */
void court_put(struct court *court, uint32_t index, enum state state, struct wall now);

/* The index is another line's now. */
void court_forget(struct court *court, uint32_t index);

/* The ledger holds a case of the line at index in this state, since then: a line that is held in a milder one
 * is put into it, without a verdict, to leave it again as any other. */
void court_resume(struct court *court, uint32_t index, enum state state, enum state highest,
	struct wall entered);

#endif
