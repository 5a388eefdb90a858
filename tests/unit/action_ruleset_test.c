/* SPDX-License-Identifier: BSD-2-Clause */
#include "action/ruleset.h"
#include "namespace.h"
#include "unit.h"

#include <errno.h>

static struct prefix residential[4], servers[2], resolvers[1], portal[1], protected[1];
static struct ruleset_settings settings;
static struct buffer text;
static struct fail fail;

static struct prefix
prefix_of(const char *words)
{
	struct prefix prefix;

	must(prefix_parse(text_of(words), &prefix) == 0);
	return prefix;
}

/* A network with everything. */
static int
set_up(void **state)
{
	ruleset_defaults(&settings);
	residential[0] = prefix_of("100.64.0.0/16");
	residential[1] = prefix_of("2001:db8:1::/48");
	servers[0] = prefix_of("192.0.2.25");
	servers[1] = prefix_of("2001:db8:f::25");
	resolvers[0] = prefix_of("192.0.2.53");
	portal[0] = prefix_of("192.0.2.80");
	protected[0] = prefix_of("198.51.100.112/28");
	settings.residential = (struct ruleset_prefixes){residential, 2};
	settings.servers = (struct ruleset_prefixes){servers, 2};
	settings.resolvers = (struct ruleset_prefixes){resolvers, 1};
	settings.portal = (struct ruleset_prefixes){portal, 1};
	settings.protected = (struct ruleset_prefixes){protected, 1};
	settings.lines = settings.policy = RULESET_ENFORCE;
	settings.quarantine = RULESET_ENFORCE;
	settings.garden_port = 8080;
	settings.mark = 0x1a2;
	buffer_init(&text, RULESET_TEXT);
	memset(&fail, 0, sizeof(fail));
	(void)state;
	return 0;
}

static int
tear_down(void **state)
{
	buffer_done(&text);
	(void)state;
	return 0;
}

static const char *
printed(enum ruleset_how how)
{
	buffer_clear(&text);
	must(ruleset_print(&settings, how, &text, &fail) == 0);
	return buffer_string(&text);
}

static unsigned
times(const char *in, const char *what)
{
	unsigned count = 0;

	for (; (in = strstr(in, what)) != NULL; in += strlen(what))
		count++;
	return count;
}

static void
a_name_of_an_interface_is_never_pasted_unchecked(void **state)
{
	const char *const wrong[] = {"", "sixteen-letters-", "eth0\"", "eth0 eth1", "eth0;",
		"-eth0", "..", "a/b", "eth0\n", "eth*", "{", "\xc3\xa9th0",
		"eth0\"} ; flush ruleset ; {\""};
	const char *const right[] = {
		"eth0", "ppp+0", "br-lan.100", "enp1s0f0np0_x", "ABCDEFGHIJKLMNO"};
	const char *name;

	settings.ingress = &name;
	settings.interfaces = 1;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		name = wrong[i];
		assert_int_equal(ruleset_print(&settings, RULESET_RENEW, &text, &fail), -EINVAL);
		assert_int_equal(text.length, 0);
		assert_true(fail.what[0] != '\0');
	}
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		name = right[i];
		assert_int_equal(ruleset_check(&settings, &fail), i == 1 ? -EINVAL : 0);
	}
	(void)state;
}

static void
a_prefix_must_be_one_and_not_everything(void **state)
{
	residential[0].length = 96;
	assert_int_equal(ruleset_check(&settings, &fail), -EINVAL);
	assert_string_equal(fail.where, "network.inside or network.table");
	residential[0].length = 129;
	assert_int_equal(ruleset_check(&settings, &fail), -EINVAL);
	residential[0] = prefix_of("100.64.0.0/16");
	residential[0].address.byte[15] = 1;
	assert_int_equal(ruleset_check(&settings, &fail), -EINVAL);
	residential[0] = prefix_of("::/0");
	assert_int_equal(ruleset_check(&settings, &fail), -EINVAL);
	residential[0] = prefix_of("100.64.0.0/16");
	settings.servers.count = RULESET_PREFIXES + 1;
	assert_int_equal(ruleset_check(&settings, &fail), -E2BIG);
	assert_string_equal(fail.where, "contain.servers");
	(void)state;
}

