/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/capture/packets.h"
#include "source/format.h"

#include <errno.h>
#include <stdlib.h>

#define PORTION 512

/* Blocks hold one packet and its options, or a table of names; none is longer by far. */
#define BLOCK_MOST (2U << 20)
/* Type, length, and the length again at the end. */
#define BLOCK_LEAST 12

#define INTERFACES_MOST 4096

#define BYTE_ORDER_MAGIC 0x1a2b3c4d
#define BYTE_ORDER_OTHER 0x4d3c2b1a

enum block_type {
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET = 2, /* obsolete */
	BLOCK_SIMPLE = 3,
	BLOCK_NAMES = 4,
	BLOCK_STATISTICS = 5,
	BLOCK_ENHANCED = 6,
	BLOCK_SECTION = 0x0a0d0d0a,
};

enum option { OPTION_END = 0, OPTION_RESOLUTION = 9, OPTION_OFFSET = 14 };

static const char name[] = "pcapng";

struct interface {
	enum link link;
	uint32_t linktype;
	uint32_t snap;       /* as the file says; 0 for no limit */
	uint64_t resolution; /* units in a second */
	int64_t offset;      /* seconds to be added */
	bool said_unknown;
};

struct pcapng {
	struct input *input;
	struct intake *intake;
	struct packets *packets;
	struct interface *interfaces; /* of this section */
	uint32_t count;
	bool swapped;   /* numbers are in network order */
	bool said_many; /* that there are more interfaces than can be kept */
	bool ended;     /* with result; only what waits must still come out */
	int result;
	struct wall last; /* for packets without a time */
};

struct block {
	uint32_t type;
	uint32_t length;
	const uint8_t *body;
	size_t size; /* of the body */
};

static uint32_t
u32(const struct pcapng *pcapng, const uint8_t *at)
{
	return pcapng->swapped ? bytes_u32(at) : __builtin_bswap32(bytes_u32(at));
}

static uint16_t
u16(const struct pcapng *pcapng, const uint8_t *at)
{
	return pcapng->swapped ? bytes_u16(at) : __builtin_bswap16(bytes_u16(at));
}

static bool
pcapng_matches(const uint8_t *head, size_t size)
{
	uint32_t magic;

	if (size < 12 || bytes_u32(head) != BLOCK_SECTION)
		return false;
	magic = bytes_u32(head + 8);
	return magic == BYTE_ORDER_MAGIC || magic == BYTE_ORDER_OTHER;
}

static void *
pcapng_open(struct input *input, struct intake *intake, struct fail *fail)
{
	struct pcapng *pcapng;

	if (input_need(input, BLOCK_LEAST + 16, NULL) < BLOCK_LEAST + 16) {
		fail_where(fail, "%s", input->name);
		fail_what(fail, "the file ends in the middle of its first block");
		return NULL;
	}
	pcapng = xcalloc(1, sizeof(*pcapng));
	pcapng->input = input;
	pcapng->intake = intake;
	pcapng->packets = packets_new(input->name, intake);
	return pcapng;
}

static void
complain(struct pcapng *pcapng, const char *what)
{
	intake_error(pcapng->intake, pcapng->input->name, pcapng->input->offset, "%s", what);
}

/* A section header sets the byte order of all that follows; the order of its own length, too. */
static bool
set_order(struct pcapng *pcapng, const uint8_t *at)
{
	uint32_t magic = bytes_u32(at + 8);

	if (magic != BYTE_ORDER_MAGIC && magic != BYTE_ORDER_OTHER)
		return false;
	pcapng->swapped = magic == BYTE_ORDER_MAGIC;
	return true;
}

static bool
is_sound_length(uint32_t length)
{
	return length >= BLOCK_LEAST && length <= BLOCK_MOST && length % 4 == 0;
}

