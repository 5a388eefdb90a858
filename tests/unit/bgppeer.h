/* bgppeer - a router as tests have it: reads strictly what the RFCs say, and holds what it was told
 *
 * What:    takes bytes as they come, believes nothing, and fails the test where they are not exactly what RFC 4271,
 *          4760, 7606 s5.1, 8955 and 8956 want of a sender. Its rules are their bytes and what was said about them.
 *          It shares no code with what it checks.
 * Limits:  PEER_RULES rules; looked for one after the other.
 */
#ifndef LAZARET_TESTS_BGPPEER_H
#define LAZARET_TESTS_BGPPEER_H

#include "unit.h"

#include <stdbool.h>
#include <stdlib.h>

#define PEER_RULES 4096

enum peer_said { PEER_OPEN = 1, PEER_KEEPALIVE = 2, PEER_NOTIFICATION = 4 };

struct peer_rule {
	uint16_t afi;
	uint8_t safi;
	uint8_t length;
	uint8_t route[64];
	float rate;            /* of FlowSpec */
	uint32_t community[4]; /* of unicast */
	unsigned communities;
	uint8_t next_hop[16];
};

/* When something was last said about a rule in this session. */
struct peer_mention {
	uint16_t afi;
	uint8_t safi;
	uint8_t length;
	uint8_t route[64];
	int64_t us;
};

struct peer {
	uint32_t as; /* of the speaker */
	bool is_external;
	bool is_old;         /* knows two octets only */
	int64_t interval_us; /* 0: not looked at */
	bool withdrawals_wait;
	int64_t now_us;

	uint8_t bytes[8192];
	size_t length;
	unsigned said;
	uint8_t notification[2];
	unsigned ends; /* End-of-RIB: 1 IPv4 FlowSpec, 2 IPv6 FlowSpec, 4 and 8 unicast */
	unsigned updates;
	unsigned longest;
	struct peer_rule rule[PEER_RULES];
	unsigned rules;
	struct peer_mention mention[PEER_RULES];
	unsigned mentions;
};

