/* milteranswer - what a milter answers a mail server
 *
 * What:    one of these for every event that waits. At the end of a message headers, quarantine and "progress" may come
 *          before it. Where nothing waits (the server gave up meanwhile) nothing is written.
 * Owns:    nothing.
 * Limits:  MILTER_LINES lines a reply, 512 bytes each on the wire (RFC 5321 s4.5.3.1.5), in ASCII; a header of one line
 *          of 998 bytes (RFC 5322 s2.1.1).
 * Thread:  any.
 */
#ifndef LAZARET_RELAY_MILTERANSWER_H
#define LAZARET_RELAY_MILTERANSWER_H

#include "relay/milter.h"

#define MILTER_LINES 32

/* After ACCEPT no more of that message is heard (of that connection, at CONNECT or HELO, which do not wait). REJECT and
 * TEMPFAIL leave the words to the server: at RCPT they are for that recipient, else for the message. */
enum milter_verdict { MILTER_CONTINUE, MILTER_ACCEPT, MILTER_REJECT, MILTER_TEMPFAIL };

void milter_answer(struct milter *milter, enum milter_verdict verdict, struct buffer *into);

/* Is it a reply as milter_refuse takes it? "450 4.7.0 Too much mail", more lines of text after '\n' each.
 * -EINVAL with fail->what. */
int milter_check_reply(struct text reply, struct fail *fail) MUST_USE;

/* Refuses with that reply: REJECT or TEMPFAIL by its code. -EINVAL with fail->what: nothing is written. */
int milter_refuse(
	struct milter *milter, struct text reply, struct buffer *into, struct fail *fail) MUST_USE;

/* A header field before the one with that number, 0: before all. -EINVAL with fail->what; -EPERM: not the end of a
 * message, or the server did not agree to it. */
int milter_insert_header(struct milter *milter, uint32_t before, struct text name,
	struct text value, struct buffer *into, struct fail *fail) MUST_USE;

/* The message is held; it must be answered yet. Errors as above. */
int milter_quarantine(
	struct milter *milter, struct text reason, struct buffer *into, struct fail *fail) MUST_USE;

/* At the end of a message: the answer takes longer. */
void milter_progress(struct milter *milter, struct buffer *into);

#endif
