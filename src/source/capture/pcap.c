/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/capture/packets.h"
#include "source/format.h"

#include <errno.h>
#include <stdlib.h>

#define FILE_HEADER   24
#define RECORD_HEADER 16
/* Linux kernels of the 1990s: interface, protocol and type of packet behind the usual four numbers. */
#define RECORD_HEADER_PATCHED 24

/* Records of one read(), so that a caller can show progress. */
#define PORTION 512

/* How far the clock may be from the last good record's, when the next one is looked for. */
#define SEARCH_SECONDS 86400
/* Records in a row that must look right before reading goes on. */
#define SEARCH_CHAIN 3

static const char name[] = "pcap";

struct kind {
	uint32_t magic;    /* as a number of the writer */
	uint32_t fraction; /* of a second */
	uint8_t header;    /* of a record */
};

static const struct kind kinds[] = {
	{0xa1b2c3d4, 1000000, RECORD_HEADER},
	{0xa1b23c4d, 1000000000, RECORD_HEADER},
	{0xa1b2cd34, 1000000, RECORD_HEADER_PATCHED},
};

struct record {
	uint32_t seconds;
	uint32_t fraction;
	uint32_t captured;
	uint32_t wire;
};

struct pcap {
	struct input *input;
	struct intake *intake;
	struct packets *packets;
	const struct kind *kind;
	enum link link;
	bool swapped;  /* numbers are in network order */
	uint32_t snap; /* what the file says; not to be trusted */
	struct record last;
	bool has_last;
	bool told_empty; /* that there are packets of no bytes */
	bool ended;      /* with result; only what waits must still come out */
	int result;
};

static uint32_t
number(const uint8_t *at, bool swapped)
{
	uint32_t v = bytes_u32(at);

	return swapped ? v : __builtin_bswap32(v);
}

static const struct kind *
kind_of(const uint8_t *at, bool *swapped)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		for (int order = 0; order < 2; order++) {
			if (number(at, order) == kinds[i].magic) {
				*swapped = order;
				return &kinds[i];
			}
		}
	}
	return NULL;
}

static bool
pcap_matches(const uint8_t *head, size_t size)
{
	bool swapped;

	return size >= 4 && kind_of(head, &swapped) != NULL;
}

/* A file header at this place: of the file, or of another one that was appended to it. */
static int
parse_header(struct pcap *pcap, const uint8_t *at, uint32_t *ret_linktype)
{
	bool swapped;
	const struct kind *kind = kind_of(at, &swapped);
	uint32_t version;

	if (kind == NULL)
		return -EBADMSG;
	version = number(at + 4, swapped);
	if (version != (swapped ? 0x00020004 : 0x00040002))
		return -EBADMSG;
	pcap->kind = kind;
	pcap->swapped = swapped;
	pcap->snap = number(at + 16, swapped);
	/* Above are the length of the frame check sequence and flags. */
	*ret_linktype = number(at + 20, swapped) & 0x03ffffff;
	pcap->link = link_of_pcap(*ret_linktype);
	return 0;
}

static void *
pcap_open(struct input *input, struct intake *intake, struct fail *fail)
{
	struct pcap *pcap;
	uint32_t linktype = 0;
	struct pcap opened = {.input = input, .intake = intake};

	fail_where(fail, "%s", input->name);
	if (input_need(input, FILE_HEADER, NULL) < FILE_HEADER) {
		fail_what(
			fail, "the file ends in the middle of its header of %d bytes", FILE_HEADER);
		return NULL;
	}
	if (parse_header(&opened, input->at, &linktype) < 0) {
		fail_what(fail, "a recording of packets in a version other than 2.4");
		fail_hint(fail, "convert it: editcap -F pcap OLD NEW");
		return NULL;
	}
	if (opened.link == LINK_UNKNOWN) {
		fail_what(fail, "packets of link type %u, which is not read", linktype);
		fail_hint(fail,
			"record on an Ethernet interface or on Linux's \"any\"; see lazaret(1)");
		return NULL;
	}
	input_step(input, FILE_HEADER);
	pcap = xcalloc(1, sizeof(*pcap));
	*pcap = opened;
	pcap->packets = packets_new(input->name, intake);
	return pcap;
}

static inline struct record
record_at(const struct pcap *pcap, const uint8_t *at)
{
	return (struct record){
		.seconds = number(at, pcap->swapped),
		.fraction = number(at + 4, pcap->swapped),
		.captured = number(at + 8, pcap->swapped),
		.wire = number(at + 12, pcap->swapped),
	};
}

