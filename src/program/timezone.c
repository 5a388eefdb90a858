/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/timezone.h"

#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define ZONE_FOLDER "/usr/share/zoneinfo"
#define ZONE_MAGIC  "TZif"

#define FIRST_YEAR 1970
#define LAST_YEAR  2099
#define DAY        INT64_C(86400)

/* "+02:00" or "-0530", as what is to be added to UTC to give local time. */
static int
parse_offset(struct text text, int64_t *ret)
{
	uint64_t hours, minutes = 0;
	bool east = text_starts(text, "+");
	struct text head;

	text.at++, text.length--;
	head = text;
	if (memchr(text.at, ':', text.length) != NULL) {
		head = text_cut(&text, ':');
	} else if (text.length > 2) {
		head.length = 2;
		text.at += 2, text.length -= 2;
	} else {
		text.length = 0;
	}
	if (text_parse_u64(head, 14, &hours) < 0 ||
		(text.length > 0 && text_parse_u64(text, 59, &minutes) < 0))
		return -EINVAL;
	*ret = (int64_t)(hours * 60 + minutes) * WALL_MINUTE * (east ? 1 : -1);
	return 0;
}

/* The names of the database are words with slashes between them. The C library would take much else: paths,
 * and rules such as "CET-1CEST". */
static bool
is_name(struct text name)
{
	for (size_t i = 0; i < name.length; i++) {
		char c = name.at[i], folded = (char)(c | 0x20);

		if (c == '/' && (i == 0 || i + 1 == name.length || name.at[i - 1] == '/'))
			return false;
		if ((folded < 'a' || folded > 'z') && (c < '0' || c > '9') && c != '/' &&
			c != '_' && c != '-' && c != '+')
			return false;
	}
	return name.length > 0;
}

static const char *
database(void)
{
	const char *folder = getenv("TZDIR");

	return folder != NULL && *folder != '\0' ? folder : ZONE_FOLDER;
}

/* The C library says nothing where it does not know a zone, and reads UTC. */
static bool
is_in_database(const char *name)
{
	char path[512], magic[sizeof(ZONE_MAGIC)] = "";
	FILE *file;
	int length = snprintf(path, sizeof(path), "%s/%s", database(), name);

	if (length < 0 || (size_t)length >= sizeof(path))
		return false;
	file = fopen(path, "re");
	if (file == NULL)
		return false;
	if (fread(magic, 1, sizeof(ZONE_MAGIC) - 1, file) != sizeof(ZONE_MAGIC) - 1)
		*magic = '\0';
	fclose(file);
	return strcmp(magic, ZONE_MAGIC) == 0;
}

static int64_t
offset_at(int64_t seconds)
{
	time_t instant = (time_t)seconds;
	struct tm tm;

	return localtime_r(&instant, &tm) != NULL ? tm.tm_gmtoff : 0;
}

/* The first instant behind `from`, where `offset` holds, and up to `to`, where it does not, with another. */
static int64_t
find_change(int64_t from, int64_t to, int64_t offset)
{
	while (to - from > 1) {
		int64_t middle = from + (to - from) / 2;

		if (offset_at(middle) == offset)
			from = middle;
		else
			to = middle;
	}
	return to;
}

static void
add_span(struct zone *zone, struct zone_span *spans, int64_t since, int64_t offset)
{
	if (zone->count < ZONE_SPANS_MOST)
		spans[zone->count++] = (struct zone_span){
			.since = {since * WALL_SECOND}, .offset_us = offset * WALL_SECOND};
}

/* Asks the C library day by day; what changes on a day is found to the second. */
static void
fill(struct zone *zone, struct zone_span *spans)
{
	struct wall first, last;
	int64_t at, end, offset;

	must(wall_from_date(&first, FIRST_YEAR, 1, 1, 0, 0, 0) == 0);
	must(wall_from_date(&last, LAST_YEAR + 1, 1, 1, 0, 0, 0) == 0);
	at = first.us / WALL_SECOND;
	end = last.us / WALL_SECOND;
	offset = offset_at(at);
	add_span(zone, spans, at, offset);
	while (at < end) {
		if (offset_at(at + DAY) == offset) {
			at += DAY;
			continue;
		}
		at = find_change(at, at + DAY, offset);
		offset = offset_at(at);
		add_span(zone, spans, at, offset);
	}
}

static int
read_database(struct zone *zone, const char *name)
{
	const char *tz = getenv("TZ");
	struct zone_span *spans;
	struct buffer before;

	if (!is_name(text_of(name)) || !is_in_database(name))
		return -ENOENT;
	buffer_init(&before, 1 << 16);
	if (tz != NULL)
		buffer_text(&before, text_of(tz));
	spans = xcalloc(ZONE_SPANS_MOST, sizeof(*spans));
	must(setenv("TZ", name, 1) == 0);
	tzset();
	fill(zone, spans);
	if (tz != NULL)
		must(setenv("TZ", buffer_string(&before), 1) == 0);
	else
		unsetenv("TZ");
	tzset();
	buffer_done(&before);
	zone->spans = xrealloc(spans, zone->count * sizeof(*spans));
	return 0;
}

int
timezone_init(struct zone *zone, const char *name, struct fail *fail)
{
	struct zone_span fixed = {0};

	*zone = (struct zone){0};
	if (*name == '\0' || strcmp(name, "UTC") == 0 || strcmp(name, "Z") == 0)
		return 0;
	if ((*name == '+' || *name == '-') && parse_offset(text_of(name), &fixed.offset_us) == 0) {
		struct zone_span *spans = xcalloc(1, sizeof(*spans));

		*spans = fixed;
		zone->spans = spans;
		zone->count = 1;
		return 0;
	}
	if (read_database(zone, name) == 0)
		return 0;
	fail_where(fail, "scan.timezone");
	fail_what(fail, "there is no zone \"%s\"", name);
	if (access(database(), F_OK) < 0)
		fail_hint(fail, "names need the zone database: install the package tzdata");
	else
		fail_hint(fail,
			"expected UTC, an offset such as +02:00, or a name such as Europe/Oslo");
	return -EINVAL;
}

void
timezone_done(struct zone *zone)
{
	free((void *)zone->spans);
	*zone = (struct zone){0};
}
