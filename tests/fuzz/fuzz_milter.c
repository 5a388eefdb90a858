/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as those of a mail server to a milter, whole and in pieces: both give the same events and answers, each
 * answer is a packet, and every text of an event is read to its end. */
#include "fuzz.h"
#include "relay/milteranswer.h"

#include <errno.h>
#include <stdlib.h>

struct outcome {
	struct buffer told;
	struct buffer answers;
	int r;
	uint8_t fault;
	bool is_in_message;
	bool is_over;
};

static void
tell(struct buffer *told, struct milter *milter, const struct milter_event *event)
{
	struct text value;

	buffer_print(told, "%d%c%u%d", event->what, event->family, event->port, event->has_client);
	buffer_text(told, event->name);
	buffer_text(told, event->arguments);
	buffer_text(told, event->address);
	if (milter_argument(event, TEXT("SIZE"), &value))
		buffer_text(told, value);
	for (int i = 0; i < MILTER_MACROS; i++)
		buffer_text(told, milter_macro(milter, (enum milter_macro)i));
}

/* By the first letter of the name, so that every answer comes. */
static void
answer(struct milter *milter, const struct milter_event *event, struct buffer *into)
{
	char letter = event->name.length > 0 ? event->name.at[0] : 'c';
	struct fail fail;
	int r;

	if (event->what == MILTER_END) {
		milter_progress(milter, into);
		r = milter_insert_header(milter, 0, TEXT("X"), TEXT("y"), into, &fail);
		must(r == 0 || r == -EPERM);
		r = milter_quarantine(milter, TEXT("held"), into, &fail);
		must(r == 0 || r == -EPERM);
	}
	if (letter == 'w')
		return;
	if (letter == 'a')
		milter_answer(milter, MILTER_ACCEPT, into);
	else if (letter == 'd')
		must(milter_refuse(milter, TEXT("450 4.7.0 100%\nlater"), into, &fail) == 0);
	else if (letter == 'r')
		milter_answer(milter, MILTER_REJECT, into);
	else if (milter_refuse(milter, event->name, into, &fail) < 0)
		milter_answer(milter, MILTER_CONTINUE, into);
	must(milter->waiting == 0);
}

static void
run(const uint8_t *bytes, size_t size, size_t piece, struct outcome *ret)
{
	struct milter *milter = xcalloc(1, sizeof(*milter));
	struct milter_event event;
	struct fail fail = {0};
	size_t begin = 0, end = 0;
	int r;

	milter_init(milter);
	do {
		struct reader reader;
		uint8_t *copy;

		end = size - end < piece ? size : end + piece;
		copy = malloc(end - begin + 1);
		must(copy != NULL);
		memcpy(copy, bytes + begin, end - begin);
		reader = reader_on(copy, end - begin);
		while ((r = milter_read(milter, &reader, &ret->answers, &event, &fail)) == 1) {
			tell(&ret->told, milter, &event);
			if (event.is_waiting)
				answer(milter, &event, &ret->answers);
		}
		must((r == 0 && milter->fault == MILTER_NO_FAULT) ||
			(r == -EBADMSG && milter->fault != MILTER_NO_FAULT));
		must(r == 0 || fail.what[0] != '\0');
		must(milter->is_over || r < 0 || reader_left(&reader) < 4 + MILTER_PACKET);
		begin = end - reader_left(&reader);
		free(copy);
	} while (r == 0 && end < size && !milter->is_over);
	ret->r = r;
	ret->fault = milter->fault;
	ret->is_in_message = milter->is_in_message;
	ret->is_over = milter->is_over;
	must(milter->macros.used <= MILTER_VALUES);
	free(milter);
}

/* All that is answered is packets. */
static void
check_packets(const struct buffer *answers)
{
	struct reader reader =
		answers->length > 0 ? reader_on(answers->at, answers->length) : (struct reader){0};

	while (reader_left(&reader) > 0) {
		uint32_t length = reader_u32(&reader);

		must(length > 0);
		must(strchr("Ocartypiq", reader_u8(&reader)) != NULL);
		reader_skip(&reader, length - 1);
		must(!reader.failed);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct outcome whole = {0}, cut = {0};

	/* The first byte says into how large pieces the others are cut. */
	if (size == 0)
		return 0;
	buffer_init(&whole.told, 16 << 20);
	buffer_init(&whole.answers, 16 << 20);
	buffer_init(&cut.told, 16 << 20);
	buffer_init(&cut.answers, 16 << 20);
	run(bytes + 1, size - 1, SIZE_MAX, &whole);
	run(bytes + 1, size - 1, 1 + bytes[0], &cut);
	check_packets(&whole.answers);
	must(whole.r == cut.r && whole.fault == cut.fault);
	must(whole.is_in_message == cut.is_in_message && whole.is_over == cut.is_over);
	must(text_equal((struct text){whole.told.at, whole.told.length},
		(struct text){cut.told.at, cut.told.length}));
	must(text_equal((struct text){whole.answers.at, whole.answers.length},
		(struct text){cut.answers.at, cut.answers.length}));
	buffer_done(&whole.told);
	buffer_done(&whole.answers);
	buffer_done(&cut.told);
	buffer_done(&cut.answers);
	return 0;
}
