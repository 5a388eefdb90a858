/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/censusday.h"

#include "base/crew.h"
#include "census/join/stateday.h"
#include "census/list/listcard.h"
#include "census/online/answerlog.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define CASES "cases.lzc"
#define STATE "state.lzt"

/* Fewer new candidates are no flood, and fewer others tell nothing of what is usual. */
#define FLOOD_LEAST 100
#define FLOOD_SHARE 60 /* per cent */

static int
refuse_day(const struct censusday *day, struct fail *fail)
{
	char text[WALL_TEXT];
	uint16_t named = day->runs.is_done ? day->day : day->runs.after;

	fail_where(fail, "%s", day->folder->path);
	fail_what(
		fail, "there is a run of %.10s already", wall_format(state_day_begin(named), text));
	if (day->runs.is_done)
		fail_hint(fail, "--again makes it anew, as long as nothing of it was approved");
	else
		fail_hint(fail, "a run follows those of the days before it");
	return -EEXIST;
}

/* What was approved, or handed over, stays as it is. */
static int
check_again(const struct censusday *day, struct fail *fail)
{
	struct censusrows approvals;
	char text[WALL_TEXT];
	bool is_used = false;
	int r = censusstore_approvals(day->store, &approvals, fail);

	if (r < 0)
		return r;
	for (size_t i = 0; i < approvals.count; i++)
		is_used |= census_approval_at(&approvals, i)->run == day->day;
	for (size_t i = 0; i < day->letters.count; i++)
		is_used |= census_letter_at(&day->letters, i)->run == day->day;
	censusrows_done(&approvals);
	if (!is_used)
		return 0;
	fail_where(fail, "%s", day->folder->path);
	fail_what(fail, "letters of the run of %.10s were approved, so it stays as it is",
		wall_format(state_day_begin(day->day), text));
	fail_hint(fail, "the next day's run goes on from it");
	return -EPERM;
}

static int
open_store(struct censusday *day, struct fail *fail)
{
	char path[CENSUSFOLDER_PATH];
	uint8_t secret[CENSUS_KEY];
	uint64_t half[2];
	struct hash_key first;
	int r = censusstore_open(&day->store, censusfolder_file(day->folder, CENSUS_STORE, path),
		SQLITE_TO_MAKE, fail);

	if (r >= 0)
		r = censusstore_cases(day->store, &day->store_cases, fail);
	if (r >= 0)
		r = censusstore_contacts(day->store, &day->contacts, fail);
	if (r >= 0)
		r = censusstore_nevers(day->store, &day->nevers, fail);
	if (r >= 0)
		r = censusstore_overrides(day->store, &day->overrides, fail);
	if (r >= 0)
		r = censusstore_letters(day->store, &day->letters, fail);
	if (r >= 0)
		r = censusstore_last_case(day->store, &day->last_case, fail);
	if (r >= 0)
		r = censusstore_key(day->store, secret, fail);
	if (r < 0)
		return r;
	/* A key of its own: what it draws says nothing of the secret. */
	memcpy(first.byte, secret, sizeof(first.byte));
	for (unsigned i = 0; i < 2; i++) {
		secret[sizeof(first.byte)] ^= (uint8_t)(1 + i);
		half[i] = hash_keyed(
			&first, secret + sizeof(first.byte), sizeof(secret) - sizeof(first.byte));
	}
	memcpy(day->key.byte, half, sizeof(day->key.byte));
	return 0;
}

/* A mapped file of which most is not needed for a while: its pages can go, and come again where they are read. */
void
censusday_rest(const uint8_t *bytes, size_t size)
{
	(void)madvise((void *)(uintptr_t)bytes, size, MADV_DONTNEED);
}

