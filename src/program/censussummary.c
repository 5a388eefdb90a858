/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/censussummary.h"

#include "census/effect/providers.h"

#include <stdlib.h>

#define SHOWN 10

typedef unsigned long long count_t;

/* Numbers of the rows with the most candidates, the most first; of equal ones the first. */
struct ranking {
	uint32_t at[SHOWN];
	unsigned count;
};

static void
rank(struct ranking *ranking, uint32_t number,
	uint32_t (*listed)(const struct casefile *, uint32_t), const struct casefile *file)
{
	uint32_t own = listed(file, number);
	unsigned at = ranking->count;

	if (own == 0)
		return;
	while (at > 0 && listed(file, ranking->at[at - 1]) < own)
		at--;
	if (at == SHOWN)
		return;
	if (ranking->count < SHOWN)
		ranking->count++;
	memmove(ranking->at + at + 1, ranking->at + at,
		(ranking->count - 1 - at) * sizeof(ranking->at[0]));
	ranking->at[at] = number;
}

static uint32_t
listed_in_case(const struct casefile *file, uint32_t number)
{
	return file->cases[number].counts.listed;
}

static uint32_t
listed_in_country(const struct casefile *file, uint32_t number)
{
	return file->countries[number].counts.listed;
}

static struct ranking
top_cases(const struct casefile *file)
{
	struct ranking ranking = {.count = 0};

	for (uint32_t i = 1; i < file->case_count; i++)
		rank(&ranking, i, listed_in_case, file);
	return ranking;
}

static struct ranking
top_countries(const struct casefile *file)
{
	struct ranking ranking = {.count = 0};

	for (uint32_t i = 0; i < file->country_count; i++)
		rank(&ranking, i, listed_in_country, file);
	return ranking;
}

static const char *
country_text(uint16_t country, char into[3])
{
	into[0] = country != 0 ? (char)(country >> 8) : '?';
	into[1] = country != 0 ? (char)country : '?';
	into[2] = '\0';
	return into;
}

static void
count_steps(const struct casefile *file, uint64_t steps[CASEFILE_STEP_COUNT])
{
	memset(steps, 0, CASEFILE_STEP_COUNT * sizeof(*steps));
	for (uint32_t i = 1; i < file->case_count; i++)
		steps[file->cases[i].step]++;
}

static void
json_counts(struct buffer *into, const struct casefile_counts *counts)
{
	buffer_print(into,
		"\"listed\":%u,\"new\":%u,\"still\":%u,\"reopened\":%u,\"ipv6\":%u,\"first\":%u,"
		"\"gone\":%u",
		counts->listed, counts->status[CASEFILE_NEW], counts->status[CASEFILE_STILL],
		counts->status[CASEFILE_REOPENED], counts->listed6, counts->first, counts->gone);
}

static void
json_lists(const struct casefile *file, struct buffer *into)
{
	buffer_print(into, ",\"lists\":[");
	for (uint64_t i = 0; i < file->list_count; i++) {
		const struct casefile_list *list = &file->lists[i];

		buffer_print(into, "%s{\"name\":", i > 0 ? "," : "");
		buffer_json(into, casefile_text(file, list->name));
		buffer_print(into, ",\"group\":");
		buffer_json(into, casefile_text(file, list->group));
		buffer_print(into,
			",\"evidence\":%s,\"left_out\":%s,\"listings\":%llu,\"candidates\":%llu,"
			"\"first\":%llu}",
			list->is_evidence ? "true" : "false", list->is_left_out ? "true" : "false",
			(count_t)list->listings, (count_t)list->candidates, (count_t)list->first);
	}
	buffer_print(into, "]");
}

static void
json_letters(const struct censusmade *made, struct buffer *into)
{
	if (made == NULL) {
		buffer_print(into, ",\"letters\":null");
		return;
	}
	buffer_print(into,
		",\"letters\":{\"written\":%llu,\"first\":%llu,\"reminder\":%llu,"
		"\"escalation\":%llu,\"national\":%llu,\"thanks\":%llu,\"addresses\":%llu,"
		"\"trap_messages\":%llu,\"failed\":%llu,\"languages\":{",
		(count_t)made->letters, (count_t)made->by_kind[LETTER_FIRST],
		(count_t)made->by_kind[LETTER_REMINDER], (count_t)made->by_kind[LETTER_ESCALATION],
		(count_t)made->by_kind[LETTER_NATIONAL], (count_t)made->by_kind[LETTER_THANKS],
		(count_t)made->rows, (count_t)made->messages, (count_t)made->failed);
	for (unsigned i = 0; i < made->languages; i++)
		buffer_print(into, "%s\"%s\":%llu", i > 0 ? "," : "", made->language[i].tag,
			(count_t)made->language[i].letters);
	buffer_print(into, "}},\"manifest\":\"%s\"", made->sum);
}

