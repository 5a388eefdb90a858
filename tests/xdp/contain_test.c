/* SPDX-License-Identifier: BSD-2-Clause */
/* The filter of port 25, each of its branches. */
#include "contained.h"

#include <stdlib.h>

static void
a_blocked_line_reaches_no_port_25_and_is_not_reached_there(void **state)
{
	NEEDS_ROOT();
	add(LINESET_BLOCK4, BUSINESS);
	assert_int_equal(connect_to(BUSINESS, FAR, 25), DROP);
	assert_int_equal(connect_to(FAR, BUSINESS, 25), DROP);
	assert_int_equal(connect_to(BUSINESS, MAIL, 25), DROP);
	assert_int_equal(connect_to("198.51.100.8", FAR, 25), PASS);
	assert_int_equal(counted(RULESET_LINE), 3);
	assert_int_equal(order(NFTSOCKET_REMOVE, LINESET_BLOCK4, BUSINESS), 1);
	assert_int_equal(connect_to(BUSINESS, FAR, 25), PASS);
	assert_int_equal(order(NFTSOCKET_REMOVE, LINESET_BLOCK4, BUSINESS), 0);
}

static void
other_ports_and_other_protocols_pass(void **state)
{
	NEEDS_ROOT();
	add(LINESET_BLOCK4, BAD);
	add(LINESET_BLOCK6_64, "2001:db8:1:66::");
	assert_int_equal(connect_to(BAD, FAR, 25), DROP);
	assert_int_equal(connect_to(BAD, FAR, 587), PASS);
	assert_int_equal(connect_to(BAD, FAR, 465), PASS);
	assert_int_equal(connect_to(BAD, FAR, 443), PASS);
	assert_int_equal(connect_to(BAD, FAR, 25 << 8), PASS);
	assert_int_equal(connect_to(BAD6, FAR6, 587), PASS);
	assert_int_equal(connect_to(BAD6, FAR6, 465), PASS);
	assert_int_equal(
		shoot((struct shot){.from = BAD, .to = FAR, .target = 25, .protocol = 17}), PASS);
	assert_int_equal(
		shoot((struct shot){.from = BAD6, .to = FAR6, .target = 25, .protocol = 17}), PASS);
}

static void
prefixes_of_each_length_are_blocked_and_no_others(void **state)
{
	NEEDS_ROOT();
	add(LINESET_BLOCK6_64, "2001:db8:7:66::");
	add(LINESET_BLOCK6_56, "2001:db8:7:4200::");
	add(LINESET_BLOCK6_48, "2001:db8:9::");
	assert_int_equal(connect_to("2001:db8:7:66::2", FAR6, 25), DROP);
	assert_int_equal(connect_to(FAR6, "2001:db8:7:66:ffff::2", 25), DROP);
	assert_int_equal(connect_to("2001:db8:7:67::2", FAR6, 25), PASS);
	assert_int_equal(connect_to("2001:db8:7:42ff::2", FAR6, 25), DROP);
	assert_int_equal(connect_to("2001:db8:7:4300::2", FAR6, 25), PASS);
	assert_int_equal(connect_to("2001:db8:9:ffff::2", FAR6, 25), DROP);
	assert_int_equal(connect_to("2001:db8:a:ffff::2", FAR6, 25), PASS);
	/* What is of one length is not looked for in another one's set. */
	assert_int_equal(connect_to("2001:db8:7:4201::2", FAR6, 25), DROP);
	assert_int_equal(connect_to("2001:db8:7::2", FAR6, 25), PASS);
}

