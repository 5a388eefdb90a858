/* mbox - the messages of a file: a mailbox (RFC 4155), or one message
 *
 * What:    a file that begins with "From " is a mailbox: lines "From SENDER DATE" behind an empty line begin messages,
 *          and of lines that were quoted so as not to be one (">From ", ">>From ": mboxo and mboxrd) one ">" is taken
 *          away. Any other file is one message. Packed files come unpacked (source/input.h).
 * Owns:    the message at hand, until the next call of mbox_next; mbox_done.
 * Limits:  MBOX_MESSAGE bytes a message: what is longer comes cut off, and the rest of it is stepped over. The memory
 *          of one message, used again for the next.
 * Thread:  one reader.
 */
#ifndef LAZARET_SOURCE_MAIL_MBOX_H
#define LAZARET_SOURCE_MAIL_MBOX_H

#include "base/text.h"
#include "source/input.h"

#define MBOX_MESSAGE ((size_t)16 << 20)

struct mbox {
	struct input *input;
	struct buffer message;
	uint64_t line; /* lines that were read */
	uint64_t from; /* the line on which the message at hand begins, from 1 */
	bool has_begun;
	bool is_mailbox;
	bool is_in_line; /* a piece of a longer one was taken */
	bool is_cut;     /* the message at hand is not whole: too long, or the file is damaged */
};

void mbox_init(struct mbox *mbox, struct input *input);
void mbox_done(struct mbox *mbox);

/* 1 with the next message; 0 at the end; -errno with fail filled where the file is damaged: what came before was given,
 * the last of it cut off. */
int mbox_next(struct mbox *mbox, struct text *ret, struct fail *fail) MUST_USE;

#endif
