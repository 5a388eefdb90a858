/* SPDX-License-Identifier: BSD-2-Clause */
#include "bgpworld.h"

#include <errno.h>

#define BYTES(literal) (literal), sizeof(literal) - 1

static struct world *
new_world(void)
{
	struct bgpspeaker_settings settings;

	world_settings(&settings);
	return world_new(&settings, 1);
}

static struct world *
established(void)
{
	struct world *world = new_world();

	world_settle(world);
	assert_int_equal(world_state(world), BGPSPEAKER_ESTABLISHED);
	return world;
}

static void
all_rules_and_then_the_ends_of_rib_are_told_at_the_begin(void **state)
{
	struct world *world = new_world();
	struct bgpspeaker_status status;

	assert_int_equal(world_want(world, "192.0.2.7", FLOWSPEC_MAIL, 0), 1);
	assert_int_equal(world_want(world, "192.0.2.7", FLOWSPEC_MAIL, 0), 0);
	assert_int_equal(world_want(world, "2001:db8:0:1::/64", FLOWSPEC_MAIL, 9600), 1);
	assert_int_equal(world_want(world, "192.0.2.9", FLOWSPEC_BLACKHOLE, 0), 1);
	assert_int_equal(world_want(world, "2001:db8:0:2::/64", FLOWSPEC_BLACKHOLE, 0), 1);
	assert_false(bgpspeaker_status(world->speaker).is_whole);
	world_settle(world);
	status = bgpspeaker_status(world->speaker);
	assert_true(status.is_whole);
	assert_int_equal(status.wanted, 4);
	assert_int_equal(status.announced, 4);
	assert_int_equal(status.hold, 90);
	assert_int_equal(world->peer.rules, 4);
	assert_int_equal(world->peer.ends, 15);
	assert_true(world_has(world, "192.0.2.7", FLOWSPEC_MAIL));
	assert_true(world_has(world, "2001:db8:0:1::/64", FLOWSPEC_MAIL));
	assert_true(world_has(world, "192.0.2.9", FLOWSPEC_BLACKHOLE));
	assert_true(world_has(world, "2001:db8:0:2::/64", FLOWSPEC_BLACKHOLE));
	assert_string_equal(bgpspeaker_words(world->speaker), "");
	world_free(world);
	(void)state;
}

static void
the_ends_of_rib_come_with_nothing_to_announce_too(void **state)
{
	struct world *world = established();

	assert_int_equal(world->peer.ends, 15);
	assert_int_equal(world->peer.updates, 4);
	world_free(world);
	(void)state;
}

static void
later_changes_are_told_as_they_come(void **state)
{
	struct world *world = established();
	struct flowspec_rule rule = world_rule("192.0.2.7", FLOWSPEC_MAIL, 0);

	assert_int_equal(world_want(world, "192.0.2.7", FLOWSPEC_MAIL, 0), 1);
	world_step(world);
	assert_true(world_held(world, &rule)->rate == 0.0F);
	assert_int_equal(world_want(world, "192.0.2.7", FLOWSPEC_MAIL, 9600), 1);
	world_step(world);
	assert_true(world_held(world, &rule)->rate == 9600.0F);
	assert_int_equal(world->peer.rules, 1);
	assert_int_equal(world_unwant(world, "192.0.2.7", FLOWSPEC_MAIL), 1);
	assert_int_equal(world_unwant(world, "192.0.2.7", FLOWSPEC_MAIL), 0);
	world_step(world);
	assert_int_equal(world->peer.rules, 0);
	/* Changed and back: nothing is said. */
	assert_int_equal(world_want(world, "192.0.2.7", FLOWSPEC_MAIL, 0), 1);
	assert_int_equal(world_unwant(world, "192.0.2.7", FLOWSPEC_MAIL), 1);
	world->peer.updates = 0;
	world_step(world);
	assert_int_equal(world->peer.updates, 0);
	world_free(world);
	(void)state;
}

