/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/export/sequence.h"

#include <string.h>

/* So many fits in a row show that an exporter counts otherwise. */
#define FITS_ENOUGH 3

void
sequence_init(struct sequence *sequence, enum sequence_unit unit)
{
	memset(sequence, 0, sizeof(*sequence));
	sequence->unit = (uint8_t)unit;
	sequence->mean = SEQUENCE_MEAN;
}

void
sequence_reset(struct sequence *sequence)
{
	enum sequence_unit unit = sequence->unit;
	uint32_t mean = sequence->mean;
	bool numbers_ends = sequence->numbers_ends;

	sequence_init(sequence, unit);
	sequence->mean = mean;
	sequence->numbers_ends = numbers_ends;
}

/* A number of units in data records, as far as can be told. */
static uint32_t
in_records(const struct sequence *sequence, uint32_t units)
{
	if (sequence->unit != SEQUENCE_MESSAGES)
		return units;
	return (uint32_t)(((uint64_t)units * sequence->mean + SEQUENCE_MEAN / 2) / SEQUENCE_MEAN);
}

/* The step from the last message, if it is that message's size in another unit. */
static bool
fits_other(struct sequence *sequence, uint32_t number)
{
	uint32_t step = number - sequence->number;

	for (unsigned unit = 0; unit < SEQUENCE_UNITS; unit++) {
		if (unit == sequence->unit || step != sequence->size[unit] || step == 0)
			continue;
		if (sequence->other != unit)
			sequence->fits = 0;
		sequence->other = (uint8_t)unit;
		sequence->fits++;
		return true;
	}
	sequence->fits = 0;
	return false;
}

static enum sequence_place
step_forward(struct sequence *sequence, uint32_t number, uint32_t ahead, int64_t *lost)
{
	uint32_t records = in_records(sequence, ahead);

	sequence->gap[sequence->gap_next] = (struct sequence_gap){sequence->expected, number};
	sequence->gap_next = (uint8_t)((sequence->gap_next + 1) % SEQUENCE_GAPS);
	*lost += records;
	return SEQUENCE_GAP;
}

static struct sequence_gap *
gap_find(struct sequence *sequence, uint32_t number)
{
	for (unsigned i = 0; i < SEQUENCE_GAPS; i++) {
		struct sequence_gap *gap = &sequence->gap[i];

		if (number - gap->from < gap->to - gap->from)
			return gap;
	}
	return NULL;
}

static enum sequence_place
step_back(struct sequence *sequence, uint32_t number, uint32_t behind)
{
	uint32_t window = SEQUENCE_WINDOW;

	/* An exporter that does not count sends the same number again and again. */
	if (number == sequence->number)
		return SEQUENCE_LATE;
	if (sequence->unit != SEQUENCE_MESSAGES)
		window *= sequence->mean / SEQUENCE_MEAN + 1;
	if (behind <= window || gap_find(sequence, number) != NULL)
		return SEQUENCE_LATE;
	sequence->before = sequence->expected;
	sequence->has_stepped_back = true;
	return SEQUENCE_RESTART;
}

/* Not the expected number: which of the reasons? */
static enum sequence_place
judge(struct sequence *sequence, uint32_t number, int64_t *lost)
{
	uint32_t ahead = number - sequence->expected;
	bool is_ahead = ahead < UINT32_C(1) << 31;

	/* One message far behind was no restart if the next is where the others were. */
	if (sequence->has_stepped_back && number == sequence->before)
		return SEQUENCE_NEXT;
	if (sequence->is_uncounted && is_ahead && ahead < SEQUENCE_JUMP)
		return SEQUENCE_UNCLEAR;
	if (fits_other(sequence, number)) {
		if (sequence->fits >= FITS_ENOUGH) {
			sequence->unit = sequence->other;
			sequence->fits = 0;
			sequence->pending = 0;
		} else if (is_ahead) {
			sequence->pending += in_records(sequence, ahead);
		}
		return SEQUENCE_NEXT;
	}
	if (!is_ahead)
		return step_back(sequence, number, -ahead);
	if (ahead >= SEQUENCE_JUMP)
		return SEQUENCE_RESTART;
	return step_forward(sequence, number, ahead, lost);
}

