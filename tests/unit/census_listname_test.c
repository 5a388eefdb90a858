/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/list/listname.h"
#include "unit.h"

static void
is_called(const char *path, const char *expected)
{
	char name[LISTNAME_MOST];

	assert_int_equal(listname_of(text_of(path), name), expected != NULL);
	if (expected != NULL)
		assert_string_equal(name, expected);
}

static void
packing_folder_and_ending_are_no_part_of_a_name(void **state)
{
	is_called("nixspam", "nixspam");
	is_called("/data/lists/nixspam.ipset.gz", "nixspam");
	is_called("../NiXspam.TXT.xz", "nixspam");
	is_called("dnsbl-1.uceprotect.net.zst", "dnsbl-1.uceprotect.net");
	is_called("blocklist_de_mail.netset", "blocklist_de_mail");
	is_called("a.rbldnsd", "a");
	is_called("a.gz.txt", "a");
	is_called("a.unknown", "a.unknown");
}

static void
nor_is_the_day_or_moment_of_a_snapshot(void **state)
{
	is_called("nixspam-2017-08-15.ipset.gz", "nixspam");
	is_called("nixspam.ipset-20170815", "nixspam");
	is_called("nixspam_2017-08-15T08:15:01Z.txt", "nixspam");
	is_called("nixspam.1502785245", "nixspam");
	is_called("list20170815.csv", "list");
	is_called("drop_v4_2026-01-31.json", "drop_v4");
	is_called("a-20170815.txt.gz", "a");
}

static void
other_digits_are(void **state)
{
	is_called("php_spammers_30d.ipset", "php_spammers_30d");
	is_called("bi_mail_2_30d", "bi_mail_2_30d");
	is_called("drop_ipv6.txt", "drop_ipv6");
	is_called("list-2017.txt", "list-2017");
	is_called("list-20171301", "list-20171301");
	is_called("list-20170132", "list-20170132");
	is_called("list92017-08-15", "list92017-08-15");
}

static void
something_is_left_or_there_is_none(void **state)
{
	static char longest[LISTNAME_MOST + 1];

	is_called(".gz", ".gz");
	is_called("20170815.txt", "20170815");
	is_called("", NULL);
	is_called("lists/", NULL);
	memset(longest, 'a', LISTNAME_MOST);
	is_called(longest, NULL);
	longest[LISTNAME_MOST - 1] = '\0';
	is_called(longest, longest);
}

static void
only_the_packing_goes_from_a_path(void **state)
{
	assert_true(text_is(listname_unpacked(text_of("/a/b.TXT.GZ")), "/a/b.TXT"));
	assert_true(text_is(listname_unpacked(text_of("/a/b.txt")), "/a/b.txt"));
	assert_true(text_is(listname_unpacked(text_of("b.gz.gz")), "b.gz"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packing_folder_and_ending_are_no_part_of_a_name),
		cmocka_unit_test(nor_is_the_day_or_moment_of_a_snapshot),
		cmocka_unit_test(other_digits_are),
		cmocka_unit_test(something_is_left_or_there_is_none),
		cmocka_unit_test(only_the_packing_goes_from_a_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