static void
many_rules_go_into_few_messages(void **state)
{
	struct world *world = established();

	world->peer.updates = 0;
	for (uint32_t i = 0; i < 2000; i++) {
		struct flowspec_rule rule = {.prefix = {address_from_v4(0x0a000000 + i), 128}};

		assert_int_equal(bgpspeaker_want(world->speaker, &rule), 1);
	}
	world_step(world);
	assert_int_equal(world->peer.rules, 2000);
	/* 13 bytes each: 308 a message. */
	assert_int_equal(world->peer.updates, 7);
	assert_in_range(world->peer.longest, 4084, 4096);
	bgpspeaker_unwant_all(world->speaker);
	world_step(world);
	assert_int_equal(world->peer.rules, 0);
	assert_int_equal(world->peer.updates, 14);
	world_free(world);
	(void)state;
}

static void
rules_above_the_ceiling_are_refused_and_counted(void **state)
{
	struct bgpspeaker_settings settings;
	struct world *world;

	world_settings(&settings);
	settings.most = 2;
	world = world_new(&settings, 1);
	assert_int_equal(world_want(world, "192.0.2.1", FLOWSPEC_MAIL, 0), 1);
	assert_int_equal(world_want(world, "192.0.2.2", FLOWSPEC_MAIL, 0), 1);
	assert_int_equal(world_want(world, "192.0.2.3", FLOWSPEC_MAIL, 0), -ENOSPC);
	assert_int_equal(world_want(world, "192.0.2.2", FLOWSPEC_MAIL, 7), 1);
	assert_int_equal(bgpspeaker_counts(world->speaker)->refused, 1);
	world_settle(world);
	assert_int_equal(world->peer.rules, 2);
	assert_int_equal(world_unwant(world, "192.0.2.1", FLOWSPEC_MAIL), 1);
	assert_int_equal(world_want(world, "192.0.2.3", FLOWSPEC_MAIL, 0), 1);
	/* That one is still to be withdrawn, and cannot come back. */
	assert_int_equal(world_want(world, "192.0.2.1", FLOWSPEC_MAIL, 0), -ENOSPC);
	world_settle(world);
	assert_int_equal(world->peer.rules, 2);
	assert_false(world_has(world, "192.0.2.1", FLOWSPEC_MAIL));
	world_free(world);
	(void)state;
}

static void
a_rule_that_is_too_wide_is_refused(void **state)
{
	struct world *world = new_world();

	assert_int_equal(world_want(world, "0.0.0.0/0", FLOWSPEC_MAIL, 0), -EDOM);
	assert_int_equal(world_want(world, "192.0.2.0/23", FLOWSPEC_BLACKHOLE, 0), -EDOM);
	assert_int_equal(world_want(world, "192.0.2.0/24", FLOWSPEC_MAIL, 0), 1);
	assert_int_equal(world_want(world, "::/0", FLOWSPEC_MAIL, 0), -EDOM);
	assert_int_equal(world_want(world, "2001:db8::/47", FLOWSPEC_MAIL, 0), -EDOM);
	assert_int_equal(world_want(world, "2001:db8::/48", FLOWSPEC_MAIL, 0), 1);
	assert_int_equal(bgpspeaker_counts(world->speaker)->unfit, 4);
	world_free(world);
	(void)state;
}

static void
a_family_that_is_not_to_be_offered_is_refused(void **state)
{
	struct bgpspeaker_settings settings;
	struct world *world;

	world_settings(&settings);
	settings.families = 1U << BGP_FLOW4;
	world = world_new(&settings, 1);
	assert_int_equal(world_want(world, "192.0.2.7", FLOWSPEC_BLACKHOLE, 0), -EAFNOSUPPORT);
	assert_int_equal(world_want(world, "2001:db8::/64", FLOWSPEC_MAIL, 0), -EAFNOSUPPORT);
	world_settle(world);
	assert_int_equal(world->peer.ends, 1);
	world_free(world);
	(void)state;
}

