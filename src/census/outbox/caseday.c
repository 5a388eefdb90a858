/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/outbox/caseday.h"

#include "census/join/arms.h"

#include <stdio.h>
#include <stdlib.h>

/* After so many days without a row in the state and without a letter a case is closed. */
#define FORGOTTEN_DAYS 60

enum never_space { SPACE_MAILBOX, SPACE_DOMAIN };

/* What the store knows of a contact, as it was before this day's run. */
struct known_contact {
	uint32_t open;        /* place in cases, + 1; 0: none is open */
	uint32_t today;       /* the same of one that a run of this day opened before */
	uint32_t first;       /* the same of the latest one whatever it is */
	uint16_t last_letter; /* sent, of whichever case */
	bool is_written;      /* it gets a letter on this day */
	bool is_thanked;      /* its case closes, and a letter of thanks is due */
	bool is_awaited;      /* its case closes, and another's waits for it */
};

struct known_case {
	uint16_t first_run, last_run; /* of its letters that were sent */
};

struct deciding {
	struct caseday *day;
	struct cases *cases;
	const struct responsible *responsible;
	const struct caseday_known *known;
	const struct caseday_settings *settings;
	struct known_contact *contacts;     /* by contact */
	struct known_case *letters;         /* by number of a case */
	const struct census_contact **rows; /* by contact: its row of the store, or NULL */
	struct words nevers;
	uint32_t next_number;
	size_t letter_room, changed_room;
	size_t of_count;
};

static uint32_t
contact_named(const struct responsible *responsible, struct text mailbox)
{
	return words_find(&responsible->mailboxes, 0, mailbox);
}

/* The highest number of a case whose letters count, and what was sent of each. */
static struct known_case *
read_letters(const struct caseday_known *known)
{
	struct known_case *cases = xcalloc(known->last_case + 1UL, sizeof(*cases));

	for (size_t i = 0; i < known->letters->count; i++) {
		const struct census_letter *letter = census_letter_at(known->letters, i);
		struct known_case *one;

		if (letter->outcome != OUTCOME_SENT || letter->of_case > known->last_case)
			continue;
		one = &cases[letter->of_case];
		if (one->first_run == 0 || letter->run < one->first_run)
			one->first_run = letter->run;
		if (letter->run > one->last_run)
			one->last_run = letter->run;
	}
	return cases;
}

void
caseday_last_letters(const struct caseday_known *known, const struct responsible *responsible,
	uint16_t day, uint16_t *by_contact)
{
	struct known_case *letters = read_letters(known);

	memset(by_contact, 0, (responsible->mailboxes.count + 1UL) * sizeof(*by_contact));
	for (size_t i = 0; i < known->cases->count; i++) {
		const struct census_case *one = census_case_at(known->cases, i);
		uint32_t contact = contact_named(responsible, one->mailbox);

		if (contact != 0 && one->number <= known->last_case &&
			letters[one->number].last_run < day &&
			letters[one->number].last_run > by_contact[contact])
			by_contact[contact] = letters[one->number].last_run;
	}
	free(letters);
}

static void
read_cases(struct deciding *deciding)
{
	uint16_t today = deciding->settings->plan.day;

	for (size_t i = 0; i < deciding->known->cases->count; i++) {
		const struct census_case *one = census_case_at(deciding->known->cases, i);
		uint32_t contact = contact_named(deciding->responsible, one->mailbox);
		struct known_contact *at = &deciding->contacts[contact];

		if (contact == 0)
			continue;
		if (one->last_letter > at->last_letter)
			at->last_letter = one->last_letter;
		at->first = (uint32_t)i + 1;
		if (one->opened == today && one->letters == 0)
			at->today = (uint32_t)i + 1;
		else if (one->closed == 0 || one->closed == today)
			at->open = (uint32_t)i + 1;
	}
}

static void
read_words(struct deciding *deciding)
{
	const struct caseday_known *known = deciding->known;

	words_init(&deciding->nevers, true);
	for (size_t i = 0; i < known->nevers->count; i++) {
		const struct census_never *never = census_never_at(known->nevers, i);

		if (never->kind != NEVER_PREFIX)
			(void)words_add(&deciding->nevers,
				never->kind == NEVER_MAILBOX ? SPACE_MAILBOX : SPACE_DOMAIN,
				never->name);
	}
	for (size_t i = 0; i < known->contacts->count; i++) {
		const struct census_contact *row = census_contact_at(known->contacts, i);
		uint32_t contact = contact_named(deciding->responsible, row->mailbox);

		if (contact != 0)
			deciding->rows[contact] = row;
	}
}

