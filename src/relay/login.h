/* login - what a mail server tells of somebody who logs in, or tries to
 *
 * What:    authpolicy.h fills it. Who is asked about is not known yet: anybody may try any name, so only what is
 *          reported says anything of an account.
 * Owns:    nothing: texts are views, valid as long as whoever filled it says. They are UTF-8; any character but NUL may
 *          be in them.
 * Thread:  a value.
 */
#ifndef LAZARET_RELAY_LOGIN_H
#define LAZARET_RELAY_LOGIN_H

#include "base/address.h"
#include "base/text.h"

enum login_kind {
	LOGIN_ASKS, /* may this one log in? A server asks up to twice: before it looks at the password, and after */
	LOGIN_GOOD,    /* is in */
	LOGIN_BAD,     /* the password was wrong, or there is no such account */
	LOGIN_REFUSED, /* by an answer to LOGIN_ASKS: says nothing of the password */
	LOGIN_BROKEN,  /* by a fault of the server, which says so: nothing of the password */
	LOGIN_KINDS
};

/* "asks" and so on. */
extern const char *const login_kind_names[LOGIN_KINDS];

struct login {
	struct text account;   /* as the server knows it; empty: not told, or too long to be one */
	struct text protocol;  /* "imap", "smtp" (Postfix's SASL) ...; empty: not told */
	struct address client; /* all zero: not known */
	uint64_t device;       /* a hash of what the client says that it is; 0: nothing */
	uint64_t session;      /* a hash of the name of its connection; 0: not told */
	uint8_t kind;          /* enum login_kind */
};

#endif
