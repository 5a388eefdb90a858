/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/registry/registries.h"
#include "census/registry/registrykind.h"
#include "unit.h"

#include <stdio.h>

static void
is_kind(const char *path, const char *head, const char *expected)
{
	const char *kind = registrykind_find(text_of(path), text_of(head));

	if (kind == NULL || expected == NULL)
		assert_true(kind == expected);
	else
		assert_string_equal(kind, expected);
}

static void
a_dump_is_known_by_the_name_that_its_registry_gives_it(void **state)
{
	is_kind("/data/ripe.db.inetnum.gz", "", "ripe");
	is_kind("ripe.db.gz", "", "ripe");
	is_kind("ripe-nonauth.db.route", "", "ripe-nonauth");
	is_kind("apnic.db.irt.gz", "", "apnic");
	is_kind("old/AFRINIC.DB.gz", "", "afrinic");
	is_kind("old.ripe.db", "", NULL);
	is_kind("ripe.db/other", "", NULL);
	is_kind("", "", NULL);
}

static void
and_else_by_its_first_source(void **state)
{
	is_kind("TEST-database.db",
		"# a head\n\nperson:  A\nsource:\tTEST\n\nmntner: B\nsource: APNIC\n", "ripe");
	is_kind("x", "inetnum: 192.0.2.0 - 192.0.2.255\r\nSOURCE:ripe # Filtered\r\n", "ripe");
	is_kind("x", "inetnum: 192.0.2.0 - 192.0.2.255\nsource: RIPE-NONAUTH\n", "ripe-nonauth");
	is_kind("x", "inetnum: 192.0.2.0 - 192.0.2.255\nsource:         APNIC\n", "apnic");
	is_kind("x", "inetnum: 192.0.2.0 - 192.0.2.255\nsource: AFRINIC # Filtered", "afrinic");
	is_kind("x", "route: 192.0.2.0/24\norigin: AS64500\nsource: RADB\n", "irr");
	is_kind("x", "route: 192.0.2.0/24\norigin: AS64500\nsource: ARIN\n", "irr");
	/* Nothing says whose it is. */
	is_kind("x", "inetnum: 192.0.2.0 - 192.0.2.255\nsource:\n", NULL);
	is_kind("x", "inetnum: 192.0.2.0 - 192.0.2.255\n", NULL);
}

static void
the_name_stands_above_a_source(void **state)
{
	is_kind("apnic.db.inetnum", "inetnum: 192.0.2.0 - 192.0.2.255\nsource: RIPE\n", "apnic");
	is_kind("ripe.db", "person: A\nsource: JPNIC\n", "ripe");
	is_kind("ripe.db", "person: A\nsource: RIPE\n\nperson: B\nownerid: C\n", "ripe");
}

static void
the_texts_of_arin_and_lacnic_are_known_by_what_only_they_have(void **state)
{
	is_kind("arin_db.txt", "# terms\n\nOrgID:          EXAMPLE\nSource: ARIN\n", "arin");
	is_kind("x", "NetHandle:      NET-192-0-2-0-1\n", "arin");
	is_kind("x", "V6NetHandle:    NET6-2001-DB8-1\n", "arin");
	is_kind("x", "ASHandle: AS64500\n", "arin");
	is_kind("x", "POCHandle: ABC1-ARIN\n", "arin");
	is_kind("x", "inetnum:     192.0.2/24\nstatus: allocated\nownerid:     BR-EXMP-LACNIC\n",
		"lacnic");
	is_kind("lacnic.db", "inetnum: 192.0.2/24\nsource: LACNIC\n", "lacnic");
	is_kind("x", "inetnum: 192.0.2/24\nowner: Example\n", "lacnic");
	is_kind("x", "inetnum: A\nsource: RIPE\n\nkey-cert: A\nowner: B\n", "ripe");
	is_kind("x", "key-cert: A\nowner: B\nsource: RIPE\n", "ripe");
	is_kind("lacnic.db", "route: 192.0.2.0/24\nsource: LACNIC\n", "irr");
}