/* It, its domain, or one above that. */
static bool
is_never(const struct deciding *deciding, uint32_t contact)
{
	struct text mailbox = responsible_mailbox(deciding->responsible, contact), rest = mailbox;
	const struct census_contact *row = deciding->rows[contact];

	if (row != NULL && row->state == CONTACT_OPTOUT)
		return true;
	if (words_find(&deciding->nevers, SPACE_MAILBOX, mailbox) != 0)
		return true;
	(void)text_cut(&rest, '@');
	while (rest.length > 0) {
		if (words_find(&deciding->nevers, SPACE_DOMAIN, rest) != 0)
			return true;
		(void)text_cut(&rest, '.');
	}
	return false;
}

/* Why only a person may let a letter go there; NULL: it may. */
static const char *
held_why(
	const struct deciding *deciding, uint32_t contact, uint8_t quality, char *into, size_t size)
{
	const struct responsible_contact *at = &deciding->responsible->contacts[contact];
	const struct census_contact *row = deciding->rows[contact];

	if (row != NULL && row->state == CONTACT_BOUNCED)
		return "mail to it came back";
	if (row != NULL && row->state == CONTACT_REFUSED)
		return "mail to it was refused";
	if (row != NULL && row->allowed_by.length > 0)
		return NULL;
	if (at->holders > deciding->settings->holders_most) {
		snprintf(into, size, "it is the contact of networks of %u holders", at->holders);
		return into;
	}
	if (row != NULL && row->state == CONTACT_SUSPECT)
		return "it may not reach anybody";
	if (at->is_suspect || quality == QUALITY_SUSPECT)
		return "it failed its registry's validation";
	if (quality == QUALITY_LOW)
		return "it is not clearly meant for abuse";
	return NULL;
}

static bool
is_cert(const struct responsible *responsible, uint32_t contact)
{
	for (uint32_t country = 0; country <= UINT16_MAX; country++) {
		if (responsible->national[country] == contact)
			return true;
	}
	return false;
}

/* What was kept of the contact by the run before. */
static const struct casefile_case *
case_before(const struct deciding *deciding, uint32_t contact)
{
	const struct casefile *before = deciding->known->before;

	return before != NULL
		? casefile_find(before, responsible_mailbox(deciding->responsible, contact))
		: NULL;
}

static struct caseplan_case
plan_case(const struct deciding *deciding, uint32_t i)
{
	uint32_t contact = deciding->cases->contacts[i];
	const struct casefile_case *one = &deciding->cases->cases[i];
	const struct casefile_case *before = case_before(deciding, contact);
	const struct known_contact *known = &deciding->contacts[contact];
	char why[80];
	struct caseplan_case plan = {.listed = one->counts.listed,
		.most = before != NULL ? before->most : 0,
		.low_since = before != NULL ? before->low_since : 0,
		.last_letter = known->last_letter,
		.is_never = is_never(deciding, contact),
		.is_held = held_why(deciding, contact, one->quality, why, sizeof(why)) != NULL};

	if (known->open != 0) {
		const struct census_case *row =
			census_case_at(deciding->known->cases, known->open - 1);

		plan.opened = row->opened;
		plan.letters = row->letters;
		plan.arm = row->arm;
		plan.is_told = row->number <= deciding->known->last_case &&
			deciding->letters[row->number].first_run != 0;
	}
	return plan;
}

static bool
is_opening(const struct deciding *deciding, uint32_t i, struct caseplan_case *plan)
{
	*plan = plan_case(deciding, i);
	return plan->opened == 0 && caseplan_of(plan, &deciding->settings->plan).opened != 0;
}

/* Arms of the cases that open. */
static void
draw_arms(struct deciding *deciding)
{
	struct cases *cases = deciding->cases;
	struct arms_case *drawn = xcalloc(cases->case_count, sizeof(*drawn));
	uint32_t *of = xcalloc(cases->case_count, sizeof(*of));
	struct caseplan_case plan;
	size_t count = 0;

	for (uint32_t i = 1; i < cases->case_count; i++) {
		if (!is_opening(deciding, i, &plan))
			continue;
		cases->cases[i].stratum = arms_stratum(cases->cases[i].country, plan.listed);
		drawn[count] = (struct arms_case){
			.mailbox = responsible_mailbox(deciding->responsible, cases->contacts[i]),
			.stratum = cases->cases[i].stratum};
		of[count++] = i;
	}
	arms_draw(drawn, count, deciding->settings->share, deciding->settings->plan.day,
		&deciding->settings->key);
	for (size_t i = 0; i < count; i++)
		cases->cases[of[i]].arm = drawn[i].is_held_out ? CASEFILE_HOLDOUT : CASEFILE_LETTER;
	free(drawn);
	free(of);
}

