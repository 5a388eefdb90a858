/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/format.h"
#include "source/text/columns.h"
#include "source/text/linereader.h"
#include "source/text/stamp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Lines of one call of read. */
#define PORTION 512

/* nfdump multiplies the packets of sampled exporters by their rate. If those of so many records all have a
 * common divisor, that is the rate. */
#define SAMPLING_RECORDS 16

/* A number from this on is a time in milliseconds, not in seconds (year 5138), up to the last of year 9999. */
#define MILLISECONDS_FROM UINT64_C(100000000000)
#define MILLISECONDS_MOST UINT64_C(253402300799999)

enum field {
	FIELD_PROTO,
	FIELD_SOURCE_PORT,
	FIELD_DESTINATION_PORT,
	FIELD_START,
	FIELD_END,
	FIELD_DURATION,
	FIELD_SOURCE,
	FIELD_DESTINATION,
	FIELD_FLAGS,
	FIELD_PACKETS,
	FIELD_BYTES,
	FIELD_OUT_PACKETS,
	FIELD_OUT_BYTES,
	FIELD_EVENT,
	FIELD_COUNT
};

/* The names of nfdump 1.6 to 1.7.2, and those of 1.7.3 and later with any list of elements. */
static const struct column known[] = {
	{"pr proto", FIELD_PROTO, true, true},
	{"sp srcPort", FIELD_SOURCE_PORT, true, true},
	{"dp dstPort", FIELD_DESTINATION_PORT, true, true},
	{"ts firstSeen", FIELD_START, true, false},
	{"sa srcAddr", FIELD_SOURCE, true, false},
	{"da dstAddr", FIELD_DESTINATION, true, false},
	{"te lastSeen", FIELD_END, false, false},
	{"td duration", FIELD_DURATION, false, false},
	{"flg flags", FIELD_FLAGS, false, false},
	{"ipkt packets inPackets", FIELD_PACKETS, false, false},
	{"ibyt bytes inBytes", FIELD_BYTES, false, false},
	{"opkt outPackets", FIELD_OUT_PACKETS, false, false},
	{"obyt outBytes", FIELD_OUT_BYTES, false, false},
	{"event", FIELD_EVENT, false, false},
};

#define KNOWN_COUNT (sizeof(known) / sizeof(known[0]))

struct nfdump {
	struct linereader lines;
	struct columns columns;
	struct stamp_clock clock;
	uint32_t sampling;
	bool in_summary; /* behind the records, until the next header line */
};

static bool
is_header(struct text line)
{
	return (columns_has(line, ',', "sa") && columns_has(line, ',', "da") &&
		       columns_has(line, ',', "ts")) ||
		(columns_has(line, ',', "srcAddr") && columns_has(line, ',', "dstAddr") &&
			columns_has(line, ',', "firstSeen"));
}

static bool
nfdump_matches(const uint8_t *head, size_t size)
{
	return is_header(linereader_first(head, size));
}