static void
a_length_that_no_line_has_is_not_there(void **state)
{
	struct ruleset_settings settings = settings_of(RULESET_ENFORCE);
	struct nftsocket_order one = {
		.element = {.set = LINESET_BLOCK6_48, .address = address_of("2001:db8:9::")}};
	const struct address line = one.element.address;

	NEEDS_ROOT();
	add(LINESET_BLOCK6_48, "2001:db8:9::");
	assert_int_equal(connect_to("2001:db8:9:1::2", FAR6, 25), DROP);
	settings.is_48 = false;
	assert_int_equal(xdpcontain_set(contain, &settings, &fail), 0);
	assert_int_equal(connect_to("2001:db8:9:1::2", FAR6, 25), PASS);
	assert_int_equal(xdpcontain_apply(contain, &one, 1, &fail), -EINVAL);
	assert_int_equal(xdpcontain_find(contain, LINESET_BLOCK6_48, &line), -ENOENT);
	/* It comes back empty: who was released meanwhile stays so. */
	set_mode(RULESET_ENFORCE);
	assert_int_equal(connect_to("2001:db8:9:1::2", FAR6, 25), PASS);
	assert_int_equal(xdpcontain_find(contain, LINESET_BLOCK6_48, &line), 0);
}

static void
residential_lines_have_port_25_in_no_direction(void **state)
{
	NEEDS_ROOT();
	assert_int_equal(connect_to(GOOD, FAR, 25), DROP);
	assert_int_equal(connect_to(GOOD6, FAR6, 25), DROP);
	assert_int_equal(counted(RULESET_OUT), 2);
	assert_int_equal(connect_to(FAR, GOOD, 25), DROP);
	assert_int_equal(connect_to(FAR6, GOOD6, 25), DROP);
	assert_int_equal(counted(RULESET_IN), 2);
	assert_int_equal(answer_from(FAR, GOOD, 25), DROP);
	assert_int_equal(answer_from(FAR6, GOOD6, 25), DROP);
	assert_int_equal(counted(RULESET_BACK), 2);
	assert_int_equal(connect_to(BUSINESS, FAR, 25), PASS);
	assert_int_equal(answer_from(FAR, BUSINESS, 25), PASS);
	assert_int_equal(answer_from(FAR, GOOD, 587), PASS);
	assert_int_equal(counted(RULESET_LINE), 0);
}

static void
the_operators_servers_are_reached_and_answer(void **state)
{
	NEEDS_ROOT();
	assert_int_equal(connect_to(GOOD, MAIL, 25), PASS);
	assert_int_equal(connect_to(GOOD6, MAIL6, 25), PASS);
	assert_int_equal(connect_to(MAIL, GOOD, 25), PASS);
	assert_int_equal(answer_from(MAIL, GOOD, 25), PASS);
	assert_int_equal(answer_from(MAIL6, GOOD6, 25), PASS);
	assert_int_equal(connect_to(GOOD, "192.0.2.28", 25), DROP);
	/* A block has no exception. */
	add(LINESET_BLOCK4, GOOD);
	assert_int_equal(connect_to(GOOD, MAIL, 25), DROP);
	assert_int_equal(connect_to(MAIL, GOOD, 25), DROP);
}

static void
exempt_lines_have_port_25_unless_they_are_blocked(void **state)
{
	NEEDS_ROOT();
	add(LINESET_EXEMPT4, GOOD);
	add(LINESET_EXEMPT6_64, "2001:db8:1:67::");
	add(LINESET_EXEMPT6_56, "2001:db8:1:4200::");
	assert_int_equal(connect_to(GOOD, FAR, 25), PASS);
	assert_int_equal(connect_to(FAR, GOOD, 25), PASS);
	assert_int_equal(answer_from(FAR, GOOD, 25), PASS);
	assert_int_equal(connect_to(GOOD6, FAR6, 25), PASS);
	assert_int_equal(answer_from(FAR6, GOOD6, 25), PASS);
	assert_int_equal(connect_to("2001:db8:1:42ff::1", FAR6, 25), PASS);
	assert_int_equal(connect_to(BAD, FAR, 25), DROP);
	assert_int_equal(connect_to(BAD6, FAR6, 25), DROP);
	add(LINESET_BLOCK4, GOOD);
	assert_int_equal(connect_to(GOOD, FAR, 25), DROP);
	assert_int_equal(counted(RULESET_LINE), 1);
}

