/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/registry/registries.h"

#include "base/crew.h"
#include "census/registry/delegated.h"
#include "census/registry/nest.h"
#include "census/registry/systems.h"
#include "source/textlines.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct registries *
registries_new(registries_tell *tell, void *context)
{
	struct registries *registries = xcalloc(1, sizeof(*registries));

	for (size_t i = 0; i < REGISTRY_COUNT; i++)
		registries->columns[i] = columns_new((enum registry_name)i);
	words_init(&registries->mailboxes, false);
	words_init(&registries->suspects, false);
	systemnames_init(&registries->system_names);
	registries->threads = crew_size();
	registries->tell = tell;
	registries->context = context;
	return registries;
}

static void
free_ranges(struct registries_ranges *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(ranges[i].at);
		free(ranges[i].pieces);
	}
}

struct registries *
registries_free(struct registries *registries)
{
	if (registries == NULL)
		return NULL;
	for (size_t i = 0; i < REGISTRY_COUNT; i++)
		columns_free(registries->columns[i]);
	words_done(&registries->mailboxes);
	words_done(&registries->suspects);
	systemnames_done(&registries->system_names);
	free_ranges(registries->delegated, RANGE_FAMILY_COUNT);
	free_ranges(registries->announced, RANGE_SYSTEM);
	free(registries);
	return NULL;
}

/* Between two looks at how far a file is. */
#define LOOK_STEPS 4096

/* One file that is read. */
struct reading {
	struct registries *registries;
	struct input *input;
	uint16_t file;
	uint64_t told;
	uint64_t troubles;
	uint64_t steps; /* lines or objects */
};

static void
look(struct reading *reading)
{
	const struct registries *registries = reading->registries;

	if (reading->steps++ % LOOK_STEPS == 0 && registries->look != NULL)
		registries->look(registries->context, reading->file, reading->input);
}

static void
tell(struct reading *reading, uint64_t line, const char *what, const char *hint)
{
	struct registries *registries = reading->registries;
	struct fail fail = {.hint = ""};

	reading->troubles++;
	if (reading->told++ >= REGISTRIES_TOLD)
		return;
	fail_where(&fail, "%s: line %llu", reading->input->name, (unsigned long long)line);
	fail_what(&fail, "%s", what);
	fail_hint(&fail, "%s", hint);
	registries->tell(registries->context, reading->file, &fail);
}

static void
add_range(struct registries_ranges *ranges, struct rankedrange range)
{
	if (ranges->count == ranges->size) {
		ranges->size = ranges->size > 0 ? 2 * ranges->size : 1024;
		ranges->at = memory_grow(ranges->at, ranges->size * sizeof(*ranges->at));
	}
	ranges->at[ranges->count++] = range;
}

/* A line of a file that is no dump. -EINVAL: it should hold something. */
typedef int take_line(struct registries *registries, struct text line);

static int
take_delegated(struct registries *registries, struct text line)
{
	struct delegated delegated;
	int r = delegated_parse(line, &delegated);

	if (r > 0 && delegated.registry != REGISTRY_NONE)
		add_range(&registries->delegated[delegated.family],
			(struct rankedrange){.range = delegated.range,
				.value = (uint32_t)delegated.registry |
					(uint32_t)delegated.country << 8});
	return r;
}

static void
add_announced(struct registries *registries, const struct announced *announced)
{
	if (announced->system == UINT32_MAX)
		return;
	add_range(&registries->announced[announced->family],
		(struct rankedrange){.range = announced->range,
			.rank = announced->range.high - announced->range.low,
			.value = announced->system + 1});
}

static int
take_announced(struct registries *registries, struct text line)
{
	struct announced announced;
	int r = systems_parse(line, &announced);

	if (r > 0) {
		add_announced(registries, &announced);
		systemnames_add(&registries->system_names, announced.system, announced.name);
	}
	return r;
}

static int
take_suspect(struct registries *registries, struct text line)
{
	char into[MAILBOX_MOST];
	struct text small = text_trim(line);

	(void)mailbox_check(small, into, &small);
	words_add(&registries->suspects, 0, small);
	return 0;
}

/* Of lines the last one's number is known, of those that are too long how many there were. */
static void
tell_long(struct reading *reading, uint64_t last, uint64_t count)
{
	char what[96];

	snprintf(what, sizeof(what), "%llu of the lines up to here have more than %lu bytes",
		(unsigned long long)count, TEXTLINES_MOST);
	tell(reading, last, what, "they were left out; is this the file that was meant?");
}

