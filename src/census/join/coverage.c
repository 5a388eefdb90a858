/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/join/coverage.h"

#include <stdlib.h>

/* Ranges of one list, while they are gathered. */
struct gathered {
	struct rankedrange *at;
	size_t count, size;
};

static void
gather(struct coverage *coverage, struct gathered *gathered, struct span whole,
	const struct listed *listed, const struct spans *without)
{
	struct span piece;

	if (coverage->count == coverage->size) {
		coverage->size = coverage->size > 0 ? 2 * coverage->size : 256;
		coverage->listed =
			xrealloc(coverage->listed, coverage->size * sizeof(*coverage->listed));
	}
	coverage->listed[coverage->count++] = *listed;
	while (spans_cut(without, &whole, &piece)) {
		if (gathered->count == gathered->size) {
			gathered->size = gathered->size > 0 ? 2 * gathered->size : 256;
			gathered->at =
				xrealloc(gathered->at, gathered->size * sizeof(*gathered->at));
		}
		gathered->at[gathered->count++] =
			(struct rankedrange){.range = {piece.low, piece.high},
				.rank = UINT32_MAX - listed->time,
				.value = (uint32_t)coverage->count};
	}
}

static bool
covers(const struct score_settings *settings, unsigned list)
{
	return list < settings->lists && list < SCORE_LISTS && settings->list[list].is_evidence;
}

static void
settle(struct coverage *coverage, struct gathered gathered[SCORE_LISTS], uint64_t highest)
{
	for (unsigned i = 0; i < SCORE_LISTS; i++) {
		coverage->list[i].count = rankedranges_cut(
			gathered[i].at, gathered[i].count, highest, &coverage->list[i].pieces);
		free(gathered[i].at);
	}
}

void
coverage_make4(struct coverage *coverage, const struct score_settings *settings,
	const struct listedrange4 *ranges, size_t count, const struct spans *without)
{
	struct gathered gathered[SCORE_LISTS] = {{0}};

	*coverage = (struct coverage){0};
	for (size_t i = 0; i < count; i++) {
		struct listed listed = {
			.line = ranges[i].line, .time = ranges[i].time, .list = ranges[i].list};

		if (covers(settings, listed.list))
			gather(coverage, &gathered[listed.list],
				(struct span){ranges[i].low, ranges[i].high}, &listed, without);
	}
	settle(coverage, gathered, UINT32_MAX);
}

void
coverage_make6(struct coverage *coverage, const struct score_settings *settings,
	const struct listedrange6 *ranges, size_t count, const struct spans *without)
{
	struct gathered gathered[SCORE_LISTS] = {{0}};

	*coverage = (struct coverage){0};
	for (size_t i = 0; i < count; i++) {
		struct listed listed = {
			.line = ranges[i].line, .time = ranges[i].time, .list = ranges[i].list};

		if (covers(settings, listed.list))
			gather(coverage, &gathered[listed.list],
				(struct span){ranges[i].low, ranges[i].high}, &listed, without);
	}
	settle(coverage, gathered, UINT64_MAX);
}

void
coverage_done(struct coverage *coverage)
{
	for (unsigned i = 0; i < SCORE_LISTS; i++)
		free(coverage->list[i].pieces);
	free(coverage->listed);
	*coverage = (struct coverage){0};
}

void
coverage_seek(struct coverage *coverage, uint64_t address)
{
	coverage->cover_count = 0;
	coverage->until = UINT64_MAX;
	for (unsigned i = 0; i < SCORE_LISTS; i++) {
		struct coverage_list *list = &coverage->list[i];
		uint32_t value;

		while (list->at < list->count && list->pieces[list->at].low <= address)
			list->at++;
		value = list->at > 0 ? list->pieces[list->at - 1].value : 0;
		if (value != 0)
			coverage->covers[coverage->cover_count++] = &coverage->listed[value - 1];
		if (list->at < list->count && list->pieces[list->at].low - 1 < coverage->until)
			coverage->until = (uint64_t)list->pieces[list->at].low - 1;
	}
}
