/* SPDX-License-Identifier: BSD-2-Clause */
/* The filter itself is tried in tests/xdp; here its part is played by the test, so that entries may be wrong and
 * late. */
#include "datagram.h"
#include "source/export/kernel.h"
#include "unit.h"

#define RING  3
#define ONE   (UINT64_C(1) << 32)
#define LOOKS 40

struct shop {
	struct station station;
	struct kernel_control *control;
	struct kernel_slot *slots;
	struct kernel *kernel;
	struct wall now;
};

static void
shop_open(struct shop *s)
{
	struct kernel_settings settings = {.ring = RING, .window_us = 10000};

	*s = (struct shop){.control = xcalloc(1, sizeof(*s->control)),
		.slots = xcalloc(KERNEL_SLOTS, sizeof(*s->slots))};
	s->control->seed[0] = 0x1234;
	settings.control = s->control;
	settings.slots = s->slots;
	station_open_default(&s->station);
	s->kernel = kernel_new(&settings);
	kernel_attach(s->kernel, s->station.export_);
	s->now = s->station.from.received;
}

static void
shop_close(struct shop *s)
{
	station_close(&s->station);
	kernel_free(s->kernel);
	free(s->control);
	free(s->slots);
}

/* The socket is found empty a number of times. */
static void
look(struct shop *s)
{
	for (int i = 0; i < LOOKS; i++) {
		s->now.us += 1000;
		kernel_allow(s->kernel, s->now);
	}
}

/* The slot of the only session there is. */
static struct kernel_slot *
only_slot(struct shop *s)
{
	struct kernel_slot *found = NULL;

	for (uint32_t i = 0; i < KERNEL_SLOTS; i++) {
		if (s->slots[i].owner == 0)
			continue;
		assert_null(found);
		found = &s->slots[i];
	}
	return found;
}

static bool
is_allowed(const struct kernel_slot *slot)
{
	return slot != NULL && slot->state >> 32 == (uint32_t)slot->state;
}

/* A session of NetFlow v9 whose template is known, and which may be read. */
static struct kernel_slot *
open_allowed(struct shop *s)
{
	shop_open(s);
	station_send_template(&s->station, DIALECT_NETFLOW9, 1, 256);
	look(s);
	assert_true(is_allowed(only_slot(s)));
	return only_slot(s);
}

struct told {
	struct kernel_entry entry;
	uint8_t kept[64];
};

/* What the filter tells of a datagram of four records, the last of which is mail. */
static struct told
tell(struct shop *s, struct kernel_slot *slot, uint32_t number, uint8_t host)
{
	struct told told = {.entry = {.slot = (uint32_t)(slot - s->slots),
				    .passed = (uint32_t)(slot->state >> 32),
				    .port = 50000,
				    .size = 200,
				    .template_id = 256,
				    .records = 4,
				    .kept = 1,
				    .kept_bytes = 13}};
	struct datagram d;

	datagram_begin(&d, DIALECT_NETFLOW9, number, 7);
	datagram_set_begin(&d, 256);
	datagram_plain(&d, host, 25, 6);
	memcpy(told.entry.address, &s->station.from.address, 16);
	memcpy(told.entry.header, d.bytes, KERNEL_HEADER);
	memcpy(told.kept, d.bytes + 24, 13);
	told.entry.last[0] = host;
	return told;
}

static void
hand_in(struct shop *s, const struct told *told)
{
	size_t size = sizeof(told->entry) + told->entry.kept_bytes;
	uint8_t *exact = xcalloc(1, size);

	memcpy(exact, told, size < sizeof(*told) ? size : sizeof(*told));
	export_kernel_entry(s->station.export_, &s->station.from, exact, size);
	free(exact);
}

