/* SPDX-License-Identifier: BSD-2-Clause */
#include "action/bgpmessage.h"

#include <errno.h>

#define VERSION 4

/* Parameters and capabilities of OPEN. */
enum {
	PARAMETER_CAPABILITIES = 2,
	PARAMETER_EXTENDED = 255, /* RFC 9072 */
	CAPABILITY_FAMILY = 1,
	CAPABILITY_REFRESH = 2,
	CAPABILITY_LONG = 6,
	CAPABILITY_RESTART = 64,
	CAPABILITY_FOUR_OCTETS = 65
};

/* Flags of graceful restart (RFC 4724 s3): of all, before the time; of a family. */
#define RESTART_STATE      0x8000
#define RESTART_FORWARDING 0x80

static const struct {
	uint16_t afi;
	uint8_t safi;
} families[BGP_FAMILIES] = {
	[BGP_FLOW4] = {1, 133},
	[BGP_FLOW6] = {2, 133},
	[BGP_UNICAST4] = {1, 1},
	[BGP_UNICAST6] = {2, 1},
};

const char *const bgp_family_names[BGP_FAMILIES] = {
	[BGP_FLOW4] = "IPv4 FlowSpec",
	[BGP_FLOW6] = "IPv6 FlowSpec",
	[BGP_UNICAST4] = "IPv4 unicast",
	[BGP_UNICAST6] = "IPv6 unicast",
};

uint16_t
bgp_family_afi(enum bgp_family family)
{
	return families[family].afi;
}

uint8_t
bgp_family_safi(enum bgp_family family)
{
	return families[family].safi;
}

enum bgp_family
bgp_family_of(uint16_t afi, uint8_t safi)
{
	for (unsigned i = 0; i < BGP_FAMILIES; i++) {
		if (families[i].afi == afi && families[i].safi == safi)
			return (enum bgp_family)i;
	}
	return BGP_FAMILIES;
}

uint8_t *
bgp_write_begin(struct writer *into, enum bgp_type type)
{
	uint8_t *begin = writer_take(into, BGP_HEADER);

	if (begin == NULL)
		return NULL;
	memset(begin, 0xff, 16);
	memset(begin + 16, 0, 2);
	begin[18] = (uint8_t)type;
	return begin;
}

static void
set_u16(uint8_t *at, size_t v)
{
	at[0] = (uint8_t)(v >> 8);
	at[1] = (uint8_t)v;
}

void
bgp_write_end(struct writer *into, uint8_t *begin)
{
	if (begin != NULL && !into->failed)
		set_u16(begin + 16, (size_t)(into->at - begin));
}

/* What was told goes on to hold while nobody is here: all families are forwarded by the other side. */
static void
write_restart(struct writer *into, const struct bgp_open *open)
{
	uint8_t families_kept = open->restart > 0 ? open->families : 0;
	unsigned count = (unsigned)__builtin_popcount(families_kept);

	writer_u16(into, (uint16_t)(CAPABILITY_RESTART << 8 | (2 + 4 * count)));
	writer_u16(into, (uint16_t)(open->restart | (open->is_restarted ? RESTART_STATE : 0)));
	for (unsigned i = 0; i < BGP_FAMILIES; i++) {
		if ((families_kept & 1U << i) == 0)
			continue;
		writer_u16(into, families[i].afi);
		writer_u8(into, families[i].safi);
		writer_u8(into, RESTART_FORWARDING);
	}
}

static void
write_capabilities(struct writer *into, const struct bgp_open *open)
{
	for (unsigned i = 0; i < BGP_FAMILIES; i++) {
		if ((open->families & 1U << i) == 0)
			continue;
		writer_u8(into, CAPABILITY_FAMILY);
		writer_u8(into, 4);
		writer_u16(into, families[i].afi);
		writer_u8(into, 0);
		writer_u8(into, families[i].safi);
	}
	if (open->has_refresh)
		writer_u16(into, CAPABILITY_REFRESH << 8);
	if (open->has_long)
		writer_u16(into, CAPABILITY_LONG << 8);
	if (open->has_restart)
		write_restart(into, open);
	if (open->has_four_octets) {
		writer_u16(into, CAPABILITY_FOUR_OCTETS << 8 | 4);
		writer_u32(into, open->as);
	}
}