/* The run before, as far as there is one: its state must be there, its cases as well. */
static int
open_before(struct censusday *day, struct fail *fail)
{
	char path[CENSUSRUNS_PATH];
	int r;

	if (day->runs.before == 0)
		return 0;
	r = statestore_open(censusruns_path(day->folder, day->runs.before, false, STATE, path),
		&day->before, fail);
	if (r < 0) {
		fail_where(fail, "%s", path);
		return r;
	}
	r = state_check_days(day->before.day, day->day, fail);
	if (r == 0)
		r = casefile_open(
			censusruns_path(day->folder, day->runs.before, false, CASES, path),
			&day->cases_before, fail);
	/* Both were read to their ends. */
	if (r == 0) {
		censusday_rest(day->before.bytes, day->before.size);
		censusday_rest(day->cases_before.bytes, day->cases_before.size);
	}
	return r;
}

static struct range
range_of(const struct prefix *prefix, enum range_family *family)
{
	unsigned bits = 128U - prefix->length;
	struct range range = {0};

	for (unsigned i = 0; i < 16; i++)
		range.low = range.low << 8 | prefix->address.byte[i];
	*family = address_is_v4(&prefix->address) ? RANGE_IPV4 : RANGE_IPV6;
	if (*family == RANGE_IPV4) {
		range.low = (uint32_t)range.low;
		bits = bits > 32 ? 32 : bits;
	}
	range.high = range.low | (bits == 128 ? ~(ipnumber)0 : ((ipnumber)1 << bits) - 1);
	return range;
}

/* What registries answered on line, as far as it counts on this day: the newest first. */
static size_t
take_answers(const struct answerlog *log, struct responsible_override *into)
{
	size_t count = 0;

	for (size_t i = log->count; i > 0; i--) {
		const struct answerlog_row *row = &log->rows[i - 1];

		if (row->result == NETANSWER_FOUND)
			into[count++] = (struct responsible_override){.family = row->family,
				.range = row->range,
				.mailbox = answerlog_mailbox(row),
				.quality = row->is_for_abuse ? QUALITY_GOOD : QUALITY_LOW};
	}
	return count;
}

/* Words of persons, and of registries on line, over the dumps. */
static void
make_responsible(struct censusday *day, const struct answerlog *log)
{
	size_t most = day->overrides.count + day->nevers.count + log->count, count = 0;
	struct responsible_override *all = xcalloc(most + 1, sizeof(*all));

	/* Of equal prefixes the first counts: nobody is written to where a person said so. */
	for (size_t i = 0; i < day->nevers.count; i++) {
		const struct census_never *never = census_never_at(&day->nevers, i);

		if (never->kind == NEVER_PREFIX) {
			all[count].range = range_of(&never->prefix, &all[count].family);
			all[count++].mailbox = TEXT("");
		}
	}
	for (size_t i = 0; i < day->overrides.count; i++) {
		const struct census_override *it = census_override_at(&day->overrides, i);

		if (it->until != 0 && it->until < day->day)
			continue;
		if (it->system != 0) {
			all[count].family = RANGE_SYSTEM;
			all[count].range = (struct range){it->system, it->system};
		} else {
			all[count].range = range_of(&it->prefix, &all[count].family);
		}
		all[count++].mailbox = it->mailbox;
	}
	count += take_answers(log, all + count);
	responsible_make(&day->responsible, &day->registry, all, count, day->given.nationals,
		day->given.national_count);
	free(all);
}

/* Lines of online.answers that are none were told when it was written. */
static int
find_responsible(struct censusday *day, struct fail *fail)
{
	char path[CENSUSFOLDER_PATH];
	struct answerlog log;
	int r = answerlog_read(&log, censusfolder_file(day->folder, CENSUS_ANSWERS, path),
		wall_seconds(state_day_begin(day->day)), fail);

	if (r == -EBADMSG)
		r = 0;
	if (r == 0)
		make_responsible(day, &log);
	answerlog_done(&log);
	return r;
}

uint32_t
censusday_now(const struct sightingfile *sightings, uint16_t day)
{
	uint32_t begin = wall_seconds(state_day_begin(day));
	uint32_t end = begin + (uint32_t)(WALL_DAY / WALL_SECOND) - 1, now = begin;

	for (size_t i = 0; i < sightings->list_count; i++) {
		if (sightings->lists[i].time > now)
			now = sightings->lists[i].time;
	}
	return now < end ? now : end;
}

