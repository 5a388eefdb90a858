/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/registrarsources.h"

#include "identity/shape.h"
#include "service/registrarsource.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define TAG "places"
/* Some thousand lines, in some milliseconds. */
#define PORTION 262144
/* What has begun at the end of a file must have ended by then. */
#define FINISH_US WALL_MINUTE

struct registrarsources {
	struct registry *registry;
	size_t count;
	struct registrarsource source[REGISTRAR_SOURCES];
};

struct place_saved {
	uint64_t name;
	struct follow_place place;
};

const char *
registrar_format_name(unsigned format)
{
	if (format < LEASEFILE_FORMATS)
		return leasefile_names[format];
	return format == REGISTRAR_DETAIL     ? "detail"
		: format == REGISTRAR_NAT_LOG ? "nat-log"
					      : NULL;
}

static bool
is_snapshot(uint8_t format)
{
	return format == LEASEFILE_DNSMASQ || format == LEASEFILE_TABLE;
}

/* Lease files begin with what all that follows needs, and are kept short by who writes them. */
static bool
keeps_place(uint8_t format)
{
	return format == LEASEFILE_KEA_LOG || format >= LEASEFILE_FORMATS;
}

/* What the clocks on walls say beyond UTC now. */
static int64_t
zone_offset(struct wall now)
{
	time_t seconds = (time_t)(now.us / WALL_SECOND);
	struct tm tm;

	return localtime_r(&seconds, &tm) != NULL ? tm.tm_gmtoff * WALL_SECOND : 0;
}

/* What stands in a file of this format. */
static const char *const expected[REGISTRAR_FORMATS] = {
	[LEASEFILE_ISC] = "statements of dhcpd.leases(5)",
	[LEASEFILE_KEA] = "a header and leases of a lease file of Kea",
	[LEASEFILE_KEA_LOG] = "messages of Kea's logger \"leases\"",
	[LEASEFILE_DNSMASQ] = "TIME HARDWARE ADDRESS NAME CLIENT",
	[LEASEFILE_TABLE] = "PREFIX NAME [ROLE]",
	[REGISTRAR_DETAIL] = "a date, lines TAB NAME = VALUE with Timestamp, and an empty line",
	[REGISTRAR_NAT_LOG] = "lines with PORT_BLOCK_ALLOC: INSIDE -> OUTSIDE:LOW-HIGH",
};

void
registrarsource_complain(struct registrarsource *source, int r)
{
	if (r == -ENOENT)
		sourcehealth_trouble(&source->health, SOURCETROUBLE_MISSING, "it is not there");
	else if (r == -EFBIG)
		sourcehealth_trouble(&source->health, SOURCETROUBLE_UNREADABLE,
			"it is larger than %zu MiB: it is not read", REGISTRARSOURCES_FILE >> 20);
	else
		sourcehealth_trouble(&source->health, SOURCETROUBLE_UNREADABLE,
			"it cannot be read: %s", r == -ENOTSUP ? "it is no file" : strerror(-r));
}

/* --- A line. --- */

void
registrarsource_note(struct registrarsource *source, int r, const struct fail *fail)
{
	if (r == 1)
		sourcehealth_good(&source->health);
	else if (r == 0)
		sourcehealth_nothing(&source->health);
	else
		sourcehealth_bad(&source->health, source->line, source->from, fail->what);
}

static void
take_entry(struct registrarsource *source, struct text line)
{
	bool was_between = source->file.block.depth == 0;
	struct leasefile_entry entry;
	struct fail fail = {0};
	int r;

	if (source->is_wrong)
		return;
	r = leasefile_line(&source->file, line, &entry, &fail);
	if (r == -ENOTSUP) {
		/* What follows is not read, so all that was before counts for nothing. */
		sourcehealth_begin(&source->health);
		source->is_wrong = true;
		source->errors++;
	}
	registrarsource_note(source, r, &fail);
	if (was_between)
		source->begun_line = source->line;
	if (r == 1)
		registry_entry(source->registry, &entry, source->registry->now, 0);
}

