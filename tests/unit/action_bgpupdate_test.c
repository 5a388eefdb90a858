/* SPDX-License-Identifier: BSD-2-Clause */
#include "action/bgpupdate.h"
#include "unit.h"

#include <errno.h>

#define MARKER         "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
#define BYTES(literal) (literal), sizeof(literal) - 1
#define RULE           "\x0c\x02\x20\xc0\x00\x02\x07\x03\x81\x06\x05\x81\x19"

static uint8_t bytes[2 * BGP_MESSAGE];
static const struct bgpupdate_sender external = {.is_external = true, .has_four_octets = true};

static size_t
write_one(enum bgp_family family, const struct bgp_path *path, const char *route, size_t size)
{
	struct writer writer = writer_on(bytes, sizeof(bytes));
	struct bgpupdate update;

	bgpupdate_begin(&update, &writer, family, path);
	assert_true(bgpupdate_add(&update, (const uint8_t *)route, size));
	bgpupdate_end(&update, &writer);
	return writer_length(&writer);
}

static void
check(size_t length, const char *expected, size_t size)
{
	assert_int_equal(length, size);
	assert_memory_equal(bytes, expected, size);
}

static void
a_rule_is_announced_inside_the_as(void **state)
{
	struct bgp_path path = {.as = 64500,
		.local_pref = 100,
		.has_four_octets = true,
		.extended = UINT64_C(0x8006fbf400000000)};

	check(write_one(BGP_FLOW4, &path, BYTES(RULE)),
		BYTES(MARKER "\x00\x46\x02\x00\x00\x00\x2f"
			     "\x90\x0e\x00\x12\x00\x01\x85\x00\x00" RULE "\x40\x01\x01\x00"
			     "\x40\x02\x00\x40\x05\x04\x00\x00\x00\x64"
			     "\xc0\x10\x08\x80\x06\xfb\xf4\x00\x00\x00\x00"));
	(void)state;
}

static void
a_rule_is_announced_to_another_as(void **state)
{
	struct bgp_path path = {.as = 4200000500,
		.is_external = true,
		.has_four_octets = true,
		.extended = UINT64_C(0x8006ebf400000000)};

	check(write_one(BGP_FLOW4, &path, BYTES(RULE)),
		BYTES(MARKER "\x00\x45\x02\x00\x00\x00\x2e"
			     "\x90\x0e\x00\x12\x00\x01\x85\x00\x00" RULE "\x40\x01\x01\x00"
			     "\x40\x02\x06\x02\x01\xfa\x56\xeb\xf4"
			     "\xc0\x10\x08\x80\x06\xeb\xf4\x00\x00\x00\x00"));
	(void)state;
}

static void
an_old_peer_gets_23456_and_the_long_path_beside_it(void **state)
{
	struct bgp_path path = {.as = 4200000500, .is_external = true};

	check(write_one(BGP_FLOW4, &path, BYTES(RULE)),
		BYTES(MARKER "\x00\x41\x02\x00\x00\x00\x2a"
			     "\x90\x0e\x00\x12\x00\x01\x85\x00\x00" RULE "\x40\x01\x01\x00"
			     "\x40\x02\x04\x02\x01\x5b\xa0"
			     "\xc0\x11\x06\x02\x01\xfa\x56\xeb\xf4"));
	(void)state;
}

static void
a_rule_is_withdrawn(void **state)
{
	check(write_one(BGP_FLOW4, NULL, BYTES(RULE)),
		BYTES(MARKER "\x00\x2b\x02\x00\x00\x00\x14\x90\x0f\x00\x10\x00\x01\x85" RULE));
	(void)state;
}

static void
an_ipv4_black_hole_is_written_as_every_peer_knows_it(void **state)
{
	struct bgp_path path = {.as = 64500,
		.is_external = true,
		.has_four_octets = true,
		.community = {0xffff029a, 0xffffff01},
		.communities = 2};

	path.next_hop = address_from_v4(0xc0000201);
	check(write_one(BGP_UNICAST4, &path, BYTES("\x20\xc0\x00\x02\x07")),
		BYTES(MARKER "\x00\x3b\x02\x00\x00\x00\x1f\x40\x01\x01\x00"
			     "\x40\x02\x06\x02\x01\x00\x00\xfb\xf4\x40\x03\x04\xc0\x00\x02\x01"
			     "\xc0\x08\x08\xff\xff\x02\x9a\xff\xff\xff\x01\x20\xc0\x00\x02\x07"));
	check(write_one(BGP_UNICAST4, NULL, BYTES("\x20\xc0\x00\x02\x07")),
		BYTES(MARKER "\x00\x1c\x02\x00\x05\x20\xc0\x00\x02\x07\x00\x00"));
	(void)state;
}

