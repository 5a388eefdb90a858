/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/sighting.h"
#include "service/actingmeter.h"
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define NOW    INT64_C(1700000000)
#define PERIOD 600
#define ROOM   64
#define LEASES 100

/* The test is the gate, which has answered before it is asked, and the judge. */
static struct daemon_settings settings;
static struct actinggate gate;
static struct actingmeter meter;
static struct holding *holding;
static struct leased leased;
static struct ring judge;
static void *ring_memory, *names_memory, *lease_memory;
static struct orders_answer page;
static int other;

static void *
memory_of(size_t bytes)
{
	void *memory;

	bytes = (bytes + 63) / 64 * 64;
	memory = aligned_alloc(64, bytes);
	assert_non_null(memory);
	return memset(memory, 0, bytes);
}

static void
add(const char *prefix, uint8_t role, uint16_t ports, bool is_leased)
{
	struct lines_prefix row = {.role = role, .ports = ports, .is_leased = is_leased};
	struct fail fail;

	assert_int_equal(prefix_parse(text_of(prefix), &row.prefix), 0);
	assert_int_equal(lines_add(settings.lines, &row, &fail), 0);
}

static void
make_lines(void)
{
	struct lines_settings of = LINES_DEFAULTS;
	struct leases_settings leases = LEASES_DEFAULTS;
	size_t bytes;

	of.key = (struct hash_key){{7}};
	leases.leases_most = LEASES;
	bytes = (leases_bytes(&leases) + 63) / 64 * 64;
	lease_memory = memory_of(bytes);
	leased = (struct leased){.has_leases = true};
	assert_int_equal(leases_make(&leased.leases, &leases, lease_memory, bytes), 0);
	settings.lines = lines_new(&of);
	lines_set_leased(settings.lines, &leased);
	add("100.64.0.0/24", ROLE_RESIDENTIAL, 0, false);
	add("100.64.1.0/24", ROLE_RESIDENTIAL, 0, true);
	add("100.64.2.0/24", ROLE_MAIL_SERVER, 0, false);
	add("100.64.3.0/24", ROLE_PROTECTED, 0, false);
	add("100.64.4.0/24", ROLE_RESIDENTIAL, 2048, false);
	add("2001:db8:1::/48", ROLE_MOBILE, 0, false);
}

static int
begin(void **state)
{
	size_t names = names_bytes(ROOM);
	int ends[2];

	(void)state;
	settings = (struct daemon_settings){.estate.judges = 1};
	make_lines();
	settings.contain.rules.rate = 20;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	other = ends[1];
	gate = (struct actinggate){.socket = ends[0]};
	meter = (struct actingmeter){.settings = &settings, .gate = &gate};
	meter_channel_defaults(&meter.channel);
	table_init_small(&meter.table, 4, 4);
	ring_memory = memory_of(ring_bytes(sizeof(struct sighting), ROOM));
	ring_make(ring_memory);
	ring_attach_putting(&meter.judge[0], ring_memory, sizeof(struct sighting), ROOM, -1);
	ring_attach_taking(&judge, ring_memory, sizeof(struct sighting), ROOM, -1);
	names_memory = memory_of(names);
	assert_int_equal(names_make(&meter.names, names_memory, names, ROOM), 0);
	holding = holding_new(ROOM);
	page = (struct orders_answer){.number = 0};
	return 0;
}

static int
end(void **state)
{
	(void)state;
	actingmeter_end(&meter);
	lines_free(settings.lines);
	holding = holding_free(holding);
	free(ring_memory);
	free(names_memory);
	free(lease_memory);
	close(gate.socket);
	close(other);
	return 0;
}

static struct wall
second(int64_t s)
{
	return (struct wall){(NOW + s) * WALL_SECOND};
}

/* On the next page: over the rate so many seconds ago. */
static void
over(const char *address, unsigned ago_s)
{
	struct orders_over *source = &page.over.source[page.over.count++];

	assert_int_equal(address_parse(text_of(address), &source->address), 0);
	source->left_ms = (PERIOD - ago_s) * 1000;
}

/* The gate gives the page, and the actor reads it. */
static void
give(bool is_last, int64_t s)
{
	page.version = ORDERS_VERSION;
	page.kind = ORDERS_OVER;
	page.number = gate.number + 1;
	page.over.is_last = is_last;
	assert_int_equal(send(other, &page, sizeof(page), MSG_DONTWAIT), sizeof(page));
	page.over.count = 0;
	(void)actingmeter_see_to(&meter, holding, second(s));
}

