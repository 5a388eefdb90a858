/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/accountingfile.h"

#include <errno.h>

enum shape {
	SHAPE_TEXT,
	SHAPE_NUMBER,
	SHAPE_STATUS, /* a number, or a word for it */
	SHAPE_TIME,   /* "Nov 26 2026 17:00:00 UTC" */
	SHAPE_IPV4,
	SHAPE_IPV6,
	SHAPE_PREFIX,
	SHAPE_INTERFACE,
	SHAPE_ARRIVED, /* Timestamp */
	SHAPE_SENDER   /* Packet-Src-IP-Address */
};

static const struct attribute {
	const char *name;
	uint8_t type;
	uint8_t shape;
} attributes[] = {
	{"User-Name", RADIUS_USER_NAME, SHAPE_TEXT},
	{"NAS-IP-Address", RADIUS_NAS_IP_ADDRESS, SHAPE_IPV4},
	{"NAS-Identifier", RADIUS_NAS_IDENTIFIER, SHAPE_TEXT},
	{"NAS-IPv6-Address", RADIUS_NAS_IPV6_ADDRESS, SHAPE_IPV6},
	{"NAS-Port-Id", RADIUS_NAS_PORT_ID, SHAPE_TEXT},
	{"Calling-Station-Id", RADIUS_CALLING_STATION_ID, SHAPE_TEXT},
	{"Acct-Status-Type", RADIUS_ACCT_STATUS_TYPE, SHAPE_STATUS},
	{"Acct-Session-Id", RADIUS_ACCT_SESSION_ID, SHAPE_TEXT},
	{"Acct-Multi-Session-Id", RADIUS_ACCT_MULTI_SESSION_ID, SHAPE_TEXT},
	{"Acct-Delay-Time", RADIUS_ACCT_DELAY_TIME, SHAPE_NUMBER},
	{"Acct-Session-Time", RADIUS_ACCT_SESSION_TIME, SHAPE_NUMBER},
	{"Event-Timestamp", RADIUS_EVENT_TIMESTAMP, SHAPE_TIME},
	{"Framed-IP-Address", RADIUS_FRAMED_IP_ADDRESS, SHAPE_IPV4},
	{"Framed-IPv6-Address", RADIUS_FRAMED_IPV6_ADDRESS, SHAPE_IPV6},
	{"Framed-IPv6-Prefix", RADIUS_FRAMED_IPV6_PREFIX, SHAPE_PREFIX},
	{"Framed-Interface-Id", RADIUS_FRAMED_INTERFACE_ID, SHAPE_INTERFACE},
	{"Delegated-IPv6-Prefix", RADIUS_DELEGATED_IPV6_PREFIX, SHAPE_PREFIX},
	{"Timestamp", 0, SHAPE_ARRIVED},
	{"Packet-Src-IP-Address", 0, SHAPE_SENDER},
	{"Packet-Src-IPv6-Address", 0, SHAPE_SENDER},
};

#define ATTRIBUTES (sizeof(attributes) / sizeof(*attributes))

static const struct {
	const char *name;
	uint32_t value;
} statuses[] = {{"Start", 1}, {"Stop", 2}, {"Interim-Update", 3}, {"Alive", 3},
	{"Accounting-On", 7}, {"Accounting-Off", 8}, {"Tunnel-Start", 9}, {"Tunnel-Stop", 10},
	{"Tunnel-Reject", 11}, {"Tunnel-Link-Start", 12}, {"Tunnel-Link-Stop", 13},
	{"Tunnel-Link-Reject", 14}, {"Failed", 15}};

struct record {
	struct accountingfile *file;
	struct radius_writer writer;
	struct text stamp; /* of Event-Timestamp, read when Timestamp is known */
	struct wall arrived;
	struct address sender;
	bool has_arrived;
};

void
accountingfile_init(struct accountingfile *file, const struct accounting_settings *settings,
	const struct zone *zone)
{
	*file = (struct accountingfile){.settings = *settings, .zone = zone};
}

/* The character behind a backslash; *at stands on it and is left on its last one. */
static char
unescape(struct text text, size_t *at)
{
	char c = text.at[*at];
	unsigned value = 0;
	size_t i = 0;

	if (c == 'n')
		return '\n';
	if (c == 'r')
		return '\r';
	if (c == 't')
		return '\t';
	while (i < 3 && *at + i < text.length && text.at[*at + i] >= '0' && text.at[*at + i] <= '7')
		value = value * 8 + (unsigned)(text.at[*at + i++] - '0');
	if (i != 3)
		return c;
	*at += 2;
	return (char)value;
}

static bool
is_quoted(struct text value)
{
	return value.length >= 2 && value.at[0] == '"' && value.at[value.length - 1] == '"';
}

static struct text
unquoted(struct text value)
{
	return is_quoted(value) ? (struct text){value.at + 1, value.length - 2} : value;
}