/* BIRD without IPv6 FlowSpec. */
static void
a_family_that_the_router_does_not_offer_is_left_out_and_named(void **state)
{
	static const char open[] = WORLD_MARKER "\x00\x2b\x01\x04\xfb\xf5\x00\x5a\x0a\x63\x00\x02"
						"\x0e\x02\x0c\x01\x04\x00\x01\x00\x85"
						"\x41\x04\x00\x00\xfb\xf5";
	struct bgpspeaker_settings settings;
	struct bgpspeaker_status status;
	struct world *world;

	world_settings(&settings);
	settings.families = 1U << BGP_FLOW4 | 1U << BGP_FLOW6;
	world = world_new(&settings, 1);
	world->open = open;
	world->open_length = sizeof(open) - 1;
	assert_int_equal(world_want(world, "192.0.2.7", FLOWSPEC_MAIL, 0), 1);
	assert_int_equal(world_want(world, "2001:db8::/64", FLOWSPEC_MAIL, 0), 1);
	world_settle(world);
	status = bgpspeaker_status(world->speaker);
	assert_int_equal(status.state, BGPSPEAKER_ESTABLISHED);
	assert_int_equal(status.missing, 1U << BGP_FLOW6);
	assert_int_equal(status.untold, 1);
	assert_int_equal(world->peer.rules, 1);
	assert_int_equal(world->peer.ends, 1);
	assert_string_equal(bgpspeaker_words(world->speaker),
		"the router does not offer IPv6 FlowSpec: rules of that are not announced");
	assert_int_equal(world_unwant(world, "2001:db8::/64", FLOWSPEC_MAIL), 1);
	world_settle(world);
	assert_int_equal(bgpspeaker_status(world->speaker).untold, 0);
	world_free(world);
	(void)state;
}

static void
a_router_without_capabilities_has_ipv4_unicast_and_short_numbers(void **state)
{
	static const char open[] =
		WORLD_MARKER "\x00\x1d\x01\x04\xfb\xf5\x00\x5a\x0a\x63\x00\x02\x00";
	struct bgpspeaker_settings settings;
	struct world *world;

	world_settings(&settings);
	settings.rules.as = 4200000500;
	world = world_new(&settings, 1);
	world->open = open;
	world->open_length = sizeof(open) - 1;
	world->peer.is_old = true;
	assert_int_equal(world_want(world, "192.0.2.7", FLOWSPEC_BLACKHOLE, 0), 1);
	world_settle(world);
	assert_int_equal(bgpspeaker_status(world->speaker).agreed, 1U << BGP_UNICAST4);
	assert_true(world_has(world, "192.0.2.7", FLOWSPEC_BLACKHOLE));
	world_free(world);
	(void)state;
}

static void
inside_the_as_there_is_a_local_pref_and_no_path(void **state)
{
	struct bgpspeaker_settings settings;
	struct world *world;

	world_settings(&settings);
	settings.rules.as = 64501;
	settings.rules.has_destination = true;
	world = world_new(&settings, 1);
	assert_int_equal(world_want(world, "192.0.2.7", FLOWSPEC_MAIL, 0), 1);
	assert_int_equal(world_want(world, "2001:db8::/64", FLOWSPEC_BLACKHOLE, 0), 1);
	world_settle(world);
	assert_int_equal(world->peer.rules, 2);
	world_free(world);
	(void)state;
}

static void
check_refused(const char *open, size_t length, unsigned code, unsigned subcode)
{
	struct bgpspeaker_settings settings;
	struct world *world;

	world_settings(&settings);
	settings.rules.as = 64501;
	world = world_new(&settings, 1);
	world->open = open;
	world->open_length = length;
	world_step(world);
	world_step(world);
	world_hand(world, length);
	assert_int_equal(world_state(world), BGPSPEAKER_IDLE);
	world_step(world);
	assert_int_equal(world->connection, 0);
	assert_int_equal(bgpspeaker_counts(world->speaker)->bad, 1);
	assert_int_equal(world->peer.notification[0], code);
	assert_int_equal(world->peer.notification[1], subcode);
	assert_non_null(strstr(bgpspeaker_words(world->speaker), "ended here: "));
	world_free(world);
}

