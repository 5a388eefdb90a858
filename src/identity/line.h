/* line - who, without saying who: the subscriber line that evidence is held against
 *
 * What:    a keyed pseudonym (SipHash of the line's name under the network's secret key) and a role. An account at a
 *          mail server is held as a line is: it has a role of its own.
 *          The only part of identity/ that other stages see.
 * Thread:  a value.
 */
#ifndef LAZARET_IDENTITY_LINE_H
#define LAZARET_IDENTITY_LINE_H

#include <stdint.h>

enum role {
	ROLE_RESIDENTIAL,
	ROLE_STATIC,
	ROLE_BUSINESS,
	ROLE_MAIL_SERVER,
	ROLE_MOBILE,
	ROLE_SHARED,    /* one address of many lines: never acted upon automatically */
	ROLE_PROTECTED, /* alarm, telecare, emergency calls: never quarantined automatically */
	ROLE_ACCOUNT,   /* no line of the network: who logs in at a relay (relay/) */
	ROLE_COUNT,
	ROLE_LINES = ROLE_ACCOUNT /* roles that lines of the network can have */
};

/* "residential" and so on, as configuration and JSON spell them. */
extern const char *const role_names[ROLE_COUNT];

struct line {
	uint64_t pseudonym;
	uint8_t role; /* enum role, as provisioned */
	uint8_t spare[7];
};

#endif
