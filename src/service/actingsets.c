/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/actingsets.h"

#include "identity/lines.h"
#include "runtime/clock.h"
#include "runtime/event.h"

#include <errno.h>

/* Sets of so many elements are looked through whole; of more as many, as seldom as this. */
#define LOOK_MOST  4096
#define RECHECK_US (60 * WALL_SECOND)
/* And few as seldom as this, however often others change something. */
#define FEW_US (2 * WALL_SECOND)
/* Where a set is too small. */
#define PAUSE_US      (60 * WALL_SECOND)
#define PAUSE_MOST_US WALL_HOUR

void
actingsets_begin(struct actingsets *sets, const struct daemon_settings *settings, int gate)
{
	*sets = (struct actingsets){
		.settings = settings, .gate = {.socket = gate}, .is_owing = true};
}

static bool
has_set(const struct ruleset_settings *rules, int set)
{
	switch (linesets[set].length) {
	case 64:
		return rules->is_64;
	case 56:
		return rules->is_56;
	case 48:
		return rules->is_48;
	default:
		return true;
	}
}

/* What is kept in sets, and in which. */
static const struct kept {
	uint8_t kind;  /* as that of an order */
	uint8_t lines; /* enum lineset_kind */
	uint8_t first; /* enum lineset: the first of four */
} kept[] = {{ORDER_EXEMPTION, LINESET_EXEMPT, LINESET_EXEMPT4},
	{MEASURE_BLOCK25, LINESET_BLOCK, LINESET_BLOCK4},
	{MEASURE_QUARANTINE, LINESET_QUARANTINE, LINESET_Q4}};

#define KEPT (sizeof(kept) / sizeof(*kept))
/* Of them, whose elements have no time, so that none leaves by itself. */
#define UNTIMED 2

_Static_assert(sizeof(((struct actingsets *)0)->beyond) / sizeof(int64_t) == UNTIMED &&
		sizeof(((struct actingsets *)0)->ahead.is_full) / sizeof(bool) == UNTIMED,
	"a figure each");

/* NULL: it is not kept in sets. */
static const struct kept *
kept_as(uint8_t kind)
{
	for (size_t i = 0; i < KEPT; i++) {
		if (kept[i].kind == kind)
			return &kept[i];
	}
	return NULL;
}

/* 1 and the element; 0: there is nothing to do for it; -EINVAL: it is not ours. */
static int
element_of(const struct actingsets *sets, const struct holding_change *change,
	struct orders_element *ret)
{
	const struct kept *as = kept_as(change->kind);
	struct line line;
	int64_t left;
	int set;

	if (as == NULL || sets->settings->contain.is_off)
		return 0;
	set = lineset_find((enum lineset_kind)as->lines, &change->place);
	if (set < 0 || !has_set(&sets->settings->contain.rules, set) ||
		lines_find(sets->settings->lines, &change->place.address, 0, &line) < 0)
		return -EINVAL;
	*ret = (struct orders_element){
		.address = change->place.address, .set = (uint8_t)set, .removes = !change->adds};
	if (!change->adds || !linesets[set].timed || change->until.us == 0)
		return 1;
	/* It frees by itself by then, whatever becomes of us. */
	left = (change->until.us - sets->now.us) / 1000;
	if (left <= 0)
		return 0;
	ret->left_ms = (uint64_t)left;
	return 1;
}

static void
note_failure(struct actingsets *sets, const struct fail *fail)
{
	if (*sets->fail.what == '\0')
		event(EVENT_CONTAIN_FAILED, "where=%s text=%s", fail->where, fail->what);
	sets->fail = *fail;
	sets->failures++;
}

/* What makes the set larger. */
static const char *const larger[LINESET_KINDS] = {
	[LINESET_BLOCK] = "contain.lines-most makes it larger",
	[LINESET_QUARANTINE] = "contain.quarantined-most makes it larger",
	[LINESET_EXEMPT] = "so many lines can be exempt, and not more",
};

