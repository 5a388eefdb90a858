/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows of cases.lzc become those of a letter, in the languages of its country. */
#include "census/letter/caseletter.h"
#include "census/letter/countrylanguages.h"
#include "unit.h"

#include <stdlib.h>

#define DAY    2500
#define MOMENT 1793865600U /* on that day */

/* Texts as a file has them: their length in four bytes, from 0 in steps of 8. */
static const char texts[] = "\0\0\0\0\0\0\0\0"
			    "\2\0\0\0N1\0\0"
			    "\3\0\0\0One\0";

static const struct casefile_network networks[] = {{.family = 0},
	{.low = {0, 0xffff00000000 | 0xc0000200}, .high = {0, 0xffff00000000 | 0xc00002ff}},
	{.low = {0, 0xc0000200},
		.high = {0, 0xc00002ff},
		.name = 8,
		.system = 64500,
		.of = 1,
		.country = 'C' << 8 | 'H',
		.registry = 1},
	{.low = {0, 0xc6336400},
		.high = {0, 0xc63364fe},
		.of = 2,
		.country = 'N' << 8 | 'O',
		.registry = 1},
	{.low = {UINT64_C(0x20010db800000000), 0},
		.high = {UINT64_C(0x20010db8ffffffff), UINT64_MAX},
		.of = 1,
		.family = 1,
		.registry = 1},
	{.low = {0, 0xc6336480}, .high = {0, 0xc633657f}, .of = 2, .registry = 1}};
static const struct casefile_row4 rows4[] = {{.address = 0xc0000207,
						     .newest = MOMENT,
						     .lists = 3,
						     .network = 2,
						     .port = 1025,
						     .score = 9000,
						     .first = DAY},
	{.address = 0xc0000208,
		.newest = MOMENT,
		.lists = 1,
		.network = 2,
		.first = DAY - 9,
		.status = CASEFILE_REOPENED,
		.is_trapped = 1},
	{.address = 0xc6336401,
		.newest = MOMENT - 86400,
		.network = 3,
		.first = DAY - 2,
		.status = CASEFILE_STILL},
	{.address = 0xc6336481, .newest = MOMENT, .network = 5}};
static const struct casefile_row6 rows6[] = {{.address = UINT64_C(0x20010db800010002),
	.newest = MOMENT,
	.network = 4,
	.first = DAY - 1}};
static const uint32_t by_case[] = {0, 1, 2, 3, 0};
static const struct casefile_case cases[] = {{.rows4 = 0},
	{.holder = 16,
		.rows4 = 0,
		.rows6 = 4,
		.country = 'C' << 8 | 'H',
		.language = 'r' << 8 | 'm',
		.counts = {.listed = 3, .listed6 = 1, .gone = 4}},
	{.rows4 = 2, .rows6 = 5, .counts = {.listed = 2, .gone = 1}}};
static const struct casefile_totals totals = {.day = DAY};

static const struct casefile file = {.totals = &totals,
	.networks = networks,
	.cases = cases,
	.rows4 = rows4,
	.rows6 = rows6,
	.by_case = by_case,
	.texts = texts,
	.network_count = 6,
	.case_count = 3};

