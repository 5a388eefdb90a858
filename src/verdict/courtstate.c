/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/courtstate.h"

#include <string.h>

/* So many standings are read at once. */
#define PORTION 1024
/* Scores and thresholds are far below. */
#define LARGE 1e9
/* Nobody lets a judge rest longer without time; so many hours are gone through one by one. */
#define REST_MOST (3660 * WALL_DAY)
/* No line stands there: it is never held. */
#define NOBODY UINT32_MAX

struct court_saved {
	uint64_t highest[STATE_COUNT];
	uint64_t lines;
	uint64_t confirmations;
	double threshold;
	struct wall epoch;
	uint32_t epochs;
	uint32_t active_lines;
};

static uint64_t
layout(void)
{
	static const size_t numbers[] = {sizeof(struct court_saved), sizeof(struct court),
		sizeof(struct standing), offsetof(struct standing, score),
		offsetof(struct standing, channels), offsetof(struct standing, entered),
		offsetof(struct standing, place), sizeof(struct verdict),
		offsetof(struct verdict, from), offsetof(struct verdict, channels),
		offsetof(struct verdict, facts), offsetof(struct flow_facts, contacts),
		offsetof(struct flow_facts, rate), offsetof(struct flow_facts, role), CHANNEL_COUNT,
		STATE_COUNT, ROLE_COUNT, FREEZE_COUNT};

	return save_layout(numbers, sizeof(numbers) / sizeof(*numbers));
}

void
court_save(const struct court *court, struct save *save)
{
	struct court_saved saved = {
		.lines = flow_channel_lines(court->flow),
		.confirmations = court->confirmation_count,
		.threshold = court->threshold,
		.epoch = court->epoch,
		.epochs = court->epochs,
		.active_lines = court->active_lines,
	};
	uint64_t standings = saved.lines * sizeof(struct standing);
	uint64_t confirmations = saved.confirmations * sizeof(struct verdict);

	memcpy(saved.highest, court->highest, sizeof(saved.highest));
	save_section(save, "court", layout(), sizeof(saved));
	save_bytes(save, &saved, sizeof(saved));
	save_section(save, "standing", layout(), standings);
	save_bytes(save, court->standings, standings);
	save_section(save, "confirms", layout(), confirmations);
	if (confirmations > 0)
		save_bytes(save, court->confirmations, confirmations);
}

static bool
are_scores(const float *scores, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!restore_is_real((double)scores[i], -LARGE, LARGE))
			return false;
	}
	return true;
}

static bool
is_possible(const struct standing *standing)
{
	return standing->state < STATE_COUNT && standing->highest <= STATE_QUARANTINE &&
		standing->role < ROLE_COUNT && are_scores(&standing->score, 1) &&
		are_scores(&standing->watch, 1) && are_scores(standing->channels, CHANNEL_COUNT) &&
		restore_is_time(standing->entered) && restore_is_time(standing->highest_at) &&
		restore_is_time(standing->quiet);
}

static bool
is_possible_verdict(const struct verdict *verdict)
{
	const struct flow_facts *facts = &verdict->facts;
	const float scores[] = {verdict->score, verdict->threshold, facts->rate, facts->failure,
		facts->chances, facts->expected_a_day};

	return restore_is_time(verdict->time) && verdict->from < STATE_COUNT &&
		verdict->to < STATE_COUNT && verdict->highest < STATE_COUNT &&
		verdict->role < ROLE_COUNT && facts->role < ROLE_COUNT && facts->sampled <= 1 &&
		facts->frozen < FREEZE_COUNT && restore_is_time(facts->first_seen) &&
		restore_is_time(facts->last_seen) &&
		are_scores(scores, sizeof(scores) / sizeof(*scores)) &&
		are_scores(verdict->channels, CHANNEL_COUNT);
}

static int
read_standings(struct court *court, uint32_t lines, struct restore *restore, struct fail *fail)
{
	for (uint32_t at = 0; at < lines;) {
		uint32_t portion = lines - at < PORTION ? lines - at : PORTION;
		int r = restore_bytes(
			restore, &court->standings[at], portion * sizeof(*court->standings), fail);

		for (; portion > 0 && r == 0; portion--, at++) {
			struct standing *standing = &court->standings[at];
			struct roster *roster;

			if (!is_possible(standing))
				return restore_damaged(restore, fail, "a standing that cannot be");
			standing->is_resumed = 0;
			court->states[at] = standing->state;
			roster = court_roster(court, (enum state)standing->state);
			if (roster != NULL)
				roster->index[roster->count++] = NOBODY;
		}
		if (r < 0)
			return r;
	}
	return 0;
}

/* Each line's place is one of its roster's, and nobody else's. */
static int
fill_rosters(struct court *court, uint32_t lines, struct restore *restore, struct fail *fail)
{
	for (uint32_t i = 0; i < lines; i++) {
		const struct standing *standing = &court->standings[i];
		struct roster *roster = court_roster(court, (enum state)standing->state);

		if (roster == NULL)
			continue;
		if (standing->place >= roster->count || roster->index[standing->place] != NOBODY)
			return restore_damaged(restore, fail, "two lines in one place");
		roster->index[standing->place] = i;
	}
	return 0;
}

