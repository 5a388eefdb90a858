/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/identify.h"
#include "unit.h"

#include <errno.h>

static struct address
address(const char *text)
{
	struct address a;

	assert_int_equal(address_parse(text_of(text), &a), 0);
	return a;
}

static struct lines *
new_lines(const char *inside)
{
	struct lines_settings settings = LINES_DEFAULTS;
	struct lines *lines;

	settings.names_most = 10;
	settings.key.byte[3] = 9;
	lines = lines_new(&settings);
	if (inside != NULL) {
		struct lines_prefix prefix = {.role = ROLE_BUSINESS};

		assert_int_equal(prefix_parse(text_of(inside), &prefix.prefix), 0);
		assert_int_equal(lines_add(lines, &prefix, NULL), 0);
	}
	return lines;
}

static struct observation
mail(const char *client, const char *server, uint16_t port, enum outcome outcome)
{
	return (struct observation){
		.time = {1234567},
		.client = address(client),
		.server = address(server),
		.sampling = 10,
		.duration_ms = 4000,
		.client_port = 40000,
		.server_port = port,
		.outcome = (uint8_t)outcome,
		.flags = OBSERVATION_STARTTLS,
		.recipients = 3,
		.refusals = 2,
	};
}

static void
assert_line(const struct sighting *sighting, const struct lines *lines, const char *text)
{
	struct address a = address(text);
	struct line line;

	assert_int_equal(lines_find(lines, &a, 40000, &line), 0);
	assert_true(sighting->line.pseudonym == line.pseudonym);
	assert_int_equal(sighting->line.role, line.role);
}

static void
assert_other(const struct sighting *sighting, const char *text)
{
	struct address a = address(text);

	assert_true(address_equal(&sighting->other, &a));
}

static void
mail_of_a_line_is_a_contact_with_all_that_was_seen_of_it(void **state)
{
	struct lines *lines = new_lines("192.0.2.0/24");
	struct observation out = mail("192.0.2.7", "203.0.113.5", 587, OUTCOME_REFUSED);
	struct sighting sightings[IDENTIFY_EACH];
	struct identify_counts counts = {0};

	assert_int_equal(identify(lines, &out, 1, sightings, NULL, NULL, &counts), 1);
	assert_int_equal(sightings[0].kind, SIGHTING_CONTACT);
	assert_line(&sightings[0], lines, "192.0.2.7");
	assert_int_equal(sightings[0].line.role, ROLE_BUSINESS);
	assert_other(&sightings[0], "203.0.113.5");
	assert_true(sightings[0].time.us == 1234567);
	assert_int_equal(sightings[0].sampling, 10);
	assert_int_equal(sightings[0].duration_ms, 4000);
	assert_int_equal(sightings[0].server_port, 587);
	assert_int_equal(sightings[0].outcome, OUTCOME_REFUSED);
	assert_int_equal(sightings[0].flags, OBSERVATION_STARTTLS);
	assert_int_equal(sightings[0].recipients, 3);
	assert_int_equal(sightings[0].refusals, 2);
	assert_int_equal(counts.observations, 1);
	lines_free(lines);
}

static void
mail_between_strangers_is_outside(void **state)
{
	struct lines *lines = new_lines("192.0.2.0/24");
	struct observation other = mail("198.51.100.7", "203.0.113.5", 25, OUTCOME_ACCEPTED);
	struct sighting sightings[IDENTIFY_EACH];
	struct identify_counts counts = {0};

	assert_int_equal(identify(lines, &other, 1, sightings, NULL, NULL, &counts), 0);
	assert_int_equal(counts.outside, 1);
	assert_int_equal(counts.observations, 1);
	lines_free(lines);
}

static void
mail_that_a_line_accepted_is_inbound_and_shows_no_more_than_the_network(void **state)
{
	struct lines *lines = new_lines("192.0.2.0/24");
	struct observation in = mail("198.51.100.7", "192.0.2.25", 25, OUTCOME_ACCEPTED);
	struct sighting sightings[IDENTIFY_EACH];
	struct identify_counts counts = {0};

	assert_int_equal(identify(lines, &in, 1, sightings, NULL, NULL, &counts), 1);
	assert_int_equal(sightings[0].kind, SIGHTING_INBOUND);
	assert_line(&sightings[0], lines, "192.0.2.25");
	assert_other(&sightings[0], "198.51.100.0");
	in.client = address("2001:db8:1:2::3");
	assert_int_equal(identify(lines, &in, 1, sightings, NULL, NULL, &counts), 1);
	assert_other(&sightings[0], "2001:db8:1::");
	/* What was not accepted, or is submitted, makes nobody a server. */
	in.outcome = OUTCOME_REFUSED;
	assert_int_equal(identify(lines, &in, 1, sightings, NULL, NULL, &counts), 0);
	in.outcome = OUTCOME_ACCEPTED;
	in.server_port = 587;
	assert_int_equal(identify(lines, &in, 1, sightings, NULL, NULL, &counts), 0);
	assert_int_equal(counts.outside, 0);
	lines_free(lines);
}