static void
an_ipv6_black_hole_has_its_next_hop_in_the_first_attribute(void **state)
{
	struct bgp_path path = {.as = 64500, .local_pref = 100};

	assert_int_equal(address_parse(TEXT("100::1"), &path.next_hop), 0);
	check(write_one(BGP_UNICAST6, &path, BYTES("\x20\x20\x01\x0d\xb8")),
		BYTES(MARKER "\x00\x43\x02\x00\x00\x00\x2c\x90\x0e\x00\x1a\x00\x02\x01\x10"
			     "\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01"
			     "\x00\x20\x20\x01\x0d\xb8\x40\x01\x01\x00\x40\x02\x00"
			     "\x40\x05\x04\x00\x00\x00\x64"));
	(void)state;
}

static void
the_end_of_rib_is_that_of_its_family(void **state)
{
	struct writer writer = writer_on(bytes, sizeof(bytes));

	bgpupdate_write_end_of_rib(&writer, BGP_FLOW6);
	check(writer_length(&writer),
		BYTES(MARKER "\x00\x1d\x02\x00\x00\x00\x06\x80\x0f\x03\x00\x02\x85"));
	writer = writer_on(bytes, sizeof(bytes));
	bgpupdate_write_end_of_rib(&writer, BGP_UNICAST4);
	check(writer_length(&writer), BYTES(MARKER "\x00\x17\x02\x00\x00\x00\x00"));
	(void)state;
}

/* In each family, announced and withdrawn: as many as fit, and never more than a message. */
static void
a_message_is_filled_to_its_limit(void **state)
{
	struct bgp_path path = {
		.as = 64500, .is_external = true, .has_four_octets = true, .extended = 1};

	for (unsigned i = 0; i < 2 * BGP_FAMILIES; i++) {
		struct writer writer = writer_on(bytes, sizeof(bytes));
		enum bgp_family family = (enum bgp_family)(i / 2);
		bool is_flow = family == BGP_FLOW4 || family == BGP_FLOW6;
		size_t size = is_flow ? sizeof(RULE) - 1 : 5;
		const char *route = is_flow ? RULE : "\x20\xc0\x00\x02\x07";
		struct bgpupdate_seen seen;
		struct bgp_message message;
		struct bgp_error error;
		struct bgpupdate update;
		struct reader reader;
		unsigned count = 0;

		bgpupdate_begin(&update, &writer, family, i % 2 ? NULL : &path);
		while (bgpupdate_add(&update, (const uint8_t *)route, size))
			count++;
		bgpupdate_end(&update, &writer);
		assert_in_range(writer_length(&writer), BGP_MESSAGE - size + 1, BGP_MESSAGE);
		reader = reader_on(bytes, writer_length(&writer));
		assert_int_equal(bgp_read(&reader, &message, &error), 1);
		assert_int_equal(reader_left(&reader), 0);
		assert_int_equal(bgpupdate_read(message.body, external, &seen, &error), 0);
		assert_int_equal(i % 2 ? seen.withdrawn : seen.announced, count);
		assert_int_equal(i % 2 ? seen.announced : seen.withdrawn, 0);
		assert_false(seen.is_damaged || seen.is_end_of_rib);
	}
	(void)state;
}

static int
read_body(const char *body, size_t size, struct bgpupdate_seen *ret, struct bgp_error *error)
{
	return bgpupdate_read(reader_on(body, size), external, ret, error);
}

static void
the_ends_of_rib_are_read(void **state)
{
	struct bgpupdate_seen seen;
	struct bgp_error error;

	assert_int_equal(read_body(BYTES("\x00\x00\x00\x00"), &seen, &error), 0);
	assert_true(seen.is_end_of_rib);
	assert_int_equal(
		read_body(BYTES("\x00\x00\x00\x06\x80\x0f\x03\x00\x01\x85"), &seen, &error), 0);
	assert_true(seen.is_end_of_rib);
	assert_int_equal(read_body(BYTES("\x00\x01\x00\x00\x00"), &seen, &error), 0);
	assert_false(seen.is_end_of_rib);
	assert_int_equal(seen.withdrawn, 1);
	(void)state;
}