static void
an_entry_does_what_its_datagram_would_have_done(void **state)
{
	struct shop s;
	struct kernel_slot *slot = open_allowed(&s);
	struct told told = tell(&s, slot, 2, 5);

	assert_int_equal(slot->owner, RING + 1);
	assert_int_equal(slot->templates, 1);
	assert_int_equal(slot->template[0].id, 256);
	assert_int_equal(slot->template[0].length, 13);
	assert_int_equal(slot->template[0].destination_port, 10);
	assert_int_equal(slot->template[0].protocol, 12);
	assert_int_equal(slot->template[0].protocol_mask, 0xff);
	hand_in(&s, &told);
	told = tell(&s, slot, 5, 6); /* two are missing */
	hand_in(&s, &told);
	hand_in(&s, &told); /* came twice */
	assert_int_equal(station_take(&s.station), 2);
	assert_int_equal(s.station.seen[0].client.byte[15], 5);
	assert_int_equal(s.station.seen[1].client.byte[15], 6);
	assert_int_equal(station_counts(&s.station)->records, 8);
	assert_in_range(station_counts(&s.station)->lost_records, 1, 8);
	assert_int_equal(export_counts(s.station.export_)->datagrams, 4);
	assert_int_equal(export_counts(s.station.export_)->gaps, 1);
	assert_int_equal(export_counts(s.station.export_)->duplicates, 1);
	assert_int_equal(kernel_counts(s.kernel)->stale, 0);
	shop_close(&s);
}

static void
entries_that_make_no_sense_are_counted_and_dropped(void **state)
{
	struct shop s;
	struct kernel_slot *slot = open_allowed(&s);
	struct told told;

	export_kernel_entry(s.station.export_, &s.station.from, "short", 5);
	told = tell(&s, slot, 2, 1);
	told.entry.kept = 5;
	hand_in(&s, &told);
	told = tell(&s, slot, 2, 1);
	told.entry.kept_bytes = 14;
	export_kernel_entry(s.station.export_, &s.station.from, &told, sizeof(told.entry) + 13);
	assert_int_equal(kernel_counts(s.kernel)->odd, 3);
	assert_int_equal(kernel_counts(s.kernel)->stale, 0);
	assert_int_equal(export_counts(s.station.export_)->datagrams, 1);
	shop_close(&s);
}

/* Its session is unknown, its slot is another's, its records have another length, or its version is none. */
static void
entries_that_cannot_be_read_any_more_are_counted_as_skipped(void **state)
{
	for (int i = 0; i < 6; i++) {
		struct shop s;
		struct kernel_slot *slot = open_allowed(&s);
		struct told told = tell(&s, slot, 2, 1);

		if (i == 0)
			told.entry.address[0] = 77;
		else if (i == 1)
			told.entry.slot = told.entry.slot + 1;
		else if (i == 2)
			told.entry.passed++;
		else if (i == 3)
			told.entry.kept_bytes = 12;
		else if (i == 4)
			told.entry.header[1] = 7;
		else
			told.entry.template_id = 999;
		hand_in(&s, &told);
		assert_int_equal(kernel_counts(s.kernel)->stale, 1);
		assert_int_equal(station_counts(&s.station)->skipped_records, 1);
		assert_int_equal(station_counts(&s.station)->records, 4);
		assert_int_equal(station_take(&s.station), 0);
		shop_close(&s);
	}
}

/* The filter saw this datagram and passed it. */
static void
pass(struct shop *s, struct datagram *d, struct kernel_slot *slot)
{
	slot->state += ONE;
	station_send(&s->station, d);
}

static void
an_entry_of_the_layout_before_is_not_read_with_the_new_one(void **state)
{
	static const uint32_t other[][2] = {{4, 1}, {11, 2}, {7, 2}, {12, 4}, {8, 4}};
	struct shop s;
	struct kernel_slot *slot = open_allowed(&s);
	struct told told = tell(&s, slot, 3, 1), later = tell(&s, slot, 4, 2);
	struct datagram d;

	datagram_begin(&d, DIALECT_NETFLOW9, 2, 7);
	datagram_template(&d, 256, other, 5);
	pass(&s, &d, slot);
	assert_false(is_allowed(slot));
	hand_in(&s, &told);
	assert_int_equal(kernel_counts(s.kernel)->stale, 1);
	look(&s);
	assert_true(is_allowed(slot));
	assert_int_equal(slot->template[0].destination_port, 1);
	assert_true(slot->template[0].flags & KERNEL_REDEFINED);
	hand_in(&s, &later);
	assert_int_equal(kernel_counts(s.kernel)->stale, 2);
	shop_close(&s);
}

