/* SPDX-License-Identifier: BSD-2-Clause */
#include "rehearse/rehearsal.h"

#include "identity/identify.h"

#include <math.h>
#include <stdlib.h>

#define MONTH_DAYS 30
/* 95 % of 100 lines is 95 of them, whatever the last bit of the product says. */
#define ROUNDING 1e-6
/* Observations that are identified and judged at once. */
#define PORTION 1024

/* A judge, and who counts what it says. */
struct seat {
	struct rehearsal *rehearsal;
	struct judge *judge;
	struct tally *tally;
	struct parameters parameters;
};

struct rehearsal {
	const struct scenario *scenario;
	struct traffic *traffic;
	struct lines *lines;
	unsigned judges;
	struct seat seat[REHEARSAL_JUDGES_MOST];
	const struct observation *portion; /* and what it gives */
	struct sighting sightings[IDENTIFY_EACH * PORTION];
	uint32_t origin[IDENTIFY_EACH * PORTION];
	struct identify_counts identified;
};

static void
count_verdict(void *context, const struct verdict *verdict)
{
	const struct seat *seat = context;

	tally_verdict(seat->tally, verdict);
}

/* Remembers the name of a line that is new: the example may be about it. */
static void
remember(void *context, const struct sighting *sighting)
{
	const struct seat *seat = context;
	const struct rehearsal *rehearsal = seat->rehearsal;
	const struct observation *seen =
		&rehearsal->portion[rehearsal->origin[sighting - rehearsal->sightings]];

	lines_remember(rehearsal->lines, &seen->client, seen->client_port);
}

int
rehearsal_new(struct rehearsal **ret, const struct scenario *scenario,
	const struct parameters *parameters, unsigned judges, struct fail *fail)
{
	struct rehearsal *rehearsal = xcalloc(1, sizeof(*rehearsal));
	struct lines_settings settings = LINES_DEFAULTS;
	int r;

	must(judges >= 1 && judges <= REHEARSAL_JUDGES_MOST);
	rehearsal->scenario = scenario;
	rehearsal->judges = judges;
	rehearsal->traffic = traffic_new(scenario);
	memcpy(settings.key.byte, &scenario->seed, sizeof(scenario->seed));
	rehearsal->lines = lines_new(&settings);
	r = traffic_identify(rehearsal->traffic, rehearsal->lines, fail);
	if (r < 0)
		goto out;
	for (unsigned i = 0; i < judges; i++) {
		struct seat *seat = &rehearsal->seat[i];
		struct judge_settings judge;

		judge_defaults(&judge);
		judge.parameters = seat->parameters = parameters[i];
		judge.seed = scenario->seed;
		judge.on_verdict = count_verdict;
		judge.on_line = remember;
		judge.context = seat;
		seat->rehearsal = rehearsal;
		seat->tally = tally_new(rehearsal->traffic, rehearsal->lines);
		seat->judge = judge_new(&judge);
	}
	*ret = rehearsal;
	rehearsal = NULL;
out:
	rehearsal_free(rehearsal);
	return r;
}

struct rehearsal *
rehearsal_free(struct rehearsal *rehearsal)
{
	if (rehearsal == NULL)
		return NULL;
	for (unsigned i = 0; i < rehearsal->judges; i++) {
		judge_free(rehearsal->seat[i].judge);
		tally_free(rehearsal->seat[i].tally);
	}
	traffic_free(rehearsal->traffic);
	lines_free(rehearsal->lines);
	free(rehearsal);
	return NULL;
}

/* At most PORTION observations, through all judges. */
static void
judge_portion(struct rehearsal *rehearsal, const struct observation *observations, size_t count)
{
	size_t seen = identify(rehearsal->lines, observations, count, rehearsal->sightings,
		rehearsal->origin, NULL, &rehearsal->identified);

	rehearsal->portion = observations;
	for (unsigned i = 0; i < rehearsal->judges; i++)
		judge_take(rehearsal->seat[i].judge, rehearsal->sightings, seen);
}

void
rehearsal_run(struct rehearsal *rehearsal, rehearsal_progress progress, void *context)
{
	double minutes = rehearsal->scenario->days * 1440;
	const struct observation *observations;
	uint64_t minute = 0;
	int64_t count;

	while ((count = traffic_minute(rehearsal->traffic, &observations)) >= 0) {
		struct wall now = traffic_now(rehearsal->traffic);

		for (int64_t at = 0; at < count; at += PORTION)
			judge_portion(rehearsal, observations + at,
				(size_t)(count - at < PORTION ? count - at : PORTION));
		for (unsigned i = 0; i < rehearsal->judges; i++)
			judge_advance(rehearsal->seat[i].judge, now);
		if (++minute % 60 == 0 && progress != NULL)
			progress(context, (double)minute / minutes);
	}
}

const struct scenario *
rehearsal_scenario(const struct rehearsal *rehearsal)
{
	return rehearsal->scenario;
}

const struct traffic *
rehearsal_traffic(const struct rehearsal *rehearsal)
{
	return rehearsal->traffic;
}

