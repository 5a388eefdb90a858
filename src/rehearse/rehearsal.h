/* rehearsal - one run of a scenario: its traffic through the judge, and what came of it
 *
 * What:    feeds the same observations to one judge or several with other parameters, minute by minute on
 *          the scenario's own clock, and counts for each.
 * Owns:    the traffic, the judges and the tallies; the scenario is borrowed and must outlive it.
 * Limits:  REHEARSAL_JUDGES_MOST judges.
 * Thread:  one at a time.
 */
#ifndef LAZARET_REHEARSE_REHEARSAL_H
#define LAZARET_REHEARSE_REHEARSAL_H

#include "judge/judge.h"
#include "rehearse/tally.h"

#define REHEARSAL_JUDGES_MOST 8

struct rehearsal;

/* parameters: of each judge. -errno and fail if the network cannot be laid out. */
int rehearsal_new(struct rehearsal **ret, const struct scenario *scenario,
	const struct parameters *parameters, unsigned judges, struct fail *fail) MUST_USE;
struct rehearsal *rehearsal_free(struct rehearsal *rehearsal);

/* Called after each hour of the scenario. */
typedef void (*rehearsal_progress)(void *context, double done);

void rehearsal_run(struct rehearsal *rehearsal, rehearsal_progress progress, void *context);

const struct scenario *rehearsal_scenario(const struct rehearsal *rehearsal);
const struct traffic *rehearsal_traffic(const struct rehearsal *rehearsal);
const struct lines *rehearsal_lines(const struct rehearsal *rehearsal);
const struct tally *rehearsal_tally(const struct rehearsal *rehearsal, unsigned judge);
const struct judge *rehearsal_judge(const struct rehearsal *rehearsal, unsigned judge);
const struct parameters *rehearsal_parameters(const struct rehearsal *rehearsal, unsigned judge);

/* So many lines of this run as if the network had a million and the scenario 30 days. */
double rehearsal_rate(const struct rehearsal *rehearsal, double count);

/* False confirmations of a judge, and lines that a naive rule flags wrongly, at that rate. */
double rehearsal_false_rate(const struct rehearsal *rehearsal, unsigned judge);
double rehearsal_naive_rate(const struct rehearsal *rehearsal, enum naive_rule rule);

/* Whether an expectation of the scenario held for a judge of its lines, which may be one elsewhere; what was found goes
 * into found. */
bool rehearsal_expect(const struct rehearsal *rehearsal, const struct tally *tally,
	const struct expect *expect, struct buffer *found);

#endif
