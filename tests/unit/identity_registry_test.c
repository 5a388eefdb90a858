/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/leasefind.h"
#include "identity/registry.h"
#include "unit.h"

#include <errno.h>
#include <stdlib.h>

#define BEGIN INT64_C(1700000000)

static const struct hash_key key = {{7, 7}};
static struct registry registry;
static struct leases leases;
static struct linetable names, sessions;
static void *memory[3];

static struct wall
second(int64_t s)
{
	return (struct wall){(BEGIN + s) * WALL_SECOND};
}

static void *
zeroed(size_t bytes)
{
	void *made = aligned_alloc(64, (bytes + 63) / 64 * 64);

	memset(made, 0, bytes);
	return made;
}

static void
pass(int64_t s)
{
	registry.now = second(s);
	(void)leases_tick(&leases, registry.now);
}

static int
setup(void **state)
{
	struct leases_settings of = LEASES_DEFAULTS;
	struct registry_settings settings = {.key = key,
		.client = REGISTRY_HARDWARE,
		.session_seconds = 3600,
		.block_seconds = 3600,
		.retention_hours = of.retention_hours};
	size_t bytes[3];

	of.leases_most = 1000;
	bytes[0] = leases_bytes(&of);
	bytes[1] = linetable_bytes(1000, sizeof(struct linewho));
	bytes[2] = linetable_bytes(1000, sizeof(struct session_of_line));
	for (int i = 0; i < 3; i++)
		memory[i] = zeroed(bytes[i]);
	assert_int_equal(leases_make(&leases, &of, memory[0], bytes[0]), 0);
	assert_int_equal(
		linetable_make(&names, memory[1], bytes[1], 1000, sizeof(struct linewho)), 0);
	assert_int_equal(linetable_make(&sessions, memory[2], bytes[2], 1000,
				 sizeof(struct session_of_line)),
		0);
	registry_init(&registry, &settings, &leases, &names, &sessions);
	pass(0);
	return 0;
}

static int
teardown(void **state)
{
	for (int i = 0; i < 3; i++)
		free(memory[i]);
	return 0;
}

static struct prefix
prefix_of(const char *text)
{
	struct prefix prefix;
	struct address address;

	if (address_parse(text_of(text), &address) == 0)
		return (struct prefix){.address = address, .length = 128};
	assert_int_equal(prefix_parse(text_of(text), &prefix), 0);
	return prefix;
}

static struct accounting_event
event_of(enum accounting_kind kind, const char *user, const char *session, int64_t s)
{
	return (struct accounting_event){
		.kind = kind,
		.time = second(s),
		.arrived = second(s),
		.nas = address_from_v4(0xc0000201),
		.session = text_of(session),
		.line = text_of(user),
		.user = text_of(user),
	};
}

static void
add(struct accounting_event *event, const char *prefix, enum accounting_from from)
{
	event->held[event->held_count++] =
		(struct accounting_held){.prefix = prefix_of(prefix), .from = (uint8_t)from};
}

/* Who held it, by name; "" where nobody surely did. */
static const char *
holder(const char *address, int64_t s)
{
	static struct linewho who;
	struct lease_holder found;
	struct prefix prefix = prefix_of(address);

	if (leasefind_holder(&leases, &prefix.address, 0, second(s), &found) != 0)
		return "";
	assert_int_equal(linewho_find(&names, &key, found.line.pseudonym, &who), 0);
	return who.text;
}

static uint64_t
line_called(const char *name)
{
	struct linewho who;

	assert_int_equal(linewho_make(&who, text_of(name), &key), 0);
	return linewho_pseudonym(&who, &key);
}