/* RFC 7606: what ends the session ... */
static void
errors_that_hide_routes_end_the_session(void **state)
{
	static const struct {
		const char *body;
		size_t size;
		unsigned subcode;
	} wrong[] = {
		/* Total lengths. */
		{BYTES("\x00\x01\x00\x00"), BGP_UPDATE_BAD_LIST},
		{BYTES("\x00\x00\x00\x01"), BGP_UPDATE_BAD_LIST},
		/* Routes that do not end with their field, or are too long. */
		{BYTES("\x00\x02\x18\x0a\x00\x00"), BGP_UPDATE_BAD_NETWORK},
		{BYTES("\x00\x06\x21\x0a\x00\x00\x00\x00\x00\x00"), BGP_UPDATE_BAD_NETWORK},
		{BYTES("\x00\x00\x00\x00\x18\x0a"), BGP_UPDATE_BAD_NETWORK},
		/* MP_UNREACH twice, too short, with wrong flags, of FlowSpec with a rule that is cut off. */
		{BYTES("\x00\x00\x00\x0c\x80\x0f\x03\x00\x01\x85\x80\x0f\x03\x00\x01\x85"),
			BGP_UPDATE_BAD_LIST},
		{BYTES("\x00\x00\x00\x05\x80\x0f\x02\x00\x01"), BGP_UPDATE_BAD_OPTIONAL},
		{BYTES("\x00\x00\x00\x06\x40\x0f\x03\x00\x01\x85"), BGP_UPDATE_BAD_OPTIONAL},
		{BYTES("\x00\x00\x00\x08\x80\x0f\x05\x00\x01\x85\x02\x01"),
			BGP_UPDATE_BAD_OPTIONAL},
		/* MP_REACH of IPv6 with a next hop of 4 bytes. */
		{BYTES("\x00\x00\x00\x0c\x80\x0e\x09\x00\x02\x01\x04\x0a\x00\x00\x01\x00"),
			BGP_UPDATE_BAD_OPTIONAL},
		/* A broken attribute, and no route to withdraw for it (RFC 7606 s5.2). */
		{BYTES("\x00\x00\x00\x03\x40\x01\x00"), BGP_UPDATE_BAD_LIST},
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct bgpupdate_seen seen = {.announced = 77};
		struct bgp_error error = {0};

		assert_int_equal(read_body(wrong[i].body, wrong[i].size, &seen, &error), -EBADMSG);
		assert_int_equal(error.code, BGP_UPDATE_ERROR);
		assert_int_equal(error.subcode, wrong[i].subcode);
		assert_int_equal(seen.announced, 77);
	}
	(void)state;
}

/* What each route must have: ORIGIN, AS_PATH, NEXT_HOP. */
#define NEEDED "\x40\x01\x01\x00\x40\x02\x06\x02\x01\x00\x00\xfb\xf5\x40\x03\x04\x0a\x63\x00\x02"

/* ... and what does not. Behind the attributes there is one route. */
static void
errors_beside_routes_only_take_the_routes(void **state)
{
	static const struct {
		const char *list;
		size_t size;
		bool is_damaged;
	} odd[] = {
		{BYTES(NEEDED), false},
		/* One of the three is missing. */
		{BYTES(""), true},
		{BYTES("\x40\x01\x01\x00\x40\x02\x00"), true},
		{BYTES("\x40\x01\x01\x00\x40\x03\x04\x0a\x63\x00\x02"), true},
		/* ORIGIN without a value, with another one, with wrong flags. */
		{BYTES("\x40\x01\x00" NEEDED), true},
		{BYTES("\x40\x01\x01\x03" NEEDED), true},
		{BYTES("\x80\x01\x01\x00" NEEDED), true},
		/* AS_PATH with a segment that is cut off, empty, of no type. */
		{BYTES("\x40\x02\x04\x02\x01\xfb\xf5" NEEDED), true},
		{BYTES("\x40\x02\x02\x02\x00" NEEDED), true},
		{BYTES("\x40\x02\x06\x05\x01\x00\x00\xfb\xf5" NEEDED), true},
		/* The list is cut off. NEXT_HOP of 3 bytes, communities of 3, an extended one of 4. */
		{BYTES(NEEDED "\x40\x01\x05"), true},
		{BYTES(NEEDED "\x40"), true},
		{BYTES("\x40\x03\x03\x0a\x00\x00" NEEDED), true},
		{BYTES(NEEDED "\xc0\x08\x03\x0a\x00\x00"), true},
		{BYTES(NEEDED "\xc0\x10\x04\x0a\x00\x00\x00"), true},
		/* The first one counts. */
		{BYTES(NEEDED "\x40\x01\x00"), false},
		/* One that is not known; AGGREGATOR of a wrong length; LOCAL_PREF from another AS. */
		{BYTES(NEEDED "\xc0\xfe\x01\x00"), false},
		{BYTES(NEEDED "\xc0\x07\x01\x00"), false},
		{BYTES(NEEDED "\x40\x05\x01\x00"), false},
	};

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		struct writer writer = writer_on(bytes, sizeof(bytes));
		struct bgpupdate_seen seen;
		struct bgp_error error;

		writer_u16(&writer, 0);
		writer_u16(&writer, (uint16_t)odd[i].size);
		writer_bytes(&writer, odd[i].list, odd[i].size);
		writer_u16(&writer, 0x080a);
		assert_int_equal(
			read_body((char *)bytes, writer_length(&writer), &seen, &error), 0);
		assert_int_equal(seen.announced, 1);
		assert_int_equal(seen.is_damaged, odd[i].is_damaged);
		assert_false(seen.is_end_of_rib);
	}
	(void)state;
}

