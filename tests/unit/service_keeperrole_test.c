/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/seal.h"
#include "service/keeperrole.h"
#include "unit.h"

#define NOW ((struct wall){INT64_C(1700000000) * WALL_SECOND})

static struct keys keys = {.pseudonym = {{1}}, .seal = {2}};

static void
add(struct lines *lines, const char *text, enum role role, bool is_leased)
{
	struct lines_prefix prefix = {.role = (uint8_t)role, .is_leased = is_leased};

	assert_int_equal(prefix_parse(text_of(text), &prefix.prefix), 0);
	assert_int_equal(lines_add(lines, &prefix, NULL), 0);
}

static struct lines *
network(void)
{
	struct lines_settings settings = LINES_DEFAULTS;
	struct lines *lines;

	settings.names_most = 0;
	settings.key = keys.pseudonym;
	lines = lines_new(&settings);
	add(lines, "192.0.2.0/24", ROLE_RESIDENTIAL, false);
	add(lines, "192.0.2.64/26", ROLE_PROTECTED, false);
	add(lines, "198.51.100.0/24", ROLE_BUSINESS, true);
	add(lines, "198.51.100.64/26", ROLE_PROTECTED, true);
	return lines;
}

static struct ledger_case
case_of(const char *name, uint64_t line)
{
	struct ledger_case of = {.line = line, .role = ROLE_RESIDENTIAL};

	assert_int_equal(seal_name(keys.seal, line, text_of(name), of.sealed), 0);
	return of;
}

static struct line_name
place(const char *text)
{
	struct line_name name;

	assert_int_equal(line_name_parse(text_of(text), &name), 0);
	return name;
}

static uint8_t
role_of(const struct keeperrole *roles, const char *text)
{
	struct line_name name = place(text);
	struct ledger_case of = case_of(text, line_name_pseudonym(&name, &keys.pseudonym));

	return keeperrole_of(roles, &of, NOW).role;
}

static void
a_place_has_the_role_that_its_prefix_says(void **state)
{
	struct lines *lines = network();
	struct keeperrole roles = {.lines = lines, .keys = &keys};
	struct ledger_case of;

	(void)state;
	assert_int_equal(role_of(&roles, "192.0.2.7"), ROLE_RESIDENTIAL);
	assert_int_equal(role_of(&roles, "192.0.2.70"), ROLE_PROTECTED);
	assert_int_equal(role_of(&roles, "203.0.113.7"), ROLE_COUNT);
	/* Whoever is called like an address is not there for that. */
	of = case_of("192.0.2.70", 12345);
	assert_int_equal(keeperrole_of(&roles, &of, NOW).role, ROLE_COUNT);
	of = case_of("user@example.net", 12345);
	of.role = ROLE_ACCOUNT;
	assert_int_equal(keeperrole_of(&roles, &of, NOW).role, ROLE_COUNT);
	lines_free(lines);
}

static bool
is_gone(const struct keeperrole *roles, const char *text)
{
	struct line_name name = place(text);
	struct ledger_case of = case_of(text, line_name_pseudonym(&name, &keys.pseudonym));

	return keeperrole_of(roles, &of, NOW).is_gone;
}

static void
a_place_that_is_no_line_any_more_is_gone(void **state)
{
	struct lines *lines = network();
	struct keeperrole roles = {.lines = lines, .keys = &keys};
	struct leased leased = {.has_leases = true};
	struct ledger_case of;

	(void)state;
	add(lines, "2001:db8::/32", ROLE_RESIDENTIAL, false);
	assert_false(is_gone(&roles, "192.0.2.7"));
	assert_true(is_gone(&roles, "203.0.113.7"));
	/* Addresses that were lines of their own before they were leased, or shared. */
	assert_false(is_gone(&roles, "198.51.100.7"));
	lines_set_leased(lines, &leased);
	assert_true(is_gone(&roles, "198.51.100.7"));
	assert_true(is_gone(&roles, "192.0.2.7:1024-2047"));
	assert_false(is_gone(&roles, "2001:db8:1:200::/56"));
	assert_true(is_gone(&roles, "2001:db8:1:200::/64"));
	assert_true(is_gone(&roles, "2001:db8:1::/48"));
	/* A session's, where nothing is leased; what nobody can name may be there. */
	of = case_of("user@example.net", 12345);
	assert_true(keeperrole_of(&roles, &of, NOW).is_gone);
	of = case_of("", 12345);
	assert_false(keeperrole_of(&roles, &of, NOW).is_gone);
	of = case_of("user@example.net", 12345);
	of.role = ROLE_ACCOUNT;
	assert_false(keeperrole_of(&roles, &of, NOW).is_gone);
	lines_free(lines);
}

static void
a_session_has_the_role_of_what_it_holds(void **state)
{
	struct leases_settings settings = LEASES_DEFAULTS;
	struct lines *lines = network();
	struct leases leases;
	struct keeperrole roles = {.lines = lines, .keys = &keys, .leases = &leases};
	struct ledger_case of = case_of("user@example.net", 12345);
	struct lease lease = {.line = {.pseudonym = 12345}, .nas = 1, .session = 2};
	struct wall until = {NOW.us + WALL_HOUR};
	size_t bytes;
	void *memory;

	(void)state;
	settings.leases_most = 1024;
	bytes = leases_bytes(&settings);
	memory = memory_map(bytes, 1);
	assert_int_equal(leases_make(&leases, &settings, memory, bytes), 0);
	(void)leases_tick(&leases, NOW);
	assert_int_equal(keeperrole_of(&roles, &of, NOW).role, ROLE_COUNT);
	lease.name = place("198.51.100.7");
	assert_int_equal(leases_start(&leases, &lease, NOW, until), 0);
	assert_int_equal(keeperrole_of(&roles, &of, NOW).role, ROLE_BUSINESS);
	lease.name = place("198.51.100.70");
	assert_int_equal(leases_start(&leases, &lease, NOW, until), 0);
	assert_int_equal(keeperrole_of(&roles, &of, NOW).role, ROLE_PROTECTED);
	assert_false(keeperrole_of(&roles, &of, NOW).is_gone);
	/* What another holds is not of the own network. */
	of = case_of("other@example.net", 777);
	assert_false(keeperrole_of(&roles, &of, NOW).is_gone);
	lease.line.pseudonym = 777;
	lease.name = place("203.0.113.7");
	assert_int_equal(leases_start(&leases, &lease, NOW, until), 0);
	assert_true(keeperrole_of(&roles, &of, NOW).is_gone);
	memory_unmap(memory, bytes, 1);
	lines_free(lines);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_place_has_the_role_that_its_prefix_says),
		cmocka_unit_test(a_place_that_is_no_line_any_more_is_gone),
		cmocka_unit_test(a_session_has_the_role_of_what_it_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