static void
a_session_gives_all_that_it_holds_to_its_line_and_takes_it_back(void **state)
{
	struct accounting_event start = event_of(ACCOUNTING_START, "Hans", "s1", 100);
	struct accounting_event stop = event_of(ACCOUNTING_STOP, "hans", "s1", 1000);
	struct session_of_line session;

	add(&start, "192.0.2.7", ACCOUNTING_IPV4);
	add(&start, "2001:db8:1:1::/64", ACCOUNTING_PREFIX);
	add(&start, "2001:db8:100::/56", ACCOUNTING_DELEGATED);
	pass(100);
	registry_event(&registry, &start);
	assert_string_equal(holder("192.0.2.7", 500), "hans");
	assert_string_equal(holder("2001:db8:1:1::5", 500), "hans");
	assert_string_equal(holder("2001:db8:100:7::1", 500), "hans");
	assert_int_equal(sessions_find(&sessions, line_called("hans"), &session), 0);
	assert_int_equal(session.prefix.length, 56);
	assert_memory_equal(session.name, "s1", 2);
	/* The Stop names nothing of it. */
	pass(1000);
	registry_event(&registry, &stop);
	assert_int_equal(leases_counts(&leases).open, 0);
	assert_string_equal(holder("192.0.2.7", 500), "hans");
	assert_string_equal(holder("192.0.2.7", 1500), "");
	assert_int_equal(sessions_find(&sessions, line_called("hans"), &session), -ENOENT);
}

static void
a_session_that_is_not_heard_of_any_more_ends_by_itself(void **state)
{
	struct accounting_event start = event_of(ACCOUNTING_START, "hans", "s1", 100);

	add(&start, "192.0.2.7", ACCOUNTING_IPV4);
	pass(100);
	registry_event(&registry, &start);
	pass(100 + 3600 + 200);
	assert_int_equal(leases_counts(&leases).open, 0);
	assert_string_equal(holder("192.0.2.7", 5000), "");
}

static void
a_nas_that_begins_again_ends_the_sessions_of_its_own_and_no_others(void **state)
{
	struct accounting_event one = event_of(ACCOUNTING_START, "hans", "s1", 100);
	struct accounting_event other = event_of(ACCOUNTING_START, "anna", "s1", 100);
	struct accounting_event on = event_of(ACCOUNTING_ON, "", "", 500);

	add(&one, "192.0.2.7", ACCOUNTING_IPV4);
	add(&other, "192.0.2.8", ACCOUNTING_IPV4);
	other.nas_identifier = TEXT("another");
	pass(100);
	registry_event(&registry, &one);
	registry_event(&registry, &other);
	pass(500);
	registry_event(&registry, &on);
	pass(1000);
	assert_string_equal(holder("192.0.2.7", 900), "");
	assert_string_equal(holder("192.0.2.8", 900), "anna");
}

static struct leasefile_entry
entry_of(const char *address, const char *hardware, bool is_held)
{
	struct prefix prefix = prefix_of(address);

	return (struct leasefile_entry){
		.is_held = is_held,
		.name = {.address = prefix.address, .length = prefix.length},
		.at = second(100),
		.until = second(4000),
		.hardware = text_of(hardware),
		.client = TEXT("01:02"),
		.circuit = TEXT("eth 1/2"),
	};
}

static void
a_line_is_the_same_whichever_source_says_so(void **state)
{
	struct leasefile_entry entry = entry_of("192.0.2.9", "00:16:3e:00:00:01", true);
	struct accounting_event start = event_of(ACCOUNTING_START, "00-16-3E-00-00-01", "s1", 100);
	struct lease_held held[4];

	add(&start, "192.0.2.7", ACCOUNTING_IPV4);
	pass(100);
	registry_event(&registry, &start);
	registry_entry(&registry, &entry, registry.now, 0);
	assert_int_equal(
		leasefind_held(&leases, line_called("00:16:3e:00:00:01"), registry.now, held, 4),
		2);
}

static void
a_lease_is_of_what_the_settings_name_and_without_it_of_nobody(void **state)
{
	struct leasefile_entry entry = entry_of("192.0.2.9", "00:16:3e:00:00:01", true);

	pass(100);
	registry.settings.client = REGISTRY_CIRCUIT;
	registry_entry(&registry, &entry, registry.now, 0);
	assert_string_equal(holder("192.0.2.9", 500), "eth 1/2");
	entry.name.address = prefix_of("192.0.2.10").address;
	entry.circuit = TEXT("");
	registry_entry(&registry, &entry, registry.now, 0);
	assert_string_equal(holder("192.0.2.10", 500), "");
	assert_int_equal(registry.counts.unnamed, 1);
	/* It ends whoever is named. */
	entry = entry_of("192.0.2.9", "", false);
	entry.circuit = TEXT("");
	entry.at = second(1000);
	pass(1000);
	registry_entry(&registry, &entry, registry.now, 0);
	assert_string_equal(holder("192.0.2.9", 1500), "");
}

