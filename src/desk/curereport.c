/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk/curereport.h"

#include "desk/paragraph.h"
#include "ledger/measures.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define NOTICE "notice-"
#define CELL   24

static const char *const end_words[CURE_ENDS] = {
	[CURE_CUSTOMER] = "the customer himself",
	[CURE_HELPDESK] = "a person of yours",
	[CURE_DATE] = "the date, by itself",
	[CURE_COURT] = "the end of evidence",
	[CURE_OTHER] = "other decisions",
};

static const char *const headings[CURE_BYS] = {
	[CURE_ALL] = "CASES",
	[CURE_HOLD] = "",
	[CURE_CHANNEL] = "BY FIRST NOTICE",
	[CURE_TEXT] = "BY TEXT SHOWN",
	[CURE_DEVICE] = "BY DEVICE",
	[CURE_VARIANT] = "BY VERSION, BY LOT",
};

/* Reading. */

struct reading {
	struct ledger *ledger;
	const struct cure_terms *terms;
	struct cure *cure;
	struct cure_case *of;
	struct fail *fail;
};

static int
take_measure(void *context, const struct measure *row)
{
	cure_case_measure(context, row);
	return 0;
}

static int
take_care(void *context, const struct care *row)
{
	cure_case_care(context, row);
	return 0;
}

static int
take_step(void *context, const struct transition *row)
{
	cure_case_step(context, row);
	return 0;
}

/* The line's next case is found from its newest backwards: lines have few. */
static int
find_next(struct reading *reading)
{
	struct cure_case *into = reading->of;
	struct ledger_case of;
	int r = ledger_find_line(reading->ledger, into->of.line, &of, reading->fail);

	while (r == 0 && of.number > into->of.number) {
		into->next = of.opened;
		if (of.previous == 0)
			break;
		r = ledger_case(reading->ledger, of.previous, &of, reading->fail);
	}
	return r == -ENOENT ? 0 : r;
}

static int
take_case(void *context, const struct ledger_case *of)
{
	struct reading *reading = context;
	const struct cure_terms *terms = reading->terms;
	struct ledger *ledger = reading->ledger;
	struct cure_case *into = reading->of;
	int r;

	if ((!wall_is_none(terms->since) && of->opened.us < terms->since.us) ||
		(!wall_is_none(terms->until) && of->opened.us >= terms->until.us))
		return 0;
	cure_case_begin(into, of, ledger_time(ledger));
	r = ledger_each_measure(ledger, of->number, take_measure, into, reading->fail);
	if (r >= 0)
		r = ledger_each_care(ledger, of->number, take_care, into, reading->fail);
	if (r >= 0)
		r = ledger_each_transition(ledger, of->number, take_step, into, reading->fail);
	if (r >= 0)
		r = find_next(reading);
	if (r >= 0)
		cure_add(reading->cure, into);
	return r < 0 ? r : 0;
}

static int
count_removed(void *context, struct text month, uint8_t highest, uint64_t cases)
{
	(void)month;
	if (highest >= STATE_CONFIRMED)
		*(uint64_t *)context += cases;
	return 0;
}

int
cure_read(
	struct ledger *ledger, const struct cure_terms *terms, struct cure *ret, struct fail *fail)
{
	struct cure_case *of = xcalloc(1, sizeof(*of));
	struct reading reading = {ledger, terms, ret, of, fail};
	int r;

	cure_begin(ret);
	r = ledger_each_case(ledger, take_case, &reading, fail);
	if (r >= 0)
		r = ledger_each_total(ledger, count_removed, &ret->removed, fail);
	cure_sort(ret);
	free(of);
	return r < 0 ? r : 0;
}

/* For programs. */

static void
put_rate(struct buffer *into, const char *name, struct share share)
{
	struct interval interval = interval_of(share);

	buffer_print(into, ",\"%s\":{\"count\":%llu,\"of\":%llu,", name,
		(unsigned long long)share.count, (unsigned long long)share.of);
	if (share.of == 0)
		buffer_text(into, TEXT("\"rate\":null,\"low\":null,\"high\":null}"));
	else
		buffer_print(into, "\"rate\":%.4f,\"low\":%.4f,\"high\":%.4f}", interval.value,
			interval.low, interval.high);
}

