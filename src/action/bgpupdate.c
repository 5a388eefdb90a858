/* SPDX-License-Identifier: BSD-2-Clause */
#include "action/bgpupdate.h"

#include <errno.h>

/* Attributes (RFC 4271 s4.3, s5; RFC 4760; RFC 1997; RFC 4360; RFC 6793). */
enum {
	ORIGIN = 1,
	AS_PATH = 2,
	NEXT_HOP = 3,
	MULTI_EXIT_DISC = 4,
	LOCAL_PREF = 5,
	ATOMIC_AGGREGATE = 6,
	AGGREGATOR = 7,
	COMMUNITIES = 8,
	MP_REACH = 14,
	MP_UNREACH = 15,
	EXTENDED_COMMUNITIES = 16,
	AS4_PATH = 17
};

enum { OPTIONAL = 0x80, TRANSITIVE = 0x40, EXTENDED_LENGTH = 0x10 };

#define ORIGIN_IGP  0
#define AS_SEQUENCE 2

static void
write_attribute(struct writer *into, unsigned flags, unsigned type, size_t length)
{
	writer_u8(into, (uint8_t)flags);
	writer_u8(into, (uint8_t)type);
	writer_u8(into, (uint8_t)length);
}

/* Empty inside the own AS, else the own number (RFC 4271 s5.1.2), which an old peer cannot read if it is large
 * (RFC 6793 s4.2.2). */
static void
write_as_path(struct writer *into, const struct bgp_path *path)
{
	if (!path->is_external) {
		write_attribute(into, TRANSITIVE, AS_PATH, 0);
		return;
	}
	write_attribute(into, TRANSITIVE, AS_PATH, path->has_four_octets ? 6 : 4);
	writer_u16(into, AS_SEQUENCE << 8 | 1);
	if (path->has_four_octets)
		writer_u32(into, path->as);
	else
		writer_u16(into, path->as > UINT16_MAX ? BGP_AS_TRANS : (uint16_t)path->as);
}

static void
write_next_hop(struct writer *into, const struct bgp_path *path)
{
	write_attribute(into, TRANSITIVE, NEXT_HOP, 4);
	writer_bytes(into, path->next_hop.byte + 12, 4);
}

/* In rising order of their types. */
static void
write_path(struct writer *into, enum bgp_family family, const struct bgp_path *path)
{
	write_attribute(into, TRANSITIVE, ORIGIN, 1);
	writer_u8(into, ORIGIN_IGP);
	write_as_path(into, path);
	if (family == BGP_UNICAST4)
		write_next_hop(into, path);
	if (!path->is_external) {
		write_attribute(into, TRANSITIVE, LOCAL_PREF, 4);
		writer_u32(into, path->local_pref);
	}
	if (path->communities > 0) {
		write_attribute(into, OPTIONAL | TRANSITIVE, COMMUNITIES, path->communities * 4UL);
		for (unsigned i = 0; i < path->communities; i++)
			writer_u32(into, path->community[i]);
	}
	if (path->extended != 0) {
		write_attribute(into, OPTIONAL | TRANSITIVE, EXTENDED_COMMUNITIES, 8);
		writer_u64(into, path->extended);
	}
	if (path->is_external && !path->has_four_octets && path->as > UINT16_MAX) {
		write_attribute(into, OPTIONAL | TRANSITIVE, AS4_PATH, 6);
		writer_u16(into, AS_SEQUENCE << 8 | 1);
		writer_u32(into, path->as);
	}
}

/* MP_REACH_NLRI up to its routes; its length comes later. */
static void
begin_multiprotocol(struct bgpupdate *update, const struct bgp_path *path)
{
	struct writer *message = &update->message;

	writer_u8(message, OPTIONAL | EXTENDED_LENGTH);
	writer_u8(message, path != NULL ? MP_REACH : MP_UNREACH);
	update->value = writer_take(message, 2);
	writer_u16(message, bgp_family_afi(update->family));
	writer_u8(message, bgp_family_safi(update->family));
	if (path == NULL)
		return;
	if (update->family == BGP_UNICAST6) {
		writer_u8(message, 16);
		writer_bytes(message, path->next_hop.byte, 16);
	} else {
		writer_u8(message, 0);
	}
	writer_u8(message, 0); /* reserved */
}

void
bgpupdate_begin(struct bgpupdate *update, const struct writer *into, enum bgp_family family,
	const struct bgp_path *path)
{
	struct writer tail = writer_on(update->tail, sizeof(update->tail));

	must((size_t)(into->end - into->at) >= BGP_MESSAGE);
	update->message = writer_on(into->at, BGP_MESSAGE);
	update->family = family;
	update->is_reach = path != NULL;
	update->begin = bgp_write_begin(&update->message, BGP_UPDATE);
	update->value = writer_take(&update->message, 2);
	memset(update->value, 0, 2);
	if (family == BGP_UNICAST4 && path == NULL) {
		/* Withdrawn routes, and behind them an empty list of attributes. */
		writer_u16(&tail, 0);
	} else {
		update->list = writer_take(&update->message, 2);
		if (family == BGP_UNICAST4) {
			write_path(&update->message, family, path);
		} else {
			begin_multiprotocol(update, path);
			if (path != NULL)
				write_path(&tail, family, path);
		}
	}
	update->tail_length = writer_length(&tail);
	must(!tail.failed && !update->message.failed);
	update->end = update->message.end - update->tail_length;
	/* IPv4 unicast that is announced: the routes are behind the attributes. */
	if (family == BGP_UNICAST4 && path != NULL) {
		size_t length = (size_t)(update->message.at - update->list) - 2;

		update->list[0] = (uint8_t)(length >> 8);
		update->list[1] = (uint8_t)length;
	}
}