static int
read_lines(struct reading *reading, take_line *take, struct fail *fail)
{
	struct textlines lines = {.input = reading->input};
	struct text line;
	int r;

	while ((r = textlines_next(&lines, &line, fail)) > 0) {
		look(reading);
		if (take(reading->registries, line) < 0)
			tell(reading, lines.number, "the line has no range", "it was left out");
	}
	if (lines.long_lines > 0)
		tell_long(reading, lines.number, lines.long_lines);
	return r;
}

static int
read_dump(struct reading *reading, enum registry_name registry, struct fail *fail)
{
	struct registries *registries = reading->registries;
	struct rpsl_settings settings = RPSL_DEFAULTS;
	struct rpsl_object object;
	struct fail lost = {.hint = ""};
	struct rpsl *rpsl;
	int r;

	settings.portable = registries->portable;
	rpsl = rpsl_new(reading->input, &settings);
	while ((r = rpsl_next(rpsl, &object, fail)) > 0) {
		look(reading);
		switch (columns_add(registries->columns[registry], reading->file, &object)) {
		case COLUMNS_TAKEN:
		case COLUMNS_PASSED:
			break;
		case COLUMNS_NO_RANGE:
			tell(reading, object.line, "the network has no range that is one",
				"it was left out");
			break;
		case COLUMNS_NO_KEY:
			tell(reading, object.line, "the object has no key", "it was left out");
			break;
		case COLUMNS_FULL:
			tell(reading, object.line, "no more objects have room",
				"this one was left out");
			break;
		}
	}
	for (size_t i = 0; rpsl_tell(rpsl, i, &lost); i++)
		registries->tell(registries->context, reading->file, &lost);
	for (size_t i = 0; i < RPSL_FAULT_COUNT; i++)
		reading->troubles += rpsl_counts(rpsl)->faults[i];
	rpsl_free(rpsl);
	return r;
}

static int
read_routes(struct reading *reading, struct fail *fail)
{
	struct registries *registries = reading->registries;
	struct mrt_counts *sum = &registries->routes;
	struct mrt *mrt = mrt_new(reading->input);
	const struct mrt_counts *counts = mrt_counts(mrt);
	struct fail lost = {.hint = ""};
	struct announced route;
	int r;

	while ((r = mrt_next(mrt, &route, fail)) > 0)
		add_announced(registries, &route);
	for (size_t i = 0; mrt_tell(mrt, i, &lost); i++)
		registries->tell(registries->context, reading->file, &lost);
	for (size_t i = 0; i < MRT_FAULT_COUNT; i++) {
		reading->troubles += counts->faults[i];
		sum->faults[i] += counts->faults[i];
	}
	sum->prefixes += counts->prefixes;
	sum->several += counts->several;
	sum->nobodys += counts->nobodys;
	sum->sets += counts->sets;
	sum->defaults += counts->defaults;
	sum->others += counts->others;
	sum->refused += counts->refused;
	mrt_free(mrt);
	return r;
}

static const struct kind {
	const char *name;
	enum registry_name registry;
	take_line *take; /* NULL: it has no lines */
	bool is_routes;  /* else, without lines, it is a dump */
} kinds[] = {
	{.name = "ripe", .registry = REGISTRY_RIPENCC},
	{.name = "ripe-nonauth", .registry = REGISTRY_RIPENCC},
	{.name = "apnic", .registry = REGISTRY_APNIC},
	{.name = "afrinic", .registry = REGISTRY_AFRINIC},
	{.name = "arin", .registry = REGISTRY_ARIN},
	{.name = "lacnic", .registry = REGISTRY_LACNIC},
	{.name = "irr", .registry = REGISTRY_NONE},
	{.name = "delegated", .take = take_delegated},
	{.name = "asn", .take = take_announced},
	{.name = "mrt", .is_routes = true},
	{.name = "suspect", .take = take_suspect},
};

#define KINDS (sizeof(kinds) / sizeof(*kinds))

static void
note_registry(struct registries *registries, enum registry_name registry)
{
	for (size_t i = 0; i < registries->named_count; i++) {
		if (registries->named[i] == registry)
			return;
	}
	if (registry != REGISTRY_NONE)
		registries->named[registries->named_count++] = registry;
}