void
bgp_write_open(struct writer *into, const struct bgp_open *open)
{
	uint8_t *begin = bgp_write_begin(into, BGP_OPEN), *lengths;
	size_t length;

	writer_u8(into, VERSION);
	writer_u16(into, open->as > UINT16_MAX ? BGP_AS_TRANS : (uint16_t)open->as);
	writer_u16(into, open->hold);
	writer_u32(into, open->identifier);
	/* Of all parameters; and the only one, with its own. */
	lengths = writer_take(into, 3);
	write_capabilities(into, open);
	if (lengths == NULL || into->failed)
		return;
	length = (size_t)(into->at - lengths) - 3;
	lengths[0] = (uint8_t)(length + 2);
	lengths[1] = PARAMETER_CAPABILITIES;
	lengths[2] = (uint8_t)length;
	bgp_write_end(into, begin);
}

void
bgp_write_keepalive(struct writer *into)
{
	bgp_write_end(into, bgp_write_begin(into, BGP_KEEPALIVE));
}

void
bgp_write_notification(struct writer *into, const struct bgp_error *error)
{
	uint8_t *begin = bgp_write_begin(into, BGP_NOTIFICATION);

	writer_u8(into, error->code);
	writer_u8(into, error->subcode);
	writer_bytes(into, error->data, error->length);
	bgp_write_end(into, begin);
}

static int
refuse(struct bgp_error *error, unsigned code, unsigned subcode, const void *data, size_t size)
{
	*error = bgp_error_of(code, subcode);
	error->length = (uint16_t)(size < sizeof(error->data) ? size : sizeof(error->data));
	if (data != NULL)
		memcpy(error->data, data, error->length);
	return -EBADMSG;
}

/* The least and the most that a message may have, with its header (RFC 4271 s4.2 to s4.5, RFC 2918 s3, RFC 8654 s4). */
static bool
is_length(uint8_t type, size_t length)
{
	static const struct {
		uint16_t least, most;
	} allowed[] = {
		[BGP_OPEN] = {29, BGP_MESSAGE},
		[BGP_UPDATE] = {23, BGP_RECEIVED},
		[BGP_NOTIFICATION] = {21, BGP_RECEIVED},
		[BGP_KEEPALIVE] = {BGP_HEADER, BGP_HEADER},
		[BGP_ROUTE_REFRESH] = {23, BGP_RECEIVED},
	};

	return length >= allowed[type].least && length <= allowed[type].most;
}

int
bgp_read(struct reader *bytes, struct bgp_message *ret, struct bgp_error *error)
{
	static const uint8_t marker[16] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	struct reader look = *bytes;
	const uint8_t *header, *at;
	size_t length;
	uint8_t type;

	header = reader_take(&look, BGP_HEADER);
	if (header == NULL)
		return 0;
	length = bytes_u16(header + 16);
	type = header[18];
	if (memcmp(header, marker, sizeof(marker)) != 0)
		return refuse(error, BGP_HEADER_ERROR, BGP_HEADER_NOT_SYNCHRONIZED, NULL, 0);
	if (length < BGP_HEADER)
		return refuse(error, BGP_HEADER_ERROR, BGP_HEADER_BAD_LENGTH, header + 16, 2);
	if (type < BGP_OPEN || type > BGP_ROUTE_REFRESH)
		return refuse(error, BGP_HEADER_ERROR, BGP_HEADER_BAD_TYPE, header + 18, 1);
	if (!is_length(type, length))
		return refuse(error, BGP_HEADER_ERROR, BGP_HEADER_BAD_LENGTH, header + 16, 2);
	at = reader_take(&look, length - BGP_HEADER);
	if (at == NULL)
		return 0;
	*bytes = look;
	*ret = (struct bgp_message){
		.type = (enum bgp_type)type, .body = reader_on(at, length - BGP_HEADER)};
	return 1;
}

/* Capabilities that are known, but not as long as they must be, count as not there: other parts of the session do not
 * depend on them. Only what does not fit into the parameter is an error of the message. */
