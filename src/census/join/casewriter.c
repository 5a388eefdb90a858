/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/join/casewriter.h"

#include "census/join/caselayout.h"
#include "census/join/mergejoin.h"

#include <errno.h>
#include <stdlib.h>

#define BATCH 8192

struct writing {
	const struct cases *cases;
	const struct tally *tally;
	const struct statestore *state;
	const struct casewriter_scores *scores;
	struct keptfile file;
	uint32_t *next;    /* by case: where its next row goes in by_case */
	uint32_t *by_case; /* those of IPv4, then those of IPv6 */
	bool is_other;     /* the scores are not those of the state */
	union {
		struct casefile_network networks[BATCH];
		struct casefile_row4 rows4[BATCH];
		struct casefile_row6 rows6[BATCH];
	} batch;
	uint32_t objects[BATCH];
};

static void
add_padded(struct keptfile *file, const void *bytes, size_t size)
{
	static const uint8_t nothing[8];

	keptfile_add(file, bytes, size);
	keptfile_add(file, nothing, caselayout_padded(size) - size);
}

/* A row goes to the others of its case. */
static void
sort_in(struct writing *writing, uint32_t *by_case, uint32_t network, size_t row)
{
	uint32_t of = cases_of(writing->cases, writing->tally->responsible, network);

	by_case[writing->next[of]++] = (uint32_t)row;
}

static void
write_networks(struct writing *writing)
{
	uint32_t number = 0;

	while (number < writing->cases->network_count) {
		uint32_t left = writing->cases->network_count - number;
		uint32_t count = left < BATCH ? left : BATCH;

		for (uint32_t i = 0; i < count; i++)
			writing->batch.networks[i] =
				cases_network(writing->cases, writing->tally, number + i);
		keptfile_add(&writing->file, writing->batch.networks,
			count * sizeof(writing->batch.networks[0]));
		number += count;
	}
}

static void
write_rows4(struct writing *writing)
{
	const struct responsible *responsible = writing->tally->responsible;
	const struct casewriter_scores *scores = writing->scores;
	const struct state4 *state = writing->state->rows4;
	struct mergejoin4 join = {responsible->segments4, responsible->count4, 0};
	size_t row = 0, at = 0;

	while (row < scores->count4 && !writing->is_other) {
		const struct score4 *score = scores->scores4 + row;
		size_t count = scores->count4 - row < BATCH ? scores->count4 - row : BATCH;

		mergejoin4(&join, score, count, writing->objects);
		for (size_t i = 0; i < count; i++) {
			uint32_t network = writing->tally->networks[writing->objects[i]];

			while (at < writing->state->count4 && state[at].address < score[i].address)
				at++;
			if (at == writing->state->count4 || state[at].address != score[i].address ||
				state[at].last != writing->state->day) {
				writing->is_other = true;
				return;
			}
			writing->batch.rows4[i] = (struct casefile_row4){
				.address = score[i].address,
				.newest = score[i].newest,
				.lists = score[i].lists,
				.network = network,
				.port = scores->ports4[row + i],
				.score = score[i].score,
				.first = state[at].first,
				.status = (uint8_t)tally_status(state[at].letter, state[at].flags),
				.is_trapped = (score[i].flags & SCORE_TRAP) != 0};
			sort_in(writing, writing->by_case, network, row + i);
		}
		keptfile_add(&writing->file, writing->batch.rows4,
			count * sizeof(writing->batch.rows4[0]));
		row += count;
	}
}

static void
write_rows6(struct writing *writing)
{
	const struct responsible *responsible = writing->tally->responsible;
	const struct casewriter_scores *scores = writing->scores;
	const struct state6 *state = writing->state->rows6;
	struct mergejoin6 join = {responsible->segments6, responsible->count6, 0};
	size_t row = 0, at = 0;

	while (row < scores->count6 && !writing->is_other) {
		const struct score6 *score = scores->scores6 + row;
		size_t count = scores->count6 - row < BATCH ? scores->count6 - row : BATCH;

		mergejoin6(&join, score, count, writing->objects);
		for (size_t i = 0; i < count; i++) {
			uint32_t network = writing->tally->networks[writing->objects[i]];

			while (at < writing->state->count6 && state[at].network < score[i].network)
				at++;
			if (at == writing->state->count6 || state[at].network != score[i].network ||
				state[at].last != writing->state->day) {
				writing->is_other = true;
				return;
			}
			writing->batch.rows6[i] = (struct casefile_row6){
				.address = score[i].network,
				.newest = score[i].newest,
				.lists = score[i].lists,
				.network = network,
				.port = scores->ports6[row + i],
				.score = score[i].score,
				.first = state[at].first,
				.status = (uint8_t)tally_status(state[at].letter, state[at].flags),
				.is_trapped = (score[i].flags & SCORE_TRAP) != 0};
			sort_in(writing, writing->by_case + scores->count4, network, row + i);
		}
		keptfile_add(&writing->file, writing->batch.rows6,
			count * sizeof(writing->batch.rows6[0]));
		row += count;
	}
}

