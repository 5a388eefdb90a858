/* bgpworld - a speaker, a router of tests (bgppeer.h), and what is between them
 *
 * What:    does what a driver with a socket does: keeps bytes that were not taken, writes with as much room as the test
 *          gives, and opens and closes connections as they are wanted.
 */
#ifndef LAZARET_TESTS_BGPWORLD_H
#define LAZARET_TESTS_BGPWORLD_H

#include "action/bgpspeaker.h"
#include "base/random.h"
#include "bgppeer.h"

struct world {
	struct bgpspeaker_settings settings;
	struct bgpspeaker *speaker;
	struct peer peer;
	struct random random;
	struct wall now;
	struct wall wake;
	uint32_t connection; /* 0: there is none */
	bool is_unreachable; /* none comes about */
	bool is_mute;        /* the router says nothing of itself */
	size_t room;         /* of each step */
	const char *open;    /* what the router says first; NULL: the usual OPEN */
	size_t open_length;
	bool has_answered;
	bool has_confirmed;
	uint8_t in[1 << 16]; /* towards the speaker */
	size_t in_length;
	uint8_t out[1 << 16];
	struct wall kept; /* when the router last sent a KEEPALIVE */
};

#define WORLD_MARKER    "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
#define WORLD_KEEPALIVE WORLD_MARKER "\x00\x13\x04"
/* AS 64501, hold time 90, all four families, refresh, four octets. */
#define WORLD_OPEN                                                                                 \
	WORLD_MARKER "\x00\x3f\x01\x04\xfb\xf5\x00\x5a\x0a\x63\x00\x02\x22\x02\x20"                \
		     "\x01\x04\x00\x01\x00\x85\x01\x04\x00\x02\x00\x85"                            \
		     "\x01\x04\x00\x01\x00\x01\x01\x04\x00\x02\x00\x01"                            \
		     "\x02\x00\x41\x04\x00\x00\xfb\xf5"

static inline void
world_settings(struct bgpspeaker_settings *settings)
{
	bgpspeaker_defaults(settings);
	settings->rules.as = 64500;
	settings->peer_as = 64501;
	settings->identifier = 0x0a630001;
	settings->families = (1U << BGP_FAMILIES) - 1;
	settings->rules.has_next_hop4 = true;
	settings->rules.has_next_hop6 = true;
	settings->rules.next_hop4 = address_from_v4(0xc0000201);
	assert_int_equal(address_parse(TEXT("100::1"), &settings->rules.next_hop6), 0);
	settings->interval_us = 0;
}

static inline struct world *
world_new(const struct bgpspeaker_settings *settings, uint64_t seed)
{
	struct world *world = calloc(1, sizeof(*world));
	struct fail fail = {0};

	assert_non_null(world);
	assert_int_equal(bgpspeaker_check(settings, &fail), 0);
	world->settings = *settings;
	world->speaker = bgpspeaker_new(settings);
	random_seed(&world->random, seed);
	world->now.us = WALL_HOUR;
	world->room = sizeof(world->out);
	world->peer.as = settings->rules.as;
	world->peer.is_external = settings->rules.as != settings->peer_as;
	bgpspeaker_start(world->speaker);
	return world;
}

static inline void
world_free(struct world *world)
{
	bgpspeaker_free(world->speaker);
	free(world);
}

static inline void
world_say(struct world *world, const char *bytes, size_t size)
{
	if (world->connection == 0)
		return;
	assert_in_range(world->in_length + size, 0, sizeof(world->in));
	memcpy(world->in + world->in_length, bytes, size);
	world->in_length += size;
}

/* Hands over what there is, up to so many bytes, in a block that ends where they do. */
static inline void
world_hand(struct world *world, size_t size)
{
	struct reader reader;
	uint8_t *copy;
	size_t left;

	size = size < world->in_length ? size : world->in_length;
	copy = malloc(size + 1);
	assert_non_null(copy);
	memcpy(copy, world->in, size);
	reader = reader_on(copy, size);
	bgpspeaker_received(world->speaker, &reader, world->now);
	left = reader_left(&reader);
	memmove(world->in, world->in + size - left, world->in_length - (size - left));
	world->in_length -= size - left;
	free(copy);
}

static inline void
world_connect(struct world *world, uint32_t connection)
{
	peer_forget(&world->peer);
	world->in_length = 0;
	world->has_answered = false;
	world->has_confirmed = false;
	world->connection = 0;
	if (connection == 0)
		return;
	if (world->is_unreachable) {
		bgpspeaker_closed(world->speaker, TEXT("Connection refused"), world->now);
		return;
	}
	world->connection = connection;
	world->kept = world->now;
	bgpspeaker_connected(world->speaker, world->now);
}

