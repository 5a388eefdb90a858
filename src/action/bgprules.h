/* bgprules - which rules one peer shall have, and which it was told
 *
 * What:    the wanted rules and the announced ones of a session, and what must still be said so that both agree. A rule
 *          is its kind and its prefix; wanted with another rate it is announced again, which replaces it.
 *          Two UPDATEs about the same rule must lie an interval apart (MinRouteAdvertisementInterval, RFC 4271
 *          s9.2.1.1): only the last wish is told then. The text of the RFC means withdrawals, too; here they wait
 *          only if that is asked for: somebody who is released must not wait, and a bound remains, two UPDATEs a rule
 *          and interval.
 * Owns:    its tables.
 * Limits:  `most` wanted rules; one more is refused with -ENOSPC. As many again may be on their way out or within
 *          their interval; where that is not enough a new one is refused, too. O(1) a change.
 * Thread:  one at a time.
 */
#ifndef LAZARET_ACTION_BGPRULES_H
#define LAZARET_ACTION_BGPRULES_H

#include "action/flowspec.h"
#include "base/hash.h"
#include "base/wall.h"

struct bgprules_settings {
	uint32_t most;
	int64_t interval_us; /* 0: none */
	bool withdrawals_wait;
	struct hash_key key;
};

struct bgprules;

struct bgprules *bgprules_new(const struct bgprules_settings *settings);
struct bgprules *bgprules_free(struct bgprules *rules);

/* 1: something changed; 0: it was so; -ENOSPC. */
int bgprules_want(struct bgprules *rules, const struct flowspec_rule *rule) MUST_USE;
int bgprules_unwant(struct bgprules *rules, const struct flowspec_rule *rule);
void bgprules_unwant_all(struct bgprules *rules);

/* To hold the set against another one: what is not wanted again between the two calls is wanted no more. Returns how
 * many that were. */
void bgprules_mark(struct bgprules *rules);
uint32_t bgprules_sweep(struct bgprules *rules);

/* A session with these families begins (bits 1 << family): nothing is announced, and all of them is to be. 0: it
 * ended. */
void bgprules_session(struct bgprules *rules, unsigned families);

/* The peer wants all of a family again, at once (RFC 2918). */
void bgprules_again(struct bgprules *rules, enum bgp_family family);

/* The rules whose interval is over by now may be told again. Returns when that of the next one is; INT64_MAX: none. */
struct wall bgprules_expire(struct bgprules *rules, struct wall now);

/* The next rule to announce or to withdraw, NULL: none; and that it was told. */
const struct flowspec_rule *bgprules_first(
	const struct bgprules *rules, enum bgp_family family, bool is_withdrawal);
void bgprules_told(
	struct bgprules *rules, enum bgp_family family, bool is_withdrawal, struct wall now);

uint32_t bgprules_wanted(const struct bgprules *rules, enum bgp_family family);
uint32_t bgprules_announced(const struct bgprules *rules);

#endif
