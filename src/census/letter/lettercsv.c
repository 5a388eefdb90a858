/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/letter/lettercsv.h"

#include <zlib.h>

#define HEAD                                                                                       \
	"ip,prefix,asn,cc,first_seen_utc,last_seen_utc,src_port,evidence,sources,score,status,"    \
	"netname,case\r\n"
#define DAY_LENGTH 10
/* A cell of free text at most: each of its bytes doubled, quotes around it and a ' before. */
#define FREE_MOST (LETTER_FREE * 4)
#define CELL_MOST (2 * FREE_MOST + 3)
/* The other columns, with room to spare. */
#define ROW_MOST (256 + 2 * CELL_MOST)

/* Days that were written before, by their last bits: addresses of a letter share a few. */
#define DAYS 64

struct row {
	char *at;
	struct prefix prefix; /* of prefix_text */
	size_t prefix_length;
	uint32_t named; /* lists that have a name */
	uint32_t plain; /* and one that is plain */
	int64_t day[DAYS];
	char day_text[DAYS][WALL_TEXT];
	char prefix_text[PREFIX_TEXT];
	char text[ROW_MOST];
};

static void
put_bytes(struct row *row, const char *bytes, size_t length)
{
	memcpy(row->at, bytes, length);
	row->at += length;
}

static void
put(struct row *row, const char *text)
{
	put_bytes(row, text, strlen(text));
}

