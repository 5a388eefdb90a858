/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/list/listreader.h"

#include "census/list/bogon.h"
#include "census/list/listformat.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* How much of the begin is looked at to find the form. */
#define HEAD (64UL << 10)

#define LOCAL_127_0_0_2 0x7f000002U
/* An IPv4 range of this many addresses or fewer is written out. */
#define WRITTEN_OUT 256

const char *const listform_names[LISTFORM_COUNT] = {
	"found", "plain", "rbldnsd", "ipset", "csv", "json", "mail"};

static const struct listformat *const formats[LISTFORM_COUNT] = {
	[LISTFORM_PLAIN] = &addresslist_format,
	[LISTFORM_RBLDNSD] = &addresslist_format,
	[LISTFORM_IPSET] = &ipsetsave_format,
	[LISTFORM_CSV] = &csvlist_format,
	[LISTFORM_JSON] = &jsonlist_format,
};

void
listformat_refuse(struct listreader *reader, const char *expected, struct text found)
{
	listnotes_refuse(reader->notes, listformat_number(reader), expected, found);
}

void
listformat_end_set(struct listreader *reader)
{
	struct listnotes *notes = reader->notes;
	bool is_too_many = reader->exclusions.is_too_many;

	if (reader->is_marked)
		notes->count[LISTNOTE_EXCLUDED] +=
			exclusions_apply(&reader->exclusions, reader->into, &reader->begin);
	if (is_too_many)
		listnotes_say(notes, LISTNOTE_DROPPED, listformat_number(reader),
			"there are more than %u exclusions: nothing of this data set is listed",
			EXCLUSIONS_MOST);
	reader->begin = exclusions_begin(reader->into);
}

/* What of an IPv4 entry is no bogon. */
static void
list_four(
	struct listreader *reader, struct span whole, unsigned length, uint32_t time, uint16_t port)
{
	struct listing4 one = {.line = listformat_number(reader),
		.time = time,
		.list = reader->order->list,
		.port = reader->is_marked ? exclusions_mark(&reader->exclusions, length, false)
					  : port};
	struct listedrange4 range = {
		.line = one.line, .time = time, .list = one.list, .length = (uint16_t)length};
	bool is_written_out = whole.high - whole.low < WRITTEN_OUT;
	struct span piece;

	while (spans_cut(&bogon4, &whole, &piece)) {
		if (!is_written_out) {
			range.low = (uint32_t)piece.low;
			range.high = (uint32_t)piece.high;
			listings_add_range4(reader->into, &range);
			continue;
		}
		for (uint64_t address = piece.low; address <= piece.high; address++) {
			one.address = (uint32_t)address;
			listings_add4(reader->into, &one);
		}
	}
}

static void
list_six(struct listreader *reader, const struct addressform *form, uint32_t time, uint16_t port)
{
	struct listing6 one = {.line = listformat_number(reader),
		.time = time,
		.list = reader->order->list,
		.port = reader->is_marked ? exclusions_mark(&reader->exclusions, form->length, true)
					  : port};
	struct span whole = {form->low, form->high}, piece;
	size_t before = reader->into->sixes;

	while (spans_cut(&bogon6, &whole, &piece)) {
		one.network = piece.low;
		if (form->length < 64)
			listings_add_range6(reader->into,
				&(struct listedrange6){.low = piece.low,
					.high = piece.high,
					.line = one.line,
					.time = time,
					.list = one.list,
					.length = form->length});
		else
			listings_add6(reader->into, &one);
	}
	if (reader->is_marked && form->length > 64 && reader->into->sixes > before)
		exclusions_add_below(&reader->exclusions, form->below);
}

/* Takes the piece from the front of a range that is made of prefixes of one length: 8, 16, 24 or 32. So does rbldnsd
 * with the ranges of an ip4set. */
static struct span
take_piece(struct span *range, unsigned *length)
{
	uint64_t size = 1, end = range->high + 1, stop = end;
	struct span piece = *range;

	*length = 32;
	while (size < 1UL << 24 && range->low % (size << 8) == 0 && end - range->low >= size << 8) {
		size <<= 8;
		*length -= 8;
	}
	/* As far as the next that is longer begins. */
	if (size < 1UL << 24 && (range->low / (size << 8) + 1) * (size << 8) < stop)
		stop = (range->low / (size << 8) + 1) * (size << 8);
	piece.high = range->low + (stop - range->low) / size * size - 1;
	range->low = piece.high + 1;
	return piece;
}

static void
say_bogon(struct listreader *reader, const struct span *bogon)
{
	listnotes_say(reader->notes, LISTNOTE_BOGON, listformat_number(reader),
		"no mail can come from what the entry names: %s", bogon_name(bogon));
}