/* The network of each row of the state. */
static void
write_of(struct writing *writing)
{
	const struct responsible *responsible = writing->tally->responsible;
	const struct statestore *state = writing->state;
	struct mergejoin4 join4 = {responsible->segments4, responsible->count4, 0};
	struct mergejoin6 join6 = {responsible->segments6, responsible->count6, 0};
	uint32_t *objects = writing->objects;
	static const uint32_t nothing;

	for (size_t at = 0, count; at < state->count4; at += count) {
		count = state->count4 - at < BATCH ? state->count4 - at : BATCH;
		mergejoin4(&join4, state->rows4 + at, count, objects);
		for (size_t i = 0; i < count; i++)
			objects[i] = writing->tally->networks[objects[i]];
		keptfile_add(&writing->file, objects, count * sizeof(*objects));
	}
	if (state->count4 % 2 != 0)
		keptfile_add(&writing->file, &nothing, sizeof(nothing));
	for (size_t at = 0, count; at < state->count6; at += count) {
		count = state->count6 - at < BATCH ? state->count6 - at : BATCH;
		mergejoin6(&join6, state->rows6 + at, count, objects);
		for (size_t i = 0; i < count; i++)
			objects[i] = writing->tally->networks[objects[i]];
		keptfile_add(&writing->file, objects, count * sizeof(*objects));
	}
	if (state->count6 % 2 != 0)
		keptfile_add(&writing->file, &nothing, sizeof(nothing));
}

/* Where each case's rows begin, and next as of that; is_six: among those of IPv6. */
static uint32_t
place_rows(struct writing *writing, bool is_six, uint32_t begin)
{
	for (uint32_t i = 0; i < writing->cases->case_count; i++) {
		struct casefile_case *one = &writing->cases->cases[i];

		if (is_six)
			one->rows6 = begin;
		else
			one->rows4 = begin;
		writing->next[i] = begin;
		begin += is_six ? one->counts.listed6 : one->counts.listed - one->counts.listed6;
	}
	return begin;
}

static void
write_all(struct writing *writing, const struct caselayout *layout)
{
	const struct cases *cases = writing->cases;
	struct keptfile *file = &writing->file;
	size_t count4 = writing->scores->count4;

	keptfile_add(file, layout, sizeof(*layout));
	(void)place_rows(writing, true, (uint32_t)place_rows(writing, false, 0));
	add_padded(file, &cases->totals, sizeof(cases->totals));
	write_networks(writing);
	add_padded(file, cases->cases, layout->cases * sizeof(*cases->cases));
	add_padded(file, cases->systems, layout->systems * sizeof(*cases->systems));
	add_padded(file, cases->countries, layout->countries * sizeof(*cases->countries));
	add_padded(file, cases->lists, layout->lists * sizeof(*cases->lists));
	add_padded(file, cases->texts, layout->texts);
	(void)place_rows(writing, false, 0);
	write_rows4(writing);
	(void)place_rows(writing, true, (uint32_t)count4);
	for (uint32_t i = 0; i < cases->case_count; i++)
		writing->next[i] -= (uint32_t)count4;
	write_rows6(writing);
	write_of(writing);
	add_padded(file, writing->by_case, layout->by_case * sizeof(*writing->by_case));
}

int
casewriter_write(const char *path, const struct cases *cases, const struct tally *tally,
	const struct statestore *state, const struct casewriter_scores *scores, struct fail *fail)
{
	const struct caselayout layout = {.networks = cases->network_count,
		.cases = cases->case_count,
		.systems = cases->system_count,
		.countries = cases->country_count,
		.lists = cases->list_count,
		.texts = cases->texts_length,
		.rows4 = scores->count4,
		.rows6 = scores->count6,
		.of4 = state->count4,
		.of6 = state->count6,
		.by_case = scores->count4 + scores->count6};
	const uint64_t figures[KEPTFILE_FIGURES] = {state->day};
	struct writing *writing = xcalloc(1, sizeof(*writing));
	int r = -EINVAL;

	/* Else rows would have no place among those of their case. */
	writing->is_other = cases->totals.counts.listed != layout.by_case ||
		cases->totals.counts.listed6 != scores->count6;
	if (!writing->is_other)
		r = keptfile_create(&writing->file, path, fail);
	if (r < 0)
		goto out;
	writing->file.is_unsynced = true;
	writing->cases = cases;
	writing->tally = tally;
	writing->state = state;
	writing->scores = scores;
	writing->next = xcalloc(cases->case_count, sizeof(*writing->next));
	writing->by_case = xcalloc(layout.by_case + 1, sizeof(*writing->by_case));
	write_all(writing, &layout);
	if (!writing->is_other) {
		r = keptfile_end(&writing->file, &caselayout_kind, figures, fail);
	} else {
		keptfile_drop(&writing->file);
		r = -EINVAL;
	}

out:
	if (writing->is_other) {
		fail_where(fail, "%s", path);
		fail_what(fail, "the scores are not those of the state");
	}
	free(writing->next);
	free(writing->by_case);
	free(writing);
	return r;
}