static uint64_t
held_now(const struct cure_count *count)
{
	uint64_t held = count->held;

	for (unsigned i = 0; i < CURE_ENDS; i++)
		held -= count->let_go[i];
	return held;
}

static void
put_object(struct buffer *into, const struct cure_group *group)
{
	const struct cure_count *count = &group->count;

	buffer_print(into, "{\"type\":\"cure\",\"by\":\"%s\",\"group\":", cure_bys[group->by]);
	buffer_json(into, text_of(group->name));
	buffer_print(into, ",\"cases\":%llu", (unsigned long long)count->cases);
	put_rate(into, "notified", (struct share){count->notified, count->cases});
	put_rate(into, "seen", (struct share){count->seen, count->cases});
	put_rate(into, "ticked", (struct share){count->ticked, count->cases});
	put_rate(into, "held", (struct share){count->held, count->cases});
	for (unsigned i = 0; i < CURE_ENDS; i++) {
		char name[32];

		snprintf(name, sizeof(name), "released_by_%s", cure_ends[i]);
		put_rate(into, name, (struct share){count->let_go[i], count->held});
	}
	put_rate(into, "clean", count->clean);
	put_rate(into, "back", count->back);
	buffer_print(into, ",\"held_now\":%llu,\"not_yet_known\":%llu}\n",
		(unsigned long long)held_now(count), (unsigned long long)count->early);
}

static bool
is_wanted(const struct cure_terms *terms, const struct cure_group *group)
{
	enum cure_by by = (enum cure_by)group->by;

	return terms->by == CURE_ALL || by == terms->by || by == CURE_ALL || by == CURE_HOLD ||
		by == CURE_VARIANT;
}

/* What of two versions is compared. */
enum figure { FIGURE_TICKED, FIGURE_CLEAN, FIGURE_BACK, FIGURES };

static const char *const figure_names[FIGURES] = {"ticked", "clean", "back"};

static struct share
share_of(const struct cure_count *count, enum figure figure)
{
	return figure == FIGURE_TICKED   ? (struct share){count->ticked, count->cases}
		: figure == FIGURE_CLEAN ? count->clean
					 : count->back;
}

static void
put_differences(struct buffer *into, const struct cure_count *a, const struct cure_count *b)
{
	buffer_text(into, TEXT("{\"type\":\"difference\",\"of\":\"B\",\"less\":\"A\""));
	for (unsigned i = 0; i < FIGURES; i++) {
		struct share of_a = share_of(a, (enum figure)i), of_b = share_of(b, (enum figure)i);
		struct interval of = interval_difference(of_a, of_b);

		buffer_print(into, ",\"%s\":", figure_names[i]);
		if (of_a.of == 0 || of_b.of == 0)
			buffer_text(into, TEXT("null"));
		else
			buffer_print(into, "{\"difference\":%.4f,\"low\":%.4f,\"high\":%.4f}",
				of.value, of.low, of.high);
	}
	buffer_text(into, TEXT("}\n"));
}

/* Both of two versions; a version of which no case is known yet is as one without cases. */
static bool
has_versions(const struct cure *cure, struct cure_count ret[2])
{
	const struct cure_group *a = cure_find(cure, CURE_VARIANT, "A");
	const struct cure_group *b = cure_find(cure, CURE_VARIANT, "B");

	ret[0] = a != NULL ? a->count : (struct cure_count){0};
	ret[1] = b != NULL ? b->count : (struct cure_count){0};
	return a != NULL || b != NULL;
}

void
curereport_json(const struct cure *cure, const struct cure_terms *terms, struct buffer *into)
{
	struct cure_count version[2];

	for (size_t i = 0; i < cure->groups; i++) {
		if (is_wanted(terms, &cure->group[i]))
			put_object(into, &cure->group[i]);
	}
	if (has_versions(cure, version))
		put_differences(into, &version[0], &version[1]);
	buffer_print(into, "{\"type\":\"summary\",\"cases\":%llu,\"removed\":%llu,\"more\":%s}\n",
		(unsigned long long)cure->group[0].count.cases, (unsigned long long)cure->removed,
		cure->is_full ? "true" : "false");
}

