/* relaytext - what the relay guard says to a client, as one line
 *
 * What:    the reply of relay/reply.h for a decision that does not let pass.
 * Owns:    the settings' texts are the caller's.
 * Thread:  any.
 */
#ifndef LAZARET_SERVICE_RELAYTEXT_H
#define LAZARET_SERVICE_RELAYTEXT_H

#include "relay/relay.h"
#include "relay/reply.h"

/* A guard that fails closed (RFC 3463 s3.4: X.3.0, other mail system status). */
#define RELAYTEXT_BUSY "451 4.3.0 The relay guard is busy, please try again later"

struct relaytext {
	enum reply_language language;
	struct text help; /* reply_is_help(); may be empty */
};

/* Into a buffer that is cleared before; valid until it changes. */
struct text relaytext_make(const struct relaytext *settings, enum envelope_stage stage,
	const struct decision *decision, struct wall now, struct buffer *into);

#endif