enum sequence_place
sequence_begin(struct sequence *sequence, uint32_t number, int64_t *lost)
{
	enum sequence_place place = SEQUENCE_NEXT;
	int64_t before = *lost;

	sequence->claimed = 0;
	/* Where the message begins is known when its records are counted. */
	if (sequence->numbers_ends) {
		sequence->place = SEQUENCE_UNCLEAR;
		return SEQUENCE_UNCLEAR;
	}
	if (sequence->has_begun && number != sequence->expected) {
		place = judge(sequence, number, lost);
		if (place == SEQUENCE_GAP || place == SEQUENCE_RESTART) {
			*lost += place == SEQUENCE_GAP ? sequence->pending : 0;
			sequence->pending = 0;
		}
	} else if (sequence->fits != 0 || sequence->pending != 0) {
		/* It counts as its protocol says after all: what seemed otherwise was a loss. */
		*lost += sequence->pending;
		sequence->pending = 0;
		sequence->fits = 0;
	}
	if (place != SEQUENCE_RESTART)
		sequence->has_stepped_back = false;
	sequence->place = (uint8_t)place;
	if (place == SEQUENCE_GAP)
		sequence->claimed = (uint32_t)(*lost - before);
	return place;
}

/* A late message fills its part of the gap that was counted as lost. */
static void
fill_gap(struct sequence *sequence, uint32_t number, uint32_t size, uint32_t records, int64_t *lost)
{
	struct sequence_gap *gap = gap_find(sequence, number);
	uint32_t missing;

	if (gap == NULL)
		return;
	missing = gap->to - number;
	if (size > missing)
		size = missing;
	*lost -= sequence->unit == SEQUENCE_MESSAGES ? in_records(sequence, size)
		: size < records                     ? size
						     : records;
	/* The larger of the two rests stays open. */
	if (number - gap->from > missing - size)
		gap->to = number;
	else
		gap->from = number + size;
}

void
sequence_end_late(struct sequence *sequence, uint32_t number, uint32_t records, uint32_t templates,
	int64_t *lost)
{
	uint32_t size[SEQUENCE_UNITS] = {1, records, records + templates};

	fill_gap(sequence, number, size[sequence->unit], records, lost);
}

/* An exporter that numbers ends: the message began so many records before its number. */
static void
follow_end(
	struct sequence *sequence, uint32_t number, uint32_t records, bool uncounted, int64_t *lost)
{
	uint32_t begin = number - records, ahead = begin - sequence->number;
	uint32_t behind = sequence->number - number;

	if (sequence->has_begun &&
		behind <= SEQUENCE_WINDOW * (sequence->mean / SEQUENCE_MEAN + 1) && records > 0) {
		fill_gap(sequence, begin, records, records, lost);
		return;
	}
	/* Records of options are not numbered by all: then it seems to begin a little earlier. */
	if (sequence->has_begun && ahead > 0 && ahead < SEQUENCE_JUMP && !uncounted &&
		!sequence->is_uncounted) {
		sequence->gap[sequence->gap_next] = (struct sequence_gap){sequence->number, begin};
		sequence->gap_next = (uint8_t)((sequence->gap_next + 1) % SEQUENCE_GAPS);
		*lost += ahead;
	}
	sequence->number = number;
	sequence->expected = number;
	sequence->has_begun = true;
	sequence->is_uncounted = uncounted;
	if (!uncounted)
		sequence_follow_mean(sequence, records);
}

/* What seemed a loss, or late, was none: the last gap is no gap. */
static void
take_back(struct sequence *sequence, int64_t *lost)
{
	uint8_t last = (uint8_t)((sequence->gap_next + SEQUENCE_GAPS - 1) % SEQUENCE_GAPS);

	if (sequence->place == SEQUENCE_GAP) {
		sequence->gap[last] = (struct sequence_gap){0, 0};
		sequence->gap_next = last;
	}
	*lost -= sequence->claimed;
	sequence->unsure += sequence->claimed;
	sequence->place = SEQUENCE_NEXT;
}

bool
sequence_end_unusual(struct sequence *sequence, uint32_t number, uint32_t records, uint32_t options,
	bool uncounted, int64_t *lost)
{
	bool fits = records > 0 && !uncounted && sequence->unit != SEQUENCE_MESSAGES &&
		(number - sequence->number == records ||
			number - sequence->number == records - options);

	if (sequence->numbers_ends) {
		follow_end(sequence, number, records, uncounted, lost);
		return true;
	}
	if (fits && (sequence->place == SEQUENCE_GAP || sequence->place == SEQUENCE_LATE)) {
		take_back(sequence, lost);
		sequence->end_fits++;
		if (sequence->end_fits >= FITS_ENOUGH) {
			sequence->numbers_ends = true;
			sequence->unsure = 0;
		}
	} else if (!fits && sequence->place == SEQUENCE_NEXT && sequence->end_fits > 0 &&
		!uncounted) {
		/* It counts as its protocol says after all. */
		*lost += sequence->unsure;
		sequence->unsure = 0;
		sequence->end_fits = 0;
	}
	return false;
}
