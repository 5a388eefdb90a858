/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/accounting.h"

#include "base/hash.h"
#include "base/table.h"

#include <errno.h>
#include <stdlib.h>

const char *const accounting_kind_names[ACCOUNTING_KINDS] = {[ACCOUNTING_START] = "start",
	[ACCOUNTING_INTERIM] = "interim",
	[ACCOUNTING_STOP] = "stop",
	[ACCOUNTING_ON] = "on",
	[ACCOUNTING_OFF] = "off"};

/* A request that was answered. */
struct remembered {
	uint64_t key;
	struct wall time;
};

struct accounting {
	struct accounting_settings settings;
	struct accounting_counts counts;
	struct table requests;   /* -> their place in the ring */
	struct remembered *ring; /* in the order in which they came */
	size_t first;
	size_t count;
};

/* What is gathered from attributes besides the event itself. */
struct reading {
	struct accounting_event *event;
	uint32_t status;
	uint32_t delay;
	uint32_t stamp; /* 0: none */
	uint32_t lasted;
	bool is_crowded;
};

static bool
add_held(
	struct reading *reading, enum accounting_from from, struct address address, unsigned length)
{
	struct accounting_event *event = reading->event;
	struct accounting_held *held = &event->held[event->held_count];

	if (event->held_count == ACCOUNTING_HELD) {
		reading->is_crowded = true;
		return true;
	}
	held->from = (uint8_t)from;
	held->prefix = (struct prefix){address_mask(&address, length), (uint8_t)length};
	event->held_count++;
	return true;
}

/* All of the Internet is no line, and IPv4 (RFC 4291 s2.5.5.2) has an attribute of its own. */
static bool
add_ipv6(
	struct reading *reading, enum accounting_from from, struct address address, unsigned length)
{
	return length == 0 || address_is_v4(&address) || add_held(reading, from, address, length);
}

/* Framed-IP-Address. */
static bool
take_ipv4(struct reading *reading, const struct radius_attribute *attribute)
{
	uint32_t value;

	if (!radius_u32(attribute, &value))
		return false;
	/* "Let the NAS choose", or the user: no addresses (RFC 2865 s5.8). */
	if (value == UINT32_MAX || value == UINT32_MAX - 1 || value == 0)
		return true;
	return add_held(reading, ACCOUNTING_IPV4, address_from_v4(value), 128);
}

static bool
take_ipv6(struct reading *reading, const struct radius_attribute *attribute)
{
	struct reader value = attribute->value;

	if (reader_left(&value) != 16)
		return false;
	return add_ipv6(reading, ACCOUNTING_IPV6, address_from_bytes(value.at, 16), 128);
}

/* A reserved byte, the length in bits, and as many bytes as are needed or more (RFC 3162 s2.3). */
static bool
take_prefix(struct reading *reading, const struct radius_attribute *attribute,
	enum accounting_from from)
{
	struct reader value = attribute->value;
	struct address address = {{0}};
	unsigned length;
	size_t size;

	reader_skip(&value, 1);
	length = reader_u8(&value);
	size = reader_left(&value);
	if (value.failed || length > 128 || size > 16 || size < (length + 7) / 8)
		return false;
	if (size > 0)
		memcpy(address.byte, value.at, size);
	return add_ipv6(reading, from, address, length);
}

static bool
take_interface(struct reading *reading, const struct radius_attribute *attribute)
{
	struct reader value = attribute->value;

	if (reader_left(&value) != sizeof(reading->event->interface))
		return false;
	reading->event->has_interface = true;
	memcpy(reading->event->interface, value.at, sizeof(reading->event->interface));
	return true;
}

static bool
take_nas(struct reading *reading, const struct radius_attribute *attribute, size_t size)
{
	struct reader value = attribute->value;

	if (reader_left(&value) != size)
		return false;
	reading->event->nas = address_from_bytes(value.at, size);
	return true;
}