static void
note_record(struct registrarsource *source, const struct accountingfile_counts *before)
{
	const struct accountingfile_counts *now = &source->detail->counts;
	struct text rest = {source->record, source->record_size};
	char shape[SHAPE_TEXT], what[SOURCEHEALTH_WHAT];

	if (now->damaged == before->damaged) {
		if (now->records != before->records)
			sourcehealth_good(&source->health);
		return;
	}
	shape_of(text_cut(&rest, '\n'), shape);
	snprintf(what, sizeof(what), "found a record that begins with '%s', expected %s", shape,
		expected[REGISTRAR_DETAIL]);
	sourcehealth_bad(&source->health, source->begun_line, source->from, what);
}

static void
take_record(struct registrarsource *source)
{
	struct accountingfile_counts before = source->detail->counts;
	struct text bytes = {source->record, source->record_size};
	struct accounting_event event;
	bool has_event = false;

	if (accountingfile_read(source->detail, bytes, false, &has_event, &event) > 0 && has_event)
		registry_event(source->registry, &event);
	note_record(source, &before);
	source->record_size = 0;
}

/* A record ends with an empty line. Of one that is too long the reader sees too much, and says so. */
static void
take_detail(struct registrarsource *source, struct text line)
{
	if (source->record_size + line.length + 1 > 2 * ACCOUNTINGFILE_RECORD)
		take_record(source);
	if (source->record_size == 0)
		source->begun_line = source->line;
	memcpy(source->record + source->record_size, line.at, line.length);
	source->record_size += line.length;
	source->record[source->record_size++] = '\n';
	if (line.length == 0)
		take_record(source);
}

static void
take_block(struct registrarsource *source, struct text line)
{
	struct natblock block;
	struct fail fail = {0};
	int r = natblock_line(line, &block, &fail);

	source->bad += r < 0;
	registrarsource_note(source, r, &fail);
	if (r == 1)
		registry_block(source->registry, &block);
}

/* Another file has its name now. */
static void
note_replaced(struct registrarsource *source, uint64_t replaced)
{
	source->replaced = replaced;
	source->record_size = 0;
	if (source->detail != NULL)
		source->detail->is_skipping = false;
	source->is_wrong = false;
	sourcehealth_begin(&source->health);
	/* What was appended to a file that was cleaned up before it was looked at is in those that Kea puts aside. */
	source->has_begun = false;
	leasefile_begin(&source->file);
}

/* What became of the file since the last line, or at the end of a look. */
static void
note_file(struct registrarsource *source, const struct follow_counts *counts)
{
	uint64_t replaced = counts->replaced + counts->truncated;

	source->line = counts->line;
	source->from = counts->from;
	if (replaced != source->replaced)
		note_replaced(source, replaced);
	for (; source->long_lines < counts->long_lines; source->long_lines++) {
		char what[SOURCEHEALTH_WHAT];

		snprintf(what, sizeof(what), "found a line of more than %d bytes, expected %s",
			LEASEFILE_LINE, expected[source->format]);
		sourcehealth_bad(&source->health, counts->long_line, counts->from, what);
	}
}

static void
take_line(void *context, struct text line)
{
	struct registrarsource *source = context;
	struct follow_counts counts = follow_counts(source->follow);

	note_file(source, &counts);
	if (source->format == REGISTRAR_DETAIL)
		take_detail(source, line);
	else if (source->format == REGISTRAR_NAT_LOG)
		take_block(source, line);
	else
		take_entry(source, line);
}

/* --- Files that are followed. --- */

/* What Kea puts aside while it cleans its file up. */
static void
read_before(struct registrarsource *source, const char *ending)
{
	char path[REGISTRAR_PATH + 16];
	struct sourcehealth kept = source->health;
	struct stat is;
	char *bytes = NULL;
	struct text rest;
	size_t size = 0;
	int file, r;

	snprintf(path, sizeof(path), "%s.%s", source->path, ending);
	file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (file < 0)
		return;
	sourcehealth_init(&source->health, path, expected[source->format], false);
	source->line = source->from = 0;
	leasefile_begin(&source->file);
	r = fstat(file, &is) < 0 ? -errno : S_ISREG(is.st_mode) ? 0 : -ENOTSUP;
	if (r == 0)
		r = registrarsource_read(file, &is, &bytes, &size);
	close(file);
	for (rest = (struct text){bytes, size}; r == 0 && rest.length > 0;) {
		source->line++;
		take_entry(source, text_cut(&rest, '\n'));
	}
	source->lost += r < 0;
	if (r < 0)
		registrarsource_complain(source, r);
	else
		(void)sourcehealth_judge(&source->health, true);
	sourcehealth_tell(&source->health);
	leasefile_begin(&source->file);
	source->is_wrong = false;
	source->health = kept;
	free(bytes);
}

