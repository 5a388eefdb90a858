/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/registry/delegated.h"
#include "census/registry/systems.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>

/* A line of delegated-extended files as "registry country range", or "none" or "wrong". */
static void
says(const char *line, const char *expected)
{
	struct delegated delegated;
	char text[RANGE_TEXT], said[RANGE_TEXT + 64] = "wrong";
	int r = delegated_parse(text_of(line), &delegated);

	if (r == 0)
		snprintf(said, sizeof(said), "none");
	else if (r > 0)
		snprintf(said, sizeof(said), "%s %c%c %s", registry_names[delegated.registry],
			delegated.country != 0 ? delegated.country >> 8 : '-',
			delegated.country != 0 ? delegated.country & 0xff : '-',
			range_format(delegated.family, &delegated.range, text));
	assert_string_equal(said, expected);
}

static void
delegated_ranges_are_read_in_all_their_forms(void **state)
{
	says("ripencc|NL|ipv4|192.0.2.0|768|20150101|assigned|A9",
		"ripencc NL 192.0.2.0 - 192.0.4.255");
	says("apnic||ipv6|2001:db8::|33|20150101|reserved",
		"apnic -- 2001:db8:: - 2001:db8:7fff:ffff:ffff:ffff:ffff:ffff");
	says("arin|us|asn|64500|11||allocated||e-stats", "arin US AS64500 - AS64510");
	says("iana|ZZ|ipv4|10.0.0.0|16777216||reserved", " ZZ 10.0.0.0 - 10.255.255.255");
	says("lacnic|BR|ipv4|255.255.255.255|1|x|x",
		"lacnic BR 255.255.255.255 - "
		"255.255.255.255");
}

static void
heads_sums_and_comments_are_no_ranges(void **state)
{
	says("", "none");
	says("# ripencc|NL|ipv4", "none");
	says("2.3|ripencc|20260101|12|19830705|20251231|+0000", "none");
	says("ripencc|*|ipv4|*|12|summary", "none");
}

static void
what_should_be_a_range_and_is_none_is_wrong(void **state)
{
	says("ripencc|NL|ipv4", "wrong");
	says("ripencc|NL|ipv4|300.0.0.0|256|20150101|allocated", "wrong");
	says("ripencc|NL|ipv4|192.0.2.0|0|20150101|allocated", "wrong");
	says("ripencc|NL|ipv4|255.255.255.0|257|20150101|allocated", "wrong");
	says("ripencc|NL|ipv4|2001:db8::|32|20150101|allocated", "wrong");
	says("ripencc|NL|ipv6|2001:db8::1|32|20150101|allocated", "wrong");
	says("ripencc|NL|ipv6|2001:db8::|129|20150101|allocated", "wrong");
	says("ripencc|NL|asn|4294967295|2|20150101|allocated", "wrong");
	says("ripencc|NL|ipx|1|1|20150101|allocated", "wrong");
	says("ripencc", "wrong");
}

/* A line of a table of addresses to AS. */
static void
announces(const char *line, const char *expected)
{
	struct announced announced;
	char text[RANGE_TEXT], said[RANGE_TEXT + 32] = "wrong";
	int r = systems_parse(text_of(line), &announced);

	if (r == 0)
		snprintf(said, sizeof(said), "none");
	else if (r > 0)
		snprintf(said, sizeof(said), "%s %u%s%.*s",
			range_format(announced.family, &announced.range, text), announced.system,
			announced.name.length > 0 ? " " : "", (int)announced.name.length,
			announced.name.at);
	assert_string_equal(said, expected);
}

static void
tables_of_as_numbers_are_csv_or_prefixes(void **state)
{
	announces("192.0.2.0,192.0.2.9,64500,\"Provider, Inc.\"",
		"192.0.2.0 - 192.0.2.9 64500 Provider, Inc.");
	announces("\"192.0.2.0\",\"192.0.2.9\",\"64500\"", "192.0.2.0 - 192.0.2.9 64500");
	announces("2001:db8::,2001:db8::9,64500,x", "2001:db8:: - 2001:db8::9 64500 x");
	announces("192.0.2.0,192.0.2.9,64500,\"not closed", "192.0.2.0 - 192.0.2.9 64500");
	announces("192.0.2.0/24\t64500", "192.0.2.0 - 192.0.2.255 64500");
	announces("; pyasn", "none");
	announces("", "none");
	announces("192.0.2.0,192.0.2.9", "wrong");
	announces("192.0.2.9,192.0.2.0,64500", "wrong");
	announces("192.0.2.0,2001:db8::,64500", "wrong");
	announces("192.0.2.0,192.0.2.9,\"64500", "wrong");
	announces("192.0.2.0/24\tAS1 - AS2", "wrong");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(delegated_ranges_are_read_in_all_their_forms),
		cmocka_unit_test(heads_sums_and_comments_are_no_ranges),
		cmocka_unit_test(what_should_be_a_range_and_is_none_is_wrong),
		cmocka_unit_test(tables_of_as_numbers_are_csv_or_prefixes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
