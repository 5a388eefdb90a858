/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/accountname.h"
#include "relay/roster.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static const struct hash_key key = {.byte = {1, 2, 3}};

static struct wall
day(int year, int month, int of_month, int hour)
{
	struct wall wall;

	assert_int_equal(wall_from_date(&wall, year, month, of_month, hour, 0, 0), 0);
	return wall;
}

static struct roster *
roster_of(const char *text)
{
	struct roster *roster = NULL;
	struct roster_place place;
	struct fail fail = {0};

	if (roster_parse(text_of(text), &key, 1000, &roster, &place, &fail) < 0)
		fail_msg("%zu:%zu: %s", place.line, place.column, fail.what);
	return roster;
}

/* What holds for an account, as text; NULL: nothing. */
static const char *
find_at(const struct roster *roster, const char *account, struct wall now)
{
	static char into[200];
	struct roster_entry entry;
	struct buffer rule;

	if (!roster_find(roster, text_of(account), now, &entry))
		return NULL;
	buffer_init(&rule, 100);
	if (entry.rule != NULL)
		rule_format(entry.rule, &rule);
	snprintf(into, sizeof(into), "%s%s%s%s", limit_names[entry.class],
		entry.is_allowed ? " allowed" : "", entry.rule != NULL ? " " : "",
		buffer_string(&rule));
	buffer_done(&rule);
	return into;
}

static const char *
find(const struct roster *roster, const char *account)
{
	return find_at(roster, account, day(2026, 11, 26, 12));
}

static void
an_account_has_a_class_and_a_rule(void **state)
{
	struct roster *roster =
		roster_of("# who is who\n"
			  "\n"
			  "ola@example.no account\n"
			  "  firma@example.no\tbusiness  2000 recipients/day  # since May\r\n"
			  "list#1@example.no newsletter 5000 recipients/hour burst 500, "
			  "20000 recipients/day\n"
			  "monitor allow\n"
			  "fwd@example.no forwarder none");

	(void)state;
	assert_string_equal(find(roster, "ola@example.no"), "account");
	assert_string_equal(find(roster, "Ola@Example.NO"), "account");
	assert_string_equal(find(roster, "firma@example.no"), "business 2000 recipients/day");
	assert_string_equal(find(roster, "list#1@example.no"),
		"newsletter 5000 recipients/hour burst 500, 20000 recipients/day");
	assert_string_equal(find(roster, "monitor"), "account allowed");
	assert_string_equal(find(roster, "fwd@example.no"), "forwarder none");
	assert_null(find(roster, "kari@example.no"));
	assert_null(find(roster, ""));
	assert_null(find(roster, "#"));
	assert_int_equal(roster_counts(roster).accounts, 5);
	assert_int_equal(roster_counts(roster).domains, 0);
	assert_int_equal(roster_counts(roster).rules, 3);
	roster_free(roster);
}

static void
a_domain_stands_for_its_accounts(void **state)
{
	struct roster *roster = roster_of("@example.no business\n"
					  "ola@example.no account 5 messages/hour\n"
					  "kari@example.no allow until 2026-11-25\n");

	(void)state;
	assert_string_equal(find(roster, "per@example.no"), "business");
	assert_string_equal(find(roster, "per@EXAMPLE.no"), "business");
	assert_string_equal(find(roster, "ola@example.no"), "account 5 messages/hour");
	/* Its own line has ended, that of the domain has not. */
	assert_string_equal(find(roster, "kari@example.no"), "business");
	assert_null(find(roster, "per@sub.example.no"));
	assert_null(find(roster, "example.no"));
	assert_int_equal(roster_counts(roster).accounts, 2);
	assert_int_equal(roster_counts(roster).domains, 1);
	roster_free(roster);
}

