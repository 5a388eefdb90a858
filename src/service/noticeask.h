/* noticeask - what the notifier asks of the keeper, and what comes back
 *
 * What:    values over the channel of the two (estate.h, `notifier_keeper`). NOTICEASK_NEXT: is a notice due behind
 *          this measure? The answer holds one notice of one case, or how far was looked, or that there are no more.
 *          Each that was handed out is answered for: NOTICEASK_SENT (the keeper writes that it was, if it is still
 *          due), NOTICEASK_LATER (it was not, and may be asked for again). Who says neither has died of it, or so it
 *          seems: such a notice is handed out once more, and then no more by this keeper. The notifier speaks to
 *          servers of others and may be broken into, so the keeper checks each question; it can learn which notices
 *          are due, and keep some from being sent.
 * Owns:    values.
 * Limits:  NOTICEASK_ROWS measures and NOTICEASK_CASES cases are looked at for one question.
 * Thread:  any.
 */
#ifndef LAZARET_SERVICE_NOTICEASK_H
#define LAZARET_SERVICE_NOTICEASK_H

#include "ledger/casecode.h"
#include "ledger/casepin.h"
#include "ledger/notice.h"
#include "ledger/seal.h"

#define NOTICEASK_VERSION 3
#define NOTICEASK_ROWS    512
#define NOTICEASK_CASES   32
/* So long an answer is waited for before it is asked again. */
#define NOTICEASK_WAIT_US (5 * WALL_SECOND)

enum noticeask_message {
	NOTICEASK_QUESTION, /* notifier to keeper: struct noticeask */
	NOTICEASK_ANSWER,   /* keeper to notifier: struct noticeanswer */
};

enum noticeask_verb { NOTICEASK_NEXT, NOTICEASK_SENT, NOTICEASK_LATER, NOTICEASK_VERBS };

struct noticeask {
	uint16_t version;
	uint8_t verb;
	uint8_t kind;    /* enum notice_kind, of what was sent or not */
	uint8_t channel; /* enum care_channel, of what was sent */
	uint8_t of_two;  /* SENT: of two versions of the texts it was that of the case's lot */
	uint8_t zero[2];
	uint64_t number; /* comes back in the answer */
	uint64_t after;  /* NEXT: a measure, 0 before all; else the case */
	uint32_t text;   /* its version */
	char language[CARE_LANGUAGE + 1];
};

enum noticeask_outcome {
	NOTICEASK_ONE,     /* this one */
	NOTICEASK_MORE,    /* none up to `after`: ask behind it */
	NOTICEASK_NO_MORE, /* none, and begin anew after a while */
	NOTICEASK_KEPT,
	NOTICEASK_REFUSED, /* it could not be, or is not due any more */
	NOTICEASK_AWAY,    /* the ledger fails: again later */
	NOTICEASK_OUTCOMES
};

struct noticeanswer {
	uint16_t version;
	uint8_t outcome;
	uint8_t kind; /* enum notice_kind */
	char lot;     /* of ONE, 'A' or 'B': its texts, where there are two versions (caselot.h) */
	uint8_t zero[3];
	uint64_t number;
	uint64_t after;
	uint64_t of_case;
	struct wall since;
	struct wall until; /* us 0: it ends with the case, or has ended */
	char code[CASECODE];
	char pin[CASEPIN];
	char name[SEAL_NAME]; /* of the line, or of the account */
};

/* One that came over the channel: is it as it must be? */
bool noticeask_check(const struct noticeask *ask);
bool noticeanswer_check(const struct noticeanswer *answer);

#endif