static enum lineset_kind
kind_of(unsigned set)
{
	for (size_t i = 0; i < KEPT; i++) {
		if (set >= kept[i].first && set < kept[i].first + 4U)
			return (enum lineset_kind)kept[i].lines;
	}
	return LINESET_BLOCK;
}

static void
note_short(struct actingsets *sets, unsigned set)
{
	fail_hint(&sets->fail, "%s", larger[kind_of(set)]);
	if (sets->short_us != 0)
		return;
	sets->short_us = clock_steady();
	sets->pause_us = PAUSE_US;
}

/* A line has left: there may be room. */
static void
note_room(struct actingsets *sets, const struct orders_element *element)
{
	if (element->removes && sets->short_us != 0)
		sets->pause_us = PAUSE_US;
}

/* One was refused, and so all were not done: those without it again, each by itself. */
static void
flush_each(struct actingsets *sets)
{
	struct orders_element element[ORDERS_MOST];
	int32_t result[ORDERS_MOST];
	uint32_t count = sets->gate.message.count;
	struct fail fail = {0};

	memcpy(element, sets->gate.message.element, count * sizeof(*element));
	memcpy(result, sets->gate.answer.result, count * sizeof(*result));
	sets->gate.message.count = 0;
	for (uint32_t i = 0; i < count; i++) {
		if (result[i] < 0 && result[i] != -ECANCELED) {
			sets->refused++;
			if (!element[i].removes && result[i] == -ENFILE)
				note_short(sets, element[i].set);
			continue;
		}
		(void)actinggate_add(&sets->gate, &element[i]);
		if (actinggate_change(&sets->gate, &fail) < 0) {
			sets->is_owing = true;
			return;
		}
		sets->done++;
		note_room(sets, &element[i]);
	}
}

/* All was done but what the gate left out. */
static void
note_done(struct actingsets *sets, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		bool is_done = sets->gate.answer.result[i] >= 0;

		sets->done += is_done;
		sets->refused += !is_done;
		sets->ahead.adds = sets->ahead.adds && is_done;
	}
}

/* What cannot be added so is filled in at the end, which also has the words for it. */
static void
end_ahead(struct actingsets *sets)
{
	struct actingsets_ahead *ahead = &sets->ahead;
	struct fail fail;
	int64_t r;

	if (ahead->sent == 0)
		return;
	r = actinggate_last(&sets->gate, &fail);
	if (ahead->epoch == 0) {
		ahead->epoch = sets->gate.epoch;
		ahead->foreign = sets->gate.foreign;
	}
	/* All, and not without those that the gate refuses. */
	ahead->adds = ahead->adds && r == (int64_t)ahead->sent && ahead->epoch == sets->gate.epoch;
	ahead->sent = 0;
	sets->done += r > 0 ? (uint64_t)r : 0;
}

/* The first one tells whether there is anything already; then the gate's work goes on beside ours. */
static void
send_ahead(struct actingsets *sets)
{
	struct fail fail;

	if (sets->ahead.epoch == 0)
		end_ahead(sets);
	else
		sets->ahead.adds = actinggate_more(&sets->gate, &fail) == 0;
}

void
actingsets_flush(struct actingsets *sets)
{
	uint32_t count = sets->gate.message.count;
	struct fail fail = {0};
	int r;

	if (sets->ahead.is_learning)
		return;
	r = actinggate_change(&sets->gate, &fail);
	if (r == 0) {
		note_done(sets, count);
		for (uint32_t i = 0; i < count; i++)
			note_room(sets, &sets->gate.message.element[i]);
		return;
	}
	note_failure(sets, &fail);
	sets->ahead.adds = false;
	/* Where it is not known what was done, all is said again. */
	if (r != -ENFILE && r != -EINVAL) {
		sets->is_owing = true;
		return;
	}
	sets->gate.message.count = count;
	flush_each(sets);
}

