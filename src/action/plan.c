/* SPDX-License-Identifier: BSD-2-Clause */
#include "action/plan.h"

#include "identity/line.h"

#include <math.h>

bool
plan_may_hold(uint8_t role)
{
	return role != ROLE_SHARED && role != ROLE_PROTECTED && role != ROLE_MAIL_SERVER;
}

/* An account has no port to be closed. */
static bool
fits(enum measure_kind kind, uint8_t role)
{
	return kind == MEASURE_LIMIT || role != ROLE_ACCOUNT;
}

static bool
is_confirmed(const struct plan_facts *facts)
{
	return facts->state == STATE_CONFIRMED || facts->state == STATE_QUARANTINE;
}

uint32_t
plan_harm(uint64_t connections, int64_t us)
{
	double count = (double)connections, least = count - 3 * sqrt(count);
	double hours = (double)(us > WALL_MINUTE ? us : WALL_MINUTE) / WALL_HOUR;
	double rate = least > 0 ? least / hours : 0;

	return rate < UINT32_MAX ? (uint32_t)rate : UINT32_MAX;
}

static bool
does_harm(const struct plan_settings *settings, const struct plan_facts *facts)
{
	return settings->harm > 0 && facts->harm >= settings->harm;
}

bool
plan_asks_harm(
	const struct plan_settings *settings, const struct plan_facts *facts, struct wall now)
{
	const struct plan_held *block = &facts->held[MEASURE_BLOCK25];

	return settings->harm > 0 && is_confirmed(facts) && block->holds &&
		!facts->held[MEASURE_QUARANTINE].holds &&
		now.us - block->begun.us >= settings->harms_us;
}

/* When the garden is due, if it stays confirmed; us 0: port 25 is open. */
static struct wall
garden_due(const struct plan_settings *settings, const struct plan_facts *facts)
{
	const struct plan_held *block = &facts->held[MEASURE_BLOCK25];
	int64_t wait = facts->before > 0 ? settings->again_us : settings->persists_us;

	if (does_harm(settings, facts) && settings->harms_us < wait)
		wait = settings->harms_us;
	return (struct wall){block->holds ? block->begun.us + wait : 0};
}

/* Does the state of the case ask for it? */
static bool
is_wanted(const struct plan_settings *settings, const struct plan_facts *facts,
	enum measure_kind kind, struct wall now)
{
	struct wall due;

	if (facts->is_never || facts->is_objected || facts->is_gone || !fits(kind, facts->role))
		return false;
	if (!facts->held[kind].holds && (facts->is_paused || facts->is_undone[kind]))
		return false;
	if (kind == MEASURE_LIMIT)
		return facts->state == STATE_SUSPECT || is_confirmed(facts);
	if (!is_confirmed(facts))
		return false;
	if (kind == MEASURE_BLOCK25 || facts->held[kind].holds)
		return true;
	due = garden_due(settings, facts);
	return due.us != 0 && due.us <= now.us;
}

static bool
is_unheld(const struct plan_settings *settings, enum measure_kind kind)
{
	return (settings->unheld >> kind & 1) != 0;
}

static enum measure_end
why_unwanted(const struct plan_facts *facts)
{
	return facts->is_never       ? END_NEVER
		: facts->is_objected ? END_OBJECTION
		: facts->is_gone     ? END_LINE
				     : END_CLEAR;
}

/* How far it goes by itself. */
static uint8_t
mode_of(const struct plan_settings *settings, const struct plan_facts *facts,
	enum measure_kind kind)
{
	uint8_t mode = settings->mode[kind];
	bool may = plan_may_hold(facts->role) && (facts->brakes >> kind & 1) == 0;

	if (mode == MEASURE_ENFORCE && is_unheld(settings, kind))
		return MEASURE_OBSERVE;
	return mode == MEASURE_ENFORCE && kind != MEASURE_LIMIT && !may ? MEASURE_PROPOSE : mode;
}

static bool
is_over(const struct plan_held *held, struct wall now)
{
	return held->until.us != 0 && held->until.us <= now.us;
}

/* A person's decision stands: what is enforced is not taken back to a proposal because settings are others now. A
 * quarantine that waits for a person waits, whatever made it a proposal, and so does whatever the brake made one: it
 * does not only put off. */
static bool
is_harder(enum measure_kind kind, const struct plan_held *held, uint8_t mode)
{
	bool waits = held->mode == MEASURE_PROPOSE && (kind == MEASURE_QUARANTINE || held->braked);

	return mode > held->mode && !waits;
}

bool
plan_is_beyond(const struct plan_held *held, enum measure_kind kind, uint8_t role)
{
	return held->holds && held->mode == MEASURE_ENFORCE && kind != MEASURE_LIMIT &&
		!plan_may_hold(role);
}

static struct plan_change
begin_of(const struct plan_settings *settings, const struct plan_facts *facts,
	enum measure_kind kind, struct wall now)
{
	struct plan_change change = {.kind = (uint8_t)kind,
		.begins = true,
		.mode = mode_of(settings, facts, kind),
		.harms = kind == MEASURE_QUARANTINE && does_harm(settings, facts)};
	struct plan_facts unbraked = *facts;

	unbraked.brakes = 0;
	change.braked = change.mode < mode_of(settings, &unbraked, kind);
	if (settings->most_us[kind] > 0)
		change.until = (struct wall){now.us + settings->most_us[kind]};
	return change;
}

/* MEASURE_ENDS: it goes on. */
static enum measure_end
why_ends(const struct plan_settings *settings, const struct plan_facts *facts,
	enum measure_kind kind, bool wanted, struct wall now)
{
	const struct plan_held *held = &facts->held[kind];

	if (is_over(held, now))
		return END_DATE;
	if (!wanted)
		return why_unwanted(facts);
	if (held->mode == MEASURE_ENFORCE && is_unheld(settings, kind))
		return END_BACKEND;
	if (held->by_program && plan_is_beyond(held, kind, facts->role))
		return END_ROLE;
	if (is_harder(kind, held, mode_of(settings, facts, kind)) && !facts->is_paused)
		return END_MODE;
	return MEASURE_ENDS;
}

unsigned
plan(const struct plan_settings *settings, const struct plan_facts *facts, struct wall now,
	struct plan_change changes[PLAN_CHANGES])
{
	struct plan_change begins[MEASURE_KINDS];
	unsigned count = 0, begun = 0;

	for (unsigned kind = 0; kind < MEASURE_KINDS; kind++) {
		bool holds = facts->held[kind].holds;
		bool wanted = is_wanted(settings, facts, (enum measure_kind)kind, now);
		enum measure_end why = holds
			? why_ends(settings, facts, (enum measure_kind)kind, wanted, now)
			: MEASURE_ENDS;

		if (why < MEASURE_ENDS)
			changes[count++] =
				(struct plan_change){.kind = (uint8_t)kind, .why = (uint8_t)why};
		if (wanted && why != END_DATE && (why < MEASURE_ENDS || !holds))
			begins[begun++] = begin_of(settings, facts, (enum measure_kind)kind, now);
	}
	for (unsigned i = 0; i < begun; i++)
		changes[count++] = begins[i];
	return count;
}
