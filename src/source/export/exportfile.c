/* SPDX-License-Identifier: BSD-2-Clause */
/* Bare payload: messages of flow export one after the other, without packets or any frame around them.
 * Whoever wrote the file, all of it is one exporter. */
#include "base/bytes.h"
#include "source/export/export.h"
#include "source/format.h"

#include <errno.h>
#include <stdlib.h>

/* No datagram is longer, so no message is. */
#define MESSAGE_MOST 65535

#define NETFLOW5_HEADER 24
#define NETFLOW5_RECORD 48
#define NETFLOW9_HEADER 20
#define IPFIX_HEADER    16
#define SET_FIRST       256 /* lower set numbers are not for data */

/* The most that a pause between two messages counts. */
#define PAUSE_MOST WALL_SECOND

struct exportfile {
	struct input *input;
	struct intake *intake;
	struct export *exporters;
	struct wall exported; /* when the last message says that it was */
	struct wall received;
};

enum version { VERSION_NONE, VERSION_NETFLOW5, VERSION_NETFLOW9, VERSION_IPFIX, VERSION_SFLOW };

static enum version
version_of(const uint8_t *at, size_t size)
{
	if (size >= 4 && bytes_u32(at) == 5)
		return VERSION_SFLOW;
	if (size < 4)
		return VERSION_NONE;
	switch (bytes_u16(at)) {
	case 5:
		return VERSION_NETFLOW5;
	case 9:
		return VERSION_NETFLOW9;
	case 10:
		return VERSION_IPFIX;
	default:
		return VERSION_NONE;
	}
}

/* NetFlow v9 does not say how long a message is: it goes on as long as sets follow. What stands where a
 * set should be and is the header of another message ends it; anything else is left to the decoder. */
static size_t
length_of_netflow9(const uint8_t *at, size_t size)
{
	size_t length = NETFLOW9_HEADER;

	while (size >= length && size - length >= 4) {
		uint16_t id = bytes_u16(at + length), set = bytes_u16(at + length + 2);

		if (version_of(at + length, size - length) != VERSION_NONE)
			return length;
		if ((id > 1 && id < SET_FIRST) || set < 4 || set > size - length)
			return size;
		length += set;
	}
	return size;
}

/* sFlow: the length of each sample is told. */
static size_t
length_of_sflow(const uint8_t *at, size_t size)
{
	struct reader reader = reader_on(at, size);
	uint32_t type, samples;

	reader_skip(&reader, 4);
	type = reader_u32(&reader);
	reader_skip(&reader, type == 1 ? 4 : type == 2 ? 16 : 0);
	reader_skip(&reader, 12);
	samples = reader_u32(&reader);
	for (uint32_t i = 0; i < samples && !reader.failed; i++) {
		reader_skip(&reader, 4);
		reader_skip(&reader, reader_u32(&reader));
	}
	return reader.failed ? size : (size_t)(reader.at - at);
}

/* Of the message that begins at at; at least 1, at most size. */
static size_t
length_of(const uint8_t *at, size_t size)
{
	size_t length = size;

	switch (version_of(at, size)) {
	case VERSION_NETFLOW5:
		length = NETFLOW5_HEADER + (size_t)NETFLOW5_RECORD * bytes_u16(at + 2);
		break;
	case VERSION_NETFLOW9:
		length = length_of_netflow9(at, size);
		break;
	case VERSION_IPFIX:
		length = bytes_u16(at + 2) < IPFIX_HEADER ? size : bytes_u16(at + 2);
		break;
	case VERSION_SFLOW:
		length = length_of_sflow(at, size);
		break;
	case VERSION_NONE:
		break;
	}
	return length < size ? length : size;
}

/* When the message says that it was exported; where it does not, that of the last one. */
static struct wall
exported_at(const struct exportfile *file, const uint8_t *at, size_t size)
{
	switch (version_of(at, size)) {
	case VERSION_NETFLOW5:
	case VERSION_NETFLOW9:
		return size >= 12 ? (struct wall){bytes_u32(at + 8) * WALL_SECOND} : file->exported;
	case VERSION_IPFIX:
		return size >= 8 ? (struct wall){bytes_u32(at + 4) * WALL_SECOND} : file->exported;
	case VERSION_SFLOW:
	case VERSION_NONE:
		break;
	}
	return file->exported;
}

/* Nobody knows when it was received. The exporter's clock stands for it, but begins anew with each file, and
 * a pause counts little: what is read together was put together from pieces of different days, and no
 * template may grow old between two of them. */
static struct wall
received_at(struct exportfile *file, const uint8_t *at, size_t size)
{
	struct wall exported = exported_at(file, at, size);
	int64_t pause = exported.us - file->exported.us;

	if (pause > 0)
		file->received.us += pause < PAUSE_MOST ? pause : PAUSE_MOST;
	file->exported = exported;
	return file->received;
}

static bool
exportfile_matches(const uint8_t *head, size_t size)
{
	uint16_t set;

	switch (version_of(head, size)) {
	case VERSION_NETFLOW5:
		return size >= NETFLOW5_HEADER + NETFLOW5_RECORD && bytes_u16(head + 2) > 0;
	case VERSION_NETFLOW9:
		if (size < NETFLOW9_HEADER + 4)
			return false;
		set = bytes_u16(head + NETFLOW9_HEADER);
		return set <= 1 || set >= SET_FIRST;
	case VERSION_IPFIX:
		if (size < IPFIX_HEADER + 4 || bytes_u16(head + 2) < IPFIX_HEADER)
			return false;
		set = bytes_u16(head + IPFIX_HEADER);
		return set == 2 || set == 3 || set >= SET_FIRST;
	case VERSION_SFLOW:
		return export_matches(head, size < MESSAGE_MOST ? size : MESSAGE_MOST);
	case VERSION_NONE:
		break;
	}
	return false;
}

static void *
exportfile_open(struct input *input, struct intake *intake, struct fail *fail)
{
	struct exportfile *file = xcalloc(1, sizeof(*file));

	file->input = input;
	file->intake = intake;
	file->exporters = export_of(intake);
	return file;
}

/* Nothing tells where a next message might begin. */
static int
give_up(struct exportfile *file)
{
	struct input *input = file->input;
	uint64_t *skipped = &intake_counts(file->intake)->skipped_bytes;

	intake_error(file->intake, input->name, input->offset,
		"a message of NetFlow v5, v9, IPFIX or sFlow v5 was expected; the rest is not "
		"read");
	do {
		*skipped += input->left;
		input_step(input, input->left);
	} while (input_need(input, MESSAGE_MOST, NULL) > 0);
	return -EBADMSG;
}

static int
exportfile_read(void *state)
{
	struct exportfile *file = state;
	struct input *input = file->input;
	struct export_from from = {.file = input->name, .offset = input->offset};
	struct fail fail = {.what = ""};
	size_t size = input_need(input, MESSAGE_MOST, &fail), length;

	if (fail.what[0] != 0)
		intake_error(file->intake, input->name, input->offset, "%s", fail.what);
	if (size == 0)
		return input->error;
	if (size > MESSAGE_MOST)
		size = MESSAGE_MOST;
	if (version_of(input->at, size) == VERSION_NONE)
		return give_up(file);
	length = length_of(input->at, size);
	from.received = received_at(file, input->at, size);
	export_datagram(file->exporters, &from, input->at, length);
	input_step(input, length);
	return 1;
}

static void
exportfile_close(void *state)
{
	free(state);
}

const struct format format_export = {
	.name = "bare flow export",
	.matches = exportfile_matches,
	.open = exportfile_open,
	.read = exportfile_read,
	.close = exportfile_close,
};