void
actingsets_take(void *context, const struct holding_change *change)
{
	struct actingsets *sets = context;
	struct orders_element element;
	int r = element_of(sets, change, &element);

	if (r < 0 && change->adds) {
		sets->refused++;
		event(EVENT_CONTAIN_REFUSED, "kind=%s",
			change->kind < MEASURE_KINDS ? measure_names[change->kind] : "exemption");
	}
	if (r <= 0)
		return;
	if (!actinggate_add(&sets->gate, &element)) {
		actingsets_flush(sets);
		(void)actinggate_add(&sets->gate, &element);
	}
}

void
actingsets_learn(struct actingsets *sets)
{
	if (sets->ahead.is_learning)
		end_ahead(sets);
	actingsets_flush(sets);
	/* XDP has each set filled in before it is attached. */
	sets->ahead = (struct actingsets_ahead){
		.is_learning = true, .adds = sets->settings->contain.xdp_count == 0};
}

/* What is no more goes at once, since somebody else may come there. */
static void
remove_now(struct actingsets *sets, const struct holding_change *change)
{
	end_ahead(sets);
	sets->ahead.is_learning = false;
	actingsets_take(sets, change);
	actingsets_flush(sets);
	sets->ahead.is_learning = true;
}

void
actingsets_ahead(void *context, const struct holding_change *change)
{
	struct actingsets *sets = context;
	struct orders_element element;
	size_t kind = 0;
	int r;

	while (kind < UNTIMED && kept[kind].kind != change->kind)
		kind++;
	if (!change->adds)
		remove_now(sets, change);
	if (!change->adds || !sets->ahead.adds || kind == UNTIMED)
		return;
	r = element_of(sets, change, &element);
	sets->ahead.left_out[kind] += r < 0;
	if (r > 0 && sets->gate.message.count == ORDERS_MOST)
		send_ahead(sets);
	if (r > 0 && sets->ahead.adds)
		sets->ahead.sent += actinggate_add(&sets->gate, &element);
}

void
actingsets_anew(struct actingsets *sets)
{
	end_ahead(sets);
	sets->ahead.is_learning = false;
	sets->is_owing = true;
}

/* All that should be there was added; is there nothing else? All changes are done when this is asked. */
static void
look_at_ahead(struct actingsets *sets, const struct holding *holding)
{
	const struct orders_answer *answer = &sets->gate.answer;
	struct actingsets_ahead *ahead = &sets->ahead;
	bool is_whole = ahead->adds && answer->counts != 0 && ahead->epoch == answer->epoch &&
		ahead->foreign == answer->foreign;

	for (size_t i = 0; i < UNTIMED; i++)
		ahead->is_full[i] = is_whole &&
			answer->held[kept[i].lines] + ahead->left_out[i] ==
				holding_count(holding, kept[i].kind);
	ahead->adds = false;
}

/* The content of one set, as it should be. */
struct content {
	const struct actingsets *sets;
	const struct holding *holding;
	uint8_t kind;
	enum lineset_kind lines;
	enum lineset set;
	size_t at;
	bool is_first;
	uint64_t refused; /* that are not ours: places of no set are counted with the first */
};

static int
next_of(void *context, struct orders_element *ret)
{
	struct content *content = context;
	struct holding_change change;

	while (holding_next(content->holding, content->kind, &content->at, &change) > 0) {
		int set = lineset_find(content->lines, &change.place), r = 0;

		if (set == (int)content->set || (set < 0 && content->is_first))
			r = element_of(content->sets, &change, ret);
		if (r > 0)
			return 1;
		content->refused += r < 0;
	}
	return 0;
}

/* Without an answer none of the others is asked for. */
static bool
is_silent(int r)
{
	return r == -ETIMEDOUT || r == -EPIPE;
}

/* Each set of the kind, also where another one is too small. 0 or the first error, with fail filled. */
static int
fill_kind(struct actingsets *sets, const struct holding *holding, const struct kept *as,
	struct fail *fail)
{
	int first = 0;

