/* relaymilter - the milter protocol's side of the relay guard: streams in, questions to the guard, answers out
 *
 * What:    one of these a listening socket, given to runtime/streamserver.h as its protocol. Every recipient is a
 *          question, and the end of every message; a message that ends otherwise is told as aborted, also where the
 *          connection ends within it. MAIL is always answered "continue".
 *          Who answers for a message: {auth_authen}; else {cert_subject}, where it can be trusted: Postfix tells it of
 *          certificates only that it has verified, Sendmail of any, but with {verify}, which is "OK" then. So a server
 *          that took the list of macros that are wanted, and yet tells no {verify}, is believed. Else the client's
 *          address. A recipient is the server's own if its {rcpt_mailer} is "local" or "virtual".
 *          A recipient that is refused after this, by another milter or by the server itself, counts.
 *          What a message is called is made of its connection and its place in it: the queue id comes too late.
 * Owns:    buffers, and a timer for each connection that was slowed; relay and the texts' settings are the caller's.
 * Limits:  about 5 KiB a connection. An answer waits RELAYMILTER_RCPT_US at the longest at RCPT (Sendmail waits ten
 *          seconds for it, Postfix thirty), RELAYMILTER_END_US at the end, where the server is told every
 *          RELAYMILTER_PROGRESS_US that it is coming (RFC 6409 s5.3: less than two minutes with all else).
 *          The listener's idle_us must be above the time that a message may take to come, which is passed over in
 *          silence: an hour. Its request_most is MILTER_PACKET + 4 or more.
 * Thread:  one.
 */
#ifndef LAZARET_SERVICE_RELAYMILTER_H
#define LAZARET_SERVICE_RELAYMILTER_H

#include "relay/milter.h"
#include "runtime/streamserver.h"
#include "service/relaytext.h"

#define RELAYMILTER_RCPT_US     (8 * WALL_SECOND)
#define RELAYMILTER_END_US      (60 * WALL_SECOND)
#define RELAYMILTER_PROGRESS_US (5 * WALL_SECOND)

struct relaymilter_counts {
	uint64_t connections; /* of clients that the server told of */
	uint64_t messages;    /* begun */
	uint64_t recipients;  /* asked for */
	uint64_t ends;        /* of messages, asked for */
	uint64_t denied;      /* answers: later, or never */
	uint64_t held;        /* messages */
	uint64_t slowed;      /* answers */
	uint64_t shadowed;    /* answers that were other than they would have been */
	uint64_t aborted;     /* messages with a recipient that did not come to their end */
	uint64_t late;        /* questions that had waited too long */
	uint64_t left_out;    /* values of macros that did not fit */
	uint64_t not_agreed;  /* what the server does not let a milter do */
	uint64_t fault[MILTER_FAULTS]; /* connections that ended so */
};

struct relaymilter {
	struct relay *relay;
	struct hash_key key; /* of the names of messages */
	struct relaytext text;
	bool adds_trace;         /* X-Lazaret-Case is added to what has a case */
	uint32_t number;         /* of this listener: no other of relay has it */
	struct event_base *base; /* of the listener */
	/* What time it is, and whether who asks has waited too long by now (NULL: never). */
	struct wall (*now)(void *context);
	bool (*is_late)(void *context);
	void *context;
	bool fails_closed; /* who has waited too long is deferred, else passes */
	/* Its own, zero at the begin. */
	uint64_t streams;
	struct buffer reply;
	struct buffer answer;
	struct relaymilter_counts counts;
};

extern const struct stream_protocol relaymilter_protocol;

void relaymilter_begin(struct relaymilter *of);

/* After the listener has ended. */
void relaymilter_done(struct relaymilter *of);

#endif
