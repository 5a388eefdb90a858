/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/censusgiven.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct censusfolder folder = {.path = "/tmp/lazaret-given-XXXXXX", .lock = -1};
static char left_out[128], certs[128];

static int
make_folder(void **state)
{
	if (mkdtemp(folder.path) == NULL)
		return -1;
	snprintf(left_out, sizeof(left_out), "%.100s/left-out", folder.path);
	snprintf(certs, sizeof(certs), "%.100s/certs", folder.path);
	return 0;
}

static int
remove_folder(void **state)
{
	(void)unlink(left_out);
	(void)unlink(certs);
	return rmdir(folder.path);
}

static void
put(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void
what_is_not_there_is_nothing(void **state)
{
	const struct censuswish wish = {.by = ""}, named = {.shared = "/tmp/lazaret-none/none"};
	struct censusgiven given;
	struct fail fail = {.what = ""};

	assert_int_equal(censusgiven_read(&folder, &wish, &given, &fail), 0);
	assert_int_equal(given.left_out4.count, 0);
	assert_int_equal(given.national_count, 0);
	censusgiven_done(&given);
	/* One that was named must be there. */
	assert_true(censusgiven_read(&folder, &named, &given, &fail) < 0);
	assert_string_equal(fail.where, "/tmp/lazaret-none/none");
}

static void
networks_and_certs_are_read_from_the_folder(void **state)
{
	const struct censuswish wish = {.by = ""};
	struct censusgiven given;
	struct fail fail = {.what = ""};

	put(left_out, "# ours\n192.88.0.0/16\n193.0.0.7\n2a00:1::/32\n");
	put(certs,
		"# countries\nNO cert@cert.example\nSE\tTeam@CERT.example # Sweden\n\n"
		"NO other@cert.example\r\nnorway cert@cert.example\nDE\nDK none\n");
	assert_int_equal(censusgiven_read(&folder, &wish, &given, &fail), 0);
	assert_non_null(spans_find(&given.left_out4, 0xc0580000, 0xc0580000));
	assert_non_null(spans_find(&given.left_out4, 0xc1000007, 0xc1000007));
	assert_null(spans_find(&given.left_out4, 0xc1000008, UINT32_MAX));
	assert_non_null(spans_find(
		&given.left_out6, UINT64_C(0x2a000001ffffffff), UINT64_C(0x2a000001ffffffff)));
	assert_int_equal(given.shared4.count, 0);
	assert_int_equal(given.national_count, 3);
	assert_int_equal(given.nationals[0].country, 'N' << 8 | 'O');
	assert_true(text_is(given.nationals[0].mailbox, "cert@cert.example"));
	assert_int_equal(given.nationals[1].country, 'S' << 8 | 'E');
	assert_true(text_is(given.nationals[1].mailbox, "Team@cert.example"));
	assert_true(text_is(given.nationals[2].mailbox, "other@cert.example"));
	/* Lines that are none were told, each. */
	assert_int_equal(given.troubles, 3);
	censusgiven_done(&given);
}

static void
names_stand_between_commas(void **state)
{
	assert_true(censusgiven_names("alpha", "alpha"));
	assert_true(censusgiven_names("alpha, beta", "beta"));
	assert_false(censusgiven_names("alphabet,beta", "alpha"));
	assert_false(censusgiven_names("", "alpha"));
	assert_false(censusgiven_names(NULL, "alpha"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_there_is_nothing),
		cmocka_unit_test(networks_and_certs_are_read_from_the_folder),
		cmocka_unit_test(names_stand_between_commas),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