/* A whole look: what is on the page, and nothing of IPv6. */
static void
look(int64_t s)
{
	meter.looked_us = 0;
	give(true, s);
	assert_int_equal(meter.set, LINESET_OVER6);
	give(true, s);
	assert_int_equal(meter.set, 0);
}

static struct sighting
told(void)
{
	struct sighting sighting;

	assert_int_equal(ring_take(&judge, &sighting, 1), 1);
	ring_taken(&judge);
	return sighting;
}

static void
check_nothing_told(void)
{
	struct sighting sighting;

	assert_int_equal(ring_take(&judge, &sighting, 1), 0);
}

static uint64_t
line_of(const char *address)
{
	struct address at;
	struct line line;

	assert_int_equal(address_parse(text_of(address), &at), 0);
	assert_int_equal(lines_find(settings.lines, &at, 0, &line), 0);
	return line.pseudonym;
}

static void
a_source_that_is_over_is_told_with_its_line_its_name_and_its_time(void **state)
{
	struct sighting sighting;
	struct hash_key key = {{7}};
	struct line_name name;
	char words[LINE_NAME];

	(void)state;
	over("100.64.0.7", 100);
	look(0);
	sighting = told();
	assert_int_equal(sighting.kind, SIGHTING_SCORE);
	assert_int_equal(sighting.channel, CHANNEL_METER);
	assert_true(sighting.line.pseudonym == line_of("100.64.0.7"));
	assert_int_equal(sighting.line.role, ROLE_RESIDENTIAL);
	assert_true(sighting.time.us == second(-100).us);
	assert_true(sighting.watch > 6.9F && sighting.score > 6 && sighting.score < 6.9F);
	assert_int_equal(sighting.metered.rate, 20);
	assert_int_equal(sighting.metered.minutes, 10);
	assert_int_equal(names_find(&meter.names, &key, sighting.line.pseudonym, &name), 0);
	assert_string_equal(line_name_format(&name, words), "100.64.0.7");
	check_nothing_told();
	assert_int_equal(meter.last.over, 1);
	assert_int_equal(meter.told, 1);
}

static void
it_is_told_once_a_period_and_again_if_it_goes_on(void **state)
{
	struct sighting first, later;

	(void)state;
	for (int64_t s = 0; s < PERIOD; s += 10) {
		over("100.64.0.7", 0);
		look(s);
	}
	first = told();
	check_nothing_told();
	over("100.64.0.7", 0);
	look(PERIOD);
	later = told();
	assert_true(later.score > first.score + 5);
	assert_int_equal(later.metered.minutes, 20);
	/* One that stopped is in the set for a while. */
	for (int64_t s = 10; s < PERIOD; s += 10) {
		over("100.64.0.7", (unsigned)s);
		look(PERIOD + s);
	}
	check_nothing_told();
	assert_int_equal(meter.told, 2);
}

static void
pages_are_read_one_at_a_time(void **state)
{
	(void)state;
	over("100.64.0.1", 0);
	give(false, 0);
	assert_int_equal(meter.set, LINESET_OVER4);
	over("100.64.0.2", 0);
	give(true, 0);
	assert_int_equal(meter.set, LINESET_OVER6);
	over("2001:db8:1:203::", 0);
	over("2001:db8:1:204::", 0);
	give(true, 0);
	assert_int_equal(meter.set, 0);
	(void)told();
	(void)told();
	/* Two networks of one line. */
	assert_true(told().line.pseudonym == line_of("2001:db8:1:200::"));
	check_nothing_told();
	assert_int_equal(meter.last.over, 4);
	/* And then not for a while: a question would have no answer. */
	assert_true(actingmeter_see_to(&meter, holding, second(1)) > clock_steady());
	assert_int_equal(gate.number, 3);
}

static void
who_may_is_left_out(void **state)
{
	const struct order exempt = {
		.measure = 1, .line = line_of("100.64.0.9"), .kind = ORDER_EXEMPTION};

	(void)state;
	assert_int_equal(holding_apply(holding, &exempt, NULL, NULL), 0);
	over("100.64.2.1", 0);
	over("100.64.3.1", 0);
	over("100.64.0.9", 0);
	look(0);
	check_nothing_told();
	assert_int_equal(meter.last.left_out, 3);
	assert_int_equal(meter.last.nobodys, 0);
	/* Exempt no more: what was until then is not told either. */
	holding_undo(holding, &exempt, NULL, NULL);
	over("100.64.0.9", 10);
	look(10);
	check_nothing_told();
	over("100.64.0.9", 0);
	look(20);
	assert_true(told().line.pseudonym == exempt.line);
}