static uint64_t
common_divisor(uint64_t a, uint64_t b)
{
	while (b != 0) {
		uint64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/* The rate at which the exporters sampled, as far as the first records tell. */
static uint32_t
find_sampling(const struct columns *columns, struct text head)
{
	uint64_t divisor = 0, packets, count = 0;

	while (head.length > 0) {
		struct columns_cursor cursor = {.rest = text_cut(&head, '\n')};
		struct text fields[FIELD_COUNT] = {{0}};

		if (head.length == 0 || !columns_cut(columns, &cursor, columns->end, fields))
			continue;
		if (text_parse_u64(fields[FIELD_PACKETS], UINT32_MAX, &packets) < 0 || packets == 0)
			continue;
		divisor = common_divisor(packets, divisor);
		count++;
	}
	return count >= SAMPLING_RECORDS ? (uint32_t)divisor : 1;
}

static void *
nfdump_open(struct input *input, struct intake *intake, struct fail *fail)
{
	struct nfdump *nfdump = xcalloc(1, sizeof(*nfdump));
	const char *missing = known[0].names;
	char names[COLUMNS_NAMES];
	struct text line;

	nfdump->lines = (struct linereader){.lines = {.input = input}, .intake = intake};
	nfdump->clock.zone = intake_settings(intake)->zone;
	if (linereader_next(&nfdump->lines, &line) == 1 &&
		columns_find(&nfdump->columns, line, ',', known, KNOWN_COUNT, &missing) == 0) {
		size_t size = input->left < FORMAT_HEAD ? input->left : FORMAT_HEAD;

		nfdump->sampling = find_sampling(&nfdump->columns,
			(struct text){.at = (const char *)input->at, .length = size});
		return nfdump;
	}
	fail_where(fail, "%s, line 1", input->name);
	fail_what(fail, "looks like nfdump CSV, but has no column %s", columns_say(missing, names));
	fail_hint(fail,
		"write it with: nfdump -r FILE -o csv; or with nfdump 1.7.3 and later: "
		"-o 'csv:%%ts,%%te,%%pr,%%sa,%%sp,%%da,%%dp,%%flg,%%ipkt,%%ibyt'");
	free(nfdump);
	return NULL;
}

static uint16_t
port_of(struct text text)
{
	uint64_t port = 0;

	return text_parse_u64(text, UINT16_MAX, &port) == 0 ? (uint16_t)port : 0;
}

/* "...AP.SF", or a hexadecimal number where the old bits are set. */
static uint8_t
flags_of(struct text text)
{
	static const char letters[] = "FSRPA";
	uint64_t number = 0;

	text = text_trim(text);
	if (text_starts(text, "0x")) {
		text.at += 2;
		text.length -= 2;
		return text_parse_hex(text_trim(text), UINT8_MAX, &number) == 0 ? (uint8_t)number
										: 0;
	}
	for (size_t i = 0; i < text.length; i++) {
		const char *letter = memchr(letters, text.at[i], sizeof(letters) - 1);

		if (letter != NULL)
			number |= 1U << (letter - letters);
	}
	return (uint8_t)number;
}

static int
time_of(const struct nfdump *nfdump, struct text text, struct wall *ret)
{
	uint64_t number;

	if (text_parse_u64(text, MILLISECONDS_MOST, &number) == 0 && number >= MILLISECONDS_FROM) {
		ret->us = (int64_t)number * 1000;
		return 0;
	}
	return stamp_parse(text, &nfdump->clock, ret);
}

/* The counters of a record: zero in the columns of the other direction means that it holds one. */
static void
read_counts(struct flow *flow, const struct text *fields)
{
	if (text_parse_u64(fields[FIELD_PACKETS], UINT64_MAX, &flow->forward.packets) < 0 ||
		text_parse_u64(fields[FIELD_BYTES], UINT64_MAX, &flow->forward.bytes) < 0)
		return;
	flow->known |= FLOW_COUNTS;
	if (text_parse_u64(fields[FIELD_OUT_PACKETS], UINT64_MAX, &flow->reverse.packets) < 0 ||
		text_parse_u64(fields[FIELD_OUT_BYTES], UINT64_MAX, &flow->reverse.bytes) < 0)
		return;
	if (flow->reverse.packets == 0)
		return;
	/* There is one column of flags for both directions: whose they are is not known. */
	flow->known |= FLOW_BOTH_SIDES;
	flow->known &= (uint16_t)~FLOW_TCP_FLAGS;
}

static void
read_flow(struct nfdump *nfdump, struct text line, const struct text *fields)
{
	struct linereader *lines = &nfdump->lines;
	struct flow flow = {.protocol = 6, .sampling = nfdump->sampling};
	int64_t duration = 0;

	if (time_of(nfdump, fields[FIELD_START], &flow.start) < 0) {
		linereader_refuse(lines, line, fields[FIELD_START],
			"a time such as 2018-01-12 15:37:30 as the first seen");
		return;
	}
	if (address_parse(text_trim(fields[FIELD_SOURCE]), &flow.source) < 0) {
		linereader_refuse(lines, line, fields[FIELD_SOURCE], "a source address");
		return;
	}
	if (address_parse(text_trim(fields[FIELD_DESTINATION]), &flow.destination) < 0) {
		linereader_refuse(lines, line, fields[FIELD_DESTINATION], "a destination address");
		return;
	}
	stamp_follow(&nfdump->clock, flow.start);
	flow.source_port = port_of(fields[FIELD_SOURCE_PORT]);
	flow.destination_port = port_of(fields[FIELD_DESTINATION_PORT]);
	if (time_of(nfdump, fields[FIELD_END], &flow.end) < 0) {
		if (text_parse_micro(text_trim(fields[FIELD_DURATION]), &duration) < 0)
			duration = 0;
		flow_set_duration(&flow, duration);
	}
	if (fields[FIELD_FLAGS].length > 0) {
		flow.forward.tcp_flags = flags_of(fields[FIELD_FLAGS]);
		/* Without any flag the exporter does not report them. */
		if (flow.forward.tcp_flags != 0)
			flow.known |= FLOW_TCP_FLAGS;
	}
	read_counts(&flow, fields);
	if (text_starts(text_trim(fields[FIELD_EVENT]), "DEN"))
		flow.known |= FLOW_DENIED;
	intake_flow(lines->intake, &flow);
}

static bool
is_tcp(struct text proto)
{
	proto = text_trim(proto);
	return text_is(proto, "TCP") || text_is(proto, "6") || text_is(proto, "tcp");
}

/* What is no record: the header of the next file in the same text, the summary, a note. */
static bool
is_other(struct nfdump *nfdump, struct text line)
{
	const char *missing;

	if (line.length == 0)
		return true;
	if ((line.at[0] == 't' || line.at[0] == 'f' || line.at[0] == 'c') && is_header(line)) {
		nfdump->in_summary =
			columns_find(&nfdump->columns, line, ',', known, KNOWN_COUNT, &missing) < 0;
		return true;
	}
	if (line.at[0] == 'S' && text_starts(line, "Summary"))
		nfdump->in_summary = true;
	return nfdump->in_summary || text_starts(line, "No matching flows");
}

static void
read_line(struct nfdump *nfdump, struct text line)
{
	struct text fields[FIELD_COUNT] = {{0}};
	struct columns_cursor cursor = {.rest = line};

	if (is_other(nfdump, line))
		return;
	intake_counts(nfdump->lines.intake)->records++;
	if (columns_cut(&nfdump->columns, &cursor, nfdump->columns.early, fields)) {
		if (!is_tcp(fields[FIELD_PROTO]) ||
			(!is_mail_port(port_of(fields[FIELD_DESTINATION_PORT])) &&
				!is_mail_port(port_of(fields[FIELD_SOURCE_PORT]))))
			return;
		if (columns_cut(&nfdump->columns, &cursor, nfdump->columns.end, fields)) {
			read_flow(nfdump, line, fields);
			return;
		}
	}
	linereader_refuse(&nfdump->lines, line, line, "as many columns as the header line names");
}

static int
nfdump_read(void *state)
{
	struct nfdump *nfdump = state;
	struct text line;
	int result = 1;

	for (int i = 0; i < PORTION && result == 1; i++) {
		result = linereader_next(&nfdump->lines, &line);
		if (result == 1)
			read_line(nfdump, line);
	}
	return result;
}

static void
nfdump_close(void *state)
{
	free(state);
}

const struct format format_nfdump_csv = {
	.name = "nfdump CSV",
	.matches = nfdump_matches,
	.open = nfdump_open,
	.read = nfdump_read,
	.close = nfdump_close,
};

/* A binary file of nfdump: its magic number in either order, and a version that there is. */
static bool
binary_matches(const uint8_t *head, size_t size)
{
	if (size < 4)
		return false;
	return (head[0] == 0x0c && head[1] == 0xa5 && head[2] <= 9 && head[3] == 0) ||
		(head[0] == 0xa5 && head[1] == 0x0c && head[2] == 0 && head[3] <= 9);
}

static void *
binary_open(struct input *input, struct intake *intake, struct fail *fail)
{
	const char *name = strcmp(input->name, "standard input") == 0 ? "FILE" : input->name;

	fail_where(fail, "%s", input->name);
	fail_what(fail, "is a binary file of nfdump, which only nfdump itself can read");
	fail_hint(fail, "convert it first: nfdump -r %s -o csv > %s.csv", name, name);
	return NULL;
}

static int
binary_read(void *state)
{
	return -EINVAL;
}

static void
binary_close(void *state)
{
}

const struct format format_nfdump_binary = {
	.name = "nfdump binary",
	.matches = binary_matches,
	.open = binary_open,
	.read = binary_read,
	.close = binary_close,
};
