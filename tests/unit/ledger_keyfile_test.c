/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/keyfile.h"
#include "ledger_fixture.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void
write_file(const char *path, const char *content, mode_t mode)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(content, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void
makes_it_once_for_its_owner_only(void **state)
{
	const struct fixture *fixture = *state;
	struct keys first, second;
	struct stat stat_of;

	assert_int_equal(keyfile_make(fixture->path, &first, NULL), 0);
	assert_int_equal(stat(fixture->path, &stat_of), 0);
	assert_int_equal(stat_of.st_mode & 07777, 0600);
	assert_int_equal(keyfile_make(fixture->path, &second, NULL), 0);
	assert_memory_equal(&first, &second, sizeof(first));
	assert_int_equal(keyfile_read(fixture->path, &second, NULL), 0);
	assert_memory_equal(&first, &second, sizeof(first));
}

static void
all_keys_differ_from_each_other_and_from_those_of_another_file(void **state)
{
	const struct fixture *fixture = *state;
	struct keys keys, other;
	char path[96];

	snprintf(path, sizeof(path), "%s.other", fixture->path);
	assert_int_equal(keyfile_make(fixture->path, &keys, NULL), 0);
	assert_int_equal(keyfile_make(path, &other, NULL), 0);
	assert_memory_not_equal(keys.pseudonym.byte, keys.name.byte, sizeof(keys.name.byte));
	assert_memory_not_equal(keys.seal, keys.head, sizeof(keys.head));
	assert_memory_not_equal(keys.seal, keys.pseudonym.byte, sizeof(keys.pseudonym.byte));
	assert_memory_not_equal(keys.pseudonym.byte, other.pseudonym.byte, sizeof(keys.name.byte));
	assert_memory_not_equal(keys.seal, other.seal, sizeof(keys.seal));
	assert_memory_not_equal(keys.check, other.check, sizeof(keys.check));
}

static void
the_same_secret_gives_the_same_keys_for_ever(void **state)
{
	const struct fixture *fixture = *state;
	/* crypto_kdf of the secret 00 01 .. 1f, context "lazledg1", subkey 1. */
	static const uint8_t expected[16] = {0xaf, 0xf6, 0xfb, 0x4f, 0x5a, 0xaa, 0x13, 0x1a, 0xe8,
		0x54, 0x6a, 0xa7, 0x20, 0xe2, 0xa9, 0x4a};
	struct keys keys;

	write_file(fixture->path,
		"lazaret-key-1 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n",
		0600);
	assert_int_equal(keyfile_read(fixture->path, &keys, NULL), 0);
	assert_memory_equal(keys.pseudonym.byte, expected, sizeof(expected));
}

static void
refuses_a_file_that_others_may_read(void **state)
{
	const struct fixture *fixture = *state;
	struct keys keys;
	struct fail fail = {0};

	assert_int_equal(keyfile_make(fixture->path, &keys, NULL), 0);
	assert_int_equal(chmod(fixture->path, 0640), 0);
	assert_int_equal(keyfile_read(fixture->path, &keys, &fail), -EACCES);
	assert_non_null(strstr(fail.hint, "chmod 600"));
}

static void
a_pipe_or_folder_in_its_place_is_told_and_not_waited_for(void **state)
{
	const struct fixture *fixture = *state;
	struct keys keys;
	struct fail fail = {0};

	assert_int_equal(mkfifo(fixture->path, 0600), 0);
	assert_int_equal(keyfile_read(fixture->path, &keys, &fail), -EINVAL);
	assert_non_null(strstr(fail.what, "is not a file"));
	assert_int_equal(unlink(fixture->path), 0);
	assert_int_equal(mkdir(fixture->path, 0700), 0);
	assert_int_equal(keyfile_read(fixture->path, &keys, &fail), -EINVAL);
	assert_int_equal(rmdir(fixture->path), 0);
}

static void
refuses_what_is_no_key_file(void **state)
{
	const struct fixture *fixture = *state;
	static const char *const contents[] = {"", "lazaret-key-1 \n",
		"lazaret-key-2 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n",
		"lazaret-key-1 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
		("lazaret-key-1 "
		 "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n\n"),
		"lazaret-key-1 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1g\n"};
	struct keys keys;
	struct fail fail = {0};

	assert_int_equal(keyfile_read(fixture->path, &keys, &fail), -ENOENT);
	for (size_t i = 0; i < sizeof(contents) / sizeof(*contents); i++) {
		write_file(fixture->path, contents[i], 0600);
		assert_int_equal(keyfile_read(fixture->path, &keys, &fail), -EINVAL);
		assert_int_equal(keyfile_make(fixture->path, &keys, &fail), -EINVAL);
	}
	assert_int_equal(keyfile_read(fixture->folder, &keys, &fail), -EINVAL);
}

static void
many_that_make_it_at_once_agree(void **state)
{
	const struct fixture *fixture = *state;
	int pipes[2];
	uint8_t check[8][KEYFILE_CHECK];

	assert_int_equal(pipe(pipes), 0);
	for (int i = 0; i < 8; i++) {
		pid_t child = fork();

		assert_true(child >= 0);
		if (child == 0) {
			struct keys keys;
			int bad = keyfile_make(fixture->path, &keys, NULL) < 0 ||
				write(pipes[1], keys.check, sizeof(keys.check)) != KEYFILE_CHECK;

			_exit(bad);
		}
	}
	for (int i = 0; i < 8; i++) {
		int status;

		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
		assert_int_equal(read(pipes[0], check[i], KEYFILE_CHECK), KEYFILE_CHECK);
		assert_memory_equal(check[i], check[0], KEYFILE_CHECK);
	}
	close(pipes[0]);
	close(pipes[1]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(makes_it_once_for_its_owner_only),
		TEST(all_keys_differ_from_each_other_and_from_those_of_another_file),
		TEST(the_same_secret_gives_the_same_keys_for_ever),
		TEST(refuses_a_file_that_others_may_read),
		TEST(a_pipe_or_folder_in_its_place_is_told_and_not_waited_for),
		TEST(refuses_what_is_no_key_file),
		TEST(many_that_make_it_at_once_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