static void
both_ports_25_are_judged_both_ways(void **state)
{
	struct shot both = {.from = FAR, .to = GOOD, .source = 25, .target = 25};

	NEEDS_ROOT();
	assert_int_equal(shoot(both), DROP);
	assert_int_equal(counted(RULESET_IN), 1);
	both.from = MAIL;
	assert_int_equal(shoot(both), PASS);
	/* To a line that is none of ours: only what comes back counts, and that is none either. */
	both.to = BUSINESS;
	assert_int_equal(shoot(both), PASS);
	/* From one: what it sends passes, for it is exempt. What it answers goes to a residential line. */
	add(LINESET_EXEMPT4, BUSINESS);
	assert_int_equal(
		shoot((struct shot){.from = BUSINESS, .to = GOOD, .source = 25, .target = 25}),
		DROP);
	assert_int_equal(counted(RULESET_BACK), 1);
}

static void
tags_of_vlans_are_passed_over_up_to_two(void **state)
{
	NEEDS_ROOT();
	for (unsigned tags = 0; tags < 4; tags++) {
		assert_int_equal(
			shoot((struct shot){.from = GOOD, .to = FAR, .target = 25, .tags = tags}),
			tags <= 2 ? DROP : PASS);
		assert_int_equal(
			shoot((struct shot){.from = GOOD6, .to = FAR6, .target = 25, .tags = tags}),
			tags <= 2 ? DROP : PASS);
	}
}

static void
options_and_headers_before_tcp_are_passed_over(void **state)
{
	NEEDS_ROOT();
	for (unsigned options = 0; options <= 10; options++)
		assert_int_equal(
			shoot((struct shot){
				.from = GOOD, .to = FAR, .target = 25, .options = options}),
			DROP);
	for (unsigned options = 0; options <= 6; options++) {
		struct shot shot = {.from = GOOD6, .to = FAR6, .target = 25, .options = options};

		assert_int_equal(shoot(shot), options <= 4 ? DROP : PASS);
		shot.target = 587;
		assert_int_equal(shoot(shot), PASS);
	}
	/* One that may be anything (a payload that is encrypted) is not looked behind. */
	assert_int_equal(
		shoot((struct shot){.from = GOOD6, .to = FAR6, .target = 25, .protocol = 50}),
		PASS);
}

static void
of_what_is_fragmented_the_first_part_is_judged_and_later_ones_pass(void **state)
{
	NEEDS_ROOT();
	/* More to come; the third part; do not fragment. */
	assert_int_equal(
		shoot((struct shot){.from = GOOD, .to = FAR, .target = 25, .fragment = 0x2000}),
		DROP);
	assert_int_equal(
		shoot((struct shot){.from = GOOD, .to = FAR, .target = 25, .fragment = 0x2002}),
		PASS);
	assert_int_equal(
		shoot((struct shot){.from = GOOD, .to = FAR, .target = 25, .fragment = 0x4000}),
		DROP);
	assert_int_equal(shoot((struct shot){.from = GOOD6,
				 .to = FAR6,
				 .target = 25,
				 .fragment = 1,
				 .has_fragment = true}),
		DROP);
	assert_int_equal(shoot((struct shot){.from = GOOD6,
				 .to = FAR6,
				 .target = 25,
				 .fragment = 0x11,
				 .has_fragment = true}),
		PASS);
	assert_int_equal(shoot((struct shot){.from = GOOD6,
				 .to = FAR6,
				 .target = 25,
				 .fragment = 1,
				 .has_fragment = true,
				 .options = 2}),
		DROP);
}

