/* SPDX-License-Identifier: BSD-2-Clause */
#include "rehearse/tally.h"

#include "base/table.h"

#include <math.h>
#include <stdlib.h>

struct record {
	int64_t confirmed_us; /* since its first mail; negative: never */
	uint32_t contacts;    /* up to then */
	uint32_t attempts;
	uint8_t highest;
	uint8_t last;
	bool is_taken; /* the line of this member belongs to another class too, which counts it */
};

struct tally {
	const struct traffic *traffic;
	struct table members; /* pseudonym -> member */
	struct record *record;
	struct verdict example;
	bool has_example;
	uint32_t early; /* confirmed before they were zombies */
};

static struct tally *
make(const struct traffic *traffic, const struct wire *wire, const struct lines *lines)
{
	struct tally *tally = xcalloc(1, sizeof(*tally));
	uint32_t count = traffic_members(traffic);

	tally->traffic = traffic;
	tally->record = xcalloc(count, sizeof(*tally->record));
	table_init(&tally->members, count);
	for (uint32_t i = 0; i < count; i++) {
		struct observation from = {.time = traffic_begin(traffic)};
		struct table_slot *slot;
		struct line line;
		int r;

		tally->record[i].confirmed_us = -1;
		from.client_port =
			traffic_address(traffic, traffic_member(traffic, i), &from.client);
		if (wire != NULL)
			from.client = wire_client(wire, &from);
		if (lines_find(lines, &from.client, from.client_port, &line) < 0)
			continue;
		r = table_add(&tally->members, line.pseudonym, &slot);
		if (r == 0)
			tally->record[slot->value].is_taken = true;
		if (r >= 0)
			slot->value = i;
	}
	return tally;
}

struct tally *
tally_new(const struct traffic *traffic, const struct lines *lines)
{
	return make(traffic, NULL, lines);
}

struct tally *
tally_new_of_wire(const struct traffic *traffic, const struct wire *wire, const struct lines *lines)
{
	return make(traffic, wire, lines);
}

struct tally *
tally_free(struct tally *tally)
{
	if (tally == NULL)
		return NULL;
	table_done(&tally->members);
	free(tally->record);
	free(tally);
	return NULL;
}

static bool
is_zombie(const struct tally *tally, uint32_t member)
{
	const struct traffic *traffic = tally->traffic;

	return traffic_class(traffic, traffic_member(traffic, member))->flags & CLASS_ZOMBIE;
}

void
tally_verdict(void *context, const struct verdict *verdict)
{
	struct tally *tally = context;
	const struct table_slot *slot = table_find(&tally->members, verdict->line);
	const struct member *member;
	struct record *record;
	uint8_t state = verdict->to == STATE_QUARANTINE ? STATE_CONFIRMED : verdict->to;
	int64_t since_begin;

	if (slot == NULL)
		return;
	member = traffic_member(tally->traffic, slot->value);
	record = &tally->record[slot->value];
	record->last = verdict->to;
	if (state <= STATE_CONFIRMED && state > record->highest)
		record->highest = state;
	if (state != STATE_CONFIRMED || record->confirmed_us >= 0)
		return;
	since_begin = verdict->time.us - traffic_begin(tally->traffic).us;
	if (since_begin < member->first_attempt) {
		tally->early++;
		return;
	}
	record->confirmed_us = since_begin - member->first_attempt;
	record->contacts = verdict->facts.contacts;
	record->attempts = (uint32_t)verdict->facts.attempts;
	if (!tally->has_example && is_zombie(tally, slot->value)) {
		tally->example = *verdict;
		tally->has_example = true;
	}
}

static int
compare(const void *a, const void *b)
{
	double x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x > y) - (x < y);
}

/* Sorts and picks; what was never confirmed stands at the end. */
static double
pick(double *figures, uint32_t count, double share)
{
	uint32_t at = (uint32_t)ceil(share * count);

	if (count == 0)
		return INFINITY;
	qsort(figures, count, sizeof(*figures), compare);
	return figures[at > 0 ? at - 1 : 0];
}

/* Members of the class that count: they sent mail, and no other class has their line. */
static bool
counts(const struct tally *tally, unsigned class, uint32_t member)
{
	const struct member *m = traffic_member(tally->traffic, member);

	return m->kind == class && m->attempts > 0 && !tally->record[member].is_taken;
}

bool
tally_member(const struct tally *tally, uint32_t member, struct tally_member *ret)
{
	const struct record *record = &tally->record[member];

	*ret = (struct tally_member){
		.class = traffic_member(tally->traffic, member)->kind,
		.highest = (enum state)record->highest,
	};
	return counts(tally, ret->class, member);
}

enum figure { FIGURE_SECONDS, FIGURE_CONTACTS, FIGURE_ATTEMPTS };

static uint32_t
gather(const struct tally *tally, unsigned class, enum figure figure, double *into)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < traffic_members(tally->traffic); i++) {
		const struct record *record = &tally->record[i];
		double value = INFINITY;

		if (!counts(tally, class, i))
			continue;
		if (record->confirmed_us >= 0)
			value = figure == FIGURE_SECONDS    ? (double)record->confirmed_us / 1e6
				: figure == FIGURE_CONTACTS ? record->contacts
							    : record->attempts;
		into[count++] = value;
	}
	return count;
}

double
tally_quantile(const struct tally *tally, unsigned class, double share)
{
	double *figures = xcalloc(traffic_members(tally->traffic), sizeof(*figures));
	uint32_t count = gather(tally, class, FIGURE_SECONDS, figures);
	double value = pick(figures, count, share);

	free(figures);
	return value;
}

void
tally_class(const struct tally *tally, unsigned class, struct tally_class *ret)
{
	double *figures = xcalloc(traffic_members(tally->traffic), sizeof(*figures));
	double *median[] = {&ret->median.seconds, &ret->median.contacts, &ret->median.attempts};
	double *most[] = {&ret->most.seconds, &ret->most.contacts, &ret->most.attempts};

	*ret = (struct tally_class){.lines = 0};
	for (uint32_t i = 0; i < traffic_members(tally->traffic); i++) {
		const struct member *member = traffic_member(tally->traffic, i);
		const struct record *record = &tally->record[i];

		if (!counts(tally, class, i))
			continue;
		ret->lines++;
		ret->attempts += member->attempts;
		ret->by_state[record->highest]++;
		ret->released += record->confirmed_us >= 0 && record->last != STATE_CONFIRMED &&
			record->last != STATE_QUARANTINE;
		for (int rule = 0; rule < NAIVE_COUNT; rule++)
			ret->flagged[rule] += member->naive.flagged >> rule & 1;
	}
	for (int figure = FIGURE_SECONDS; figure <= FIGURE_ATTEMPTS; figure++) {
		uint32_t count = gather(tally, class, (enum figure)figure, figures);

		*median[figure] = pick(figures, count, .5);
		*most[figure] = pick(figures, count, .95);
	}
	free(figures);
}

uint32_t
tally_at_least(const struct tally_class *class, enum state state)
{
	uint32_t count = 0;

	for (unsigned i = state; i <= STATE_CONFIRMED; i++)
		count += class->by_state[i];
	return count;
}

uint32_t
tally_false(const struct tally *tally)
{
	uint32_t count = tally->early;

	for (uint32_t i = 0; i < traffic_members(tally->traffic); i++)
		count += tally->record[i].confirmed_us >= 0 && !is_zombie(tally, i);
	return count;
}

const struct verdict *
tally_example(const struct tally *tally)
{
	return tally->has_example ? &tally->example : NULL;
}
