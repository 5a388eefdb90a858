/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/format.h"
#include "source/text/columns.h"
#include "source/text/linereader.h"
#include "source/text/stamp.h"

#include <errno.h>
#include <stdlib.h>

/* Lines of one call of read. */
#define PORTION 512

enum field {
	FIELD_PROTO,
	FIELD_SOURCE_PORT,
	FIELD_DESTINATION_PORT,
	FIELD_START,
	FIELD_DURATION,
	FIELD_SOURCE,
	FIELD_DIRECTION,
	FIELD_DESTINATION,
	FIELD_STATE,
	FIELD_PACKETS,
	FIELD_BYTES,
	FIELD_SOURCE_BYTES,
	FIELD_DESTINATION_BYTES,
	FIELD_SOURCE_PACKETS,
	FIELD_DESTINATION_PACKETS,
	FIELD_COUNT
};

/* The names that ra(1) prints. Labels are what somebody else concluded: never read. */
static const struct column known[] = {
	{"Proto", FIELD_PROTO, true, true},
	{"Sport", FIELD_SOURCE_PORT, true, true},
	{"Dport", FIELD_DESTINATION_PORT, true, true},
	{"StartTime STime", FIELD_START, true, false},
	{"SrcAddr", FIELD_SOURCE, true, false},
	{"DstAddr", FIELD_DESTINATION, true, false},
	{"Dur", FIELD_DURATION, false, false},
	{"Dir", FIELD_DIRECTION, false, false},
	{"State", FIELD_STATE, false, false},
	{"TotPkts", FIELD_PACKETS, false, false},
	{"TotBytes", FIELD_BYTES, false, false},
	{"SrcBytes", FIELD_SOURCE_BYTES, false, false},
	{"DstBytes", FIELD_DESTINATION_BYTES, false, false},
	{"SrcPkts", FIELD_SOURCE_PACKETS, false, false},
	{"DstPkts", FIELD_DESTINATION_PACKETS, false, false},
};

#define KNOWN_COUNT (sizeof(known) / sizeof(known[0]))

struct argus {
	struct linereader lines;
	struct columns columns;
	struct stamp_clock clock;
};

static char
separator_of(struct text header)
{
	return memchr(header.at, '\t', header.length) != NULL ? '\t' : ',';
}

static bool
is_header(struct text line)
{
	char separator = line.length > 0 ? separator_of(line) : ',';

	return columns_has(line, separator, "SrcAddr") && columns_has(line, separator, "DstAddr") &&
		!text_starts(line, "#");
}

static bool
argus_matches(const uint8_t *head, size_t size)
{
	return is_header(linereader_first(head, size));
}

static int
read_header(struct argus *argus, struct text line, const char **missing)
{
	return columns_find(&argus->columns, line, separator_of(line), known, KNOWN_COUNT, missing);
}

static void *
argus_open(struct input *input, struct intake *intake, struct fail *fail)
{
	struct argus *argus = xcalloc(1, sizeof(*argus));
	const char *missing = known[0].names;
	char names[COLUMNS_NAMES];
	struct text line;

	argus->lines = (struct linereader){.lines = {.input = input}, .intake = intake};
	argus->clock.zone = intake_settings(intake)->zone;
	if (linereader_next(&argus->lines, &line) == 1 && read_header(argus, line, &missing) == 0)
		return argus;
	fail_where(fail, "%s, line 1", input->name);
	fail_what(fail, "looks like Argus CSV, but has no column %s", columns_say(missing, names));
	fail_hint(fail,
		"write it with: ra -c , -s +stime,dur,proto,saddr,sport,dir,daddr,dport,"
		"state,pkts,bytes,sbytes,spkts");
	free(argus);
	return NULL;
}

