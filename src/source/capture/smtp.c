/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/capture/smtp.h"

#include "source/observation.h"

#include <string.h>

/* Bytes of a flight that are no commands and may hide content when the server's reply is hidden too:
 * more than a mistyped command. */
#define UNREAD_DOUBT 100

#define TLS_HANDSHAKE                                                                              \
	0x16 /* the first byte of a TLS record that begins a session (RFC 8446 s5.1) */

enum line { LINE_BEGIN, LINE_COMMAND, LINE_UNREAD };

enum verb {
	VERB_NONE,
	VERB_AUTH,
	VERB_BDAT,
	VERB_DATA,
	VERB_HELLO,
	VERB_RCPT,
	VERB_STARTTLS,
	VERB_TLS,
	VERB_OTHER
};

static void
count(uint16_t *counter)
{
	if (*counter < UINT16_MAX)
		++*counter;
}

static void
add(uint32_t *counter, size_t size)
{
	*counter = size > UINT32_MAX - *counter ? UINT32_MAX : *counter + (uint32_t)size;
}

void
smtp_init(struct smtp *smtp, bool implicit_tls, bool cut)
{
	*smtp = (struct smtp){0};
	if (implicit_tls) {
		smtp->client = SMTP_IN_TLS;
		smtp->seen |= SMTP_TLS;
	}
	if (cut)
		smtp->seen |= SMTP_CUT;
}

static bool
begins(const struct smtp_line *line, const char *verb)
{
	size_t length = strlen(verb);

	if (line->size < length)
		return false;
	for (size_t i = 0; i < length; i++) {
		uint8_t c = line->begin[i];

		if (c >= 'a' && c <= 'z')
			c -= 'a' - 'A';
		if (c != (uint8_t)verb[i])
			return false;
	}
	if (line->size == length)
		return true;
	/* A longer word is another one. */
	switch (line->begin[length]) {
	case ' ':
	case '\t':
	case ':':
	case '\r':
	case '\n':
		return true;
	default:
		return false;
	}
}

static enum verb
verb_of(const struct smtp_line *line)
{
	static const struct {
		const char *name;
		enum verb verb;
	} verbs[] = {{"RCPT", VERB_RCPT}, {"MAIL", VERB_OTHER}, {"EHLO", VERB_HELLO},
		{"HELO", VERB_HELLO}, {"DATA", VERB_DATA}, {"BDAT", VERB_BDAT},
		{"QUIT", VERB_OTHER}, {"RSET", VERB_OTHER}, {"STARTTLS", VERB_STARTTLS},
		{"AUTH", VERB_AUTH}, {"NOOP", VERB_OTHER}, {"VRFY", VERB_OTHER},
		{"EXPN", VERB_OTHER}, {"HELP", VERB_OTHER}, {"ETRN", VERB_OTHER},
		{"LHLO", VERB_HELLO}, {"XCLIENT", VERB_OTHER}};

	if (line->size > 0 && line->begin[0] == TLS_HANDSHAKE)
		return VERB_TLS;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++) {
		if (begins(line, verbs[i].name))
			return verbs[i].verb;
	}
	return VERB_NONE;
}

/* TLS begins with what the client sends next. */
static void
begin_tls(struct smtp *smtp)
{
	smtp->client = SMTP_IN_TLS;
	smtp->seen |= SMTP_TLS;
	smtp->seen &= (uint16_t) ~(SMTP_ASKED_TLS | SMTP_CONTENT_SENT);
	smtp->flights = 0;
	smtp->flight = 0;
	smtp->tls_talk = 0;
}

static void
on_command(struct smtp *smtp, enum verb verb)
{
	smtp->client = SMTP_COMMANDS;
	smtp->seen &= (uint16_t)~SMTP_IN_AUTH;
	switch (verb) {
	case VERB_AUTH:
		smtp->seen |= SMTP_AUTH | SMTP_IN_AUTH;
		break;
	case VERB_BDAT:
		smtp->before_bdat = smtp->waiting;
		smtp->seen |= SMTP_BDAT;
		smtp->client = SMTP_IN_CONTENT;
		break;
	case VERB_DATA:
		smtp->client = SMTP_AFTER_DATA;
		break;
	case VERB_HELLO:
		smtp->seen &= (uint16_t)~SMTP_CUT;
		break;
	case VERB_RCPT:
		count(&smtp->recipients);
		break;
	case VERB_STARTTLS:
		smtp->seen |= SMTP_ASKED_TLS;
		break;
	case VERB_TLS:
	case VERB_NONE:
	case VERB_OTHER:
		break;
	}
	count(&smtp->waiting);
}

