/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/censusfollow.h"

#include "base/hash.h"
#include "base/table.h"
#include "census/outbox/censusstore.h"
#include "program/censusruns.h"
#include "program/complaint.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define CASES "cases.lzc"

/* Letters. */

/* What came back, the most telling last. */
enum back { BACK_NOTHING, BACK_AUTOMATIC, BACK_PERSON, BACK_BOUNCED };

static enum back
back_of(const struct census_answer *answer)
{
	switch ((enum census_answer_kind)answer->kind) {
	case ANSWER_BOUNCE:
		return BACK_BOUNCED;
	case ANSWER_DELAY:
	case ANSWER_COUNT:
		return BACK_NOTHING;
	case ANSWER_AUTO:
		return BACK_AUTOMATIC;
	case ANSWER_DONE:
	case ANSWER_WORKING:
	case ANSWER_WRONG:
	case ANSWER_CONTACT:
	case ANSWER_XARF:
	case ANSWER_STOP:
	case ANSWER_HUMAN:
		return BACK_PERSON;
	}
	return BACK_NOTHING;
}

/* Of each letter that has an answer, by its name. */
static void
note_answers(struct table *answered, uint64_t secret, const struct censusrows *answers)
{
	for (size_t i = 0; i < answers->count; i++) {
		const struct census_answer *answer = census_answer_at(answers, i);
		struct table_slot *slot;

		if (answer->letter.length == 0 ||
			table_add(answered,
				hash_fast(answer->letter.at, answer->letter.length, secret),
				&slot) < 0)
			continue;
		if (back_of(answer) > slot->value)
			slot->value = back_of(answer);
	}
}

/* By number of a case, of those with letters: the day on which it was closed. Letters are sorted by it. */
static uint16_t *
closed_days(const struct censusrows *cases, const struct censusrows *letters)
{
	uint32_t last_case =
		letters->count > 0 ? census_letter_at(letters, letters->count - 1)->of_case : 0;
	uint16_t *days = xcalloc(last_case + 1UL, sizeof(*days));

	for (size_t i = 0; i < cases->count; i++) {
		const struct census_case *one = census_case_at(cases, i);

		if (one->number <= last_case)
			days[one->number] = one->closed;
	}
	return days;
}

/* One of thanks is that of the run which closed its case. */
static void
count_letter(struct effect_letters *into, const struct census_letter *letter, uint16_t closed,
	const struct table *answered, uint64_t secret)
{
	const struct table_slot *slot =
		table_find(answered, hash_fast(letter->name, strlen(letter->name), secret));

	into->open += letter->outcome == OUTCOME_OPEN;
	into->later += letter->outcome == OUTCOME_LATER;
	into->refused += letter->outcome == OUTCOME_REFUSED;
	if (letter->outcome != OUTCOME_SENT)
		return;
	if (letter->run == closed) {
		into->thanks++;
		return;
	}
	into->sent++;
	if (slot == NULL)
		return;
	into->bounced += slot->value == BACK_BOUNCED;
	into->person += slot->value == BACK_PERSON;
	into->automatic += slot->value == BACK_AUTOMATIC;
}

/* Where there is no store there was no letter. */
static int
read_letters(const struct censusfolder *folder, uint64_t secret, struct effect_letters *ret,
	struct fail *fail)
{
	struct censusstore *store = NULL;
	struct censusrows letters = {0}, answers = {0}, cases = {0};
	struct table answered;
	uint16_t *closed;
	char path[CENSUSFOLDER_PATH];
	int r;

	*ret = (struct effect_letters){0};
	if (access(censusfolder_file(folder, CENSUS_STORE, path), F_OK) < 0 && errno == ENOENT)
		return 0;
	r = censusstore_open(&store, path, SQLITE_TO_READ, fail);
	if (r >= 0)
		r = censusstore_letters(store, &letters, fail);
	if (r >= 0)
		r = censusstore_cases(store, &cases, fail);
	if (r >= 0)
		r = censusstore_answers(store, &answers, fail);
	if (r >= 0) {
		closed = closed_days(&cases, &letters);
		table_init_small(&answered, answers.count + 1, 64);
		note_answers(&answered, secret, &answers);
		for (size_t i = 0; i < letters.count; i++)
			count_letter(ret, census_letter_at(&letters, i),
				closed[census_letter_at(&letters, i)->of_case], &answered, secret);
		ret->is_known = true;
		table_done(&answered);
		free(closed);
	}
	censusrows_done(&letters);
	censusrows_done(&answers);
	censusrows_done(&cases);
	censusstore_close(store);
	return r < 0 ? r : 0;
}

/* Runs. */

static void
tell(struct censusfollow *follow, const struct fail *fail)
{
	complaint_print(fail);
	follow->troubles++;
}

static void
take_run(struct censusfollow *follow, struct clearing *clearing, const struct casefile *run,
	const char *path)
{
	struct fail fail = {0};

	follow->runs = xrealloc(follow->runs, (follow->run_count + 1) * sizeof(*follow->runs));
	follow->runs[follow->run_count++] = report_run_of(run);
	if (clearing_take(clearing, run, &fail) < 0) {
		fail_where(&fail, "%s", path);
		tell(follow, &fail);
	}
}

/* All runs before the last one, which is open. */
static int
follow_runs(const struct censusfolder *folder, uint16_t until, struct censusfollow *follow,
	struct clearing *clearing, struct fail *fail)
{
	struct censusruns found;
	char path[CENSUSRUNS_PATH];
	int r = censusruns_look(folder, 0, &found, fail);

	while (r == 0 && found.after != 0 && found.after < until) {
		uint16_t day = found.after;
		struct fail why = {0};
		struct casefile run;

		if (casefile_open(censusruns_path(folder, day, false, CASES, path), &run, &why) <
			0) {
			tell(follow, &why);
		} else {
			take_run(follow, clearing, &run, path);
			casefile_close(&run);
		}
		r = censusruns_look(folder, day, &found, fail);
	}
	if (r == 0)
		take_run(follow, clearing, &follow->last,
			censusruns_path(folder, until, false, CASES, path));
	return r;
}

int
censusfollow_read(const struct censusfolder *folder, uint16_t until, int quiet,
	struct censusfollow *ret, struct fail *fail)
{
	struct effect_letters letters;
	struct fail why = {0};
	struct clearing *clearing;
	char path[CENSUSRUNS_PATH];
	uint64_t secret;
	int r;

	*ret = (struct censusfollow){0};
	r = casefile_open(censusruns_path(folder, until, false, CASES, path), &ret->last, fail);
	if (r < 0)
		return r;
	hash_words_random(&secret, 1);
	clearing =
		clearing_new(quiet < 0 ? clearing_quiet_of(&ret->last) : (unsigned)quiet, secret);
	r = follow_runs(folder, until, ret, clearing, fail);
	if (r == 0 && read_letters(folder, secret, &letters, &why) < 0)
		tell(ret, &why);
	if (r == 0) {
		clearing_end(clearing);
		effect_make(clearing, &letters, &ret->effect);
	}
	clearing_free(clearing);
	if (r < 0)
		censusfollow_done(ret);
	return r;
}

void
censusfollow_done(struct censusfollow *follow)
{
	casefile_close(&follow->last);
	free(follow->runs);
	follow->runs = NULL;
}