const struct lines *
rehearsal_lines(const struct rehearsal *rehearsal)
{
	return rehearsal->lines;
}

const struct tally *
rehearsal_tally(const struct rehearsal *rehearsal, unsigned judge)
{
	return rehearsal->seat[judge].tally;
}

const struct judge *
rehearsal_judge(const struct rehearsal *rehearsal, unsigned judge)
{
	return rehearsal->seat[judge].judge;
}

const struct parameters *
rehearsal_parameters(const struct rehearsal *rehearsal, unsigned judge)
{
	return &rehearsal->seat[judge].parameters;
}

double
rehearsal_rate(const struct rehearsal *rehearsal, double count)
{
	return count * (1e6 / (double)rehearsal->scenario->lines) *
		(MONTH_DAYS / rehearsal->scenario->days);
}

double
rehearsal_false_rate(const struct rehearsal *rehearsal, unsigned judge)
{
	return rehearsal_rate(rehearsal, tally_false(rehearsal->seat[judge].tally));
}

double
rehearsal_naive_rate(const struct rehearsal *rehearsal, enum naive_rule rule)
{
	double count = 0;

	for (unsigned i = 0; i < rehearsal->scenario->class_count; i++) {
		struct tally_class class;

		if (rehearsal->scenario->class[i].flags & CLASS_ZOMBIE)
			continue;
		tally_class(rehearsal->seat[0].tally, i, &class);
		count += class.flagged[rule];
	}
	return rehearsal_rate(rehearsal, count);
}

static bool
is_meant(const struct scenario *scenario, const struct expect *expect, unsigned class)
{
	bool is_zombie = scenario->class[class].flags & CLASS_ZOMBIE;

	if (expect->in >= 0)
		return (unsigned)expect->in == class;
	return expect->in == EXPECT_IN_ALL || (expect->in == EXPECT_IN_ZOMBIES) == is_zombie;
}

/* What an expectation looks at, summed over the classes that it means. */
struct found {
	double lines;
	double count;
	double seconds; /* the slowest class's */
	double contacts;
};

static struct found
look(const struct rehearsal *rehearsal, const struct tally *tally, const struct expect *expect)
{
	const struct scenario *scenario = rehearsal->scenario;
	struct found found = {.lines = 0};

	for (unsigned i = 0; i < scenario->class_count; i++) {
		struct tally_class class;

		if (!is_meant(scenario, expect, i))
			continue;
		tally_class(tally, i, &class);
		found.lines += class.lines;
		if (expect->kind == EXPECT_RELEASED || expect->kind == EXPECT_RELEASED_AT_MOST)
			found.count += class.released;
		else if (expect->kind == EXPECT_FLAGGED)
			found.count += class.flagged[expect->state];
		else
			found.count += tally_at_least(&class, (enum state)expect->state);
		found.contacts = fmax(found.contacts, class.median.contacts);
		if (expect->within > 0)
			found.seconds =
				fmax(found.seconds, tally_quantile(tally, i, expect->quantile));
	}
	return found;
}

/* A share of no lines at all proves nothing, so it does not hold. */
static bool
hold_count(const struct expect *expect, const struct found *found, struct buffer *text)
{
	double limit = expect->is_share ? expect->amount * found->lines : expect->amount;
	bool at_most = expect->kind == EXPECT_AT_MOST || expect->kind == EXPECT_RELEASED_AT_MOST;
	bool held = at_most ? found->count <= limit + ROUNDING : found->count >= limit - ROUNDING;

	buffer_print(text, "%.0f of %.0f", found->count, found->lines);
	if (expect->within > 0) {
		if (isfinite(found->seconds))
			buffer_print(text, ", %.0f seconds", found->seconds);
		else
			buffer_print(text, ", never");
		buffer_print(text, " for %.0f %%", 100 * expect->quantile);
		held = held && found->seconds <= expect->within;
	}
	return held && found->lines > 0;
}

bool
rehearsal_expect(const struct rehearsal *rehearsal, const struct tally *tally,
	const struct expect *expect, struct buffer *text)
{
	struct found found = look(rehearsal, tally, expect);
	double count;

	switch ((enum expect_kind)expect->kind) {
	case EXPECT_AT_LEAST:
	case EXPECT_AT_MOST:
	case EXPECT_RELEASED:
	case EXPECT_RELEASED_AT_MOST:
	case EXPECT_FLAGGED:
		return hold_count(expect, &found, text);
	case EXPECT_FALSE_AT_MOST:
		count = tally_false(tally);
		buffer_print(text, "%.0f", count);
		return count <= expect->amount;
	case EXPECT_FALSE_RATE:
		count = rehearsal_rate(rehearsal, tally_false(tally));
		buffer_print(text, "%.1f", count);
		return count <= expect->amount;
	case EXPECT_CONTACTS:
		buffer_print(text, "%.0f", found.contacts);
		return found.lines > 0 && found.contacts <= expect->amount;
	}
	return false;
}
