/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk/cure.h"

#include <stdio.h>
#include <stdlib.h>

/* Notices that say that it is over do not tell of it. */
#define OVER "-end"

const char *const cure_ends[CURE_ENDS] = {"customer", "helpdesk", "date", "court", "other"};
const char *const cure_bys[CURE_BYS] = {"all", "hold", "channel", "text", "device", "variant"};

static const unsigned days[2] = {CURE_CLEAN_DAYS, CURE_BACK_DAYS};

static const enum cure_end end_of[MEASURE_ENDS] = {
	[END_CLEAR] = CURE_COURT,
	[END_CUSTOMER] = CURE_CUSTOMER,
	[END_HELPDESK] = CURE_HELPDESK,
	[END_DATE] = CURE_DATE,
	[END_ALL] = CURE_OTHER,
	[END_NEVER] = CURE_OTHER,
	[END_MODE] = CURE_OTHER,
	[END_UNDONE] = CURE_OTHER,
	[END_ROLE] = CURE_OTHER,
	[END_OBJECTION] = CURE_OTHER,
};

void
cure_case_begin(struct cure_case *ret, const struct ledger_case *of, struct wall now)
{
	*ret = (struct cure_case){
		.of = *of,
		.now = now,
		.next = WALL_NONE,
		.held_until = WALL_NONE,
		.notified = WALL_NONE,
	};
}

static void
take_end(struct cure_case *into, const struct measure *row)
{
	into->held_until = row->ended;
	into->hardest = row->kind;
	into->why = row->why;
}

/* They come in the order in which they began. */
void
cure_case_measure(struct cure_case *into, const struct measure *row)
{
	bool holds = wall_is_none(into->held_until);

	if (row->mode != MEASURE_ENFORCE)
		return;
	if (!into->was_held) {
		into->was_held = true;
		take_end(into, row);
	} else if (!holds && row->begun.us <= into->held_until.us &&
		(wall_is_none(row->ended) || row->ended.us > into->held_until.us ||
			(row->ended.us == into->held_until.us && row->kind >= into->hardest))) {
		take_end(into, row);
	}
}

static bool
ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), least = strlen(end);

	return length >= least && strcmp(text + length - least, end) == 0;
}

static char
variant_of(const struct care *row)
{
	return strcmp(row->details, "A") == 0 ? 'A' : strcmp(row->details, "B") == 0 ? 'B' : 0;
}

/* Each once, as it was first shown. */
static void
take_text(struct cure_case *into, const struct care *row)
{
	struct cure_text *text = into->text;
	char variant = variant_of(row);

	if (into->variant == 0)
		into->variant = variant;
	while (text < into->text + into->texts &&
		(text->version != row->text || text->variant != variant ||
			strcmp(text->subject, row->subject) != 0))
		text++;
	if (row->text == 0 || text < into->text + into->texts || into->texts == CURE_TEXTS)
		return;
	*text = (struct cure_text){.version = row->text, .variant = variant, .time = row->time};
	snprintf(text->subject, sizeof(text->subject), "%s", row->subject);
	into->texts++;
}

/* The first is the way by which he was told. */
static void
take_notice(struct cure_case *into, const struct care *row)
{
	take_text(into, row);
	if (into->is_notified)
		return;
	into->is_notified = true;
	into->notified = row->time;
	into->channel = row->channel;
}

static unsigned
count_words(const char *details)
{
	struct text rest = text_of(details);
	unsigned words = 0;

	while (rest.length > 0)
		words += text_cut(&rest, ' ').length > 0;
	return words;
}

/* What is ticked now is the last row of each. */
static void
take_ticked(struct cure_case *into, const struct care *row)
{
	size_t i = 0;

	while (i < into->devices && strcmp(into->device[i].name, row->subject) != 0)
		i++;
	if (i == CURE_DEVICES)
		return;
	into->devices += i == into->devices;
	snprintf(into->device[i].name, sizeof(into->device[i].name), "%s", row->subject);
	into->device[i].steps = count_words(row->details);
}

/* They come by time. */
void
cure_case_care(struct cure_case *into, const struct care *row)
{
	switch ((enum care_what)row->what) {
	case CARE_NOTIFIED:
		if (!ends_with(row->subject, OVER))
			take_notice(into, row);
		break;
	case CARE_SEEN:
		take_text(into, row);
		into->is_seen = true;
		break;
	case CARE_TICKED:
		take_ticked(into, row);
		break;
	case CARE_WRONG:
	case CARE_RELEASED:
	case CARE_WHATS:
		break;
	}
}

/* WALL_NONE: they have not begun. */
static struct wall
start_of(const struct cure_case *of)
{
	return of->was_held ? of->held_until : of->is_notified ? of->notified : of->of.confirmed;
}

static bool
is_above_watch(uint8_t state)
{
	return state == STATE_SUSPECT || state == STATE_CONFIRMED || state == STATE_QUARANTINE;
}

/* Retention writes the step of silence with the time of the one before it. */
static struct wall
time_of(const struct transition *row)
{
	return (struct wall){row->time.us + transition_silent_days(row) * WALL_DAY};
}