/* The process died, and its successor knows the session: again from its template, announced at this time. */
static void
succeed(struct shop *s, struct shop *next, uint32_t seconds)
{
	struct kernel_settings settings = {
		.ring = RING, .window_us = 10000, .control = s->control, .slots = s->slots};
	struct datagram d;

	*next = (struct shop){.control = s->control, .slots = s->slots};
	station_open_default(&next->station);
	next->kernel = kernel_new(&settings);
	kernel_attach(next->kernel, next->station.export_);
	station_later(&next->station, (seconds - DATAGRAM_SECONDS) * WALL_SECOND);
	datagram_begin(&d, DIALECT_NETFLOW9, 1, 7);
	datagram_patch(&d, 8, seconds);
	datagram_template(&d, 256, plain_fields, PLAIN_FIELDS);
	station_send(&next->station, &d);
}

static void
what_was_read_for_a_process_that_died_is_used_where_it_is_known_as_it_was(void **state)
{
	for (int i = 0; i < 4; i++) {
		struct shop s, next;
		struct kernel_slot *slot = open_allowed(&s);
		struct told told = tell(&s, slot, 2, 5);

		succeed(&s, &next, i == 1 ? DATAGRAM_SECONDS + 1 : DATAGRAM_SECONDS);
		assert_false(is_allowed(slot));
		if (i == 2)
			told.entry.passed++;
		if (i == 3)
			kernel_allow(next.kernel, next.station.from.received);
		hand_in(&next, &told);
		assert_int_equal(kernel_counts(next.kernel)->stale, i == 0 ? 0 : 1);
		assert_int_equal(station_take(&next.station), i == 0 ? 1 : 0);
		station_close(&next.station);
		kernel_free(next.kernel);
		shop_close(&s);
	}
}

static void
a_session_is_barred_while_something_is_under_way(void **state)
{
	struct shop s;
	struct kernel_slot *slot = open_allowed(&s);
	struct datagram d;

	slot->state += 2 * ONE;
	datagram_begin(&d, DIALECT_NETFLOW9, 2, 7);
	station_send(&s.station, &d);
	s.now.us += 1000;
	kernel_allow(s.kernel, s.now);
	assert_false(is_allowed(slot));
	datagram_begin(&d, DIALECT_NETFLOW9, 3, 7);
	station_send(&s.station, &d);
	kernel_allow(s.kernel, s.now);
	assert_true(is_allowed(slot));
	assert_int_equal(kernel_counts(s.kernel)->unseen, 0);
	shop_close(&s);
}

/* Fragments, say, that were put together after the filter had seen them. */
static void
a_datagram_that_was_not_passed_bars_the_session(void **state)
{
	struct shop s;
	struct kernel_slot *slot = open_allowed(&s);
	uint64_t before = slot->state;
	struct datagram d;

	datagram_begin(&d, DIALECT_NETFLOW9, 2, 7);
	station_send(&s.station, &d);
	assert_false(is_allowed(slot));
	assert_true(slot->state > before);
	look(&s);
	assert_true(is_allowed(slot));
	shop_close(&s);
}

static void
a_session_that_is_barred_again_and_again_waits(void **state)
{
	struct shop s;
	struct kernel_slot *slot = open_allowed(&s);
	struct datagram d;
	uint64_t allowed;

	for (uint32_t i = 0; i < 4000; i++) {
		datagram_begin(&d, DIALECT_NETFLOW9, 2 + i, 7);
		pass(&s, &d, slot);
		s.now.us += 1000;
		kernel_allow(s.kernel, s.now);
	}
	allowed = kernel_counts(s.kernel)->allowed;
	assert_in_range(allowed, 6, 40);
	/* A minute later it is tried again. */
	s.now.us += 70 * WALL_SECOND;
	look(&s);
	assert_int_equal(kernel_counts(s.kernel)->allowed, allowed + 1);
	shop_close(&s);
}

