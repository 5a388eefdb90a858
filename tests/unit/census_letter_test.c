/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/letter/letter.h"
#include "census/letter/lettercsv.h"
#include "letter_fixture.h"
#include "letter_words.h"

#include <errno.h>
#include <jansson.h>

static const struct letterredact redact = {.key = {7}};

static struct letter_made last_made;

/* On the heap. */
static char *
made(const struct lettercase *of, const struct letterwords *words)
{
	struct letter_bench *bench = letter_bench_new();
	struct buffer into;
	struct fail fail = {0};

	buffer_init(&into, LETTER_BYTES);
	if (letter_make(bench, of, words, &redact, &into, &last_made, &fail) < 0)
		fail_msg("%s: %s", fail.where, fail.what);
	bench = letter_bench_free(bench);
	return letter_taken(&into);
}

static void
assert_field(const char *message, const char *name, const char *wanted)
{
	char *value = letter_field(message, name);

	assert_non_null(value);
	assert_string_equal(value, wanted);
	free(value);
}

static void
a_letter_has_a_head_a_text_and_a_table(void **state)
{
	const struct letterrow rows[2] = {
		letter_row("192.0.2.7", LETTER_NEW), letter_row("2001:db8:0:1::", LETTER_STILL)};
	const struct lettercase of = letter_case(rows, 2);
	char *message = made(&of, NULL), *head, *part;
	size_t size;

	(void)state;
	letter_assert_lines(message);
	assert_field(message, "Date", "Thu, 27 Nov 2025 10:00:00 +0000");
	assert_field(message, "From", "=?UTF-8?Q?Example_Agency?= <census@agency.example>");
	assert_field(message, "Reply-To", "<answers@agency.example>");
	assert_field(message, "To", "<abuse@provider.example>");
	assert_field(message, "Subject",
		"[LZ-2026-004711] Computers in your networks probably send spam");
	assert_field(message, "Message-ID", "<LZ-2026-004711.1@agency.example>");
	assert_field(message, "Auto-Submitted", "auto-generated");
	assert_null(letter_field(message, "References"));
	part = letter_part(message, 0, &head, &size);
	assert_non_null(strstr(head, "Content-Type: text/plain; charset=UTF-8"));
	assert_non_null(strstr(head, "Content-Language: en\r\n"));
	assert_memory_equal(part, "Dear network professionals,\n", 28);
	free(head);
	free(part);
	part = letter_part(message, 1, &head, &size);
	assert_non_null(strstr(head, "Content-Type: text/csv; charset=utf-8; header=present"));
	assert_non_null(strstr(head, "filename=\"lazaret.csv\""));
	assert_memory_equal(part, "ip,prefix,asn,", 14);
	assert_non_null(strstr(part, "\r\n2001:db8:0:1::/64,"));
	free(head);
	free(part);
	assert_null(letter_part(message, 2, &head, &size));
	assert_int_equal(last_made.rows, 2);
	assert_int_equal(last_made.reports, 0);
	free(message);
}

static void
the_text_is_in_their_language_and_in_english(void **state)
{
	const struct letterrow row = letter_row("192.0.2.7", LETTER_NEW);
	struct letterwords *words = letter_words();
	char *head, *part;
	size_t size;

	(void)state;
	for (unsigned i = 0; i < letter_tag_count; i++) {
		struct lettercase of = letter_case(&row, 1);
		char *message, tags[64];

		of.language[0] = TEXT("xx");
		of.language[1] = text_of(letter_tags[i]);
		of.languages = 2;
		message = made(&of, words);
		letter_assert_lines(message);
		part = letter_part(message, 0, &head, &size);
		snprintf(tags, sizeof(tags), "Content-Language: %s, en\r\n", letter_tags[i]);
		assert_non_null(strstr(head, tags));
		assert_non_null(strstr(part, "\n\n----------\n\nDear network professionals,\n\n"));
		free(head);
		free(part);
		free(message);
	}
	(void)letterwords_free(words);
}

