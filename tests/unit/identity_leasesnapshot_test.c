/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "identity/leasesnapshot.h"
#include "unit.h"

#include <errno.h>

#define NAMES 200

static const struct hash_key key = {{1, 2, 3}};

static struct line_name
name_of(uint32_t number)
{
	return (struct line_name){.address = address_from_v4(0x0a000000 + number), .length = 128};
}

static int
put(struct leasesnapshot *snapshot, uint32_t number, uint64_t pseudonym)
{
	struct line_name name = name_of(number);

	return leasesnapshot_add(snapshot, &name, pseudonym);
}

struct gone {
	bool is_gone[NAMES];
	int count;
};

static void
note(void *context, const struct line_name *name, uint64_t pseudonym)
{
	struct gone *gone = context;
	uint32_t number = bytes_u32(name->address.byte + 12) - 0x0a000000;

	assert_int_equal(pseudonym, number + 1);
	assert_false(gone->is_gone[number]);
	gone->is_gone[number] = true;
	gone->count++;
}

static void
what_is_in_the_next_file_no_more_is_gone_and_nothing_else(void **state)
{
	struct leasesnapshot *snapshot = leasesnapshot_new(NAMES, &key);
	bool was_there[NAMES] = {false};
	struct random random;

	random_seed(&random, 7);
	for (int round = 0; round < 300; round++) {
		bool is_there[NAMES] = {false};
		struct gone gone = {.count = 0};
		size_t count = 0;

		leasesnapshot_begin(snapshot);
		for (uint32_t i = 0; i < NAMES; i++) {
			is_there[i] = random_below(&random, 10) < (uint64_t)(round % 11);
			count += is_there[i];
			if (is_there[i])
				assert_int_equal(put(snapshot, i, i + 1), !was_there[i]);
		}
		leasesnapshot_end(snapshot, note, &gone);
		for (uint32_t i = 0; i < NAMES; i++)
			assert_int_equal(gone.is_gone[i], was_there[i] && !is_there[i]);
		assert_int_equal(leasesnapshot_count(snapshot), count);
		memcpy(was_there, is_there, sizeof(is_there));
	}
	leasesnapshot_free(snapshot);
}

static void
another_line_twice_and_too_many_are_told(void **state)
{
	struct leasesnapshot *snapshot = leasesnapshot_new(2, &key);
	struct gone gone = {.count = 0};

	leasesnapshot_begin(snapshot);
	assert_int_equal(put(snapshot, 1, 7), 1);
	assert_int_equal(put(snapshot, 1, 2), -EEXIST);
	assert_int_equal(put(snapshot, 2, 3), 1);
	assert_int_equal(put(snapshot, 3, 4), -ENOSPC);
	leasesnapshot_end(snapshot, note, &gone);
	assert_int_equal(gone.count, 0);
	leasesnapshot_begin(snapshot);
	assert_int_equal(put(snapshot, 1, 2), 1);
	assert_int_equal(put(snapshot, 2, 3), 0);
	leasesnapshot_end(snapshot, note, &gone);
	assert_int_equal(gone.count, 0);
	leasesnapshot_begin(snapshot);
	leasesnapshot_end(snapshot, note, &gone);
	assert_int_equal(gone.count, 2);
	leasesnapshot_free(snapshot);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_in_the_next_file_no_more_is_gone_and_nothing_else),
		cmocka_unit_test(another_line_twice_and_too_many_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
