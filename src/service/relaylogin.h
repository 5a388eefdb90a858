/* relaylogin - the logins' side of the relay guard: Dovecot asks and reports over HTTP
 *
 * What:    one of these a listening socket. POST TARGET?command=allow asks, ?command=report tells (authpolicy.h); both
 *          get JSON, on connections that stay open. Where there is a secret, only who sends it is heard: it is written
 *          as in Dovecot's auth_policy_server_api_header, "Authorization: Basic ..." or, without a name, the value
 *          of X-API-Key. It goes over the wire as it is: listen on loopback or a network of one's own.
 *          A body that cannot be understood is answered by 400, and the connection goes on; what is no request that
 *          is read here, has no secret or no command ends it. Dovecot then lets the login pass, unless
 *          auth_policy_reject_on_fail says no, and writes so into its log.
 * Owns:    itself; texts of the settings, and context, are the caller's and stay valid. Its listeners end before it.
 * Limits:  those of httprequest.h, authpolicy.h and of the listener; a secret of RELAYLOGIN_SECRET bytes.
 * Thread:  one. relaylogin_new before the process gives up opening files.
 */
#ifndef LAZARET_SERVICE_RELAYLOGIN_H
#define LAZARET_SERVICE_RELAYLOGIN_H

#include "base/httprequest.h"
#include "base/wall.h"
#include "relay/authpolicy.h"
#include "runtime/streamserver.h"

#define RELAYLOGIN_SECRET 256

struct relaylogin_settings {
	struct text secret;  /* empty: whoever reaches the socket is heard */
	struct hash_key key; /* of devices and sessions */
	struct wall (*now)(void *context);
	/* May this one log in? */
	bool (*allow)(void *context, const struct login *login, struct wall now);
	void (*report)(void *context, const struct login *login, struct wall now);
	void *context;
};

struct relaylogin_counts {
	uint64_t requests;     /* that were whole and had the secret */
	uint64_t unauthorised; /* had not */
	uint64_t unknown;      /* no command that is known */
	uint64_t told[LOGIN_KINDS];
	uint64_t allowed; /* of LOGIN_ASKS */
	uint64_t refused;
	uint64_t malformed[AUTHPOLICY_FAULTS];
	uint64_t http[HTTPREQUEST_FAULTS];
};

struct relaylogin;

/* Can it be one? -EINVAL with fail filled. */
int relaylogin_try_secret(struct text secret, struct fail *fail) MUST_USE;

/* -EINVAL with fail filled: the secret cannot be. */
int relaylogin_new(const struct relaylogin_settings *settings, struct relaylogin **ret,
	struct fail *fail) MUST_USE;
struct relaylogin *relaylogin_free(struct relaylogin *login);

/* For stream_listen, on a socket that listens: limits and times as Dovecot needs them. */
struct stream_settings relaylogin_stream(
	struct relaylogin *login, int socket, size_t connections_most);

struct relaylogin_counts relaylogin_counts(const struct relaylogin *login);

#endif
