/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as what happens to a client of RFC 5176: orders, answers of a NAS (true ones with any attributes, and any
 * bytes), time, and what accounting shows. Each order ends once, at the latest when no more time is needed; no two
 * requests under way have the same port and identifier; and what is sent is always a request. */
#include "action/coa.h"
#include "fuzz.h"

#include <errno.h>
#include <stdlib.h>

enum { PORTS = 2, ORDERS = 64 };

struct run {
	struct coa *coa;
	struct radius_key *key;
	struct wall now;
	uint64_t orders;
	uint8_t ended[ORDERS + 1];
	uint64_t ends;
	/* The last requests. */
	struct sent {
		unsigned port;
		size_t length;
		uint8_t bytes[RADIUS_MOST];
	} sent[8];
	size_t count;
};

static void
add(struct run *run, unsigned what)
{
	static const uint8_t attributes[] = {RADIUS_USER_NAME, 3, 'a'};
	struct coa_order order = {.id = run->orders + 1,
		.session = what % 5,
		.is_disconnect = what & 8,
		.attributes = attributes,
		.length = sizeof(attributes)};
	int r;

	if (run->orders == ORDERS)
		return;
	r = coa_add(run->coa, &order);
	must(r == 0 || r == -ENOSPC);
	if (r < 0)
		return;
	must(coa_add(run->coa, &order) < 0);
	run->orders++;
}

static void
work(struct run *run)
{
	struct coa_event event;
	struct radius_packet packet;
	struct sent *sent;

	while (coa_next(run->coa, run->now, &event) == 1) {
		if (event.is_told) {
			must(event.order >= 1 && event.order <= run->orders);
			must(run->ended[event.order] == 0);
			run->ended[event.order] = event.stage != COA_ASKED;
			run->ends += event.stage != COA_ASKED;
			continue;
		}
		must(event.port < PORTS && event.length <= RADIUS_MOST);
		must(radius_read(event.bytes, event.length, &packet) == RADIUS_NO_FAULT);
		must(radius_check_request(run->key, &packet) == RADIUS_NO_FAULT);
		must(packet.message != NULL);
		sent = &run->sent[run->count++ % 8];
		sent->port = event.port;
		sent->length = event.length;
		memcpy(sent->bytes, event.bytes, event.length);
	}
}

/* A true answer, with these attributes. */
static void
answer(struct run *run, unsigned which, unsigned code, struct reader attributes)
{
	struct sent *sent = &run->sent[which % 8];
	uint8_t bytes[RADIUS_MOST];
	struct radius_writer writer;
	int length;

	if (sent->length == 0)
		return;
	radius_begin(&writer, bytes, sizeof(bytes), sent->bytes[0] + 1 + code % 2, sent->bytes[1]);
	if (code & 4)
		radius_add_message(&writer);
	if (code & 8)
		radius_add_u32(&writer, RADIUS_ERROR_CAUSE, code >> 4 & 1 ? 506 : 503);
	if (reader_left(&attributes) > 0)
		radius_add_all(&writer, attributes.at, reader_left(&attributes));
	length = radius_sign_response(run->key, &writer, sent->bytes + 4);
	if (length > 0)
		coa_answer(run->coa, 0, sent->port, bytes, (size_t)length, run->now);
}

static void
step(struct run *run, struct reader *input)
{
	unsigned what = reader_u8(input), more = reader_u8(input);
	struct reader bytes;
	size_t size;

	switch (what % 6) {
	case 0:
		add(run, more);
		break;
	case 1:
		run->now.us += (int64_t)more * WALL_SECOND / 8;
		break;
	case 2:
		(void)!coa_shown(run->coa, more % (ORDERS + 1));
		break;
	case 3:
		run->now = coa_due(run->coa, run->now).us == INT64_MAX
			? run->now
			: coa_due(run->coa, run->now);
		break;
	default:
		size = reader_u8(input) % 64;
		size = size < reader_left(input) ? size : reader_left(input);
		bytes = reader_sub(input, size);
		if (what % 6 == 4)
			answer(run, more >> 5, more, bytes);
		else if (!bytes.failed)
			coa_answer(run->coa, more & 1, more >> 1 & 3, bytes.at, size, run->now);
		break;
	}
	work(run);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct coa_settings settings = COA_DEFAULTS;
	struct reader input = reader_on(bytes, size);
	struct run *run = calloc(1, sizeof(*run));
	static struct radius_key *key;
	struct fail fail;

	must(run != NULL);
	must(key != NULL || radius_key_new(TEXT("testing123"), &key, &fail) == 0);
	settings.nases_most = 1;
	settings.orders_most = ORDERS / 2;
	settings.waiting_most = 16;
	settings.ports = PORTS;
	run->coa = coa_new(&settings);
	run->key = key;
	run->now.us = INT64_C(1795712400) * WALL_SECOND;
	must(coa_add_nas(run->coa, &(struct coa_nas){.key = key, .rate = 10}) == 0);
	while (reader_left(&input) > 0)
		step(run, &input);
	while (coa_open(run->coa) > 0) {
		struct wall due = coa_due(run->coa, run->now);

		must(due.us != INT64_MAX);
		run->now = due;
		work(run);
	}
	must(run->ends == run->orders);
	(void)coa_free(run->coa);
	free(run);
	return 0;
}
