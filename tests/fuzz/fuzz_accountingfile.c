/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a detail file of FreeRADIUS, whole and in pieces as a file grows: both give the same events and counts,
 * and all of it is read. */
#include "fuzz.h"
#include "identity/accountingfile.h"

#include <stdlib.h>

struct outcome {
	struct buffer told;
	struct accountingfile file;
};

static void
tell(struct buffer *told, const struct accounting_event *event)
{
	must(event->kind < ACCOUNTING_KINDS && event->held_count <= ACCOUNTING_HELD);
	buffer_print(
		told, "%d %lld %zu;", event->kind, (long long)event->time.us, event->held_count);
	buffer_text(told, event->line);
	buffer_text(told, event->session);
	buffer_text(told, event->nas_identifier);
	for (size_t i = 0; i < event->held_count; i++) {
		char text[PREFIX_TEXT];

		must(event->held[i].prefix.length > 0 && event->held[i].prefix.length <= 128);
		buffer_print(told, "%s;", prefix_format(&event->held[i].prefix, text));
	}
}

static void
run(const uint8_t *bytes, size_t size, size_t piece, struct outcome *ret)
{
	struct accounting_settings settings = ACCOUNTING_DEFAULTS;
	size_t at = 0, have = 0, length;
	struct accounting_event event;
	bool has_event;

	accountingfile_init(&ret->file, &settings, NULL);
	do {
		char *copy;
		size_t from = at;

		have = size - have < piece ? size : have + piece;
		copy = malloc(have - from + 1);
		must(copy != NULL);
		memcpy(copy, bytes + from, have - from);
		while ((length = accountingfile_read(&ret->file,
				(struct text){copy + (at - from), have - at}, have == size,
				&has_event, &event)) > 0) {
			must(length <= have - at);
			if (has_event)
				tell(&ret->told, &event);
			at += length;
		}
		free(copy);
	} while (have < size);
	must(at == size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct outcome *both;

	/* The first byte says into how large pieces the others are cut. */
	if (size == 0)
		return 0;
	both = calloc(2, sizeof(*both));
	must(both != NULL);
	for (int i = 0; i < 2; i++) {
		buffer_init(&both[i].told, 16 << 20);
		run(bytes + 1, size - 1, i == 0 ? SIZE_MAX / 2 : 1 + bytes[0] * (size_t)97,
			&both[i]);
	}
	must(text_equal((struct text){both[0].told.at, both[0].told.length},
		(struct text){both[1].told.at, both[1].told.length}));
	must(memcmp(&both[0].file.counts, &both[1].file.counts, sizeof(both[0].file.counts)) == 0);
	buffer_done(&both[0].told);
	buffer_done(&both[1].told);
	free(both);
	return 0;
}