static void
mail_between_our_lines_is_inbound_first_and_a_contact_then(void **state)
{
	struct lines *lines = new_lines("192.0.2.0/24");
	struct observation inner = mail("192.0.2.7", "192.0.2.25", 25, OUTCOME_ACCEPTED);
	struct sighting sightings[IDENTIFY_EACH];
	struct identify_counts counts = {0};

	assert_int_equal(identify(lines, &inner, 1, sightings, NULL, NULL, &counts), 2);
	assert_int_equal(sightings[0].kind, SIGHTING_INBOUND);
	assert_line(&sightings[0], lines, "192.0.2.25");
	assert_other(&sightings[0], "192.0.2.0");
	assert_int_equal(sightings[1].kind, SIGHTING_CONTACT);
	assert_line(&sightings[1], lines, "192.0.2.7");
	assert_other(&sightings[1], "192.0.2.25");
	lines_free(lines);
}

static void
submission_to_our_own_servers_is_no_contact(void **state)
{
	static const uint16_t ports[] = {465, 587};
	struct lines *lines = new_lines("192.0.2.0/24");
	struct sighting sightings[IDENTIFY_EACH];
	struct identify_counts counts = {0};

	for (size_t i = 0; i < 2; i++) {
		struct observation own =
			mail("192.0.2.7", "192.0.2.25", ports[i], OUTCOME_ACCEPTED);

		assert_int_equal(identify(lines, &own, 1, sightings, NULL, NULL, &counts), 0);
		assert_int_equal(counts.submissions, i + 1);
	}
	lines_free(lines);
}

static void
without_an_inside_every_client_is_a_line_and_no_server(void **state)
{
	struct lines *lines = new_lines(NULL);
	struct observation any = mail("198.51.100.7", "203.0.113.5", 25, OUTCOME_ACCEPTED);
	struct sighting sightings[IDENTIFY_EACH];
	struct identify_counts counts = {0};

	assert_int_equal(identify(lines, &any, 1, sightings, NULL, NULL, &counts), 1);
	assert_int_equal(sightings[0].kind, SIGHTING_CONTACT);
	any.server_port = 465;
	assert_int_equal(identify(lines, &any, 1, sightings, NULL, NULL, &counts), 1);
	assert_int_equal(counts.submissions + counts.outside, 0);
	lines_free(lines);
}

static void
bindings_are_no_mail(void **state)
{
	struct lines *lines = new_lines(NULL);
	struct observation binding = mail("192.0.2.7", "203.0.113.5", 2047, OUTCOME_UNKNOWN);
	struct sighting sightings[IDENTIFY_EACH];
	struct identify_counts counts = {0};

	binding.kind = OBSERVATION_BINDING_OPEN;
	assert_int_equal(identify(lines, &binding, 1, sightings, NULL, NULL, &counts), 0);
	assert_int_equal(counts.observations, 1);
	assert_int_equal(counts.outside, 0);
	lines_free(lines);
}

static void
each_sighting_tells_its_observation(void **state)
{
	struct lines *lines = new_lines("192.0.2.0/24");
	const struct observation observations[] = {
		mail("198.51.100.7", "203.0.113.5", 25, OUTCOME_ACCEPTED),
		mail("192.0.2.7", "192.0.2.25", 25, OUTCOME_ACCEPTED),
		mail("192.0.2.7", "192.0.2.25", 587, OUTCOME_ACCEPTED),
		mail("192.0.2.8", "203.0.113.5", 25, OUTCOME_FAILED),
	};
	struct sighting sightings[4 * IDENTIFY_EACH];
	uint32_t origin[4 * IDENTIFY_EACH];
	struct identify_counts counts = {.observations = 100, .outside = 10, .submissions = 1};

	assert_int_equal(identify(lines, observations, 4, sightings, origin, NULL, &counts), 3);
	assert_int_equal(origin[0], 1);
	assert_int_equal(origin[1], 1);
	assert_int_equal(origin[2], 3);
	/* Counts add up from one call to the next. */
	assert_int_equal(counts.observations, 104);
	assert_int_equal(counts.outside, 11);
	assert_int_equal(counts.submissions, 2);
	lines_free(lines);
}