static bool
read_capabilities(struct reader list, struct bgp_open *ret)
{
	while (reader_left(&list) > 0) {
		uint8_t code = reader_u8(&list), length = reader_u8(&list);
		struct reader value = reader_sub(&list, length);
		uint16_t afi;

		if (list.failed)
			return false;
		if (code == CAPABILITY_FAMILY && length == 4) {
			afi = reader_u16(&value);
			reader_skip(&value, 1);
			ret->families |= (uint8_t)(1U << bgp_family_of(afi, reader_u8(&value)));
		} else if (code == CAPABILITY_FOUR_OCTETS && length == 4) {
			ret->has_four_octets = true;
			ret->as = reader_u32(&value);
		} else if (code == CAPABILITY_REFRESH && length == 0) {
			ret->has_refresh = true;
		} else if (code == CAPABILITY_LONG && length == 0) {
			ret->has_long = true;
		} else if (code == CAPABILITY_RESTART && length >= 2) {
			ret->has_restart = true;
		}
	}
	return true;
}

/* The parameters, whose lengths have one byte, or two where they are extended (RFC 9072 s2). */
static int
read_parameters(struct reader list, bool is_extended, struct bgp_open *ret, struct bgp_error *error)
{
	while (reader_left(&list) > 0) {
		uint8_t type = reader_u8(&list);
		size_t length = is_extended ? reader_u16(&list) : reader_u8(&list);
		struct reader value = reader_sub(&list, length);

		if (list.failed)
			return refuse(error, BGP_OPEN_ERROR, 0, NULL, 0);
		if (type != PARAMETER_CAPABILITIES)
			return refuse(error, BGP_OPEN_ERROR, BGP_OPEN_BAD_PARAMETER, NULL, 0);
		if (!read_capabilities(value, ret))
			return refuse(error, BGP_OPEN_ERROR, 0, NULL, 0);
	}
	return 0;
}

int
bgp_read_open(struct reader body, struct bgp_open *ret, struct bgp_error *error)
{
	static const uint8_t version[2] = {0, VERSION};
	struct bgp_open open = {0};
	struct reader look;
	bool is_extended = false;
	size_t length;

	if (reader_u8(&body) != VERSION)
		return refuse(error, BGP_OPEN_ERROR, BGP_OPEN_BAD_VERSION, version, 2);
	open.as = reader_u16(&body);
	open.hold = reader_u16(&body);
	open.identifier = reader_u32(&body);
	length = reader_u8(&body);
	look = body;
	if (length == PARAMETER_EXTENDED && reader_u8(&look) == PARAMETER_EXTENDED) {
		is_extended = true;
		length = reader_u16(&look);
		body = look;
	}
	if (body.failed || reader_left(&body) != length)
		return refuse(error, BGP_OPEN_ERROR, 0, NULL, 0);
	if (open.hold == 1 || open.hold == 2)
		return refuse(error, BGP_OPEN_ERROR, BGP_OPEN_BAD_HOLD, NULL, 0);
	if (open.identifier == 0)
		return refuse(error, BGP_OPEN_ERROR, BGP_OPEN_BAD_IDENTIFIER, NULL, 0);
	if (read_parameters(body, is_extended, &open, error) < 0)
		return -EBADMSG;
	if (open.as == 0)
		return refuse(error, BGP_OPEN_ERROR, BGP_OPEN_BAD_AS, NULL, 0);
	open.families &= (1U << BGP_FAMILIES) - 1;
	*ret = open;
	return 0;
}

int
bgp_read_refresh(struct reader body, enum bgp_family *ret, struct bgp_error *error)
{
	uint16_t afi = reader_u16(&body);

	reader_skip(&body, 1);
	*ret = bgp_family_of(afi, reader_u8(&body));
	if (body.failed)
		return refuse(error, BGP_HEADER_ERROR, BGP_HEADER_BAD_LENGTH, NULL, 0);
	return 0;
}

void
bgp_read_notification(struct reader body, struct bgp_error *ret)
{
	uint8_t code = reader_u8(&body), subcode = reader_u8(&body);
	size_t size = body.failed ? 0 : reader_left(&body);
	struct bgp_error error;

	(void)refuse(&error, code, subcode, body.at, size);
	*ret = error;
}

