/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/censusrunning.h"

#include "base/crew.h"
#include "program/censusoptions.h"
#include "program/censussummary.h"
#include "program/complaint.h"
#include "program/verbs.h"

#include <errno.h>

/* The licence of a list that letters may name. */
#define QUOTED "may be quoted"

/* Lists that were not fetched again have nothing new, and what has left them since is not gone. */
static void
tell_old(const struct censusday *day)
{
	int64_t begin = state_day_begin(day->day).us / WALL_SECOND, newest = 0;
	char text[WALL_TEXT];
	struct fail fail = {0};

	for (size_t i = 0; i < day->sightings.list_count; i++) {
		if (day->sightings.lists[i].time > newest)
			newest = day->sightings.lists[i].time;
	}
	if (newest + WALL_DAY / WALL_SECOND >= begin)
		return;
	fail_where(&fail, "sightings.lzs");
	fail_what(&fail, "the newest list is of %.10s, more than a day before the run",
		wall_format((struct wall){newest * WALL_SECOND}, text));
	fail_hint(&fail, "fetch the lists again, and lazaret census lists");
	complaint_print(&fail);
}

static int
stop_flood(const struct censusday *day, unsigned list, struct fail *fail)
{
	const char *name = day->sightings.lists[list].name;

	fail_where(fail, "%.100s", name);
	fail_what(fail,
		"%llu of %u new candidates are on this list, and %llu of the others: it may be "
		"poisoned, so the run stops",
		(unsigned long long)day->cases.lists[list].first, day->cases.totals.counts.first,
		(unsigned long long)(day->cases.lists[list].candidates -
			day->cases.lists[list].first));
	fail_hint(fail, "look at it, then run with --accept or --without and its name");
	return -ECANCELED;
}

/* Names of lists that letters may quote. */
static void
name_lists(const struct casefile *file, struct lettersender *sender)
{
	for (uint64_t i = 0; i < file->list_count; i++) {
		if (text_starts(casefile_text(file, file->lists[i].licence), QUOTED))
			sender->list[i] = casefile_text(file, file->lists[i].name);
	}
}

/* 1: letters were made; 0: nobody is named who writes them. */
static int
make_letters(const struct censusday *day, const struct casefile *file, const struct config *config,
	struct text by, struct censusmade *ret, struct fail *fail)
{
	char folder[CENSUSRUNS_PATH];
	struct letterwords *words = NULL;
	struct lettersender sender;
	struct censustraps traps = {.file = {.count = 0}};
	struct censusmaking making = {.file = file,
		.sender = &sender,
		.day = &day->decided,
		.traps = &traps,
		.folder = censusruns_path(day->folder, day->day, true, "", folder),
		.written = {day->rules.settings.now * WALL_SECOND},
		.by = by,
		.threads = crew_size()};
	int r;

	if (*config_string(config, "census.agency") == '\0')
		return 0;
	r = censusoptions_sender(config, &sender, fail);
	if (r == 0)
		r = censustraps_open(&traps, day->folder, &sender,
			text_of(config_string(config, "census.mta.bounce")), day->store, fail);
	if (r == 0)
		r = censusmaking_words(&words, fail);
	if (r == 0) {
		name_lists(file, &sender);
		making.words = words;
		r = censusmaking_write(&making, ret, fail);
	}
	words = letterwords_free(words);
	censustraps_close(&traps);
	return r < 0 ? r : 1;
}

static int
write_summary(const struct censusday *day, const struct casefile *file,
	const struct censusmade *made, bool is_json, struct buffer *shown, struct fail *fail)
{
	char path[CENSUSRUNS_PATH];
	struct buffer json;
	int r;

	buffer_init(&json, CENSUSSUMMARY_BYTES);
	censussummary_json(day, file, made, &json);
	r = censusruns_write(censusruns_path(day->folder, day->day, true, "summary.json", path),
		json.at, json.length, fail);
	if (is_json)
		buffer_add(shown, json.at, json.length);
	else
		censussummary_text(day, file, made, shown);
	buffer_done(&json);
	return r;
}

/* All that is written into the folder of the run. */
static int
make_run(struct censusday *day, const struct config *config, const struct censuswish *wish,
	struct buffer *shown, bool *ret_lacks, struct fail *fail)
{
	struct casefile file = {0};
	struct censusmade made;
	char path[CENSUSRUNS_PATH];
	int r = censusday_join(day, fail), letters;

	if (r == 0 && censusday_flood(day) < SCORE_LISTS)
		r = stop_flood(day, censusday_flood(day), fail);
	if (r == 0)
		r = censusday_decide(day, fail);
	if (r == 0)
		r = casefile_open(censusruns_path(day->folder, day->day, true, "cases.lzc", path),
			&file, fail);
	if (r < 0)
		return r;
	censusday_rest(file.bytes, file.size);
	letters = r = make_letters(day, &file, config, text_of(wish->by), &made, fail);
	if (r >= 0)
		r = write_summary(
			day, &file, letters > 0 ? &made : NULL, wish->is_json, shown, fail);
	*ret_lacks = letters > 0 && made.failed > 0;
	casefile_close(&file);
	return r;
}

int
censusrunning_run(const struct censusfolder *folder, const struct config *config, uint16_t number,
	const struct censuswish *wish)
{
	struct censusday day;
	struct buffer shown;
	struct fail fail = {0};
	bool has_begun = false, lacks = false;
	int r = censusday_open(&day, folder, config, number, wish, &fail);

	buffer_init(&shown, CENSUSSUMMARY_BYTES);
	if (r == 0) {
		tell_old(&day);
		r = censusruns_begin(folder, number, &fail);
		has_begun = true;
	}
	if (r == 0)
		r = make_run(&day, config, wish, &shown, &lacks, &fail);
	if (r == 0)
		r = censusday_keep(&day, &fail);
	if (r == 0)
		r = censusruns_end(folder, number, day.keep_days, &fail);
	if (r < 0) {
		complaint_print(&fail);
		if (has_begun)
			censusruns_drop(folder, number);
	} else {
		fputs(buffer_string(&shown), stdout);
	}
	lacks |= day.given.troubles > 0;
	buffer_done(&shown);
	censusday_close(&day);
	if (r == -ESRCH)
		return EXIT_NOT_FOUND;
	if (r == -EEXIST || r == -EPERM)
		return EXIT_USAGE;
	return r < 0 || lacks ? EXIT_INPUT : EXIT_DONE;
}