/* Equal sightings are equal byte by byte, whatever the memory held before, and no byte of one is left from there. */
static void
a_sighting_has_no_byte_that_was_not_set(void **state)
{
	struct lines *lines = new_lines("192.0.2.0/24");
	struct observation inner = mail("192.0.2.7", "192.0.2.25", 25, OUTCOME_ACCEPTED);
	struct sighting a[IDENTIFY_EACH], b[IDENTIFY_EACH];
	struct identify_counts counts = {0};

	memset(a, 0x55, sizeof(a));
	memset(b, 0xaa, sizeof(b));
	assert_int_equal(identify(lines, &inner, 1, a, NULL, NULL, &counts), 2);
	assert_int_equal(identify(lines, &inner, 1, b, NULL, NULL, &counts), 2);
	assert_memory_equal(a, b, sizeof(a));
	lines_free(lines);
}

static void
the_names_of_lines_whose_mail_was_not_taken_are_put_and_no_others(void **state)
{
	static _Alignas(64) uint8_t memory[1 << 12];
	struct lines *lines = new_lines("192.0.2.0/24");
	const struct hash_key key = {.byte = {[3] = 9}};
	const struct observation observations[] = {
		mail("192.0.2.9", "192.0.2.25", 25, OUTCOME_ACCEPTED),
		mail("192.0.2.7", "203.0.113.5", 25, OUTCOME_REFUSED),
		mail("192.0.2.8", "192.0.2.25", 587, OUTCOME_FAILED),
		mail("198.51.100.7", "203.0.113.5", 25, OUTCOME_FAILED),
	};
	struct sighting sightings[4 * IDENTIFY_EACH];
	struct identify_counts counts = {0};
	char text[LINE_NAME];
	struct line_name name;
	struct names names;

	assert_int_equal(names_make(&names, memory, sizeof(memory), 10), 0);
	assert_int_equal(identify(lines, observations, 4, sightings, NULL, &names, &counts), 3);
	assert_int_equal(names_counts(&names).names, 1);
	assert_int_equal(names_find(&names, &key, sightings[2].line.pseudonym, &name), 0);
	assert_string_equal(line_name_format(&name, text), "192.0.2.7");
	assert_int_equal(names_find(&names, &key, sightings[0].line.pseudonym, &name), -ENOENT);
	assert_int_equal(names_find(&names, &key, sightings[1].line.pseudonym, &name), -ENOENT);
	lines_free(lines);
}

/* More than go to the table at once, and a rest. */
static void
every_name_is_in_the_table_when_its_sighting_is_handed_on(void **state)
{
	static _Alignas(64) uint8_t memory[1 << 16];
	static struct observation observations[100];
	static struct sighting sightings[100 * IDENTIFY_EACH];
	struct lines *lines = new_lines(NULL);
	const struct hash_key key = {.byte = {[3] = 9}};
	struct identify_counts counts = {0};
	struct line_name name;
	struct names names;

	assert_int_equal(names_make(&names, memory, sizeof(memory), 400), 0);
	for (uint32_t i = 0; i < 100; i++) {
		observations[i] = mail("192.0.2.7", "203.0.113.5", 25, OUTCOME_FAILED);
		observations[i].client = address_from_v4(0x0a000000 + i);
	}
	assert_int_equal(identify(lines, observations, 100, sightings, NULL, &names, &counts), 100);
	for (uint32_t i = 0; i < 100; i++) {
		uint64_t pseudonym = sightings[i].line.pseudonym;

		assert_int_equal(names_find(&names, &key, pseudonym, &name), 0);
		assert_true(address_equal(&name.address, &observations[i].client));
	}
	lines_free(lines);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mail_of_a_line_is_a_contact_with_all_that_was_seen_of_it),
		cmocka_unit_test(mail_between_strangers_is_outside),
		cmocka_unit_test(
			mail_that_a_line_accepted_is_inbound_and_shows_no_more_than_the_network),
		cmocka_unit_test(mail_between_our_lines_is_inbound_first_and_a_contact_then),
		cmocka_unit_test(submission_to_our_own_servers_is_no_contact),
		cmocka_unit_test(without_an_inside_every_client_is_a_line_and_no_server),
		cmocka_unit_test(bindings_are_no_mail),
		cmocka_unit_test(each_sighting_tells_its_observation),
		cmocka_unit_test(a_sighting_has_no_byte_that_was_not_set),
		cmocka_unit_test(the_names_of_lines_whose_mail_was_not_taken_are_put_and_no_others),
		cmocka_unit_test(every_name_is_in_the_table_when_its_sighting_is_handed_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