/* What the router says by itself. */
static inline void
world_answer(struct world *world)
{
	const char *open = world->open != NULL ? world->open : WORLD_OPEN;
	size_t length = world->open != NULL ? world->open_length : sizeof(WORLD_OPEN) - 1;

	if (world->is_mute)
		return;
	if (!world->has_answered) {
		world_say(world, open, length);
		world->has_answered = true;
	}
	if (!world->has_confirmed && (world->peer.said & PEER_OPEN) != 0) {
		world_say(world, WORLD_KEEPALIVE, sizeof(WORLD_KEEPALIVE) - 1);
		world->has_confirmed = true;
	}
	if (world->has_confirmed && world->now.us - world->kept.us >= 30 * WALL_SECOND) {
		world_say(world, WORLD_KEEPALIVE, sizeof(WORLD_KEEPALIVE) - 1);
		world->kept = world->now;
	}
}

/* One step, and all that it leads to at once but answers. */
static inline void
world_step(struct world *world)
{
	struct writer writer = writer_on(world->out, world->room);
	struct bgpspeaker_step step =
		bgpspeaker_step(world->speaker, world->now, random_u64(&world->random), &writer);

	assert_false(writer.failed);
	world->peer.now_us = world->now.us;
	if (world->connection != 0)
		peer_take(&world->peer, world->out, writer_length(&writer));
	else
		assert_int_equal(writer_length(&writer), 0);
	world->wake = step.wake;
	if (step.connection != world->connection)
		world_connect(world, step.connection);
	if (world->connection != 0)
		world_answer(world);
}

/* Steps and answers until nothing more happens at this moment. */
static inline void
world_settle(struct world *world)
{
	for (int i = 0; i < 8; i++) {
		world_step(world);
		world_hand(world, sizeof(world->in));
	}
	world_step(world);
}

/* Lets time pass, as the speaker wants to be woken. */
static inline void
world_pass(struct world *world, int64_t us)
{
	struct wall end = {world->now.us + us};

	while (world->now.us < end.us) {
		int64_t next = world->wake.us < end.us ? world->wake.us : end.us;
		int64_t kept = world->kept.us + 30 * WALL_SECOND;

		if (world->connection != 0 && kept < next)
			next = kept;
		/* It must not ask to be woken at once for ever. */
		world->now.us = next > world->now.us ? next : world->now.us + WALL_SECOND / 1000;
		world_settle(world);
	}
}

static inline enum bgpspeaker_state
world_state(const struct world *world)
{
	return bgpspeaker_status(world->speaker).state;
}

static inline struct flowspec_rule
world_rule(const char *prefix, enum flowspec_kind kind, uint32_t rate)
{
	struct flowspec_rule rule = {.kind = kind, .rate = rate};

	assert_int_equal(prefix_parse(text_of(prefix), &rule.prefix), 0);
	return rule;
}

static inline int
world_want(struct world *world, const char *prefix, enum flowspec_kind kind, uint32_t rate)
{
	struct flowspec_rule rule = world_rule(prefix, kind, rate);

	return bgpspeaker_want(world->speaker, &rule);
}

static inline int
world_unwant(struct world *world, const char *prefix, enum flowspec_kind kind)
{
	struct flowspec_rule rule = world_rule(prefix, kind, 0);

	return bgpspeaker_unwant(world->speaker, &rule);
}

/* The rule as the router holds it, or NULL. Its bytes are built here anew. */
static inline struct peer_rule *
world_held(struct world *world, const struct flowspec_rule *rule)
{
	static const uint8_t rest[] = {3, 0x81, 6, 5, 0x81, 25};
	bool is_v4 = address_is_v4(&rule->prefix.address), is_flow = rule->kind == FLOWSPEC_MAIL;
	unsigned skip = is_v4 ? 12 : 0, bits = rule->prefix.length - skip * 8U, i = 0;
	uint8_t route[64];

	if (is_flow) {
		i = 1;
		if (world->settings.rules.has_destination) {
			route[i++] = 1;
			route[i++] = 0;
			if (!is_v4)
				route[i++] = 0;
		}
		route[i++] = 2;
	}
	route[i++] = (uint8_t)bits;
	if (is_flow && !is_v4)
		route[i++] = 0;
	memcpy(route + i, rule->prefix.address.byte + skip, (bits + 7) / 8);
	i += (bits + 7) / 8;
	if (is_flow) {
		memcpy(route + i, rest, sizeof(rest));
		i += (unsigned)sizeof(rest);
		route[0] = (uint8_t)(i - 1);
	}
	return peer_find(&world->peer, is_v4 ? 1 : 2, is_flow ? 133 : 1, route, i);
}

static inline bool
world_has(struct world *world, const char *prefix, enum flowspec_kind kind)
{
	struct flowspec_rule rule = world_rule(prefix, kind, 0);

	return world_held(world, &rule) != NULL;
}

#endif
