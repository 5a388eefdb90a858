/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as those of a router to the speaker, whole and in pieces: both give the same session; what is written are
 * messages; the session is whole where it is established, and says why where it ended. */
#include "action/bgpspeaker.h"
#include "fuzz.h"

#include <stdlib.h>

struct outcome {
	struct buffer written;
	struct bgpspeaker_status status;
	struct bgpspeaker_counts counts;
	char words[384];
};

static struct bgpspeaker *
new_speaker(void)
{
	struct bgpspeaker_settings settings;
	struct flowspec_rule rule = {.kind = FLOWSPEC_MAIL};
	struct bgpspeaker *speaker;
	struct fail fail;

	bgpspeaker_defaults(&settings);
	settings.rules.as = 64500;
	settings.rules.has_next_hop4 = true;
	settings.rules.has_next_hop6 = true;
	settings.peer_as = 64501;
	settings.identifier = 0x0a630001;
	settings.families = (1U << BGP_FAMILIES) - 1;
	settings.most = 16;
	must(bgpspeaker_check(&settings, &fail) == 0);
	speaker = bgpspeaker_new(&settings);
	for (uint32_t i = 0; i < 8; i++) {
		rule.prefix.address = address_from_v4(0xc0000200 + i);
		rule.prefix.length = 128;
		rule.kind = i % 4 == 3 ? FLOWSPEC_BLACKHOLE : FLOWSPEC_MAIL;
		must(bgpspeaker_want(speaker, &rule) == 1);
	}
	bgpspeaker_start(speaker);
	return speaker;
}

static uint32_t
step(struct bgpspeaker *speaker, struct wall now, struct buffer *written)
{
	static uint8_t out[4 * BGPSPEAKER_ROOM];
	struct writer writer = writer_on(out, sizeof(out));
	struct bgpspeaker_step next = bgpspeaker_step(speaker, now, 0, &writer);

	must(!writer.failed);
	buffer_add(written, out, writer_length(&writer));
	return next.connection;
}

static void
run(const uint8_t *bytes, size_t size, size_t piece, struct outcome *ret)
{
	struct bgpspeaker *speaker = new_speaker();
	struct wall now = {WALL_HOUR};
	size_t begin = 0, end = 0;
	uint32_t connection = step(speaker, now, &ret->written);

	must(connection == 1);
	bgpspeaker_connected(speaker, now);
	must(step(speaker, now, &ret->written) == connection);
	do {
		struct reader reader;
		uint8_t *copy;

		end = size - end < piece ? size : end + piece;
		copy = malloc(end - begin + 1);
		must(copy != NULL);
		memcpy(copy, bytes + begin, end - begin);
		reader = reader_on(copy, end - begin);
		bgpspeaker_received(speaker, &reader, now);
		must(reader_left(&reader) < BGP_RECEIVED);
		begin = end - reader_left(&reader);
		free(copy);
	} while (end < size);
	must(step(speaker, now, &ret->written) == connection ||
		bgpspeaker_words(speaker)[0] != '\0');
	ret->status = bgpspeaker_status(speaker);
	must(ret->status.state != BGPSPEAKER_ESTABLISHED || ret->status.is_whole);
	ret->counts = *bgpspeaker_counts(speaker);
	memcpy(ret->words, bgpspeaker_words(speaker), sizeof(ret->words));
	bgpspeaker_free(speaker);
}

static void
check_messages(const struct buffer *written)
{
	struct reader reader = reader_on(written->at, written->length);
	struct bgp_message message;
	struct bgp_error error;

	while (reader_left(&reader) > 0)
		must(bgp_read(&reader, &message, &error) == 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct outcome whole = {0}, cut = {0};

	/* The first byte says into how large pieces the others are cut. */
	if (size == 0)
		return 0;
	buffer_init(&whole.written, 1 << 20);
	buffer_init(&cut.written, 1 << 20);
	run(bytes + 1, size - 1, SIZE_MAX, &whole);
	run(bytes + 1, size - 1, 1 + bytes[0], &cut);
	check_messages(&whole.written);
	must(whole.status.state == cut.status.state && whole.status.agreed == cut.status.agreed);
	must(memcmp(&whole.counts, &cut.counts, sizeof(whole.counts)) == 0);
	must(strcmp(whole.words, cut.words) == 0);
	must(text_equal((struct text){whole.written.at, whole.written.length},
		(struct text){cut.written.at, cut.written.length}));
	buffer_done(&whole.written);
	buffer_done(&cut.written);
	return 0;
}
