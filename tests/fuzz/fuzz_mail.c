/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a mailbox or a message: every piece that is given lies in it, nothing has more parts or is deeper than
 * it may, and what is decoded is not longer than it was. */
#include "fuzz.h"
#include "source/mail/mailhead.h"
#include "source/mail/mailparts.h"
#include "source/mail/mbox.h"

#include <errno.h>

static void
check_inside(struct text piece, struct text message)
{
	must(piece.length == 0 ||
		(piece.at >= message.at && piece.at + piece.length <= message.at + message.length));
}

static void
read_value(struct text value, struct buffer *into)
{
	struct wall wall;

	buffer_clear(into);
	mailcoding_words(value, into);
	/* A byte of ISO 8859-1 becomes two. */
	must(!into->failed && into->length <= 2 * value.length);
	buffer_clear(into);
	must(mailvalue_address(value, into) == (into->length > 0));
	(void)mailvalue_parameter(value, "name", into);
	must(mailvalue_date(value, &wall) < 0 || wall.us >= 0);
}

static void
read_message(struct text message, struct buffer *into)
{
	struct mailparts walk;
	struct mailpart part;
	unsigned count = 0;

	mailparts_begin(&walk, message);
	while (mailparts_next(&walk, &part)) {
		struct text head = part.head;
		struct mailfield field;

		must(++count <= MAILPARTS_MOST && part.depth <= MAILPARTS_DEPTH);
		check_inside(part.head, message);
		check_inside(part.body, message);
		check_inside(part.content, message);
		must(part.type.type.length > 0 && part.type.subtype.length > 0);
		must(!part.is_multipart || part.body.length == 0);
		buffer_clear(into);
		(void)mailparts_decode(&part, into);
		must(!into->failed && into->length <= part.body.length);
		(void)mailparts_file(&part, into);
		for (int fields = 0; fields < 64 && mailhead_next(&head, &field); fields++) {
			check_inside(field.name, message);
			check_inside(field.value, message);
			read_value(field.value, into);
		}
	}
	must(walk.is_crowded || walk.rest.length == 0 || walk.depth == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct input input = {.at = bytes, .left = size, .ended = true, .name = "fuzz"};
	struct fail fail = {0};
	struct buffer into;
	struct text message;
	struct mbox mbox;
	uint64_t last = 0;

	buffer_init(&into, 3 * size + 64);
	mbox_init(&mbox, &input);
	while (mbox_next(&mbox, &message, &fail) > 0) {
		must(mbox.from > last && mbox.from <= mbox.line + 1);
		last = mbox.from;
		read_message(message, &into);
	}
	must(input.left == 0);
	mbox_done(&mbox);
	buffer_done(&into);
	return 0;
}
