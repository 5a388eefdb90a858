/* SPDX-License-Identifier: BSD-2-Clause */
/* That tables are read as they are written is held by tests/census/tables; here is what is damaged, and what a registry
 * makes of them. */
#include "base/bytes.h"
#include "registries_text.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>

static uint8_t bytes[1 << 16];
static struct writer table;

static int
begin(void **state)
{
	table = writer_on(bytes, sizeof(bytes));
	return 0;
}

static void
record(uint16_t type, uint16_t subtype, const struct writer *body)
{
	writer_u32(&table, 1795802046);
	writer_u16(&table, type);
	writer_u16(&table, subtype);
	writer_u32(&table, (uint32_t)writer_length(body));
	writer_bytes(&table, body->begin, writer_length(body));
}

/* Peers 0 and 1, of AS 64496 and, in two bytes, 64497. */
static void
peers(void)
{
	uint8_t of[64];
	struct writer body = writer_on(of, sizeof(of));

	writer_u32(&body, 0);
	writer_u16(&body, 0);
	writer_u16(&body, 2);
	writer_u8(&body, 2);
	writer_u64(&body, 0);
	writer_u32(&body, 64496);
	writer_u8(&body, 0);
	writer_u64(&body, 0);
	writer_u16(&body, 64497);
	record(13, 1, &body);
}

/* 10.0.N.0/24 by way of that peer, from that AS. */
static void
add_entry(struct writer *body, uint16_t peer, uint32_t system)
{
	writer_u16(body, peer);
	writer_u32(body, 0);
	writer_u16(body, 9);
	writer_u16(body, 0x4002);
	writer_u8(body, 6);
	writer_u16(body, 0x0201);
	writer_u32(body, system);
}

static struct writer
route(uint8_t *of, uint8_t n, uint16_t count)
{
	struct writer body = writer_on(of, 4096);

	writer_u32(&body, n);
	writer_u8(&body, 24);
	writer_u16(&body, 0x0a00);
	writer_u8(&body, n);
	writer_u16(&body, count);
	return body;
}

static void
add_route(uint8_t n, uint16_t peer, uint32_t system)
{
	uint8_t of[4096];
	struct writer body = route(of, n, 1);

	add_entry(&body, peer, system);
	record(13, 2, &body);
}

/* What is read of the table: "N AS" of each prefix, the error, and what is told. */
static void
reads(const char *expected)
{
	struct input input = {
		.at = bytes, .left = writer_length(&table), .ended = true, .name = "table"};
	struct mrt *mrt = mrt_new(&input);
	struct announced found;
	struct fail fail = {.what = ""};
	char said[2048] = "", text[RANGE_TEXT];
	size_t at = 0;
	int r;

	while ((r = mrt_next(mrt, &found, &fail)) > 0)
		at += (size_t)snprintf(said + at, sizeof(said) - at, "%s %u\n",
			range_format(found.family, &found.range, text), found.system);
	assert_int_equal(mrt_next(mrt, &found, &fail), r);
	if (r < 0)
		at += (size_t)snprintf(
			said + at, sizeof(said) - at, "%d %s: %s\n", -r, fail.where, fail.what);
	for (size_t i = 0; mrt_tell(mrt, i, &fail); i++)
		at += (size_t)snprintf(
			said + at, sizeof(said) - at, "%s: %s\n", fail.where, fail.what);
	assert_string_equal(said, expected);
	mrt_free(mrt);
}

static void
the_origin_is_what_most_peers_say_of_equals_the_lowest(void **state)
{
	uint8_t of[4096];
	struct writer body = route(of, 1, 3);

	peers();
	/* One peer says it twice: that is once. */
	add_entry(&body, 0, 64500);
	add_entry(&body, 0, 64500);
	add_entry(&body, 1, 64499);
	record(13, 2, &body);
	/* In two records, one after the other. */
	add_route(2, 0, 64501);
	add_route(2, 1, 64500);
	add_route(3, 0, 0);
	reads("10.0.1.0 - 10.0.1.255 64499\n10.0.2.0 - 10.0.2.255 64500\n");
}

