/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/input.h"
#include "unit.h"

#include <bzlib.h>
#include <errno.h>
#include <fcntl.h>
#include <lzma.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#define SIZE (3UL << 20)

static uint8_t plain[SIZE], packed[2 * SIZE + 4096], out[3 * SIZE], once_more[3 * SIZE];
static char folder[] = "/tmp/lazaret-input-XXXXXX", path[64];

static int
set_up(void **state)
{
	uint64_t x = 1;

	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/file", folder);
	/* Half of it packs well, half does not. */
	for (size_t i = 0; i < SIZE; i++) {
		x = x * UINT64_C(6364136223846793005) + 1;
		plain[i] = i % 4096 < 2048 ? (uint8_t)(i / 64) : (uint8_t)(x >> 56);
	}
	return 0;
}

static int
tear_down(void **state)
{
	unlink(path);
	return rmdir(folder);
}

enum kind { GZIP, BZIP2, XZ, ZSTD, KIND_COUNT };

static size_t
pack(enum kind kind, const uint8_t *from, size_t size, uint8_t *into, size_t room)
{
	size_t at = 0;

	if (kind == GZIP) {
		z_stream z = {.next_in = (uint8_t *)(uintptr_t)from,
			.avail_in = (uInt)size,
			.next_out = into,
			.avail_out = (uInt)room};

		assert_int_equal(deflateInit2(&z, 1, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
		assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
		at = z.total_out;
		deflateEnd(&z);
	} else if (kind == BZIP2) {
		unsigned length = (unsigned)room;

		assert_int_equal(BZ2_bzBuffToBuffCompress((char *)into, &length,
					 (char *)(uintptr_t)from, (unsigned)size, 1, 0, 0),
			BZ_OK);
		at = length;
	} else if (kind == XZ) {
		assert_int_equal(lzma_easy_buffer_encode(
					 0, LZMA_CHECK_CRC32, NULL, from, size, into, &at, room),
			LZMA_OK);
	} else {
		ZSTD_CCtx *zstd = ZSTD_createCCtx();

		/* As zstd(1) does; without it damage may pass. */
		ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1);
		at = ZSTD_compress2(zstd, into, room, from, size);
		assert_false(ZSTD_isError(at));
		ZSTD_freeCCtx(zstd);
	}
	return at;
}

static void
write_file(const void *bytes, size_t size)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static size_t
read_into(uint8_t *into, const char *name, size_t portion, bool is_ahead, int *error,
	struct fail *fail)
{
	struct input input;
	size_t got = 0, size;

	assert_int_equal(input_open(&input, name, 0, fail), 0);
	if (is_ahead)
		input_ahead(&input);
	while ((size = input_need(&input, portion, fail)) > 0) {
		if (size > portion)
			size = portion;
		assert_true(got + size <= sizeof(out));
		memcpy(into + got, input.at, size);
		input_step(&input, size);
		got += size;
		assert_true(input.offset == got);
	}
	assert_true(input.ended);
	assert_true(input.error < 0 || input.packed_size == 0 ||
		input.packed_offset == input.packed_size);
	*error = input.error;
	input_close(&input);
	return got;
}

/* Reads all of it in portions; how many bytes came, and the error. By a thread ahead it is the same. */
static size_t
read_all(const char *name, size_t portion, int *error, struct fail *fail)
{
	size_t got = read_into(out, name, portion, false, error, fail);
	struct fail other = {.what = ""};
	int ahead;

	/* It comes but once. */
	if (strcmp(name, "-") == 0)
		return got;
	assert_int_equal(read_into(once_more, name, portion, true, &ahead, &other), got);
	assert_memory_equal(out, once_more, got);
	assert_int_equal(ahead, *error);
	assert_string_equal(other.where, fail->where);
	assert_string_equal(other.what, fail->what);
	assert_string_equal(other.hint, fail->hint);
	return got;
}

static void
plain_files_come_through_windows_of_any_size(void **state)
{
	static const size_t portions[] = {1 << 10, 99991, INPUT_WINDOW};
	struct fail fail = {.what = ""};
	int error;

	write_file(plain, SIZE);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(read_all(path, portions[i], &error, &fail), SIZE);
		assert_int_equal(error, 0);
		assert_memory_equal(out, plain, SIZE);
		assert_string_equal(fail.what, "");
	}
}

