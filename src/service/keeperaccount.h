/* keeperaccount - what the keeper says and writes of accounts of a mail server when the desk asks
 *
 * What:    writes down who asks for one, or for their names (ASK_ACCOUNT, ASK_NAMES); explains the case of one
 *          (ASK_EXPLAIN of "account:NAME"); writes what is ordered for one (ASK_ORDER), which holds once it is in the
 *          ledger and the caller showed it to the guard (keeper_show_orders). An account is named by its name, or by
 *          its pseudonym of 16 digits, with "line-" before it or not.
 * Limits:  days are those of the calendar in UTC, from today on.
 * Thread:  the keeper's.
 */
#ifndef LAZARET_SERVICE_KEEPERACCOUNT_H
#define LAZARET_SERVICE_KEEPERACCOUNT_H

#include "control/message.h"
#include "ledger/ledger.h"
#include "service/ordertable.h"

/* 0, or -errno with fail filled; the answer was begun. now: for days that are over. */
int keeper_account(struct ledger *ledger, const struct question *question, struct wall now,
	struct answer *answer, struct fail *fail) MUST_USE;

/* All orders, into the table. */
int keeper_show_orders(struct ledger *ledger, struct ordertable *table, struct fail *fail) MUST_USE;

#endif
