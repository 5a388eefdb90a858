/* relayorders - what operators ordered for accounts, as the relay guard heeds it
 *
 * What:    takes the orders from the keeper's table as soon as there are others, before the next question is decided: a
 *          limit holds at once; a release clears what is held against the account (senders_clear), once: the guard's
 *          saved state says up to which release that was done, so that one that begins with older counts does it again.
 *          While an account is released its case is as if there were none, until what is held against it anew reaches
 *          the threshold of that case. What the table says is checked: rules are parsed as they were by the keeper.
 * Owns:    its copy of the table.
 * Limits:  ACCOUNT_ORDERS orders. Whether a release is over is not saved: a guard that begins sees by the evidence.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SERVICE_RELAYORDERS_H
#define LAZARET_SERVICE_RELAYORDERS_H

#include "base/table.h"
#include "ledger/case.h"
#include "relay/relay.h"
#include "service/ordertable.h"

struct relayorders_entry {
	struct rule rule;
	struct wall until; /* of the rule */
	uint64_t released; /* number of the release; 0: there is none */
	uint64_t of_case;
	double threshold;
	bool has_rule;
	bool is_over; /* the release */
};

struct relayorders {
	const struct ordertable *from; /* NULL: there are none */
	struct ordertable *copy;
	uint64_t version; /* that was taken */
	struct table of;  /* pseudonym to index of entry + 1 */
	struct relayorders_entry *entry;
	uint32_t count;
	uint64_t cleared; /* releases up to this number have been heeded */
	uint64_t wrong;   /* rows that could not be */
};

void relayorders_begin(struct relayorders *orders, const struct ordertable *from);
void relayorders_end(struct relayorders *orders);

/* Takes what is new; costs one load where there is nothing. senders may be NULL. */
void relayorders_look(struct relayorders *orders, struct senders *senders);

/* relay_settings.limit_of */
bool relayorders_limit(
	const struct relayorders *orders, uint64_t key, struct wall now, struct rule *ret);

/* The limit's last moment: WALL_NONE: without end. */
struct wall relayorders_until(const struct relayorders *orders, uint64_t key);

/* Was the account released of this case, and is that not over? */
bool relayorders_has_release(const struct relayorders *orders, uint64_t key, uint64_t of_case);

/* The same, with what is held against it now, fused as the court does; where that reaches the threshold (0: that of the
 * case) the release is over, for good. */
bool relayorders_is_released(
	struct relayorders *orders, uint64_t key, uint64_t of_case, double score, double threshold);

#endif