static void
a_case_has_its_rows_with_what_is_known_of_them(void **state)
{
	const uint32_t numbers[] = {1};
	struct lettercase of = {.number = 1};
	struct caseletter bench;
	char text[PREFIX_TEXT];

	caseletter_init(&bench);
	caseletter_fill(&bench, &file, numbers, 1, &of);
	assert_int_equal(of.rows, 3);
	assert_int_equal(of.gone, 4);
	assert_true(text_is(of.holder, "One"));
	assert_string_equal(address_format(&of.row[0].address, text), "192.0.2.7");
	assert_string_equal(prefix_format(&of.row[0].prefix, text), "192.0.2.0/24");
	assert_true(text_is(of.row[0].netname, "N1"));
	assert_int_equal(of.row[0].asn, 64500);
	assert_int_equal(of.row[0].port, 1025);
	assert_int_equal(of.row[0].lists, 3);
	assert_int_equal(of.row[0].status, LETTER_NEW);
	/* It is new on this day: it was seen once. */
	assert_true(of.row[0].first.us == of.row[0].last.us);
	assert_true(of.row[1].first.us == state_day_begin(DAY - 9).us);
	assert_int_equal(of.row[1].status, LETTER_REOPENED);
	assert_int_equal(of.row[1].evidence, LETTER_BY_TRAP);
	assert_string_equal(address_format(&of.row[2].address, text), "2001:db8:1:2::");
	assert_string_equal(prefix_format(&of.row[2].prefix, text), "2001:db8::/32");
	assert_int_equal(of.countries, 1);
	assert_memory_equal(of.country[0], "CH", 2);
	assert_true(of.begin.us == state_day_begin(DAY - 9).us);
	assert_true(of.end.us == MOMENT * WALL_SECOND);
	/* The registry's language first, then the country's. */
	assert_int_equal(of.languages, 4);
	assert_true(text_is(of.language[0], "rm"));
	assert_true(text_is(of.language[1], "de"));
	caseletter_done(&bench);
}

static void
several_cases_come_together_for_a_further_contact(void **state)
{
	const uint32_t numbers[] = {1, 2};
	struct lettercase of = {.number = 1};
	struct caseletter bench;
	char text[PREFIX_TEXT];

	caseletter_init(&bench);
	caseletter_fill(&bench, &file, numbers, 2, &of);
	assert_int_equal(of.rows, 5);
	assert_int_equal(of.gone, 5);
	assert_int_equal(of.holder.length, 0);
	assert_int_equal(of.countries, 2);
	assert_string_equal(address_format(&of.row[2].address, text), "198.51.100.1");
	/* 198.51.100.0 to .254 is no prefix. */
	assert_int_equal(of.row[2].prefix.length, 0);
	/* Nor is 198.51.100.128 to 198.51.101.127. */
	assert_int_equal(of.row[3].prefix.length, 0);
	assert_string_equal(address_format(&of.row[4].address, text), "2001:db8:1:2::");
	caseletter_done(&bench);
}

static void
countries_have_languages_in_which_letters_are_written(void **state)
{
	static const char *const known[] = {"ar", "bg", "da", "de", "el", "en", "es", "fi", "fr",
		"it", "ja", "ko", "lt", "ms", "nb", "nl", "nn", "pl", "sq", "sv", "tr", "zh-Hant"};
	struct text languages[COUNTRYLANGUAGES_MOST];
	unsigned countries = 0;

	for (unsigned code = 0; code <= UINT16_MAX; code++) {
		unsigned count = countrylanguages_of((uint16_t)code, languages);

		countries += count > 0;
		for (unsigned i = 0; i < count; i++) {
			bool is_known = false;

			for (unsigned j = 0; j < sizeof(known) / sizeof(*known); j++)
				is_known |= text_is(languages[i], known[j]);
			assert_true(is_known);
		}
	}
	assert_int_equal(countries, 111);
	assert_int_equal(countrylanguages_of('B' << 8 | 'E', languages), 3);
	assert_true(text_is(languages[0], "nl"));
	assert_int_equal(countrylanguages_of('T' << 8 | 'W', languages), 1);
	assert_true(text_is(languages[0], "zh-Hant"));
	assert_int_equal(countrylanguages_of('Y' << 8 | 'T', languages), 1);
	assert_int_equal(countrylanguages_of('A' << 8 | 'D', languages), 2);
	assert_int_equal(countrylanguages_of('U' << 8 | 'S', languages), 0);
	assert_int_equal(countrylanguages_of(0, languages), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_case_has_its_rows_with_what_is_known_of_them),
		cmocka_unit_test(several_cases_come_together_for_a_further_contact),
		cmocka_unit_test(countries_have_languages_in_which_letters_are_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