/* False: its length is wrong. */
static bool
take(struct reading *reading, const struct radius_attribute *attribute)
{
	struct accounting_event *event = reading->event;

	switch (attribute->type) {
	case RADIUS_USER_NAME:
		event->user = radius_text(attribute);
		return true;
	case RADIUS_CALLING_STATION_ID:
		event->station = radius_text(attribute);
		return true;
	case RADIUS_NAS_IDENTIFIER:
		event->nas_identifier = radius_text(attribute);
		return true;
	case RADIUS_ACCT_SESSION_ID:
		event->session = radius_text(attribute);
		return true;
	case RADIUS_ACCT_MULTI_SESSION_ID:
		event->multi_session = radius_text(attribute);
		return true;
	case RADIUS_NAS_PORT_ID:
		event->port = radius_text(attribute);
		return true;
	case RADIUS_NAS_IP_ADDRESS:
		return take_nas(reading, attribute, 4);
	case RADIUS_NAS_IPV6_ADDRESS:
		return take_nas(reading, attribute, 16);
	case RADIUS_ACCT_STATUS_TYPE:
		return radius_u32(attribute, &reading->status);
	case RADIUS_ACCT_DELAY_TIME:
		return radius_u32(attribute, &reading->delay);
	case RADIUS_ACCT_SESSION_TIME:
		event->has_begun = true;
		return radius_u32(attribute, &reading->lasted);
	case RADIUS_EVENT_TIMESTAMP:
		return radius_u32(attribute, &reading->stamp);
	case RADIUS_FRAMED_IP_ADDRESS:
		return take_ipv4(reading, attribute);
	case RADIUS_FRAMED_IPV6_ADDRESS:
		return take_ipv6(reading, attribute);
	case RADIUS_FRAMED_IPV6_PREFIX:
		return take_prefix(reading, attribute, ACCOUNTING_PREFIX);
	case RADIUS_DELEGATED_IPV6_PREFIX:
		return take_prefix(reading, attribute, ACCOUNTING_DELEGATED);
	case RADIUS_FRAMED_INTERFACE_ID:
		return take_interface(reading, attribute);
	default:
		return true;
	}
}

/* RFC 2866 s5.1; ACCOUNTING_KINDS: no event of a session. */
static enum accounting_kind
kind_of(uint32_t status)
{
	switch (status) {
	case 1:
		return ACCOUNTING_START;
	case 2:
		return ACCOUNTING_STOP;
	case 3:
		return ACCOUNTING_INTERIM;
	case 7:
		return ACCOUNTING_ON;
	case 8:
		return ACCOUNTING_OFF;
	default:
		return ACCOUNTING_KINDS;
	}
}

/* When it happened. */
static void
find_time(const struct reading *reading, const struct accounting_clock *clock,
	struct accounting_counts *counts)
{
	struct accounting_event *event = reading->event;
	int64_t stamp = (int64_t)reading->stamp * WALL_SECOND;

	event->time.us = event->arrived.us - (int64_t)reading->delay * WALL_SECOND;
	if (reading->stamp == 0)
		return;
	if (stamp > event->arrived.us + clock->ahead || stamp < event->time.us - clock->behind) {
		counts->clocks++;
		return;
	}
	event->is_stamped = true;
	event->time.us = stamp;
}

int
accounting_read(struct reader attributes, const struct accounting_settings *settings,
	const struct address *source, struct wall arrived, struct accounting_counts *counts,
	struct accounting_event *ret)
{
	struct radius_walk walk = radius_walk(attributes);
	struct reading reading = {.event = ret};
	struct radius_attribute attribute;
	bool needs_session, needs_name;

	*ret = (struct accounting_event){.arrived = arrived, .source = *source, .nas = *source};
	while (radius_next(&walk, &attribute)) {
		if (attribute.vendor == 0 && !take(&reading, &attribute))
			return -EBADMSG;
	}
	if (reading.status == 0)
		return -ENODATA;
	ret->kind = kind_of(reading.status);
	if (ret->kind == ACCOUNTING_KINDS)
		return -ENOMSG;
	needs_session = ret->kind != ACCOUNTING_ON && ret->kind != ACCOUNTING_OFF;
	needs_name = ret->kind == ACCOUNTING_START || ret->kind == ACCOUNTING_INTERIM;
	ret->line = settings->name == ACCOUNTING_BY_USER ? ret->user : ret->station;
	if (needs_session && ret->session.length == 0)
		return -ENODATA;
	if (needs_name && ret->line.length == 0)
		return -ENXIO;
	counts->crowded += reading.is_crowded;
	find_time(&reading, &settings->clock, counts);
	ret->begun.us = ret->time.us - (int64_t)reading.lasted * WALL_SECOND;
	return 0;
}

struct accounting *
accounting_new(const struct accounting_settings *settings)
{
	struct accounting *accounting = xcalloc(1, sizeof(*accounting));

	must(settings->requests_most > 0 && settings->taker.take != NULL);
	accounting->settings = *settings;
	table_init(&accounting->requests, settings->requests_most);
	accounting->ring = xcalloc(settings->requests_most, sizeof(*accounting->ring));
	return accounting;
}

struct accounting *
accounting_free(struct accounting *accounting)
{
	if (accounting == NULL)
		return NULL;
	table_done(&accounting->requests);
	free(accounting->ring);
	free(accounting);
	return NULL;
}

/* The oldest is forgotten. */
static void
forget(struct accounting *accounting)
{
	struct table_slot *slot =
		table_find(&accounting->requests, accounting->ring[accounting->first].key);

	if (slot != NULL && slot->value == accounting->first)
		table_remove(&accounting->requests, slot);
	accounting->first = (accounting->first + 1) % accounting->settings.requests_most;
	accounting->count--;
}

