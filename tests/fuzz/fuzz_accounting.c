/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as attributes of an accounting request that is signed rightly: it is discarded for a counted reason, or
 * answered with an answer that holds; the same request again gets the same answer and no event; every text of an
 * event lies inside the request, every prefix is one. As they are the bytes are nobody's request. */
#include "fuzz.h"
#include "identity/accounting.h"

#include <stdlib.h>

struct taken {
	int events;
	const uint8_t *begin;
	const uint8_t *end;
};

static void
check_text(const struct taken *taken, struct text text)
{
	const uint8_t *at = (const uint8_t *)text.at;

	must(text.length == 0 || (at >= taken->begin && at + text.length <= taken->end));
}

static int
take(void *context, const struct accounting_event *event)
{
	struct taken *taken = context;

	taken->events++;
	must(event->kind < ACCOUNTING_KINDS && event->held_count <= ACCOUNTING_HELD);
	check_text(taken, event->line);
	check_text(taken, event->session);
	check_text(taken, event->multi_session);
	check_text(taken, event->user);
	check_text(taken, event->station);
	check_text(taken, event->port);
	check_text(taken, event->nas_identifier);
	must(event->line.length > 0 || event->kind >= ACCOUNTING_STOP);
	must(event->session.length > 0 || event->kind >= ACCOUNTING_ON);
	for (size_t i = 0; i < event->held_count; i++) {
		const struct prefix *prefix = &event->held[i].prefix;
		struct address masked = address_mask(&prefix->address, prefix->length);

		must(prefix->length > 0 && prefix->length <= 128);
		must(address_equal(&masked, &prefix->address));
	}
	/* Some it does not take. */
	return event->session.length % 5 == 4 ? -1 : 0;
}

static void
run(const uint8_t *bytes, size_t size, struct radius_key *key)
{
	uint8_t request[RADIUS_MOST], first[RADIUS_MOST], second[RADIUS_MOST];
	struct taken taken = {.begin = bytes, .end = bytes + size};
	struct accounting_settings settings = ACCOUNTING_DEFAULTS;
	struct accounting_peer peer = {.port = 1, .key = key};
	struct wall now = {INT64_C(1795712410) * WALL_SECOND};
	const struct accounting_counts *counts;
	struct accounting *accounting;
	struct radius_writer writer;
	struct radius_packet packet;
	size_t answered, again;
	int length, events;

	settings.requests_most = 2;
	settings.taker = (struct accounting_taker){&taken, take};
	settings.name = size % 2 ? ACCOUNTING_BY_USER : ACCOUNTING_BY_STATION;
	accounting = accounting_new(&settings);
	counts = accounting_counts(accounting);
	must(accounting_request(accounting, &peer, bytes, size, now, first) == 0 ||
		taken.events == 1 || counts->answers == 1);
	radius_begin(&writer, request, sizeof(request), RADIUS_ACCOUNTING_REQUEST, 1);
	if (size > RADIUS_HEADER)
		radius_add_all(&writer, bytes + RADIUS_HEADER, size - RADIUS_HEADER);
	length = radius_sign_request(key, &writer);
	if (length > 0) {
		taken = (struct taken){.begin = request, .end = request + length};
		answered =
			accounting_request(accounting, &peer, request, (size_t)length, now, first);
		events = taken.events;
		must(events <= 1);
		again = accounting_request(accounting, &peer, request, (size_t)length, now, second);
		must(again == answered && memcmp(first, second, answered) == 0);
		must(answered == 0 || taken.events == events);
		if (answered > 0) {
			must(radius_read(first, answered, &packet) == RADIUS_NO_FAULT);
			must(packet.code == RADIUS_ACCOUNTING_RESPONSE);
			must(radius_check_response(key, &packet, request + 4) == RADIUS_NO_FAULT);
		}
	}
	(void)accounting_free(accounting);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct radius_key *key;
	struct fail fail;

	must(key != NULL || radius_key_new(TEXT("testing123"), &key, &fail) == 0);
	run(bytes, size, key);
	return 0;
}