/* May this be the header of a file? Two of the bytes of every magic number are the same. */
static inline bool
may_be_header(const uint8_t *at)
{
	return bytes_u16(at) == 0xa1b2 || bytes_u16(at + 2) == 0xb2a1;
}

/* Can this be a record? The snapshot length of the header is often too small, and packets are often
 * longer than it says; nothing is longer than the ceiling. */
static inline bool
is_sound(const struct pcap *pcap, const struct record *record)
{
	return record->captured <= PACKET_MOST && record->fraction < pcap->kind->fraction;
}

static inline struct wall
time_of(const struct pcap *pcap, const struct record *record)
{
	uint32_t us = record->fraction;

	if (pcap->kind->fraction != 1000000)
		us /= 1000;
	return (struct wall){record->seconds * WALL_SECOND + us};
}

/* Stricter than is_sound, for bytes that may be anything. */
static bool
is_likely(const struct pcap *pcap, const struct record *record)
{
	int64_t away = (int64_t)record->seconds - pcap->last.seconds;

	if (!is_sound(pcap, record) || record->captured == 0 || record->wire > PACKET_MOST ||
		record->captured > record->wire)
		return false;
	return !pcap->has_last || (away <= SEARCH_SECONDS && away >= -SEARCH_SECONDS);
}

/* Do records follow each other from here on? At the end of the file fewer will do. */
static bool
is_chain(const struct pcap *pcap, const uint8_t *at, size_t size)
{
	size_t header = pcap->kind->header;
	bool ended = pcap->input->ended;

	for (int i = 0; i < SEARCH_CHAIN; i++) {
		struct record record;

		if (size < RECORD_HEADER)
			return ended && size == 0 && i > 0;
		record = record_at(pcap, at);
		if (!is_likely(pcap, &record))
			return false;
		if (size < header + record.captured)
			return ended && i > 0;
		at += header + record.captured;
		size -= header + record.captured;
	}
	return true;
}

/* Looks for the next place from which records follow each other. 1 found, 0 the input ended. */
static int
search(struct pcap *pcap)
{
	struct input *input = pcap->input;
	const size_t chain = SEARCH_CHAIN * (PACKET_MOST + RECORD_HEADER_PATCHED);
	uint64_t from = input->offset;

	input_step(input, 1);
	for (;;) {
		size_t left = input_need(input, chain, NULL), at = 0;
		/* Without the whole chain in the window, only at the end of the file. */
		size_t stop = input->ended ? left : left - chain + 1;

		while (at < stop && !is_chain(pcap, input->at + at, left - at))
			at++;
		input_step(input, at);
		if (at < stop)
			break;
		if (input->ended) {
			intake_counts(pcap->intake)->skipped_bytes += input->offset - from;
			return 0;
		}
	}
	intake_counts(pcap->intake)->skipped_bytes += input->offset - from;
	return 1;
}

/* The record at the input's place makes no sense. */
static int
on_unsound(struct pcap *pcap, const struct record *record)
{
	struct input *input = pcap->input;

	if (record->captured > PACKET_MOST)
		intake_error(pcap->intake, input->name, input->offset,
			"a record of %u bytes, where packets have %u at the most: searching for "
			"the "
			"next record",
			record->captured, PACKET_MOST);
	else
		intake_error(pcap->intake, input->name, input->offset,
			"a record with %u parts of a second, where there are %u in one: searching "
			"for "
			"the next record",
			record->fraction, pcap->kind->fraction);
	return search(pcap) ? 1 : -EBADMSG;
}

/* Fewer bytes than a record needs are left: the file was cut, or the record's length is wrong and others
 * follow. 1: there are enough after all; 0 at the end; -EAGAIN after a search; -errno. */
static int
on_short(struct pcap *pcap, size_t wanted)
{
	struct input *input = pcap->input;
	struct fail fail = {0};
	size_t left = input_need(input, wanted, &fail);
	uint64_t offset = input->offset;

	if (left >= wanted)
		return 1;
	if (input->error < 0) {
		/* Empty: it was told when the file's beginning was looked at. */
		if (fail.what[0] != '\0')
			intake_error(
				pcap->intake, input->name, input->offset + left, "%s", fail.what);
		return input->error;
	}
	if (left == 0)
		return 0;
	intake_counts(pcap->intake)->skipped_records++;
	if (search(pcap)) {
		intake_error(pcap->intake, input->name, offset,
			"a record of %zu bytes, where the file has %zu: the next one was searched "
			"for",
			wanted, left);
		return -EAGAIN;
	}
	intake_error(pcap->intake, input->name, offset,
		"the file ends in the middle of a record: %zu of %zu bytes are there", left,
		wanted);
	return -ENODATA;
}

