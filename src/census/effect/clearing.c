/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/effect/clearing.h"

#include "base/hash.h"
#include "base/table.h"

#include <errno.h>
#include <stdlib.h>

#define NO_CASE     UINT32_MAX
#define DAY_SECONDS 86400

const uint16_t clearing_stages[CLEARING_STAGES] = {0, 7, 14, 28};

struct followed {
	uint64_t key; /* an IPv4 address, or a /64 by its upper half */
	uint32_t of;  /* case */
	uint16_t last;
	uint16_t cleared; /* day; 0: not yet */
	uint16_t back;    /* day; 0: it was not seen again */
	bool is_missed;   /* the run before did not have it */
};

struct clearing {
	struct followed *followed; /* by key */
	size_t followed_count;
	struct clearing_case *cases;
	uint16_t *entered; /* of each case: the day of the run that had it first */
	size_t case_count, case_room;
	uint32_t *now; /* of each contact: IPv4 candidates in this run */
	size_t contacts, contact_room;
	struct table codes, mailboxes, strata;
	unsigned strata_count;
	struct survival_time *times;
	uint16_t day;
	unsigned runs, quiet;
	uint64_t secret;
};

struct clearing *
clearing_new(unsigned quiet, uint64_t secret)
{
	struct clearing *clearing = xcalloc(1, sizeof(*clearing));

	clearing->quiet = quiet;
	clearing->secret = secret;
	table_init_small(&clearing->codes, CLEARING_CASES, 1024);
	table_init_small(&clearing->mailboxes, CLEARING_CASES, 1024);
	table_init_small(&clearing->strata, SURVIVAL_STRATA, 64);
	return clearing;
}

struct clearing *
clearing_free(struct clearing *clearing)
{
	if (clearing == NULL)
		return NULL;
	table_done(&clearing->codes);
	table_done(&clearing->mailboxes);
	table_done(&clearing->strata);
	free(clearing->followed);
	free(clearing->cases);
	free(clearing->entered);
	free(clearing->now);
	free(clearing->times);
	free(clearing);
	return NULL;
}

/* The number that bytes have in one of the tables, or get: next. Where it is full, that of its last place. */
static uint32_t
number_of(const struct clearing *clearing, struct table *table, const void *bytes, size_t size,
	uint32_t next)
{
	struct table_slot *slot;
	int r = table_add(table, hash_fast(bytes, size, clearing->secret), &slot);

	if (r < 0)
		return (uint32_t)table->most - 1;
	if (r > 0)
		slot->value = next;
	return slot->value;
}

static uint32_t
contact_of(struct clearing *clearing, const struct casefile *run, const struct casefile_case *of)
{
	struct text mailbox = casefile_text(run, of->mailbox);
	uint32_t contact = number_of(clearing, &clearing->mailboxes, mailbox.at, mailbox.length,
		(uint32_t)clearing->contacts);

	if (contact < clearing->contacts)
		return contact;
	if (clearing->contacts == clearing->contact_room) {
		clearing->contact_room = clearing->contact_room * 2 + 256;
		clearing->now =
			xrealloc(clearing->now, clearing->contact_room * sizeof(*clearing->now));
	}
	clearing->now[clearing->contacts++] = 0;
	return contact;
}

static uint16_t
stratum_of(struct clearing *clearing, uint32_t stratum)
{
	uint32_t number = number_of(
		clearing, &clearing->strata, &stratum, sizeof(stratum), clearing->strata_count);

	if (number == clearing->strata_count)
		clearing->strata_count++;
	return (uint16_t)number;
}

static bool
is_followed(const struct casefile_case *of, uint16_t day)
{
	return of->code != 0 && of->opened != 0 && of->opened <= day &&
		of->arm < CASEFILE_ARM_COUNT && of->step != CASEFILE_NEVER &&
		of->step != CASEFILE_NOBODY;
}

/* A case that no run had before. */
static void
open_case(struct clearing *clearing, const struct casefile *run, const struct casefile_case *of)
{
	struct clearing_case *into;

	if (clearing->case_count == clearing->case_room) {
		clearing->case_room = clearing->case_room * 2 + 256;
		clearing->cases =
			xrealloc(clearing->cases, clearing->case_room * sizeof(*clearing->cases));
		clearing->entered = xrealloc(
			clearing->entered, clearing->case_room * sizeof(*clearing->entered));
	}
	into = &clearing->cases[clearing->case_count];
	clearing->entered[clearing->case_count++] = run->totals->day;
	*into = (struct clearing_case){.contact = contact_of(clearing, run, of),
		.opened = of->opened,
		.arm = of->arm,
		.stratum = stratum_of(clearing, of->stratum),
		.covered = of->covered4};
}