/* Decimal, hexadecimal (of what is no TCP or UDP), a service's name, or nothing: 0. */
static uint16_t
port_of(struct text text)
{
	uint64_t port = 0;

	if (text.length == 0)
		return 0;
	if (*text.at >= '0' && *text.at <= '9') {
		if (text_parse_u64(text, UINT16_MAX, &port) == 0)
			return (uint16_t)port;
		if (text_starts(text, "0x") &&
			text_parse_hex((struct text){text.at + 2, text.length - 2}, UINT16_MAX,
				&port) == 0)
			return (uint16_t)port;
		return 0;
	}
	if (text_is(text, "smtp"))
		return 25;
	if (text_is(text, "submission"))
		return 587;
	/* Port 465 as /etc/services has called it over the years (RFC 8314 s7.3: submissions). */
	if (text_is(text, "smtps") || text_is(text, "urd") || text_is(text, "ssmtp") ||
		text_is(text, "submissions"))
		return 465;
	return 0;
}

static uint8_t
flags_of(struct text letters)
{
	uint8_t flags = 0;

	for (size_t i = 0; i < letters.length; i++) {
		switch (letters.at[i]) {
		case 'F':
			flags |= TCP_FIN;
			break;
		case 'S':
			flags |= TCP_SYN;
			break;
		case 'R':
			flags |= TCP_RST;
			break;
		case 'P':
			flags |= TCP_PSH;
			break;
		case 'A':
			flags |= TCP_ACK;
			break;
		default: /* U, E, C: nothing follows from them here */
			break;
		}
	}
	return flags;
}

/* "FSPA_FSRPA": the flags of source and destination; or one word for the state of both (ra without -Z). */
static void
read_state(struct flow *flow, struct text state)
{
	const uint8_t open = TCP_SYN | TCP_ACK;
	struct text rest = state, source;

	state = text_trim(state);
	if (state.length > 0 && memchr(state.at, '_', state.length) != NULL) {
		rest = state;
		source = text_cut(&rest, '_');
		flow->forward.tcp_flags = flags_of(source);
		flow->reverse.tcp_flags = flags_of(rest);
	} else if (text_is(state, "REQ")) {
		flow->forward.tcp_flags = TCP_SYN;
	} else if (text_is(state, "ACC") || text_is(state, "EST") || text_is(state, "CON")) {
		flow->forward.tcp_flags = flow->reverse.tcp_flags = open;
	} else if (text_is(state, "CLO") || text_is(state, "FIN")) {
		flow->forward.tcp_flags = flow->reverse.tcp_flags = open | TCP_FIN;
	} else if (text_is(state, "RST")) {
		flow->forward.tcp_flags = open;
		flow->reverse.tcp_flags = open | TCP_RST;
	} else {
		return;
	}
	flow->known |= FLOW_TCP_FLAGS;
}

/* "->" and "<-": argus saw who opened it. With "?" or both arrowheads it did not. */
static void
read_direction(struct flow *flow, struct text direction)
{
	bool to = false, from = false;

	for (size_t i = 0; i < direction.length; i++) {
		if (direction.at[i] == '?')
			return;
		to = to || direction.at[i] == '>';
		from = from || direction.at[i] == '<';
	}
	if (to && !from)
		flow->known |= FLOW_SOURCE_OPENED;
	if (from && !to)
		flow->known |= FLOW_DESTINATION_OPENED;
}

static bool
read_count(const struct text *fields, enum field field, uint64_t *ret)
{
	return fields[field].length > 0 && text_parse_u64(fields[field], UINT64_MAX, ret) == 0;
}

/* Records hold sums of both directions, or each direction, depending on the fields that ra was told to
 * print. Without the bytes of the source alone nothing is known of how far he came. */