static void
a_line_holds_to_the_end_of_its_last_day(void **state)
{
	struct roster *roster = roster_of("a allow until 2026-12-31\n"
					  "b business 9 messages/day until 2028-02-29\n");
	struct roster_entry entry;

	(void)state;
	assert_string_equal(find_at(roster, "a", day(2026, 12, 31, 23)), "account allowed");
	assert_null(find_at(roster, "a", day(2027, 1, 1, 0)));
	assert_string_equal(find_at(roster, "b", day(2028, 2, 29, 23)), "business 9 messages/day");
	assert_null(find_at(roster, "b", day(2028, 3, 1, 0)));
	assert_true(roster_find(roster, TEXT("a"), day(2026, 1, 1, 0), &entry));
	assert_int_equal(entry.until.us, day(2027, 1, 1, 0).us);
	roster_free(roster);
}

static void
a_mistake_is_told_with_its_place(void **state)
{
	static const struct {
		const char *text;
		int error;
		size_t line;
		size_t column;
		const char *what;
	} cases[] = {
		{"a account\nb\n", -EINVAL, 2, 2, "a class is missing"},
		{"a  person", -EINVAL, 1, 4, "'person' is no class"},
		{"\n\n a line", -EINVAL, 3, 4, "'line' is no class"},
		{"a account 5 mails/hour", -EINVAL, 1, 13, "'mails/hour' is not understood"},
		{"a account 5 messages/hour,", -EINVAL, 1, 27, "something is missing"},
		{"a account 5 messages/hour, 2 messages/day", -ERANGE, 1, 11,
			"2 messages a day are fewer"},
		{"a allow 5 messages/hour", -EINVAL, 1, 9, "'allow' is never limited"},
		{"a account until", -EINVAL, 1, 16, "'' is no day"},
		{"a account until tomorrow", -EINVAL, 1, 17, "'tomorrow' is no day"},
		{"a account until 2026-02-30", -EINVAL, 1, 17, "'2026-02-30' is no day"},
		{"a account until 2026-2-3", -EINVAL, 1, 17, "'2026-2-3' is no day"},
		{"a account until 0000-01-01", -EINVAL, 1, 17, "'0000-01-01' is no day"},
		{"a account until 2026-12-31 x", -EINVAL, 1, 28, "'x' stands behind the date"},
		{"a account\nB account\nA business", -EEXIST, 3, 1, "'A' is named a second time"},
		{"@ account", -EINVAL, 1, 1, "a domain is missing"},
		{"a\xff account", -EINVAL, 1, 1, "this line is no UTF-8 text"},
		{"a\x01 account", -EINVAL, 1, 1, "signs that do not show"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct roster *roster = NULL;
		struct roster_place place = {0};
		struct fail fail = {0};

		assert_int_equal(
			roster_parse(text_of(cases[i].text), &key, 1000, &roster, &place, &fail),
			cases[i].error);
		assert_null(roster);
		if (strstr(fail.what, cases[i].what) == NULL)
			fail_msg("'%s': %s", cases[i].text, fail.what);
		assert_int_equal(place.line, cases[i].line);
		assert_int_equal(place.column, cases[i].column);
	}
}

static void
there_are_ceilings(void **state)
{
	struct roster *roster = NULL;
	struct roster_place place;
	struct fail fail = {0};
	struct buffer text;

	(void)state;
	assert_int_equal(roster_parse(TEXT("a account\nb account\nc account\n"), &key, 2, &roster,
				 &place, &fail),
		-ENOSPC);
	assert_int_equal(place.line, 3);
	assert_string_equal(fail.what, "there are more than 2 names");

	buffer_init(&text, 10000000);
	for (int i = 0; i <= ROSTER_RULES; i++)
		buffer_print(&text, "a%d account %d messages/day\n", i, i + 1);
	assert_int_equal(roster_parse((struct text){text.at, text.length}, &key, 100000, &roster,
				 &place, &fail),
		-ENOSPC);
	assert_int_equal(place.line, ROSTER_RULES + 1);
	buffer_clear(&text);
	buffer_print(&text, "%0400d account", 1);
	assert_int_equal(roster_parse((struct text){text.at, text.length}, &key, 100000, &roster,
				 &place, &fail),
		-ERANGE);
	buffer_done(&text);

	assert_int_equal(roster_parse((struct text){NULL, 0}, &key, 2, &roster, &place, &fail), 0);
	assert_null(find(roster, "a@b"));
	roster_free(roster);
}

static void
a_million_lines_are_read(void **state)
{
	struct roster *roster = NULL;
	struct roster_place place;
	struct fail fail = {0};
	struct buffer text;
	char name[64];

	(void)state;
	buffer_init(&text, 100000000);
	for (int i = 0; i < 1000000; i++)
		buffer_print(&text, "user%d@example.no %s until 2027-12-%02d\n", i,
			i % 3 ? "account" : "business 200 recipients/hour burst 50", i % 31 + 1);
	assert_false(text.failed);
	assert_int_equal(roster_parse((struct text){text.at, text.length}, &key, 1000000, &roster,
				 &place, &fail),
		0);
	assert_int_equal(roster_counts(roster).accounts, 1000000);
	assert_int_equal(roster_counts(roster).rules, 1);
	for (int i = 0; i < 1000000; i += 997) {
		snprintf(name, sizeof(name), "user%d@example.no", i);
		assert_string_equal(find(roster, name),
			i % 3 ? "account" : "business 200 recipients/hour burst 50");
	}
	roster_free(roster);
	buffer_done(&text);
}

/* Any bytes give a roster or a mistake whose place is in the text. */
static void
any_bytes_may_come(void **state)
{
	static const char bits[] =
		"a@b account business 5 messages/hour burst until 2026-12-31 # , "
		"allow\n\n\t\r\xff\x01\xc3\xa9";
	uint64_t random = 1;
	char text[120];

	(void)state;
	for (int i = 0; i < 50000; i++) {
		struct roster *roster = NULL;
		struct roster_place place = {0};
		struct fail fail = {0};
		size_t length = 0;

		while (length < sizeof(text) - 20) {
			size_t from, count;

			random = hash_mix(random + 1);
			from = random % (sizeof(bits) - 1);
			count = 1 + (random >> 20) % 12;
			if (from + count > sizeof(bits) - 1)
				count = sizeof(bits) - 1 - from;
			memcpy(text + length, bits + from, count);
			length += count;
			if (random >> 60 == 0)
				break;
		}
		if (roster_parse((struct text){text, length}, &key, 100, &roster, &place, &fail) <
			0) {
			assert_in_range(place.line, 1, sizeof(text));
			assert_in_range(place.column, 1, length + 1);
			assert_true(fail.what[0] != '\0');
		}
		roster_free(roster);
	}
}

static void
an_account_is_found_by_its_pseudonym_and_its_domain_is_not(void **state)
{
	struct roster *roster =
		roster_of("anna@example.net business 5 recipients/hour until 2026-03-01\n"
			  "@example.net newsletter\n");
	const uint64_t anna = accountname_pseudonym(TEXT("Anna@example.net"), &key);
	const uint64_t bob = accountname_pseudonym(TEXT("bob@example.net"), &key);
	struct roster_entry entry;

	(void)state;
	assert_true(roster_find_key(roster, anna, day(2026, 3, 1, 12), &entry));
	assert_int_equal(entry.class, LIMIT_BUSINESS);
	assert_int_equal(entry.rule->most[RULE_RECIPIENTS][RULE_HOUR], 5);
	assert_false(roster_find_key(roster, anna, day(2026, 3, 2, 12), &entry));
	assert_false(roster_find_key(roster, bob, day(2026, 3, 1, 12), &entry));
	assert_false(roster_find_key(roster, 0, day(2026, 3, 1, 12), &entry));
	roster_free(roster);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_account_has_a_class_and_a_rule),
		cmocka_unit_test(a_domain_stands_for_its_accounts),
		cmocka_unit_test(a_line_holds_to_the_end_of_its_last_day),
		cmocka_unit_test(an_account_is_found_by_its_pseudonym_and_its_domain_is_not),
		cmocka_unit_test(a_mistake_is_told_with_its_place),
		cmocka_unit_test(there_are_ceilings),
		cmocka_unit_test(a_million_lines_are_read),
		cmocka_unit_test(any_bytes_may_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
