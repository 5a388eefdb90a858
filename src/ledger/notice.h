/* notice - which notice a customer should get of his case now, if any
 *
 * What:    derived from what the ledger has, and kept nowhere: measures that are enforced, when they ended, and the
 *          rows CARE_NOTIFIED of table care. So there is no queue, and nothing to restore: what is due is due until
 *          somebody writes that it was sent, or until it is too late for it.
 *          The garden began: `begin`; port 25 was closed: `blocked`; the garden goes on: `still`, again and again;
 *          nothing holds any more, and he was told that something did: `end`. An account of a mail server may send
 *          less, or nothing: `account`; of a line a limit at the relay alone is not told. What is only observed or
 *          proposed is never told.
 * Owns:    nothing.
 * Limits:  one notice of a case in NOTICE_PAUSE_US. News older than NOTICE_STALE_US is none.
 * Thread:  as ledger.h; notice_decide is pure.
 */
#ifndef LAZARET_LEDGER_NOTICE_H
#define LAZARET_LEDGER_NOTICE_H

#include "ledger/care.h"
#include "ledger/measures.h"

#define NOTICE_PAUSE_US WALL_DAY
#define NOTICE_STALE_US (3 * WALL_DAY)

/* In the order of the topics of care/texts.h. */
enum notice_kind {
	NOTICE_BLOCKED,
	NOTICE_BEGIN,
	NOTICE_STILL,
	NOTICE_END,
	NOTICE_ACCOUNT,
	NOTICE_KINDS
};

/* "blocked" and so on: what the names of topics end with. */
extern const char *const notice_names[NOTICE_KINDS];

/* Of one case. Times are WALL_NONE where it was not. */
struct notice_facts {
	bool is_held;      /* in the garden */
	bool is_blocked;   /* port 25 is closed */
	bool is_account;   /* of a mail server: it has limits, and none of the others */
	bool is_limited;   /* an account */
	struct wall since; /* of the harder of these */
	struct wall until; /* WALL_NONE: it ends with the case */
	struct wall ended; /* the last that ended; and since when it was */
	struct wall ended_since;
	struct wall told[NOTICE_KINDS]; /* the last time, by whatever channel */
};

/* NOTICE_KINDS: none. still_us: 0: nobody is told that it goes on. */
enum notice_kind notice_decide(const struct notice_facts *facts, struct wall now, int64_t still_us);

struct notice {
	enum notice_kind kind;
	struct wall since;
	struct wall until; /* WALL_NONE: it ends with the case, or has ended */
};

/* 1 and what is due of the case; 0: nothing is. */
int ledger_notice(struct ledger *ledger, uint64_t of_case, int64_t still_us, struct notice *ret,
	struct fail *fail) MUST_USE;

#endif