bool
bgpupdate_add(struct bgpupdate *update, const uint8_t *route, size_t size)
{
	if ((size_t)(update->end - update->message.at) < size)
		return false;
	writer_bytes(&update->message, route, size);
	return true;
}

static void
set_length(uint8_t *at, const uint8_t *from, const uint8_t *to)
{
	size_t length = (size_t)(to - from);

	at[0] = (uint8_t)(length >> 8);
	at[1] = (uint8_t)length;
}

void
bgpupdate_end(struct bgpupdate *update, struct writer *into)
{
	struct writer *message = &update->message;
	const uint8_t *routes_end = message->at;

	writer_bytes(message, update->tail, update->tail_length);
	if (update->family != BGP_UNICAST4) {
		set_length(update->value, update->value + 2, routes_end);
		set_length(update->list, update->list + 2, message->at);
	} else if (!update->is_reach) {
		set_length(update->value, update->value + 2, routes_end);
	}
	bgp_write_end(message, update->begin);
	must(!message->failed);
	(void)writer_take(into, writer_length(message));
}

void
bgpupdate_write_end_of_rib(struct writer *into, enum bgp_family family)
{
	uint8_t *begin = bgp_write_begin(into, BGP_UPDATE);

	writer_u16(into, 0);
	if (family == BGP_UNICAST4) {
		writer_u16(into, 0);
	} else {
		writer_u16(into, 6);
		write_attribute(into, OPTIONAL, MP_UNREACH, 3);
		writer_u16(into, bgp_family_afi(family));
		writer_u8(into, bgp_family_safi(family));
	}
	bgp_write_end(into, begin);
}

static int
refuse(struct bgp_error *error, unsigned subcode)
{
	*error = bgp_error_of(BGP_UPDATE_ERROR, subcode);
	return -EBADMSG;
}

/* How many prefixes; -EBADMSG if they do not end where their field does (RFC 7606 s5.3). */
static int64_t
count_prefixes(struct reader field, unsigned longest)
{
	int64_t count = 0;

	for (; reader_left(&field) > 0; count++) {
		unsigned length = reader_u8(&field);

		reader_skip(&field, (length + 7) / 8);
		if (field.failed || length > longest)
			return -EBADMSG;
	}
	return count;
}

/* The same of FlowSpec (RFC 8955 s4.1). */
static int64_t
count_rules(struct reader field)
{
	int64_t count = 0;

	for (; reader_left(&field) > 0; count++) {
		size_t length = reader_u8(&field);

		if (length >= 0xf0)
			length = (length & 0x0f) << 8 | reader_u8(&field);
		reader_skip(&field, length);
		if (field.failed)
			return -EBADMSG;
	}
	return count;
}

static int64_t
count_routes(struct reader field, enum bgp_family family)
{
	switch (family) {
	case BGP_FLOW4:
	case BGP_FLOW6:
		return count_rules(field);
	case BGP_UNICAST4:
		return count_prefixes(field, 32);
	case BGP_UNICAST6:
		return count_prefixes(field, 128);
	case BGP_FAMILIES:
		break;
	}
	/* How a family that is not known here writes them is not known either. */
	return reader_left(&field) > 0;
}

/* What a next hop may have as its length; that of FlowSpec is not looked at (RFC 8955 s4). */
static bool
is_next_hop(enum bgp_family family, size_t length)
{
	if (family == BGP_UNICAST4)
		return length == 4;
	if (family == BGP_UNICAST6)
		return length == 16 || length == 32;
	return true;
}

/* MP_REACH_NLRI or MP_UNREACH_NLRI; what cannot be read of it ends the session (RFC 7606 s7.11, s3 (j)). */
static int
read_multiprotocol(unsigned flags, unsigned type, struct reader value, struct bgpupdate_seen *seen,
	struct bgp_error *error)
{
	uint16_t afi = reader_u16(&value);
	enum bgp_family family = bgp_family_of(afi, reader_u8(&value));
	int64_t count;

	if ((flags & (OPTIONAL | TRANSITIVE)) != OPTIONAL)
		return refuse(error, BGP_UPDATE_BAD_OPTIONAL);
	if (type == MP_REACH) {
		size_t length = reader_u8(&value);

		reader_skip(&value, length);
		reader_skip(&value, 1); /* reserved */
		if (!is_next_hop(family, length))
			return refuse(error, BGP_UPDATE_BAD_OPTIONAL);
	}
	if (value.failed)
		return refuse(error, BGP_UPDATE_BAD_OPTIONAL);
	count = count_routes(value, family);
	if (count < 0)
		return refuse(error, BGP_UPDATE_BAD_OPTIONAL);
	if (type == MP_REACH)
		seen->announced += (uint32_t)count;
	else
		seen->withdrawn += (uint32_t)count;
	return 0;
}

