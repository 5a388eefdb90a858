/* SPDX-License-Identifier: BSD-2-Clause */
/* The maps are files in memory here, mapped as the kernel's are; the test plays the filter's part. */
#include "datagram.h"
#include "runtime/kernelmap.h"
#include "service/kernelin.h"
#include "source/export/kernel.h"
#include "unit.h"

#include <sys/mman.h>
#include <unistd.h>

#define RECEIVER   2
#define RING_BYTES 65536
#define HEAD       8
#define ENTRY      (HEAD + sizeof(struct kernel_entry))

struct shop {
	struct station station;
	struct receiver_filter filter;
	struct kernel_control *control;
	struct kernel_slot *slots;
	uint8_t *ring; /* the consumer's page, the producer's, and the entries */
	size_t page;
	struct kernelin *in;
	unsigned pumped;
	const struct kernel_slot
		*busy; /* more comes whenever something was read, if there is a slot */
};

static int
make_map(size_t size, void *into)
{
	int fd = memfd_create("map", MFD_CLOEXEC);
	void *map;

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(map != MAP_FAILED);
	memcpy(into, &map, sizeof(map));
	return fd;
}

static void
attach(struct shop *s)
{
	struct fail fail = {0};

	s->in = kernelin_new(&s->filter, RECEIVER, &fail);
	if (s->in == NULL)
		fail_msg("%s", fail.what);
	station_open_default(&s->station);
	kernelin_attach(s->in, s->station.export_);
}

static void
detach(struct shop *s)
{
	station_close(&s->station);
	kernelin_free(s->in);
}

static int
begin(void **state)
{
	struct shop *s = xcalloc(1, sizeof(*s));

	s->page = (size_t)sysconf(_SC_PAGESIZE);
	s->filter.control = make_map(sizeof(*s->control) + s->page, &s->control);
	s->filter.slots = make_map(KERNEL_SLOTS * sizeof(*s->slots), &s->slots);
	s->filter.ring = make_map(2 * s->page + 2 * RING_BYTES, &s->ring);
	s->filter.ring_bytes = RING_BYTES;
	attach(s);
	*state = s;
	return 0;
}

static int
end(void **state)
{
	struct shop *s = *state;

	detach(s);
	munmap(s->control, sizeof(*s->control) + s->page);
	munmap(s->slots, KERNEL_SLOTS * sizeof(*s->slots));
	munmap(s->ring, 2 * s->page + 2 * RING_BYTES);
	close(s->filter.control);
	close(s->filter.slots);
	close(s->filter.ring);
	free(s);
	return 0;
}

/* The only session's slot, which is allowed. */
static struct kernel_slot *
open_session(struct shop *s)
{
	struct wall now = s->station.from.received;

	station_send_template(&s->station, DIALECT_NETFLOW9, 1, 256);
	for (int i = 0; i < 100; i++) {
		now.us += WALL_SECOND / 20;
		kernelin_allow(s->in, now);
	}
	for (uint32_t i = 0; i < KERNEL_SLOTS; i++) {
		if (s->slots[i].owner == RECEIVER + 1)
			return &s->slots[i];
	}
	fail_msg("the session has no slot");
	return NULL;
}

static bool
is_allowed(const struct kernel_slot *slot)
{
	return slot->state >> 32 == (uint32_t)slot->state;
}

/* The filter has read a datagram of three records, none of them mail. */
static void
put(struct shop *s, const struct kernel_slot *slot, uint32_t number, uint32_t bits)
{
	uint64_t produced;
	uint32_t head;
	struct kernel_entry entry = {.slot = (uint32_t)(slot - s->slots),
		.passed = (uint32_t)slot->state,
		.port = 50000,
		.size = 100,
		.template_id = 256,
		.records = 3};
	struct datagram d;

	datagram_begin(&d, DIALECT_NETFLOW9, number, 7);
	memcpy(entry.address, &s->station.from.address, 16);
	memcpy(entry.header, d.bytes, KERNEL_HEADER);
	memcpy(&produced, s->ring + s->page, sizeof(produced));
	head = sizeof(entry) | bits;
	memcpy(s->ring + 2 * s->page + produced, &head, sizeof(head));
	memcpy(s->ring + 2 * s->page + produced + HEAD, &entry, sizeof(entry));
	produced += ENTRY;
	memcpy(s->ring + s->page, &produced, sizeof(produced));
}

static void
pump(void *context)
{
	struct shop *s = context;

	s->pumped++;
	if (s->busy != NULL)
		put(s, s->busy, 302 + s->pumped, 0);
}

static void
what_comes_meanwhile_is_left_for_the_next_time(void **state)
{
	struct shop *s = *state;
	struct kernel_slot *slot = open_session(s);

	for (uint32_t i = 0; i < 300; i++)
		put(s, slot, 2 + i, 0);
	s->busy = slot;
	assert_int_equal(kernelin_take(s->in, s->station.from.received, pump, s), 300);
	assert_int_equal(kernelin_take(s->in, s->station.from.received, pump, s), 2);
	s->busy = NULL;
	assert_int_equal(kernelin_take(s->in, s->station.from.received, pump, s), 1);
	assert_int_equal(kernelin_take(s->in, s->station.from.received, pump, s), 0);
	assert_int_equal(station_counts(&s->station)->records, 909);
}