static struct census_case *
change(struct deciding *deciding)
{
	struct caseday *day = deciding->day;

	if (day->changed_count == deciding->changed_room) {
		deciding->changed_room =
			deciding->changed_room > 0 ? 2 * deciding->changed_room : 64;
		day->changed =
			xrealloc(day->changed, deciding->changed_room * sizeof(*day->changed));
	}
	return &day->changed[day->changed_count++];
}

/* The number under which a contact's case opens on this day: that of an earlier try, or the next one. */
static uint32_t
open_case(struct deciding *deciding, uint32_t contact, uint32_t stratum, uint8_t arm)
{
	struct known_contact *known = &deciding->contacts[contact];
	uint32_t number;

	if (known->today != 0)
		number = census_case_at(deciding->known->cases, known->today - 1)->number;
	else
		number = deciding->next_number++;
	*change(deciding) = (struct census_case){.number = number,
		.stratum = stratum,
		.mailbox = responsible_mailbox(deciding->responsible, contact),
		.opened = deciding->settings->plan.day,
		.arm = arm};
	return number;
}

static struct caseday_letter *
add_letter(struct deciding *deciding, uint32_t contact, uint32_t number, uint16_t opened,
	uint16_t letters)
{
	struct caseday *day = deciding->day;
	const struct census_contact *row = deciding->rows[contact];
	struct caseday_letter *letter;

	if (day->letter_count == deciding->letter_room) {
		deciding->letter_room = deciding->letter_room > 0 ? 2 * deciding->letter_room : 64;
		day->letters =
			xrealloc(day->letters, deciding->letter_room * sizeof(*day->letters));
	}
	letter = &day->letters[day->letter_count++];
	*letter = (struct caseday_letter){.number = number,
		.opened = opened,
		.letter = (uint16_t)(letters + 1),
		.before = number <= deciding->known->last_case ? deciding->letters[number].first_run
							       : 0,
		.wants_xarf = row != NULL && row->wants_xarf,
		.mailbox = responsible_mailbox(deciding->responsible, contact)};
	deciding->contacts[contact].is_written = true;
	return letter;
}

static void
put_code(struct cases *cases, struct casefile_case *one, uint32_t number)
{
	char code[CENSUS_CODE];

	one->code = cases_put_text(cases, text_of(census_case_code(number, one->opened, code)));
}

/* A case's step, and what follows from it. */
static void
decide_case(struct deciding *deciding, uint32_t i)
{
	struct cases *cases = deciding->cases;
	struct casefile_case *one = &cases->cases[i];
	uint32_t contact = cases->contacts[i], number;
	const struct known_contact *known = &deciding->contacts[contact];
	struct caseplan_case plan = plan_case(deciding, i);
	const struct census_case *row =
		known->open != 0 ? census_case_at(deciding->known->cases, known->open - 1) : NULL;
	struct caseplan step;
	char why[80];

	if (row == NULL)
		plan.arm = one->arm;
	step = caseplan_of(&plan, &deciding->settings->plan);
	one->step = (uint8_t)step.step;
	one->most = step.most;
	one->low_since = step.low_since;
	one->opened = step.opened;
	one->letters = plan.letters;
	one->last_letter = plan.last_letter;
	one->arm = plan.arm;
	if (step.opened == 0)
		return;
	if (row == NULL) {
		number = open_case(deciding, contact, one->stratum, one->arm);
	} else {
		number = row->number;
		one->stratum = row->stratum;
		if (step.step == CASEFILE_CLOSED) {
			struct census_case *closed = change(deciding);

			*closed = *row;
			closed->closed = deciding->settings->plan.day;
			deciding->contacts[contact].is_thanked = step.is_thanked;
		}
	}
	put_code(cases, one, number);
	if (step.step == CASEFILE_HELD)
		one->why = cases_put_text(cases,
			text_of(held_why(deciding, contact, one->quality, why, sizeof(why))));
	deciding->day->held += step.step == CASEFILE_HELD;
	deciding->day->never += step.step == CASEFILE_NEVER;
	deciding->day->held_out += step.step == CASEFILE_HELD_OUT;
	if (caseplan_is_letter(step.step)) {
		struct caseday_letter *letter =
			add_letter(deciding, contact, number, one->opened, one->letters);

		letter->kind = LETTER_REMINDER;
		if (step.step == CASEFILE_FIRST)
			letter->kind = cases->nationals[i] ? LETTER_NATIONAL : LETTER_FIRST;
		letter->of = &deciding->day->of[deciding->of_count++];
		letter->of[letter->count++] = i;
	}
}

