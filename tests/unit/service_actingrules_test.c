/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/actingrules.h"
#include "unit.h"

#include <errno.h>

static struct lines *lines;
static struct router_settings settings;

static int
setup(void **state)
{
	struct lines_settings of = LINES_DEFAULTS;
	struct lines_prefix inside = {.line_length = 0};

	of.names_most = 0;
	lines = lines_new(&of);
	assert_int_equal(prefix_parse(TEXT("192.0.2.0/24"), &inside.prefix), 0);
	assert_int_equal(lines_add(lines, &inside, NULL), 0);
	assert_int_equal(prefix_parse(TEXT("2001:db8::/32"), &inside.prefix), 0);
	assert_int_equal(lines_add(lines, &inside, NULL), 0);
	settings = (struct router_settings){.rate = 9600};
	(void)state;
	return 0;
}

static int
teardown(void **state)
{
	lines = lines_free(lines);
	(void)state;
	return 0;
}

static int
rule_of(const char *place, enum measure_kind kind, struct flowspec_rule *ret)
{
	struct holding_change change = {.adds = true, .kind = (uint8_t)kind};

	assert_int_equal(prefix_parse(text_of(place), &change.place), 0);
	return actingrules_of(&settings, lines, &change, ret);
}

static void
ignore(void *context, const struct holding_change *change)
{
	(void)context;
	(void)change;
}

static void
a_block_is_a_rule_for_port_25_with_the_rate_that_passes(void **state)
{
	struct flowspec_rule rule;

	assert_int_equal(rule_of("192.0.2.7", MEASURE_BLOCK25, &rule), 1);
	assert_int_equal(rule.kind, FLOWSPEC_MAIL);
	assert_int_equal(rule.rate, 9600);
	assert_int_equal(rule.prefix.length, 128);
	assert_int_equal(rule_of("2001:db8:1::/56", MEASURE_BLOCK25, &rule), 1);
	assert_int_equal(rule.prefix.length, 56);
	assert_int_equal(rule_of("192.0.2.7", MEASURE_LIMIT, &rule), 0);
	(void)state;
}

static void
quarantine_is_what_the_settings_say_and_nothing_else(void **state)
{
	struct flowspec_rule rule;

	assert_int_equal(rule_of("192.0.2.7", MEASURE_QUARANTINE, &rule), 0);
	settings.quarantine = ROUTER_REDIRECT;
	assert_int_equal(rule_of("192.0.2.7", MEASURE_QUARANTINE, &rule), 1);
	assert_int_equal(rule.kind, FLOWSPEC_REDIRECT);
	assert_int_equal(rule.rate, 0);
	(void)state;
}

static void
a_black_hole_needs_a_next_hop_of_its_family(void **state)
{
	struct flowspec_rule rule;

	settings.quarantine = ROUTER_BLACKHOLE;
	assert_int_equal(rule_of("192.0.2.7", MEASURE_QUARANTINE, &rule), 0);
	settings.rules.has_next_hop4 = true;
	assert_int_equal(rule_of("192.0.2.7", MEASURE_QUARANTINE, &rule), 1);
	assert_int_equal(rule.kind, FLOWSPEC_BLACKHOLE);
	assert_int_equal(rule_of("2001:db8::/64", MEASURE_QUARANTINE, &rule), 0);
	(void)state;
}

static void
a_place_outside_the_own_network_is_refused(void **state)
{
	struct flowspec_rule rule;

	assert_int_equal(rule_of("198.51.100.7", MEASURE_BLOCK25, &rule), -EINVAL);
	(void)state;
}

static void
all_that_holds_is_gone_through_once(void **state)
{
	struct holding *holding = holding_new(16);
	struct order order = {.measure = 1, .line = 1, .kind = MEASURE_BLOCK25};
	struct actingrules_place place = {0};
	struct flowspec_rule rule;
	unsigned kinds[FLOWSPEC_KINDS] = {0};

	settings.quarantine = ROUTER_REDIRECT;
	for (int i = 0; i < 3; i++) {
		order.line++;
		order.measure++;
		order.kind = i < 2 ? MEASURE_BLOCK25 : MEASURE_QUARANTINE;
		order.place = (struct prefix){address_from_v4(0xc0000200U + (uint32_t)i), 128};
		assert_int_equal(holding_apply(holding, &order, ignore, NULL), 0);
	}
	while (actingrules_next(&settings, lines, holding, &place, &rule) > 0)
		kinds[rule.kind]++;
	assert_int_equal(kinds[FLOWSPEC_MAIL], 2);
	assert_int_equal(kinds[FLOWSPEC_REDIRECT], 1);
	assert_int_equal(kinds[FLOWSPEC_BLACKHOLE], 0);
	holding_free(holding);
	(void)state;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_block_is_a_rule_for_port_25_with_the_rate_that_passes),
		TEST(quarantine_is_what_the_settings_say_and_nothing_else),
		TEST(a_black_hole_needs_a_next_hop_of_its_family),
		TEST(a_place_outside_the_own_network_is_refused),
		TEST(all_that_holds_is_gone_through_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
