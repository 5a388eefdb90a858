/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/accountname.h"
#include "identity/linewho.h"
#include "unit.h"

#include <errno.h>
#include <stdlib.h>

static const struct hash_key key = {{1, 2, 3}};

static struct linewho
make(const char *name)
{
	struct linewho who;

	assert_int_equal(linewho_make(&who, text_of(name), &key), 0);
	assert_int_equal(strlen(who.text), who.length);
	return who;
}

static void
a_hardware_address_is_the_same_however_it_is_written(void **state)
{
	static const char *const ways[] = {"00:16:3e:ef:a9:c1", "00-16-3E-EF-A9-C1",
		"0016.3eef.a9c1", "00163EEFA9C1", " 00:16:3E:EF:A9:c1\t"};

	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		assert_string_equal(make(ways[i]).text, "00:16:3e:ef:a9:c1");
	assert_string_equal(make("00:16:3e:ef:a9").text, "00:16:3e:ef:a9");
	assert_string_equal(make("00:16:3e:ef:a9:c1:").text, "00:16:3e:ef:a9:c1:");
	assert_string_equal(make("0:016:3e:ef:a9:c1").text, "0:016:3e:ef:a9:c1");
	assert_string_equal(make("00163eefa9c1ff").text, "00163eefa9c1ff");
}

static void
a_user_is_the_same_in_large_and_small_letters_and_is_one_line_of_text(void **state)
{
	assert_string_equal(make("Hans@Example.NET").text, "hans@example.net");
	assert_string_equal(make("h\xc3\xa5kon").text, "h\xc3\xa5kon");
	assert_string_equal(make("a\nb\xff").text, "a\\x0ab\\xff");
}

static void
there_is_no_empty_name(void **state)
{
	struct linewho who;

	assert_int_equal(linewho_make(&who, TEXT(""), &key), -EINVAL);
	assert_int_equal(linewho_make(&who, TEXT(" \t"), &key), -EINVAL);
}

static void
long_names_that_begin_alike_are_told_apart(void **state)
{
	char one[400], other[400];
	struct linewho a, b;

	memset(one, 'x', sizeof(one) - 1);
	one[sizeof(one) - 1] = '\0';
	memcpy(other, one, sizeof(one));
	other[sizeof(other) - 2] = 'y';
	a = make(one);
	b = make(other);
	assert_int_equal(a.length, LINEWHO_MOST);
	assert_string_not_equal(a.text, b.text);
	assert_true(linewho_pseudonym(&a, &key) != linewho_pseudonym(&b, &key));
	one[LINEWHO_MOST] = '\0';
	assert_string_equal(make(one).text, one);
	/* Letters of two bytes are not cut in the middle. */
	for (size_t i = 1; i + 2 < sizeof(other); i += 2)
		memcpy(other + i, "\xc3\xa5", 2);
	a = make(other);
	assert_int_equal(text_check_line((struct text){a.text, a.length}), 0);
}

static void
a_line_has_another_pseudonym_than_an_account_of_the_same_name_and_under_another_key(void **state)
{
	const struct hash_key other = {{9}};
	struct linewho who = make("hans@example.net");

	assert_true(linewho_pseudonym(&who, &key) !=
		accountname_pseudonym(TEXT("hans@example.net"), &key));
	assert_true(linewho_pseudonym(&who, &key) != linewho_pseudonym(&who, &other));
}

static void
a_name_in_the_table_is_found_if_it_is_of_the_pseudonym(void **state)
{
	size_t bytes = linetable_bytes(100, sizeof(struct linewho));
	void *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);
	struct linewho who = make("hans"), found;
	uint64_t pseudonym = linewho_pseudonym(&who, &key);
	struct linetable table;

	memset(memory, 0, bytes);
	assert_int_equal(linetable_make(&table, memory, bytes, 100, sizeof(who)), 0);
	(void)linetable_put(&table, pseudonym, &who, (struct wall){0});
	(void)linetable_put(&table, pseudonym + 1, &who, (struct wall){0});
	assert_int_equal(linewho_find(&table, &key, pseudonym, &found), 0);
	assert_string_equal(found.text, "hans");
	assert_int_equal(linewho_find(&table, &key, pseudonym + 1, &found), -ENOENT);
	who.length = 255;
	(void)linetable_put(&table, pseudonym, &who, (struct wall){0});
	assert_int_equal(linewho_find(&table, &key, pseudonym, &found), -ENOENT);
	free(memory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hardware_address_is_the_same_however_it_is_written),
		cmocka_unit_test(
			a_user_is_the_same_in_large_and_small_letters_and_is_one_line_of_text),
		cmocka_unit_test(there_is_no_empty_name),
		cmocka_unit_test(long_names_that_begin_alike_are_told_apart),
		cmocka_unit_test(
			a_line_has_another_pseudonym_than_an_account_of_the_same_name_and_under_another_key),
		cmocka_unit_test(a_name_in_the_table_is_found_if_it_is_of_the_pseudonym),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
