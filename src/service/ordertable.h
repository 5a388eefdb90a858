/* ordertable - what operators ordered for accounts, from the keeper to the relay guard
 *
 * What:    all orders of the ledger (accountorder.h), in memory that the keeper writes after the ledger has them, and
 *          the guard reads. A number tells that they are others than before; it is odd while they are being written.
 *          All zero at the start; the keeper fills it anew when it begins.
 * Owns:    nothing: the memory is the estate's.
 * Limits:  ACCOUNT_ORDERS orders.
 * Thread:  one process writes, any number read.
 */
#ifndef LAZARET_SERVICE_ORDERTABLE_H
#define LAZARET_SERVICE_ORDERTABLE_H

#include "ledger/accountorder.h"

struct ordertable_row {
	uint64_t number;
	uint64_t line;
	struct wall until;
	uint64_t of_case;
	double threshold;
	uint8_t kind; /* enum order_kind */
	char rule[ACCOUNT_RULE + 1];
};

struct ordertable {
	uint64_t version;
	uint32_t count;
	struct ordertable_row row[ACCOUNT_ORDERS];
};

/* Between these two it holds nothing that may be used. */
void ordertable_begin(struct ordertable *table);
void ordertable_end(struct ordertable *table);

/* False: there is no room. */
bool ordertable_add(struct ordertable *table, const struct account_order *order);

/* Which version there is; odd: it is just being written. */
uint64_t ordertable_version(const struct ordertable *table);

/* Copies all of it. -EAGAIN: it is just being written, or was meanwhile. */
int ordertable_copy(const struct ordertable *table, struct ordertable *into) MUST_USE;

#endif