/* Could a block begin here? Its length must stand at its end again. */
static bool
is_likely(struct pcapng *pcapng, const uint8_t *at, size_t size)
{
	bool swapped = pcapng->swapped;
	uint32_t type = bytes_u32(at), length;
	bool likely;

	if (type == BLOCK_SECTION && !set_order(pcapng, at))
		return false;
	type = u32(pcapng, at);
	length = u32(pcapng, at + 4);
	likely = (type == BLOCK_SECTION || (type >= BLOCK_INTERFACE && type <= BLOCK_ENHANCED)) &&
		is_sound_length(length) && length <= size && u32(pcapng, at + length - 4) == length;
	pcapng->swapped = swapped;
	return likely;
}

/* Looks for the next block. 1 found, 0 the input ended. */
static int
search(struct pcapng *pcapng)
{
	struct input *input = pcapng->input;
	uint64_t from = input->offset;
	bool found = false;

	input_step(input, 1);
	while (!found) {
		size_t left = input_need(input, BLOCK_MOST, NULL), at = 0;
		size_t stop = input->ended ? left : left - BLOCK_MOST + 1;

		while (at < stop && left - at >= BLOCK_LEAST &&
			!is_likely(pcapng, input->at + at, left - at))
			at++;
		found = at < stop && left - at >= BLOCK_LEAST;
		if (!found)
			at = stop;
		input_step(input, at);
		if (!found && input->ended)
			break;
	}
	intake_counts(pcapng->intake)->skipped_bytes += input->offset - from;
	return found;
}

static void
read_resolution(struct interface *interface, uint8_t value)
{
	unsigned exponent = value & 0x7f;
	uint64_t resolution = 1;

	if ((value & 0x80) != 0) {
		if (exponent < 64)
			interface->resolution = UINT64_C(1) << exponent;
		return;
	}
	if (exponent > 19)
		return;
	while (exponent-- > 0)
		resolution *= 10;
	interface->resolution = resolution;
}

static void
read_options(
	const struct pcapng *pcapng, struct interface *interface, const uint8_t *at, size_t size)
{
	while (size >= 4) {
		uint16_t code = u16(pcapng, at), length = u16(pcapng, at + 2);
		size_t padded = (length + 3U) & ~3U;

		at += 4;
		size -= 4;
		if (code == OPTION_END || length > size)
			break;
		if (code == OPTION_RESOLUTION && length == 1) {
			read_resolution(interface, at[0]);
		} else if (code == OPTION_OFFSET && length == 8) {
			uint64_t low = u32(pcapng, at + (pcapng->swapped ? 4 : 0));
			uint64_t high = u32(pcapng, at + (pcapng->swapped ? 0 : 4));

			interface->offset = (int64_t)(high << 32 | low);
		}
		if (padded > size)
			break;
		at += padded;
		size -= padded;
	}
}

static void
on_interface(struct pcapng *pcapng, const struct block *block)
{
	struct interface *interface;

	if (block->size < 8) {
		complain(pcapng, "an interface description that is too short");
		return;
	}
	if (pcapng->count >= INTERFACES_MOST) {
		if (!pcapng->said_many)
			complain(pcapng, "more than 4096 interfaces in one section; said once");
		pcapng->said_many = true;
		return;
	}
	/* Grows in powers of two. */
	if ((pcapng->count & (pcapng->count - 1)) == 0)
		pcapng->interfaces = xrealloc(pcapng->interfaces,
			(pcapng->count ? pcapng->count * 2UL : 1) * sizeof(*interface));
	interface = &pcapng->interfaces[pcapng->count++];
	*interface = (struct interface){.resolution = 1000000};
	interface->linktype = u16(pcapng, block->body);
	interface->link = link_of_pcap(interface->linktype);
	interface->snap = u32(pcapng, block->body + 4);
	read_options(pcapng, interface, block->body + 8, block->size - 8);
}