static void
statistics_and_tables_are_known_by_their_lines(void **state)
{
	is_kind("x", "#\n2.3|apnic|20130417|46596||20130416|+1000\n", "delegated");
	is_kind("x", "2|iana|1|1|1|1|+0\n", "delegated");
	is_kind("ripe.db", "ripencc|FR|ipv4|2.0.0.0|1048576|20100712|allocated\n", "delegated");
	is_kind("x", "1.0.0.0,1.0.0.255,13335,\"Example, Inc.\"\n", "asn");
	is_kind("x", "2001:db8::,2001:db8::ffff,64500,Example\n", "asn");
	is_kind("x", "; IP-ASN32-DAT file\n; \n1.0.0.0/24\t15169\n", "asn");
	is_kind("x", "start,end,asn\n1.0.0.0,1.0.0.255,13335\n", "asn");
	is_kind("x", "3|nobody|1\n", NULL);
}

static void
mailboxes_alone_are_those_that_failed(void **state)
{
	is_kind("suspect", "abuse@a.example\nnoc@b.example\r\n", "suspect");
	is_kind("suspect", "abuse@a.example\nand more\n", NULL);
	is_kind("suspect", "person: A\nabuse@a.example\n", NULL);
	is_kind("suspect", "abuse@a.example, noc@b.example\n", NULL);
	is_kind("suspect", "a@b@c\n", NULL);
}

static void
other_bytes_are_of_no_kind(void **state)
{
	is_kind("x", "192.0.2.1\n192.0.2.2\n", NULL);
	is_kind("x", ":\n: a\na\n", NULL);
	is_kind("x", "\xff\xfei\n", NULL);
	is_kind("x", "<html>\n<a href='mailto:a@b'>\n", NULL);
}

static void
each_kind_is_one_that_is_read(void **state)
{
	const struct {
		const char *path;
		struct text head;
	} files[] = {{"ripe.db", TEXT("")}, {"ripe-nonauth.db", TEXT("")}, {"apnic.db", TEXT("")},
		{"afrinic.db", TEXT("")}, {"x", TEXT("OrgID: A\n")}, {"x", TEXT("ownerid: A\n")},
		{"x", TEXT("a: b\nsource: RADB\n")}, {"x", TEXT("2|apnic|1\n")},
		{"x", TEXT("192.0.2.0/24\t1\n")}, {"x", TEXT("TIME\0\x0d\0\x01SIZE")},
		{"x", TEXT("a@b\n")}};
	bool is_known[sizeof(files) / sizeof(*files)] = {false};
	size_t kinds = 0;

	for (; registries_kind(kinds) != NULL; kinds++) {
		for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
			is_known[i] |=
				strcmp(registrykind_find(text_of(files[i].path), files[i].head),
					registries_kind(kinds)) == 0;
	}
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		assert_true(is_known[i]);
	assert_int_equal(kinds, sizeof(files) / sizeof(*files));
}

static void
routing_tables_are_known_by_their_first_record(void **state)
{
	static const char table[] = "\x6b\x09\xc3\xbe\0\x0d\0\x01\0\0\0\x23\xc0\0\x02\x01";
	static const char updates[] = "\x6b\x09\xc3\xbe\0\x10\0\x04\0\0\0\x23\xc0\0\x02\x01";

	assert_string_equal(registrykind_find(TEXT("x"), TEXT(table)), "mrt");
	assert_string_equal(registrykind_find(TEXT("ripe.db"), TEXT(table)), "mrt");
	assert_null(registrykind_find(TEXT("x"), TEXT(updates)));
	assert_null(registrykind_find(TEXT("x"), (struct text){.at = table, .length = 11}));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dump_is_known_by_the_name_that_its_registry_gives_it),
		cmocka_unit_test(and_else_by_its_first_source),
		cmocka_unit_test(the_name_stands_above_a_source),
		cmocka_unit_test(the_texts_of_arin_and_lacnic_are_known_by_what_only_they_have),
		cmocka_unit_test(statistics_and_tables_are_known_by_their_lines),
		cmocka_unit_test(mailboxes_alone_are_those_that_failed),
		cmocka_unit_test(other_bytes_are_of_no_kind),
		cmocka_unit_test(each_kind_is_one_that_is_read),
		cmocka_unit_test(routing_tables_are_known_by_their_first_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
