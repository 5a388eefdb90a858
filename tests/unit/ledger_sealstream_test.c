/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/sealstream.h"
#include "unit.h"

#include <errno.h>
#include <stdlib.h>

#define SECRET "hans@example.net"

struct store {
	uint8_t *bytes;
	size_t size;
	size_t at;
};

static const uint8_t key[SEALSTREAM_KEY] = {1, 2, 3};

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

/* Many times the secret. */
static int
save_all(const void *context, struct save *save)
{
	const size_t *count = context;

	save_section(save, "persons", 1, *count * sizeof(SECRET));
	for (size_t i = 0; i < *count; i++)
		save_bytes(save, SECRET, sizeof(SECRET));
	return 0;
}

static int
restore_all(void *context, struct restore *restore, struct fail *fail)
{
	size_t *count = context;
	char text[sizeof(SECRET)];
	uint64_t size;
	int r = restore_section(restore, "persons", 1, &size, fail);

	for (*count = 0; r == 0 && size > 0; size -= sizeof(text), ++*count) {
		r = restore_bytes(restore, text, sizeof(text), fail);
		if (r == 0)
			assert_string_equal(text, SECRET);
	}
	return r;
}

static struct store
seal(size_t count)
{
	struct store store = {0};
	struct save *save = save_new(write_bytes, &store);

	assert_int_equal(sealstream_save(key, save, save_all, &count), 0);
	assert_int_equal(save_end(save), 0);
	save_free(save);
	return store;
}

static int
open_with(const uint8_t *with, struct store *store, size_t *count)
{
	struct restore *restore;
	struct fail fail = {0};
	int r;

	store->at = 0;
	restore = restore_new(read_bytes, store);
	r = sealstream_restore(with, restore, restore_all, count, &fail);
	if (r == 0)
		r = restore_end(restore, &fail);
	restore_free(restore);
	assert_true(r == 0 || *fail.what != '\0');
	return r;
}

static void
what_was_sealed_is_opened_again_whatever_its_length(void **state)
{
	static const size_t counts[] = {0, 1, 3853, 3854, 3855, 3856, 20000};

	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		struct store store = seal(counts[i]);
		size_t count;

		assert_int_equal(open_with(key, &store, &count), 0);
		assert_int_equal(count, counts[i]);
		free(store.bytes);
	}
}

static void
nothing_of_it_can_be_read_on_the_disk(void **state)
{
	struct store store = seal(100);

	for (size_t i = 0; i + 8 <= store.size; i++)
		assert_memory_not_equal(store.bytes + i, SECRET, 8);
	free(store.bytes);
}

static void
another_key_opens_nothing(void **state)
{
	const uint8_t other[SEALSTREAM_KEY] = {1, 2, 4};
	struct store store = seal(100);
	size_t count;

	assert_int_equal(open_with(other, &store, &count), -EBADMSG);
	free(store.bytes);
}

static void
one_changed_byte_anywhere_and_a_missing_end_are_seen(void **state)
{
	struct store store = seal(9000);
	size_t count, size = store.size;

	for (size_t at = 0; at < size; at += 1 + size / 500) {
		store.bytes[at] ^= 1;
		assert_true(open_with(key, &store, &count) < 0);
		store.bytes[at] ^= 1;
	}
	for (store.size = 0; store.size < size; store.size += 1 + size / 500)
		assert_true(open_with(key, &store, &count) < 0);
	store.size = size;
	assert_int_equal(open_with(key, &store, &count), 0);
	free(store.bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_sealed_is_opened_again_whatever_its_length),
		cmocka_unit_test(nothing_of_it_can_be_read_on_the_disk),
		cmocka_unit_test(another_key_opens_nothing),
		cmocka_unit_test(one_changed_byte_anywhere_and_a_missing_end_are_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
