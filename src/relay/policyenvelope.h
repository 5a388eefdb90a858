/* policyenvelope - what a request of Postfix tells of a message
 *
 * What:    RCPT, DATA, END-OF-MESSAGE of one message belong together by its instance. Stages before the first recipient
 *          ask nothing: who has no recipient sends nothing.
 * Owns:    nothing.
 * Thread:  any.
 */
#ifndef LAZARET_RELAY_POLICYENVELOPE_H
#define LAZARET_RELAY_POLICYENVELOPE_H

#include "base/hash.h"
#include "relay/envelope.h"
#include "relay/policy.h"

/* False: it asks nothing. key: of the hash that is the name of the message. */
bool policyenvelope_make(
	const struct policy_request *request, const struct hash_key *key, struct envelope *ret);

#endif
