/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/letter/letterxarf.h"
#include "data.h"
#include "json_schema.h"
#include "letter_fixture.h"

static const struct letterredact redact = {.key = {7}};

static json_t *
made(const struct letterrow *row)
{
	const struct lettercase of = letter_case(row, 1);
	struct buffer into;
	json_error_t error;
	json_t *value;

	buffer_init(&into, 65536);
	letterxarf_make(&of, row, &redact, &into);
	value = json_loadb(into.at, into.length, JSON_REJECT_DUPLICATES, &error);
	if (value == NULL)
		fail_msg("%s: %s", error.text, buffer_string(&into));
	buffer_done(&into);
	return value;
}

static void
assert_says(const json_t *value, const char *key, const char *wanted)
{
	assert_non_null(json_string_value(json_object_get(value, key)));
	assert_string_equal(json_string_value(json_object_get(value, key)), wanted);
}

static void
a_listing_is_a_botnet(void **state)
{
	const struct letterrow row = letter_row("192.0.2.7", LETTER_NEW);
	json_t *value = made(&row);

	(void)state;
	assert_says(value, "category", "infrastructure");
	assert_says(value, "type", "botnet");
	assert_says(value, "source_identifier", "192.0.2.7");
	assert_says(value, "timestamp", "2025-11-27T10:00:00.000Z");
	assert_says(value, "compromise_evidence", "Listed as a source of spam by list-a, list-b");
	assert_int_equal(json_integer_value(json_object_get(value, "source_port")), 40001);
	assert_true(json_real_value(json_object_get(value, "confidence")) == 0.925);
	assert_says(json_object_get(value, "sender"), "domain", "agency.example");
	json_decref(value);
}

static void
a_message_in_a_trap_is_spam_without_its_addresses(void **state)
{
	struct letterrow row = letter_row("192.0.2.7", LETTER_NEW);
	const char *from;
	json_t *value;

	(void)state;
	row.trap = &letter_trap;
	row.evidence = LETTER_BY_TRAP;
	value = made(&row);
	assert_says(value, "category", "messaging");
	assert_says(value, "type", "spam");
	assert_says(value, "evidence_source", "spamtrap");
	from = json_string_value(json_object_get(value, "smtp_from"));
	assert_string_equal(strchr(from, '@'), "@spam.example");
	assert_null(strstr(from, "4711"));
	json_decref(value);
}

static void
without_port_or_sender_it_is_no_message(void **state)
{
	struct letterrow row = letter_row("2001:db8:0:1::", LETTER_STILL);
	struct lettertrap trap = letter_trap;
	json_t *value;

	(void)state;
	row.trap = &trap;
	row.evidence = LETTER_BY_TRAP;
	trap.from = TEXT("");
	value = made(&row);
	assert_says(value, "type", "botnet");
	assert_says(value, "source_identifier", "2001:db8:0:1::/64");
	assert_says(value, "compromise_evidence", "It sent mail to a spam trap");
	json_decref(value);
	trap.from = letter_trap.from;
	row.port = trap.port = 0;
	value = made(&row);
	assert_says(value, "type", "botnet");
	assert_null(json_object_get(value, "source_port"));
	json_decref(value);
}

static void
the_identifier_follows_from_what_is_reported(void **state)
{
	struct letterrow row = letter_row("192.0.2.7", LETTER_NEW);
	json_t *first = made(&row), *again = made(&row), *other;

	(void)state;
	row.last.us += WALL_SECOND;
	other = made(&row);
	assert_true(json_equal(first, again));
	assert_false(json_equal(
		json_object_get(first, "report_id"), json_object_get(other, "report_id")));
	json_decref(first);
	json_decref(again);
	json_decref(other);
}

static json_t *
schema_of(const char *name)
{
	char path[200];
	json_error_t error;
	json_t *schema;

	snprintf(path, sizeof(path), "reports/xarf-v4/schemas/v4/%s", name);
	schema = json_load_file(data_path(path), 0, &error);
	if (schema == NULL)
		fail_msg("%s: %s", path, error.text);
	return schema;
}

static void
assert_fits(json_t *value, const json_t *core, const json_t *type, bool is_wanted)
{
	struct json_schema with = {.core = core};

	if (json_fits(&with, type, type, value, 0) != is_wanted)
		fail_msg("%s", is_wanted ? with.wrong : "it fits");
	json_decref(value);
}

static void
all_of_it_fits_the_published_schemas(void **state)
{
	struct letterrow row = letter_row("192.0.2.7", LETTER_REOPENED);
	struct lettertrap trap = letter_trap;
	json_t *core, *botnet, *spam, *value;

	(void)state;
	core = schema_of("xarf-core.json");
	botnet = schema_of("types/infrastructure-botnet.json");
	spam = schema_of("types/messaging-spam.json");
	assert_fits(made(&row), core, botnet, true);
	row.port = 0;
	row.lists = 0;
	assert_fits(made(&row), core, botnet, true);
	/* The checker sees faults. */
	assert_fits(made(&row), core, spam, false);
	value = made(&row);
	json_object_set_new(value, "source_port", json_integer(0));
	assert_fits(value, core, botnet, false);
	value = made(&row);
	json_object_del(value, "compromise_evidence");
	assert_fits(value, core, botnet, false);
	row.score = UINT16_MAX;
	assert_fits(made(&row), core, botnet, true);
	row.port = 1;
	row.trap = &trap;
	assert_fits(made(&row), core, spam, true);
	value = made(&row);
	json_object_set_new(value, "smtp_from", json_string(""));
	assert_fits(value, core, spam, false);
	value = made(&row);
	json_object_del(value, "source_port");
	assert_fits(value, core, spam, false);
	trap.from = TEXT("");
	assert_fits(made(&row), core, botnet, true);
	json_decref(core);
	json_decref(botnet);
	json_decref(spam);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_listing_is_a_botnet),
		cmocka_unit_test(a_message_in_a_trap_is_spam_without_its_addresses),
		cmocka_unit_test(without_port_or_sender_it_is_no_message),
		cmocka_unit_test(the_identifier_follows_from_what_is_reported),
		cmocka_unit_test(all_of_it_fits_the_published_schemas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
