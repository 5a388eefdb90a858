/* authpolicy - Dovecot's authentication policy: what its server asks and reports of logins, and the answer
 *
 * What:    bodies in JSON (RFC 8259), as auth_policy_request_attributes makes them in Dovecot 2.2.30 to 2.4: login,
 *          remote, protocol, device_id, session_id and fail_type are read, and of a report success and policy_reject;
 *          what else is there is passed over. The password's hash (pwhash) is never looked at.
 *          Where the policy has refused, or is only logged (auth_policy_log_only) and would have, Dovecot does not say
 *          whether the password was right: that is LOGIN_REFUSED if it was not let in.
 * Owns:    its struct: texts of a login are in it, valid until the next is read.
 * Limits:  AUTHPOLICY_BODY bytes, AUTHPOLICY_DEPTH objects and arrays one in the other. A member twice is wrong. A name
 *          of more than LOGIN_ACCOUNT bytes is none, as is a protocol of more than LOGIN_PROTOCOL.
 *          jansson allocates for each body, and gives it back before the function returns.
 * Thread:  one at a time. Before the first body in a process that may open no file: authpolicy_prepare.
 */
#ifndef LAZARET_RELAY_AUTHPOLICY_H
#define LAZARET_RELAY_AUTHPOLICY_H

#include "base/hash.h"
#include "relay/login.h"

#define AUTHPOLICY_BODY  65536
#define AUTHPOLICY_DEPTH 8
/* RFC 5321 s4.5.3.1: 64 of a local part, '@', 255 of a domain. */
#define LOGIN_ACCOUNT  320
#define LOGIN_PROTOCOL 32
/* Of a whole answer. */
#define AUTHPOLICY_ANSWER 64

enum authpolicy_fault {
	AUTHPOLICY_NO_FAULT,
	AUTHPOLICY_LONG,   /* too many bytes */
	AUTHPOLICY_DEEP,   /* too many objects or arrays one in the other */
	AUTHPOLICY_JSON,   /* is none */
	AUTHPOLICY_TWICE,  /* a member is there twice */
	AUTHPOLICY_SHAPE,  /* no object, or a member is not of the type that it should be */
	AUTHPOLICY_LACK,   /* a member that must be there is not */
	AUTHPOLICY_REMOTE, /* is no address */
	AUTHPOLICY_FAULTS
};

/* "long" and so on, for the metrics. */
extern const char *const authpolicy_fault_names[AUTHPOLICY_FAULTS];

struct authpolicy {
	struct hash_key key; /* of device and session */
	/* Its own. */
	uint8_t fault; /* enum authpolicy_fault: of the last body */
	char account[LOGIN_ACCOUNT];
	char protocol[LOGIN_PROTOCOL];
};

/* jansson's tables get a secret seed, for which it opens /dev/urandom; only the first call does anything. */
void authpolicy_prepare(void);

/* The body of a question, or of a report: 0, or -EBADMSG with fault and fail filled. */
int authpolicy_read(struct authpolicy *policy, struct text body, bool is_report, struct login *ret,
	struct fail *fail) MUST_USE;

/* Without a text: it would go to the client even where his password was wrong. */
void authpolicy_answer(struct buffer *into, bool allows);

#endif
