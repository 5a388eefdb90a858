/* policy - the Postfix policy delegation protocol: a request of smtpd as it comes, and the answer
 *
 * What:    a request is lines NAME=VALUE up to an empty one; each attribute of Postfix's SMTPD_POLICY_README up to 3.12
 *          is known, others are passed over. An answer is "action=" and an access(5) action.
 * Owns:    nothing: values point into the bytes that were given.
 * Limits:  POLICY_REQUEST bytes a request; each attribute once; no NUL and no other line end in a value.
 * Thread:  any.
 */
#ifndef LAZARET_RELAY_POLICY_H
#define LAZARET_RELAY_POLICY_H

#include "base/text.h"

#define POLICY_REQUEST 16384

/* In the order of Postfix's document. */
enum policy_attribute {
	POLICY_REQUEST_TYPE, /* "request" */
	POLICY_PROTOCOL_STATE,
	POLICY_PROTOCOL_NAME,
	POLICY_HELO_NAME,
	POLICY_QUEUE_ID,
	POLICY_SENDER,
	POLICY_RECIPIENT,
	POLICY_RECIPIENT_COUNT,
	POLICY_CLIENT_ADDRESS,
	POLICY_CLIENT_NAME,
	POLICY_REVERSE_CLIENT_NAME,
	POLICY_INSTANCE,
	POLICY_SASL_METHOD,
	POLICY_SASL_USERNAME,
	POLICY_SASL_SENDER,
	POLICY_SIZE,
	POLICY_CCERT_SUBJECT,
	POLICY_CCERT_ISSUER,
	POLICY_CCERT_FINGERPRINT,
	POLICY_ENCRYPTION_PROTOCOL,
	POLICY_ENCRYPTION_CIPHER,
	POLICY_ENCRYPTION_KEYSIZE,
	POLICY_ETRN_DOMAIN,
	POLICY_STRESS,
	POLICY_CCERT_PUBKEY_FINGERPRINT,
	POLICY_CLIENT_PORT,
	POLICY_POLICY_CONTEXT,
	POLICY_SERVER_ADDRESS,
	POLICY_SERVER_PORT,
	POLICY_COMPATIBILITY_LEVEL,
	POLICY_MAIL_VERSION,
	POLICY_TLS_SNI,
	POLICY_ATTRIBUTES
};

extern const struct text policy_names[POLICY_ATTRIBUTES];

enum policy_state {
	POLICY_CONNECT,
	POLICY_EHLO,
	POLICY_HELO,
	POLICY_MAIL,
	POLICY_RCPT,
	POLICY_DATA,
	POLICY_END_OF_MESSAGE,
	POLICY_VRFY,
	POLICY_ETRN,
	POLICY_BDAT,
	POLICY_STATES /* one that is not known here: nothing is to be said about it */
};

struct policy_request {
	struct text value[POLICY_ATTRIBUTES]; /* empty: not told */
	enum policy_state state;
	uint32_t recipient_count;
	uint64_t size; /* bytes */
};

/* How far a request that is not whole was looked at: 0 at the begin of each. */
struct policy_reader {
	size_t looked;
};

/* The request at the begin of the bytes: its length. 0: it is not whole. -EMSGSIZE: it is longer than POLICY_REQUEST;
 * -EBADMSG: it is none, or what is there cannot become one, and fail->what says why. After an error nothing of that
 * peer can be read. *ret is valid after a length only. */
int64_t policy_read(struct policy_reader *reader, struct text bytes, struct policy_request *ret,
	struct fail *fail) MUST_USE;

/* Adds an answer. action: one line, which must not be a peer's text unchecked. */
void policy_answer(struct buffer *into, struct text action);

#endif