	for (int set = as->first; set < as->first + 4; set++) {
		struct content content = {.sets = sets,
			.holding = holding,
			.kind = as->kind,
			.lines = (enum lineset_kind)as->lines,
			.set = (enum lineset)set,
			.is_first = set == as->first};
		struct fail why = {0};
		int64_t r = 0;

		if (has_set(&sets->settings->contain.rules, set))
			r = actinggate_fill(
				&sets->gate, (enum lineset)set, next_of, &content, &why);
		sets->left_out += content.refused;
		if (r < 0 && first == 0) {
			*fail = why;
			first = (int)r;
		}
		if (is_silent((int)r))
			return (int)r;
	}
	return first;
}

/* All was tried in vain, as one is too small. */
static void
wait_longer(struct actingsets *sets, unsigned set)
{
	int64_t pause_us = sets->short_us != 0 ? 2 * sets->pause_us : PAUSE_US;

	note_short(sets, set);
	sets->short_us = clock_steady();
	sets->pause_us = pause_us < PAUSE_MOST_US ? pause_us : PAUSE_MOST_US;
}

/* All that holds, set by set: each is whole at any moment. */
static void
fill(struct actingsets *sets, const struct holding *holding, bool is_told)
{
	struct fail fail = {0}, why;
	/* What others do meanwhile is looked after later; rules that are loaded then may empty what was filled. */
	uint64_t foreign = sets->gate.foreign, epoch = sets->gate.epoch;
	unsigned short_of = LINESET_COUNT;
	int r = 0, first = 0;

	/* Rules may have been loaded since it was asked whether anything is missing. */
	is_told = is_told || epoch != sets->epoch;
	sets->left_out = 0;
	for (size_t i = 0; i < KEPT && !is_silent(r); i++) {
		if (i < UNTIMED && sets->ahead.is_full[i]) {
			sets->left_out += sets->ahead.left_out[i];
			continue;
		}
		r = fill_kind(sets, holding, &kept[i], &why);
		if (r < 0 && first == 0) {
			fail = why;
			first = r;
			short_of = kept[i].first;
		}
	}
	if (first < 0)
		note_failure(sets, &fail);
	if (first < 0 && (first != -ENFILE || is_silent(r)))
		return;
	memset(sets->ahead.is_full, 0, sizeof(sets->ahead.is_full));
	sets->is_owing = false;
	sets->epoch = epoch;
	sets->foreign = foreign;
	sets->has_beyond = false;
	sets->apart = 0;
	if (first < 0) {
		wait_longer(sets, short_of);
		return;
	}
	sets->fills++;
	sets->short_us = sets->pause_us = 0;
	sets->fail = (struct fail){0};
	if (!is_told)
		return;
	if (sets->left_out > 0)
		event(EVENT_CONTAIN_REFUSED, "count=%llu", (unsigned long long)sets->left_out);
	event(EVENT_CONTAIN_FILLED, "blocked=%zu quarantined=%zu",
		holding_count(holding, MEASURE_BLOCK25),
		holding_count(holding, MEASURE_QUARANTINE));
}

/* Is any that should be there not there, of as many as are looked for? */
static bool
are_missing(struct actingsets *sets, const struct holding *holding, uint8_t kind)
{
	size_t left = LOOK_MOST;
	struct holding_change change;
	struct orders_element element;
	struct fail fail = {0};
	size_t at = 0;
	bool more = true;

	while (more) {
		uint32_t asked;

		more = false;
		while (sets->gate.message.count < ORDERS_MOST && left > 0 &&
			(more = holding_next(holding, kind, &at, &change) > 0)) {
			left--;
			if (element_of(sets, &change, &element) > 0)
				(void)actinggate_add(&sets->gate, &element);
		}
		asked = sets->gate.message.count;
		if (actinggate_find(&sets->gate, &fail) < 0)
			return true;
		for (uint32_t i = 0; i < asked; i++) {
			if (sets->gate.answer.result[i] == 0)
				return true;
		}
	}
	return false;
}