static void
figures_that_cannot_be_are_refused(void **state)
{
	struct ruleset_settings good = settings;

	settings.mark = 0;
	assert_int_equal(ruleset_check(&settings, &fail), -EINVAL);
	settings = good;
	settings.lines_most = 0;
	assert_int_equal(ruleset_check(&settings, &fail), -EINVAL);
	settings = good;
	settings.burst = 0;
	assert_int_equal(ruleset_check(&settings, &fail), -EINVAL);
	settings = good;
	settings.lines = settings.policy = RULESET_MODES;
	assert_int_equal(ruleset_check(&settings, &fail), -EINVAL);
	settings = good;
	settings.interfaces = RULESET_INTERFACES + 1;
	assert_int_equal(ruleset_check(&settings, &fail), -E2BIG);
	settings = good;
	assert_int_equal(ruleset_check(&settings, &fail), 0);
	(void)state;
}

static void
prefixes_inside_others_are_left_out(void **state)
{
	residential[0] = prefix_of("100.64.7.0/24");
	residential[1] = prefix_of("100.64.0.0/16");
	residential[2] = prefix_of("100.64.0.0/16");
	residential[3] = prefix_of("100.65.0.0/16");
	settings.residential.count = 4;
	assert_true(times(printed(RULESET_RENEW), "{ 100.64.0.0/16, 100.65.0.0/16 }") > 0);
	assert_int_equal(times(printed(RULESET_RENEW), "100.64.7.0"), 0);
	(void)state;
}

static void
to_observe_is_to_stop_nothing(void **state)
{
	const char *const verdicts[] = {"drop", "reject", "tproxy", "mark set"};
	const char *const name = "eth0";

	settings.lines = settings.policy = RULESET_OBSERVE;
	settings.quarantine = RULESET_OBSERVE;
	settings.ingress = &name;
	settings.interfaces = 1;
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
		assert_int_equal(times(printed(RULESET_RENEW), verdicts[i]), 0);
	for (int i = 0; i < RULESET_COUNTERS; i++) {
		char rule[80];

		snprintf(rule, sizeof(rule), "counter name %s", ruleset_counters[i]);
		assert_true(times(printed(RULESET_RENEW), rule) > 0);
	}
	(void)state;
}

static void
one_part_is_enforced_while_the_other_is_observed(void **state)
{
	const char *chain;

	settings.quarantine = RULESET_OBSERVE;
	/* Whose quarantine is only observed is still under the policy for port 25. */
	chain = strstr(printed(RULESET_RENEW), "@q4 counter name quarantine_25");
	assert_non_null(chain);
	assert_int_equal(memcmp(chain, "@q4 counter name quarantine_25\n", 31), 0);
	assert_int_equal(times(text.at, "tproxy"), 0);
	assert_true(times(text.at, "port25_out reject") > 0);
	settings.quarantine = RULESET_ENFORCE;
	settings.lines = settings.policy = RULESET_OBSERVE;
	assert_int_equal(times(printed(RULESET_RENEW), "port25_out reject"), 0);
	assert_int_equal(times(text.at, "tproxy"), 1);
	assert_true(times(text.at, "quarantine_25 drop") > 0);
	(void)state;
}

static void
off_has_the_sets_and_no_rules(void **state)
{
	settings.lines = settings.policy = RULESET_OFF;
	settings.quarantine = RULESET_OFF;
	assert_int_equal(times(printed(RULESET_RENEW), "@q"), 0);
	assert_int_equal(times(text.at, "@block"), 0);
	for (int set = 0; set < LINESET_COUNT; set++) {
		char words[80];

		snprintf(words, sizeof(words), "\tset %s {", linesets[set].name);
		assert_int_equal(times(text.at, words), 1);
	}
	(void)state;
}

static void
without_a_garden_nothing_is_hooked_before_routing(void **state)
{
	assert_int_equal(times(printed(RULESET_RENEW), "hook prerouting"), 1);
	settings.garden_port = 0;
	assert_int_equal(times(printed(RULESET_RENEW), "hook prerouting"), 0);
	settings.garden_port = 8080;
	settings.quarantine = RULESET_OFF;
	assert_int_equal(times(printed(RULESET_RENEW), "hook"), 1);
	(void)state;
}