void
censussummary_json(const struct censusday *day, const struct casefile *file,
	const struct censusmade *made, struct buffer *into)
{
	const struct casefile_totals *totals = file->totals;
	char time[WALL_TEXT];
	uint64_t steps[CASEFILE_STEP_COUNT];

	buffer_print(into, "{\"type\":\"summary\",\"day\":\"%.10s\"",
		wall_format(state_day_begin(day->day), time));
	if (totals->day_before != 0)
		buffer_print(into, ",\"day_before\":\"%.10s\"",
			wall_format(state_day_begin(totals->day_before), time));
	buffer_print(into,
		",\"now\":\"%s\",\"listings\":%llu,\"ranges\":%llu,\"addresses\":%llu,"
		"\"excluded\":%llu,\"unported\":%llu,\"candidates\":{",
		wall_format((struct wall){totals->now * WALL_SECOND}, time),
		(count_t)(totals->listings4 + totals->listings6), (count_t)totals->ranges,
		(count_t)totals->addresses, (count_t)totals->excluded, (count_t)totals->unported);
	json_counts(into, &totals->counts);
	buffer_print(into,
		"},\"day_counts\":{\"new\":%u,\"still\":%llu,\"reopened\":%llu,"
		"\"gone\":%llu,\"away\":%llu,\"dropped\":%llu}",
		totals->counts.first, (count_t)day->counts.still, (count_t)totals->reopened,
		(count_t)totals->gone, (count_t)totals->away, (count_t)totals->dropped);
	buffer_print(into,
		",\"networks\":%llu,\"contacts\":%llu,\"systems\":%llu,\"countries\":%llu,"
		"\"nobody\":%u,\"steps\":{",
		(count_t)(file->network_count - 1), (count_t)(file->case_count - 1),
		(count_t)file->system_count, (count_t)file->country_count,
		file->cases[0].counts.listed);
	count_steps(file, steps);
	for (unsigned i = 0; i < CASEFILE_STEP_COUNT; i++)
		buffer_print(into, "%s\"%s\":%llu", i > 0 ? "," : "", casefile_steps[i],
			(count_t)steps[i]);
	buffer_print(into, "}");
	json_lists(file, into);
	json_letters(made, into);
	buffer_print(into, "}\n");
}

static void
text_lists(const struct casefile *file, struct buffer *into)
{
	buffer_print(into, "\n%-28s %-16s %12s %12s %10s\n", "list", "group", "listings",
		"candidates", "new");
	for (uint64_t i = 0; i < file->list_count; i++) {
		const struct casefile_list *list = &file->lists[i];
		size_t before = into->length;

		buffer_line(into, casefile_text(file, list->name), 28);
		buffer_print(into, "%*s ",
			(int)(28 - (into->length - before < 28 ? into->length - before : 28)), "");
		before = into->length;
		buffer_line(into, casefile_text(file, list->group), 16);
		buffer_print(into, "%*s ",
			(int)(16 - (into->length - before < 16 ? into->length - before : 16)), "");
		buffer_print(into, "%12llu %12llu %10llu%s\n", (count_t)list->listings,
			(count_t)list->candidates, (count_t)list->first,
			list->is_left_out            ? "  left out"
				: !list->is_evidence ? "  no evidence of zombies"
						     : "");
	}
}

static void
text_top(const struct casefile *file, struct buffer *into)
{
	struct ranking countries = top_countries(file), cases = top_cases(file);
	char name[3], text[RATE_TEXT];

	buffer_print(into, "\n%-10s %12s %12s %12s\n", "country", "candidates", "addresses",
		"per 1,000");
	for (unsigned i = 0; i < countries.count; i++) {
		const struct casefile_country *country = &file->countries[countries.at[i]];
		uint32_t four = country->counts.listed - country->counts.listed6;

		buffer_print(into, "%-10s %12u %12llu", country_text(country->code, name),
			country->counts.listed, (count_t)country->covered4);
		if (country->covered4 > 0)
			buffer_print(into, " %12s",
				rate_text(four * 1000.0 / (double)country->covered4, text));
		buffer_print(into, "\n");
	}
	buffer_print(into, "\n%-16s %10s %10s %-14s %s\n", "case", "candidates", "new", "step",
		"contact");
	for (unsigned i = 0; i < cases.count; i++) {
		const struct casefile_case *one = &file->cases[cases.at[i]];
		struct text code = casefile_text(file, one->code);

		buffer_print(into, "%-16.*s %10u %10u %-14s ", (int)code.length, code.at,
			one->counts.listed, one->counts.status[CASEFILE_NEW],
			casefile_steps[one->step]);
		buffer_line(into, casefile_text(file, one->mailbox), 60);
		buffer_print(into, "\n");
	}
}

