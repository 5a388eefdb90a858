/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as the log of a mail server, line by line, with tables that are soon full. A line that begins with '!' is a
 * mail server that asks about the queue id in it; one with '+' lets hours pass. What is held can be counted, and saved
 * and restored. */
#include "fuzz.h"
#include "relay/deliveries.h"
#include "source/maillog/maillog.h"

#include <stdlib.h>

#define MESSAGES   6
#define RECIPIENTS 8
#define MOST       65536

struct stream {
	uint8_t bytes[MOST];
	size_t size;
	size_t at;
};

static int
write_to(void *context, const void *bytes, size_t size)
{
	struct stream *stream = context;

	must(size <= sizeof(stream->bytes) - stream->size);
	if (size > 0)
		memcpy(stream->bytes + stream->size, bytes, size);
	stream->size += size;
	return 0;
}

static int64_t
read_from(void *context, void *bytes, size_t size)
{
	struct stream *stream = context;
	size_t left = stream->size - stream->at;

	size = size < left ? size : left;
	if (size > 0)
		memcpy(bytes, stream->bytes + stream->at, size);
	stream->at += size;
	return (int64_t)size;
}

static void
check_told(const struct text *line, enum delivery_news news, const struct delivery_told *told)
{
	const struct text *account = &told->login.account;

	if (news == DELIVERY_LOGIN) {
		must(account->at == NULL ||
			(account->at >= line->at &&
				account->at + account->length <= line->at + line->length));
		must(told->login.is_good == (told->login.attempts == 0));
		return;
	}
	if (news == DELIVERY_NOTHING)
		return;
	must(told->delivery.who != 0 && told->delivery.limit < LIMITS);
	must(told->delivery.result < DELIVERY_RESULTS);
	must(told->delivery.was == DELIVERY_RESULTS ||
		(told->delivery.was == DELIVERY_DEFERRED &&
			told->delivery.result != DELIVERY_DEFERRED));
	must(news != DELIVERY_REFUND ||
		(told->delivery.recipients > 0 && told->delivery.recipients <= RECIPIENTS));
}

static void
check_saved(const struct deliveries *deliveries, const struct deliveries_settings *settings)
{
	struct stream *stream = xcalloc(1, sizeof(*stream));
	struct save *save = save_new(write_to, stream);
	struct deliveries *other = deliveries_new(settings);
	struct restore *restore;
	struct fail fail;

	deliveries_save(deliveries, save);
	must(save_end(save) == 0);
	save_free(save);
	restore = restore_new(read_from, stream);
	must(deliveries_restore(other, restore, &fail) == 0);
	must(restore_end(restore, &fail) == 0);
	restore_free(restore);
	must(deliveries_counts(other).messages == deliveries_counts(deliveries).messages);
	must(deliveries_counts(other).recipients == deliveries_counts(deliveries).recipients);
	deliveries_free(other);
	free(stream);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	const struct deliveries_settings settings = {
		.key = {{1}}, .messages_most = MESSAGES, .recipients_most = RECIPIENTS};
	struct text rest = {.at = (const char *)bytes, .length = size};
	struct maillog_clock clock = {
		.now = {INT64_C(1795694400) * WALL_SECOND}, .offset_us = WALL_HOUR};
	struct deliveries *deliveries = deliveries_new(&settings);
	struct deliveries_counts counts;
	uint64_t results = 0;

	while (rest.length > 0) {
		struct text line = text_cut(&rest, '\n');
		struct delivery_told told;
		struct mailevent event;
		enum delivery_news news;

		if (line.length > 0 && *line.at == '+') {
			clock.now.us += (int64_t)line.length * 6 * WALL_HOUR;
			deliveries_advance(deliveries, clock.now);
		} else if (line.length > 0 && *line.at == '!') {
			deliveries_tell(deliveries, 0, (struct text){line.at + 1, line.length - 1},
				42, LIMIT_LINE, 1, clock.now);
		} else if (maillog_read(line, &clock, &event) == 1) {
			news = deliveries_take(deliveries, 0, &event, clock.now, &told);
			check_told(&line, news, &told);
			results += news == DELIVERY_RESULT;
			must(!event.is_doubtful || news == DELIVERY_NOTHING ||
				news == DELIVERY_REFUND);
		}
	}
	counts = deliveries_counts(deliveries);
	for (int i = 0; i < DELIVERY_RESULTS; i++)
		results -= counts.results[i] + counts.corrected[i];
	must(results == 0);
	must(counts.messages <= MESSAGES && counts.recipients <= RECIPIENTS);
	check_saved(deliveries, &settings);
	deliveries_free(deliveries);
	return 0;
}
