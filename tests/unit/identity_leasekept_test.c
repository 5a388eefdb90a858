/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "identity/leasefind.h"
#include "identity/leasekept.h"
#include "identity/whereabouts.h"
#include "unit.h"

#include <errno.h>
#include <stdlib.h>

#define BEGIN INT64_C(1700000000)
#define NAMES 300

struct store {
	uint8_t *bytes;
	size_t size;
	size_t at;
};

struct made {
	struct leases leases;
	struct leases_settings settings;
	void *memory;
	size_t bytes;
};

static struct wall
second(int64_t s)
{
	return (struct wall){(BEGIN + s) * WALL_SECOND};
}

static void
make(struct made *made, size_t most)
{
	made->settings = LEASES_DEFAULTS;
	made->settings.leases_most = most;
	made->settings.nas_most = 100;
	made->settings.key = (struct hash_key){{5, 6}};
	made->bytes = (leases_bytes(&made->settings) + 63) / 64 * 64;
	made->memory = aligned_alloc(64, made->bytes);
	memset(made->memory, 0, made->bytes);
	assert_int_equal(leases_make(&made->leases, &made->settings, made->memory, made->bytes), 0);
	(void)leases_tick(&made->leases, second(0));
}

static struct lease
lease_of(uint32_t number, uint64_t line, uint64_t session)
{
	struct lease lease = {.line = {.pseudonym = line, .role = ROLE_RESIDENTIAL},
		.nas = session != 0 ? 1 + line % 3 : 0,
		.session = session};

	if (number % 3 == 0) {
		lease.name = (struct line_name){
			.address = address_from_v4(0x0a000000 + number), .length = 128};
	} else if (number % 3 == 1) {
		lease.name = (struct line_name){.address = address_from_v4(0xc0000200 + number % 4),
			.low = (uint16_t)(1024 + number * 64),
			.high = (uint16_t)(1024 + number * 64 + 63),
			.length = 128};
	} else {
		lease.name = (struct line_name){.length = 56};
		lease.name.address.byte[0] = 0x20;
		lease.name.address.byte[4] = (uint8_t)(number >> 8);
		lease.name.address.byte[5] = (uint8_t)number;
	}
	return lease;
}

/* Of some hours, with all that there can be. */
static void
live(struct made *made, uint64_t seed)
{
	struct random random;

	random_seed(&random, seed);
	for (int64_t s = 1; s < 4000; s++) {
		uint32_t number = (uint32_t)random_below(&random, NAMES);
		uint64_t line = 1 + random_below(&random, 60);
		uint64_t session = random_below(&random, 3) == 0 ? 0 : 1000 + line * 3;
		struct lease lease = lease_of(number, line, session);

		(void)leases_tick(&made->leases, second(s));
		switch (random_below(&random, 6)) {
		case 0:
			(void)leases_stop(&made->leases, &lease, second(s), second(0));
			break;
		case 1:
			(void)leases_interim(&made->leases, &lease, second(s), second(s + 900));
			break;
		case 2:
			if (random_below(&random, 50) == 0)
				leases_forget_nas(&made->leases, 1 + line % 3, second(s));
			break;
		default:
			(void)leases_start(&made->leases, &lease, second(s), second(s + 900));
			break;
		}
	}
}

static int
write_bytes(void *context, const void *bytes, size_t size)
{
	struct store *store = context;

	store->bytes = xrealloc(store->bytes, store->size + size);
	memcpy(store->bytes + store->size, bytes, size);
	store->size += size;
	return 0;
}

static int64_t
read_bytes(void *context, void *into, size_t size)
{
	struct store *store = context;

	size = size < store->size - store->at ? size : store->size - store->at;
	memcpy(into, store->bytes + store->at, size);
	store->at += size;
	return (int64_t)size;
}

static void
save(const struct made *made, struct store *store)
{
	struct save *to = save_new(write_bytes, store);

	assert_int_equal(leasekept_save(&made->leases, to), 0);
	assert_int_equal(save_end(to), 0);
	save_free(to);
}