/* A case that came to a further contact. */
struct escalated {
	uint32_t contact, of;
};

static int
compare_escalated(const void *a, const void *b, void *context)
{
	const struct escalated *x = a, *y = b;
	const struct responsible *responsible = context;

	if (x->contact != y->contact) {
		struct text one = responsible_mailbox(responsible, x->contact);
		struct text other = responsible_mailbox(responsible, y->contact);
		int r = memcmp(
			one.at, other.at, one.length < other.length ? one.length : other.length);

		return r != 0 ? r : (one.length > other.length) - (one.length < other.length);
	}
	return (x->of > y->of) - (x->of < y->of);
}

/* To whom a case comes beside its contact: at most two. */
static size_t
add_escalated(const struct deciding *deciding, uint32_t i, struct escalated *into)
{
	const struct cases *cases = deciding->cases;
	const struct casefile_case *one = &cases->cases[i];
	const uint32_t further[2] = {
		cases->seconds[i], deciding->responsible->national[one->country]};
	size_t count = 0;

	for (unsigned j = 0; j < 2; j++) {
		uint32_t contact = further[j];
		bool is_new = one->step == CASEFILE_ESCALATED ||
			(one->step == CASEFILE_WAITS && one->letters > 2 &&
				one->last_letter > deciding->contacts[contact].last_letter);

		if (contact == 0 || contact == cases->contacts[i] || !is_new ||
			one->counts.listed == 0 || (j == 1 && contact == further[0]))
			continue;
		into[count++] = (struct escalated){contact, i};
	}
	return count;
}

static bool
is_closing(const struct deciding *deciding, uint32_t contact)
{
	uint32_t own = deciding->cases->of[contact];

	return own != 0 && deciding->cases->cases[own].step == CASEFILE_CLOSED;
}

/* May a further contact be written to on this day? */
static bool
may_escalate(const struct deciding *deciding, uint32_t contact)
{
	const struct known_contact *known = &deciding->contacts[contact];
	const struct caseplan_settings *plan = &deciding->settings->plan;
	uint32_t own = deciding->cases->of[contact];
	char why[80];

	if (known->is_written || is_never(deciding, contact) ||
		held_why(deciding, contact, QUALITY_GOOD, why, sizeof(why)) != NULL)
		return false;
	if (own != 0 && deciding->cases->cases[own].step == CASEFILE_HELD_OUT)
		return false;
	return known->last_letter == 0 || plan->day >= known->last_letter + plan->least_days;
}

static void
escalate_to(struct deciding *deciding, const struct escalated *escalated, size_t count)
{
	uint32_t contact = escalated->contact;
	const struct known_contact *known = &deciding->contacts[contact];
	uint32_t own = deciding->cases->of[contact], number;
	uint16_t opened = deciding->settings->plan.day, letters = 0, before = 0;
	struct caseday_letter *letter;

	if (known->open != 0) {
		const struct census_case *row =
			census_case_at(deciding->known->cases, known->open - 1);

		number = row->number;
		opened = row->opened;
		letters = row->letters;
	} else if (own != 0 && deciding->cases->cases[own].opened == opened) {
		/* It opened its own case on this day, and is not written to: it waits. */
		return;
	} else {
		number = open_case(deciding, contact, 0, CASEFILE_LETTER);
	}
	letter = add_letter(deciding, contact, number, opened, letters);
	letter->kind = LETTER_ESCALATION;
	letter->of = &deciding->day->of[deciding->of_count];
	for (size_t i = 0; i < count; i++) {
		uint32_t of = escalated[i].of;
		uint32_t its = deciding->contacts[deciding->cases->contacts[of]].open;
		uint16_t first = its != 0
			? deciding->letters[census_case_at(deciding->known->cases, its - 1)->number]
				  .first_run
			: 0;

		letter->of[letter->count++] = of;
		if (before == 0 || (first != 0 && first < before))
			before = first;
	}
	letter->before = before;
	deciding->of_count += count;
}

