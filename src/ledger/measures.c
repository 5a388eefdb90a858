/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/measures.h"

#include "ledger/inside.h"
#include "ledger/reading.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>

/* The name of a single value: the table of what is enforced was made. */
#define META_ENFORCED "enforced"

#define BRAKE                                                                                      \
	"the brake: so many lines are held, or were within an hour, that a person decides of more"

const char *
measure_reason(const struct measure *of)
{
	return of->braked && *of->reason == '\0' ? BRAKE : of->reason;
}

void
measure_digest(const struct measure *of, uint8_t into[DIGEST_SIZE])
{
	struct digest digest;

	digest_init(&digest, "lazaret measure 1", NULL);
	digest_u64(&digest, of->number);
	digest_u64(&digest, of->of_case);
	digest_u64(&digest, of->line);
	digest_text(&digest, text_of(measure_names[of->kind]));
	digest_text(&digest, text_of(measure_modes[of->mode]));
	digest_wall(&digest, of->begun);
	digest_wall(&digest, of->until);
	digest_text(&digest, text_of(of->ground));
	digest_text(&digest, text_of(of->actor));
	digest_text(&digest, text_of(of->reason));
	/* Before version 8 of the tables the words of the reason alone told it. */
	if (of->braked && *of->reason == '\0')
		digest_text(&digest, TEXT("braked"));
	digest_done(&digest, into);
}

void
measure_end_digest(const struct measure *of, uint8_t into[DIGEST_SIZE])
{
	struct digest digest;

	digest_init(&digest, "lazaret measure's end 1", NULL);
	digest_u64(&digest, of->number);
	digest_wall(&digest, of->ended);
	digest_text(&digest, text_of(measure_ends[of->why]));
	digest_text(&digest, text_of(of->ended_by));
	digest_text(&digest, text_of(of->ended_reason));
	digest_u64(&digest, of->step);
	digest_done(&digest, into);
}

static int
take_measure(void *context, const struct measure *row)
{
	*(struct measure *)context = *row;
	return 1;
}

int
ledger_measure(struct ledger *ledger, uint64_t number, struct measure *ret, struct fail *fail)
{
	int r = ledger->store->ops->measures(
		ledger->store, MEASURES_NUMBER, number, take_measure, ret, fail);

	return r == 0 ? -ENOENT : r < 0 ? r : 0;
}

int
ledger_each_held(struct ledger *ledger, uint64_t after, visit_measure visit, void *context,
	struct fail *fail)
{
	return ledger->store->ops->measures(
		ledger->store, MEASURES_HELD, after, visit, context, fail);
}

struct opening {
	const struct ledger *ledger;
	visit_enforced visit;
	void *context;
};

static int
open_place(void *context, const struct enforced_row *row)
{
	const struct opening *opening = context;
	const struct ledger *ledger = opening->ledger;
	struct enforced measure = row->measure;

	measure.place = row->has_place && ledger->has_keys
		? seal_place_open(ledger->keys.place, measure.line, row->place)
		: (struct prefix){.length = 0};
	return opening->visit(opening->context, &measure);
}

int
ledger_each_enforced(struct ledger *ledger, uint64_t after, visit_enforced visit, void *context,
	struct fail *fail)
{
	struct opening opening = {.ledger = ledger, .visit = visit, .context = context};

	return ledger->store->ops->enforced(ledger->store, after, open_place, &opening, fail);
}

/* What is called otherwise than a place has none, and neither has what does not open. */
static bool
find_place_of(
	void *context, uint64_t line, const uint8_t sealed[SEAL_SIZE], uint8_t ret[SEAL_PLACE])
{
	const struct ledger *ledger = context;
	struct prefix place;
	char name[SEAL_NAME];
	bool is_place = seal_open(ledger->keys.seal, line, sealed, name) == 0 &&
		prefix_parse(text_of(name), &place) == 0;

	if (is_place)
		seal_place(ledger->keys.place, line, &place, ret);
	sodium_memzero(name, sizeof(name));
	return is_place;
}

int
ledger_make_enforced(struct ledger *ledger, struct fail *fail)
{
	const struct store_ops *ops = ledger->store->ops;
	uint8_t is_made = 1;
	int r = ops->meta_get(ledger->store, META_ENFORCED, &is_made, sizeof(is_made), fail);

	if (r != -ENOENT)
		return r < 0 ? r : 0;
	r = ops->begin(ledger->store, true, fail);
	if (r < 0)
		return r;
	/* Another program may have been faster. */
	r = ops->meta_get(ledger->store, META_ENFORCED, &is_made, sizeof(is_made), fail);
	if (r == -ENOENT) {
		r = ops->enforced_make(ledger->store, find_place_of, ledger, fail);
		if (r >= 0)
			r = ops->meta_put(
				ledger->store, META_ENFORCED, &is_made, sizeof(is_made), fail);
	}
	if (r >= 0)
		return ops->end(ledger->store, true, fail);
	(void)ops->end(ledger->store, false, NULL);
	return r;
}

