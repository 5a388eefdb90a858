/* policyask - what a request of Postfix asks the guard
 *
 * What:    RCPT, DATA, END-OF-MESSAGE of one message belong together by its instance. Stages before the first recipient
 *          ask nothing: who has no recipient sends nothing.
 * Owns:    nothing.
 * Thread:  any.
 */
#ifndef LAZARET_RELAY_POLICYASK_H
#define LAZARET_RELAY_POLICYASK_H

#include "relay/guard.h"
#include "relay/policy.h"

struct table;

struct policyask_settings {
	struct hash_key key; /* of all hashes */
	/* Hashes of the domains (policyask_domain) whose mail stays here; NULL: none. */
	const struct table *local;
	/* Which class an account is of; NULL: LIMIT_ACCOUNT. */
	enum limit (*class_of)(void *context, uint64_t account);
	void *context;
};

/* False: it asks nothing. ret->responsible is who. */
bool policyask_make(const struct policyask_settings *settings, const struct policy_request *request,
	struct responsible *who, struct guard_ask *ret);

/* The hash of a domain, or of what stands behind the last '@' of an address, in small letters; 0: there is none. */
uint64_t policyask_domain(const struct policyask_settings *settings, struct text address);

#endif
