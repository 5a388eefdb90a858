/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/lineroles.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static void
add(struct lines *lines, const char *text, enum role role)
{
	struct lines_prefix prefix = {.role = (uint8_t)role};

	assert_int_equal(prefix_parse(text_of(text), &prefix.prefix), 0);
	assert_int_equal(lines_add(lines, &prefix, NULL), 0);
}

static struct lines *
new_lines(void)
{
	struct lines_settings settings = LINES_DEFAULTS;

	settings.names_most = 1;
	return lines_new(&settings);
}

static const char *
roles(const struct lines *lines, unsigned of)
{
	static char words[4096];
	struct prefix into[64];
	char text[PREFIX_TEXT];
	int64_t count = lineroles(lines, of, into, 64);
	size_t at = 0;

	words[0] = '\0';
	assert_true(count >= 0);
	for (int64_t i = 0; i < count; i++)
		at += (size_t)snprintf(
			words + at, sizeof(words) - at, "%s ", prefix_format(&into[i], text));
	return words;
}

static void
a_prefix_is_cut_around_those_of_other_roles(void **state)
{
	struct lines *lines = new_lines();

	add(lines, "192.0.2.0/24", ROLE_RESIDENTIAL);
	add(lines, "192.0.2.128/26", ROLE_BUSINESS);
	add(lines, "2001:db8::/32", ROLE_BUSINESS);
	add(lines, "2001:db8:8000::/33", ROLE_RESIDENTIAL);
	assert_string_equal(roles(lines, 1U << ROLE_RESIDENTIAL),
		"192.0.2.0/25 192.0.2.192/26 2001:db8:8000::/33 ");
	assert_string_equal(roles(lines, 1U << ROLE_BUSINESS), "192.0.2.128/26 2001:db8::/33 ");
	assert_string_equal(roles(lines, 1U << ROLE_SHARED), "");
	lines_free(lines);
}

static void
a_prefix_inside_one_inside_another_counts_as_it_says(void **state)
{
	struct lines *lines = new_lines();

	add(lines, "10.1.2.3", ROLE_RESIDENTIAL);
	add(lines, "10.1.2.0/30", ROLE_PROTECTED);
	add(lines, "10.1.2.0/29", ROLE_RESIDENTIAL);
	add(lines, "10.9.0.0/16", ROLE_MOBILE);
	assert_string_equal(roles(lines, 1U << ROLE_RESIDENTIAL), "10.1.2.3/32 10.1.2.4/30 ");
	assert_string_equal(roles(lines, 1U << ROLE_RESIDENTIAL | 1U << ROLE_MOBILE),
		"10.1.2.3/32 10.1.2.4/30 10.9.0.0/16 ");
	lines_free(lines);
}

/* Each address is in one of them exactly if the table says so. */
static void
the_cut_prefixes_say_what_the_table_says(void **state)
{
	struct prefix into[4096];

	srandom(11);
	for (int round = 0; round < 50; round++) {
		struct lines *lines = new_lines();
		int64_t count;

		for (int i = 0; i < 12; i++) {
			struct lines_prefix prefix = {.role = (uint8_t)((unsigned)random() % 3)};

			prefix.prefix.length = (uint8_t)(112 + (unsigned)random() % 17);
			prefix.prefix.address = address_from_v4(
				0x0a000000 | (uint32_t)((unsigned)random() & 0xffff));
			prefix.prefix.address =
				address_mask(&prefix.prefix.address, prefix.prefix.length);
			(void)!lines_add(lines, &prefix, NULL);
		}
		count = lineroles(lines, 1U << ROLE_STATIC, into, 4096);
		assert_true(count >= 0);
		for (uint32_t low = 0; low < 0x10000; low += 3) {
			struct address address = address_from_v4(0x0a000000 | low);
			struct line line;
			int is_in = 0, is_static = 0;

			if (lines_find(lines, &address, 0, &line) == 0)
				is_static = line.role == ROLE_STATIC;
			for (int64_t i = 0; i < count; i++)
				is_in += prefix_has(&into[i], &address);
			assert_int_equal(is_in, is_static);
		}
		lines_free(lines);
	}
}

static void
too_many_for_the_room_is_told(void **state)
{
	struct lines *lines = new_lines();
	struct prefix into[3];

	add(lines, "10.0.0.0/8", ROLE_RESIDENTIAL);
	add(lines, "10.0.0.1", ROLE_BUSINESS);
	assert_int_equal(lineroles(lines, 1U << ROLE_RESIDENTIAL, into, 3), -E2BIG);
	lines_free(lines);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_prefix_is_cut_around_those_of_other_roles),
		cmocka_unit_test(a_prefix_inside_one_inside_another_counts_as_it_says),
		cmocka_unit_test(the_cut_prefixes_say_what_the_table_says),
		cmocka_unit_test(too_many_for_the_room_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