static void
packed_files_come_unpacked_all_members_of_them(void **state)
{
	for (enum kind kind = 0; kind < KIND_COUNT; kind++) {
		size_t half = SIZE / 3;
		size_t size = pack(kind, plain, half, packed, sizeof(packed));
		struct fail fail = {.what = ""};
		int error;

		size += pack(kind, plain, 0, packed + size, sizeof(packed) - size);
		size += pack(kind, plain + half, SIZE - half, packed + size, sizeof(packed) - size);
		memset(packed + size, 0, 64);
		write_file(packed, size + (kind == GZIP ? 61 : kind == XZ ? 64 : 0));
		assert_int_equal(read_all(path, 70001, &error, &fail), SIZE);
		assert_int_equal(error, 0);
		assert_memory_equal(out, plain, SIZE);
	}
}

static void
cut_and_damaged_files_give_what_is_before(void **state)
{
	for (enum kind kind = 0; kind < KIND_COUNT; kind++) {
		size_t size = pack(kind, plain, SIZE, packed, sizeof(packed)), got;
		struct fail fail = {.what = ""};
		int error;

		write_file(packed, size / 2);
		got = read_all(path, 5000, &error, &fail);
		assert_int_equal(error, -ENODATA);
		assert_true(got > SIZE / 4 && got < SIZE);
		assert_memory_equal(out, plain, got);
		assert_non_null(strstr(fail.what, "ends in the middle"));
		assert_string_equal(fail.where, path);

		packed[size / 2] ^= 0x55;
		packed[size / 2 + 1] ^= 0x55;
		fail = (struct fail){.what = ""};
		write_file(packed, size);
		got = read_all(path, 5000, &error, &fail);
		assert_int_equal(error, -EBADMSG);
		assert_true(got <= SIZE);
		assert_non_null(strstr(fail.what, "damaged"));
	}
}

/* Also while the thread waits for room, and where it has told that the file is damaged. */
static void
what_is_read_ahead_can_be_left_at_any_place(void **state)
{
	size_t size = pack(GZIP, plain, SIZE, packed, sizeof(packed));

	for (size_t from = 0; from < 40; from++) {
		struct fail fail = {.what = ""};
		struct input input;

		write_file(packed, from % 2 == 0 ? size : size / 8);
		assert_int_equal(input_open(&input, path, 0, &fail), 0);
		input_ahead(&input);
		input_ahead(&input);
		for (size_t i = 0; i < from; i++) {
			size_t got = input_need(&input, 1000, &fail);

			assert_memory_equal(
				input.at, plain + input.offset, got < 1000 ? got : 1000);
			input_step(&input, got < 1000 ? got : 1000);
		}
		input_close(&input);
	}
}

static void
what_follows_packed_data_is_told(void **state)
{
	size_t size = pack(GZIP, plain, SIZE, packed, sizeof(packed));
	struct fail fail = {.what = ""};
	int error;

	memcpy(packed + size, "a line of text\n", 15);
	write_file(packed, size + 15);
	assert_int_equal(read_all(path, 5000, &error, &fail), SIZE);
	assert_int_equal(error, -EBADMSG);
}

static void
empty_files_end_at_once(void **state)
{
	struct fail fail = {.what = ""};
	int error;

	write_file("", 0);
	assert_int_equal(read_all(path, 1, &error, &fail), 0);
	assert_int_equal(error, 0);
}

