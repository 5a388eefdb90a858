/* relaypolicy - the policy protocol's side of the relay guard: streams in, questions to the guard, answers out
 *
 * What:    one of these a listening socket, given to runtime/streamserver.h as its protocol. Whether who asks here is
 *          heard again at the end of a message is learnt: once END-OF-MESSAGE was asked, messages that break off are
 *          given back.
 * Owns:    a buffer; guard and settings are the caller's.
 * Thread:  one.
 */
#ifndef LAZARET_SERVICE_RELAYPOLICY_H
#define LAZARET_SERVICE_RELAYPOLICY_H

#include "relay/policyask.h"
#include "relay/reply.h"
#include "runtime/streamserver.h"

struct relaypolicy_counts {
	uint64_t requests;
	uint64_t asked; /* of them asked the guard */
	uint64_t denied;
	uint64_t shadowed; /* would have been denied */
};

struct relaypolicy {
	struct guard *guard;
	const struct policyask_settings *ask;
	enum reply_language language;
	struct text help;
	/* What time it is. */
	struct wall (*now)(void *context);
	void *context;
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