static void
a_lease_whose_end_is_a_length_ends_so_long_behind_its_begin(void **state)
{
	struct leasefile_entry entry = entry_of("192.0.2.9", "00:16:3e:00:00:01", true);

	entry.at.us = 0;
	entry.until.us = 600 * WALL_SECOND;
	entry.is_length = true;
	pass(100);
	registry_entry(&registry, &entry, second(50), 0);
	assert_string_equal(holder("192.0.2.9", 500), "00:16:3e:00:00:01");
	pass(900);
	assert_int_equal(leases_counts(&leases).open, 0);
}

static void
one_address_of_ipv6_is_no_line(void **state)
{
	struct leasefile_entry entry = entry_of("2001:db8::7", "00:16:3e:00:00:01", true);

	pass(100);
	registry_entry(&registry, &entry, registry.now, 0);
	assert_string_equal(holder("2001:db8::7", 200), "");
	assert_int_equal(leases_counts(&leases).misfits, 1);
}

static void
a_block_of_ports_is_of_who_has_the_inside_address(void **state)
{
	struct accounting_event start = event_of(ACCOUNTING_START, "hans", "s1", 100);
	struct address outside = address_from_v4(0xc6336401);
	struct natblock block = {.is_given = true,
		.inside = address_from_v4(0x64400002),
		.outside = {.address = outside, .low = 2048, .high = 3071, .length = 128},
		.at = second(1000)};
	struct lease_holder found;

	add(&start, "100.64.0.2", ACCOUNTING_IPV4);
	pass(100);
	registry_event(&registry, &start);
	pass(1000);
	registry_block(&registry, &block);
	assert_int_equal(leasefind_holder(&leases, &outside, 2500, second(1500), &found), 0);
	assert_int_equal(found.line.pseudonym, line_called("hans"));
	assert_int_equal(
		leasefind_holder(&leases, &outside, 4000, second(1500), &found), -ENOTUNIQ);
	block.inside = address_from_v4(0x64400003);
	block.outside.low = 4096;
	block.outside.high = 5119;
	registry_block(&registry, &block);
	assert_int_equal(registry.counts.nobodys, 1);
}

static void
a_name_is_forgotten_when_nothing_is_held_and_the_retention_time_is_over(void **state)
{
	const int64_t day = 86400;
	struct accounting_event one = event_of(ACCOUNTING_START, "hans", "s1", 100);
	struct leasefile_entry other = entry_of("192.0.2.9", "kunde-17", true);

	add(&one, "192.0.2.7", ACCOUNTING_IPV4);
	other.until = LEASES_FOREVER;
	pass(100);
	registry_event(&registry, &one);
	registry_entry(&registry, &other, registry.now, 0);
	assert_int_equal(linetable_counts(&names).held, 2);
	for (int64_t s = 0; s < 7 * day; s += day / 4) {
		pass(200 + s);
		registry_forget(&registry);
		assert_int_equal(linetable_counts(&names).held, 2);
	}
	for (int64_t s = 7 * day; s < 12 * day; s += day / 4) {
		pass(200 + s);
		registry_forget(&registry);
	}
	assert_int_equal(linetable_counts(&names).held, 1);
	assert_int_equal(registry.counts.forgotten, 1);
	assert_string_equal(holder("192.0.2.9", 11 * day), "kunde-17");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_session_gives_all_that_it_holds_to_its_line_and_takes_it_back),
		TEST(a_session_that_is_not_heard_of_any_more_ends_by_itself),
		TEST(a_nas_that_begins_again_ends_the_sessions_of_its_own_and_no_others),
		TEST(a_line_is_the_same_whichever_source_says_so),
		TEST(a_lease_is_of_what_the_settings_name_and_without_it_of_nobody),
		TEST(a_lease_whose_end_is_a_length_ends_so_long_behind_its_begin),
		TEST(one_address_of_ipv6_is_no_line),
		TEST(a_block_of_ports_is_of_who_has_the_inside_address),
		TEST(a_name_is_forgotten_when_nothing_is_held_and_the_retention_time_is_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
