/* message - one message of NetFlow or IPFIX while it is read
 *
 * What:    what the three dialects have in common once their header is read: finding the session and
 *          following the sequence numbers. What is in it is read by sets.h, or is NetFlow v5's.
 * Owns:    nothing; a value that lives as long as the datagram.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SOURCE_EXPORT_MESSAGE_H
#define LAZARET_SOURCE_EXPORT_MESSAGE_H

#include "source/export/collector.h"

struct message {
	struct export *export_;
	const struct export_from *from;
	size_t size;           /* of the payload */
	const uint8_t *middle; /* and what tells it from others: 8 bytes from its middle, */
	const uint8_t *last;   /* and the last 8; looked at when all else has been read */
	struct session *session;
	struct moment moment;
	uint32_t number;       /* its sequence number */
	uint32_t records;      /* data records read, options included */
	uint32_t options;      /* of them: of options */
	uint32_t templates;    /* template records read */
	uint32_t sampling;     /* from a header of NetFlow v5 */
	uint64_t mail_before;  /* intake_counts.mail_records when it began */
	uint64_t clock_before; /* intake_counts.clock_records */
	uint8_t dialect;       /* enum dialect */
	bool is_uncounted;     /* a set without template was in it */
};

/* The session of the message by dialect and domain; NULL if there is none yet. */
struct session *message_session(const struct message *message, uint32_t domain);

/* A length, count or version in it is wrong: counts it. */
void message_malformed(const struct message *message);

/* The payload; it has 8 bytes or more. */
static inline void
message_set_payload(struct message *message, const uint8_t *payload, size_t size)
{
	message->size = size;
	message->middle = payload + size / 2;
	message->last = payload + size - 8;
}

/* Before the first set: finds the session by dialect and domain, and looks at the sequence
 * number. The message's payload, number and (but for its time) moment must be set. export_us:
 * the time in the header. False: this message is not to be read (counted). */
bool message_begin(struct message *message, uint32_t domain, int64_t export_us);

/* After the last set. */
void message_end(struct message *message);

/* Tells the intake, with the exporter's name before the text. */
void message_error(const struct message *message, const char *format, ...) PRINTF(2, 3);

#endif