static void
a_later_letter_names_those_before_it(void **state)
{
	const struct letterrow row = letter_row("192.0.2.7", LETTER_STILL);
	struct lettercase of = letter_case(&row, 1);
	char *message, *value;

	(void)state;
	of.kind = LETTER_REMINDER;
	of.number = 3;
	message = made(&of, NULL);
	assert_field(message, "Message-ID", "<LZ-2026-004711.3@agency.example>");
	assert_field(message, "In-Reply-To", "<LZ-2026-004711.2@agency.example>");
	assert_field(message, "References",
		"<LZ-2026-004711.1@agency.example> <LZ-2026-004711.2@agency.example>");
	free(message);
	of.number = LETTER_NUMBERS;
	message = made(&of, NULL);
	letter_assert_lines(message);
	value = letter_field(message, "References");
	assert_memory_equal(value, "<LZ-2026-004711.1@agency.example> <LZ-2026-004711.90@", 53);
	assert_string_equal(strrchr(value, '<'), "<LZ-2026-004711.98@agency.example>");
	free(value);
	free(message);
}

static void
thanks_have_a_table_only_of_what_is_left(void **state)
{
	const struct letterrow row = letter_row("192.0.2.7", LETTER_STILL);
	struct lettercase of = letter_case(&row, 1);
	char *message;

	(void)state;
	of.kind = LETTER_THANKS;
	of.number = 2;
	of.wants_xarf = true;
	message = made(&of, NULL);
	assert_field(message, "Subject", "[LZ-2026-004711] Thank you: this case is closed");
	assert_field(message, "In-Reply-To", "<LZ-2026-004711.1@agency.example>");
	assert_non_null(strstr(message, "lazaret.csv\""));
	assert_int_equal(last_made.rows, 1);
	assert_int_equal(last_made.reports, 1);
	free(message);
	of.rows = 0;
	message = made(&of, NULL);
	letter_assert_lines(message);
	assert_null(strstr(message, "attachment"));
	assert_null(strstr(message, "lazaret.csv"));
	assert_int_equal(last_made.rows, 0);
	assert_int_equal(last_made.reports, 0);
	free(message);
}

static void
nothing_of_a_registry_enters_the_head(void **state)
{
	struct letterrow row = letter_row("192.0.2.7", LETTER_NEW);
	struct lettercase of = letter_case(&row, 1);
	char *plain = made(&of, NULL), *message;
	size_t length = (size_t)(strstr(plain, "\r\n\r\n") - plain);

	(void)state;
	row.netname = TEXT("X\r\nBcc: victim@example.net\r\n\r\n--=_LZ-2026-004711.1--");
	of.holder = TEXT("\r\nBcc: victim@example.net\r\n\r\n--=_LZ-2026-004711.1--\r\n");
	message = made(&of, NULL);
	letter_assert_lines(message);
	assert_memory_equal(plain, message, length);
	assert_null(strstr(message, "\nBcc:"));
	assert_null(
		strstr(strstr(message, "--=_LZ-2026-004711.1--") + 1, "--=_LZ-2026-004711.1--"));
	free(plain);
	free(message);
}

static void
what_cannot_be_written_to_gets_no_letter(void **state)
{
	const struct letterrow row = letter_row("192.0.2.7", LETTER_NEW);
	struct letter_bench *bench = letter_bench_new();
	struct lettercase of = letter_case(&row, 1);
	struct letter_made ret;
	struct fail fail = {0};
	struct buffer into;

	(void)state;
	buffer_init(&into, 1024);
	of.mailbox = TEXT("abuse@provider.example\nBcc: victim@example.net");
	assert_int_equal(letter_make(bench, &of, NULL, NULL, &into, &ret, &fail), -EINVAL);
	assert_int_equal(into.length, 0);
	assert_string_equal(fail.where, "LZ-2026-004711");
	of.mailbox = TEXT("abuse@provider.example");
	assert_int_equal(letter_make(bench, &of, NULL, NULL, &into, &ret, &fail), -EMSGSIZE);
	buffer_done(&into);
	bench = letter_bench_free(bench);
}

static void
who_wants_xarf_gets_a_part_for_each_address(void **state)
{
	struct letterrow rows[LETTER_REPORTS + 1];
	struct lettercase of = letter_case(rows, LETTER_REPORTS + 1);
	char *message, *head, *part;
	json_t *value;
	size_t size;

	(void)state;
	for (size_t i = 0; i <= LETTER_REPORTS; i++)
		rows[i] = letter_row("192.0.2.7", LETTER_NEW);
	of.wants_xarf = true;
	message = made(&of, NULL);
	letter_assert_lines(message);
	assert_int_equal(last_made.reports, LETTER_REPORTS);
	part = letter_part(message, 1 + LETTER_REPORTS, &head, &size);
	assert_non_null(strstr(head, "Content-Type: application/json\r\n"));
	assert_non_null(strstr(head, "filename=\"xarf-100.json\""));
	value = json_loadb(part, size, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(value, "xarf_version")), "4.2.0");
	json_decref(value);
	free(part);
	free(head);
	assert_null(letter_part(message, 2 + LETTER_REPORTS, &head, &size));
	free(message);
}