struct words {
	uint8_t code;
	uint8_t subcode;
	const char *means;
};

/* Registries "BGP Error Codes" and "BGP Cease NOTIFICATION message subcodes", as they were when this was written. */
static const struct words meaning[] = {
	{1, 0, "a message header is wrong"},
	{1, 1, "the connection is not synchronized: a message did not begin with 16 bytes 0xff"},
	{1, 2, "a message has a length that its type does not allow"},
	{1, 3, "a message has a type that is not known"},
	{2, 0, "the OPEN is wrong"},
	{2, 1, "the version of BGP is not supported"},
	{2, 2, "the AS number is not the one that is configured for this neighbor"},
	{2, 3, "the BGP identifier is not acceptable: it may be the same on both sides"},
	{2, 4, "an optional parameter is not supported: this peer knows no capabilities"},
	{2, 5, "authentication failed"},
	{2, 6, "the hold time is not acceptable"},
	{2, 7, "a capability that it requires is missing"},
	{2, 8, "a BGP role does not match"},
	{3, 0, "an UPDATE is wrong"},
	{3, 1, "the attribute list of an UPDATE is malformed"},
	{3, 2, "a well-known attribute is not recognized"},
	{3, 3, "a well-known attribute is missing"},
	{3, 4, "the flags of an attribute are wrong"},
	{3, 5, "the length of an attribute is wrong"},
	{3, 6, "ORIGIN is invalid"},
	{3, 8, "NEXT_HOP is invalid"},
	{3, 9, "an optional attribute is wrong"},
	{3, 10, "the network field of an UPDATE is invalid"},
	{3, 11, "AS_PATH is malformed"},
	{4, 0, "nothing was heard within the hold time"},
	{5, 0, "a message came that the state of the session does not allow"},
	{5, 1, "a message came that may not come while OPEN is awaited"},
	{5, 2, "a message came that may not come while KEEPALIVE is awaited"},
	{5, 3, "a message came that may not come in an established session"},
	{6, 0, "the session was ended"},
	{6, 1, "too many prefixes or rules were announced: the limit of the neighbor is lower"},
	{6, 2, "the session was shut down by the administrator"},
	{6, 3, "the neighbor was removed from the configuration"},
	{6, 4, "the session was reset by the administrator"},
	{6, 5, "the connection was rejected: the neighbor may not be configured, or is waiting"},
	{6, 6, "the configuration was changed"},
	{6, 7, "two connections collided, and the other one was kept"},
	{6, 8, "there are too few resources"},
	{6, 9, "a hard reset"},
	{6, 10, "BFD says that the path is down"},
	{7, 0, "a ROUTE-REFRESH is wrong"},
	{8, 0, "what was sent was not taken within the send hold time"},
};

static const char *
find_meaning(uint8_t code, uint8_t subcode)
{
	const char *of_code = NULL;

	for (size_t i = 0; i < sizeof(meaning) / sizeof(meaning[0]); i++) {
		if (meaning[i].code != code)
			continue;
		if (meaning[i].subcode == subcode)
			return meaning[i].means;
		if (meaning[i].subcode == 0)
			of_code = meaning[i].means;
	}
	return of_code != NULL ? of_code : "an error of a kind that is not known here";
}

void
bgp_error_print(const struct bgp_error *error, struct buffer *into)
{
	struct reader data = reader_on(error->data, error->length);
	struct text said;
	size_t length;

	buffer_print(into, "%s (NOTIFICATION %u/%u)", find_meaning(error->code, error->subcode),
		error->code, error->subcode);
	/* What an administrator gave as the reason (RFC 9003 s2). */
	if (error->code != BGP_CEASE ||
		(error->subcode != BGP_CEASE_SHUTDOWN && error->subcode != BGP_CEASE_RESET))
		return;
	length = reader_u8(&data);
	said.at = (const char *)reader_take(&data, length);
	said.length = length;
	if (data.failed || length == 0 || text_check_line(said) < 0)
		return;
	buffer_print(into, ": ");
	buffer_json(into, said);
}
