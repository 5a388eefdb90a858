/* relaypolicy - the policy protocol's side of the relay guard: streams in, envelopes to the relay, answers out
 *
 * What:    one of these a listening socket, given to runtime/streamserver.h as its protocol. Whether who asks here is
 *          heard again at the end of a message is learnt: once END-OF-MESSAGE was asked, messages that break off are
 *          given back: when another follows on their connection, or nothing is heard of them for long. An answer
 *          that is to be slow waits, and with it the connection that asked; no other.
 * Owns:    two buffers; relay and settings are the caller's.
 * Thread:  one.
 */
#ifndef LAZARET_SERVICE_RELAYPOLICY_H
#define LAZARET_SERVICE_RELAYPOLICY_H

#include "relay/policyenvelope.h"
#include "runtime/streamserver.h"
#include "service/relaytext.h"

struct relaypolicy_counts {
	uint64_t requests;
	uint64_t asked;    /* of them about a message */
	uint64_t denied;   /* deferred, held, refused */
	uint64_t shadowed; /* would have been */
	uint64_t slowed;
	uint64_t late;
	uint64_t broken_off; /* messages, as another followed on their connection */
};

struct relaypolicy {
	struct relay *relay;
	struct hash_key key; /* of the names of messages */
	struct relaytext text;
	/* What time it is, and whether who asks has waited too long by now (NULL: never). */
	struct wall (*now)(void *context);
	bool (*is_late)(void *context);
	void *context;
	bool fails_closed; /* who has waited too long is deferred, else passes */
	/* Its own, zero at the begin. */
	bool is_settled;
	struct buffer action;
	struct buffer answer;
	struct relaypolicy_counts counts;
};

extern const struct stream_protocol relaypolicy_protocol;

void relaypolicy_begin(struct relaypolicy *policy);
void relaypolicy_done(struct relaypolicy *policy);

#endif
