/* judge - sightings in, verdicts out: the pure core in one piece
 *
 * What:    takes the evidence of each sighting (evidence/) and holds it (verdict/). A function of what it was
 *          given: no clock, no I/O, no inside address, so the same input gives the same verdicts in a scan,
 *          a rehearsal and the daemon.
 * Owns:    all its state.
 * Limits:  parameters.flow.lines_most senders; a quiet one gives way to a new one, and is counted. Sightings
 *          may come from another process: one that makes no sense is left out, and counted.
 * Thread:  one judge a thread.
 */
#ifndef LAZARET_JUDGE_JUDGE_H
#define LAZARET_JUDGE_JUDGE_H

#include "evidence/flowchannel.h"
#include "identity/sighting.h"
#include "verdict/parameters.h"

#include <stddef.h>

struct judge_settings {
	struct parameters parameters;
	uint64_t seed; /* secret of the sketches */
	/* Called for each change of state, in order; may be NULL. */
	court_verdict on_verdict;
	/* The same of lines that are held and go on sending (court_listen); NULL: nobody asks. */
	court_verdict on_active;
	/* Called when a line is new, or came back after it gave way, before any verdict on it: with its sighting in
	 * the array that judge_take was given. May be NULL. */
	void (*on_line)(void *context, const struct sighting *sighting);
	void *context;
};

struct judge;

/* The defaults of all parameters, with nobody to call. */
void judge_defaults(struct judge_settings *settings);

struct judge *judge_new(const struct judge_settings *settings);
struct judge *judge_free(struct judge *judge);

/* Sightings in order of time (an earlier one is taken as of the time of the last). */
void judge_take(struct judge *judge, const struct sighting *sightings, size_t count);

/* Time passes without sightings, as with one of the kind CLOCK: epochs end, evidence decays, cases close. */
void judge_advance(struct judge *judge, struct wall now);

/* Version of the parameters: a hash of them all, as it stands in verdicts. */
uint32_t judge_parameters(const struct judge *judge);

struct judge_line {
	struct verdict now; /* as judged at the last time given: from == to == the state */
	const struct verdict *confirmed; /* the first confirmation, or NULL */
	struct wall highest_at;
};

typedef void (*judge_visit)(void *context, const struct judge_line *line);

/* Visits every line that sent mail and whose highest state is at least this. */
void judge_each(const struct judge *judge, enum state least, judge_visit visit, void *context);

/* The same for indexes from `from` on, until the visitor returns false or `most` indexes were looked at. Returns
 * the index to go on with (that of the line that ended the visit), or 0 when all were visited. */
typedef bool (*judge_visit_some)(void *context, const struct judge_line *line);
uint32_t judge_each_from(const struct judge *judge, uint32_t from, uint32_t most, enum state least,
	judge_visit_some visit, void *context);

/* The line of a pseudonym as judged now; 0 or -ENOENT. */
int judge_find(const struct judge *judge, uint64_t pseudonym, struct judge_line *ret) MUST_USE;

struct judge_counts {
	uint64_t sightings;
	uint64_t
		strange; /* of them without a line, or of no known kind, role or outcome: left out */
	uint64_t lines;  /* that sent mail */
	uint64_t by_highest[STATE_COUNT];
	uint64_t evicted; /* lines that gave way at the ceiling */
	uint64_t frozen;  /* first contacts whose outcome did not count (guards) */
};

struct judge_counts judge_counts(const struct judge *judge);

/* Times that mail came in to a line for which there was no room among the mail servers. Not of judge_counts, which
 * snapshots hold as it is. */
uint64_t judge_servers_refused(const struct judge *judge);

/* Contacts of a line from before it was let go, which came afterwards and count no more. Since this judge began. */
uint64_t judge_before_release(const struct judge *judge);

/* The last time given. */
struct wall judge_now(const struct judge *judge);

/* Saving and going on.
 *
 * A judge that is restored and given the rest of the input gives the same verdicts as one that never stopped.
 * The settings may have changed in between: what was learnt and held stays, and is judged by the new parameters
 * from then on, whose version stands in later verdicts. The seed is the saved one, not that of the settings.
 * Sketches that were larger than the new sizes are folded to them, smaller ones stay small. Windows in which
 * outages are counted begin anew where their length changed. */

/* Sections of a snapshot, before or behind which others may stand; then save_end. 0 or the first error. */
int judge_save(const struct judge *judge, struct save *save) MUST_USE;

/* Into a judge that took nothing yet. It may be used only after restore_end gave 0, too; when either fails it is
 * fit for judge_free alone. -EBADMSG: damaged; -ENOTSUP: of another build; -ENOSPC: more lines than
 * parameters.flow.lines_most; or what reading gave; fail says it. */
int judge_restore(struct judge *fresh, struct restore *restore, struct fail *fail) MUST_USE;

/* A case that is open in the ledger. */
struct resumed {
	struct line line;
	uint8_t state;       /* enum state, any but clear */
	uint8_t highest;     /* enum state */
	struct wall entered; /* the state */
	/* By a decision, and no verdict came since: then it counts before what the judge holds. */
	bool is_decided;
};

/* After restoring (or without a snapshot), before anything is taken: once for each open case. A line that is
 * held in a milder state than the ledger says is put into that one; it is made where it is not known. No
 * verdict is given, as the ledger has it; the score stays what the channel says, so that one of whom nothing
 * is left is quiet from the next epoch on, and leaves the state with a verdict as any other. One that is
 * held in a graver state stays, and leaves it when what led the ledger to its state is taken again, or in time.
 * judge_line.confirmed is not known of one put into confirmed so. -EINVAL if such a case cannot be. */
int judge_resume(struct judge *judge, const struct resumed *resumed) MUST_USE;

/* What others decided about a line, who wrote it down (court_put): any state but clear. A line that is not known is
 * made, so that it is held as the ledger says. -EINVAL if that cannot be. */
int judge_put(struct judge *judge, const struct line *line, enum state state) MUST_USE;

/* After all open cases were resumed: a verdict, from clear to its state, of the time when it entered it and
 * with the facts of now, for each line that is held at suspect or above and was not among them. They are
 * missing where an older ledger was put in the place of the one that had them; sent again they open there. */
void judge_each_missing(const struct judge *judge, court_verdict send, void *context);

#endif