/* Times out of the years that can be written are taken as their nearest end. */
static struct wall
time_of(const struct interface *interface, uint64_t units)
{
	const int64_t end = INT64_C(253402300799);
	uint64_t resolution = interface->resolution;
	uint64_t seconds = units / resolution, fraction = units % resolution;
	int64_t sum;

	/* Finer parts of a second than fit beside a million of them do not matter. */
	while (resolution >> 43 != 0) {
		unsigned by = resolution % 10 == 0 ? 10 : 2;

		resolution /= by;
		fraction /= by;
	}
	if (seconds > (uint64_t)end)
		seconds = (uint64_t)end;
	if (__builtin_add_overflow((int64_t)seconds, interface->offset, &sum) || sum > end)
		sum = end;
	if (sum < 0)
		sum = 0;
	return (struct wall){sum * WALL_SECOND + (int64_t)(fraction * WALL_SECOND / resolution)};
}

static void
give(struct pcapng *pcapng, struct interface *interface, const uint8_t *bytes, size_t captured,
	size_t wire)
{
	const struct packet packet = {
		.link = interface->link,
		.time = pcapng->last,
		.offset = pcapng->input->offset,
		.bytes = bytes,
		.captured = captured,
		.wire = wire,
	};

	if (interface->link == LINK_UNKNOWN) {
		intake_counts(pcapng->intake)->records++;
		intake_counts(pcapng->intake)->skipped_records++;
		if (!interface->said_unknown)
			intake_error(pcapng->intake, pcapng->input->name, pcapng->input->offset,
				"packets of link type %u, which is not read, are left out",
				interface->linktype);
		interface->said_unknown = true;
		return;
	}
	if (packets_is_dull(packets_begin(interface->link), bytes, captured))
		packets_count(pcapng->packets, 1);
	else
		packets_add(pcapng->packets, &packet);
}

static void
skip_packet(struct pcapng *pcapng, const char *why)
{
	intake_counts(pcapng->intake)->records++;
	intake_counts(pcapng->intake)->skipped_records++;
	complain(pcapng, why);
}

static void
on_packet(struct pcapng *pcapng, const struct block *block)
{
	struct interface *interface;
	uint32_t index, captured;
	const uint8_t *body = block->body;

	if (block->size < 20) {
		skip_packet(pcapng, "a packet block that is shorter than its own header");
		return;
	}
	index = block->type == BLOCK_ENHANCED ? u32(pcapng, body) : u16(pcapng, body);
	captured = u32(pcapng, body + 12);
	if (index >= pcapng->count) {
		skip_packet(pcapng, "a packet of an interface that was not described");
		return;
	}
	if (captured > block->size - 20) {
		skip_packet(pcapng, "a packet that is longer than its block");
		return;
	}
	interface = &pcapng->interfaces[index];
	pcapng->last =
		time_of(interface, (uint64_t)u32(pcapng, body + 4) << 32 | u32(pcapng, body + 8));
	give(pcapng, interface, body + 20, captured, u32(pcapng, body + 16));
}

/* A simple packet block has no time and no captured length: the time of the packet before it, and what the
 * snapshot length and the block leave. */
static void
on_simple(struct pcapng *pcapng, const struct block *block)
{
	size_t wire, captured;

	if (block->size < 4 || pcapng->count == 0) {
		skip_packet(pcapng, "a packet of an interface that was not described");
		return;
	}
	wire = captured = u32(pcapng, block->body);
	if (pcapng->interfaces[0].snap != 0 && captured > pcapng->interfaces[0].snap)
		captured = pcapng->interfaces[0].snap;
	if (captured > block->size - 4)
		captured = block->size - 4;
	give(pcapng, &pcapng->interfaces[0], block->body + 4, captured, wire);
}

static void
on_block(struct pcapng *pcapng, const struct block *block)
{
	switch (block->type) {
	case BLOCK_ENHANCED:
	case BLOCK_PACKET:
		on_packet(pcapng, block);
		break;
	case BLOCK_SIMPLE:
		on_simple(pcapng, block);
		break;
	case BLOCK_INTERFACE:
		on_interface(pcapng, block);
		break;
	case BLOCK_SECTION:
		pcapng->count = 0;
		break;
	default: /* names, statistics, keys, what others add: stepped over (s3.1 of the format) */
		break;
	}
}

