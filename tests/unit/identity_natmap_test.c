/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/natmap.h"
#include "unit.h"

#include <errno.h>

static const struct wall now = {INT64_C(1700000000) * WALL_SECOND};

static struct natmap
map_of(const char *text)
{
	struct natmap map;
	struct fail fail;

	assert_int_equal(natmap_parse(text_of(text), &map, &fail), 0);
	return map;
}

static struct address
address_of(const char *text)
{
	struct address address;

	assert_int_equal(address_parse(text_of(text), &address), 0);
	return address;
}

static const char *
outside(const struct natmap *map, const char *inside)
{
	static char text[LINE_NAME];
	struct address address = address_of(inside);
	struct line_name name;

	return natmap_outside(map, &address, &name) < 0 ? "" : line_name_format(&name, text);
}

static const char *
inside(const struct natmap *map, const char *address_text, uint16_t port)
{
	static char text[LINE_NAME];
	struct address address = address_of(address_text);
	struct line_name name;
	int r = natmap_inside(map, &address, port, now, 120, &name);

	return r == -ENOTUNIQ ? "shared" : r < 0 ? "" : line_name_format(&name, text);
}

/* RFC 7422 s2.3. */
static void
the_example_of_the_rfc_comes_out(void **state)
{
	struct natmap map = map_of("198.51.100.0/28 192.0.2.1 ports 4032 skip-ends");

	assert_string_equal(outside(&map, "198.51.100.1"), "192.0.2.1:1024-5055");
	assert_string_equal(outside(&map, "198.51.100.2"), "192.0.2.1:5056-9087");
	assert_string_equal(outside(&map, "198.51.100.14"), "192.0.2.1:53440-57471");
	assert_string_equal(outside(&map, "198.51.100.0"), "");
	assert_string_equal(outside(&map, "198.51.100.15"), "");
	assert_string_equal(outside(&map, "198.51.100.16"), "");
	assert_string_equal(inside(&map, "192.0.2.1", 2001), "198.51.100.1");
	assert_string_equal(inside(&map, "192.0.2.1", 5056), "198.51.100.2");
	assert_string_equal(inside(&map, "192.0.2.1", 57471), "198.51.100.14");
	/* Reserved, dynamic, and not told. */
	assert_string_equal(inside(&map, "192.0.2.1", 1023), "shared");
	assert_string_equal(inside(&map, "192.0.2.1", 57472), "shared");
	assert_string_equal(inside(&map, "192.0.2.1", 65535), "shared");
	assert_string_equal(inside(&map, "192.0.2.1", 0), "shared");
	assert_string_equal(inside(&map, "192.0.2.2", 2001), "");
	assert_string_equal(inside(&map, "2001:db8::1", 2001), "");
}

static void
both_orders_give_each_subscriber_a_block_of_its_own(void **state)
{
	static const char *const maps[] = {
		"100.64.0.0/22 203.0.113.0/28 ports 1008",
		"100.64.0.0/22 203.0.113.0/28 ports 1008 spread",
		"100.64.0.0/22 203.0.113.0/28 ports 1008 spread skip-ends",
		"100.64.0.0/24 203.0.113.0/28 ports 64 first 5000",
		"2001:db8::/48 203.0.113.0/28 ports 1008",
		"2001:db8::/54 203.0.113.0/28 ports 1008 line /64 spread",
		"10.0.0.1 203.0.113.1 ports 64512",
		"10.0.0.0/31 203.0.113.1 ports 32768 first 0",
	};

	for (size_t m = 0; m < sizeof(maps) / sizeof(*maps); m++) {
		struct natmap map = map_of(maps[m]);
		unsigned found = 0;

		for (unsigned a = 0; a < 16; a++) {
			struct line_name last = {.length = 0};

			for (unsigned port = 1; port < 65536; port += 8) {
				struct address address = address_from_v4(0xcb007100 + a);
				struct line_name name, back;

				if (natmap_inside(&map, &address, (uint16_t)port, now, 120, &name) <
					0)
					continue;
				assert_int_equal(natmap_outside(&map, &name.address, &back), 0);
				assert_true(address_equal(&back.address, &address));
				assert_true(back.low <= port && port <= back.high);
				found += memcmp(&name, &last, sizeof(name)) != 0;
				last = name;
			}
		}
		/* Each of them, and each once. */
		assert_int_equal(
			found, (1U << (map.length - map.inside.length)) - (map.skips_ends ? 2 : 0));
	}
}