static int64_t
restore(struct made *made, struct store *store)
{
	struct restore *from = restore_new(read_bytes, store);
	struct fail fail = {0};
	int64_t r = leasekept_restore(&made->leases, from, &fail);

	if (r >= 0 && restore_end(from, &fail) < 0)
		r = -EBADMSG;
	restore_free(from);
	return r;
}

static void
assert_same(const struct made *a, const struct made *b)
{
	struct random random;
	int found = 0;

	random_seed(&random, 99);
	for (int i = 0; i < 100000; i++) {
		struct lease lease = lease_of((uint32_t)random_below(&random, NAMES), 1, 0);
		struct wall at = second((int64_t)random_below(&random, 5000));
		struct lease_holder one, other;
		uint16_t port = lease.name.high;
		int r = leasefind_holder(&a->leases, &lease.name.address, port, at, &one);

		assert_int_equal(
			leasefind_holder(&b->leases, &lease.name.address, port, at, &other), r);
		if (r == 0)
			assert_int_equal(one.line.pseudonym, other.line.pseudonym);
		found += r == 0;
	}
	assert_true(found > 1000);
	for (uint64_t line = 1; line <= 60; line++) {
		struct lease_held one[LEASES_LINE], other[LEASES_LINE];

		assert_int_equal(leasefind_held(&a->leases, line, second(4000), one, LEASES_LINE),
			leasefind_held(&b->leases, line, second(4000), other, LEASES_LINE));
	}
	assert_int_equal(leases_counts(&a->leases).open, leases_counts(&b->leases).open);
	assert_int_equal(leases_counts(&a->leases).ended, leases_counts(&b->leases).ended);
}

static void
what_is_restored_answers_every_question_as_what_was_saved(void **state)
{
	for (uint64_t seed = 1; seed < 6; seed++) {
		struct store store = {0};
		struct made old, new;

		make(&old, 20000);
		live(&old, seed);
		save(&old, &store);
		make(&new, 30000);
		(void)leases_tick(&new.leases, second(3999));
		assert_true(restore(&new, &store) > 500);
		assert_same(&old, &new);
		/* And goes on alike. */
		live(&old, seed + 100);
		live(&new, seed + 100);
		assert_same(&old, &new);
		free(store.bytes);
		free(old.memory);
		free(new.memory);
	}
}

static void
what_a_writer_left_in_the_middle_is_made_whole_in_its_place(void **state)
{
	struct leases reader, writer;
	struct lease_holder holder;
	struct lease lease = lease_of(0, 77, 0);
	struct made one, other;

	make(&one, 20000);
	make(&other, 20000);
	live(&one, 3);
	live(&other, 3);
	assert_int_equal(leases_start(&one.leases, &lease, second(4000), second(9000)), 0);
	assert_int_equal(leases_start(&other.leases, &lease, second(4000), second(9000)), 0);
	assert_int_equal(leases_open(&reader, NULL, one.memory, one.bytes), 0);
	leasetable_begin(&one.leases.table);
	/* Its chains are torn. */
	memset(one.leases.table.slots, 0,
		one.leases.table.slot_count / 2 * sizeof(*one.leases.table.slots));
	assert_int_equal(
		leasefind_holder(&reader, &lease.name.address, 0, second(4500), &holder), -EBUSY);
	assert_int_equal(leases_open(&writer, &one.settings, one.memory, one.bytes), -EBUSY);
	assert_true(leasekept_heal(&writer) > 500);
	assert_int_equal(leases_open(&writer, &one.settings, one.memory, one.bytes), 0);
	assert_int_equal(
		leasefind_holder(&reader, &lease.name.address, 0, second(4500), &holder), 0);
	assert_int_equal(holder.line.pseudonym, 77);
	assert_same(&other, &one);
	free(one.memory);
	free(other.memory);
}