static void
what_cannot_be_opened_is_said_plainly(void **state)
{
	struct fail fail = {.what = ""};
	struct input input;

	assert_int_equal(input_open(&input, "/nonexistent/file", 0, &fail), -ENOENT);
	assert_string_equal(fail.where, "/nonexistent/file");
	assert_non_null(strstr(fail.what, "no such file"));
	assert_int_equal(input_open(&input, folder, 0, &fail), -EISDIR);
	assert_non_null(strstr(fail.what, "directory"));
	if (geteuid() == 0)
		return; /* root may read all */
	write_file("x", 1);
	assert_int_equal(chmod(path, 0), 0);
	assert_int_equal(input_open(&input, path, 0, &fail), -EACCES);
	assert_non_null(strstr(fail.what, "may not read"));
	unlink(path);
}

static void
standard_input_is_read_as_a_stream(void **state)
{
	size_t size = pack(ZSTD, plain, SIZE, packed, sizeof(packed));
	struct fail fail = {.what = ""};
	int kept = dup(STDIN_FILENO), ends[2], error;
	pid_t child;

	assert_true(size < sizeof(packed));
	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		size_t at = 0;

		close(ends[0]);
		while (at < size) {
			ssize_t n = write(ends[1], packed + at, size - at < 777 ? size - at : 777);

			if (n <= 0)
				_exit(1);
			at += (size_t)n;
		}
		_exit(0);
	}
	close(ends[1]);
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
	assert_int_equal(read_all("-", 4097, &error, &fail), SIZE);
	assert_int_equal(error, 0);
	assert_memory_equal(out, plain, SIZE);
	dup2(kept, STDIN_FILENO);
	close(kept);
}

/* Reading ends where it would wait, and where packed data would go on. */
static void
reading_ends_when_it_is_told_to(void **state)
{
	struct fail fail = {.what = ""};
	struct input input;
	int ends[2], stop[2], kept = dup(STDIN_FILENO);

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(pipe(stop), 0);
	assert_int_equal(write(ends[1], "0123456789", 10), 10);
	dup2(ends[0], STDIN_FILENO);
	assert_int_equal(input_open(&input, "-", stop[0], &fail), 0);
	assert_int_equal(input_need(&input, 10, &fail), 10);
	assert_int_equal(write(stop[1], "", 1), 1);
	assert_int_equal(input_need(&input, 11, &fail), 10);
	assert_int_equal(input.error, -EINTR);
	assert_true(input.ended);
	assert_string_equal(fail.what, "reading was interrupted at byte 10");
	input_close(&input);
	assert_int_equal(input_open(&input, "-", stop[0], &fail), -EINTR);

	assert_int_equal(read(stop[0], out, 1), 1);
	write_file(packed, pack(XZ, plain, SIZE, packed, sizeof(packed)));
	assert_int_equal(input_open(&input, path, stop[0], &fail), 0);
	assert_true(input_need(&input, 1, &fail) > 0);
	assert_int_equal(write(stop[1], "", 1), 1);
	assert_true(input_need(&input, INPUT_WINDOW, &fail) < SIZE);
	assert_int_equal(input.error, -EINTR);
	assert_memory_equal(input.at, plain, input.left);
	input_close(&input);
	dup2(kept, STDIN_FILENO);
	close(kept);
	for (int i = 0; i < 2; i++) {
		close(ends[i]);
		close(stop[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_files_come_through_windows_of_any_size),
		cmocka_unit_test(packed_files_come_unpacked_all_members_of_them),
		cmocka_unit_test(cut_and_damaged_files_give_what_is_before),
		cmocka_unit_test(what_is_read_ahead_can_be_left_at_any_place),
		cmocka_unit_test(what_follows_packed_data_is_told),
		cmocka_unit_test(empty_files_end_at_once),
		cmocka_unit_test(what_cannot_be_opened_is_said_plainly),
		cmocka_unit_test(standard_input_is_read_as_a_stream),
		cmocka_unit_test(reading_ends_when_it_is_told_to),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