static void
who_is_nobody_or_one_of_many_is_not_told(void **state)
{
	(void)state;
	over("198.51.100.1", 0);
	over("100.64.1.9", 0);
	/* Of a shared address the port would have to be known. */
	over("100.64.4.1", 0);
	look(0);
	check_nothing_told();
	assert_int_equal(meter.last.over, 3);
	assert_int_equal(meter.last.nobodys, 3);
}

static void
lease(const char *address, uint64_t line, int64_t s)
{
	struct lease lease = {.name.length = 128,
		.line = {.pseudonym = line, .role = ROLE_RESIDENTIAL},
		.session = line};

	assert_int_equal(address_parse(text_of(address), &lease.name.address), 0);
	(void)leases_tick(&leased.leases, second(s));
	assert_int_equal(leases_start(&leased.leases, &lease, second(s), second(s + 86400)), 0);
}

static void
where_addresses_are_lent_the_line_is_who_had_it_then(void **state)
{
	(void)state;
	lease("100.64.1.5", 1111, -3600);
	lease("100.64.1.5", 2222, -300);
	/* The kernel keeps the address for a while after the one before has lost it. */
	over("100.64.1.5", 500);
	look(0);
	assert_true(told().line.pseudonym == 1111);
	over("100.64.1.5", 0);
	look(10);
	assert_true(told().line.pseudonym == 2222);
	check_nothing_told();
}

static void
a_line_that_is_let_go_begins_anew(void **state)
{
	float first;

	(void)state;
	over("100.64.0.7", 0);
	over("100.64.0.8", 0);
	look(0);
	first = told().score;
	(void)told();
	actingmeter_forget(&meter, line_of("100.64.0.7"), second(5));
	actingmeter_forget(&meter, 999, second(5));
	/* The kernel still keeps what was before. */
	over("100.64.0.7", 10);
	look(10);
	check_nothing_told();
	over("100.64.0.8", 0);
	over("100.64.0.7", 0);
	look(PERIOD);
	assert_true(told().score > first);
	assert_true(told().score == first);
}

static void
what_is_not_taken_is_counted_and_told_later(void **state)
{
	static const struct sighting filler[ROOM];
	struct sighting taken[ROOM];

	(void)state;
	assert_int_equal(ring_put(&meter.judge[0], filler, ROOM), ROOM);
	over("100.64.0.7", 0);
	look(0);
	assert_int_equal(meter.refused, 1);
	assert_int_equal(ring_take(&judge, taken, ROOM), ROOM);
	ring_taken(&judge);
	over("100.64.0.7", 10);
	look(10);
	assert_int_equal(told().metered.minutes, 10);
	assert_int_equal(meter.told, 1);
	/* More lines than there is room for; those that are quiet for long make it. */
	for (int i = 1; i <= 5; i++) {
		char address[ADDRESS_TEXT];

		snprintf(address, sizeof(address), "100.64.0.1%d", i);
		over(address, 0);
	}
	look(20);
	assert_int_equal(meter.told, 4);
	assert_int_equal(meter.refused, 3);
	look(7 * 86400);
	assert_int_equal(meter.count, 0);
	assert_int_equal(meter.table.count, 0);
}

static void
a_gate_that_fails_is_asked_again_at_the_next_look(void **state)
{
	(void)state;
	page.error = -ENOENT;
	meter.looked_us = 0;
	give(true, 0);
	assert_int_equal(meter.set, 0);
	assert_int_equal(meter.last.over, 0);
	page.error = 0;
	over("100.64.0.7", 0);
	look(10);
	(void)told();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_source_that_is_over_is_told_with_its_line_its_name_and_its_time, begin,
			end),
		cmocka_unit_test_setup_teardown(
			it_is_told_once_a_period_and_again_if_it_goes_on, begin, end),
		cmocka_unit_test_setup_teardown(pages_are_read_one_at_a_time, begin, end),
		cmocka_unit_test_setup_teardown(who_may_is_left_out, begin, end),
		cmocka_unit_test_setup_teardown(
			who_is_nobody_or_one_of_many_is_not_told, begin, end),
		cmocka_unit_test_setup_teardown(
			where_addresses_are_lent_the_line_is_who_had_it_then, begin, end),
		cmocka_unit_test_setup_teardown(a_line_that_is_let_go_begins_anew, begin, end),
		cmocka_unit_test_setup_teardown(
			what_is_not_taken_is_counted_and_told_later, begin, end),
		cmocka_unit_test_setup_teardown(
			a_gate_that_fails_is_asked_again_at_the_next_look, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
