/* SPDX-License-Identifier: BSD-2-Clause */
/* Wishes, resets and losses in any order and at any moment: in the end the router has exactly what is wanted. */
#include "bgpworld.h"

#include <errno.h>
#include <stdio.h>

#define BYTES(literal) (literal), sizeof(literal) - 1
#define LINES_MOST     96
#define ROUNDS         60

/* What is wanted, as the test knows it. */
struct wish {
	struct flowspec_rule rule;
	bool is_wanted;
};

struct trial {
	struct world *world;
	struct wish wish[LINES_MOST];
	uint32_t wanted;
};

/* Lines of all kinds: what they are follows from the number. */
static void
make_wishes(struct trial *trial)
{
	for (uint32_t i = 0; i < LINES_MOST; i++) {
		struct flowspec_rule *rule = &trial->wish[i].rule;

		rule->kind = i % 8 == 7 ? FLOWSPEC_BLACKHOLE : FLOWSPEC_MAIL;
		if (i % 2 == 0) {
			rule->prefix.address = address_from_v4(0xc0000200 + i);
			rule->prefix.length = 128;
		} else {
			rule->prefix.address =
				(struct address){{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, (uint8_t)i}};
			rule->prefix.length = i % 3 ? 64 : 128;
		}
	}
}

static void
want_one(struct trial *trial)
{
	struct random *random = &trial->world->random;
	struct wish *wish = &trial->wish[random_below(random, LINES_MOST)];
	bool is_full = trial->wanted >= trial->world->settings.most;
	struct flowspec_rule rule = wish->rule;
	int r;

	rule.rate = rule.kind == FLOWSPEC_MAIL ? (uint32_t)random_below(random, 3) * 1000 : 0;
	r = bgpspeaker_want(trial->world->speaker, &rule);
	if (r == -ENOSPC) {
		/* The ceiling, or as many on their way out as may be wanted. */
		assert_false(wish->is_wanted);
		assert_true(is_full || trial->world->settings.most < LINES_MOST);
		return;
	}
	assert_in_range(r, 0, 1);
	assert_false(is_full && !wish->is_wanted);
	trial->wanted += !wish->is_wanted;
	wish->is_wanted = true;
	wish->rule.rate = rule.rate;
}

static void
unwant_one(struct trial *trial)
{
	struct wish *wish = &trial->wish[random_below(&trial->world->random, LINES_MOST)];

	assert_int_equal(bgpspeaker_unwant(trial->world->speaker, &wish->rule), wish->is_wanted);
	trial->wanted -= wish->is_wanted;
	wish->is_wanted = false;
}

/* All but some are wanted again. */
static void
sweep(struct trial *trial)
{
	uint32_t gone = 0;

	bgpspeaker_mark(trial->world->speaker);
	for (unsigned i = 0; i < LINES_MOST; i++) {
		struct wish *wish = &trial->wish[i];

		if (!wish->is_wanted)
			continue;
		if (random_below(&trial->world->random, 4) == 0) {
			wish->is_wanted = false;
			trial->wanted--;
			gone++;
		} else {
			assert_int_equal(bgpspeaker_want(trial->world->speaker, &wish->rule), 0);
		}
	}
	assert_int_equal(bgpspeaker_sweep(trial->world->speaker), gone);
}

static void
refresh(struct world *world)
{
	static const char *const of[] = {
		"\x00\x01\x00\x85", "\x00\x02\x00\x85", "\x00\x01\x00\x01", "\x00\x02\x00\x01"};
	char bytes[23] = WORLD_MARKER "\x00\x17\x05";

	if (world_state(world) != BGPSPEAKER_ESTABLISHED)
		return;
	memcpy(bytes + 19, of[random_below(&world->random, 4)], 4);
	/* What is asked for again comes at once. */
	world->peer.mentions = 0;
	world_say(world, bytes, sizeof(bytes));
	world_hand(world, sizeof(world->in));
}

static void
lose(struct world *world)
{
	if (world->connection == 0)
		return;
	bgpspeaker_closed(world->speaker, TEXT("Connection reset by peer"), world->now);
	world_connect(world, 0);
}