static void
orders_differ_as_they_say(void **state)
{
	struct natmap fill = map_of("100.64.0.0/24 203.0.113.0/28 ports 2016");
	struct natmap spread = map_of("100.64.0.0/24 203.0.113.0/28 ports 2016 spread");

	assert_string_equal(outside(&fill, "100.64.0.1"), "203.0.113.0:3040-5055");
	assert_string_equal(outside(&fill, "100.64.0.32"), "203.0.113.1:1024-3039");
	assert_string_equal(outside(&spread, "100.64.0.1"), "203.0.113.1:1024-3039");
	assert_string_equal(outside(&spread, "100.64.0.16"), "203.0.113.0:3040-5055");
}

static void
a_map_holds_from_when_until_when_and_near_its_ends_it_is_doubtful(void **state)
{
	struct natmap map = map_of("198.51.100.0/28 192.0.2.1 ports 4032 skip-ends "
				   "from 2023-11-14T22:13:20Z until 2023-11-14T22:30:00Z");
	struct address address = address_of("192.0.2.1");
	struct line_name name;
	static const struct {
		int64_t at;
		int r;
	} asked[] = {{-121, -ENOENT}, {-120, -EAGAIN}, {120, -EAGAIN}, {121, 0}, {879, 0},
		{880, -EAGAIN}, {1120, -EAGAIN}, {1121, -ENOENT}};

	assert_int_equal(map.from.us, now.us);
	for (size_t i = 0; i < sizeof(asked) / sizeof(*asked); i++) {
		struct wall at = {now.us + asked[i].at * WALL_SECOND};

		assert_int_equal(natmap_inside(&map, &address, 2001, at, 120, &name), asked[i].r);
	}
}

/* Wherever natmap_meet says so, and nowhere else, some port has two subscribers. */
static void
maps_meet_where_a_port_has_two_subscribers(void **state)
{
	static const char *const maps[] = {
		"100.64.0.0/26 203.0.113.0/32 ports 1008",
		"100.64.0.64/26 203.0.113.0/32 ports 1008",
		"100.64.0.64/26 203.0.113.1/32 ports 1008",
		"100.64.1.0/27 203.0.113.0/32 ports 1008",
		"100.64.1.32/27 203.0.113.0/32 ports 1008 first 33280",
		"100.64.1.32/27 203.0.113.0/32 ports 1008 first 33279",
		"100.64.2.0/30 203.0.113.0/30 ports 16128 spread",
		"100.64.2.0/30 203.0.113.0/30 ports 16128",
		"100.64.2.8/29 203.0.113.0/30 ports 16128 skip-ends",
		"100.64.2.8/29 203.0.113.0/30 ports 16128 skip-ends spread",
		"100.64.3.0/31 203.0.113.2/31 ports 10000 first 17152",
		"100.64.3.0/31 203.0.113.2/31 ports 10000 first 17152 spread",
		"2001:db8::/54 203.0.113.3 ports 10000",
	};
	unsigned meets = 0;

	for (size_t m = 0; m < sizeof(maps) / sizeof(*maps); m++) {
		for (size_t n = 0; n < m; n++) {
			struct natmap one = map_of(maps[m]), other = map_of(maps[n]);
			bool is_twice = false;

			for (unsigned i = 0; i < 4 * 65536 && !is_twice; i++) {
				struct address address = address_from_v4(0xcb007100 + i / 65536);
				uint16_t port = (uint16_t)i;
				struct line_name name;

				is_twice =
					natmap_inside(&one, &address, port, now, 0, &name) == 0 &&
					natmap_inside(&other, &address, port, now, 0, &name) == 0;
			}
			assert_int_equal(natmap_meet(&one, &other), is_twice);
			assert_int_equal(natmap_meet(&other, &one), is_twice);
			meets += is_twice;
		}
	}
	assert_true(meets > 20 && meets < 70);
}