static void
damage_loses_what_is_behind_it_in_its_record(void **state)
{
	uint8_t of[4096];
	struct writer body;

	add_route(0, 0, 64500); /* before the peers */
	/* Is this a table at all? Its first record is of its type. */
	peers();
	body = route(of, 1, 2);
	add_entry(&body, 1, 64500);
	writer_u16(&body, 0); /* an entry that is cut */
	record(13, 2, &body);
	add_route(2, 2, 64500); /* of a peer that is none */
	body = route(of, 3, 1);
	add_entry(&body, 0, 64500);
	body.begin[4 + 1 + 3 + 2 + 2 + 4 + 2 + 2] = 7; /* an attribute that is longer than all */
	record(13, 2, &body);
	body = route(of, 4, 1);
	body.begin[4] = 33;
	record(13, 2, &body);
	add_route(5, 1, 64501);
	reads("10.0.1.0 - 10.0.1.255 64500\n10.0.5.0 - 10.0.5.255 64501\n"
	      "table: record at byte 0: a route stands before the table of peers\n"
	      "table: record at byte 83: an entry goes beyond the end of its record\n"
	      "table: record at byte 124: a path is of a peer that the table does not have\n"
	      "table: record at byte 163: the attributes of a path go beyond their end\n"
	      "table: record at byte 202: this route has no prefix that is one\n");
}

static void
a_cut_table_of_peers_has_those_before_the_cut(void **state)
{
	peers();
	table.at -= 1;
	bytes[11]--;
	add_route(1, 0, 64500);
	add_route(2, 1, 64500);
	reads("10.0.1.0 - 10.0.1.255 64500\n"
	      "table: record at byte 0: the table of peers is cut\n"
	      "table: record at byte 82: a path is of a peer that the table does not have\n");
}

static void
a_file_that_is_cut_gives_what_is_before(void **state)
{
	peers();
	add_route(1, 0, 64500);
	add_route(2, 0, 64500);
	table.at -= 1;
	reads("10.0.1.0 - 10.0.1.255 64500\n61 table: byte 83: the file ends in this record\n");
	table.at = bytes + 83 + 5;
	reads("10.0.1.0 - 10.0.1.255 64500\n61 table: byte 83: the file ends in this record\n");
	table.at = bytes + 83;
	reads("10.0.1.0 - 10.0.1.255 64500\n");
}

static void
a_record_longer_than_any_ends_the_reading(void **state)
{
	struct writer none = writer_on(bytes, 0);

	peers();
	add_route(1, 0, 64500);
	record(13, 4, &none);
	memset(table.at - 4, 0xff, 4);
	add_route(2, 0, 64500);
	reads("10.0.1.0 - 10.0.1.255 64500\n"
	      "74 table: byte 83: the record here is longer than any is\n");
}

static void
what_is_no_table_is_refused(void **state)
{
	struct writer none = writer_on(bytes, 0);
	const char *expected =
		"74 table: byte 0: this is no routing table in MRT's TABLE_DUMP_V2\n";

	reads(expected);
	record(16, 4, &none);
	reads(expected);
	table = writer_on(bytes, sizeof(bytes));
	writer_bytes(&table, "192.0.2.0,192.0.2.255,64500\n", 28);
	reads(expected);
}

static void
a_registry_takes_the_more_specific_of_several_tables(void **state)
{
	struct registries_text world;
	uint8_t of[64];
	struct writer body = writer_on(of, sizeof(of));

	registries_text_init(&world);
	peers();
	writer_u32(&body, 0);
	writer_u8(&body, 25); /* 10.0.1.0/25, to which a peer that is none has a path, too */
	writer_u32(&body, 0x0a000100);
	writer_u16(&body, 2);
	add_entry(&body, 0, 64500);
	add_entry(&body, 7, 64500);
	record(13, 2, &body);
	registries_text_add(&world, "mrt", bytes, writer_length(&table));
	registries_text_add(&world, "asn", "10.0.1.0/24\t64501\n", 18);
	assert_string_equal(buffer_string(&world.said),
		"record at byte 44: a path is of a peer that the table does not have\n");
	assert_int_equal(world.registries->troubles, 1);
	assert_int_equal(world.registries->routes.prefixes, 1);
	assert_int_equal(world.registries->routes.faults[MRT_PEER], 1);
	registries_text_settle(&world);
	assert_int_equal(world.registries->announced[RANGE_IPV4].piece_count, 3);
	assert_int_equal(world.registries->announced[RANGE_IPV4].pieces[0].value, 64501);
	assert_int_equal(world.registries->announced[RANGE_IPV4].pieces[1].value, 64502);
	assert_true(world.registries->announced[RANGE_IPV4].pieces[1].low == 0x0a000180);
	registries_text_done(&world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
			the_origin_is_what_most_peers_say_of_equals_the_lowest, begin),
		cmocka_unit_test_setup(damage_loses_what_is_behind_it_in_its_record, begin),
		cmocka_unit_test_setup(a_cut_table_of_peers_has_those_before_the_cut, begin),
		cmocka_unit_test_setup(a_file_that_is_cut_gives_what_is_before, begin),
		cmocka_unit_test_setup(a_record_longer_than_any_ends_the_reading, begin),
		cmocka_unit_test_setup(what_is_no_table_is_refused, begin),
		cmocka_unit_test_setup(a_registry_takes_the_more_specific_of_several_tables, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