/* Something happens. */
static void
happen(struct trial *trial)
{
	struct world *world = trial->world;

	switch (random_below(&world->random, 24)) {
	case 0:
		lose(world);
		break;
	case 1:
		world_say(world, BYTES(WORLD_MARKER "\x00\x15\x03\x06\x04"));
		break;
	case 2:
		world_say(world, BYTES(WORLD_MARKER "\x00\x17\x02\x00\x09\x00\x00"));
		break;
	case 3:
		refresh(world);
		break;
	case 4:
		bgpspeaker_reset(world->speaker);
		break;
	case 5:
		bgpspeaker_unwant_all(world->speaker);
		for (unsigned i = 0; i < LINES_MOST; i++)
			trial->wish[i].is_wanted = false;
		trial->wanted = 0;
		break;
	case 6:
		sweep(trial);
		break;
	case 7:
		world->is_unreachable = random_below(&world->random, 3) == 0;
		break;
	case 8:
	case 9:
		world_pass(world, (int64_t)random_below(&world->random, 40 * WALL_SECOND));
		break;
	case 10:
		/* Room for nothing, for little, or for much. */
		world->room = (size_t)random_below(&world->random, 3) * 4100;
		break;
	case 11:
	case 12:
	case 13:
		world_step(world);
		world_hand(world, (size_t)random_below(&world->random, 60));
		break;
	default:
		for (uint64_t i = random_below(&world->random, 30); i > 0; i--) {
			if (random_below(&world->random, 5) < 3)
				want_one(trial);
			else
				unwant_one(trial);
		}
		break;
	}
}

static void
check_end(struct trial *trial)
{
	struct world *world = trial->world;
	struct bgpspeaker_status status;

	world->is_unreachable = false;
	world->room = sizeof(world->out);
	world_settle(world);
	world_pass(world, 10 * WALL_MINUTE);
	status = bgpspeaker_status(world->speaker);
	assert_int_equal(status.state, BGPSPEAKER_ESTABLISHED);
	assert_true(status.is_whole);
	assert_int_equal(status.wanted, trial->wanted);
	assert_int_equal(status.announced, trial->wanted);
	assert_int_equal(world->peer.rules, trial->wanted);
	assert_int_equal(world->peer.ends, 15);
	for (unsigned i = 0; i < LINES_MOST; i++) {
		const struct wish *wish = &trial->wish[i];
		const struct peer_rule *held = world_held(world, &wish->rule);

		assert_int_equal(held != NULL, wish->is_wanted);
		if (held == NULL)
			continue;
		if (wish->rule.kind == FLOWSPEC_MAIL)
			assert_true(held->rate == (float)wish->rule.rate);
		else
			assert_true(held->community[0] == UINT32_C(0xffff029a));
	}
}

static void
run(uint64_t seed)
{
	struct bgpspeaker_settings settings;
	struct trial *trial = calloc(1, sizeof(*trial));

	assert_non_null(trial);
	world_settings(&settings);
	settings.most = seed % 4 == 0 ? LINES_MOST / 3 : LINES_MOST;
	settings.interval_us = seed % 3 == 0 ? 0 : 30 * WALL_SECOND;
	settings.withdrawals_wait = seed % 3 == 2;
	settings.rules.has_destination = seed % 5 == 0;
	settings.rules.has_no_export = seed % 2 == 0;
	if (seed % 7 == 0)
		settings.rules.as = settings.peer_as;
	trial->world = world_new(&settings, seed);
	trial->world->peer.interval_us = settings.interval_us;
	trial->world->peer.withdrawals_wait = settings.withdrawals_wait;
	make_wishes(trial);
	for (int i = 0; i < ROUNDS; i++)
		happen(trial);
	check_end(trial);
	/* And from there on, to the end of the last one. */
	bgpspeaker_unwant_all(trial->world->speaker);
	world_pass(trial->world, WALL_MINUTE);
	assert_int_equal(trial->world->peer.rules, 0);
	world_free(trial->world);
	free(trial);
}

static void
the_router_ends_with_exactly_what_is_wanted(void **state)
{
	for (uint64_t seed = 1; seed <= 300; seed++)
		run(seed);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_router_ends_with_exactly_what_is_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