/* Its number; the next one: it is new. */
static uint32_t
find_case(struct clearing *clearing, const struct casefile *run, const struct casefile_case *of)
{
	struct text code = casefile_text(run, of->code);

	return number_of(
		clearing, &clearing->codes, code.at, code.length, (uint32_t)clearing->case_count);
}

static void
note_letter(struct clearing_case *into, const struct casefile_case *of, uint16_t day)
{
	if (of->letters > 0 && day <= into->opened + CLEARING_LETTER)
		into->is_written = true;
}

/* Of each case of the run: the number of the new one that it is, or NO_CASE. */
static int
open_cases(struct clearing *clearing, const struct casefile *run, uint32_t *ret, struct fail *fail)
{
	for (size_t i = 0; i < run->case_count; i++) {
		const struct casefile_case *of = &run->cases[i];
		uint32_t number, contact;

		ret[i] = NO_CASE;
		if (i == 0 || of->mailbox == 0)
			continue;
		if (clearing->contacts == CLEARING_CASES ||
			clearing->case_count == CLEARING_CASES) {
			fail_what(fail, "more than %d contacts or cases are followed",
				CLEARING_CASES - 1);
			return -ENOSPC;
		}
		contact = contact_of(clearing, run, of);
		clearing->now[contact] = of->counts.listed - of->counts.listed6;
		if (!is_followed(of, run->totals->day))
			continue;
		number = find_case(clearing, run, of);
		if (number == clearing->case_count) {
			ret[i] = number;
			open_case(clearing, run, of);
		}
		note_letter(&clearing->cases[number], of, run->totals->day);
	}
	return 0;
}

/* Rows of the run, IPv4 before IPv6, as one sequence by key. */
struct rows {
	const struct casefile *run;
	uint64_t at;
};

static bool
next_row(struct rows *rows, uint64_t *key, uint32_t *network)
{
	const struct casefile *run = rows->run;

	while (rows->at < run->rows4_count + run->rows6_count) {
		uint64_t at = rows->at++;

		if (at < run->rows4_count) {
			*key = run->rows4[at].address;
			*network = run->rows4[at].network;
			return true;
		}
		*key = run->rows6[at - run->rows4_count].address;
		*network = run->rows6[at - run->rows4_count].network;
		/* No /64 that is in use begins so, and it would be taken for an IPv4 address. */
		if (*key > UINT32_MAX)
			return true;
	}
	return false;
}

static void
see(struct followed *of, uint16_t day)
{
	if (of->cleared != 0 && of->back == 0)
		of->back = day;
	of->last = day;
	of->is_missed = false;
}

/* A gap is long enough once it is: what comes back before was there all the time. */
static void
miss(struct followed *of, uint16_t day, unsigned quiet)
{
	of->is_missed = true;
	if (of->cleared == 0 && day > of->last + quiet)
		of->cleared = (uint16_t)(of->last + 1);
}

/* Merges what is followed with the rows of the run, and begins with those of its new cases. */
static void
follow(struct clearing *clearing, const struct casefile *run, const uint32_t *new_case, size_t room)
{
	struct followed *old = clearing->followed, *old_end = old + clearing->followed_count;
	struct followed *into = xcalloc(clearing->followed_count + room + 1, sizeof(*into)),
			*at = into;
	struct rows rows = {.run = run};
	uint16_t day = run->totals->day;
	uint32_t network;
	uint64_t key;

	while (next_row(&rows, &key, &network)) {
		uint32_t of = new_case[run->networks[network].of];

		for (; old < old_end && old->key < key; old++) {
			*at = *old;
			miss(at++, day, clearing->quiet);
		}
		for (; old < old_end && old->key == key; old++) {
			*at = *old;
			see(at++, day);
		}
		if (of != NO_CASE) {
			clearing->cases[of].addresses++;
			*at++ = (struct followed){.key = key, .of = of, .last = day};
		}
	}
	for (; old < old_end; old++) {
		*at = *old;
		miss(at++, day, clearing->quiet);
	}
	free(clearing->followed);
	clearing->followed = into;
	clearing->followed_count = (size_t)(at - into);
}