/* Segments that are there whole (RFC 7606 s7.2): sets and sequences, also of confederations (RFC 5065 s3). */
static bool
is_as_path(struct reader value, bool has_four_octets)
{
	while (reader_left(&value) > 0) {
		unsigned type = reader_u8(&value), count = reader_u8(&value);

		reader_skip(&value, count * (has_four_octets ? 4UL : 2UL));
		if (value.failed || type < 1 || type > 4 || count == 0)
			return false;
	}
	return true;
}

/* What an attribute must be, or its routes count as withdrawn (RFC 7606 s7). Those of which only the attribute goes
 * are not in it. */
static bool
is_sound(unsigned flags, unsigned type, struct reader value, struct bgpupdate_sender sender)
{
	unsigned kind = flags & (OPTIONAL | TRANSITIVE);
	size_t length = reader_left(&value);

	switch (type) {
	case ORIGIN:
		return kind == TRANSITIVE && length == 1 && reader_u8(&value) <= 2;
	case AS_PATH:
		return kind == TRANSITIVE && is_as_path(value, sender.has_four_octets);
	case NEXT_HOP:
		return kind == TRANSITIVE && length == 4;
	case MULTI_EXIT_DISC:
		return kind == OPTIONAL && length == 4;
	case LOCAL_PREF:
		return sender.is_external || (kind == TRANSITIVE && length == 4);
	case COMMUNITIES:
		return kind == (OPTIONAL | TRANSITIVE) && length > 0 && length % 4 == 0;
	case EXTENDED_COMMUNITIES:
		return kind == (OPTIONAL | TRANSITIVE) && length > 0 && length % 8 == 0;
	default:
		return true;
	}
}

/* Which attributes there were. */
struct attributes {
	uint64_t seen[4];
	bool has_others; /* than MP_UNREACH_NLRI */
};

static bool
has(const struct attributes *attributes, unsigned type)
{
	return (attributes->seen[type / 64] >> type % 64 & 1) != 0;
}

static int
read_attributes(struct reader list, struct bgpupdate_sender sender, struct attributes *attributes,
	struct bgpupdate_seen *seen, struct bgp_error *error)
{
	while (reader_left(&list) > 0) {
		unsigned flags = reader_u8(&list), type = reader_u8(&list);
		size_t length = flags & EXTENDED_LENGTH ? reader_u16(&list) : reader_u8(&list);
		struct reader value = reader_sub(&list, length);
		bool is_second = has(attributes, type);

		attributes->has_others |= list.failed || type != MP_UNREACH;
		if (list.failed) {
			/* RFC 7606 s4: the length of all of them is what counts. */
			seen->is_damaged = true;
			return 0;
		}
		attributes->seen[type / 64] |= UINT64_C(1) << type % 64;
		if (type != MP_REACH && type != MP_UNREACH) {
			/* Of others the first one counts (RFC 7606 s3 (g)). */
			seen->is_damaged |= !is_second && !is_sound(flags, type, value, sender);
			continue;
		}
		if (is_second)
			return refuse(error, BGP_UPDATE_BAD_LIST);
		if (read_multiprotocol(flags, type, value, seen, error) < 0)
			return -EBADMSG;
	}
	return 0;
}

int
bgpupdate_read(struct reader body, struct bgpupdate_sender sender, struct bgpupdate_seen *ret,
	struct bgp_error *error)
{
	struct bgpupdate_seen seen = {0};
	struct attributes attributes = {0};
	struct reader withdrawn = reader_sub(&body, reader_u16(&body));
	struct reader list = reader_sub(&body, reader_u16(&body));
	int64_t gone, come;

	if (body.failed)
		return refuse(error, BGP_UPDATE_BAD_LIST);
	gone = count_prefixes(withdrawn, 32);
	come = count_prefixes(body, 32);
	if (gone < 0 || come < 0)
		return refuse(error, BGP_UPDATE_BAD_NETWORK);
	if (read_attributes(list, sender, &attributes, &seen, error) < 0)
		return -EBADMSG;
	seen.announced += (uint32_t)come;
	seen.withdrawn += (uint32_t)gone;
	/* RFC 7606 s5.2: attributes and no route, and one is wrong: perhaps the routes were not found. */
	if (seen.is_damaged && seen.announced == 0 && attributes.has_others)
		return refuse(error, BGP_UPDATE_BAD_LIST);
	/* What each route must have (RFC 7606 s3 (d)). */
	if (seen.announced > 0 && (!has(&attributes, ORIGIN) || !has(&attributes, AS_PATH)))
		seen.is_damaged = true;
	if (come > 0 && !has(&attributes, NEXT_HOP))
		seen.is_damaged = true;
	seen.is_end_of_rib = seen.announced == 0 && seen.withdrawn == 0 && !attributes.has_others;
	*ret = seen;
	return 0;
}