static void
a_router_that_is_another_one_is_refused(void **state)
{
	check_refused(
		BYTES(WORLD_MARKER "\x00\x1d\x01\x04\xfb\xf6\x00\x5a\x0a\x63\x00\x02\x00"), 2, 2);
	/* The own identifier inside the AS. */
	check_refused(
		BYTES(WORLD_MARKER "\x00\x1d\x01\x04\xfb\xf5\x00\x5a\x0a\x63\x00\x01\x00"), 2, 3);
	check_refused(
		BYTES(WORLD_MARKER "\x00\x1d\x01\x04\xfb\xf5\x00\x02\x0a\x63\x00\x02\x00"), 2, 6);
	check_refused(BYTES(WORLD_KEEPALIVE), 5, 1);
	check_refused(BYTES("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), 1, 1);
	(void)state;
}

static void
a_message_that_does_not_belong_there_ends_the_session(void **state)
{
	struct world *world = established();

	/* And nothing behind it is read. */
	world_say(world, BYTES(WORLD_OPEN));
	world_say(world, BYTES(WORLD_KEEPALIVE "more"));
	world_hand(world, 1000);
	assert_int_equal(world->in_length, 0);
	world_step(world);
	assert_int_equal(world->peer.notification[0], 5);
	assert_int_equal(world->peer.notification[1], 3);
	assert_int_equal(world_state(world), BGPSPEAKER_IDLE);
	assert_non_null(strstr(bgpspeaker_words(world->speaker), "(NOTIFICATION 5/3)"));
	world_free(world);
	(void)state;
}

static void
routes_of_the_router_are_passed_over_and_counted(void **state)
{
	struct world *world = established();

	world_say(world,
		BYTES(WORLD_MARKER "\x00\x1f\x02\x00\x00\x00\x04\x40\x01\x01\x00"
				   "\x08\x0a\x08\x0b"));
	world_say(world,
		BYTES(WORLD_MARKER "\x00\x1d\x02\x00\x00\x00\x04\x40\x01\x01\x07"
				   "\x08\x0a"));
	world_say(world, BYTES(WORLD_MARKER "\x00\x1c\x02\x00\x00\x00\x03\x40\x01\x00\x08\x0a"));
	world_settle(world);
	assert_int_equal(world_state(world), BGPSPEAKER_ESTABLISHED);
	assert_int_equal(bgpspeaker_counts(world->speaker)->passed, 4);
	assert_int_equal(bgpspeaker_counts(world->speaker)->damaged, 3);
	world_say(world, BYTES(WORLD_MARKER "\x00\x18\x02\x00\x02\x00\x00\x08"));
	world_hand(world, 1000);
	assert_int_equal(world_state(world), BGPSPEAKER_IDLE);
	assert_non_null(strstr(bgpspeaker_words(world->speaker), "(NOTIFICATION 3/1)"));
	world_free(world);
	(void)state;
}

static void
a_refresh_brings_all_rules_of_its_family_again(void **state)
{
	struct world *world = established();

	assert_int_equal(world_want(world, "192.0.2.7", FLOWSPEC_MAIL, 0), 1);
	assert_int_equal(world_want(world, "2001:db8::/64", FLOWSPEC_MAIL, 0), 1);
	world_settle(world);
	world->peer.rules = 0;
	world->peer.ends = 0;
	world_say(world, BYTES(WORLD_MARKER "\x00\x17\x05\x00\x02\x00\x85"));
	world_settle(world);
	assert_int_equal(world->peer.rules, 1);
	assert_true(world_has(world, "2001:db8::/64", FLOWSPEC_MAIL));
	assert_int_equal(world->peer.ends, 2);
	assert_int_equal(bgpspeaker_counts(world->speaker)->refreshes, 1);
	/* Of a family that is not there: nothing. */
	world_say(world, BYTES(WORLD_MARKER "\x00\x17\x05\x00\x19\x00\x46"));
	world_settle(world);
	assert_int_equal(bgpspeaker_counts(world->speaker)->refreshes, 1);
	world_free(world);
	(void)state;
}

static void
a_keepalive_comes_every_third_of_the_hold_time_or_earlier(void **state)
{
	struct world *world = established();
	struct wall begin = world->now;

	for (int i = 0; i < 20; i++) {
		struct wall before = world->now;

		assert_in_range(
			world->wake.us - before.us, 22500 * 1000, (uint64_t)30 * WALL_SECOND);
		world->now = world->wake;
		world->peer.said &= ~(unsigned)PEER_KEEPALIVE;
		world_step(world);
		assert_true((world->peer.said & PEER_KEEPALIVE) != 0);
		world_hand(world, 1000);
	}
	assert_true(world->now.us > begin.us + 400 * WALL_SECOND);
	assert_int_equal(world_state(world), BGPSPEAKER_ESTABLISHED);
	world_free(world);
	(void)state;
}

static void
a_router_that_falls_silent_is_left_after_the_hold_time(void **state)
{
	struct world *world = established();
	struct wall begin = world->now;

	world->is_mute = true;
	while (world_state(world) == BGPSPEAKER_ESTABLISHED) {
		world->now = world->wake;
		world_step(world);
	}
	assert_true(world->now.us == begin.us + 90 * WALL_SECOND);
	assert_int_equal(bgpspeaker_counts(world->speaker)->expired, 1);
	assert_non_null(strstr(bgpspeaker_words(world->speaker), "(NOTIFICATION 4/0)"));
	world_free(world);
	(void)state;
}

static void
with_a_hold_time_of_0_there_are_no_keepalives(void **state)
{
	struct bgpspeaker_settings settings;
	struct world *world;

	world_settings(&settings);
	settings.hold = 0;
	world = world_new(&settings, 1);
	world_settle(world);
	world->is_mute = true;
	world->peer.said &= ~(unsigned)PEER_KEEPALIVE;
	assert_true(world->wake.us == INT64_MAX);
	world->now.us += WALL_DAY;
	world_step(world);
	assert_int_equal(world_state(world), BGPSPEAKER_ESTABLISHED);
	assert_int_equal(world->peer.said & PEER_KEEPALIVE, 0);
	world_free(world);
	(void)state;
}

static void
a_router_that_takes_nothing_is_left(void **state)
{
	struct world *world = established();
	struct wall begin = world->now;

	assert_int_equal(world_want(world, "192.0.2.7", FLOWSPEC_MAIL, 0), 1);
	world->room = 0;
	world_step(world);
	world_pass(world, 7 * WALL_MINUTE);
	assert_int_equal(world_state(world), BGPSPEAKER_ESTABLISHED);
	while (bgpspeaker_counts(world->speaker)->lost == 0 && world->now.us < begin.us + WALL_HOUR)
		world_pass(world, WALL_SECOND);
	assert_in_range(world->now.us - begin.us, (uint64_t)8 * WALL_MINUTE,
		(uint64_t)8 * WALL_MINUTE + WALL_SECOND);
	assert_non_null(strstr(bgpspeaker_words(world->speaker), "(NOTIFICATION 8/0)"));
	world_free(world);
	(void)state;
}

static void
the_first_attempt_is_made_at_once_and_later_ones_ever_more_rarely(void **state)
{
	static const int64_t waits[] = {5, 10, 20, 40, 80, 120, 120, 120};
	struct world *world = new_world();

	world->is_unreachable = true;
	world_step(world);
	assert_int_equal(bgpspeaker_counts(world->speaker)->unreachable, 1);
	assert_string_equal(bgpspeaker_words(world->speaker), "no connection: Connection refused");
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		world_step(world);
		assert_int_equal(world_state(world), BGPSPEAKER_IDLE);
		assert_in_range(world->wake.us - world->now.us,
			(uint64_t)waits[i] * WALL_SECOND * 3 / 4, (uint64_t)waits[i] * WALL_SECOND);
		world->now = world->wake;
		world_step(world);
		assert_int_equal(bgpspeaker_counts(world->speaker)->unreachable, i + 2);
	}
	world_free(world);
	(void)state;
}

static void
a_connection_that_does_not_come_about_is_given_up(void **state)
{
	struct bgpspeaker_settings settings;
	struct bgpspeaker *speaker;
	struct bgpspeaker_step step;
	struct writer none = writer_on(NULL, 0);
	struct wall now = {WALL_HOUR};

	world_settings(&settings);
	speaker = bgpspeaker_new(&settings);
	step = bgpspeaker_step(speaker, now, 0, &none);
	assert_int_equal(step.connection, 0);
	bgpspeaker_start(speaker);
	step = bgpspeaker_step(speaker, now, 0, &none);
	assert_int_equal(step.connection, 1);
	assert_true(step.wake.us == now.us + 120 * WALL_SECOND);
	step = bgpspeaker_step(speaker, step.wake, 0, &none);
	assert_int_equal(step.connection, 0);
	assert_non_null(strstr(bgpspeaker_words(speaker), "TCP password"));
	step = bgpspeaker_step(speaker, step.wake, 0, &none);
	assert_int_equal(step.connection, 2);
	bgpspeaker_free(speaker);
	(void)state;
}

static void
a_session_that_is_reset_heals_with_all_rules(void **state)
{
	struct world *world = established();

	assert_int_equal(world_want(world, "192.0.2.7", FLOWSPEC_MAIL, 0), 1);
	assert_int_equal(world_want(world, "192.0.2.8", FLOWSPEC_MAIL, 0), 1);
	world_settle(world);
	world_say(world, BYTES(WORLD_MARKER "\x00\x1a\x03\x06\x04\x04work"));
	world_settle(world);
	assert_int_equal(world->connection, 0);
	assert_string_equal(bgpspeaker_words(world->speaker),
		"the router ended it: the session was reset by the administrator (NOTIFICATION "
		"6/4): \"work\"");
	assert_int_equal(bgpspeaker_status(world->speaker).announced, 0);
	assert_int_equal(world_unwant(world, "192.0.2.8", FLOWSPEC_MAIL), 1);
	assert_int_equal(world_want(world, "192.0.2.9", FLOWSPEC_MAIL, 0), 1);
	world_pass(world, 10 * WALL_SECOND);
	assert_int_equal(world_state(world), BGPSPEAKER_ESTABLISHED);
	assert_int_equal(world->peer.rules, 2);
	assert_true(world_has(world, "192.0.2.9", FLOWSPEC_MAIL));
	assert_int_equal(bgpspeaker_counts(world->speaker)->notified, 1);
	assert_int_equal(bgpspeaker_counts(world->speaker)->lost, 1);
	world_free(world);
	(void)state;
}

static void
a_stop_says_cease_and_a_start_begins_anew(void **state)
{
	struct world *world = established();
	struct writer writer = writer_on(world->out, sizeof(world->out));
	struct bgpspeaker_step step;

	assert_int_equal(world_want(world, "192.0.2.7", FLOWSPEC_MAIL, 0), 1);
	world_settle(world);
	bgpspeaker_stop(world->speaker);
	step = bgpspeaker_step(world->speaker, world->now, 0, &writer);
	assert_int_equal(step.connection, 0);
	assert_true(step.wake.us == INT64_MAX);
	assert_int_equal(writer_length(&writer), 21);
	assert_memory_equal(world->out, WORLD_MARKER "\x00\x15\x03\x06\x02", 21);
	world_connect(world, 0);
	bgpspeaker_start(world->speaker);
	world_settle(world);
	assert_int_equal(world->peer.rules, 1);
	bgpspeaker_reset(world->speaker);
	writer = writer_on(world->out, sizeof(world->out));
	step = bgpspeaker_step(world->speaker, world->now, 0, &writer);
	assert_int_equal(step.connection, world->connection + 1);
	assert_memory_equal(world->out, WORLD_MARKER "\x00\x15\x03\x06\x04", 21);
	bgpspeaker_stop(world->speaker);
	bgpspeaker_reset(world->speaker);
	assert_int_equal(world_state(world), BGPSPEAKER_STOPPED);
	world_free(world);
	(void)state;
}

/* The time of graceful restart in the OPEN that comes first on a new connection, with its flags. */
static unsigned
restart_said(struct world *world)
{
	static const uint8_t capability[] = {64, 2 + 4 * BGP_FAMILIES};
	struct writer writer = writer_on(world->out, sizeof(world->out));
	const uint8_t *found;

	bgpspeaker_connected(world->speaker, world->now);
	(void)bgpspeaker_step(world->speaker, world->now, 0, &writer);
	assert_int_equal(world->out[18], BGP_OPEN);
	found = memmem(world->out, writer_length(&writer), capability, sizeof(capability));
	assert_non_null(found);
	return bytes_u16(found + sizeof(capability));
}

static void
who_leaves_says_nothing_and_has_rules_kept_for_who_comes_next(void **state)
{
	struct bgpspeaker_settings settings;
	struct world *world = established();
	struct writer writer = writer_on(world->out, sizeof(world->out));
	struct bgpspeaker_step step;

	assert_int_equal(world_want(world, "192.0.2.7", FLOWSPEC_MAIL, 0), 1);
	world_settle(world);
	bgpspeaker_leave(world->speaker);
	step = bgpspeaker_step(world->speaker, world->now, 0, &writer);
	assert_int_equal(step.connection, 0);
	assert_true(step.wake.us == INT64_MAX);
	assert_int_equal(writer_length(&writer), 0);
	assert_int_equal(world_state(world), BGPSPEAKER_STOPPED);
	/* This one has not been here for the first time any more. */
	bgpspeaker_start(world->speaker);
	writer = writer_on(world->out, sizeof(world->out));
	(void)bgpspeaker_step(world->speaker, world->now, 0, &writer);
	assert_int_equal(restart_said(world), 60);
	world_free(world);
	/* Who is new may take the place of another. */
	world_settings(&settings);
	world = world_new(&settings, 1);
	writer = writer_on(world->out, sizeof(world->out));
	(void)bgpspeaker_step(world->speaker, world->now, 0, &writer);
	assert_int_equal(restart_said(world), 0x8000 | 60);
	world_free(world);
	(void)state;
}

static void
who_is_released_does_not_wait_but_who_comes_back_does(void **state)
{
	struct bgpspeaker_settings settings;
	struct world *world;

	world_settings(&settings);
	settings.interval_us = -1;
	world = world_new(&settings, 1);
	world->peer.interval_us = 30 * WALL_SECOND;
	world_settle(world);
	assert_int_equal(world_want(world, "192.0.2.7", FLOWSPEC_MAIL, 0), 1);
	world_settle(world);
	world_pass(world, WALL_SECOND);
	assert_int_equal(world_unwant(world, "192.0.2.7", FLOWSPEC_MAIL), 1);
	world_step(world);
	assert_int_equal(world->peer.rules, 0);
	assert_int_equal(world_want(world, "192.0.2.7", FLOWSPEC_MAIL, 0), 1);
	world_pass(world, 29 * WALL_SECOND);
	assert_int_equal(world->peer.rules, 0);
	world_pass(world, WALL_SECOND);
	assert_int_equal(world->peer.rules, 1);
	world_free(world);
	(void)state;
}

static void
withdrawals_wait_where_that_is_asked_for(void **state)
{
	struct bgpspeaker_settings settings;
	struct world *world;

	world_settings(&settings);
	settings.interval_us = 30 * WALL_SECOND;
	settings.withdrawals_wait = true;
	world = world_new(&settings, 1);
	world->peer.interval_us = 30 * WALL_SECOND;
	world->peer.withdrawals_wait = true;
	world_settle(world);
	assert_int_equal(world_want(world, "192.0.2.7", FLOWSPEC_MAIL, 0), 1);
	world_settle(world);
	assert_int_equal(world_unwant(world, "192.0.2.7", FLOWSPEC_MAIL), 1);
	world_pass(world, 29 * WALL_SECOND);
	assert_int_equal(world->peer.rules, 1);
	world_pass(world, WALL_SECOND);
	assert_int_equal(world->peer.rules, 0);
	world_free(world);
	(void)state;
}

static void
inside_the_as_there_is_no_interval(void **state)
{
	struct bgpspeaker_settings settings;
	struct world *world;

	world_settings(&settings);
	settings.interval_us = -1;
	settings.rules.as = 64501;
	world = world_new(&settings, 1);
	world_settle(world);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(world_want(world, "192.0.2.7", FLOWSPEC_MAIL, 0), 1);
		world_step(world);
		assert_int_equal(world->peer.rules, 1);
		assert_int_equal(world_unwant(world, "192.0.2.7", FLOWSPEC_MAIL), 1);
		world_step(world);
		assert_int_equal(world->peer.rules, 0);
	}
	world_free(world);
	(void)state;
}