static bool
write_text(struct record *record, uint8_t type, struct text value)
{
	char bytes[RADIUS_VALUE];
	size_t length = 0;
	struct text inside = unquoted(value);

	for (size_t i = 0; i < inside.length; i++) {
		char c = inside.at[i];

		if (is_quoted(value) && c == '\\' && i + 1 < inside.length) {
			i++;
			c = unescape(inside, &i);
		}
		if (length == sizeof(bytes))
			return false;
		bytes[length++] = c;
	}
	/* An empty one says nothing. */
	if (length > 0)
		radius_add(&record->writer, type, bytes, length);
	return true;
}

static bool
write_number(struct record *record, uint8_t type, struct text value)
{
	uint64_t number;

	if (text_parse_u64(value, UINT32_MAX, &number) < 0)
		return false;
	radius_add_u32(&record->writer, type, (uint32_t)number);
	return true;
}

static bool
write_status(struct record *record, uint8_t type, struct text value)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++) {
		if (text_is(value, statuses[i].name)) {
			radius_add_u32(&record->writer, type, statuses[i].value);
			return true;
		}
	}
	return write_number(record, type, value);
}

static bool
write_address(struct record *record, uint8_t type, struct text value, bool is_v4)
{
	struct address address;

	if (address_parse(value, &address) < 0 || address_is_v4(&address) != is_v4)
		return false;
	if (is_v4)
		radius_add(&record->writer, type, address.byte + 12, 4);
	else
		radius_add(&record->writer, type, address.byte, 16);
	return true;
}

static bool
write_prefix(struct record *record, uint8_t type, struct text value)
{
	struct prefix prefix;
	uint8_t bytes[18] = {0};
	int r = prefix_parse(value, &prefix);

	if ((r < 0 && r != -EDOM) || address_is_v4(&prefix.address))
		return false;
	bytes[1] = prefix.length;
	memcpy(bytes + 2, prefix.address.byte, 16);
	radius_add(&record->writer, type, bytes, sizeof(bytes));
	return true;
}

/* "0:0:0:7": four numbers of 16 bits. */
static bool
write_interface(struct record *record, uint8_t type, struct text value)
{
	uint8_t bytes[8];
	struct writer writer = writer_on(bytes, sizeof(bytes));

	for (int i = 0; i < 4; i++) {
		struct text word = text_cut(&value, ':');
		uint64_t number;

		if (text_parse_hex(word, 0xffff, &number) < 0)
			return false;
		writer_u16(&writer, (uint16_t)number);
	}
	if (value.length > 0)
		return false;
	radius_add(&record->writer, type, bytes, sizeof(bytes));
	return true;
}

static bool
take_arrived(struct record *record, struct text value)
{
	uint64_t seconds;

	if (text_parse_u64(value, UINT32_MAX, &seconds) < 0)
		return false;
	record->arrived.us = (int64_t)seconds * WALL_SECOND;
	record->has_arrived = true;
	return true;
}

/* False: the value is none. */
static bool
take_value(struct record *record, const struct attribute *attribute, struct text value)
{
	switch ((enum shape)attribute->shape) {
	case SHAPE_TEXT:
		return write_text(record, attribute->type, value);
	case SHAPE_NUMBER:
		return write_number(record, attribute->type, value);
	case SHAPE_STATUS:
		return write_status(record, attribute->type, value);
	case SHAPE_TIME:
		record->stamp = unquoted(value);
		return true;
	case SHAPE_IPV4:
		return write_address(record, attribute->type, value, true);
	case SHAPE_IPV6:
		return write_address(record, attribute->type, value, false);
	case SHAPE_PREFIX:
		return write_prefix(record, attribute->type, value);
	case SHAPE_INTERFACE:
		return write_interface(record, attribute->type, value);
	case SHAPE_ARRIVED:
		return take_arrived(record, value);
	case SHAPE_SENDER:
		return address_parse(value, &record->sender) == 0;
	}
	return false;
}

/* "NAME = VALUE"; one that is not known is passed over. */
static bool
take_line(struct record *record, struct text line)
{
	struct text rest = line, name = text_trim(text_cut(&rest, '='));
	struct text value = text_trim(rest);

	for (size_t i = 0; i < ATTRIBUTES; i++) {
		if (text_is(name, attributes[i].name))
			return take_value(record, &attributes[i], value);
	}
	return true;
}

static int
month_of(struct text word)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int i = 0; word.length == 3 && i < 12; i++) {
		if (memcmp(names + 3 * i, word.at, 3) == 0)
			return i + 1;
	}
	return 0;
}

/* The next word; blanks before it do not count. */
static struct text
next_word(struct text *rest)
{
	*rest = text_trim(*rest);
	return text_cut(rest, ' ');
}

