/* keeperinside - what the files of the keeper share
 *
 * What:    its state, and whether there is a ledger. keeper.c has the ledger and the loop, keeperpeers.c hears
 *          those who ask, keepertale.c has what status must say.
 * Owns:    nothing.
 * Thread:  the keeper's.
 */
#ifndef LAZARET_SERVICE_KEEPERINSIDE_H
#define LAZARET_SERVICE_KEEPERINSIDE_H

#include "control/message.h"
#include "identity/lines.h"
#include "ledger/keyfile.h"
#include "ledger/retention.h"
#include "runtime/channel.h"
#include "service/keeper.h"
#include "service/keepercare.h"
#include "service/keeperfollow.h"
#include "service/keepername.h"
#include "service/keepernotice.h"
#include "service/keeperorders.h"
#include "service/post.h"

#include <sys/stat.h>

/* So long the next question of an actor that asks for all that holds is waited for: it asks again by then. */
#define KEEPER_WAY_US (2 * WALL_SECOND)

/* So long status tells of a ledger that was made anew, unless somebody looks at its audit trail. */
#define KEEPER_RENEWED_US WALL_DAY

/* What the ledger refused: each is over when the same succeeds again, or the ledger was opened anew. */
enum refusal {
	REFUSED_OPEN = 1,
	REFUSED_VERDICT = 2,
	REFUSED_QUESTION = 4, /* of a judge */
	REFUSED_RETENTION = 8,
	REFUSED_REVIEW = 16,
	REFUSED_ORDERS = 32,
	REFUSED_PERSON = 64, /* what somebody asked for, or that he looked */
	REFUSED_ALL = 127,
};

/* What status must say of a ledger that works. */
enum tale { TALE_NONE, TALE_RENEWED, TALE_AHEAD, TALE_PAUSED };

struct keeper {
	const struct daemon_settings *settings;
	struct estate *estate;
	struct duty duty;
	struct ledger *ledger; /* NULL while it cannot be opened */
	struct stat file;      /* its file when it was opened */
	struct keys keys;
	struct ring from[ESTATE_JUDGES];
	struct keepername names;
	struct leased leased;              /* for questions that name an address */
	bool is_stuck;                     /* verdicts were handed in and could not be committed */
	unsigned refused;                  /* enum refusal, those that are not over */
	bool is_judge_gone[ESTATE_JUDGES]; /* and the parent, who could start another */
	int64_t orphan_us;                 /* when the parent was last there */
	int64_t retry_us;
	int64_t looked_us;
	int64_t retention_us;       /* when it is due */
	struct retention retention; /* what is done of it */
	bool is_retaining;
	bool keeps_all; /* that nothing is deleted as yet was told */
	bool is_ahead;  /* the ledger, of the clock, and that was told */
	struct keeperfollow follow;
	struct ring acts; /* to the actor */
	int64_t way_us; /* until when the actor's next question for what holds comes before others */
	struct keeperorders orders;
	uint64_t commits;
	uint64_t failures;
	uint64_t nameless;
	uint64_t cases_displaced;           /* of the table for the guard */
	struct wall renewed;                /* the ledger, and nobody saw it; us 0: not so */
	unsigned tells;                     /* enum tale, in status */
	uint64_t open;                      /* cases, when they were last counted */
	struct ledger_counts counted;       /* what the ledger had done by then */
	struct ledger_counts before;        /* by ledgers that were closed again */
	uint32_t first;                     /* judge whose ring is taken first */
	struct verdict batch[KEEPER_BATCH]; /* that waits for the next commit */
	size_t batched;
	union {
		struct question question;
		struct open_question open;
		struct held_question held;
		struct portalask portal;
		struct noticeask notice;
		uint8_t bytes[CHANNEL_BODY];
	} message;
	struct answer answer;
	struct open_page page;
	struct held_page held;
	struct keepercare care;
	struct portalanswer shown;
	struct keepernotice notices;
	struct noticeanswer due;
};

/* The ledger, if it can be had. */
bool keeperinside_has_ledger(struct keeper *keeper);

/* The ledger failed in one thing, or does it again. */
void keeperinside_fails(struct keeper *keeper, enum refusal what, const struct fail *fail);
void keeperinside_works(struct keeper *keeper, enum refusal what);

/* What was not committed comes again from the rings. */
void keeperinside_give_up(struct keeper *keeper, const struct fail *fail);

/* Orders for accounts, into the table that the guard reads. */
int keeperinside_show_orders(struct keeper *keeper, struct fail *fail) MUST_USE;

/* Who looks at the audit trail sees in its first row that it is new. */
void keeperinside_seen(struct keeper *keeper);

/* What status must say of a ledger that works, as a trouble of its own while it has no other. */
void keepertale_show(struct keeper *keeper);

/* Judges that ask for open cases; the desk; the actor that asks for what holds, one page at a time;
 * the portal; the notifier. */
void keeperpeers_hear_judges(struct keeper *keeper);
void keeperpeers_hear_desk(struct keeper *keeper);
void keeperpeers_hear_actor(struct keeper *keeper);
void keeperpeers_hear_portal(struct keeper *keeper);
void keeperpeers_hear_notifier(struct keeper *keeper);

#endif