static void
an_interval_that_is_open_twice_ends_where_the_next_one_begins(void **state)
{
	struct lease first = lease_of(0, 1, 0), second_ = lease_of(0, 2, 0);
	struct lease_holder holder;
	struct store store = {0};
	struct made old, new;
	uint32_t at;

	make(&old, 100);
	assert_int_equal(leases_start(&old.leases, &first, second(0), second(9000)), 0);
	at = leasetable_line_first(&old.leases.table, 1);
	(void)leases_tick(&old.leases, second(1000));
	assert_int_equal(leases_start(&old.leases, &second_, second(1000), second(9000)), 0);
	/* As if the first had been read before the second came. */
	{
		struct lease_node node = leasetable_get(&old.leases.table, at);

		node.end = LEASE_OPEN;
		node.until = (uint32_t)(BEGIN + 9000);
		leasetable_put(&old.leases.table, at, &node);
	}
	save(&old, &store);
	make(&new, 100);
	(void)leases_tick(&new.leases, second(1000));
	assert_int_equal(restore(&new, &store), 2);
	assert_int_equal(
		leasefind_holder(&new.leases, &first.name.address, 0, second(500), &holder), 0);
	assert_int_equal(holder.line.pseudonym, 1);
	assert_int_equal(
		leasefind_holder(&new.leases, &first.name.address, 0, second(2000), &holder), 0);
	assert_int_equal(holder.line.pseudonym, 2);
	free(store.bytes);
	free(old.memory);
	free(new.memory);
}

static void
damaged_bytes_are_refused_and_leave_nothing_behind_when_it_is_cleared(void **state)
{
	struct store good = {0};
	struct made old;

	make(&old, 2000);
	live(&old, 9);
	save(&old, &good);
	for (size_t at = 0; at < good.size; at += 1 + good.size / 300) {
		struct store bad = {.bytes = xcalloc(1, good.size), .size = good.size};
		struct made new;

		memcpy(bad.bytes, good.bytes, good.size);
		bad.bytes[at] ^= 0x41;
		make(&new, 2000);
		assert_true(restore(&new, &bad) < 0);
		leasekept_clear(&new.leases);
		assert_int_equal(leases_counts(&new.leases).open, 0);
		live(&new, 2);
		free(bad.bytes);
		free(new.memory);
	}
	free(good.bytes);
	free(old.memory);
}

struct seen {
	int gained;
	int lost;
	struct leases_change last;
};

static void
note(void *context, const struct leases_change *change)
{
	struct seen *seen = context;

	seen->gained += change->is_held;
	seen->lost += !change->is_held;
	seen->last = *change;
}

static void
who_watches_is_told_of_each_gain_and_loss_and_of_nothing_else(void **state)
{
	struct lease first = lease_of(0, 1, 0), other = lease_of(0, 2, 0);
	struct seen seen = {0};
	struct prefix prefix;
	struct made made;

	make(&made, 100);
	leases_set_watch(&made.leases, note, &seen);
	assert_int_equal(leases_start(&made.leases, &first, second(0), second(600)), 0);
	assert_int_equal(seen.gained, 1);
	assert_int_equal(seen.last.line.pseudonym, 1);
	/* Renewed. */
	assert_int_equal(leases_start(&made.leases, &first, second(10), second(700)), 0);
	assert_int_equal(seen.gained + seen.lost, 1);
	/* Taken over. */
	assert_int_equal(leases_start(&made.leases, &other, second(20), second(600)), 0);
	assert_int_equal(seen.gained, 2);
	assert_int_equal(seen.lost, 1);
	/* Lapsed. */
	(void)leases_tick(&made.leases, second(2000));
	assert_int_equal(seen.lost, 2);
	assert_int_equal(seen.last.line.pseudonym, 2);
	assert_true(whereabouts_prefix(&seen.last.name, &prefix));
	assert_int_equal(prefix.length, 128);
	first = lease_of(1, 1, 0);
	assert_false(whereabouts_prefix(&first.name, &prefix));
	free(made.memory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_restored_answers_every_question_as_what_was_saved),
		cmocka_unit_test(what_a_writer_left_in_the_middle_is_made_whole_in_its_place),
		cmocka_unit_test(an_interval_that_is_open_twice_ends_where_the_next_one_begins),
		cmocka_unit_test(
			damaged_bytes_are_refused_and_leave_nothing_behind_when_it_is_cleared),
		cmocka_unit_test(who_watches_is_told_of_each_gain_and_loss_and_of_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