/* Lists of the same group, by its name, have the number of the first of them. */
static uint8_t
group_of(const struct sightingfile *sightings, size_t list)
{
	size_t first = 0;

	while (strcmp(sightings->lists[first].group, sightings->lists[list].group) != 0)
		first++;
	return (uint8_t)first;
}

int
censusday_rules(const struct sightingfile *sightings, uint32_t now, const struct censuswish *wish,
	struct score_rules *ret, bool left_out[SCORE_LISTS], struct fail *fail)
{
	struct score_settings settings = SCORE_DEFAULTS;

	settings.now = now;
	settings.lists = (unsigned)sightings->list_count;
	for (size_t i = 0; i < sightings->list_count; i++) {
		const struct sightingfile_list *list = &sightings->lists[i];
		bool is_out = (list->is_surging && !censusgiven_names(wish->accept, list->name)) ||
			censusgiven_names(wish->without, list->name);

		if (left_out != NULL)
			left_out[i] = is_out;
		settings.list[i] = (struct score_list){.weight = list->weight,
			.group = group_of(sightings, i),
			.is_evidence = list->meaning == LISTMEANING_ZOMBIE && !is_out,
			.is_trap = list->is_trap,
			.half_life = list->half_life,
			.time = list->time};
	}
	return score_init(ret, &settings, fail);
}

/* Is each of the names that of a list? A misspelt one would do nothing, unseen. */
static int
check_names(const struct sightingfile *sightings, const char *names, struct fail *fail)
{
	struct text rest = text_of(names != NULL ? names : "");

	while (rest.length > 0) {
		struct text name = text_trim(text_cut(&rest, ','));
		size_t i = 0;

		while (i < sightings->list_count && !text_is(name, sightings->lists[i].name))
			i++;
		if (i < sightings->list_count)
			continue;
		fail_what(fail, "no list is named \"%.*s\"",
			(int)(name.length < 60 ? name.length : 60), name.at);
		fail_hint(fail, "lazaret census lists shows their names");
		return -ESRCH;
	}
	return 0;
}

/* What the verbs before made. Opening reads it to its end. */
static int
open_made(struct censusday *day, struct fail *fail)
{
	char path[CENSUSFOLDER_PATH];
	int r = registryfile_open(
		censusfolder_file(day->folder, CENSUS_REGISTRY, path), &day->registry, fail);

	if (r == -ENOENT)
		fail_hint(fail, "lazaret census registry makes it");
	if (r < 0)
		return r;
	censusday_rest(day->registry.bytes, day->registry.size);
	r = sightingfile_open(
		censusfolder_file(day->folder, CENSUS_SIGHTINGS, path), &day->sightings, fail);
	if (r == -ENOENT)
		fail_hint(fail, "lazaret census lists makes it");
	if (r == 0)
		censusday_rest(day->sightings.bytes, day->sightings.size);
	return r;
}

int
censusday_open(struct censusday *day, const struct censusfolder *folder,
	const struct config *config, uint16_t number, const struct censuswish *wish,
	struct fail *fail)
{
	double keep = config_number(config, "census.keep-days");
	int r;

	*day = (struct censusday){.wish = wish,
		.folder = folder,
		.day = number,
		.keep_days = (uint16_t)keep,
		.has_thanks = config_flag(config, "census.thanks")};
	r = censusruns_look(folder, number, &day->runs, fail);
	/* Of what it knew nothing is kept. */
	if (r == 0 && day->runs.before + day->keep_days < number)
		day->runs.before = 0;
	if (r == 0 && (day->runs.after != 0 || (day->runs.is_done && !wish->again)))
		r = refuse_day(day, fail);
	if (r == 0)
		r = open_made(day, fail);
	if (r == 0)
		r = check_names(&day->sightings, wish->accept, fail);
	if (r == 0)
		r = check_names(&day->sightings, wish->without, fail);
	if (r == 0)
		r = censusday_rules(&day->sightings, censusday_now(&day->sightings, number), wish,
			&day->rules, day->left_out, fail);
	if (r == 0)
		r = censusgiven_read(folder, wish, &day->given, fail);
	if (r == 0)
		r = open_store(day, fail);
	if (r == 0 && day->runs.is_done)
		r = check_again(day, fail);
	if (r == 0)
		r = open_before(day, fail);
	if (r == 0)
		r = find_responsible(day, fail);
	return r;
}