static void
many_addresses_are_packed(void **state)
{
	size_t count = LETTERCSV_PLAIN + 1, size;
	struct letterrow *rows = calloc(count, sizeof(*rows));
	struct lettercase of = letter_case(rows, count);
	char *message, *head, *part;

	(void)state;
	for (size_t i = 0; i < count; i++)
		rows[i] = letter_row("192.0.2.7", LETTER_NEW);
	message = made(&of, NULL);
	letter_assert_lines(message);
	part = letter_part(message, 0, &head, &size);
	assert_non_null(strstr(part, "The table lazaret.csv.gz "));
	assert_non_null(strstr(part, "- Addresses: 10001\n"));
	free(part);
	free(head);
	part = letter_part(message, 1, &head, &size);
	assert_non_null(strstr(head, "application/gzip"));
	assert_memory_equal(part, "\x1f\x8b\x08", 3);
	free(part);
	free(head);
	free(message);
	of.rows--;
	message = made(&of, NULL);
	part = letter_part(message, 1, &head, &size);
	assert_memory_equal(part, "ip,prefix", 9);
	free(part);
	free(head);
	free(message);
	free(rows);
}

static void
what_traps_got_is_attached_for_everybody(void **state)
{
	enum { ROWS = LETTER_MESSAGES + 5 };
	struct letterrow rows[ROWS];
	struct lettercase of = letter_case(rows, ROWS);
	struct lettertrap trap = letter_trap;
	char *message, *head, *part, wanted[80];
	size_t size;

	(void)state;
	trap.message = TEXT("Received: for juniper@trap.agency.example\r\n"
			    "Message-ID: <4711@spam.example>\r\nSubject: Dear juniper, buy\r\n");
	trap.port = 50000;
	for (size_t i = 0; i < ROWS; i++) {
		rows[i] = letter_row("192.0.2.7", LETTER_NEW);
		rows[i].trap = i != 1 ? &trap : NULL;
	}
	message = made(&of, NULL);
	letter_assert_lines(message);
	assert_int_equal(last_made.messages, LETTER_MESSAGES);
	assert_int_equal(last_made.reports, 0);
	/* The boundaries of what is attached are not those of the letter. */
	for (unsigned i = 0; i < LETTER_MESSAGES; i++) {
		part = letter_part(message, 2 + i, &head, &size);
		assert_non_null(part);
		snprintf(wanted, sizeof(wanted), "filename=\"report-%u.eml\"", i == 0 ? 1 : i + 2);
		assert_non_null(strstr(head, "Content-Type: message/rfc822\r\n"));
		assert_non_null(strstr(head, wanted));
		assert_field(part, "Subject", "Dear redacted.invalid, buy");
		assert_field(part, "To", "<abuse@provider.example>");
		assert_non_null(strstr(part, "\r\nSource-Port: 50000\r\n"));
		assert_non_null(strstr(part, "--\r\n"));
		free(part);
		free(head);
	}
	assert_null(letter_part(message, 2 + LETTER_MESSAGES, &head, &size));
	assert_null(strcasestr(message, "juniper"));
	assert_null(strstr(message, "trap.agency"));
	assert_null(strstr(message, "4711@spam"));
	assert_null(strstr(message, "Received:"));
	free(message);
}

static void
the_same_case_gives_the_same_letter(void **state)
{
	const struct letterrow row = letter_row("192.0.2.7", LETTER_NEW);
	const struct lettercase of = letter_case(&row, 1);
	char *one = made(&of, NULL), *other = made(&of, NULL);

	(void)state;
	assert_string_equal(one, other);
	free(one);
	free(other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_letter_has_a_head_a_text_and_a_table),
		cmocka_unit_test(the_text_is_in_their_language_and_in_english),
		cmocka_unit_test(a_later_letter_names_those_before_it),
		cmocka_unit_test(thanks_have_a_table_only_of_what_is_left),
		cmocka_unit_test(nothing_of_a_registry_enters_the_head),
		cmocka_unit_test(what_cannot_be_written_to_gets_no_letter),
		cmocka_unit_test(who_wants_xarf_gets_a_part_for_each_address),
		cmocka_unit_test(many_addresses_are_packed),
		cmocka_unit_test(what_traps_got_is_attached_for_everybody),
		cmocka_unit_test(the_same_case_gives_the_same_letter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