static void
read_counts(struct flow *flow, const struct text *fields)
{
	uint64_t packets, bytes, other;
	struct flow_side *forward = &flow->forward, *reverse = &flow->reverse;

	if (!read_count(fields, FIELD_BYTES, &bytes)) {
		if (!read_count(fields, FIELD_SOURCE_BYTES, &forward->bytes) ||
			!read_count(fields, FIELD_DESTINATION_BYTES, &reverse->bytes))
			return;
	} else if (read_count(fields, FIELD_SOURCE_BYTES, &forward->bytes)) {
		reverse->bytes = bytes > forward->bytes ? bytes - forward->bytes : 0;
	} else if (read_count(fields, FIELD_DESTINATION_BYTES, &other)) {
		reverse->bytes = other;
		forward->bytes = bytes > other ? bytes - other : 0;
	} else {
		return;
	}
	if (read_count(fields, FIELD_SOURCE_PACKETS, &forward->packets)) {
		if (read_count(fields, FIELD_PACKETS, &packets))
			reverse->packets =
				packets > forward->packets ? packets - forward->packets : 0;
		else if (!read_count(fields, FIELD_DESTINATION_PACKETS, &reverse->packets))
			return;
	} else if (read_count(fields, FIELD_PACKETS, &packets)) {
		/* Each packet of a dialogue is answered by about one. */
		if (reverse->bytes == 0)
			forward->packets = packets;
		else if (forward->bytes == 0)
			reverse->packets = packets;
		else
			forward->packets = (packets + 1) / 2;
		reverse->packets = packets - forward->packets;
	} else {
		return;
	}
	/* Argus counts the Ethernet header of each packet. */
	forward->bytes = flow_without_ethernet(forward->bytes, forward->packets);
	reverse->bytes = flow_without_ethernet(reverse->bytes, reverse->packets);
	flow->known |= FLOW_COUNTS;
}

static void
read_flow(struct argus *argus, struct text line, const struct text *fields)
{
	struct linereader *lines = &argus->lines;
	struct flow flow = {.protocol = 6, .sampling = 1, .known = FLOW_BOTH_SIDES};
	int64_t duration = 0;

	if (stamp_parse(fields[FIELD_START], &argus->clock, &flow.start) < 0) {
		linereader_refuse(lines, line, fields[FIELD_START],
			"a time such as 2011/08/16 10:01:46.972101 as StartTime");
		return;
	}
	if (address_parse(text_trim(fields[FIELD_SOURCE]), &flow.source) < 0) {
		linereader_refuse(lines, line, fields[FIELD_SOURCE], "an address as SrcAddr");
		return;
	}
	if (address_parse(text_trim(fields[FIELD_DESTINATION]), &flow.destination) < 0) {
		linereader_refuse(lines, line, fields[FIELD_DESTINATION], "an address as DstAddr");
		return;
	}
	stamp_follow(&argus->clock, flow.start);
	if (text_parse_micro(text_trim(fields[FIELD_DURATION]), &duration) < 0)
		duration = 0;
	flow_set_duration(&flow, duration);
	flow.source_port = port_of(fields[FIELD_SOURCE_PORT]);
	flow.destination_port = port_of(fields[FIELD_DESTINATION_PORT]);
	read_state(&flow, fields[FIELD_STATE]);
	read_direction(&flow, fields[FIELD_DIRECTION]);
	read_counts(&flow, fields);
	intake_flow(lines->intake, &flow);
}

static void
read_line(struct argus *argus, struct text line)
{
	struct text fields[FIELD_COUNT] = {{0}};
	struct columns_cursor cursor = {.rest = line};
	struct intake_counts *counts = intake_counts(argus->lines.intake);
	const char *missing;

	if (line.length == 0)
		return;
	if (columns_cut(&argus->columns, &cursor, argus->columns.early, fields)) {
		if (!text_is(fields[FIELD_PROTO], "tcp") ||
			(!is_mail_port(port_of(fields[FIELD_DESTINATION_PORT])) &&
				!is_mail_port(port_of(fields[FIELD_SOURCE_PORT])))) {
			/* Files put together have the header in the middle too. */
			if (!text_is(fields[FIELD_PROTO], "Proto") ||
				read_header(argus, line, &missing) < 0)
				counts->records++;
			return;
		}
		if (columns_cut(&argus->columns, &cursor, argus->columns.end, fields)) {
			counts->records++;
			read_flow(argus, line, fields);
			return;
		}
	}
	counts->records++;
	linereader_refuse(&argus->lines, line, line, "as many columns as the header line names");
}

static int
argus_read(void *state)
{
	struct argus *argus = state;
	struct text line;
	int result = 1;

	for (int i = 0; i < PORTION && result == 1; i++) {
		result = linereader_next(&argus->lines, &line);
		if (result == 1)
			read_line(argus, line);
	}
	return result;
}

static void
argus_close(void *state)
{
	free(state);
}

const struct format format_argus = {
	.name = "Argus CSV",
	.matches = argus_matches,
	.open = argus_open,
	.read = argus_read,
	.close = argus_close,
};