static void
local_pref_and_short_numbers_are_those_of_the_session(void **state)
{
	static const char pref[] =
		"\x00\x00\x00\x12\x40\x01\x01\x00\x40\x02\x00\x40\x03\x04\x0a\x63\x00\x02"
		"\x40\x05\x01\x00\x08\x0a";
	static const char path[] = "\x00\x00\x00\x12\x40\x01\x01\x00\x40\x02\x04\x02\x01\xfb\xf5"
				   "\x40\x03\x04\x0a\x63\x00\x02\x08\x0a";
	struct bgpupdate_sender internal = {.has_four_octets = true}, old = {.is_external = true};
	struct bgpupdate_seen seen;
	struct bgp_error error;

	assert_int_equal(bgpupdate_read(reader_on(BYTES(pref)), internal, &seen, &error), 0);
	assert_true(seen.is_damaged);
	assert_int_equal(bgpupdate_read(reader_on(BYTES(path)), old, &seen, &error), 0);
	assert_false(seen.is_damaged);
	assert_int_equal(bgpupdate_read(reader_on(BYTES(path)), external, &seen, &error), 0);
	assert_true(seen.is_damaged);
	(void)state;
}

/* RFC 8955 s4.3, RFC 8956 s3.8.2, and a rule of 240 bytes, whose length has two (RFC 8955 s4.1). */
static void
rules_of_others_are_counted_by_their_lengths(void **state)
{
	static const char flow4[] = "\x0b\x01\x18\xc0\x00\x02\x03\x81\x06\x04\x81\x19"
				    "\x12\x01\x18\xc0\x00\x02\x02\x18\xcb\x00\x71\x04\x03\x89"
				    "\x45\x8b\x91\x1f\x90";
	static const char flow6[] = "\x0f\x01\x20\x00\x20\x01\x0d\xb8\x02\x68\x41\x24\x68\xac"
				    "\xf1\x34";
	struct bgpupdate_seen seen;
	struct bgp_error error;
	struct writer writer;
	static uint8_t body[4 + 4 + 3 + 242];

	for (int i = 0; i < 3; i++) {
		size_t size = i == 0 ? sizeof(flow4) - 1 : i == 1 ? sizeof(flow6) - 1 : 242;

		writer = writer_on(body, sizeof(body));
		writer_u16(&writer, 0);
		writer_u16(&writer, (uint16_t)(7 + size));
		writer_u16(&writer, 0x900f);
		writer_u16(&writer, (uint16_t)(3 + size));
		writer_u16(&writer, i == 1 ? 2 : 1);
		writer_u8(&writer, 133);
		if (i < 2)
			writer_bytes(&writer, i == 0 ? flow4 : flow6, size);
		else
			writer_u16(&writer, 0xf0f0);
		if (i == 2)
			(void)writer_take(&writer, 240);
		assert_false(writer.failed);
		assert_int_equal(read_body((char *)body, writer_length(&writer), &seen, &error), 0);
		assert_int_equal(seen.withdrawn, i == 0 ? 2 : 1);
	}
	(void)state;
}

static void
families_that_are_not_known_are_passed_over(void **state)
{
	struct bgpupdate_seen seen;
	struct bgp_error error;

	/* EVPN (25/70), whose routes have types. */
	assert_int_equal(read_body(BYTES("\x00\x00\x00\x0c\x80\x0e\x09\x00\x19\x46\x00\x00\x05\x01"
					 "\x02\x03"),
				 &seen, &error),
		0);
	assert_int_equal(seen.announced, 1);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_is_announced_inside_the_as),
		cmocka_unit_test(a_rule_is_announced_to_another_as),
		cmocka_unit_test(an_old_peer_gets_23456_and_the_long_path_beside_it),
		cmocka_unit_test(a_rule_is_withdrawn),
		cmocka_unit_test(an_ipv4_black_hole_is_written_as_every_peer_knows_it),
		cmocka_unit_test(an_ipv6_black_hole_has_its_next_hop_in_the_first_attribute),
		cmocka_unit_test(the_end_of_rib_is_that_of_its_family),
		cmocka_unit_test(a_message_is_filled_to_its_limit),
		cmocka_unit_test(the_ends_of_rib_are_read),
		cmocka_unit_test(errors_that_hide_routes_end_the_session),
		cmocka_unit_test(errors_beside_routes_only_take_the_routes),
		cmocka_unit_test(local_pref_and_short_numbers_are_those_of_the_session),
		cmocka_unit_test(rules_of_others_are_counted_by_their_lengths),
		cmocka_unit_test(families_that_are_not_known_are_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
