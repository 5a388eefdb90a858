/* accountorder - what operators ordered for single accounts of a mail server, while the daemon ran
 *
 * What:    a limit of its own, until a day or for good, or a release: that what is held against it is settled. An
 *          account has one order of each kind at most: another limit takes the place of the one before, a release that
 *          of the limit and of the release before. Each order, and each that is gone, is a row of the audit trail in
 *          the same transaction. Accounts are pseudonyms; no name is kept.
 * Owns:    nothing.
 * Limits:  ACCOUNT_ORDERS orders; where there is no room the oldest gives way that is a release or whose time is over;
 *          rules ACCOUNT_RULE bytes.
 * Thread:  as ledger.h.
 */
#ifndef LAZARET_LEDGER_ACCOUNTORDER_H
#define LAZARET_LEDGER_ACCOUNTORDER_H

#include "ledger/audit.h"

#define ACCOUNT_ORDERS 4096
#define ACCOUNT_RULE   200

enum order_kind { ORDER_LIMIT, ORDER_RELEASE, ORDER_KINDS };

/* "limit" and so on, as they are kept. */
extern const char *const order_names[ORDER_KINDS];

struct account_order {
	uint64_t number; /* from 1, never used again */
	uint64_t line;   /* pseudonym of the account */
	struct wall time;
	struct wall until; /* LIMIT: from then on it does not hold; WALL_NONE: without end */
	uint64_t of_case;  /* RELEASE: the case that was open; 0: none */
	double threshold;  /* of that case's last step */
	uint8_t kind;      /* enum order_kind */
	char actor[AUDIT_ACTOR + 1];
	char rule[ACCOUNT_RULE + 1]; /* LIMIT: as it was given */
};

typedef int (*visit_order)(void *context, const struct account_order *row);

void order_digest(const struct account_order *of, uint8_t into[DIGEST_SIZE]);

struct ledger;

/* -ENOSPC with fail filled if there is no room. number, time and actor are filled. */
int ledger_order(struct ledger *ledger, struct account_order *order, struct fail *fail) MUST_USE;

/* 0 and the order, or -ENOENT without filling fail. */
int ledger_find_order(struct ledger *ledger, uint64_t line, enum order_kind kind,
	struct account_order *ret, struct fail *fail) MUST_USE;

/* All, by number. */
int ledger_each_order(
	struct ledger *ledger, visit_order visit, void *context, struct fail *fail) MUST_USE;

#endif