/* Cases that wait for a person, each with its reason. */
static void
text_held(const struct casefile *file, struct buffer *into)
{
	unsigned shown = 0;

	for (uint32_t i = 1; i < file->case_count && shown < SHOWN; i++) {
		const struct casefile_case *one = &file->cases[i];
		struct text why = casefile_text(file, one->why);

		if (one->step != CASEFILE_HELD)
			continue;
		if (shown++ == 0)
			buffer_print(into,
				"\nheld until a person allows it (lazaret census "
				"contact MAILBOX --allow):\n");
		buffer_print(into, "  ");
		buffer_line(into, casefile_text(file, one->mailbox), 60);
		buffer_print(into, ": %.*s\n", (int)why.length, why.at);
	}
}

static void
text_letters(const struct censusmade *made, struct buffer *into)
{
	if (made == NULL) {
		buffer_print(into, "\nno letters: census.agency does not say who writes them\n");
		return;
	}
	buffer_print(into, "\n%llu letters about %llu addresses:", (count_t)made->letters,
		(count_t)made->rows);
	for (unsigned i = 0; i < made->languages; i++)
		buffer_print(into, " %s %llu", made->language[i].tag,
			(count_t)made->language[i].letters);
	buffer_print(into,
		"\n%llu first, %llu reminders, %llu to further contacts, %llu to CERTs where "
		"nobody is known, %llu of thanks; manifest %s\n",
		(count_t)made->by_kind[LETTER_FIRST], (count_t)made->by_kind[LETTER_REMINDER],
		(count_t)made->by_kind[LETTER_ESCALATION], (count_t)made->by_kind[LETTER_NATIONAL],
		(count_t)made->by_kind[LETTER_THANKS], made->sum);
	if (made->messages > 0)
		buffer_print(into, "%llu messages that traps got are attached\n",
			(count_t)made->messages);
	if (made->failed > 0)
		buffer_print(into, "%llu letters could not be made\n", (count_t)made->failed);
	if (made->letters > 0)
		buffer_print(into,
			"Nothing was sent. lazaret census letters shows them, and lazaret census "
			"approve what another\nperson lets go.\n");
}

void
censussummary_text(const struct censusday *day, const struct casefile *file,
	const struct censusmade *made, struct buffer *into)
{
	const struct casefile_totals *totals = file->totals;
	char time[WALL_TEXT], before[WALL_TEXT];
	uint64_t steps[CASEFILE_STEP_COUNT];

	count_steps(file, steps);
	buffer_print(into, "run of %.10s", wall_format(state_day_begin(day->day), time));
	if (totals->day_before != 0)
		buffer_print(into, ", after that of %.10s",
			wall_format(state_day_begin(totals->day_before), before));
	buffer_print(into,
		"\n%llu listings of %llu addresses, %llu ranges; %llu in networks that are left "
		"out,\n%llu in shared ones without port and time\n",
		(count_t)(totals->listings4 + totals->listings6), (count_t)totals->addresses,
		(count_t)totals->ranges, (count_t)totals->excluded, (count_t)totals->unported);
	buffer_print(into,
		"%u candidates (%u of IPv6): %u new, %llu still there, %llu back again; %llu "
		"gone\n",
		totals->counts.listed, totals->counts.listed6, totals->counts.first,
		(count_t)day->counts.still, (count_t)totals->reopened, (count_t)totals->gone);
	text_lists(file, into);
	text_top(file, into);
	text_held(file, into);
	buffer_print(into,
		"\ncases: %llu first letters, %llu reminders, %llu escalated, %llu held, %llu held "
		"out,\n%llu never written to, %llu wait, %llu closed\n",
		(count_t)steps[CASEFILE_FIRST], (count_t)steps[CASEFILE_REMINDER],
		(count_t)steps[CASEFILE_ESCALATED], (count_t)steps[CASEFILE_HELD],
		(count_t)steps[CASEFILE_HELD_OUT], (count_t)steps[CASEFILE_NEVER],
		(count_t)steps[CASEFILE_WAITS], (count_t)steps[CASEFILE_CLOSED]);
	buffer_print(into, "not known: whom to write to about %u candidates\n",
		file->cases[0].counts.listed);
	text_letters(made, into);
}