/* What was counted are the lines that are held and some of those that gave way since. */
static int
check_highest(const struct court *court, uint32_t lines, struct restore *restore, struct fail *fail)
{
	uint64_t held[STATE_COUNT] = {0}, left = flow_channel_evicted(court->flow);

	for (uint32_t i = 0; i < lines; i++)
		held[court->standings[i].highest]++;
	for (int state = STATE_WATCH; state < STATE_COUNT; state++) {
		uint64_t counted = court->highest[state];

		if (counted < held[state] || counted - held[state] > left)
			return restore_damaged(restore, fail, "gravest states miscounted");
		left -= counted - held[state];
	}
	return 0;
}

static int
read_confirmations(struct court *court, uint64_t count, struct restore *restore, struct fail *fail)
{
	if (count > 0)
		court->confirmations = xcalloc(count, sizeof(*court->confirmations));
	court->confirmation_room = count;
	while (court->confirmation_count < count) {
		struct verdict *verdict = &court->confirmations[court->confirmation_count];
		int r = restore_bytes(restore, verdict, sizeof(*verdict), fail);

		if (r < 0)
			return r;
		court->confirmation_count++;
		if (!is_possible_verdict(verdict))
			return restore_damaged(restore, fail, "a confirmation that cannot be");
	}
	return 0;
}

/* A line and its confirmation name each other. */
static int
check_confirmations(
	const struct court *court, uint32_t lines, struct restore *restore, struct fail *fail)
{
	size_t named = 0;

	for (uint32_t i = 0; i < lines; i++)
		named += court->standings[i].confirmation != 0;
	for (size_t i = 0; i < court->confirmation_count; i++) {
		const struct verdict *verdict = &court->confirmations[i];

		if (verdict->index >= lines ||
			court->standings[verdict->index].confirmation != i + 1 ||
			flow_channel_score(court->flow, verdict->index, verdict->time).line !=
				verdict->line)
			return restore_damaged(restore, fail, "a confirmation of nobody");
	}
	if (named != court->confirmation_count)
		return restore_damaged(restore, fail, "a line without its confirmation");
	return 0;
}

static int
check_head(const struct court *court, const struct court_saved *saved, struct wall now,
	struct restore *restore, struct fail *fail)
{
	if (saved->lines != flow_channel_lines(court->flow) || saved->confirmations > saved->lines)
		return restore_damaged(restore, fail, "another number of lines");
	if (!restore_is_real(saved->threshold, 0, LARGE) || !restore_is_time(saved->epoch) ||
		saved->epoch.us > now.us ||
		(saved->epoch.us > 0 && now.us - saved->epoch.us > REST_MOST))
		return restore_damaged(restore, fail, "an epoch that cannot be");
	return 0;
}

static void
take_head(struct court *court, const struct court_saved *saved)
{
	memcpy(court->highest, saved->highest, sizeof(court->highest));
	court->highest[STATE_CLEAR] = 0;
	court->threshold =
		saved->threshold > court->settings.floor ? saved->threshold : court->settings.floor;
	court->epoch = saved->epoch;
	court->epochs = saved->epochs;
	court->active_lines = saved->active_lines;
}

static int
enter(struct restore *restore, const char *tag, uint64_t size, struct fail *fail)
{
	uint64_t had;
	int r = restore_section(restore, tag, layout(), &had, fail);

	if (r == 0 && had != size)
		r = restore_damaged(restore, fail, "another number of lines");
	return r;
}

int
court_restore(struct court *court, struct restore *restore, struct wall now, struct fail *fail)
{
	struct court_saved saved;
	int r = restore_struct(restore, "court", layout(), &saved, sizeof(saved), fail);
	uint32_t lines = flow_channel_lines(court->flow);

	must(court->watched.count + court->held.count + court->confirmation_count == 0);
	must(lines <= court->lines_most);
	if (r == 0)
		r = check_head(court, &saved, now, restore, fail);
	if (r < 0)
		return r;
	take_head(court, &saved);
	r = enter(restore, "standing", saved.lines * sizeof(struct standing), fail);
	if (r == 0)
		r = read_standings(court, lines, restore, fail);
	if (r == 0)
		r = fill_rosters(court, lines, restore, fail);
	if (r == 0)
		r = check_highest(court, lines, restore, fail);
	if (r == 0)
		r = enter(restore, "confirms", saved.confirmations * sizeof(struct verdict), fail);
	if (r == 0)
		r = read_confirmations(court, saved.confirmations, restore, fail);
	if (r == 0)
		r = check_confirmations(court, lines, restore, fail);
	return r;
}

void
court_resume(struct court *court, uint32_t index, enum state state, enum state highest,
	struct wall entered)
{
	struct standing *standing = &court->standings[index];

	standing->is_resumed = 1;
	court_note_highest(court, standing, highest, entered);
	/* It was confirmed once, or it would not be on probation. */
	court_note_highest(
		court, standing, state == STATE_PROBATION ? STATE_CONFIRMED : state, entered);
	if (state_gravity[state] <= state_gravity[standing->state])
		return;
	court_enlist(court, index, state);
	standing->entered = entered;
	standing->quiet = (struct wall){0};
}
