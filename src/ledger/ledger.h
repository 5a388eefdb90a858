/* ledger - what must never be lost: cases, their transitions, the parameters that judged, the audit trail
 *
 * What:    verdicts are handed in as they fall and kept in batches: each batch is one transaction with the
 *          rows of the audit trail that belong to it. What ledger_commit acknowledged survives the end of
 *          the process and of the machine. The same verdict handed in twice is kept once. Verdicts below
 *          suspect are kept only inside a case: a line that was merely watched leaves no trace.
 *          Lines are pseudonyms; the name of a case's line is sealed, and opened only with an audit row.
 * Owns:    the store, and the verdicts that wait for the next batch.
 * Limits:  LEDGER_BATCH verdicts wait; parameters LEDGER_PARAMETERS bytes; names SEAL_NAME - 1 bytes; the
 *          database settings.bytes_most. After an error nothing that waits is lost: the next call tries again.
 * Thread:  one at a time; other processes may write to the same ledger between two batches.
 */
#ifndef LAZARET_LEDGER_LEDGER_H
#define LAZARET_LEDGER_LEDGER_H

#include "base/hash.h"
#include "ledger/audit.h"
#include "ledger/case.h"
#include "ledger/store.h"

#define LEDGER_BATCH      1024
#define LEDGER_PARAMETERS (1 << 20)

/* Who writes where nobody decides. */
#define LEDGER_PROGRAM "lazaretd"

struct ledger_settings {
	const char *where;    /* path of the file; its key file is the same with ".key" */
	enum store_mode mode; /* with STORE_READ and STORE_WRITE the ledger must be there */
	struct text actor;    /* who writes, for the audit trail: "scan", "anna (1000)" */
	struct wall now;      /* for the audit trail and retention; ledger_set_time moves it on */
	unsigned wait_ms;
	uint64_t bytes_most;
};

#define LEDGER_DEFAULTS                                                                            \
	((struct ledger_settings){                                                                 \
		.actor = TEXT("lazaret"), .wait_ms = 10000, .bytes_most = UINT64_C(64) << 30})

struct ledger;

int ledger_open(
	struct ledger **ret, const struct ledger_settings *settings, struct fail *fail) MUST_USE;
/* Drops what was not committed. Accepts NULL, returns NULL. */
struct ledger *ledger_close(struct ledger *ledger);

void ledger_set_time(struct ledger *ledger, struct wall now);
struct wall ledger_time(const struct ledger *ledger);

/* Who writes from now on, for the audit trail: a keeper writes for many. */
void ledger_set_actor(struct ledger *ledger, struct text actor);
const char *ledger_actor(const struct ledger *ledger);

/* The key of the pseudonyms, for lines_settings; NULL if the key file is not there. */
const struct hash_key *ledger_key(const struct ledger *ledger);

/* The full text of the parameters of that version (judge_parameters), before the verdicts that it judged.
 * -EEXIST if the ledger knows another text under this version. */
int ledger_parameters(
	struct ledger *ledger, uint32_t version, struct text text, struct fail *fail) MUST_USE;

/* Hands a verdict in. name: of the line, as a person would write it; may be empty. One from a state to the same is no
 * step: the line's open case, if it has one, keeps its facts (activity.h). -ENOKEY without the parameters, -EINVAL for
 * a verdict that cannot be one. */
int ledger_transition(struct ledger *ledger, const struct verdict *verdict, struct text name,
	struct fail *fail) MUST_USE;

/* Keeps all that waits. Once it returned 0 all is on the disk. */
int ledger_commit(struct ledger *ledger, struct fail *fail) MUST_USE;

/* Why the store did not take the last transaction that was to write, whatever it was; NULL: it did. */
const struct fail *ledger_refused(const struct ledger *ledger);

/* The number of the last row of the audit trail, as it was when the ledger last looked. */
uint64_t ledger_sequence(const struct ledger *ledger);

struct ledger_counts {
	uint64_t kept;     /* transitions written */
	uint64_t repeated; /* were there already */
	uint64_t below;    /* below suspect, without a case */
	uint64_t opened;   /* cases */
	uint64_t closed;
};

struct ledger_counts ledger_counts(const struct ledger *ledger);

/* Writes an audit row of its own, on the disk at return: for what a person did (ACTION_FIND).
 * details must not name a person. */
int ledger_note(struct ledger *ledger, enum action action, uint64_t subject, struct text details,
	struct fail *fail) MUST_USE;

/* When the ledger was made anew beside a key file that was there already, so that the one before it is gone, with audit
 * trail and exceptions; us 0: it was not, or that was seen. */
int ledger_renewed(struct ledger *ledger, struct wall *ret, struct fail *fail) MUST_USE;
int ledger_renewal_seen(struct ledger *ledger, struct fail *fail) MUST_USE;

#endif