static void
maps_of_times_that_follow_each_other_do_not_meet(void **state)
{
	struct natmap one = map_of("100.64.0.0/26 203.0.113.0/32 ports 1008");
	struct natmap other = map_of("100.64.0.64/26 203.0.113.0/32 ports 1008");

	assert_int_equal(map_of("10.0.0.1 192.0.2.1 ports 9 from 2023-11-14").from.us,
		now.us - (22 * 3600 + 13 * 60 + 20) * WALL_SECOND);
	one.until = now;
	assert_true(natmap_meet(&one, &other));
	other.from.us = now.us - 1;
	assert_true(natmap_meet(&one, &other) && natmap_meet(&other, &one));
	other.from = now;
	assert_false(natmap_meet(&one, &other) || natmap_meet(&other, &one));
}

static void
maps_that_do_not_fit_are_refused_with_a_sentence(void **state)
{
	static const char *const bad[] = {
		"",
		"100.64.0.0/22",
		"100.64.0.0/22 203.0.113.0/28",
		"100.64.0.1/22 203.0.113.0/28 ports 1008",
		"100.64.0.0/22 2001:db8::/64 ports 1008",
		"100.64.0.0/22 203.0.113.0/28 ports 0",
		"100.64.0.0/22 203.0.113.0/28 ports 1009",
		"100.64.0.0/22 203.0.113.0/28 ports 65536",
		"100.64.0.0/22 203.0.113.0/28 ports 1008 first 65535",
		"100.64.0.0/22 203.0.113.0/28 ports 1008 line /56",
		"100.64.0.0/22 203.0.113.0/28 ports 1008 sideways",
		"100.64.0.0/31 203.0.113.0/28 ports 1008 skip-ends",
		"2001:db8::/16 203.0.113.0/28 ports 1008 line /64",
		"2001:db8::/56 203.0.113.0/28 ports 1008 line /48",
		"2001:db8::/56 203.0.113.0/28 ports 1008 line /65",
		"2001:db8::/56 203.0.113.0/28 ports 1008 line",
		"::/0 203.0.113.0/28 ports 1008",
		"100.64.0.0/22 203.0.113.0/28 ports 1008 from",
		"100.64.0.0/22 203.0.113.0/28 ports 1008 from 1970-01-01",
		"100.64.0.0/22 203.0.113.0/28 ports 1008 until 2026-02-30",
		"100.64.0.0/22 203.0.113.0/28 ports 1008 until 2026-02-03T",
		"100.64.0.0/22 203.0.113.0/28 ports 1008 until 2026-02-03T24:00:00Z",
		"100.64.0.0/22 203.0.113.0/28 ports 1008 until 2026-02-03T10:00:60Z",
		"100.64.0.0/22 203.0.113.0/28 ports 1008 until 2026-02-03T10:00:00",
		"100.64.0.0/22 203.0.113.0/28 ports 1008 until 2026-02-03T10:00:00+01:00",
		"100.64.0.0/22 203.0.113.0/28 ports 1008 from 2026-02-04 until 2026-02-04",
		"::ffff:0:0/90 203.0.113.0/28 ports 1008",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct fail fail = {0};
		struct natmap map;

		assert_int_equal(natmap_parse(text_of(bad[i]), &map, &fail), -EINVAL);
		assert_true(fail.what[0] != '\0');
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_of_the_rfc_comes_out),
		cmocka_unit_test(both_orders_give_each_subscriber_a_block_of_its_own),
		cmocka_unit_test(orders_differ_as_they_say),
		cmocka_unit_test(a_map_holds_from_when_until_when_and_near_its_ends_it_is_doubtful),
		cmocka_unit_test(maps_meet_where_a_port_has_two_subscribers),
		cmocka_unit_test(maps_of_times_that_follow_each_other_do_not_meet),
		cmocka_unit_test(maps_that_do_not_fit_are_refused_with_a_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