static void
only_plain_templates_are_shown(void **state)
{
	static const uint32_t variable[][2] = {
		{8, 4}, {12, 4}, {7, 2}, {11, 2}, {4, 1}, {82, FIELD_VARIABLE}};
	static const uint32_t wide_port[][2] = {{8, 4}, {12, 4}, {7, 4}, {11, 2}, {4, 1}};
	static const uint32_t rate[][2] = {{144, 4}, {34, 4}};
	static const uint32_t name[][2] = {{144, 4}, {82, 8}};
	struct shop s;
	struct datagram d;

	shop_open(&s);
	datagram_begin(&d, DIALECT_IPFIX, 0, 7);
	datagram_template(&d, 256, variable, 6);
	datagram_template(&d, 257, wide_port, 5);
	datagram_options(&d, 258, rate, 2, 1);
	station_send(&s.station, &d);
	look(&s);
	assert_null(only_slot(&s));
	datagram_begin(&d, DIALECT_IPFIX, 0, 7);
	datagram_options(&d, 259, name, 2, 1);
	station_send(&s.station, &d);
	look(&s);
	assert_true(is_allowed(only_slot(&s)));
	assert_int_equal(only_slot(&s)->templates, 1);
	assert_int_equal(only_slot(&s)->template[0].id, 259);
	assert_true(only_slot(&s)->template[0].flags & KERNEL_SKIP);
	shop_close(&s);
}

static void
a_template_near_its_end_is_hidden(void **state)
{
	struct shop s;
	struct kernel_slot *slot = open_allowed(&s);

	s.now.us = s.station.from.received.us + 30 * WALL_MINUTE - 11 * WALL_SECOND;
	look(&s);
	assert_true(is_allowed(slot));
	s.now.us += 2 * WALL_SECOND;
	look(&s);
	assert_false(is_allowed(slot));
	assert_int_equal(slot->owner, 0);
	shop_close(&s);
}

static void
what_ends_leaves_its_slot(void **state)
{
	struct shop s;
	struct kernel_slot *slot = open_allowed(&s);

	s.station.export_ = export_free(s.station.export_);
	assert_int_equal(slot->owner, 0);
	assert_false(is_allowed(slot));
	shop_close(&s);
}

static void
sessions_without_room_go_by_the_socket(void **state)
{
	struct shop s;
	uint64_t full = 0;

	shop_open(&s);
	for (uint32_t i = 0; i < KERNEL_SLOTS; i++)
		s.slots[i].owner = 1; /* another receiver's */
	station_send_template(&s.station, DIALECT_NETFLOW9, 1, 256);
	look(&s);
	full = kernel_counts(s.kernel)->full;
	assert_int_equal(full, 1);
	assert_int_equal(kernel_counts(s.kernel)->allowed, 0);
	shop_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_does_what_its_datagram_would_have_done),
		cmocka_unit_test(entries_that_make_no_sense_are_counted_and_dropped),
		cmocka_unit_test(entries_that_cannot_be_read_any_more_are_counted_as_skipped),
		cmocka_unit_test(an_entry_of_the_layout_before_is_not_read_with_the_new_one),
		cmocka_unit_test(
			what_was_read_for_a_process_that_died_is_used_where_it_is_known_as_it_was),
		cmocka_unit_test(a_session_is_barred_while_something_is_under_way),
		cmocka_unit_test(a_datagram_that_was_not_passed_bars_the_session),
		cmocka_unit_test(a_session_that_is_barred_again_and_again_waits),
		cmocka_unit_test(only_plain_templates_are_shown),
		cmocka_unit_test(a_template_near_its_end_is_hidden),
		cmocka_unit_test(what_ends_leaves_its_slot),
		cmocka_unit_test(sessions_without_room_go_by_the_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