static void
put_number(struct row *row, uint32_t number)
{
	char digits[10];
	size_t n = sizeof(digits);

	do {
		digits[--n] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	put_bytes(row, digits + n, sizeof(digits) - n);
}

static void
put_octet(struct row *row, unsigned octet)
{
	if (octet >= 100)
		*row->at++ = (char)('0' + octet / 100);
	if (octet >= 10)
		*row->at++ = (char)('0' + octet / 10 % 10);
	*row->at++ = (char)('0' + octet % 10);
}

static void
put_two(struct row *row, unsigned number, char behind)
{
	*row->at++ = (char)('0' + number / 10);
	*row->at++ = (char)('0' + number % 10);
	*row->at++ = behind;
}

static void
put_time(struct row *row, struct wall wall)
{
	int64_t seconds = wall.us / WALL_SECOND, day = seconds / 86400;
	unsigned rest = (unsigned)(seconds - day * 86400);

	if (wall.us <= 0)
		return;
	if (day != row->day[day % DAYS]) {
		(void)wall_format(wall, row->day_text[day % DAYS]);
		row->day[day % DAYS] = day;
	}
	put_bytes(row, row->day_text[day % DAYS], DAY_LENGTH);
	*row->at++ = 'T';
	put_two(row, rest / 3600, ':');
	put_two(row, rest / 60 % 60, ':');
	put_two(row, rest % 60, 'Z');
}

static void
put_address(struct row *row, const struct address *address)
{
	if (address_is_v4(address)) {
		for (int i = 12; i < 16; i++) {
			put_octet(row, address->byte[i]);
			*row->at++ = '.';
		}
		row->at--;
	} else {
		row->at += strlen(address_format(address, row->at));
		put(row, "/64");
	}
}

static void
put_prefix(struct row *row, const struct prefix *prefix)
{
	if (prefix->length == 0)
		return;
	if (prefix->length != row->prefix.length ||
		!address_equal(&prefix->address, &row->prefix.address)) {
		row->prefix = *prefix;
		row->prefix_length = strlen(prefix_format(prefix, row->prefix_text));
	}
	put_bytes(row, row->prefix_text, row->prefix_length);
}

/* Of SCORE_ONE, as 0.1234. */
static void
put_score(struct row *row, unsigned score)
{
	if (score > SCORE_ONE)
		score = SCORE_ONE;
	put_number(row, score / SCORE_ONE);
	*row->at++ = '.';
	for (unsigned unit = SCORE_ONE / 10; unit > 0; unit /= 10)
		*row->at++ = (char)('0' + score / unit % 10);
}

static bool
is_country(const char country[2])
{
	return country[0] >= 'A' && country[0] <= 'Z' && country[1] >= 'A' && country[1] <= 'Z';
}

static bool
is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* As nearly all names are: letters and digits, with - . _ and | behind the first. */
static bool
is_plain(struct text text)
{
	if (text.length > LETTER_FREE || (text.length > 0 && !is_letter(*text.at)))
		return false;
	for (size_t i = 0; i < text.length; i++) {
		char c = text.at[i];

		if (!is_letter(c) && c != '-' && c != '.' && c != '_' && c != '|')
			return false;
	}
	return true;
}

static void
put_doubtful(struct row *row, struct text text)
{
	struct buffer cell = {.at = row->at, .size = CELL_MOST + 1, .most = CELL_MOST};

	buffer_cell(&cell, text, LETTER_FREE);
	row->at += cell.length;
}

/* Free text. */
static void
put_cell(struct row *row, struct text text)
{
	if (is_plain(text))
		put_bytes(row, text.at, text.length);
	else
		put_doubtful(row, text);
}

/* Names of lists that are not all plain: the agency's own words, but a name is a name. */
__attribute__((noinline)) static void
put_names(struct row *row, const struct lettersender *sender, uint32_t lists)
{
	char held[FREE_MOST + 1];
	struct buffer names = {.at = held, .size = sizeof(held), .most = sizeof(held) - 1};

	for (; lists != 0; lists &= lists - 1) {
		if (names.length > 0)
			buffer_add(&names, "|", 1);
		buffer_text(&names, sender->list[__builtin_ctz(lists)]);
	}
	put_cell(row, (struct text){held, names.length});
}

static void
put_sources(struct row *row, const struct lettersender *sender, uint32_t lists)
{
	const char *begin = row->at;

	lists &= row->named;
	if ((lists & ~row->plain) != 0) {
		put_names(row, sender, lists);
		return;
	}
	for (; lists != 0; lists &= lists - 1) {
		const struct text *name = &sender->list[__builtin_ctz(lists)];

		if ((size_t)(row->at - begin) + 1 + name->length > FREE_MOST)
			return;
		if (row->at > begin)
			*row->at++ = '|';
		put_bytes(row, name->at, name->length);
	}
}

static void
add_row(struct buffer *into, const struct lettercase *of, const struct letterrow *from,
	struct row *row)
{
	row->at = row->text;
	put_address(row, &from->address);
	*row->at++ = ',';
	put_prefix(row, &from->prefix);
	*row->at++ = ',';
	if (from->asn != 0)
		put_number(row, from->asn);
	*row->at++ = ',';
	if (is_country(from->country))
		put_bytes(row, from->country, sizeof(from->country));
	*row->at++ = ',';
	put_time(row, from->first);
	*row->at++ = ',';
	put_time(row, from->last);
	*row->at++ = ',';
	if (from->port != 0)
		put_number(row, from->port);
	*row->at++ = ',';
	put(row, letter_evidence_names[from->evidence]);
	*row->at++ = ',';
	put_sources(row, of->sender, from->lists);
	*row->at++ = ',';
	put_score(row, from->score);
	*row->at++ = ',';
	put(row, letter_status_names[from->status]);
	*row->at++ = ',';
	put_cell(row, from->netname);
	*row->at++ = ',';
	put_bytes(row, of->code.at, of->code.length);
	*row->at++ = '\r';
	*row->at++ = '\n';
	buffer_add(into, row->text, (size_t)(row->at - row->text));
}

void
lettercsv_make(const struct lettercase *of, size_t rows, struct buffer *into)
{
	struct row row = {.at = NULL};

	for (int i = 0; i < DAYS; i++)
		row.day[i] = -1;
	for (unsigned i = 0; i < SCORE_LISTS; i++) {
		struct text name = of->sender->list[i];

		row.named |= (uint32_t)(name.length > 0) << i;
		row.plain |= (uint32_t)(name.length > 0 && is_plain(name)) << i;
	}
	buffer_text(into, TEXT(HEAD));
	for (size_t i = 0; i < rows && i < of->rows; i++)
		add_row(into, of, &of->row[i], &row);
}

/* gzip, the fast way: a letter is read once. How many bytes of the table fitted: all of them, or about as many. */
static size_t
pack(const struct buffer *table, struct buffer *into)
{
	z_stream stream = {0};
	char portion[16384];
	size_t fitted;
	int r = Z_OK;

	buffer_clear(into);
	must(deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) ==
		Z_OK);
	stream.next_in = (unsigned char *)table->at;
	stream.avail_in = (unsigned)table->length;
	while (r != Z_STREAM_END && into->length <= LETTERCSV_PACKED) {
		stream.next_out = (unsigned char *)portion;
		stream.avail_out = sizeof(portion);
		r = deflate(&stream, Z_FINISH);
		must(r == Z_OK || r == Z_STREAM_END);
		buffer_add(into, portion, sizeof(portion) - stream.avail_out);
	}
	fitted = stream.total_in;
	(void)deflateEnd(&stream);
	if (r != Z_STREAM_END || into->length > LETTERCSV_PACKED || into->failed)
		fitted = fitted < table->length ? fitted : table->length - 1;
	return fitted;
}

size_t
lettercsv_pack(const struct lettercase *of, struct buffer *scratch, struct buffer *into)
{
	size_t rows = of->rows;

	while (rows > 0) {
		size_t fitted = 0;

		buffer_clear(scratch);
		lettercsv_make(of, rows, scratch);
		if (!scratch->failed)
			fitted = pack(scratch, into);
		if (!scratch->failed && fitted == scratch->length)
			break;
		/* What did not fit, and a little more; a table that was too long to be made says nothing of that. */
		rows = fitted > 0 ? (size_t)((double)rows * (double)fitted /
					    (double)scratch->length * 31 / 32)
				  : rows / 4 * 3;
	}
	return rows;
}