static void
forget_old(struct accounting *accounting, struct wall now)
{
	int64_t since = now.us - accounting->settings.remember;

	while (accounting->count > 0 && accounting->ring[accounting->first].time.us < since)
		forget(accounting);
}

static void
remember(struct accounting *accounting, uint64_t key, struct wall now)
{
	size_t most = accounting->settings.requests_most, at;
	struct table_slot *slot;

	if (accounting->count == most)
		forget(accounting);
	at = (accounting->first + accounting->count) % most;
	if (table_add(&accounting->requests, key, &slot) < 0)
		return;
	slot->value = (uint32_t)at;
	accounting->ring[at] = (struct remembered){key, now};
	accounting->count++;
}

/* The same source, identifier and Authenticator are the same request. */
static uint64_t
key_of(const struct accounting *accounting, const struct accounting_peer *peer,
	const struct radius_packet *packet)
{
	uint8_t bytes[sizeof(peer->source) + 3 + RADIUS_AUTHENTICATOR];
	struct writer writer = writer_on(bytes, sizeof(bytes));

	writer_bytes(&writer, &peer->source, sizeof(peer->source));
	writer_u16(&writer, peer->port);
	writer_u8(&writer, packet->identifier);
	writer_bytes(&writer, packet->authenticator, RADIUS_AUTHENTICATOR);
	return hash_fast(bytes, sizeof(bytes), accounting->settings.seed);
}

/* Accounting-Response, with all Proxy-State as they came (RFC 2865 s5.33). */
static size_t
answer(struct accounting *accounting, const struct accounting_peer *peer,
	const struct radius_packet *packet, uint8_t into[RADIUS_MOST])
{
	struct radius_walk walk = radius_walk(packet->attributes);
	struct radius_attribute attribute;
	struct radius_writer writer;
	int length;

	radius_begin(&writer, into, RADIUS_MOST, RADIUS_ACCOUNTING_RESPONSE, packet->identifier);
	while (radius_next(&walk, &attribute)) {
		size_t size = reader_left(&attribute.value);

		if (attribute.vendor == 0 && attribute.type == RADIUS_PROXY_STATE && size > 0)
			radius_add(&writer, RADIUS_PROXY_STATE, attribute.value.at, size);
	}
	length = radius_sign_response(peer->key, &writer, packet->authenticator);
	if (length < 0)
		return 0;
	accounting->counts.answers++;
	return (size_t)length;
}

/* Is it to be answered? */
static bool
handle(struct accounting *accounting, const struct accounting_peer *peer,
	const struct radius_packet *packet, struct wall now)
{
	struct accounting_counts *counts = &accounting->counts;
	struct accounting_event event;
	int r = accounting_read(
		packet->attributes, &accounting->settings, &peer->source, now, counts, &event);

	if (r == -EBADMSG) {
		counts->faults[RADIUS_BAD_ATTRIBUTE]++;
		return false;
	}
	if (r == -ENODATA) {
		counts->incomplete++;
		return false;
	}
	counts->others += r == -ENOMSG;
	counts->unnamed += r == -ENXIO;
	if (r < 0)
		return true;
	if (accounting->settings.taker.take(accounting->settings.taker.context, &event) < 0) {
		counts->not_taken++;
		return false;
	}
	counts->events[event.kind]++;
	return true;
}

size_t
accounting_request(struct accounting *accounting, const struct accounting_peer *peer,
	const void *bytes, size_t size, struct wall now, uint8_t into[RADIUS_MOST])
{
	struct accounting_counts *counts = &accounting->counts;
	struct radius_packet packet;
	enum radius_fault fault;
	uint64_t key;

	counts->requests++;
	if (peer->key == NULL) {
		counts->strangers++;
		return 0;
	}
	fault = radius_read(bytes, size, &packet);
	if (fault == RADIUS_NO_FAULT && packet.code != RADIUS_ACCOUNTING_REQUEST)
		fault = RADIUS_BAD_CODE;
	if (fault == RADIUS_NO_FAULT)
		fault = radius_check_request(peer->key, &packet);
	if (fault != RADIUS_NO_FAULT) {
		counts->faults[fault]++;
		return 0;
	}
	forget_old(accounting, now);
	key = key_of(accounting, peer, &packet);
	if (table_find(&accounting->requests, key) != NULL) {
		counts->doubles++;
	} else {
		if (!handle(accounting, peer, &packet, now))
			return 0;
		remember(accounting, key, now);
	}
	return answer(accounting, peer, &packet, into);
}

const struct accounting_counts *
accounting_counts(const struct accounting *accounting)
{
	return &accounting->counts;
}
