/* miltermacros - the values that a mail server tells a milter beside its commands, for as long as they hold
 *
 * What:    a server sends names and values before a command. What came before CONNECT or HELO holds for the connection
 *          (until the next of that kind), before MAIL, DATA or the end for the message, before RCPT for that recipient;
 *          the innermost is the current one. Names that are not wanted are passed over.
 * Owns:    all of it, in the struct; values are valid until the next change. All zero at the start is empty.
 * Limits:  MILTER_VALUE bytes a value, MILTER_VALUES bytes together: what does not fit is empty, and counted.
 * Thread:  one at a time.
 */
#ifndef LAZARET_RELAY_MILTERMACROS_H
#define LAZARET_RELAY_MILTERMACROS_H

#include "base/text.h"

#define MILTER_VALUE  512
#define MILTER_VALUES 4096

/* What a guard asks for. */
enum milter_macro {
	MILTER_QUEUE_ID,
	MILTER_DAEMON_NAME,
	MILTER_DAEMON_PORT,
	MILTER_TLS_VERSION,
	MILTER_CERT_SUBJECT,
	MILTER_CERT_ISSUER,
	MILTER_VERIFY, /* Sendmail: "OK" if the certificate is one that it trusts */
	MILTER_AUTH_AUTHEN,
	MILTER_AUTH_TYPE,
	MILTER_MAIL_ADDR,
	MILTER_RCPT_ADDR,
	MILTER_RCPT_MAILER, /* how it is delivered: "local", "esmtp" ... */
	MILTER_MACROS
};

/* In the order in which they hold one within the other. */
enum milter_level {
	MILTER_AT_CONNECT,
	MILTER_AT_HELO,
	MILTER_AT_MAIL,
	MILTER_AT_RCPT,
	MILTER_AT_DATA,
	MILTER_AT_END, /* also with headers and body */
	MILTER_LEVELS
};

/* As servers spell them, without braces. */
extern const char *const milter_macro_names[MILTER_MACROS];

/* The names that are wanted at each level, as servers want them listed. */
extern const char *const milter_macro_lists[MILTER_LEVELS];

struct milter_value {
	uint8_t macro; /* enum milter_macro */
	uint8_t level; /* enum milter_level */
	uint16_t at;
	uint16_t length;
};

struct milter_macros {
	uint32_t left_out;             /* values that did not fit */
	uint16_t used;                 /* of text */
	uint16_t begin[MILTER_LEVELS]; /* in text, of a level that holds anything */
	uint8_t count;
	struct milter_value value[MILTER_MACROS * MILTER_LEVELS]; /* outer levels first */
	char text[MILTER_VALUES];
};

/* Forgets a level and all within it. */
void milter_macros_drop(struct milter_macros *macros, enum milter_level level);

/* A command of a level has come: what is within it is forgotten, and behind the recipients what the last one had. */
void milter_macros_enter(struct milter_macros *macros, enum milter_level level);

/* Adds a value to a level, within which nothing may be held. A name with or without braces. */
void milter_macros_add(
	struct milter_macros *macros, enum milter_level level, struct text name, struct text value);

/* Empty: not told. */
struct text milter_macros_find(const struct milter_macros *macros, enum milter_macro macro);

#endif
