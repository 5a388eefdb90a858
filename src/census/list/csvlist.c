/* SPDX-License-Identifier: BSD-2-Clause */
/* CSV as RFC 4180 has it, with a header line or names that were told. Lines that begin with "#" or ";" are comments;
 * before the header one of them may be it ("; ip, asn, country" of Spamhaus). */
#include "census/list/listformat.h"
#include "source/text/csv.h"

#include <errno.h>
#include <stdio.h>

/* A record may have this many bytes, line ends in quotes among them; who opens a quote and never closes it does not
 * take the rest of the file with him. */
#define RECORD_MOST 32768

static void
find_columns(const struct listorder *order, struct text header, uint32_t place[MAPPED_COUNT])
{
	const char *names[MAPPED_COUNT];

	for (unsigned i = 0; i < MAPPED_COUNT; i++)
		names[i] = listformat_names(order, (enum mapped)i);
	mapped_columns(names, header, place);
}

static bool
take_header(struct listreader *reader, struct text header)
{
	find_columns(reader->order, header, reader->place);
	return reader->place[MAPPED_ADDRESS] != MAPPED_NONE;
}

bool
csvlist_is_header(const struct listorder *order, struct text line)
{
	uint32_t place[MAPPED_COUNT];

	find_columns(order, line, place);
	return place[MAPPED_ADDRESS] != MAPPED_NONE;
}

bool
csvlist_begin(struct listreader *reader)
{
	const char *columns = reader->order->columns;

	reader->has_header = *columns != '\0';
	return !reader->has_header || take_header(reader, text_of(columns));
}

/* The first line that is no comment: without the columns that it names nothing can be read. */
static void
see_header(struct listreader *reader, struct text line)
{
	char expected[LISTREADER_NAMES + 64];

	if (take_header(reader, line)) {
		reader->has_header = true;
		return;
	}
	snprintf(expected, sizeof(expected), "a header line with one of the names %s",
		listformat_names(reader->order, MAPPED_ADDRESS));
	listformat_refuse(reader, expected, line);
	reader->error = -EBADMSG;
}

/* How many bytes the record has, with the fields that matter in value; 0: it is not whole. */
static size_t
take_record(const struct listreader *reader, struct text bytes, bool is_last,
	struct text value[MAPPED_COUNT])
{
	struct text rest = bytes;
	uint32_t count = 0;
	int more;

	do {
		struct text field;

		more = csv_take_field(&rest, is_last, &field);
		if (more < 0)
			return 0;
		for (unsigned i = 0; i < MAPPED_COUNT; i++) {
			if (reader->place[i] == count)
				value[i] = field;
		}
		count++;
	} while (more > 0 && (rest.length > 0 || !is_last));
	return bytes.length - rest.length;
}

static uint64_t
count_ends(struct text bytes)
{
	uint64_t count = 0;
	const char *at;

	while ((at = memchr(bytes.at, '\n', bytes.length)) != NULL) {
		count++;
		bytes = (struct text){at + 1, bytes.length - (size_t)(at + 1 - bytes.at)};
	}
	return count;
}

/* A line that is no record. True if it was one of these. */
static bool
take_other(struct listreader *reader, struct text line)
{
	struct text bare = text_trim(line);

	if (bare.length == 0)
		return true;
	if (*bare.at == '#' || *bare.at == ';') {
		struct text inside = {bare.at + 1, bare.length - 1};

		if (!reader->has_header && memchr(inside.at, ',', inside.length) != NULL)
			reader->has_header = take_header(reader, text_trim(inside));
		return true;
	}
	if (!reader->has_header) {
		see_header(reader, line);
		return true;
	}
	return false;
}

/* Takes one record or other line from the front; 0: it is not whole. */
static size_t
take_one(struct listreader *reader, struct text bytes, bool is_last)
{
	struct text value[MAPPED_COUNT] = {{0}}, line = bytes, record = bytes;
	const char *end = memchr(bytes.at, '\n', bytes.length);
	size_t taken;

	if (end == NULL && !is_last)
		return 0;
	line.length = end != NULL ? (size_t)(end - bytes.at) : bytes.length;
	taken = line.length + (end != NULL);
	if (line.length > 0 && line.at[line.length - 1] == '\r')
		line.length--;
	if (record.length > RECORD_MOST)
		record.length = RECORD_MOST;
	reader->line++;
	if (take_other(reader, line))
		return taken;
	record.length =
		take_record(reader, record, is_last && record.length == bytes.length, value);
	if (record.length > 0) {
		listformat_record(reader, value);
		reader->line += count_ends(record) - (record.at[record.length - 1] == '\n');
		return record.length;
	}
	if (!is_last && bytes.length < RECORD_MOST) {
		reader->line--;
		return 0;
	}
	/* It does not end where it must, but on the next line one may begin. */
	listformat_refuse(reader, "a record that ends: a quote may not be closed", line);
	return taken;
}

static size_t
take(struct listreader *reader, struct text bytes, bool is_last)
{
	size_t taken = 0;

	while (taken < bytes.length && reader->error == 0) {
		size_t step = take_one(
			reader, (struct text){bytes.at + taken, bytes.length - taken}, is_last);

		if (step == 0)
			break;
		taken += step;
	}
	return taken;
}

const struct listformat csvlist_format = {.take = take};
