/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/outbox/returnpath.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>

static const uint8_t key[CENSUS_KEY] = "a key of thirty-two bytes, here";
static const uint8_t other[CENSUS_KEY] = "another one of thirty-two bytes";
#define BOUNCE TEXT("Bounces@Example.org")

static void
a_letter_is_found_by_its_address(void **state)
{
	char address[RETURNPATH_TEXT], name[CENSUS_LETTER];

	assert_int_equal(returnpath_make(key, BOUNCE, "LZ-2026-004711.1", address), 0);
	assert_memory_equal(address, "Bounces+lz-2026-004711.1-", 25);
	assert_string_equal(address + 25 + 12, "@Example.org");
	assert_true(returnpath_read(key, BOUNCE, text_of(address), name));
	assert_string_equal(name, "LZ-2026-004711.1");
	/* In large letters, too. */
	for (char *c = address; *c != '\0'; c++)
		*c = *c >= 'a' && *c <= 'z' ? (char)(*c - 32) : *c;
	assert_true(returnpath_read(key, BOUNCE, text_of(address), name));
	assert_string_equal(name, "LZ-2026-004711.1");
}

static void
what_was_not_made_here_is_none(void **state)
{
	static const char *const wrong[] = {"", "@", "bounces@example.org", "bounces+@example.org",
		"bounces+lz-2026-004711.1@example.org",
		"bounces+lz-2026-004711.1-000000000000@example.org",
		"bounces+-000000000000@example.org", "bounces+-@example.org"};
	char address[RETURNPATH_TEXT], name[CENSUS_LETTER], changed[RETURNPATH_TEXT];
	size_t length;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(returnpath_read(key, BOUNCE, text_of(wrong[i]), name));
	assert_int_equal(returnpath_make(key, BOUNCE, "LZ-2026-004711.1", address), 0);
	assert_false(returnpath_read(other, BOUNCE, text_of(address), name));
	assert_false(returnpath_read(key, TEXT("bounces@example.net"), text_of(address), name));
	assert_false(returnpath_read(key, TEXT("bounce@example.org"), text_of(address), name));
	/* No byte of it can be another. */
	length = strlen(address);
	for (size_t i = 0; i < length; i++) {
		memcpy(changed, address, length + 1);
		changed[i] = changed[i] == '7' ? '8' : '7';
		assert_false(returnpath_read(key, BOUNCE, text_of(changed), name));
		assert_false(returnpath_read(key, BOUNCE, (struct text){address, i}, name));
	}
}

static void
a_bounce_mailbox_that_is_too_long_is_told(void **state)
{
	char bounce[80], address[RETURNPATH_TEXT];

	for (int local = 1; local < 60; local++) {
		snprintf(bounce, sizeof(bounce), "%.*s@e.example", local,
			"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
		/* "+lz-2026-004711.1-" and the tag are 30. */
		assert_int_equal(returnpath_make(key, text_of(bounce), "LZ-2026-004711.1", address),
			local <= 34 ? 0 : -EMSGSIZE);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_letter_is_found_by_its_address),
		cmocka_unit_test(what_was_not_made_here_is_none),
		cmocka_unit_test(a_bounce_mailbox_that_is_too_long_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