static struct caseday_known
known_of(const struct censusday *day)
{
	return (struct caseday_known){.cases = &day->store_cases,
		.contacts = &day->contacts,
		.nevers = &day->nevers,
		.letters = &day->letters,
		.last_case = day->last_case,
		.before = day->cases_before.bytes != NULL ? &day->cases_before : NULL};
}

static void
score(struct censusday *day)
{
	const struct sightingfile *sightings = &day->sightings;
	const struct joinday_input input = {.four = sightings->four,
		.six = sightings->six,
		.ranges4 = sightings->ranges4,
		.ranges6 = sightings->ranges6,
		.fours = sightings->fours,
		.sixes = sightings->sixes,
		.ranges4_count = sightings->ranges4_count,
		.ranges6_count = sightings->ranges6_count,
		.rules = &day->rules,
		.left_out4 = &day->given.left_out4,
		.left_out6 = &day->given.left_out6,
		.shared4 = &day->given.shared4,
		.shared6 = &day->given.shared6,
		.threads = crew_size()};

	joinday_make(&day->joined, &input);
	/* They were copied. */
	censusday_rest(sightings->bytes, sightings->size);
}

/* By object, of its contact. */
static void
find_last_letters(struct censusday *day)
{
	const struct responsible *responsible = &day->responsible;
	const struct caseday_known known = known_of(day);
	uint16_t *by_contact = xcalloc(responsible->mailboxes.count + 1UL, sizeof(*by_contact));

	caseday_last_letters(&known, responsible, day->day, by_contact);
	day->last_letter = xcalloc(responsible->object_count, sizeof(*day->last_letter));
	for (uint32_t i = 1; i < responsible->object_count; i++)
		day->last_letter[i] = by_contact[responsible_object(responsible, i)->contact];
	day->last_letter[0] = 0;
	free(by_contact);
}

static int
write_state(struct censusday *day, struct fail *fail)
{
	struct stateday merge = {.day_before = day->runs.before,
		.day = day->day,
		.keep_days = day->keep_days,
		.last_letter = day->last_letter};
	const struct responsible *responsible = &day->responsible;
	const struct casewriter_scores *scores = &day->joined.scores;
	struct statestore_writer writer;
	char path[CENSUSRUNS_PATH];
	int r = statestore_begin(
		&writer, censusruns_path(day->folder, day->day, true, STATE, path), fail);

	if (r < 0)
		return r;
	stateday4(&merge, responsible->segments4, responsible->count4, &day->before,
		scores->scores4, scores->count4, &writer);
	stateday6(&merge, responsible->segments6, responsible->count6, &day->before,
		scores->scores6, scores->count6, &writer);
	r = statestore_end(&writer, day->day, fail);
	day->counts = merge.counts;
	if (r == 0)
		r = statestore_open(path, &day->state, fail);
	return r;
}

static void
enter_lists(struct censusday *day)
{
	struct cases *cases = &day->cases;

	cases->list_count = (uint32_t)day->sightings.list_count;
	for (uint32_t i = 0; i < cases->list_count; i++) {
		const struct sightingfile_list *list = &day->sightings.lists[i];

		cases->lists[i] =
			(struct casefile_list){.name = cases_put_text(cases, text_of(list->name)),
				.group = cases_put_text(cases, text_of(list->group)),
				.licence = cases_put_text(cases, text_of(list->licence)),
				.time = list->time,
				.half_life = list->half_life,
				.weight = list->weight,
				.listings = day->joined.listings[i],
				.candidates = day->tally.candidates[i],
				.first = day->tally.first[i],
				.is_evidence = list->meaning == LISTMEANING_ZOMBIE,
				.is_trap = list->is_trap,
				.is_left_out = day->left_out[i]};
	}
}

