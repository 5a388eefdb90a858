/* census_list - what the tests of list readers share: a text read as a list, and what came of it as text */
#ifndef LAZARET_TESTS_CENSUS_LIST_H
#define LAZARET_TESTS_CENSUS_LIST_H

#include "base/address.h"
#include "census/list/listreader.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#define READ_MOST 100000

struct list_read {
	struct listings listings;
	struct listnotes notes;
	enum listform form;
	int result;
	struct fail first; /* sentence */
	unsigned told;
	struct buffer said; /* listings as text */
};

static inline void
note_told(void *context, enum listnote kind, const struct fail *fail)
{
	struct list_read *read = context;

	assert_true(kind < LISTNOTE_COUNT && fail->what[0] != '\0' && fail->where[0] != '\0');
	if (read->told++ == 0)
		read->first = *fail;
}

static inline void
read_list_bytes(
	struct list_read *read, const char *bytes, size_t size, const struct listorder *order)
{
	static const struct listorder nothing;
	struct input input = {
		.at = (const uint8_t *)bytes, .left = size, .ended = true, .name = "test"};

	*read = (struct list_read){.notes = {.file = "test", .tell = note_told, .context = read}};
	listings_init(&read->listings, READ_MOST);
	buffer_init(&read->said, 1U << 24);
	read->result = listreader_take(&input, order != NULL ? order : &nothing, &read->listings,
		&read->notes, &read->form);
}

static inline void
read_list(struct list_read *read, const char *text, const struct listorder *order)
{
	read_list_bytes(read, text, strlen(text), order);
}

static inline void
list_read_done(struct list_read *read)
{
	listings_done(&read->listings);
	buffer_done(&read->said);
}

static inline void
say_six(struct buffer *into, uint64_t network)
{
	uint64_t big = __builtin_bswap64(network);
	struct address address = {{0}};
	char text[ADDRESS_TEXT];

	memcpy(address.byte, &big, sizeof(big));
	buffer_print(into, "%s", address_format(&address, text));
}

static inline void
say_four(struct buffer *into, uint32_t number)
{
	struct address address = address_from_v4(number);
	char text[ADDRESS_TEXT];

	buffer_print(into, "%s", address_format(&address, text));
}

/* Addresses, then networks, then ranges, with blanks between them; where several addresses in a row are of one line,
 * the first and the last. */
static inline const char *
say_listings(struct list_read *read)
{
	const struct listings *l = &read->listings;
	struct buffer *into = &read->said;

	buffer_clear(into);
	for (size_t i = 0; i < l->fours; i++) {
		size_t last = i;

		while (last + 1 < l->fours && l->four[last + 1].line == l->four[i].line &&
			l->four[last + 1].address == l->four[last].address + 1)
			last++;
		say_four(into, l->four[i].address);
		if (last > i) {
			buffer_print(into, "..");
			say_four(into, l->four[last].address);
		}
		buffer_print(into, " ");
		i = last;
	}
	for (size_t i = 0; i < l->sixes; i++) {
		say_six(into, l->six[i].network);
		buffer_print(into, " ");
	}
	for (size_t i = 0; i < l->ranges4_count; i++) {
		say_four(into, l->ranges4[i].low);
		buffer_print(into, "-");
		say_four(into, l->ranges4[i].high);
		buffer_print(into, " ");
	}
	for (size_t i = 0; i < l->ranges6_count; i++) {
		say_six(into, l->ranges6[i].low);
		buffer_print(into, "-");
		say_six(into, l->ranges6[i].high);
		buffer_print(into, " ");
	}
	return buffer_string(into);
}

/* What a text lists, without anything to be said about it. */
static inline void
expect_order(const char *text, const struct listorder *order, const char *expected)
{
	struct list_read read;

	read_list(&read, text, order);
	if (read.told > 0)
		print_message("%s: %s\n", read.first.where, read.first.what);
	assert_string_equal(say_listings(&read), expected);
	assert_int_equal(read.told, 0);
	assert_int_equal(read.result, 0);
	list_read_done(&read);
}

/* A text that lists nothing, for one reason. */
static inline void
expect_refused(const char *text, const struct listorder *order, enum listnote kind,
	const char *where, const char *what)
{
	struct list_read read;

	read_list(&read, text, order);
	assert_string_equal(say_listings(&read), "");
	assert_int_equal(read.notes.count[kind], 1);
	assert_string_equal(read.first.where, where);
	assert_string_equal(read.first.what, what);
	list_read_done(&read);
}

#endif