/* Has what was begun at the end of the file had no end for long? */
static bool
is_unfinished(struct registrarsource *source, const struct follow_counts *counts, int64_t steady_us)
{
	bool is_open = counts->held > 0 || source->record_size > 0 || source->file.block.depth > 0;

	if (!is_open || counts->bytes != source->bytes) {
		source->bytes = counts->bytes;
		source->whole_us = steady_us;
	}
	return steady_us - source->whole_us >= FINISH_US;
}

/* What the file is like, after a look that had all that is there, or a portion. */
static void
judge_followed(struct registrarsource *source, const struct follow_counts *counts, bool is_end,
	int64_t steady_us)
{
	struct sourcehealth *health = &source->health;
	bool is_unended = is_end && is_unfinished(source, counts, steady_us);

	if (sourcehealth_judge(health, is_end))
		return;
	if (is_unended)
		sourcehealth_trouble(health, SOURCETROUBLE_UNFINISHED,
			"what begins in line %llu has had no end for a minute: it is not read "
			"until it has",
			(unsigned long long)(source->record_size > 0 || source->file.block.depth > 0
					? source->begun_line
					: counts->line + 1));
	else if (is_end || health->trouble != SOURCETROUBLE_DAMAGED)
		sourcehealth_sound(health);
}

static bool
look_at_followed(struct registrarsource *source, int64_t steady_us)
{
	struct follow_counts counts;
	int r;

	if (!source->has_begun && source->format == LEASEFILE_KEA) {
		char path[REGISTRAR_PATH + 16];

		snprintf(path, sizeof(path), "%s.completed", source->path);
		read_before(source, access(path, F_OK) == 0 ? "completed" : "2");
		read_before(source, "1");
	}
	source->has_begun = true;
	source->file.offset_us = zone_offset(source->registry->now);
	r = follow_read(source->follow, steady_us, take_line, source);
	counts = follow_counts(source->follow);
	note_file(source, &counts);
	if (source->record_size == 0)
		source->safe = follow_place(source->follow);
	if (r < 0)
		registrarsource_complain(source, r);
	else if (counts.is_open)
		judge_followed(source, &counts, r == 0, steady_us);
	else if (r == 0)
		registrarsource_complain(source, -ENOENT);
	return r > 0;
}

bool
registrarsources_read(struct registrarsources *sources, int64_t steady_us)
{
	bool has_more = false;

	for (size_t i = 0; i < sources->count; i++) {
		struct registrarsource *source = &sources->source[i];

		if (is_snapshot(source->format))
			registrarsource_whole(source, steady_us);
		else
			has_more |= look_at_followed(source, steady_us);
		sourcehealth_tell(&source->health);
	}
	return has_more;
}

/* --- All of them. --- */

static void
follow_from(struct registrarsource *source, const struct follow_place *place)
{
	struct follow_settings settings = {
		.path = source->path,
		.line_most = LEASEFILE_LINE,
		.portion = PORTION,
		.from_begin = true,
	};

	source->follow = follow_free(source->follow);
	source->follow = follow_new(&settings, place);
	source->safe = place != NULL ? *place : (struct follow_place){0};
}

static void
begin_source(struct registrarsource *source, const struct registrar_settings *settings)
{
	struct accounting_settings accounting = ACCOUNTING_DEFAULTS;

	sourcehealth_init(&source->health, source->path, expected[source->format],
		!is_snapshot(source->format));
	leasefile_init(&source->file,
		source->format < LEASEFILE_FORMATS ? (enum leasefile_format)source->format
						   : LEASEFILE_TABLE,
		0);
	if (is_snapshot(source->format)) {
		source->snapshot =
			leasesnapshot_new(settings->leases_most, &source->registry->settings.key);
		return;
	}
	follow_from(source, NULL);
	if (source->format != REGISTRAR_DETAIL)
		return;
	accounting.name = settings->user;
	source->detail = xcalloc(1, sizeof(*source->detail));
	accountingfile_init(source->detail, &accounting, NULL);
	source->record = xcalloc(1, 2 * ACCOUNTINGFILE_RECORD + LEASEFILE_LINE);
}