static void
other_lengths_of_ipv6_lines_cost_nothing(void **state)
{
	settings.is_48 = settings.is_64 = false;
	assert_int_equal(times(printed(RULESET_RENEW), "@q6_48"), 0);
	assert_int_equal(times(text.at, "@block6_64"), 0);
	assert_int_equal(times(text.at, "set block6_64 { typeof @nh,64,64; size 1; }"), 1);
	assert_int_equal(times(text.at, "set block6_56 { typeof @nh,64,56; size 1048576; }"), 1);
	assert_true(times(text.at, "\t@nh,64,56 @q6_56 goto quarantine") == 1);
	(void)state;
}

static void
renewing_empties_chains_and_replacing_takes_the_table(void **state)
{
	const char *renew = "table inet lazaret\nflush table inet lazaret\n";
	const char *replace =
		"table inet lazaret\ndelete table inet lazaret\ntable inet lazaret {\n";

	assert_int_equal(strncmp(printed(RULESET_RENEW), renew, strlen(renew)), 0);
	assert_int_equal(strncmp(printed(RULESET_REPLACE), replace, strlen(replace)), 0);
	(void)state;
}

static void
rules_that_do_not_fit_are_not_half_given(void **state)
{
	struct buffer small;

	buffer_init(&small, 1000);
	assert_int_equal(ruleset_print(&settings, RULESET_RENEW, &small, &fail), -E2BIG);
	buffer_done(&small);
	(void)state;
}

static bool
nft_takes(const char *command, const char *rules)
{
	FILE *pipe = popen(command, "w");

	return pipe != NULL && fputs(rules, pipe) >= 0 && pclose(pipe) == 0;
}

/* Each of all modes and hows after each other one. */
static int
check_loads(void)
{
	const char *const name = "lo";

	if (system("command -v nft >/dev/null") != 0)
		return NAMESPACE_MISSING;
	settings.ingress = &name;
	if (nft_takes("nft -f - 2>/dev/null", printed(RULESET_RENEW)) ||
		!nft_takes("nft -f -", printed(RULESET_REPLACE)))
		return 3;
	for (unsigned i = 0; i < 3 * 3 * 2 * 2; i++) {
		settings.lines = settings.policy = (enum ruleset_mode)(i % 3);
		settings.quarantine = (enum ruleset_mode)(i / 3 % 3);
		settings.interfaces = i / 9 % 2;
		if (!nft_takes("nft -c -f -", printed((enum ruleset_how)(i / 18))) ||
			!nft_takes("nft -f -", text.at) ||
			!nft_takes("nft -f -", printed(RULESET_RENEW)))
			return 1;
	}
	return nft_takes("nft -f -", ruleset_removal) &&
			system("test -z \"$(nft list ruleset)\"") == 0
		? 0
		: 2;
}

static void
nft_takes_it_in_every_mode(void **state)
{
	namespace_run("true", check_loads);
	(void)state;
}

static bool
has(const char *command, const char *what)
{
	char words[256];

	snprintf(words, sizeof(words), "nft %s | grep -q '%s'", command, what);
	return system(words) == 0;
}

/* A set that was made for one element is a list, however many it may have later. */
static int
check_sizes_stay(void)
{
	static const char all[] = "list ruleset", line[] = "192.0.2.7";

	if (system("command -v nft >/dev/null") != 0)
		return NAMESPACE_MISSING;
	settings.is_64 = settings.is_48 = false;
	if (!nft_takes("nft -f -", printed(RULESET_REPLACE)) ||
		!nft_takes("nft -f -", "add element inet lazaret block4 { 192.0.2.7 }\n") ||
		!nft_takes("nft -f -", printed(RULESET_RENEW)) || !has(all, line))
		return 1;
	settings.is_64 = true;
	if (nft_takes("nft -f - 2>/dev/null", printed(RULESET_RENEW)) || !has(all, line))
		return 2;
	settings.is_64 = false;
	settings.quarantine_most++;
	if (nft_takes("nft -f - 2>/dev/null", printed(RULESET_RENEW)) || !has(all, line))
		return 3;
	return nft_takes("nft -f -", printed(RULESET_REPLACE)) && !has(all, line) ? 0 : 4;
}

static void
sets_of_other_sizes_are_not_renewed(void **state)
{
	namespace_run("true", check_sizes_stay);
	(void)state;
}