/* They come in the order of their numbers. */
void
cure_case_step(struct cure_case *into, const struct transition *row)
{
	struct wall start = start_of(into), time = time_of(row);

	if (wall_is_none(start))
		return;
	for (unsigned i = 0; i < 2; i++) {
		struct ledger_case *state = &into->state[i];

		if (time.us > start.us + days[i] * WALL_DAY)
			continue;
		if (state->number == 0)
			case_init(state, row);
		case_apply(state, row);
		state->number = into->of.number;
		into->is_bad[i] =
			into->is_bad[i] || (time.us > start.us && is_above_watch(state->state));
	}
}

/* Was it clean all of these days? */
static bool
was_clean(const struct cure_case *of, unsigned i)
{
	int64_t end = start_of(of).us + days[i] * WALL_DAY;
	bool is_next = !wall_is_none(of->next) && of->next.us <= end;

	return !of->is_bad[i] && !is_above_watch(of->state[i].state) && !is_next;
}

static bool
has_ticked(const struct cure_case *of)
{
	for (size_t i = 0; i < of->devices; i++) {
		if (of->device[i].steps > 0)
			return true;
	}
	return false;
}

static void
count(struct cure_count *into, const struct cure_case *of)
{
	struct wall start = start_of(of);

	into->cases++;
	into->notified += of->is_notified;
	into->seen += of->is_seen;
	into->ticked += has_ticked(of);
	into->held += of->was_held;
	if (wall_is_none(start))
		return;
	if (of->was_held)
		into->let_go[end_of[of->why]]++;
	if (start.us + CURE_CLEAN_DAYS * WALL_DAY > of->now.us) {
		into->early++;
		return;
	}
	into->clean.of++;
	into->clean.count += was_clean(of, 0);
	if (start.us + CURE_BACK_DAYS * WALL_DAY > of->now.us)
		return;
	into->back.of++;
	into->back.count += !was_clean(of, 1);
}

void
cure_begin(struct cure *ret)
{
	*ret = (struct cure){.groups = 1, .group[0] = {.by = CURE_ALL, .name = "all"}};
}

const struct cure_group *
cure_find(const struct cure *cure, enum cure_by by, const char *name)
{
	for (size_t i = 0; i < cure->groups; i++) {
		if (cure->group[i].by == by && strcmp(cure->group[i].name, name) == 0)
			return &cure->group[i];
	}
	return NULL;
}

/* NULL: there is no room for one more. */
static struct cure_count *
count_of(struct cure *cure, enum cure_by by, const char *name)
{
	struct cure_group *group = (struct cure_group *)cure_find(cure, by, name);

	if (group == NULL && cure->groups == CURE_GROUPS) {
		cure->is_full = true;
		return NULL;
	}
	if (group == NULL) {
		group = &cure->group[cure->groups++];
		group->by = (uint8_t)by;
		snprintf(group->name, sizeof(group->name), "%s", name);
	}
	return &group->count;
}

static void
count_in(struct cure *cure, enum cure_by by, const char *name, const struct cure_case *of)
{
	struct cure_count *into = count_of(cure, by, name);

	if (into != NULL)
		count(into, of);
}

static void
count_texts(struct cure *cure, const struct cure_case *of)
{
	bool is_cut = of->was_held && !wall_is_none(of->held_until);
	size_t counted = 0;

	for (size_t i = 0; i < of->texts; i++) {
		const struct cure_text *text = &of->text[i];
		char name[CURE_GROUP];

		if (is_cut && text->time.us > of->held_until.us)
			continue;
		snprintf(name, sizeof(name), "%s %u%s%.1s", text->subject, (unsigned)text->version,
			text->variant != 0 ? " " : "", &text->variant);
		count_in(cure, CURE_TEXT, name, of);
		counted++;
	}
	if (counted == 0)
		count_in(cure, CURE_TEXT, "none", of);
}

static const char *
device_of(const struct cure_case *of)
{
	const struct cure_device *most = NULL;
	bool has_router = false;

	if (of->of.role == ROLE_MAIL_SERVER || of->of.role == ROLE_ACCOUNT)
		return of->of.role == ROLE_ACCOUNT ? "password" : "server";
	for (size_t i = 0; i < of->devices; i++) {
		const struct cure_device *device = &of->device[i];

		if (strcmp(device->name, "router") == 0)
			has_router = device->steps > 0;
		else if (device->steps > (most == NULL ? 0 : most->steps))
			most = device;
	}
	return most != NULL ? most->name : has_router ? "router" : "unknown";
}

void
cure_add(struct cure *cure, const struct cure_case *of)
{
	char variant[2] = {of->variant};

	if (!of->was_held && wall_is_none(of->of.confirmed))
		return;
	count(&cure->group[0].count, of);
	count_in(cure, CURE_HOLD, of->was_held ? "held" : "never held", of);
	count_in(cure, CURE_CHANNEL, of->is_notified ? care_channels[of->channel] : "none", of);
	count_texts(cure, of);
	count_in(cure, CURE_DEVICE, device_of(of), of);
	if (of->variant != 0)
		count_in(cure, CURE_VARIANT, variant, of);
}

static int
compare(const void *a, const void *b)
{
	const struct cure_group *one = a, *other = b;

	return one->by != other->by ? one->by - other->by : strcmp(one->name, other->name);
}

void
cure_sort(struct cure *cure)
{
	qsort(cure->group, cure->groups, sizeof(cure->group[0]), compare);
}
