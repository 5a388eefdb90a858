/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/letter/trapfile.h"
#include "census/registry/keptfile.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define HEADS   (sizeof(struct keptfile_head) + 16)
#define FROM    "a@spam.example"
#define TRAP    "juniper@trap.agency.example"
#define SUBJECT "Subject: x\r\n"
#define EACH    (sizeof(FROM TRAP SUBJECT) - 1)

static char folder[] = "/tmp/lazaret-traps-XXXXXX";
static char path[64];

static int
make(void **state)
{
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/traps.lzm", folder);
	(void)state;
	return 0;
}

static int
clean(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(folder);
}

/* Three messages, in this order or the other. */
static void
write_it(bool is_turned)
{
	static const char *const addresses[] = {"2001:db8::7", "192.0.2.7", "192.0.2.8"};
	struct trapmail *mail = trapmail_new();
	struct fail fail = {0};

	for (unsigned i = 0; i < 3; i++) {
		struct trapmail_message message = {.time = 1000,
			.port = 25,
			.from = TEXT(FROM),
			.to = TEXT(TRAP),
			.head = TEXT(SUBJECT)};

		assert_int_equal(
			address_parse(text_of(addresses[is_turned ? 2 - i : i]), &message.address),
			0);
		trapmail_add(mail, &message);
	}
	assert_int_equal(trapfile_write(path, mail, &fail), 0);
	(void)trapmail_free(mail);
}

/* The file's bytes; to be freed. */
static uint8_t *
load(size_t *ret_size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = malloc(1 << 16);

	assert_non_null(file);
	assert_non_null(bytes);
	*ret_size = fread(bytes, 1, 1 << 16, file);
	fclose(file);
	return bytes;
}

static void
messages_are_read_as_they_were_written(void **state)
{
	struct trapmail_message found;
	struct address address;
	struct trapfile file;
	struct fail fail = {0};
	size_t size, other;
	uint8_t *one, *turned;

	write_it(false);
	one = load(&size);
	assert_int_equal(trapfile_open(path, &file, &fail), 0);
	assert_int_equal(file.count, 3);
	/* Another one of the same /64. */
	assert_int_equal(address_parse(TEXT("2001:db8::9"), &address), 0);
	assert_true(trapfile_find(&file, &address, &found));
	assert_int_equal(found.address.byte[15], 7);
	assert_int_equal(found.time, 1000);
	assert_int_equal(found.port, 25);
	assert_true(text_is(found.from, FROM) && text_is(found.to, TRAP) &&
		text_is(found.head, SUBJECT));
	assert_int_equal(address_parse(TEXT("192.0.2.7"), &address), 0);
	assert_true(trapfile_find(&file, &address, &found));
	assert_int_equal(address_parse(TEXT("192.0.2.9"), &address), 0);
	assert_false(trapfile_find(&file, &address, &found));
	trapfile_close(&file);
	write_it(true);
	turned = load(&other);
	assert_int_equal(size, other);
	assert_memory_equal(one, turned, size);
	free(one);
	free(turned);
	(void)state;
}

static void
one_that_is_not_there_is_told_apart(void **state)
{
	struct trapfile file;
	struct fail fail = {0};

	assert_int_equal(trapfile_open("/nowhere/traps.lzm", &file, &fail), -ENOENT);
	(void)state;
}

static void
each_byte_that_changes_is_found(void **state)
{
	struct trapfile file;
	size_t size;
	uint8_t *bytes;

	write_it(false);
	bytes = load(&size);
	assert_int_equal(size, HEADS + 3 * sizeof(struct trapfile_row) + 3 * EACH);
	for (size_t i = 0; i < size; i++) {
		struct fail fail = {0};

		bytes[i] ^= 0x10;
		assert_int_equal(trapfile_on(bytes, size, &file, &fail), -EBADMSG);
		assert_true(fail.what[0] != '\0');
		bytes[i] ^= 0x10;
		assert_int_equal(trapfile_on(bytes, i, &file, &fail), -EBADMSG);
	}
	free(bytes);
	(void)state;
}

/* Whole, with a checksum that fits, but with other rows, counts and texts. */
static int
open_changed(
	const uint64_t counts[2], const struct trapfile_row *rows, size_t count, const char *texts)
{
	static const struct keptfile_kind kind = {.mark = "lztraps", .version = 1, .name = "x"};
	static const uint64_t figures[KEPTFILE_FIGURES];
	struct keptfile file;
	struct trapfile opened;
	struct fail fail = {0};
	int r;

	assert_int_equal(keptfile_create(&file, path, &fail), 0);
	keptfile_add(&file, counts, 2 * sizeof(*counts));
	keptfile_add(&file, rows, count * sizeof(*rows));
	keptfile_add(&file, texts, strlen(texts));
	assert_int_equal(keptfile_end(&file, &kind, figures, &fail), 0);
	r = trapfile_open(path, &opened, &fail);
	if (r == 0)
		trapfile_close(&opened);
	else
		assert_true(fail.what[0] != '\0' && fail.hint[0] != '\0');
	return r;
}

static void
what_cannot_be_is_refused(void **state)
{
	const struct trapfile_row good[2] = {{.address = address_from_v4(7),
						     .time = 1,
						     .from = sizeof(FROM) - 1,
						     .to = sizeof(TRAP) - 1,
						     .head = sizeof(SUBJECT) - 1},
		{.address = address_from_v4(8),
			.time = 1,
			.at = EACH,
			.to = sizeof(TRAP) - 1,
			.head = sizeof(SUBJECT) - 1}};
	const char texts[] = FROM TRAP SUBJECT TRAP SUBJECT;
	const uint64_t counts[2] = {2, sizeof(texts) - 1};
	struct trapfile_row rows[2];

#define REFUSED(change)                                                                            \
	(memcpy(rows, good, sizeof(rows)), (change),                                               \
		assert_int_equal(open_changed(counts, rows, 2, texts), -EBADMSG))
	assert_int_equal(open_changed(counts, good, 2, texts), 0);
	REFUSED(rows[0].time = 0);
	REFUSED(rows[0].at = 1);
	REFUSED(rows[1].at = EACH - 1);
	/* The texts of the other one would do. */
	REFUSED(rows[1].at = sizeof(FROM) - 1);
	REFUSED(rows[0].from--);
	REFUSED(rows[0].to--);
	REFUSED((rows[0].from = 0, rows[0].to = sizeof(FROM TRAP) - 1));
	REFUSED((rows[1].from = 3, rows[1].to -= 3));
	REFUSED((rows[1].head = 0));
	REFUSED(rows[1].head--);
	REFUSED(rows[1].head++);
	REFUSED(rows[1].head = UINT16_MAX);
	REFUSED(rows[1].address = rows[0].address);
	REFUSED(rows[1].address = address_from_v4(6));
	assert_int_equal(
		open_changed((uint64_t[]){1, sizeof(texts) - 1}, good, 2, texts), -EBADMSG);
	assert_int_equal(open_changed((uint64_t[]){UINT64_MAX / 32 + 2, sizeof(texts) - 1 + 32},
				 good, 2, texts),
		-EBADMSG);
	assert_int_equal(open_changed((uint64_t[]){2, 1}, good, 2, texts), -EBADMSG);
	assert_int_equal(open_changed((uint64_t[]){0, 0}, good, 0, ""), 0);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_are_read_as_they_were_written),
		cmocka_unit_test(one_that_is_not_there_is_told_apart),
		cmocka_unit_test(each_byte_that_changes_is_found),
		cmocka_unit_test(what_cannot_be_is_refused),
	};

	return cmocka_run_group_tests(tests, make, clean);
}