static void
what_is_in_the_ring_is_read_and_given_back(void **state)
{
	struct shop *s = *state;
	struct kernel_slot *slot = open_session(s);
	uint64_t consumed;

	assert_true(is_allowed(slot));
	assert_false(kernelin_take(s->in, s->station.from.received, pump, s));
	assert_int_equal(s->pumped, 0);
	for (uint32_t i = 0; i < 300; i++)
		put(s, slot, 2 + i, 0);
	assert_true(kernelin_take(s->in, s->station.from.received, pump, s));
	assert_int_equal(s->pumped, 2);
	assert_int_equal(station_counts(&s->station)->records, 900);
	assert_int_equal(export_counts(s->station.export_)->gaps, 0);
	assert_int_equal(kernelin_bytes(s->in), 300 * 100);
	memcpy(&consumed, s->ring, sizeof(consumed));
	assert_int_equal(consumed, 300 * ENTRY);
}

static void
an_entry_that_is_not_finished_is_left_for_the_next_time(void **state)
{
	struct shop *s = *state;
	struct kernel_slot *slot = open_session(s);
	uint32_t head = sizeof(struct kernel_entry);

	put(s, slot, 2, 0);
	put(s, slot, 3, UINT32_C(1) << 31);
	put(s, slot, 4, 0);
	assert_true(kernelin_take(s->in, s->station.from.received, pump, s));
	assert_int_equal(station_counts(&s->station)->records, 3);
	memcpy(s->ring + 2 * s->page + ENTRY, &head, sizeof(head));
	assert_true(kernelin_take(s->in, s->station.from.received, pump, s));
	assert_int_equal(station_counts(&s->station)->records, 9);
}

static void
at_the_end_everything_is_barred_and_what_was_read_still_counts(void **state)
{
	struct shop *s = *state;
	struct kernel_slot *slot = open_session(s);

	put(s, slot, 2, 0);
	kernelin_end(s->in);
	assert_false(is_allowed(slot));
	assert_true(kernelin_take(s->in, s->station.from.received, pump, s));
	assert_int_equal(station_counts(&s->station)->records, 3);
	assert_int_equal(station_counts(&s->station)->skipped_records, 0);
}

static void
who_comes_after_bars_what_was_allowed(void **state)
{
	struct shop *s = *state;
	struct kernel_slot *slot = open_session(s);

	kernelin_sleep(s->in);
	assert_int_equal(s->control->waits[RECEIVER], 1);
	assert_true(is_allowed(slot));
	detach(s);
	slot->owner = RECEIVER + 1; /* as if it had been killed */
	slot->state = UINT64_C(5) << 32 | 5;
	attach(s);
	assert_false(is_allowed(slot));
	assert_int_equal(slot->owner, 0);
}

static void
what_is_gone_and_what_is_odd_are_told_apart(void **state)
{
	struct shop *s = *state;
	struct kernel_slot *slot = open_session(s);
	struct status_process page = {0};
	struct duty duty = {.status = &page};
	size_t odd = s->page * 2 + HEAD + offsetof(struct kernel_entry, slot);
	uint32_t none = KERNEL_SLOTS;

	put(s, slot, 2, 0);
	memcpy(s->ring + odd, &none, sizeof(none));
	slot->state = UINT64_C(77) << 32 | 77;
	put(s, slot, 3, 0);
	put(s, slot, 4, 0);
	assert_true(kernelin_take(s->in, s->station.from.received, pump, s));
	kernelin_show(s->in, &duty);
	assert_int_equal(page.value[COUNT_FILTER_ODD], 1);
	assert_int_equal(page.value[COUNT_FILTER_STALE], 2);
	assert_int_equal(page.value[COUNT_FILTER_DATAGRAMS], 3);
}

static void
what_cannot_be_mapped_is_told(void **state)
{
	struct receiver_filter filter = {
		.control = -1, .slots = -1, .ring = -1, .ring_bytes = 4096};
	struct fail fail = {0};

	assert_null(kernelin_new(&filter, 0, &fail));
	assert_true(*fail.what != '\0');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_is_in_the_ring_is_read_and_given_back, begin, end),
		cmocka_unit_test_setup_teardown(
			what_comes_meanwhile_is_left_for_the_next_time, begin, end),
		cmocka_unit_test_setup_teardown(
			an_entry_that_is_not_finished_is_left_for_the_next_time, begin, end),
		cmocka_unit_test_setup_teardown(
			at_the_end_everything_is_barred_and_what_was_read_still_counts, begin, end),
		cmocka_unit_test_setup_teardown(who_comes_after_bars_what_was_allowed, begin, end),
		cmocka_unit_test_setup_teardown(
			what_is_gone_and_what_is_odd_are_told_apart, begin, end),
		cmocka_unit_test(what_cannot_be_mapped_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