const char *
registries_kind(size_t place)
{
	return place < KINDS ? kinds[place].name : NULL;
}

int
registries_add(struct registries *registries, struct text kind, const char *name, struct fail *fail)
{
	size_t place = 0;

	while (place < KINDS && !text_is(kind, kinds[place].name))
		place++;
	if (place == KINDS || registries->file_count == REGISTRIES_FILES) {
		fail_where(fail, "%s", name);
		fail_what(fail, "%s",
			place == KINDS ? "the kind of this file is not known"
				       : "there are too many files");
		return -EINVAL;
	}
	note_registry(registries, kinds[place].registry);
	registries->has_delegated =
		registries->has_delegated || kinds[place].take == take_delegated;
	registries->kinds[registries->file_count] = (uint8_t)place;
	return registries->file_count++;
}

static bool
is_dump(const struct kind *kind)
{
	return kind->take == NULL && !kind->is_routes;
}

unsigned
registries_lane(const struct registries *registries, uint16_t file)
{
	const struct kind *kind = &kinds[registries->kinds[file]];

	/* A dump that leads to no contact meets nothing. */
	if (is_dump(kind) && kind->registry == REGISTRY_NONE)
		return REGISTRY_COUNT + file;
	return kind->registry;
}

int
registries_take(
	struct registries *registries, uint16_t file, struct input *input, struct fail *fail)
{
	struct reading reading = {.registries = registries, .input = input, .file = file};
	const struct kind *kind = &kinds[registries->kinds[file]];
	int r;

	if (kind->is_routes)
		r = read_routes(&reading, fail);
	else if (is_dump(kind))
		r = read_dump(&reading, kind->registry, fail);
	else
		r = read_lines(&reading, kind->take, fail);
	__atomic_fetch_add(&registries->troubles, reading.troubles, __ATOMIC_RELAXED);
	return r;
}

int
registries_read(
	struct registries *registries, struct text kind, const char *path, struct fail *fail)
{
	struct input input;
	int r = input_open(&input, path, 0, fail), file;

	if (r < 0)
		return r;
	r = file = registries_add(registries, kind, path, fail);
	if (file >= 0)
		r = registries_take(registries, (uint16_t)file, &input, fail);
	input_close(&input);
	return r;
}

static void
settle_ranges(struct registries_ranges *ranges, enum range_family family)
{
	ranges->piece_count =
		rankedranges_cut(ranges->at, ranges->count, range_highest(family), &ranges->pieces);
	free(ranges->at);
	ranges->at = NULL;
	ranges->count = ranges->size = 0;
}

static uint64_t
refused_of(const struct registries *registries)
{
	uint64_t refused = registries->suspects.refused;

	for (size_t i = 0; i < REGISTRY_COUNT; i++)
		refused += columns_refused(registries->columns[i]);
	return refused;
}

/* What is left to do of them, each by itself: the columns, then the ranges. */
#define SETTLE_DELEGATED REGISTRY_COUNT
#define SETTLE_ANNOUNCED (SETTLE_DELEGATED + RANGE_FAMILY_COUNT)
#define SETTLE_COUNT     (SETTLE_ANNOUNCED + RANGE_SYSTEM)

static void
settle_one(void *context, size_t job)
{
	struct registries *registries = context;
	size_t family;

	if (job < SETTLE_DELEGATED) {
		nest(registries->columns[job]);
	} else if (job < SETTLE_ANNOUNCED) {
		family = job - SETTLE_DELEGATED;
		settle_ranges(&registries->delegated[family], (enum range_family)family);
	} else {
		family = job - SETTLE_ANNOUNCED;
		settle_ranges(&registries->announced[family], (enum range_family)family);
	}
}

void
registries_settle(struct registries *registries)
{
	struct fail fail = {.hint = ""};
	uint64_t refused = refused_of(registries);

	if (refused > 0) {
		registries->troubles++;
		fail_where(&fail, "all dumps");
		fail_what(&fail, "%llu values are too long or more than an object may have",
			(unsigned long long)refused);
		fail_hint(&fail, "they were left out");
		registries->tell(registries->context, registries->file_count, &fail);
	}
	for (size_t i = 0; i < REGISTRY_COUNT; i++)
		columns_settle(
			registries->columns[i], &registries->mailboxes, &registries->suspects);
	words_settle(&registries->mailboxes);
	crew_work(registries->threads, SETTLE_COUNT, settle_one, registries);
}
