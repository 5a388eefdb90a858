/* mta - the agency's own mail server, which takes letters by SMTP
 *
 * What:    hands over one message after the other on one connection (RFC 5321), under STARTTLS with a certificate for
 *          the host's name, and says which of these it was:
 *
 *              took      the server has it
 *              later     it does not take this one now (4xx at RCPT or behind DATA)
 *              refused   it does not take it (5xx there, or the message is too large for it)
 *              away      it takes none: not there, no TLS, another certificate, login or sender refused
 *              cut       the connection ended between the message's last byte and the answer to it: nobody knows
 *
 *          The server queues and signs; whether a letter arrives is told by bounces.
 * Owns:    the connection, from the first message to mta_free; what the settings lead to stays the caller's.
 * Limits:  MTA_SECONDS a message.
 * Thread:  one at a time; mta_new and mta_free of the first and last one initialise libcurl.
 */
#ifndef LAZARET_CENSUS_OUTBOX_MTA_H
#define LAZARET_CENSUS_OUTBOX_MTA_H

#include "base/text.h"

#define MTA_SECONDS 300
#define MTA_TEXT    200

struct mta_settings {
	const char *host; /* name or address */
	uint16_t port;
	bool is_plain; /* without TLS: of loopback only */
	const char *
		authority; /* PEM file of those whose certificates are believed; NULL: the system's */
	const char *helo; /* what we say of ourselves */
	const char *user; /* NULL: without login */
	const char *password;
};

enum mta_answer { MTA_TOOK, MTA_LATER, MTA_REFUSED, MTA_AWAY, MTA_CUT };

struct mta_reply {
	enum mta_answer answer;
	uint16_t code;       /* of the last reply; 0: there was none */
	char text[MTA_TEXT]; /* what it said, or what went wrong: one line that can be shown */
};

struct mta;

struct mta *mta_new(const struct mta_settings *settings);
struct mta *mta_free(struct mta *mta);

/* from and to passed mime_check_address. */
void mta_send(struct mta *mta, const char *from, const char *to, struct text message,
	struct mta_reply *ret);

#endif