/* Bytes in the clear that are no commands. */
static void
on_unread(struct smtp *smtp, size_t size)
{
	if ((smtp->seen & SMTP_IN_AUTH) != 0)
		return;
	add(&smtp->flight, size);
	if (smtp->flight > smtp->flight_most)
		smtp->flight_most = smtp->flight;
	if (smtp->client == SMTP_AFTER_DATA) {
		smtp->client = SMTP_IN_CONTENT;
		smtp->seen |= SMTP_CONTENT_SENT;
	} else if (smtp->flight >= SMTP_CONTENT) {
		smtp->seen |= SMTP_CONTENT_SENT;
	}
}

static void
on_tls_bytes(struct smtp *smtp, size_t size)
{
	add(&smtp->flight, size);
	if (smtp->flights == 0)
		return;
	add(&smtp->tls_talk, size);
	if (smtp->flight >= SMTP_CONTENT)
		smtp->seen |= SMTP_CONTENT_SENT;
}

static void
begin_flight(struct smtp *smtp, uint32_t acknowledged)
{
	if (smtp->has_acknowledged && (int32_t)(acknowledged - smtp->acknowledged) <= 0)
		return;
	if (smtp->client == SMTP_IN_TLS && smtp->has_acknowledged && smtp->flight > 0 &&
		smtp->flights < UINT8_MAX)
		smtp->flights++;
	smtp->has_acknowledged = true;
	smtp->acknowledged = acknowledged;
	smtp->flight = 0;
}

/* May the client's commands go on after content? */
static bool
resumes(struct smtp *smtp, uint32_t acknowledged)
{
	if ((smtp->seen & SMTP_RESUME) == 0 || (int32_t)(acknowledged - smtp->resume) < 0)
		return false;
	smtp->seen &= (uint16_t)~SMTP_RESUME;
	smtp->client = SMTP_COMMANDS;
	smtp->client_line = (struct smtp_line){0};
	return true;
}

/* Takes the beginning of a line out of the bytes; true when there is enough of it to know the line. */
static bool
collect(struct smtp_line *line, size_t enough, const uint8_t *at, size_t size, bool whole)
{
	size_t room = enough - line->size;

	if (size > room)
		size = room;
	memcpy(line->begin + line->size, at, size);
	line->size += (uint8_t)size;
	return line->size == enough || whole;
}

static void
on_client_line(struct smtp *smtp)
{
	struct smtp_line *line = &smtp->client_line;
	enum verb verb = verb_of(line);

	if (verb == VERB_TLS) {
		size_t size = line->size;

		begin_tls(smtp);
		on_tls_bytes(smtp, size);
	} else if (verb == VERB_NONE) {
		size_t size = line->size;

		line->state = LINE_UNREAD;
		on_unread(smtp, size);
	} else {
		line->state = LINE_COMMAND;
		on_command(smtp, verb);
	}
}

void
smtp_client(struct smtp *smtp, uint32_t acknowledged, const uint8_t *bytes, size_t size)
{
	struct smtp_line *line = &smtp->client_line;
	const uint8_t *end = bytes + size;

	begin_flight(smtp, acknowledged);
	if (smtp->client == SMTP_IN_CONTENT && !resumes(smtp, acknowledged))
		return;
	while (bytes < end) {
		const uint8_t *feed, *next;
		size_t before = line->size;

		if (smtp->client == SMTP_IN_TLS) {
			on_tls_bytes(smtp, (size_t)(end - bytes));
			return;
		}
		if (smtp->client == SMTP_IN_CONTENT)
			return;
		feed = memchr(bytes, '\n', (size_t)(end - bytes));
		next = feed != NULL ? feed + 1 : end;
		if (line->state == LINE_BEGIN &&
			collect(line, sizeof(line->begin), bytes, (size_t)(next - bytes),
				feed != NULL)) {
			bytes += line->size - before;
			on_client_line(smtp);
			if (smtp->client == SMTP_IN_TLS || smtp->client == SMTP_IN_CONTENT)
				line->state = LINE_BEGIN;
			if (smtp->client == SMTP_IN_TLS) {
				line->size = 0;
				continue;
			}
		} else if (line->state == LINE_BEGIN) {
			return;
		}
		if (line->state == LINE_UNREAD)
			on_unread(smtp, (size_t)(next - bytes));
		bytes = next;
		if (feed != NULL || smtp->client == SMTP_IN_CONTENT)
			*line = (struct smtp_line){0};
	}
}

