/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/letter/caseletter.h"

#include "census/letter/countrylanguages.h"
#include "census/registry/range.h"

#include <stdlib.h>

/* So many rows before one is used its memory is asked for. */
#define AHEAD 16

void
caseletter_init(struct caseletter *bench)
{
	*bench = (struct caseletter){0};
}

void
caseletter_done(struct caseletter *bench)
{
	free(bench->rows);
	*bench = (struct caseletter){0};
}

static struct address
address_of(uint64_t upper, uint64_t lower)
{
	struct address address;

	for (unsigned i = 0; i < 8; i++) {
		address.byte[i] = (uint8_t)(upper >> (56 - 8 * i));
		address.byte[8 + i] = (uint8_t)(lower >> (56 - 8 * i));
	}
	return address;
}

/* A range as a prefix; of length 0 where it is none, or everything. */
static struct prefix
prefix_of(const struct casefile_network *network)
{
	ipnumber low = (ipnumber)network->low[0] << 64 | network->low[1];
	ipnumber high = (ipnumber)network->high[0] << 64 | network->high[1];
	ipnumber size = high - low;
	struct prefix prefix = {.length = 128};

	if (network->registry == 0 || (size & (size + 1)) != 0 || (low & size) != 0)
		return (struct prefix){.length = 0};
	for (; size > 0; size >>= 1)
		prefix.length--;
	if (network->family == RANGE_IPV4)
		prefix.address = address_from_v4((uint32_t)low);
	else
		prefix.address = address_of(network->low[0], network->low[1]);
	return prefix;
}

/* What all rows of a network have alike. */
static struct letterrow
row_in(const struct casefile *file, uint32_t number)
{
	const struct casefile_network *network = &file->networks[number];
	struct letterrow row = {.prefix = prefix_of(network),
		.asn = network->system,
		.netname = casefile_text(file, network->name)};

	if (network->country != 0) {
		row.country[0] = (char)(network->country >> 8);
		row.country[1] = (char)network->country;
	}
	return row;
}

static void
set_times(struct letterrow *row, const struct casefile *file, uint32_t newest, uint16_t first)
{
	row->first = state_day_begin(first);
	row->last = (struct wall){newest * WALL_SECOND};
	/* Of one that is new on the day nothing is known but when it was listed. */
	if (row->last.us < row->first.us || first == file->totals->day)
		row->first = row->last;
}

_Static_assert((int)LETTER_NEW == (int)CASEFILE_NEW && (int)LETTER_STILL == (int)CASEFILE_STILL &&
		(int)LETTER_REOPENED == (int)CASEFILE_REOPENED,
	"a letter's rows have the same status");

static size_t
fill_rows4(struct caseletter *bench, const struct casefile *file, const struct casefile_case *one,
	size_t at)
{
	uint32_t count = one->counts.listed - one->counts.listed6, network = UINT32_MAX;
	const uint32_t *numbers = file->by_case + one->rows4;
	struct letterrow in = {.asn = 0};

	for (uint32_t i = 0; i < count && at < LETTER_ROWS; i++) {
		const struct casefile_row4 *from = &file->rows4[numbers[i]];
		struct letterrow *row = &bench->rows[at++];

		/* A case's rows are apart from each other. */
		if (i + AHEAD < count)
			__builtin_prefetch(&file->rows4[numbers[i + AHEAD]]);
		if (i + AHEAD / 2 < count)
			__builtin_prefetch(
				&file->networks[file->rows4[numbers[i + AHEAD / 2]].network]);
		if (from->network != network)
			in = row_in(file, from->network);
		network = from->network;
		*row = in;
		set_times(row, file, from->newest, from->first);
		row->address = address_from_v4(from->address);
		row->lists = from->lists;
		row->port = from->port;
		row->score = from->score;
		row->status = from->status;
		row->evidence = from->is_trapped ? LETTER_BY_TRAP : LETTER_BY_LIST;
	}
	return at;
}

static size_t
fill_rows6(struct caseletter *bench, const struct casefile *file, const struct casefile_case *one,
	size_t at)
{
	const uint32_t *numbers = file->by_case + one->rows6;
	uint32_t network = UINT32_MAX;
	struct letterrow in = {.asn = 0};

	for (uint32_t i = 0; i < one->counts.listed6 && at < LETTER_ROWS; i++) {
		const struct casefile_row6 *from = &file->rows6[numbers[i]];
		struct letterrow *row = &bench->rows[at++];

		if (from->network != network)
			in = row_in(file, from->network);
		network = from->network;
		*row = in;
		set_times(row, file, from->newest, from->first);
		row->address = address_of(from->address, 0);
		row->lists = from->lists;
		row->port = from->port;
		row->score = from->score;
		row->status = from->status;
		row->evidence = from->is_trapped ? LETTER_BY_TRAP : LETTER_BY_LIST;
	}
	return at;
}

/* The period, and the countries in the order in which they come. */
static void
fill_sums(struct caseletter *bench, struct lettercase *of)
{
	of->begin = of->row[0].first;
	of->end = of->row[0].last;
	for (size_t i = 0; i < of->rows; i++) {
		const struct letterrow *row = &of->row[i];
		unsigned known = 0;

		if (row->first.us < of->begin.us)
			of->begin = row->first;
		if (row->last.us > of->end.us)
			of->end = row->last;
		while (known < of->countries &&
			memcmp(bench->countries[known], row->country, sizeof(row->country)) != 0)
			known++;
		if (row->country[0] != '\0' && known == of->countries &&
			known < CASELETTER_COUNTRIES)
			memcpy(bench->countries[of->countries++], row->country,
				sizeof(row->country));
	}
	of->country = (const char(*)[2])bench->countries;
}

static void
fill_languages(struct caseletter *bench, const struct casefile_case *one, struct lettercase *of)
{
	struct text more[COUNTRYLANGUAGES_MOST];
	unsigned count = countrylanguages_of(one->country, more);

	of->languages = 0;
	if (one->language != 0) {
		bench->language[0] = (char)(one->language >> 8);
		bench->language[1] = (char)one->language;
		of->language[of->languages++] = (struct text){bench->language, 2};
	}
	for (unsigned i = 0; i < count; i++)
		of->language[of->languages++] = more[i];
}

void
caseletter_fill(struct caseletter *bench, const struct casefile *file, const uint32_t *cases,
	size_t count, struct lettercase *of)
{
	const struct casefile_case *first = &file->cases[cases[0]];
	size_t rows = 0, most = 0;

	of->gone = 0;
	of->countries = 0;
	for (size_t i = 0; i < count; i++) {
		most += file->cases[cases[i]].counts.listed;
		of->gone += file->cases[cases[i]].counts.gone;
	}
	if (most > LETTER_ROWS)
		most = LETTER_ROWS;
	if (most > bench->room) {
		bench->room = most;
		bench->rows = xrealloc(bench->rows, most * sizeof(*bench->rows));
	}
	for (size_t i = 0; i < count; i++)
		rows = fill_rows4(bench, file, &file->cases[cases[i]], rows);
	for (size_t i = 0; i < count; i++)
		rows = fill_rows6(bench, file, &file->cases[cases[i]], rows);
	of->row = bench->rows;
	of->rows = rows;
	of->holder = count == 1 ? casefile_text(file, first->holder) : TEXT("");
	if (rows > 0)
		fill_sums(bench, of);
	fill_languages(bench, first, of);
}