static void
enter_totals(struct censusday *day)
{
	struct casefile_totals *totals = &day->cases.totals;

	totals->listings4 = day->sightings.fours;
	totals->listings6 = day->sightings.sixes;
	totals->ranges = day->sightings.ranges4_count + day->sightings.ranges6_count;
	totals->addresses = day->joined.addresses;
	totals->excluded = day->joined.left_out;
	totals->unported = day->joined.unported;
	totals->away = day->counts.away;
	totals->dropped = day->counts.dropped;
	totals->gone = day->counts.gone;
	totals->reopened = day->counts.reopened;
	totals->now = day->rules.settings.now;
	totals->day_before = day->runs.before;
}

int
censusday_join(struct censusday *day, struct fail *fail)
{
	int r;

	score(day);
	find_last_letters(day);
	r = write_state(day, fail);
	if (r < 0)
		return r;
	censusday_rest(day->before.bytes, day->before.size);
	tally_make(&day->tally, &day->responsible, day->last_letter, &day->state);
	censusday_rest(day->state.bytes, day->state.size);
	cases_make(&day->cases, &day->tally);
	censusday_rest(day->registry.bytes, day->registry.size);
	enter_lists(day);
	enter_totals(day);
	return 0;
}

unsigned
censusday_flood(const struct censusday *day)
{
	uint64_t first = day->cases.totals.counts.first;
	uint64_t others = day->cases.totals.counts.listed - first;

	if (first < FLOOD_LEAST || others < FLOOD_LEAST)
		return SCORE_LISTS;
	for (unsigned i = 0; i < day->cases.list_count; i++) {
		const struct casefile_list *list = &day->cases.lists[i];
		uint64_t before = list->candidates - list->first;

		if (list->first * 100 > first * FLOOD_SHARE &&
			before * 100 <= others * FLOOD_SHARE &&
			!censusgiven_names(day->wish->accept, day->sightings.lists[i].name))
			return i;
	}
	return SCORE_LISTS;
}

/* All that is needed from now on is in cases.lzc, or was decided, which has mailboxes of contacts and of the store. */
static void
settle(struct censusday *day)
{
	cases_done(&day->cases);
	tally_done(&day->tally);
	joinday_done(&day->joined);
	free(day->last_letter);
	day->last_letter = NULL;
	responsible_settle(&day->responsible);
	statestore_close(&day->state);
	statestore_close(&day->before);
	casefile_close(&day->cases_before);
	sightingfile_close(&day->sightings);
	registryfile_close(&day->registry);
}

int
censusday_decide(struct censusday *day, struct fail *fail)
{
	struct caseday_settings settings = {.plan = CASEPLAN_DEFAULTS,
		.share = day->wish->share,
		.holders_most = day->wish->holders_most,
		.key = day->key};
	const struct caseday_known known = known_of(day);
	char path[CENSUSRUNS_PATH];

	int r;

	settings.plan.day = day->day;
	settings.plan.has_thanks = day->has_thanks;
	caseday_decide(&day->decided, &day->cases, &day->responsible, &known, &settings);
	r = casewriter_write(censusruns_path(day->folder, day->day, true, CASES, path), &day->cases,
		&day->tally, &day->state, &day->joined.scores, fail);
	settle(day);
	return r;
}

int
censusday_keep(struct censusday *day, struct fail *fail)
{
	return censusstore_put_cases(
		day->store, day->decided.changed, day->decided.changed_count, fail);
}

void
censusday_close(struct censusday *day)
{
	caseday_done(&day->decided);
	settle(day);
	responsible_done(&day->responsible);
	censusgiven_done(&day->given);
	censusrows_done(&day->store_cases);
	censusrows_done(&day->contacts);
	censusrows_done(&day->nevers);
	censusrows_done(&day->overrides);
	censusrows_done(&day->letters);
	day->store = censusstore_close(day->store);
}