static void
note_stages(struct clearing *clearing, uint16_t day)
{
	for (size_t i = 0; i < clearing->case_count; i++) {
		struct clearing_case *of = &clearing->cases[i];
		unsigned since = (unsigned)(day - of->opened);

		for (unsigned stage = 0; stage < CLEARING_STAGES; stage++) {
			unsigned slack = stage == 0 ? 0 : CLEARING_SLACK;

			if (since > clearing_stages[stage] ||
				since + slack < clearing_stages[stage])
				continue;
			of->left[stage] = clearing->now[of->contact];
			of->is_known[stage] = true;
		}
	}
}

unsigned
clearing_quiet_of(const struct casefile *run)
{
	uint32_t longest = 0;

	for (uint64_t i = 0; i < run->list_count; i++) {
		const struct casefile_list *list = &run->lists[i];

		if (list->is_evidence && !list->is_left_out && list->half_life > longest)
			longest = list->half_life;
	}
	return longest / DAY_SECONDS + (longest % DAY_SECONDS > 0);
}

int
clearing_take(struct clearing *clearing, const struct casefile *run, struct fail *fail)
{
	uint16_t day = run->totals->day;
	uint64_t rows = run->rows4_count + run->rows6_count;
	uint32_t *new_case;
	int r;

	if (day <= clearing->day) {
		fail_what(fail, "the run is not of a day behind that of the one before");
		return -EINVAL;
	}
	if (clearing->followed_count + rows > CLEARING_MOST) {
		fail_what(fail, "more than %d addresses are followed", CLEARING_MOST);
		return -ENOSPC;
	}
	if (clearing->contacts > 0)
		memset(clearing->now, 0, clearing->contacts * sizeof(*clearing->now));
	new_case = xcalloc(run->case_count + 1, sizeof(*new_case));
	r = open_cases(clearing, run, new_case, fail);
	if (r == 0) {
		follow(clearing, run, new_case, rows);
		note_stages(clearing, day);
		clearing->day = day;
		clearing->runs++;
	}
	free(new_case);
	return r;
}

static struct survival_time
time_of(const struct clearing *clearing, const struct followed *of)
{
	const struct clearing_case *in = &clearing->cases[of->of];
	uint16_t horizon = clearing_horizon(clearing);
	struct survival_time time = {.cluster = in->contact,
		.entry = (uint16_t)(clearing->entered[of->of] - in->opened),
		.stratum = in->stratum,
		.arm = in->arm == CASEFILE_LETTER,
		.is_event = of->cleared != 0};
	uint16_t end = time.is_event ? of->cleared : horizon;

	time.exit = (uint16_t)(end > in->opened ? end - in->opened : 0);
	return time;
}

static void
count_back(const struct clearing *clearing, const struct followed *of)
{
	struct clearing_case *in = &clearing->cases[of->of];

	if (of->cleared == 0 || of->cleared + CLEARING_BACK > clearing->day)
		return;
	in->cleared++;
	in->back += of->back != 0 && of->back <= of->cleared + CLEARING_BACK;
}

/* Rows of one contact together, those of each in the order of addresses. */
void
clearing_end(struct clearing *clearing)
{
	size_t *place = xcalloc(clearing->contacts + 1, sizeof(*place));

	clearing->times = xcalloc(clearing->followed_count + 1, sizeof(*clearing->times));
	for (size_t i = 0; i < clearing->followed_count; i++)
		place[clearing->cases[clearing->followed[i].of].contact + 1]++;
	for (size_t i = 0; i < clearing->contacts; i++)
		place[i + 1] += place[i];
	for (size_t i = 0; i < clearing->followed_count; i++) {
		const struct followed *of = &clearing->followed[i];

		clearing->times[place[clearing->cases[of->of].contact]++] = time_of(clearing, of);
		count_back(clearing, of);
	}
	free(place);
}

unsigned
clearing_quiet(const struct clearing *clearing)
{
	return clearing->quiet;
}

uint16_t
clearing_day(const struct clearing *clearing)
{
	return clearing->day;
}

uint16_t
clearing_horizon(const struct clearing *clearing)
{
	return (uint16_t)(clearing->day > clearing->quiet ? clearing->day - clearing->quiet : 0);
}

unsigned
clearing_runs(const struct clearing *clearing)
{
	return clearing->runs;
}

size_t
clearing_count(const struct clearing *clearing)
{
	return clearing->case_count;
}

const struct clearing_case *
clearing_cases(const struct clearing *clearing)
{
	return clearing->cases;
}

const struct survival_time *
clearing_times(const struct clearing *clearing, size_t *count)
{
	*count = clearing->followed_count;
	return clearing->times;
}