struct registrarsources *
registrarsources_new(const struct registrar_settings *settings, struct registry *registry)
{
	struct registrarsources *sources = xcalloc(1, sizeof(*sources));

	sources->registry = registry;
	sources->count = settings->source_count;
	for (size_t i = 0; i < sources->count; i++) {
		struct registrarsource *source = &sources->source[i];

		source->registry = registry;
		source->format = settings->source[i].format;
		snprintf(source->path, sizeof(source->path), "%s", settings->source[i].path);
		source->name = hash_fast(source->path, strlen(source->path), 0) | 1;
		begin_source(source, settings);
	}
	return sources;
}

struct registrarsources *
registrarsources_free(struct registrarsources *sources)
{
	if (sources == NULL)
		return NULL;
	for (size_t i = 0; i < sources->count; i++) {
		follow_free(sources->source[i].follow);
		leasesnapshot_free(sources->source[i].snapshot);
		free(sources->source[i].detail);
		free(sources->source[i].record);
	}
	free(sources);
	return NULL;
}

static void
add_followed(const struct registrarsource *source, struct registrarsources_counts *counts)
{
	struct follow_counts follow = follow_counts(source->follow);

	counts->lines += follow.lines;
	counts->bad += follow.long_lines + follow.cut_lines;
	counts->lost += follow.lost;
	counts->errors += follow.errors;
	counts->behind += follow.behind;
	counts->open += follow.is_open;
}

struct registrarsources_counts
registrarsources_counts(const struct registrarsources *sources)
{
	struct registrarsources_counts counts = {0};

	for (size_t i = 0; i < sources->count; i++) {
		const struct registrarsource *source = &sources->source[i];

		if (source->follow != NULL) {
			add_followed(source, &counts);
		} else {
			counts.lines += source->file.lines;
			counts.open += source->is_there;
		}
		counts.entries += source->file.entries;
		counts.bad += source->bad + source->file.bad + source->file.long_texts;
		counts.lost += source->lost;
		counts.troubled += source->health.trouble != SOURCETROUBLE_NONE;
		counts.errors += source->errors;
		if (source->detail != NULL) {
			counts.entries += source->detail->counts.records;
			counts.bad += source->detail->counts.damaged;
		}
	}
	return counts;
}

const struct sourcehealth *
registrarsources_trouble(const struct registrarsources *sources)
{
	for (size_t i = 0; i < sources->count; i++) {
		if (sources->source[i].health.trouble != SOURCETROUBLE_NONE)
			return &sources->source[i].health;
	}
	return NULL;
}

static uint64_t
layout(void)
{
	static const size_t numbers[] = {sizeof(struct place_saved), 1};

	return save_layout(numbers, sizeof(numbers) / sizeof(*numbers));
}

void
registrarsources_save(const struct registrarsources *sources, struct save *save)
{
	size_t count = 0;

	for (size_t i = 0; i < sources->count; i++)
		count += keeps_place(sources->source[i].format);
	save_section(save, TAG, layout(), count * sizeof(struct place_saved));
	for (size_t i = 0; i < sources->count; i++) {
		const struct registrarsource *source = &sources->source[i];
		struct place_saved saved = {.name = source->name};

		if (!keeps_place(source->format))
			continue;
		saved.place = source->safe;
		save_bytes(save, &saved, sizeof(saved));
	}
}

int
registrarsources_restore(
	struct registrarsources *sources, struct restore *restore, struct fail *fail)
{
	uint64_t size;
	int r = restore_section(restore, TAG, layout(), &size, fail);

	if (r == 0 &&
		(size % sizeof(struct place_saved) != 0 ||
			size / sizeof(struct place_saved) > REGISTRAR_SOURCES))
		return restore_damaged(restore, fail, "places of no files");
	for (; r == 0 && size > 0; size -= sizeof(struct place_saved)) {
		struct place_saved saved;

		r = restore_bytes(restore, &saved, sizeof(saved), fail);
		for (size_t i = 0; r == 0 && i < sources->count; i++) {
			struct registrarsource *source = &sources->source[i];

			if (source->name == saved.name && keeps_place(source->format))
				follow_from(source, &saved.place);
		}
	}
	return r;
}