void
smtp_client_gap(struct smtp *smtp, uint32_t acknowledged, size_t size)
{
	struct smtp_line *line = &smtp->client_line;

	begin_flight(smtp, acknowledged);
	if (smtp->client == SMTP_IN_TLS)
		on_tls_bytes(smtp, size);
	else if (smtp->client != SMTP_IN_CONTENT && line->state != LINE_COMMAND)
		on_unread(smtp, size);
	/* Replies to commands in the gap will come, and nobody knows how many. */
	smtp->waiting = 0;
	*line = (struct smtp_line){0};
}

static void
on_content_reply(struct smtp *smtp, uint16_t code, uint32_t after)
{
	smtp->seen &= (uint16_t)~SMTP_CONTENT_REPLY;
	smtp->seen |= SMTP_RESUME;
	smtp->seen |= code >= 400 ? SMTP_TURNED_DOWN : SMTP_TAKEN;
	smtp->resume = after;
}

/* One whole reply; after is a sequence number that the client acknowledges when he has got it. */
static void
on_reply(struct smtp *smtp, uint16_t code, uint32_t after)
{
	bool first = (smtp->seen & SMTP_GREETED) == 0;

	smtp->last = code;
	smtp->seen |= SMTP_GREETED;
	if (first && (smtp->seen & SMTP_CUT) == 0) {
		smtp->greeting = code;
	} else if (first && code == 220 && (smtp->seen & SMTP_ASKED_TLS) == 0) {
		smtp->greeting = code;
		smtp->seen &= (uint16_t)~SMTP_CUT;
	} else if (code != 334 && smtp->waiting > 0) {
		smtp->waiting--;
	}
	if ((smtp->seen & SMTP_CONTENT_REPLY) != 0) {
		on_content_reply(smtp, code, after);
		return;
	}
	if ((smtp->seen & SMTP_BDAT) != 0) {
		if (smtp->before_bdat > 0) {
			smtp->before_bdat--;
		} else {
			smtp->seen &= (uint16_t)~SMTP_BDAT;
			smtp->seen |= SMTP_RESUME;
			smtp->resume = after;
			if (code >= 200 && code < 300)
				smtp->seen |= SMTP_DATA_PHASE;
		}
	}
	if (code == 354) {
		smtp->seen |= SMTP_DATA_PHASE | SMTP_CONTENT_REPLY;
		smtp->client = SMTP_IN_CONTENT;
	} else if (code == 220 && (smtp->seen & SMTP_ASKED_TLS) != 0) {
		begin_tls(smtp);
	} else if (code >= 400) {
		smtp->seen &= (uint16_t)~SMTP_ASKED_TLS;
		/* The reply to DATA itself: no content follows. */
		if (smtp->client == SMTP_AFTER_DATA && smtp->waiting == 0)
			smtp->client = SMTP_COMMANDS;
		count(code >= 500 ? &smtp->refusals : &smtp->deferrals);
	}
}

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* The beginning of a line of the server: "250-" or "250 " (RFC 5321 s4.2.1), or a bare code. */
static void
on_server_line(struct smtp *smtp, uint32_t after)
{
	struct smtp_line *line = &smtp->server_line;
	const uint8_t *c = line->begin;
	uint16_t code;

	line->state = LINE_UNREAD;
	if (line->size < 4 || c[0] < '2' || c[0] > '5' || !is_digit(c[1]) || !is_digit(c[2]) ||
		(c[3] != ' ' && c[3] != '-' && c[3] != '\r' && c[3] != '\n')) {
		if ((smtp->seen & (SMTP_GREETED | SMTP_IN_REPLY)) == 0)
			smtp->seen |= SMTP_STRANGE;
		return;
	}
	line->state = LINE_COMMAND;
	code = (uint16_t)((c[0] - '0') * 100 + (c[1] - '0') * 10 + (c[2] - '0'));
	if (c[3] == '-') {
		smtp->seen |= SMTP_IN_REPLY;
		smtp->last = code;
		return;
	}
	smtp->seen &= (uint16_t)~SMTP_IN_REPLY;
	on_reply(smtp, code, after);
}