void
listformat_entry(
	struct listreader *reader, const struct addressform *form, uint32_t time, uint16_t port)
{
	const struct span *bogon =
		spans_find(form->is_six ? &bogon6 : &bogon4, form->low, form->high);
	struct span rest = {form->low, form->high};

	if (form->is_six ? form->length < LISTREADER_WIDEST6
			 : form->high - form->low >= reader->widest) {
		listnotes_say(reader->notes, LISTNOTE_WIDE, listformat_number(reader),
			"the entry names more addresses than one entry may: it is left out");
		return;
	}
	reader->notes->entries++;
	if (bogon != NULL)
		say_bogon(reader, bogon);
	if (form->is_six) {
		list_six(reader, form, time, port);
		return;
	}
	if (form->length != ADDRESSFORM_RANGE) {
		list_four(reader, rest, form->length, time, port);
		return;
	}
	while (rest.low <= rest.high) {
		unsigned length;
		struct span piece = take_piece(&rest, &length);

		list_four(reader, piece, length, time, port);
	}
}

void
listformat_exclude(struct listreader *reader, const struct addressform *form)
{
	/* An ip4set knows prefixes of whole octets only. */
	bool is_by_octets =
		!form->is_six && reader->type <= ZONETYPE_IP4SET && reader->form != LISTFORM_IPSET;
	struct span rest = {form->low, form->high};

	reader->notes->entries++;
	if (form->length != ADDRESSFORM_RANGE && !is_by_octets) {
		exclusions_add(&reader->exclusions, form);
		return;
	}
	while (rest.low <= rest.high) {
		struct addressform piece = *form;
		unsigned length;
		struct span taken = take_piece(&rest, &length);

		piece.low = taken.low;
		piece.high = taken.high;
		piece.length = (uint8_t)length;
		exclusions_add(&reader->exclusions, &piece);
	}
}

/* Text in 16 bits a character, with its mark or without. */
static bool
is_utf16(struct text head)
{
	size_t zeros = 0, looked_at = head.length < 64 ? head.length : 64;

	if (head.length >= 2 &&
		(memcmp(head.at, "\xff\xfe", 2) == 0 || memcmp(head.at, "\xfe\xff", 2) == 0))
		return true;
	for (size_t i = 0; i < looked_at; i++)
		zeros += head.at[i] == '\0';
	return zeros > 0 && zeros >= looked_at / 3;
}

static struct text
text_in(const struct input *input)
{
	return (struct text){(const char *)input->at, input->left};
}

static int
find_form(struct listreader *reader, struct input *input)
{
	struct text head = text_in(input);

	if (is_utf16(head)) {
		listnotes_say(reader->notes, LISTNOTE_FILE, 0,
			"this is text in UTF-16: have it written in UTF-8");
		return -EINVAL;
	}
	if (head.length >= 3 && memcmp(head.at, "\xef\xbb\xbf", 3) == 0)
		input_step(input, 3);
	reader->form = reader->order->form;
	if (reader->form == LISTFORM_FOUND) {
		head = text_in(input);
		head.length = head.length < HEAD ? head.length : HEAD;
		reader->form = listfind_form(reader->order, head);
	}
	reader->format = formats[reader->form];
	/* Of a combined zone nothing is read before a data set that was asked for. */
	reader->is_unwanted = reader->is_missing =
		reader->form == LISTFORM_RBLDNSD && *reader->order->dataset != '\0';
	reader->is_marked = reader->form != LISTFORM_CSV && reader->form != LISTFORM_JSON &&
		reader->form != LISTFORM_MAIL;
	if (reader->form == LISTFORM_CSV && !csvlist_begin(reader)) {
		listnotes_say(reader->notes, LISTNOTE_FILE, 0,
			"of the columns \"%s\" none is called \"%s\"", reader->order->columns,
			listformat_names(reader->order, MAPPED_ADDRESS));
		return -EINVAL;
	}
	return 0;
}

/* Steps over a piece of a line that is too long. */
static void
skip(struct listreader *reader, struct input *input)
{
	const uint8_t *end = memchr(input->at, '\n', input->left);

	if (!reader->is_skipping) {
		reader->line++;
		listnotes_say(reader->notes, LISTNOTE_LONG, listformat_number(reader),
			"the line is longer than %lu bytes and is left out", LISTREADER_LINE);
	}
	reader->is_skipping = end == NULL;
	input_step(input, end != NULL ? (size_t)(end - input->at) + 1 : input->left);
}

