/* roster - which accounts have a class, a limit or a freedom of their own
 *
 * What:    a file of lines NAME CLASS [RULE] [until YYYY-MM-DD]. NAME is an account, or @DOMAIN for all accounts of a
 *          domain that are not named themselves. CLASS is account, business, forwarder, newsletter, or allow: never
 *          limited. RULE is a limit of its own, as rule.h reads it, instead of that of its class. Until is the last day
 *          (UTC) on which the line holds. What stands behind a # at the begin of a word is a comment.
 * Owns:    its tables; of names it keeps keyed hashes.
 * Limits:  as many lines as the caller says, ROSTER_RULES different rules. The first mistake ends reading.
 * Thread:  any, once it is read.
 */
#ifndef LAZARET_RELAY_ROSTER_H
#define LAZARET_RELAY_ROSTER_H

#include "base/wall.h"
#include "relay/responsible.h"
#include "relay/rule.h"

#define ROSTER_RULES 65536

struct roster;

struct roster_entry {
	uint8_t class; /* enum limit */
	bool is_allowed;
	const struct rule *rule; /* its own, valid as long as the roster; NULL: that of its class */
	struct wall until;       /* from then on it does not hold; 0: without end */
};

/* Of a mistake, both from 1; the column counts bytes. */
struct roster_place {
	size_t line;
	size_t column;
};

/* most: accounts and domains. -EINVAL, -ERANGE, -EEXIST (named twice) or -ENOSPC with *place and fail->what filled. */
int roster_parse(struct text text, const struct hash_key *key, size_t most, struct roster **ret,
	struct roster_place *place, struct fail *fail) MUST_USE;
struct roster *roster_free(struct roster *roster);

/* rule_near for all rules of it. */
void roster_near(struct roster *roster, unsigned percent);

/* What holds for an account now: its own line or that of its domain. False: there is none. */
bool roster_find(const struct roster *roster, struct text account, struct wall now,
	struct roster_entry *ret);

/* The same by the pseudonym of an account, whose domain is not known. */
bool roster_find_key(
	const struct roster *roster, uint64_t key, struct wall now, struct roster_entry *ret);

struct roster_counts {
	size_t accounts;
	size_t domains;
	size_t rules; /* different ones */
};

struct roster_counts roster_counts(const struct roster *roster);

#endif