/* Fewer bytes than are wanted are left: the file was cut, or the block's length is wrong and others follow.
 * 1: there are enough after all; 0 at the end; -EAGAIN after a search; -errno. */
static int
on_short(struct pcapng *pcapng, size_t wanted)
{
	struct input *input = pcapng->input;
	struct fail fail = {0};
	size_t left = input_need(input, wanted, &fail);
	uint64_t offset = input->offset;

	if (left >= wanted)
		return 1;
	if (input->error < 0) {
		/* Empty: it was told when the file's beginning was looked at. */
		if (fail.what[0] != '\0')
			intake_error(
				pcapng->intake, input->name, input->offset + left, "%s", fail.what);
		return input->error;
	}
	if (left == 0)
		return 0;
	if (search(pcapng)) {
		intake_error(pcapng->intake, input->name, offset,
			"a block of %zu bytes, where the file has %zu: the next one was searched "
			"for",
			wanted, left);
		return -EAGAIN;
	}
	intake_error(pcapng->intake, input->name, offset,
		"the file ends in the middle of a block: %zu of %zu bytes are there", left, wanted);
	return -ENODATA;
}

/* The next block, whole in the window. 1, 0 at the end, -errno; -EAGAIN after a search. */
static int
next_block(struct pcapng *pcapng, struct block *block)
{
	struct input *input = pcapng->input;
	int result;

	if (input->left < BLOCK_LEAST && (result = on_short(pcapng, BLOCK_LEAST)) <= 0)
		return result;
	if (bytes_u32(input->at) == BLOCK_SECTION && !set_order(pcapng, input->at)) {
		complain(pcapng,
			"a section whose byte order cannot be told: searching for the next");
		return search(pcapng) ? -EAGAIN : -EBADMSG;
	}
	block->type = u32(pcapng, input->at);
	block->length = u32(pcapng, input->at + 4);
	if (!is_sound_length(block->length)) {
		intake_error(pcapng->intake, input->name, input->offset,
			"a block of %u bytes, where multiples of 4 from 12 to %u are expected: "
			"searching for the next block",
			block->length, BLOCK_MOST);
		return search(pcapng) ? -EAGAIN : -EBADMSG;
	}
	if (input->left < block->length && (result = on_short(pcapng, block->length)) <= 0)
		return result;
	if (u32(pcapng, input->at + block->length - 4) != block->length) {
		complain(pcapng, "a block whose two lengths differ: searching for the next block");
		return search(pcapng) ? -EAGAIN : -EBADMSG;
	}
	block->body = input->at + 8;
	block->size = block->length - BLOCK_LEAST;
	return 1;
}

/* Everything was read: what is still open comes out, a portion at a time. */
static int
end(struct pcapng *pcapng)
{
	int result = pcapng->result;

	if (packets_flush(pcapng->packets))
		return 1;
	pcapng->result = 0;
	return result;
}

static int
pcapng_read(void *state)
{
	struct pcapng *pcapng = state;
	int result = 1;

	if (pcapng->ended)
		return end(pcapng);
	for (int i = 0; i < PORTION; i++) {
		struct block block;

		result = next_block(pcapng, &block);
		if (result == -EAGAIN)
			continue;
		if (result <= 0)
			break;
		on_block(pcapng, &block);
		input_step(pcapng->input, block.length);
	}
	if (result == -EAGAIN)
		result = 1;
	packets_clock(pcapng->packets, pcapng->last);
	if (result > 0)
		return 1;
	pcapng->ended = true;
	pcapng->result = result;
	return end(pcapng);
}

static void
pcapng_close(void *state)
{
	struct pcapng *pcapng = state;

	packets_free(pcapng->packets);
	free(pcapng->interfaces);
	free(pcapng);
}

const struct format format_pcapng = {
	.name = name,
	.matches = pcapng_matches,
	.open = pcapng_open,
	.read = pcapng_read,
	.close = pcapng_close,
};
