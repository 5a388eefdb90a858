/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "census/registry/rpslname.h"
#include "unit.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

static struct rpslnames names;

/* The text in a block of exactly its size, so that a sanitizer sees a read past its end. */
static enum rpsl_name
find(const char *text, size_t *length)
{
	size_t size = strlen(text);
	uint8_t *bytes = malloc(size + 1);
	enum rpsl_name found;

	assert_non_null(bytes);
	memcpy(bytes + 1, text, size);
	found = rpslnames_find(&names, bytes + 1, bytes + 1 + size, length);
	free(bytes);
	return found;
}

static void
every_name_is_found_in_small_and_capital_letters(void **state)
{
	rpslnames_init(&names);
	for (unsigned name = RPSL_OTHER + 1; name < RPSL_NAME_COUNT; name++) {
		char text[64];
		size_t length = 0;

		snprintf(text, sizeof(text), "%s:", rpsl_names[name]);
		assert_int_equal(find(text, &length), name);
		assert_int_equal(length, strlen(rpsl_names[name]));
		snprintf(text, sizeof(text), "%s: A VALUE THAT FOLLOWS", rpsl_names[name]);
		for (char *c = text; *c != '\0'; c++)
			*c = (char)toupper((unsigned char)*c);
		length = 0;
		assert_int_equal(find(text, &length), name);
		assert_int_equal(length, strlen(rpsl_names[name]));
	}
}

static void
a_name_goes_up_to_its_colon_also_where_bytes_are_nul(void **state)
{
	static const uint8_t bytes[16] = "route\0\0: x";
	size_t length;

	rpslnames_init(&names);
	assert_int_equal(rpslnames_find(&names, bytes, bytes + 16, &length), RPSL_OTHER);
}

static void
a_name_cut_lengthened_or_without_its_colon_is_none(void **state)
{
	static const char *const others[] = {"", ":", "inetnu:", "inetnum", "inetnum :",
		"inetnumx:", "inet6num6:", "abuse-mailbo:", "abuse-mailboxx:", "abuse-mailbox",
		"organisationx:", "mnt-lowe:", "mnt-lower-:", "org-nam:", "org-names:", "-org:",
		" org:", "last-modified ", "sponsoring-orgs:", "sponsoring-orgx",
		"abuse.c:", "abuse\rc:", "mnt\rby:", "or\rg:", "org\n:", "\xef\xbb\xbforg:",
		"remarks:", "descr:", "org@name:", "org\xadname:"};
	size_t length;

	rpslnames_init(&names);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		assert_int_equal(find(others[i], &length), RPSL_OTHER);
}

/* As one would say it, without any table. */
static enum rpsl_name
naive(const uint8_t *at, size_t size)
{
	for (unsigned name = RPSL_OTHER + 1; name < RPSL_NAME_COUNT; name++) {
		size_t length = strlen(rpsl_names[name]), i = 0;

		while (i < length && i < size && tolower(at[i]) == rpsl_names[name][i])
			i++;
		if (i == length && i < size && at[i] == ':')
			return (enum rpsl_name)name;
	}
	return RPSL_OTHER;
}

static void
names_with_bytes_changed_are_read_as_a_loop_of_comparisons_reads_them(void **state)
{
	struct random random;
	unsigned known = 0;

	rpslnames_init(&names);
	random_seed(&random, 1);
	for (unsigned i = 0; i < 400000; i++) {
		unsigned name = 1 + (unsigned)random_below(&random, RPSL_NAME_COUNT - 1);
		uint8_t bytes[24];
		char text[24];
		size_t length = 99, size = random_below(&random, sizeof(bytes) + 1);
		enum rpsl_name found;

		memset(text, 'x', sizeof(text));
		snprintf(text, sizeof(text), "%s:", rpsl_names[name]);
		memcpy(bytes, text, sizeof(bytes));
		for (size_t k = random_below(&random, 3); k > 0; k--) {
			size_t at = random_below(&random, 16);

			/* One bit makes the other case of a letter, and what only looks like one. */
			if (random_below(&random, 2))
				bytes[at] ^= (uint8_t)(1U << random_below(&random, 8));
			else
				bytes[at] = (uint8_t)random_u64(&random);
		}
		found = rpslnames_find(&names, bytes, bytes + size, &length);
		assert_int_equal(found, naive(bytes, size));
		if (found != RPSL_OTHER) {
			known++;
			assert_int_equal(length, strlen(rpsl_names[found]));
		}
	}
	assert_true(known > 50000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_name_is_found_in_small_and_capital_letters),
		cmocka_unit_test(a_name_cut_lengthened_or_without_its_colon_is_none),
		cmocka_unit_test(a_name_goes_up_to_its_colon_also_where_bytes_are_nul),
		cmocka_unit_test(
			names_with_bytes_changed_are_read_as_a_loop_of_comparisons_reads_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