/* Have the sets without time another number of elements than after all was filled in, and not for a moment only? All
 * changes are done when this is asked. */
static bool
are_apart(struct actingsets *sets, const struct holding *holding)
{
	const struct orders_answer *answer = &sets->gate.answer;
	bool differs = false;

	/* Where one is too small that has its own way (wait_longer). */
	if (answer->counts == 0 || sets->short_us != 0)
		return false;
	for (size_t i = 0; i < UNTIMED; i++) {
		int64_t beyond = (int64_t)answer->held[kept[i].lines] -
			(int64_t)holding_count(holding, kept[i].kind);

		if (!sets->has_beyond)
			sets->beyond[i] = beyond;
		differs = differs || beyond != sets->beyond[i];
	}
	sets->has_beyond = true;
	sets->apart = differs ? sets->apart + 1 : 0;
	return sets->apart >= ACTINGSETS_LOOKS;
}

/* Others have changed rules or sets of this machine: perhaps ours, which nobody would tell. What is missing is seen;
 * what is too many is not, so where they are few all are filled in anew. */
static void
look_after_others(struct actingsets *sets, const struct holding *holding)
{
	int64_t now = clock_steady();
	bool missing = are_apart(sets, holding), are_few;
	size_t count = 0;

	if (sets->gate.foreign == sets->foreign && !missing)
		return;
	for (size_t i = 0; i < KEPT; i++)
		count += holding_count(holding, kept[i].kind);
	are_few = count <= LOOK_MOST;
	if (now - sets->checked_us < (are_few ? FEW_US : RECHECK_US))
		return;
	sets->checked_us = now;
	sets->foreign = sets->gate.foreign;
	for (size_t i = 0; i < KEPT; i++)
		missing = missing || are_missing(sets, holding, kept[i].kind);
	sets->restored += missing;
	sets->is_owing = missing;
	if (!missing && are_few)
		fill(sets, holding, false);
}

/* What lines sent to port 25 and is enforced; not what comes to them, which is no spam of theirs. */
static void
note_stopped(struct actingsets *sets)
{
	const struct ruleset_settings *rules = &sets->settings->contain.rules;
	const struct {
		enum ruleset_counter counter;
		enum ruleset_mode mode;
	} of[] = {{RULESET_LINE, rules->lines}, {RULESET_OUT, rules->policy},
		{RULESET_Q25, rules->quarantine}};

	for (size_t i = 0; i < sizeof(of) / sizeof(*of) && sets->has_counters; i++) {
		uint64_t before = sets->counter[of[i].counter].packets;
		uint64_t now = sets->gate.answer.counter[of[i].counter].packets;

		/* A table that was made anew counts from 0. */
		if (of[i].mode == RULESET_ENFORCE)
			sets->stopped += now >= before ? now - before : now;
	}
}

void
actingsets_see_to(struct actingsets *sets, const struct holding *holding)
{
	struct fail fail = {0};

	/* The parent says so. */
	if (sets->settings->contain.is_off)
		return;
	if (actinggate_counters(&sets->gate, &fail) < 0) {
		note_failure(sets, &fail);
		return;
	}
	sets->xdp = sets->gate.answer.xdp;
	note_stopped(sets);
	memcpy(sets->counter, sets->gate.answer.counter, sizeof(sets->counter));
	sets->has_counters = true;
	look_at_ahead(sets, holding);
	/* Perhaps there is room by now. */
	if (sets->gate.epoch != sets->epoch ||
		(sets->short_us != 0 && clock_steady() - sets->short_us >= sets->pause_us))
		sets->is_owing = true;
	if (!sets->is_owing)
		look_after_others(sets, holding);
	if (sets->is_owing)
		fill(sets, holding, true);
	else if (sets->short_us == 0)
		sets->fail = (struct fail){0};
}