static void
a_set_is_held_against_another_one(void **state)
{
	struct world *world = established();

	assert_int_equal(world_want(world, "192.0.2.1", FLOWSPEC_MAIL, 0), 1);
	assert_int_equal(world_want(world, "192.0.2.2", FLOWSPEC_MAIL, 0), 1);
	world_settle(world);
	bgpspeaker_mark(world->speaker);
	assert_int_equal(world_want(world, "192.0.2.2", FLOWSPEC_MAIL, 0), 0);
	assert_int_equal(world_want(world, "192.0.2.3", FLOWSPEC_MAIL, 0), 1);
	assert_int_equal(bgpspeaker_sweep(world->speaker), 1);
	world_step(world);
	assert_int_equal(world->peer.rules, 2);
	assert_false(world_has(world, "192.0.2.1", FLOWSPEC_MAIL));
	world_free(world);
	(void)state;
}

static void
settings_that_cannot_work_are_refused(void **state)
{
	struct bgpspeaker_settings good, bad;
	struct fail fail;

	world_settings(&good);
	assert_int_equal(bgpspeaker_check(&good, &fail), 0);
	bad = good;
	bad.identifier = 0;
	assert_int_equal(bgpspeaker_check(&bad, &fail), -EINVAL);
	bad = good;
	bad.hold = 2;
	assert_int_equal(bgpspeaker_check(&bad, &fail), -EINVAL);
	bad = good;
	bad.rules.has_next_hop6 = false;
	assert_int_equal(bgpspeaker_check(&bad, &fail), -EINVAL);
	assert_string_equal(fail.what, "black holes of IPv6 have no next hop");
	bad = good;
	bad.retry_most_us = 1;
	assert_int_equal(bgpspeaker_check(&bad, &fail), -EINVAL);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_rules_and_then_the_ends_of_rib_are_told_at_the_begin),
		cmocka_unit_test(the_ends_of_rib_come_with_nothing_to_announce_too),
		cmocka_unit_test(later_changes_are_told_as_they_come),
		cmocka_unit_test(many_rules_go_into_few_messages),
		cmocka_unit_test(rules_above_the_ceiling_are_refused_and_counted),
		cmocka_unit_test(a_rule_that_is_too_wide_is_refused),
		cmocka_unit_test(a_family_that_is_not_to_be_offered_is_refused),
		cmocka_unit_test(a_family_that_the_router_does_not_offer_is_left_out_and_named),
		cmocka_unit_test(a_router_without_capabilities_has_ipv4_unicast_and_short_numbers),
		cmocka_unit_test(inside_the_as_there_is_a_local_pref_and_no_path),
		cmocka_unit_test(a_router_that_is_another_one_is_refused),
		cmocka_unit_test(a_message_that_does_not_belong_there_ends_the_session),
		cmocka_unit_test(routes_of_the_router_are_passed_over_and_counted),
		cmocka_unit_test(a_refresh_brings_all_rules_of_its_family_again),
		cmocka_unit_test(a_keepalive_comes_every_third_of_the_hold_time_or_earlier),
		cmocka_unit_test(a_router_that_falls_silent_is_left_after_the_hold_time),
		cmocka_unit_test(with_a_hold_time_of_0_there_are_no_keepalives),
		cmocka_unit_test(a_router_that_takes_nothing_is_left),
		cmocka_unit_test(the_first_attempt_is_made_at_once_and_later_ones_ever_more_rarely),
		cmocka_unit_test(a_connection_that_does_not_come_about_is_given_up),
		cmocka_unit_test(a_session_that_is_reset_heals_with_all_rules),
		cmocka_unit_test(a_stop_says_cease_and_a_start_begins_anew),
		cmocka_unit_test(who_leaves_says_nothing_and_has_rules_kept_for_who_comes_next),
		cmocka_unit_test(who_is_released_does_not_wait_but_who_comes_back_does),
		cmocka_unit_test(withdrawals_wait_where_that_is_asked_for),
		cmocka_unit_test(inside_the_as_there_is_no_interval),
		cmocka_unit_test(a_set_is_held_against_another_one),
		cmocka_unit_test(settings_that_cannot_work_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
