/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/sourcehealth.h"

#include "runtime/event.h"

#include <stdio.h>

/* One of so many: it is damaged; of so many, if it was before: it still is. */
#define SHARE       10
#define SHARE_STILL 20

void
sourcehealth_init(struct sourcehealth *health, const char *file, const char *expected, bool grows)
{
	*health = (struct sourcehealth){.file = file, .expected = expected, .grows = grows};
}

void
sourcehealth_begin(struct sourcehealth *health)
{
	health->good = health->bad = health->nothing = 0;
}

/* A log of months that turns bad now is bad now. */
static void
pass(struct sourcehealth *health)
{
	if (!health->grows || health->good + health->bad < SOURCEHEALTH_RECENT)
		return;
	health->good /= 2;
	health->bad /= 2;
}

void
sourcehealth_good(struct sourcehealth *health)
{
	health->good++;
	pass(health);
}

void
sourcehealth_nothing(struct sourcehealth *health)
{
	health->nothing++;
}

void
sourcehealth_bad(struct sourcehealth *health, uint64_t line, uint64_t from, const char *what)
{
	if (health->bad++ == 0) {
		health->line = line;
		health->from = from;
		snprintf(health->what, sizeof(health->what), "%s", what);
	}
	pass(health);
}

static void
say_damage(struct sourcehealth *health)
{
	char from[40] = "";

	if (health->from > 0)
		snprintf(from, sizeof(from), " behind byte %llu", (unsigned long long)health->from);
	if (health->bad > 0)
		sourcehealth_trouble(health, SOURCETROUBLE_DAMAGED,
			"%llu of %llu entries cannot be read, first in line %llu%s: %s",
			(unsigned long long)health->bad,
			(unsigned long long)(health->good + health->bad),
			(unsigned long long)health->line, from, health->what);
	else
		sourcehealth_trouble(health, SOURCETROUBLE_DAMAGED,
			"%llu lines, and none of them says who has an address: expected %s",
			(unsigned long long)health->nothing, health->expected);
}

bool
sourcehealth_judge(struct sourcehealth *health, bool is_end)
{
	uint64_t share = health->trouble == SOURCETROUBLE_DAMAGED ? SHARE_STILL : SHARE;
	bool is_much = health->bad >= SOURCEHEALTH_LEAST &&
		health->bad * share >= health->good + health->bad;
	bool is_all = is_end && health->good == 0 &&
		(health->bad > 0 || health->nothing >= SOURCEHEALTH_NOTHING);

	if (!is_much && !is_all)
		return false;
	say_damage(health);
	return true;
}

void
sourcehealth_trouble(
	struct sourcehealth *health, enum sourcetrouble trouble, const char *format, ...)
{
	va_list args;

	health->trouble = trouble;
	va_start(args, format);
	vsnprintf(health->text, sizeof(health->text), format, args);
	va_end(args);
}

void
sourcehealth_sound(struct sourcehealth *health)
{
	health->trouble = SOURCETROUBLE_NONE;
	health->text[0] = '\0';
}

void
sourcehealth_tell(struct sourcehealth *health)
{
	if (health->trouble == health->told)
		return;
	health->told = health->trouble;
	if (health->trouble == SOURCETROUBLE_NONE)
		event(EVENT_SOURCE_WORKS, "file=%s", health->file);
	else
		event(EVENT_SOURCE_FAILED, "file=%s text=%s", health->file, health->text);
}