int
ledger_each_measure(struct ledger *ledger, uint64_t of_case, visit_measure visit, void *context,
	struct fail *fail)
{
	return ledger->store->ops->measures(
		ledger->store, MEASURES_CASE, of_case, visit, context, fail);
}

struct search {
	uint8_t kind;
	struct measure *found;
};

static int
search(void *context, const struct measure *row)
{
	struct search *search = context;

	if (row->kind != search->kind)
		return 0;
	*search->found = *row;
	return 1;
}

/* -EEXIST: it has one of the kind. */
static int
check_free(struct ledger *ledger, const struct measure *measure, struct fail *fail)
{
	struct measure held;
	struct search of = {.kind = measure->kind, .found = &held};
	int r = ledger->store->ops->measures(
		ledger->store, MEASURES_LINE_HELD, measure->line, search, &of, fail);

	if (r <= 0)
		return r;
	fail_what(fail, "the line has %s already: measure %llu (%s)", measure_names[held.kind],
		(unsigned long long)held.number, measure_modes[held.mode]);
	fail_hint(fail, "to change it, let that end first");
	return -EEXIST;
}

int
ledger_add_measure(struct ledger *ledger, struct measure *measure, struct fail *fail)
{
	struct audit row = {
		.action = ACTION_MEASURE, .subject = measure->of_case, .has_digest = true};
	const char *reason = measure_reason(measure);
	char details[AUDIT_DETAILS + 1];
	uint8_t place[SEAL_PLACE];
	struct ledger_case of;
	bool is_place;
	int r = check_free(ledger, measure, fail);

	measure->begun = ledger->now;
	measure->ended = WALL_NONE;
	snprintf(measure->actor, sizeof(measure->actor), "%s", ledger->actor);
	if (r >= 0)
		r = ledger_case(ledger, measure->of_case, &of, fail);
	/* Without its case the store refuses it. */
	is_place = r == 0 && find_place_of(ledger, of.line, of.sealed, place);
	if (r >= 0 || r == -ENOENT)
		r = ledger->store->ops->measure_add(
			ledger->store, measure, is_place ? place : NULL, fail);
	if (r < 0)
		return r;
	snprintf(details, sizeof(details), "%s begins (%s)%s%s", measure_names[measure->kind],
		measure_modes[measure->mode], *reason != '\0' ? ": " : "", reason);
	row.object = measure->number;
	row.details = text_of(details);
	measure_digest(measure, row.digest);
	return ledger_append(ledger, row, fail);
}

static int
take_step(void *context, const struct transition *row)
{
	((struct measure *)context)->step = row->number;
	return 0;
}

/* The last one until now. */
static int
find_step(struct ledger *ledger, struct measure *measure, struct fail *fail)
{
	return ledger->store->ops->transitions(
		ledger->store, TRANSITIONS_CASE, measure->of_case, take_step, measure, fail);
}

int
ledger_end_measure(struct ledger *ledger, struct measure *measure, enum measure_end why,
	struct text reason, struct fail *fail)
{
	struct audit row = {
		.action = ACTION_MEASURE_END, .subject = measure->of_case, .has_digest = true};
	char details[AUDIT_DETAILS + 1];
	int r = why == END_UNDONE ? find_step(ledger, measure, fail) : 0;

	if (r < 0)
		return r;
	measure->ended = ledger->now;
	measure->why = (uint8_t)why;
	snprintf(measure->ended_by, sizeof(measure->ended_by), "%s", ledger->actor);
	snprintf(measure->ended_reason, sizeof(measure->ended_reason), "%.*s", (int)reason.length,
		reason.at);
	r = ledger->store->ops->measure_end(ledger->store, measure, fail);
	if (r < 0)
		return r;
	snprintf(details, sizeof(details), "%s ends: %s%s%s", measure_names[measure->kind],
		measure_ends[why], *measure->ended_reason != '\0' ? ": " : "",
		measure->ended_reason);
	row.object = measure->number;
	row.details = text_of(details);
	measure_end_digest(measure, row.digest);
	return ledger_append(ledger, row, fail);
}

struct of_case {
	size_t count;
	struct measure held[MEASURE_KINDS];
};

static int
collect_held(void *context, const struct measure *row)
{
	struct of_case *of = context;

	if (wall_is_none(row->ended))
		of->held[of->count++] = *row;
	/* A line has one of a kind. */
	return of->count == MEASURE_KINDS;
}

int
ledger_end_all_of(struct ledger *ledger, const struct ledger_case *of, struct fail *fail)
{
	struct of_case holding = {.count = 0};
	int r = ledger_each_measure(ledger, of->number, collect_held, &holding, fail);

	for (size_t i = 0; i < holding.count && r >= 0; i++)
		r = ledger_end_measure(ledger, &holding.held[i], END_CLEAR, TEXT(""), fail);
	if (r >= 0)
		r = ledger_end_objection(ledger, of->line, "its case is closed", fail);
	return r < 0 ? r : 0;
}