static inline unsigned
peer_u16(const uint8_t *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

static inline uint32_t
peer_u32(const uint8_t *at)
{
	return (uint32_t)peer_u16(at) << 16 | peer_u16(at + 2);
}

/* The connection is over: all is forgotten. */
static inline void
peer_forget(struct peer *peer)
{
	peer->length = 0;
	peer->said = 0;
	peer->ends = 0;
	peer->rules = 0;
	peer->mentions = 0;
}

static inline unsigned
peer_end_bit(unsigned afi, unsigned safi)
{
	return (safi == 133 ? 1U : 4U) << (afi - 1);
}

static inline struct peer_rule *
peer_find(struct peer *peer, unsigned afi, unsigned safi, const uint8_t *route, unsigned length)
{
	for (unsigned i = 0; i < peer->rules; i++) {
		struct peer_rule *rule = &peer->rule[i];

		if (rule->afi == afi && rule->safi == safi && rule->length == length &&
			memcmp(rule->route, route, length) == 0)
			return rule;
	}
	return NULL;
}

/* Two UPDATEs about one rule lie the interval apart. */
static inline void
peer_mention(struct peer *peer, unsigned afi, unsigned safi, const uint8_t *route, unsigned length,
	bool is_withdrawal)
{
	struct peer_mention *mention = NULL;

	if (peer->interval_us == 0)
		return;
	for (unsigned i = 0; i < peer->mentions && mention == NULL; i++) {
		if (peer->mention[i].afi == afi && peer->mention[i].safi == safi &&
			peer->mention[i].length == length &&
			memcmp(peer->mention[i].route, route, length) == 0)
			mention = &peer->mention[i];
	}
	if (mention == NULL) {
		assert_in_range(peer->mentions, 0, PEER_RULES - 1);
		mention = &peer->mention[peer->mentions++];
		*mention = (struct peer_mention){
			.afi = (uint16_t)afi, .safi = (uint8_t)safi, .length = (uint8_t)length};
		memcpy(mention->route, route, length);
	} else if (!is_withdrawal || peer->withdrawals_wait) {
		assert_true(peer->now_us - mention->us >= peer->interval_us);
	}
	mention->us = peer->now_us;
}

/* FlowSpec: source prefix, perhaps all destinations before it, TCP, port 25, and nothing else. */
static inline void
peer_check_rule(unsigned afi, const uint8_t *at, unsigned length)
{
	static const uint8_t rest[] = {3, 0x81, 6, 5, 0x81, 25};
	unsigned i = 0, bits, bytes;

	if (at[i] == 1) {
		assert_int_equal(at[i + 1], 0);
		i += 2;
		if (afi == 2)
			assert_int_equal(at[i++], 0);
	}
	assert_int_equal(at[i++], 2);
	bits = at[i++];
	if (afi == 2)
		assert_int_equal(at[i++], 0);
	assert_in_range(bits, 1, afi == 1 ? 32 : 128);
	bytes = (bits + 7) / 8;
	if (bits % 8 != 0)
		assert_int_equal(at[i + bytes - 1] & (0xff >> bits % 8), 0);
	i += bytes;
	assert_int_equal(length, i + sizeof(rest));
	assert_memory_equal(at + i, rest, sizeof(rest));
}

/* The routes of one field. said: what holds for all of them; NULL: they are withdrawn. How many. */
static inline unsigned
peer_take_routes(struct peer *peer, unsigned afi, unsigned safi, const uint8_t *at,
	const uint8_t *end, const struct peer_rule *said)
{
	unsigned count = 0;

	for (; at < end; count++) {
		unsigned length = safi == 133 ? at[0] + 1U : 1U + (at[0] + 7U) / 8;
		struct peer_rule *rule;

		assert_in_range(length, 2, 63);
		assert_true(at + length <= end);
		if (safi == 133)
			peer_check_rule(afi, at + 1, length - 1);
		else
			assert_in_range(at[0], 1, afi == 1 ? 32 : 128);
		peer_mention(peer, afi, safi, at, length, said == NULL);
		rule = peer_find(peer, afi, safi, at, length);
		if (said == NULL) {
			/* A strict one: only what was announced is withdrawn. */
			if (rule == NULL)
				fail_msg("a rule is withdrawn that was not announced");
			else
				*rule = peer->rule[--peer->rules];
		} else {
			if (rule == NULL) {
				assert_in_range(peer->rules, 0, PEER_RULES - 1);
				rule = &peer->rule[peer->rules++];
			}
			*rule = *said;
			rule->afi = (uint16_t)afi;
			rule->safi = (uint8_t)safi;
			rule->length = (uint8_t)length;
			memcpy(rule->route, at, length);
		}
		at += length;
	}
	return count;
}

static inline void
peer_take_as_path(const struct peer *peer, const uint8_t *value, size_t length)
{
	unsigned size = peer->is_old ? 2 : 4;

	if (!peer->is_external) {
		assert_int_equal(length, 0);
		return;
	}
	assert_int_equal(length, 2 + size);
	assert_int_equal(value[0], 2);
	assert_int_equal(value[1], 1);
	if (!peer->is_old)
		assert_true(peer_u32(value + 2) == peer->as);
	else
		assert_true(peer_u16(value + 2) == (peer->as > 65535 ? 23456 : peer->as));
}

/* One attribute besides those of families. */
static inline void
peer_take_attribute(const struct peer *peer, unsigned flags, unsigned type, const uint8_t *value,
	size_t length, struct peer_rule *said)
{
	uint32_t bits;

	switch (type) {
	case 1:
		assert_int_equal(flags, 0x40);
		assert_int_equal(length, 1);
		assert_int_equal(value[0], 0);
		return;
	case 2:
		assert_int_equal(flags, 0x40);
		peer_take_as_path(peer, value, length);
		return;
	case 3:
		assert_int_equal(flags, 0x40);
		assert_int_equal(length, 4);
		memcpy(said->next_hop, value, 4);
		return;
	case 5:
		assert_int_equal(flags, 0x40);
		assert_int_equal(length, 4);
		assert_false(peer->is_external);
		return;
	case 8:
		assert_int_equal(flags, 0xc0);
		assert_in_range(length, 4, 16);
		assert_int_equal(length % 4, 0);
		for (said->communities = 0; said->communities < length / 4; said->communities++)
			said->community[said->communities] =
				peer_u32(value + 4UL * said->communities);
		return;
	case 16:
		assert_int_equal(flags, 0xc0);
		assert_int_equal(length, 8);
		assert_int_equal(peer_u16(value), 0x8006);
		assert_int_equal(peer_u16(value + 2), peer->as & 0xffff);
		bits = peer_u32(value + 4);
		memcpy(&said->rate, &bits, sizeof(bits));
		assert_true(said->rate >= 0);
		return;
	case 17:
		assert_int_equal(flags, 0xc0);
		assert_true(peer->is_old && peer->is_external && peer->as > 65535);
		assert_int_equal(length, 6);
		assert_true(peer_u32(value + 2) == peer->as);
		return;
	default:
		fail_msg("an attribute %u", type);
	}
}

/* A field of routes that is found among the attributes. */
struct peer_field {
	unsigned type; /* 14, 15; 0: none */
	unsigned afi;
	unsigned safi;
	const uint8_t *at;
	const uint8_t *end;
};

static inline void
peer_take_family(unsigned flags, unsigned type, const uint8_t *value, size_t length,
	struct peer_field *field, struct peer_rule *said)
{
	size_t hop = 0;

	assert_int_equal(flags & 0xef, 0x80);
	assert_in_range(length, type == 14 ? 5 : 3, 4096);
	*field = (struct peer_field){.type = type, .afi = peer_u16(value), .safi = value[2]};
	assert_in_range(field->afi, 1, 2);
	assert_true(field->safi == 133 || (field->safi == 1 && field->afi == 2));
	field->at = value + 3;
	field->end = value + length;
	if (type == 15)
		return;
	hop = value[3];
	assert_int_equal(hop, field->safi == 133 ? 0 : 16);
	memcpy(said->next_hop, value + 4, hop);
	assert_int_equal(value[4 + hop], 0);
	field->at = value + 5 + hop;
	assert_true(field->at < field->end);
}

static inline void
peer_take_update(struct peer *peer, const uint8_t *at, size_t length)
{
	const uint8_t *end = at + length, *gone = at + 2, *list, *list_end, *list_begin;
	struct peer_field field = {0};
	struct peer_rule said = {.rate = -1};
	unsigned seen = 0, last = 0;
	bool has_routes;

	list = gone + peer_u16(at);
	assert_true(list + 2 <= end);
	list_end = list + 2 + peer_u16(list);
	assert_true(list_end <= end);
	list_begin = list + 2;
	for (list += 2; list < list_end;) {
		unsigned flags = list[0], type = list[1];
		size_t size = flags & 0x10 ? peer_u16(list + 2) : list[2];
		const uint8_t *value = list + (flags & 0x10 ? 4 : 3);

		assert_true(value + size <= list_end);
		if (type == 14 || type == 15) {
			assert_true(list == list_begin);
			peer_take_family(flags, type, value, size, &field, &said);
		} else {
			assert_true(type > last);
			last = type;
			assert_in_range(type, 1, 17);
			seen |= 1U << type;
			peer_take_attribute(peer, flags, type, value, size, &said);
		}
		list = value + size;
	}
	/* One field only (RFC 7606 s5.1), and what belongs to it. */
	has_routes = list_end < end;
	assert_in_range((peer_u16(at) > 0) + has_routes + (field.type != 0), 0, 1);
	if (has_routes || field.type == 14) {
		bool is_flow = field.type == 14 && field.safi == 133;

		assert_int_equal(seen & 6, 6);
		assert_int_equal(seen >> 3 & 1, has_routes);
		assert_int_equal(seen >> 5 & 1, !peer->is_external);
		assert_int_equal(seen >> 16 & 1, is_flow);
		assert_int_equal(seen >> 8 & 1, !is_flow);
		if (has_routes)
			(void)peer_take_routes(peer, 1, 1, list_end, end, &said);
		else
			(void)peer_take_routes(
				peer, field.afi, field.safi, field.at, field.end, &said);
		return;
	}
	assert_int_equal(seen, 0);
	if (field.type == 15) {
		if (peer_take_routes(peer, field.afi, field.safi, field.at, field.end, NULL) == 0)
			peer->ends |= peer_end_bit(field.afi, field.safi);
	} else if (peer_take_routes(peer, 1, 1, gone, gone + peer_u16(at), NULL) == 0) {
		peer->ends |= peer_end_bit(1, 1);
	}
}

static inline void
peer_take_message(struct peer *peer, const uint8_t *at, size_t length)
{
	assert_int_equal(peer->said & PEER_NOTIFICATION, 0);
	switch (at[18]) {
	case 1:
		assert_int_equal(peer->said, 0);
		peer->said |= PEER_OPEN;
		assert_int_equal(at[19], 4);
		assert_int_equal(length, 29U + at[28]);
		return;
	case 2:
		assert_int_equal(peer->said, PEER_OPEN | PEER_KEEPALIVE);
		assert_true(length >= 23);
		peer->updates++;
		peer_take_update(peer, at + 19, length - 19);
		return;
	case 3:
		peer->said |= PEER_NOTIFICATION;
		assert_true(length >= 21);
		memcpy(peer->notification, at + 19, 2);
		return;
	case 4:
		assert_true((peer->said & PEER_OPEN) != 0);
		peer->said |= PEER_KEEPALIVE;
		assert_int_equal(length, 19);
		return;
	default:
		fail_msg("a message of type %u", at[18]);
	}
}

/* Bytes from the speaker, in any pieces. */
static inline void
peer_take(struct peer *peer, const uint8_t *bytes, size_t size)
{
	while (size > 0) {
		size_t room = sizeof(peer->bytes) - peer->length;
		size_t piece = size < room ? size : room, used = 0;

		memcpy(peer->bytes + peer->length, bytes, piece);
		peer->length += piece;
		bytes += piece;
		size -= piece;
		while (peer->length - used >= 19) {
			const uint8_t *at = peer->bytes + used;
			unsigned length = peer_u16(at + 16);

			for (int i = 0; i < 16; i++)
				assert_int_equal(at[i], 0xff);
			assert_in_range(length, 19, 4096);
			if (peer->length - used < length)
				break;
			peer->longest = length > peer->longest ? length : peer->longest;
			peer_take_message(peer, at, length);
			used += length;
		}
		memmove(peer->bytes, peer->bytes + used, peer->length - used);
		peer->length -= used;
	}
}

#endif
