/* smtp - follows an SMTP dialogue as far as the data phase
 *
 * What:    takes the bytes of both directions in order (gaps are told) and keeps what it must know about
 *          them: reply codes, whether TLS began (RFC 3207, RFC 8314), AUTH was tried (RFC 4954), how many
 *          RCPT there were, how many replies of 500 and above, and whether the client came to the data
 *          phase: a 354, or a BDAT (RFC 3030) that was taken.
 *          Between DATA or BDAT and the reply to it nothing is read, and nothing behind the start of
 *          TLS. Lines are recognised by their first eight bytes; no line, address or content is kept.
 *          After a gap (lost packets, packets cut by the capture) reading goes on at the next line that
 *          is a known command or a reply: dialogues begin their lines where packets begin.
 * Where the reply that opens the data phase cannot be seen (gaps, one side only, TLS) the client's bytes
 * between two answers of the server, its flights, stand for it:
 *   - in the clear: what follows DATA and is no command is content; without a DATA seen, SMTP_CONTENT
 *     bytes of one flight that are no commands are;
 *   - in TLS: SMTP_CONTENT bytes in one flight after the first (which greets) are content; less than
 *     SMTP_TLS_TALK bytes in all after the first are a dialogue too short for a message; between
 *     them it cannot be told.
 * Owns:    nothing; a value of fixed size.
 * Thread:  any, one struct a connection.
 */
#ifndef LAZARET_SOURCE_CAPTURE_SMTP_H
#define LAZARET_SOURCE_CAPTURE_SMTP_H

#include "base/fail.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SMTP_CONTENT  1000
#define SMTP_TLS_TALK 500

enum smtp_client { SMTP_COMMANDS, SMTP_AFTER_DATA, SMTP_IN_CONTENT, SMTP_IN_TLS };

enum smtp_seen {
	SMTP_GREETED = 1 << 0,        /* the server's first reply was there */
	SMTP_DATA_PHASE = 1 << 1,     /* the server opened the data phase */
	SMTP_CONTENT_SENT = 1 << 2,   /* the client sent what is no dialogue */
	SMTP_TLS = 1 << 3,            /* TLS began, at once or after STARTTLS */
	SMTP_AUTH = 1 << 4,           /* AUTH was tried in the clear */
	SMTP_SERVER_HIDDEN = 1 << 5,  /* some of the server's bytes are missing */
	SMTP_STRANGE = 1 << 6,        /* the server said what is no reply, and never greeted */
	SMTP_CUT = 1 << 7,            /* the beginning is missing, and no new beginning was seen */
	SMTP_ASKED_TLS = 1 << 8,      /* STARTTLS waits for its reply */
	SMTP_IN_AUTH = 1 << 9,        /* lines that are no commands belong to AUTH */
	SMTP_IN_REPLY = 1 << 10,      /* between the lines of one reply */
	SMTP_CONTENT_REPLY = 1 << 11, /* the next reply is about content */
	SMTP_BDAT = 1 << 12,          /* a BDAT waits for its reply */
	SMTP_RESUME = 1 << 13,        /* commands go on in what acknowledges resume */
	SMTP_TAKEN = 1 << 14,         /* a message that was sent after DATA was taken */
	SMTP_TURNED_DOWN = 1 << 15,   /* one was not: a reply of 400 and above */
};

struct smtp_line {
	uint8_t state;
	uint8_t size; /* of begin */
	uint8_t begin[8];
};

struct smtp {
	struct smtp_line client_line;
	struct smtp_line server_line;
	uint8_t client;       /* enum smtp_client */
	uint8_t flights;      /* in TLS; saturates */
	uint16_t seen;        /* enum smtp_seen */
	uint16_t greeting;    /* code of the first reply, 0 before */
	uint16_t last;        /* code of the last reply */
	uint16_t recipients;  /* RCPT commands; saturates, as all counts here */
	uint16_t refusals;    /* replies of 500 and above before a data phase */
	uint16_t deferrals;   /* replies of 400 to 499 */
	uint16_t waiting;     /* commands without a reply so far */
	uint16_t before_bdat; /* replies that come before that to BDAT */
	bool has_acknowledged;
	uint32_t acknowledged; /* the client's last acknowledgement: a higher one begins a flight */
	uint32_t resume;
	uint32_t flight;      /* the client's bytes of this flight that are no commands */
	uint32_t flight_most; /* of all flights in the clear */
	uint32_t tls_talk;    /* the client's bytes in TLS after the first flight */
};

/* implicit_tls: port 465. cut: the beginning is missing. */
void smtp_init(struct smtp *smtp, bool implicit_tls, bool cut);

/* The next bytes of the client, and the acknowledgement number they came with. */
void smtp_client(struct smtp *smtp, uint32_t acknowledged, const uint8_t *bytes, size_t size);
/* Bytes of the client that are missing. */
void smtp_client_gap(struct smtp *smtp, uint32_t acknowledged, size_t size);

/* The next bytes of the server; sequence is the number of the first. */
void smtp_server(struct smtp *smtp, uint32_t sequence, const uint8_t *bytes, size_t size);
/* Bytes of the server are missing; sequence is the number of the first that is not. */
void smtp_server_gap(struct smtp *smtp, uint32_t sequence);

/* What the dialogue came to, for a connection that is over: enum outcome without FAILED and BLOCKED.
 * client_seen, server_seen: were there packets of that side? */
int smtp_outcome(const struct smtp *smtp, bool client_seen, bool server_seen) MUST_USE;

/* Were messages sent and turned down, and none taken? Such a connection looks to flow records like one that
 * delivered, or not, by its size alone; so every source judges it by that. */
bool smtp_content_refused(const struct smtp *smtp);

#endif