static void
whatever_is_cut_off_or_is_no_ip_passes(void **state)
{
	struct shot shots[] = {{.from = GOOD, .to = FAR, .target = 25, .tags = 2},
		{.from = GOOD6,
			.to = FAR6,
			.target = 25,
			.tags = 2,
			.options = 2,
			.has_fragment = true}};
	uint8_t frame[FRAME];

	NEEDS_ROOT();
	for (size_t i = 0; i < 2; i++) {
		size_t size = make_frame(&shots[i], frame);

		/* The ports are whole while 16 bytes of TCP are missing. The kernel wants the frame's own header. */
		for (size_t cut = 0; size - cut >= 14; cut++)
			assert_int_equal(run(frame, size - cut), cut <= 16 ? DROP : PASS);
	}
	(void)make_frame(&(struct shot){.from = GOOD, .to = FAR, .target = 25}, frame);
	assert_int_equal(run(frame, 54), DROP);
	frame[14] = 0x44;
	assert_int_equal(run(frame, 54), PASS);
	frame[14] = 0x65;
	assert_int_equal(run(frame, 54), PASS);
	frame[14] = 0x45;
	frame[13] = 6;
	assert_int_equal(run(frame, 54), PASS);
}

static void
random_frames_do_no_harm(void **state)
{
	uint8_t frame[FRAME];
	unsigned seed = 5, dropped = 0;

	NEEDS_ROOT();
	for (unsigned i = 0; i < 20000; i++) {
		struct shot shot = {
			.from = i % 2 ? GOOD : GOOD6, .to = i % 2 ? FAR : FAR6, .target = 25};
		size_t size = make_frame(&shot, frame);

		for (unsigned n = rand_r(&seed) % 4; n > 0; n--)
			frame[12 + (unsigned)rand_r(&seed) % (size - 12)] = (uint8_t)rand_r(&seed);
		dropped += run(frame, size - (unsigned)rand_r(&seed) % (size - 14)) == DROP;
	}
	assert_in_range(dropped, 1, 19999);
}

static void
in_observe_all_is_counted_and_passes_and_off_does_nothing(void **state)
{
	uint64_t packets[XDPCONTAIN_COUNTERS], bytes[XDPCONTAIN_COUNTERS];

	NEEDS_ROOT();
	add(LINESET_BLOCK4, BAD);
	set_mode(RULESET_OBSERVE);
	assert_int_equal(connect_to(BAD, FAR, 25), PASS);
	assert_int_equal(connect_to(GOOD, FAR, 25), PASS);
	assert_int_equal(connect_to(FAR6, GOOD6, 25), PASS);
	assert_int_equal(answer_from(FAR, GOOD, 25), PASS);
	assert_int_equal(xdpcontain_counters(contain, packets, bytes), 0);
	for (int i = 0; i < XDPCONTAIN_COUNTERS; i++) {
		assert_int_equal(packets[i], 1);
		assert_int_equal(bytes[i], i == RULESET_IN ? 60 : 40);
	}
	set_mode(RULESET_OFF);
	assert_int_equal(connect_to(BAD, FAR, 25), PASS);
	assert_int_equal(counted(RULESET_LINE), 1);
	/* Lines stay through all modes. */
	set_mode(RULESET_ENFORCE);
	assert_int_equal(connect_to(BAD, FAR, 25), DROP);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CONTAINED_TEST(a_blocked_line_reaches_no_port_25_and_is_not_reached_there),
		CONTAINED_TEST(other_ports_and_other_protocols_pass),
		CONTAINED_TEST(prefixes_of_each_length_are_blocked_and_no_others),
		CONTAINED_TEST(a_length_that_no_line_has_is_not_there),
		CONTAINED_TEST(residential_lines_have_port_25_in_no_direction),
		CONTAINED_TEST(the_operators_servers_are_reached_and_answer),
		CONTAINED_TEST(exempt_lines_have_port_25_unless_they_are_blocked),
		CONTAINED_TEST(both_ports_25_are_judged_both_ways),
		CONTAINED_TEST(tags_of_vlans_are_passed_over_up_to_two),
		CONTAINED_TEST(options_and_headers_before_tcp_are_passed_over),
		CONTAINED_TEST(of_what_is_fragmented_the_first_part_is_judged_and_later_ones_pass),
		CONTAINED_TEST(whatever_is_cut_off_or_is_no_ip_passes),
		CONTAINED_TEST(random_frames_do_no_harm),
		CONTAINED_TEST(in_observe_all_is_counted_and_passes_and_off_does_nothing),
	};
	int failed;

	(void)contained_enter();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	contained_leave();
	return failed;
}