/* Takes what is whole in the window. */
static void
take_window(struct listreader *reader, struct input *input)
{
	size_t step;

	if (reader->is_skipping) {
		skip(reader, input);
		return;
	}
	step = reader->format->take(reader, text_in(input), input->ended && input->error == 0);
	if (step > 0)
		input_step(input, step);
	else if (input->left >= LISTREADER_LINE)
		skip(reader, input);
}

/* Reads to the end, or to what stops it. */
static int
take_all(struct listreader *reader, struct input *input)
{
	if (reader->form == LISTFORM_MAIL)
		return maillist_take(reader, input);
	while (reader->error == 0) {
		struct fail fail = {0};
		size_t left = input->left;

		if (left > 0)
			take_window(reader, input);
		if (input->ended && (input->left == 0 || input->left == left))
			break;
		/* More where nothing is whole any more. */
		if (!input->ended && (input->left == left || input->left == 0))
			input_need(input, input->left + 1, &fail);
		if (fail.what[0] != '\0')
			listnotes_say(reader->notes, LISTNOTE_FILE, 0, "%s", fail.what);
	}
	return reader->error < 0 ? reader->error : input->error;
}

static struct listreader
begin(const struct listorder *order, struct listings *into, struct listnotes *notes)
{
	struct listreader reader = {.order = order,
		.into = into,
		.notes = notes,
		.form = order->form,
		.type = order->type,
		.widest = LISTREADER_WIDEST,
		.value = LOCAL_127_0_0_2,
		.first = into->fours,
		.begin = exclusions_begin(into)};

	*notes = (struct listnotes){
		.file = notes->file, .tell = notes->tell, .context = notes->context};
	exclusions_init(&reader.exclusions);
	return reader;
}

/* dropped: what was, before it began. */
static void
end(struct listreader *reader, uint64_t dropped, enum listform *ret)
{
	struct listnotes *notes = reader->notes;
	const struct listings *into = reader->into;

	if (reader->is_missing)
		listnotes_say(notes, LISTNOTE_DATASET, 0,
			"there is no data set called \"%s\": nothing is listed",
			reader->order->dataset);
	exclusions_done(&reader->exclusions);
	if (into->dropped > dropped) {
		listnotes_say(notes, LISTNOTE_DROPPED, 0,
			"there was no room for %llu listings: the ceiling is %zu of each kind",
			(unsigned long long)(into->dropped - dropped), into->most);
		notes->count[LISTNOTE_DROPPED] += into->dropped - dropped - 1;
	}
	notes->lines = reader->line;
	if (ret != NULL)
		*ret = reader->form;
}

int
listreader_take(struct input *input, const struct listorder *order, struct listings *into,
	struct listnotes *notes, enum listform *ret)
{
	struct listreader reader = begin(order, into, notes);
	uint64_t dropped = into->dropped;
	struct fail fail = {0};
	int r;

	input_need(input, HEAD, &fail);
	if (fail.what[0] != '\0')
		listnotes_say(notes, LISTNOTE_FILE, 0, "%s", fail.what);
	r = find_form(&reader, input);
	if (r == 0) {
		r = take_all(&reader, input);
		listformat_end_set(&reader);
		wholerange_tell(&reader);
	}
	end(&reader, dropped, ret);
	return r;
}

/* Only mail lies in folders. */
static int
read_folder(const char *path, const struct listorder *order, int stop, struct listings *into,
	struct listnotes *notes, enum listform *ret)
{
	struct listreader reader = begin(order, into, notes);
	uint64_t dropped = into->dropped;
	int r;

	reader.form = LISTFORM_MAIL;
	r = maillist_take_folder(&reader, path, stop);
	wholerange_tell(&reader);
	end(&reader, dropped, ret);
	return r;
}

static bool
is_folder(const char *path, const struct listorder *order)
{
	struct stat is;

	return (order->form == LISTFORM_FOUND || order->form == LISTFORM_MAIL) &&
		stat(path, &is) == 0 && S_ISDIR(is.st_mode);
}

int
listreader_read(const char *path, const struct listorder *order, int stop, struct listings *into,
	struct listnotes *notes, enum listform *ret)
{
	struct fail fail = {0};
	struct input input;
	int r;

	notes->file = path;
	if (is_folder(path, order))
		return read_folder(path, order, stop, into, notes, ret);
	r = input_open(&input, path, stop, &fail);
	if (r < 0) {
		*notes = (struct listnotes){
			.file = path, .tell = notes->tell, .context = notes->context};
		listnotes_say(notes, LISTNOTE_FILE, 0, "%s", fail.what);
		return r;
	}
	r = listreader_take(&input, order, into, notes, ret);
	input_close(&input);
	return r;
}
