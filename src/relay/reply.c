/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay/replywords.h"

static void
put_number(struct buffer *into, uint64_t count, const struct reply_noun *noun)
{
	buffer_print(
		into, "%llu %s", (unsigned long long)count, count == 1 ? noun->one : noun->many);
}

/* Rounded up: who comes back then is not told to come again. */
static void
put_time(struct buffer *into, const struct reply_words *of, int64_t us)
{
	int64_t minutes = us <= 0 ? 1 : (us + WALL_MINUTE - 1) / WALL_MINUTE;

	if (minutes <= 120)
		put_number(into, (uint64_t)minutes, &of->minutes);
	else
		put_number(into, (uint64_t)(minutes + 59) / 60, &of->hours);
}

/* A sentence with what stands in braces. */
static void
put_sentence(struct buffer *into, const struct reply *reply, const char *sentence)
{
	const struct reply_words *of = &reply_words[reply->language];
	struct text rest = text_of(sentence);

	while (rest.length > 0) {
		struct text name;

		buffer_text(into, text_cut(&rest, '{'));
		if (rest.length == 0)
			break;
		name = text_cut(&rest, '}');
		if (text_is(name, "limit"))
			put_number(into, reply->why.limit, &of->what[reply->why.what]);
		else if (text_is(name, "whose"))
			buffer_text(into, text_of(of->whose[reply->limit]));
		else
			put_time(into, of, reply->why.free.us - reply->now.us);
	}
}

/* It would fit, but far too much waits already. */
static bool
is_refused(const struct reply *reply)
{
	return reply->is_final && !reply->why.never;
}

static const char *
sentence_of(const struct reply *reply)
{
	const struct reply_words *of = &reply_words[reply->language];
	unsigned span = reply->why.bound == WINDOW_BY_DAY ? RULE_DAY : RULE_HOUR;

	if (reply->is_case)
		return of->stopped;
	if (is_refused(reply))
		return of->refused;
	if (reply->why.bound == WINDOW_BURST)
		return reply->why.never ? of->never_at_once : of->burst;
	return reply->why.never ? of->never[span] : of->full[span];
}

bool
reply_is_help(struct text help)
{
	for (size_t i = 0; i < help.length; i++) {
		if (help.at[i] < ' ' || help.at[i] > '~')
			return false;
	}
	return help.length <= REPLY_HELP_MOST;
}

void
reply_make(const struct reply *reply, struct buffer *into)
{
	const struct reply_words *of = &reply_words[reply->language];

	buffer_text(into,
		reply->is_final || reply->why.never     ? TEXT("550 5.7.1 ")
			: reply->stage == ENVELOPE_DATA ? TEXT("451 4.7.0 ")
							: TEXT("450 4.7.0 "));
	put_sentence(into, reply, sentence_of(reply));
	if (!reply->why.never && !reply->is_final) {
		buffer_text(into, TEXT(" "));
		put_sentence(into, reply, of->again);
	}
	if (reply->help.length > 0)
		buffer_print(into, " %s %.*s", of->help, (int)reply->help.length, reply->help.at);
	if (reply->number.length > 0)
		buffer_print(into, " (%s %.*s)", of->number, (int)reply->number.length,
			reply->number.at);
}
