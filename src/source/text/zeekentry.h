/* zeekentry - an entry of Zeek's conn.log or smtp.log as a flow
 *
 * What:    takes the fields of an entry as text, from whichever notation, and puts what they tell into the
 *          intake. conn.log gives connections with their counters and flags (from the history). smtp.log
 *          gives details: several transactions of one connection are joined in the intake; whether the data
 *          phase was reached, how many recipients, refusals before it, TLS. A message that was turned
 *          down after DATA is left to the bytes of conn.log (doc/decisions/0001).
 *          Mail addresses, subjects and the like are only asked whether they are there.
 * Owns:    nothing.
 * Thread:  any.
 */
#ifndef LAZARET_SOURCE_TEXT_ZEEKENTRY_H
#define LAZARET_SOURCE_TEXT_ZEEKENTRY_H

#include "source/text/linereader.h"

/* Early ones first: they decide whether the entry is wanted. */
enum zeek_field {
	ZEEK_ORIG_PORT,
	ZEEK_RESP_PORT,
	ZEEK_PROTO,
	ZEEK_TS,
	ZEEK_ORIG_ADDRESS,
	ZEEK_RESP_ADDRESS,
	ZEEK_DURATION,
	ZEEK_CONN_STATE,
	ZEEK_HISTORY,
	ZEEK_MISSED_BYTES,
	ZEEK_ORIG_PACKETS,
	ZEEK_ORIG_BYTES,
	ZEEK_RESP_PACKETS,
	ZEEK_RESP_BYTES,
	ZEEK_TRANS_DEPTH,
	ZEEK_RECIPIENTS, /* only their number is used, see struct zeek_entry */
	ZEEK_LAST_REPLY,
	ZEEK_TLS,
	ZEEK_MESSAGE, /* a header of the message: it was sent */
	ZEEK_FIELD_COUNT
};

enum zeek_log { ZEEK_CONN, ZEEK_SMTP, ZEEK_OTHER, ZEEK_LOG_COUNT };

struct zeek_entry {
	struct text fields[ZEEK_FIELD_COUNT]; /* empty where not set */
	uint64_t recipients;
};

/* Names of the fields in the logs; several with blanks between them. */
extern const char *const zeek_field_names[ZEEK_FIELD_COUNT];

/* Do its ports say that it is about mail? Only the ports need to be set. */
bool zeek_entry_is_mail(const struct zeek_entry *entry);

/* Puts it into the intake of lines, or refuses it; line is the whole one. */
void zeek_entry_read(const struct zeek_entry *entry, enum zeek_log log, struct linereader *lines,
	struct text line);

#endif