/* A whole recording was appended to another one. */
static bool
takes_header(struct pcap *pcap)
{
	struct pcap other = *pcap;
	uint32_t linktype;

	if (input_need(pcap->input, FILE_HEADER, NULL) < FILE_HEADER ||
		parse_header(&other, pcap->input->at, &linktype) < 0)
		return false;
	*pcap = other;
	input_step(pcap->input, FILE_HEADER);
	return true;
}

/* Everything was read: what is still open comes out, a portion at a time. */
static int
end(struct pcap *pcap)
{
	int result = pcap->result;

	if (packets_flush(pcap->packets))
		return 1;
	pcap->result = 0;
	return result;
}

/* The hot loop: steps over packets that are nothing to us, as long as they are whole in the window. Returns
 * how many there were. Empty records are left to read_record, since the header of an appended file
 * looks like one. */
/* A copy for each order of bytes, and one for Ethernet on the usual machine. */
static inline __attribute__((always_inline)) uint64_t
step_over_as(struct pcap *pcap, uint64_t most, bool swapped, struct packets_begin begin)
{
	const uint8_t *at = pcap->input->at, *end = at + pcap->input->left, *last = NULL;
	const size_t header = pcap->kind->header;
	const uint32_t fraction = pcap->kind->fraction;
	uint64_t count = 0;

	while (count < most && (size_t)(end - at) >= header) {
		uint32_t captured = number(at + 8, swapped);
		const uint8_t *bytes = at + header;

		if (captured - 1 >= PACKET_MOST || number(at + 4, swapped) >= fraction ||
			(size_t)(end - bytes) < captured ||
			!packets_is_dull(begin, bytes, captured))
			break;
		last = at;
		at = bytes + captured;
		count++;
	}
	if (last != NULL) {
		pcap->last = record_at(pcap, last);
		pcap->has_last = true;
		input_step(pcap->input, (size_t)(at - pcap->input->at));
	}
	return count;
}

static uint64_t
step_over(struct pcap *pcap, uint64_t most)
{
	if (pcap->swapped)
		return step_over_as(pcap, most, true, packets_begin(pcap->link));
	if (pcap->link == LINK_ETHERNET)
		return step_over_as(pcap, most, false, packets_begin(LINK_ETHERNET));
	return step_over_as(pcap, most, false, packets_begin(pcap->link));
}

/* One record, whatever it is: 1, 0 at the end, -errno. */
static int
read_record(struct pcap *pcap)
{
	struct input *input = pcap->input;
	const size_t header = pcap->kind->header;
	struct record record;
	struct packet packet = {.link = pcap->link};
	int result;

	if (input->left < header && (result = on_short(pcap, header)) <= 0)
		return result == -EAGAIN ? 1 : result;
	record = record_at(pcap, input->at);
	if (may_be_header(input->at) && takes_header(pcap))
		return 1;
	if (!is_sound(pcap, &record))
		return on_unsound(pcap, &record);
	if (input->left < header + record.captured &&
		(result = on_short(pcap, header + record.captured)) <= 0)
		return result == -EAGAIN ? 1 : result;
	/* A disk that was full, or a machine that fell, leaves zeros where packets should be. */
	if (record.captured == 0 && record.wire == 0 && !pcap->told_empty) {
		intake_error(pcap->intake, input->name, input->offset,
			"a packet of 0 bytes, as in a file that was filled with zeros; said once");
		pcap->told_empty = true;
	}
	packet.time = time_of(pcap, &record);
	packet.offset = input->offset;
	packet.bytes = input->at + header;
	packet.captured = record.captured;
	packet.wire = record.wire;
	packets_add(pcap->packets, &packet);
	pcap->last = record;
	pcap->has_last = true;
	input_step(input, header + record.captured);
	return 1;
}

static int
pcap_read(void *state)
{
	struct pcap *pcap = state;
	uint64_t count = 0;
	int result = 1;

	if (pcap->ended)
		return end(pcap);
	while (count < PORTION && result > 0) {
		uint64_t dull = step_over(pcap, PORTION - count);

		packets_count(pcap->packets, dull);
		count += dull + 1;
		result = read_record(pcap);
	}
	if (pcap->has_last)
		packets_clock(pcap->packets, time_of(pcap, &pcap->last));
	if (result > 0)
		return 1;
	pcap->ended = true;
	pcap->result = result;
	return end(pcap);
}

static void
pcap_close(void *state)
{
	struct pcap *pcap = state;

	packets_free(pcap->packets);
	free(pcap);
}

const struct format format_pcap = {
	.name = name,
	.matches = pcap_matches,
	.open = pcap_open,
	.read = pcap_read,
	.close = pcap_close,
};