/* For people. */

static double
percent(double share)
{
	return 100 * share;
}

/* "92% 82-97" */
static const char *
cell(struct share share, char into[CELL])
{
	struct interval of = interval_of(share);

	if (share.of == 0)
		return "-";
	snprintf(into, CELL, "%.0f%% %.0f-%.0f", percent(of.value), percent(of.low),
		percent(of.high));
	return into;
}

static void
put_row(struct buffer *into, const char *name, const struct cure_count *count)
{
	char seen[CELL], ticked[CELL], clean[CELL], back[CELL];

	if (strncmp(name, NOTICE, sizeof(NOTICE) - 1) == 0)
		name += sizeof(NOTICE) - 1;
	buffer_print(into, "%-21s %6llu  %-11s  %-11s  %-11s  %s\n", name,
		(unsigned long long)count->cases,
		cell((struct share){count->seen, count->cases}, seen),
		cell((struct share){count->ticked, count->cases}, ticked),
		cell(count->clean, clean), cell(count->back, back));
}

static void
put_tables(struct buffer *into, const struct cure *cure, const struct cure_terms *terms)
{
	enum cure_by before = CURE_BYS;

	buffer_print(into, "\n%-21s %6s  %-11s  %-11s  %-11s  %s\n", "", "CASES", "PAGE SEEN",
		"TICKED", "CLEAN 14 D", "BACK 90 D");
	for (size_t i = 0; i < cure->groups; i++) {
		const struct cure_group *group = &cure->group[i];
		enum cure_by by = (enum cure_by)group->by;

		if (!is_wanted(terms, group))
			continue;
		if (by != before && *headings[by] != '\0' && by != CURE_ALL)
			buffer_print(into, "\n%s\n", headings[by]);
		put_row(into, group->name, &group->count);
		before = by;
	}
	if (cure->is_full)
		buffer_print(
			into, "There are more groups than %u: those are not shown.\n", CURE_GROUPS);
}

static void
put_releases(struct buffer *into, const struct cure_count *count)
{
	char share[CELL];

	if (count->held == 0)
		return;
	buffer_text(into, TEXT("\nLET GO BY\n"));
	for (unsigned i = 0; i < CURE_ENDS; i++)
		buffer_print(into, "%-21s %6llu  %s\n", end_words[i],
			(unsigned long long)count->let_go[i],
			cell((struct share){count->let_go[i], count->held}, share));
	buffer_print(into, "%-21s %6llu  %s\n", "nobody yet: held now",
		(unsigned long long)held_now(count),
		cell((struct share){held_now(count), count->held}, share));
}

/* "92 % (95 % interval 82 to 97)" */
static int
put_share(char *into, size_t size, struct share share)
{
	struct interval of = interval_of(share);

	return snprintf(into, size, "%.0f %% (95 %% interval %.0f to %.0f)", percent(of.value),
		percent(of.low), percent(of.high));
}

static void
put_meaning(struct buffer *into, const struct cure_count *count)
{
	char words[1024], share[64];

	snprintf(words, sizeof(words),
		"%llu case%s confirmed or acted upon; %llu line%s held, and %llu of them "
		"%s held now.",
		(unsigned long long)count->cases, count->cases == 1 ? " that was" : "s that were",
		(unsigned long long)count->held, count->held == 1 ? " was" : "s were",
		(unsigned long long)held_now(count), held_now(count) == 1 ? "is" : "are");
	paragraph(into, 0, words);
	if (count->clean.of == 0) {
		snprintf(words, sizeof(words),
			"How many lines are clean 14 days after they were let go is not yet known: "
			"no case is old enough.");
	} else {
		put_share(share, sizeof(share), count->clean);
		snprintf(words, sizeof(words),
			"Of %llu that were let go, or told, at least 14 days ago, %llu stayed "
			"clean: %s.",
			(unsigned long long)count->clean.of, (unsigned long long)count->clean.count,
			share);
	}
	paragraph(into, 0, words);
	if (count->early > 0) {
		snprintf(words, sizeof(words),
			"Not yet known: %llu that %s let go, or told, less than 14 days ago. They "
			"count neither as clean nor as not.",
			(unsigned long long)count->early, count->early == 1 ? "was" : "were");
		paragraph(into, 0, words);
	}
	if (count->back.of > 0) {
		put_share(share, sizeof(share), count->back);
		snprintf(words, sizeof(words),
			"Of %llu at least 90 days ago, %llu came back in those days: %s.",
			(unsigned long long)count->back.of, (unsigned long long)count->back.count,
			share);
		paragraph(into, 0, words);
	}
}

