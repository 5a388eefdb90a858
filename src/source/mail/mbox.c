/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/mail/mbox.h"

/* Lines are taken whole up to here, longer ones in pieces. */
#define LINE_MOST (64UL << 10)

void
mbox_init(struct mbox *mbox, struct input *input)
{
	*mbox = (struct mbox){.input = input};
	buffer_init(&mbox->message, MBOX_MESSAGE);
}

void
mbox_done(struct mbox *mbox)
{
	buffer_done(&mbox->message);
}

/* The next line with its end, or a piece of one; empty at the end of the file. */
static struct text
see_line(struct mbox *mbox, struct fail *fail)
{
	struct input *input = mbox->input;
	size_t looked = 0;

	for (;;) {
		size_t most = input->left < LINE_MOST ? input->left : LINE_MOST;
		const uint8_t *end =
			most > looked ? memchr(input->at + looked, '\n', most - looked) : NULL;

		if (end != NULL)
			return (struct text){
				(const char *)input->at, (size_t)(end - input->at) + 1};
		if (most == LINE_MOST || input->ended || input->error != 0)
			return (struct text){(const char *)input->at, most};
		looked = most;
		input_need(input, LINE_MOST, fail);
	}
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "From SENDER Tue Jan 19 17:20:37 2016": with a time of day, so that a sentence is not taken for it. */
static bool
is_from_line(struct text line)
{
	if (!text_starts(line, "From "))
		return false;
	for (size_t i = 5; i + 3 < line.length; i++) {
		if (line.at[i] == ':' && is_digit(line.at[i - 1]) && is_digit(line.at[i + 1]) &&
			is_digit(line.at[i + 2]))
			return true;
	}
	return false;
}

/* ">From ", with any number of ">". */
static bool
is_quoted(struct text line)
{
	if (line.length == 0 || *line.at != '>')
		return false;
	while (line.length > 0 && *line.at == '>') {
		line.at++;
		line.length--;
	}
	return text_starts(line, "From ");
}

static bool
is_empty(struct text line)
{
	return text_is(line, "\n") || text_is(line, "\r\n");
}

static void
take(struct mbox *mbox, struct text line)
{
	bool is_whole = line.length > 0 && line.at[line.length - 1] == '\n';

	mbox->line += !mbox->is_in_line;
	mbox->is_in_line = !is_whole;
	input_step(mbox->input, line.length);
}

static void
keep(struct mbox *mbox, struct text line)
{
	size_t room = MBOX_MESSAGE - mbox->message.length;

	if (line.length > room) {
		mbox->is_cut = true;
		line.length = room;
	}
	buffer_text(&mbox->message, line);
}

/* The line that begins the first message, if there is one. */
static bool
begin(struct mbox *mbox, struct fail *fail)
{
	struct text line = see_line(mbox, fail);

	mbox->has_begun = true;
	mbox->is_mailbox = text_starts(line, "From ");
	if (mbox->is_mailbox)
		take(mbox, line);
	return line.length > 0;
}

int
mbox_next(struct mbox *mbox, struct text *ret, struct fail *fail)
{
	bool was_empty = true, is_any = !mbox->has_begun ? begin(mbox, fail) : false;

	buffer_clear(&mbox->message);
	mbox->is_cut = false;
	mbox->from = mbox->line + 1;
	for (;;) {
		struct text line = see_line(mbox, fail);
		bool is_begin = !mbox->is_in_line;

		if (line.length == 0)
			break;
		is_any = true;
		if (mbox->is_mailbox && is_begin && was_empty && is_from_line(line)) {
			take(mbox, line);
			break;
		}
		was_empty = is_begin && is_empty(line);
		if (mbox->is_mailbox && is_begin && is_quoted(line))
			keep(mbox, (struct text){line.at + 1, line.length - 1});
		else
			keep(mbox, line);
		take(mbox, line);
	}
	if (!is_any && mbox->input->error != 0)
		return mbox->input->error;
	mbox->is_cut |= mbox->input->error != 0 && mbox->input->left == 0;
	*ret = (struct text){mbox->message.at, mbox->message.length};
	return is_any;
}