/* On a port for TLS from the start, somebody speaks in the clear: the greeting comes before any byte of
 * the client. */
static bool
is_clear_greeting(const struct smtp *smtp, const uint8_t *bytes, size_t size)
{
	return smtp->flights == 0 && smtp->flight == 0 && (smtp->seen & SMTP_GREETED) == 0 &&
		size >= 3 && is_digit(bytes[0]) && is_digit(bytes[1]) && is_digit(bytes[2]);
}

void
smtp_server(struct smtp *smtp, uint32_t sequence, const uint8_t *bytes, size_t size)
{
	struct smtp_line *line = &smtp->server_line;

	if (smtp->client == SMTP_IN_TLS) {
		if (!is_clear_greeting(smtp, bytes, size))
			return;
		smtp->client = SMTP_COMMANDS;
		smtp->seen &= (uint16_t)~SMTP_TLS;
	}
	while (size > 0 && smtp->client != SMTP_IN_TLS) {
		const uint8_t *feed = memchr(bytes, '\n', size);
		size_t take = feed != NULL ? (size_t)(feed - bytes) + 1 : size;
		size_t before = line->size;

		if (line->state == LINE_BEGIN && collect(line, 4, bytes, take, feed != NULL))
			on_server_line(smtp, sequence + (uint32_t)(line->size - before));
		if (feed != NULL)
			*line = (struct smtp_line){0};
		bytes += take;
		size -= take;
		sequence += (uint32_t)take;
	}
}

void
smtp_server_gap(struct smtp *smtp, uint32_t sequence)
{
	if (smtp->client == SMTP_IN_TLS)
		return;
	smtp->seen |= SMTP_SERVER_HIDDEN;
	smtp->server_line = (struct smtp_line){0};
	/* The reply's last line is in the gap; its code is known. */
	if ((smtp->seen & SMTP_IN_REPLY) != 0) {
		smtp->seen &= (uint16_t)~SMTP_IN_REPLY;
		on_reply(smtp, smtp->last, sequence);
	}
	smtp->before_bdat = 0;
	smtp->waiting = 0;
}

int
smtp_outcome(const struct smtp *smtp, bool client_seen, bool server_seen)
{
	bool hidden = !server_seen || (smtp->seen & (SMTP_SERVER_HIDDEN | SMTP_CUT)) != 0;

	if ((smtp->seen & SMTP_DATA_PHASE) != 0)
		return OUTCOME_ACCEPTED;
	if ((smtp->seen & SMTP_TLS) != 0) {
		if ((smtp->seen & SMTP_CONTENT_SENT) != 0)
			return OUTCOME_ACCEPTED;
		return client_seen && (smtp->seen & SMTP_CUT) == 0 && smtp->tls_talk < SMTP_TLS_TALK
			? OUTCOME_REFUSED
			: OUTCOME_UNKNOWN;
	}
	if (hidden && (smtp->seen & SMTP_CONTENT_SENT) != 0)
		return OUTCOME_ACCEPTED;
	if ((smtp->seen & SMTP_CUT) != 0 ||
		(smtp->seen & (SMTP_STRANGE | SMTP_GREETED)) == SMTP_STRANGE)
		return OUTCOME_UNKNOWN;
	/* A 354 may be in what is hidden, and a short message in what was not understood. */
	if (hidden && (!client_seen || smtp->flight_most >= UNREAD_DOUBT))
		return OUTCOME_UNKNOWN;
	return OUTCOME_REFUSED;
}

bool
smtp_content_refused(const struct smtp *smtp)
{
	return (smtp->seen & (SMTP_TURNED_DOWN | SMTP_TAKEN)) == SMTP_TURNED_DOWN;
}