static void
put_verdict(char *into, size_t size, const struct cure_count version[2])
{
	struct share a = version[0].clean, b = version[1].clean;
	struct interval of = interval_difference(a, b);

	if (a.of == 0 || b.of == 0)
		snprintf(into, size,
			"Of two versions of the texts, by lot, nothing can be said yet: the 14 "
			"days are over of %llu cases with A and of %llu with B.",
			(unsigned long long)a.of, (unsigned long long)b.of);
	else if (of.low <= 0 && of.high >= 0)
		snprintf(into, size,
			"Of two versions of the texts, by lot, nothing can be said yet: with B the "
			"share that stayed clean is %+.0f points from that with A, but it may as "
			"well be anything from %+.0f to %+.0f.",
			percent(of.value), percent(of.low), percent(of.high));
	else
		snprintf(into, size,
			"Of two versions of the texts, by lot, %s is the better: with B the share "
			"that stayed clean is %+.0f points from that with A (95 %% interval %+.0f "
			"to %+.0f).",
			of.low > 0 ? "B" : "A", percent(of.value), percent(of.low),
			percent(of.high));
}

static const char *
difference(struct share a, struct share b, char into[CELL])
{
	struct interval of = interval_difference(a, b);

	if (a.of == 0 || b.of == 0)
		return "-";
	snprintf(into, CELL, "%+.0f %+.0f..%+.0f", percent(of.value), percent(of.low),
		percent(of.high));
	return into;
}

static void
put_versions(struct buffer *into, const struct cure_count version[2])
{
	char cells[FIGURES][CELL], words[512];
	const char *at[FIGURES];

	for (unsigned i = 0; i < FIGURES; i++)
		at[i] = difference(share_of(&version[0], (enum figure)i),
			share_of(&version[1], (enum figure)i), cells[i]);
	buffer_print(
		into, "%-41s  %-11s  %-11s  %s\n\n", "B less A, in points", at[0], at[1], at[2]);
	put_verdict(words, sizeof(words), version);
	paragraph(into, 0, words);
}

static void
put_time(char *into, size_t size, const struct cure_terms *terms)
{
	char since[WALL_TEXT] = "", until[WALL_TEXT] = "";

	if (!wall_is_none(terms->since))
		wall_format(terms->since, since);
	if (!wall_is_none(terms->until))
		wall_format((struct wall){terms->until.us - 1}, until);
	snprintf(into, size, "%s%.10s%s%.10s", *since != '\0' ? " from " : "", since,
		*until != '\0' ? " until " : "", until);
}

void
curereport_text(const struct cure *cure, const struct cure_terms *terms, struct buffer *into)
{
	const struct cure_count *all = &cure->group[0].count;
	struct cure_count version[2];
	char words[256], time[64];

	put_time(time, sizeof(time), terms);
	if (all->cases == 0) {
		snprintf(words, sizeof(words),
			"Of cure nothing can be said: no case that was opened%s was confirmed or "
			"acted upon.",
			*time != '\0' ? time : " so far");
		paragraph(into, 0, words);
		return;
	}
	if (*time != '\0')
		buffer_print(into, "Cases opened%s (UTC).\n", time);
	put_meaning(into, all);
	put_tables(into, cure, terms);
	if (has_versions(cure, version))
		put_versions(into, version);
	put_releases(into, all);
	if (cure->removed > 0) {
		snprintf(words, sizeof(words),
			"%llu earlier case%s that %s removed (ledger.retention-cases) %s not in "
			"it.",
			(unsigned long long)cure->removed, cure->removed == 1 ? "" : "s",
			cure->removed == 1 ? "was" : "were", cure->removed == 1 ? "is" : "are");
		buffer_text(into, TEXT("\n"));
		paragraph(into, 0, words);
	}
}
