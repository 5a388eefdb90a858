/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/lines.h"
#include "unit.h"

#include <errno.h>

static struct line_name
name(const char *text, uint8_t length, uint16_t low, uint16_t high)
{
	struct line_name name = {.low = low, .high = high, .length = length};

	assert_int_equal(address_parse(text_of(text), &name.address), 0);
	return name;
}

static void
assert_text(struct line_name name, const char *text)
{
	char into[LINE_NAME];

	assert_ptr_equal(line_name_format(&name, into), into);
	assert_string_equal(into, text);
}

static void
a_name_is_written_as_people_write_lines(void **state)
{
	assert_text(name("192.0.2.7", 128, 0, 0), "192.0.2.7");
	assert_text(name("2001:db8:1:200::", 56, 0, 0), "2001:db8:1:200::/56");
	assert_text(name("192.0.2.7", 128, 2048, 4095), "192.0.2.7:2048-4095");
}

static void
what_is_written_so_is_read_again(void **state)
{
	static const char *const good[] = {
		"192.0.2.7", "2001:db8:1:200::/56", "192.0.2.7:2048-4095", "192.0.2.7:0-1023"};
	static const char *const bad[] = {"", "user@example.net", "00:16:3e:ef:a9:c1",
		"192.0.2.7:2048", "192.0.2.7:4095-2048", "192.0.2.7:0-65536", "192.0.2.7:-",
		"2001:db8::1:1-2", "192.0.2.7:0-0"};
	struct line_name found;

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_int_equal(line_name_parse(text_of(good[i]), &found), 0);
		assert_text(found, good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(line_name_parse(text_of(bad[i]), &found), -EINVAL);
}

/* Names come out of shared memory, too. */
static void
the_longest_of_all_names_has_room(void **state)
{
	struct line_name all;

	memset(&all, 0xff, sizeof(all));
	assert_text(all, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:65535-65535");
	all.high = 0;
	assert_text(all, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/255");
}

static void
every_part_of_a_name_makes_another_pseudonym(void **state)
{
	static const struct hash_key key = {{1}}, other = {{2}};
	const struct line_name names[] = {
		name("192.0.2.7", 128, 0, 0),
		name("192.0.2.8", 128, 0, 0),
		name("192.0.2.7", 128, 0, 1023),
		name("192.0.2.7", 128, 512, 1023),
		name("192.0.2.7", 127, 0, 0),
	};

	for (size_t i = 0; i < 5; i++) {
		for (size_t j = 0; j < i; j++)
			assert_true(line_name_pseudonym(&names[i], &key) !=
				line_name_pseudonym(&names[j], &key));
		assert_true(line_name_pseudonym(&names[i], &key) !=
			line_name_pseudonym(&names[i], &other));
	}
}

static void
lines_tell_the_name_behind_a_pseudonym(void **state)
{
	struct lines_settings settings = LINES_DEFAULTS;
	struct lines_prefix prefix = {.role = ROLE_SHARED, .ports = 1024};
	struct line_name found;
	struct address a;
	struct lines *lines;
	struct line line, same;

	settings.names_most = 0;
	settings.key.byte[5] = 77;
	lines = lines_new(&settings);
	assert_int_equal(prefix_parse(text_of("192.0.2.0/24"), &prefix.prefix), 0);
	assert_int_equal(lines_add(lines, &prefix, NULL), 0);
	assert_int_equal(address_parse(text_of("192.0.2.7"), &a), 0);
	assert_int_equal(lines_find_name(lines, &a, 3000, &line, &found), 0);
	assert_text(found, "192.0.2.7:2048-3071");
	assert_true(line_name_pseudonym(&found, &settings.key) == line.pseudonym);
	assert_int_equal(lines_find(lines, &a, 3001, &same), 0);
	assert_true(same.pseudonym == line.pseudonym);
	assert_int_equal(same.role, ROLE_SHARED);
	lines_free(lines);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_written_as_people_write_lines),
		cmocka_unit_test(what_is_written_so_is_read_again),
		cmocka_unit_test(the_longest_of_all_names_has_room),
		cmocka_unit_test(every_part_of_a_name_makes_another_pseudonym),
		cmocka_unit_test(lines_tell_the_name_behind_a_pseudonym),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