/* "Nov 26 2026 17:00:00" as if it were UTC, with what stands behind it. */
static bool
read_local(struct text text, struct wall *ret, struct text *zone)
{
	struct text rest = text, month = next_word(&rest), day = next_word(&rest);
	struct text year = next_word(&rest), clock = next_word(&rest);
	struct text hour = text_cut(&clock, ':'), minute = text_cut(&clock, ':');
	uint64_t y, d, h, m, s;

	*zone = text_trim(rest);
	if (text_parse_u64(year, 9999, &y) < 0 || text_parse_u64(day, 31, &d) < 0 ||
		text_parse_u64(hour, 23, &h) < 0 || text_parse_u64(minute, 59, &m) < 0 ||
		text_parse_u64(clock, 60, &s) < 0)
		return false;
	return wall_from_date(ret, (int)y, month_of(month), (int)d, (int)h, (int)m, (int)s) == 0;
}

/* False: it is no time. */
static bool
take_stamp(struct record *record)
{
	struct accountingfile *file = record->file;
	uint64_t seconds;
	struct text zone;
	struct wall time;

	/* As a number it needs no zone. */
	if (text_parse_u64(record->stamp, UINT32_MAX, &seconds) == 0) {
		radius_add_u32(&record->writer, RADIUS_EVENT_TIMESTAMP, (uint32_t)seconds);
		return true;
	}
	if (!read_local(record->stamp, &time, &zone))
		return false;
	if (!text_is(zone, "UTC") && !text_is(zone, "GMT")) {
		if (file->zone == NULL) {
			file->counts.zones++;
			return true;
		}
		time = zone_utc(file->zone, time, record->arrived);
	}
	if (time.us < 0 || time.us / WALL_SECOND > UINT32_MAX)
		return false;
	radius_add_u32(&record->writer, RADIUS_EVENT_TIMESTAMP, wall_seconds(time));
	return true;
}

static bool
is_indented(struct text line)
{
	return line.length > 0 && (line.at[0] == '\t' || line.at[0] == ' ');
}

static bool
read_record(struct record *record, struct text text)
{
	struct text header = text_cut(&text, '\n');

	/* The begin of the first record of a file may be lost. */
	if (is_indented(header))
		return false;
	while (text.length > 0) {
		struct text line = text_cut(&text, '\n');

		if (!is_indented(line) || !take_line(record, line))
			return false;
	}
	if (!record->has_arrived || (record->stamp.length > 0 && !take_stamp(record)))
		return false;
	return !record->writer.out.failed;
}

/* True: *ret is an event. */
static bool
understand(struct accountingfile *file, struct text text, struct accounting_event *ret)
{
	struct record record = {.file = file, .sender = {{0}}};
	struct accounting_counts *counts = &file->counts.events;
	struct reader values;
	int r;

	file->counts.records++;
	radius_begin(&record.writer, file->attributes, sizeof(file->attributes),
		RADIUS_ACCOUNTING_REQUEST, 0);
	if (!read_record(&record, text)) {
		file->counts.damaged++;
		return false;
	}
	values = reader_on(file->attributes + RADIUS_HEADER,
		writer_length(&record.writer.out) - RADIUS_HEADER);
	r = accounting_read(values, &file->settings, &record.sender, record.arrived, counts, ret);
	file->counts.damaged += r == -EBADMSG;
	counts->incomplete += r == -ENODATA;
	counts->others += r == -ENOMSG;
	counts->unnamed += r == -ENXIO;
	if (r == 0)
		counts->events[ret->kind]++;
	return r == 0;
}

/* Passes over what belongs to a record that is too long: all but what may be the half of its end. */
static size_t
skip(struct accountingfile *file, struct text bytes)
{
	if (!file->is_skipping) {
		file->is_skipping = true;
		file->counts.records++;
		file->counts.damaged++;
	}
	return bytes.length - 1;
}

size_t
accountingfile_read(struct accountingfile *file, struct text bytes, bool is_end, bool *has_event,
	struct accounting_event *ret)
{
	const char *end;
	size_t length;

	*has_event = false;
	if (bytes.length == 0)
		return 0;
	/* Empty lines between records. */
	if (bytes.at[0] == '\n' && !file->is_skipping)
		return 1;
	end = memmem(bytes.at, bytes.length, "\n\n", 2);
	if (end == NULL && bytes.length > ACCOUNTINGFILE_RECORD)
		return skip(file, bytes);
	if (end == NULL && !is_end)
		return 0;
	length = end != NULL ? (size_t)(end - bytes.at) : bytes.length;
	/* One that was cut off may have half a value, or half a name. */
	if (length > ACCOUNTINGFILE_RECORD || (end == NULL && bytes.at[length - 1] != '\n'))
		(void)skip(file, bytes);
	else if (!file->is_skipping)
		*has_event = understand(file, (struct text){bytes.at, length}, ret);
	file->is_skipping = false;
	return end != NULL ? length + 2 : length;
}