static void
escalate(struct deciding *deciding)
{
	struct cases *cases = deciding->cases;
	struct escalated *all = xcalloc(2UL * cases->case_count, sizeof(*all));
	size_t count = 0, end;

	for (uint32_t i = 1; i < cases->case_count; i++)
		count += add_escalated(deciding, i, all + count);
	if (count > 1)
		qsort_r(all, count, sizeof(*all), compare_escalated,
			(void *)(uintptr_t)deciding->responsible);
	for (size_t begin = 0; begin < count; begin = end) {
		for (end = begin; end < count && all[end].contact == all[begin].contact; end++)
			;
		/* Under a case that closes nothing is asked: the next run opens another one for it. */
		if (is_closing(deciding, all[begin].contact))
			deciding->contacts[all[begin].contact].is_awaited = true;
		else if (may_escalate(deciding, all[begin].contact))
			escalate_to(deciding, all + begin, end - begin);
	}
	free(all);
}

/* The last letters of cases that close. */
static void
thank(struct deciding *deciding)
{
	struct cases *cases = deciding->cases;

	for (uint32_t i = 1; i < cases->case_count; i++) {
		uint32_t contact = cases->contacts[i];
		const struct known_contact *known = &deciding->contacts[contact];
		const struct census_case *row;
		struct caseday_letter *letter;

		if (!known->is_thanked || known->is_awaited ||
			is_cert(deciding->responsible, contact))
			continue;
		row = census_case_at(deciding->known->cases, known->open - 1);
		letter = add_letter(deciding, contact, row->number, row->opened, row->letters);
		letter->kind = LETTER_THANKS;
		letter->most = cases->cases[i].most;
		letter->of = &deciding->day->of[deciding->of_count++];
		letter->of[letter->count++] = i;
	}
}

/* Cases that a run of this day opened and this one does not, and those of contacts of which nothing is left. */
static void
close_others(struct deciding *deciding)
{
	uint16_t today = deciding->settings->plan.day;
	size_t decided = deciding->day->changed_count;
	bool *is_decided = xcalloc(deciding->known->last_case + 1UL, sizeof(*is_decided));

	for (size_t i = 0; i < decided; i++) {
		if (deciding->day->changed[i].number <= deciding->known->last_case)
			is_decided[deciding->day->changed[i].number] = true;
	}
	for (size_t i = 0; i < deciding->known->cases->count; i++) {
		const struct census_case *one = census_case_at(deciding->known->cases, i);
		uint32_t contact = contact_named(deciding->responsible, one->mailbox);
		bool has_rows = contact != 0 && deciding->cases->of[contact] != 0;
		bool is_todays = one->opened == today && one->letters == 0;
		bool is_old = today >= one->opened + FORGOTTEN_DAYS &&
			today >= one->last_letter + FORGOTTEN_DAYS &&
			!deciding->contacts[contact].is_written;
		struct census_case *changed;

		if (one->number > deciding->known->last_case || is_decided[one->number])
			continue;
		if (one->closed == today && has_rows && !is_todays) {
			/* An earlier try closed it; this one does not. */
			changed = change(deciding);
			*changed = *one;
			changed->closed = 0;
		} else if (one->closed == 0 && (is_todays || (!has_rows && is_old))) {
			changed = change(deciding);
			*changed = *one;
			changed->closed = today;
		}
	}
	free(is_decided);
}

static int
compare_letters(const void *a, const void *b)
{
	const struct caseday_letter *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

void
caseday_decide(struct caseday *day, struct cases *cases, const struct responsible *responsible,
	const struct caseday_known *known, const struct caseday_settings *settings)
{
	size_t contacts = responsible->mailboxes.count + 1UL;
	struct deciding deciding = {.day = day,
		.cases = cases,
		.responsible = responsible,
		.known = known,
		.settings = settings,
		.contacts = xcalloc(contacts, sizeof(*deciding.contacts)),
		.letters = read_letters(known),
		.rows = xcalloc(contacts, sizeof(*deciding.rows)),
		.next_number = known->last_case + 1};

	*day = (struct caseday){.of = xcalloc(3UL * cases->case_count, sizeof(*day->of))};
	read_cases(&deciding);
	read_words(&deciding);
	draw_arms(&deciding);
	for (uint32_t i = 1; i < cases->case_count; i++)
		decide_case(&deciding, i);
	cases->cases[0].step = cases->cases[0].counts.listed > 0 ? CASEFILE_NOBODY : CASEFILE_NONE;
	escalate(&deciding);
	thank(&deciding);
	close_others(&deciding);
	if (day->letter_count > 1)
		qsort(day->letters, day->letter_count, sizeof(*day->letters), compare_letters);
	free(deciding.contacts);
	free(deciding.letters);
	free(deciding.rows);
	words_done(&deciding.nevers);
}

void
caseday_done(struct caseday *day)
{
	free(day->letters);
	free(day->changed);
	free(day->of);
	*day = (struct caseday){0};
}