static int
check_interfaces(void)
{
	const char *const names[] = {"lo", "other"};

	if (system("command -v nft >/dev/null") != 0)
		return NAMESPACE_MISSING;
	settings.ingress = names;
	settings.interfaces = 2;
	if (!nft_takes("nft -f -", printed(RULESET_REPLACE)) ||
		!has("list chain inet lazaret ingress", "other"))
		return 1;
	settings.interfaces = 1;
	if (!nft_takes("nft -f -", printed(RULESET_RENEW)) ||
		!has("list chain inet lazaret ingress", "lo") || has("list ruleset", "other"))
		return 2;
	settings.interfaces = 0;
	return nft_takes("nft -f -", printed(RULESET_RENEW)) && !has("list ruleset", "ingress") ? 0
												: 3;
}

static void
an_interface_that_is_named_no_more_is_left(void **state)
{
	namespace_run("ip link add other type veth peer name far", check_interfaces);
	(void)state;
}

static int
check_other(void)
{
	if (system("command -v nft >/dev/null") != 0)
		return NAMESPACE_MISSING;
	if (!nft_takes("nft -f -", "table inet lazaret {\nset q4 {\ntype ipv4_addr\n}\n}\n") ||
		system("test $(nft list ruleset | wc -l) = 5") != 0)
		return 1;
	if (nft_takes("nft -f - 2>/dev/null", printed(RULESET_RENEW)) ||
		system("test $(nft list ruleset | wc -l) = 5") != 0)
		return 2;
	return nft_takes("nft -f -", printed(RULESET_REPLACE)) ? 0 : 3;
}

static void
a_table_of_another_kind_is_replaced_or_left_as_it_is(void **state)
{
	namespace_run("true", check_other);
	(void)state;
}

static int
check_many(void)
{
	static struct prefix many[RULESET_PREFIXES];

	if (system("command -v nft >/dev/null") != 0)
		return NAMESPACE_MISSING;
	for (uint32_t i = 0; i < RULESET_PREFIXES; i++) {
		many[i] = prefix_of(i % 2 ? "10.0.0.0/24" : "2001:db8::/64");
		many[i].address.byte[i % 2 ? 13 : 6] = (uint8_t)(i >> 8);
		many[i].address.byte[i % 2 ? 14 : 7] = (uint8_t)i;
	}
	settings.residential = settings.servers = settings.resolvers = settings.portal =
		settings.protected = (struct ruleset_prefixes){many, RULESET_PREFIXES};
	return nft_takes("nft -c -f -", printed(RULESET_REPLACE)) ? 0 : 1;
}

static void
nft_takes_as_many_prefixes_as_are_allowed(void **state)
{
	namespace_run("true", check_many);
	(void)state;
}

/* What goes to the operator's servers is the relay's to judge. */
static void
the_meter_leaves_out_connections_to_the_own_servers(void **state)
{
	const char *chain = strstr(printed(RULESET_RENEW), "chain metered {\n");

	assert_non_null(chain);
	assert_ptr_equal(strstr(chain, "\t\tip daddr { 192.0.2.25/32 } return\n"),
		chain + strlen("chain metered {\n"));
	assert_true(strstr(chain, "\t\tip6 daddr { 2001:db8:f::25/128 } return\n") <
		strstr(chain, "@smtp_meter4"));
	settings.rate = 0;
	assert_non_null(strstr(printed(RULESET_RENEW), "chain metered {\n\t}\n"));
	(void)state;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_name_of_an_interface_is_never_pasted_unchecked),
		TEST(a_prefix_must_be_one_and_not_everything),
		TEST(figures_that_cannot_be_are_refused),
		TEST(prefixes_inside_others_are_left_out),
		TEST(to_observe_is_to_stop_nothing),
		TEST(one_part_is_enforced_while_the_other_is_observed),
		TEST(off_has_the_sets_and_no_rules),
		TEST(the_meter_leaves_out_connections_to_the_own_servers),
		TEST(without_a_garden_nothing_is_hooked_before_routing),
		TEST(other_lengths_of_ipv6_lines_cost_nothing),
		TEST(renewing_empties_chains_and_replacing_takes_the_table),
		TEST(rules_that_do_not_fit_are_not_half_given),
		TEST(nft_takes_it_in_every_mode),
		TEST(sets_of_other_sizes_are_not_renewed),
		TEST(an_interface_that_is_named_no_more_is_left),
		TEST(a_table_of_another_kind_is_replaced_or_left_as_it_is),
		TEST(nft_takes_as_many_prefixes_as_are_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
