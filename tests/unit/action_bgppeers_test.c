/* SPDX-License-Identifier: BSD-2-Clause */
#include "action/bgppeers.h"
#include "unit.h"

#include <errno.h>

static struct bgppeers peers;
static struct fail fail;

static int
parse(const char *text)
{
	fail = (struct fail){.what = ""};
	return bgppeers_parse(text_of(text), &peers, &fail);
}

static void
check_name(uint32_t peer, const char *expected)
{
	char name[BGPPEER_NAME];

	assert_true(peer < peers.count);
	assert_string_equal(bgppeer_name(&peers.peer[peer], name), expected);
}

static void
a_router_is_its_address_and_its_as(void **state)
{
	assert_int_equal(parse("192.0.2.1 as 64501"), 0);
	assert_int_equal(peers.count, 1);
	check_name(0, "192.0.2.1");
	assert_int_equal(peers.peer[0].as, 64501);
	assert_int_equal(peers.peer[0].port, 179);
	assert_int_equal(peers.peer[0].most, 0);
	assert_false(peers.peer[0].has_local);
	assert_false(peers.peer[0].has_ttl_security);
	assert_string_equal(peers.peer[0].password, "");
	(void)state;
}

static void
all_that_can_be_said_of_one_is_taken_in_any_order(void **state)
{
	const struct bgppeer *peer = &peers.peer[0];
	char local[ADDRESS_TEXT];

	assert_int_equal(parse("[2001:db8::1]:1790 ttl-security  most 500 hold 30 local "
			       "2001:db8::9 destination password-file /etc/lazaret/edge as "
			       "4200000500"),
		0);
	check_name(0, "[2001:db8::1]:1790");
	assert_int_equal(peer->as, 4200000500);
	assert_int_equal(peer->most, 500);
	assert_int_equal(peer->hold, 30);
	assert_true(peer->has_ttl_security);
	assert_true(peer->has_destination);
	assert_true(peer->has_local);
	assert_string_equal(address_format(&peer->local, local), "2001:db8::9");
	assert_string_equal(peer->password, "/etc/lazaret/edge");
	(void)state;
}

static void
several_have_semicolons_between(void **state)
{
	assert_int_equal(parse("192.0.2.1:1790 as 1; 2001:db8::1 as 2 most 7;192.0.2.1 as 3;"), 0);
	assert_int_equal(peers.count, 3);
	check_name(0, "192.0.2.1:1790");
	check_name(1, "2001:db8::1");
	check_name(2, "192.0.2.1");
	assert_int_equal(parse(""), 0);
	assert_int_equal(peers.count, 0);
	assert_int_equal(parse(" ; "), 0);
	assert_int_equal(peers.count, 0);
	(void)state;
}

static void
what_is_wrong_is_named(void **state)
{
	static const struct {
		const char *text, *what;
	} rows[] = {
		{"edge1 as 64501", "\"edge1\" is no address"},
		{"192.0.2.1", "without its AS number"},
		{"192.0.2.1 as 0", "\"0\" is no AS number"},
		{"192.0.2.1 as 4294967296", "no AS number"},
		{"192.0.2.1 as", "\"\" is no AS number"},
		{"192.0.2.1:0 as 1", "no address"},
		{"192.0.2.1:99999 as 1", "no address"},
		{"2001:db8::1]:179 as 1", "no address"},
		{"[]:179 as 1", "no address"},
		{": as 1", "no address"},
		{"192.0.2.1 as 1 local 2001:db8::9", "another family"},
		{"192.0.2.1 as 1 local here", "no address behind local"},
		{"192.0.2.1 as 1 password-file secret", "no path"},
		{"192.0.2.1 as 1 most 0", "no number of rules"},
		{"192.0.2.1 as 1 hold 2", "no hold time"},
		{"192.0.2.1 as 1 passive", "\"passive\" is no word"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(parse(rows[i].text), -EINVAL);
		if (strstr(fail.what, rows[i].what) == NULL)
			fail_msg("%s: %s", rows[i].text, fail.what);
		assert_non_null(strstr(fail.hint, "ADDRESS[:PORT] as NUMBER"));
	}
	assert_int_equal(parse("192.0.2.1 as 1; 192.0.2.1:179 as 2"), -EEXIST);
	(void)state;
}

static void
more_routers_than_there_is_room_for_are_refused(void **state)
{
	struct buffer text;

	buffer_init(&text, 4096);
	for (int i = 1; i <= BGPPEERS; i++)
		buffer_print(&text, "192.0.2.%d as 1;", i);
	assert_int_equal(parse(buffer_string(&text)), 0);
	assert_int_equal(peers.count, BGPPEERS);
	buffer_print(&text, "192.0.2.99 as 1;");
	assert_int_equal(parse(buffer_string(&text)), -E2BIG);
	buffer_done(&text);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_router_is_its_address_and_its_as),
		cmocka_unit_test(all_that_can_be_said_of_one_is_taken_in_any_order),
		cmocka_unit_test(several_have_semicolons_between),
		cmocka_unit_test(what_is_wrong_is_named),
		cmocka_unit_test(more_routers_than_there_is_room_for_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
