/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/accountname.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static const struct hash_key key = {{1, 2}}, other = {{1, 3}};

static void
names_are_the_same_in_capital_letters(void **state)
{
	char longest[ACCOUNTNAME_MOST + 1];

	memset(longest, 'x', sizeof(longest));
	assert_true(accountname_pseudonym(TEXT("Anna@A.example"), &key) ==
		accountname_pseudonym(TEXT("anna@a.EXAMPLE"), &key));
	assert_true(accountname_pseudonym(TEXT("anna"), &key) !=
		accountname_pseudonym(TEXT("anne"), &key));
	assert_true(accountname_pseudonym(TEXT("anna"), &key) !=
		accountname_pseudonym(TEXT("anna"), &other));
	assert_true(accountname_pseudonym(TEXT(""), &key) == 0);
	assert_true(accountname_pseudonym((struct text){longest, ACCOUNTNAME_MOST}, &key) != 0);
	assert_true(accountname_pseudonym((struct text){longest, ACCOUNTNAME_MOST + 1}, &key) == 0);
	(void)state;
}

static void
a_name_that_is_found_is_never_wrong(void **state)
{
	struct accountnames *names = xcalloc(1, sizeof(*names));
	char name[ACCOUNTNAME_MOST + 1];
	unsigned found = 0, replaced = 0;

	/* More than there is room for: some give way. */
	for (unsigned i = 0; i < 2 * ACCOUNTNAMES; i++) {
		snprintf(name, sizeof(name), "User%u@example.org", i);
		replaced += accountname_put(
			names, accountname_pseudonym(text_of(name), &key), text_of(name));
	}
	for (unsigned i = 0; i < 2 * ACCOUNTNAMES; i++) {
		char got[ACCOUNTNAME_MOST + 1];

		snprintf(name, sizeof(name), "User%u@example.org", i);
		if (accountname_find(names, &key, accountname_pseudonym(text_of(name), &key), got) <
			0)
			continue;
		assert_string_equal(got, name);
		found++;
	}
	assert_true(found > ACCOUNTNAMES / 2 && found <= ACCOUNTNAMES);
	assert_int_equal(found + replaced, 2 * ACCOUNTNAMES);
	/* What somebody else wrote there is not believed. */
	for (unsigned i = 0; i < ACCOUNTNAMES; i++) {
		names->slot[i].length = i % 2 == 0 ? UINT32_MAX : 4;
		names->slot[i].text[0] ^= 1;
	}
	for (unsigned i = 0; i < 2 * ACCOUNTNAMES; i++) {
		snprintf(name, sizeof(name), "User%u@example.org", i);
		assert_int_equal(accountname_find(names, &key,
					 accountname_pseudonym(text_of(name), &key), name),
			-ENOENT);
	}
	free(names);
	(void)state;
}

/* It comes from whoever logged in, and is shown on a terminal. */
static void
a_name_that_is_found_can_be_shown(void **state)
{
	const struct text odd[] = {TEXT("a\x1b[2Jb"), TEXT("a\nb"), TEXT("a\0b"), TEXT("a\xff"),
		TEXT("a\xe2\x80\xae"
		     "b")};
	struct accountnames *names = xcalloc(1, sizeof(*names));
	char got[ACCOUNTNAME_MOST + 1];

	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		uint64_t pseudonym = accountname_pseudonym(odd[i], &key);

		assert_false(accountname_put(names, pseudonym, odd[i]));
		assert_int_equal(accountname_find(names, &key, pseudonym, got), -ENOENT);
	}
	assert_false(accountname_put(
		names, accountname_pseudonym(TEXT("\xc3\xa6"), &key), TEXT("\xc3\xa6")));
	assert_int_equal(
		accountname_find(names, &key, accountname_pseudonym(TEXT("\xc3\xa6"), &key), got),
		0);
	free(names);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_the_same_in_capital_letters),
		cmocka_unit_test(a_name_that_is_found_is_never_wrong),
		cmocka_unit_test(a_name_that_is_found_can_be_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
