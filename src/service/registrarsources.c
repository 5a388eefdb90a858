/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/registrarsources.h"

#include "base/text.h"
#include "identity/accountingfile.h"
#include "identity/leasekept.h"
#include "identity/leasesnapshot.h"

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
/* A file that is always written as a whole is looked at so often. */
#define LOOK_US   WALL_SECOND
#define TEXT_MOST 320

struct source {
	struct registrarsources *of;
	uint8_t format;
	bool has_begun;
	bool is_wrong; /* no file of its format */
	char path[REGISTRAR_PATH];
	uint64_t name;
	struct follow *follow;    /* of those that are followed */
	struct follow_place safe; /* behind the last whole record */
	uint64_t replaced;        /* files that took its place, when it was last looked */
	struct leasefile file;
	struct accountingfile *detail;
	char *record; /* of a detail file, as far as it is there */
	size_t record_size;
	struct leasesnapshot *snapshot; /* of those that are read as a whole */
	struct stat seen;
	bool is_there;
	int64_t looked_us;
	uint64_t bad; /* beside those that file and detail count */
	uint64_t lost;
	uint64_t errors;
	char trouble[TEXT_MOST];
};

struct registrarsources {
	struct registry *registry;
	size_t count;
	struct source source[REGISTRAR_SOURCES];
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

static void
complain(struct source *source, const char *why)
{
	snprintf(source->trouble, sizeof(source->trouble), "%s: %s", source->path, why);
}

/* --- A line. --- */

static void
take_entry(struct source *source, struct text line, struct wall at)
{
	struct registry *registry = source->of->registry;
	struct leasefile_entry entry;
	struct fail fail = {0};
	int r;

	if (source->is_wrong)
		return;
	r = leasefile_line(&source->file, line, &entry, &fail);
	if (r == -ENOTSUP) {
		source->is_wrong = true;
		source->errors++;
		complain(source, fail.what);
	}
	if (r != 1)
		return;
	if (source->format == LEASEFILE_TABLE)
		entry.hardware = entry.circuit = entry.client;
	registry_entry(registry, &entry, at, is_snapshot(source->format) ? source->name : 0);
}

static void
take_record(struct source *source)
{
	struct text bytes = {source->record, source->record_size};
	struct accounting_event event;
	bool has_event = false;

	if (accountingfile_read(source->detail, bytes, false, &has_event, &event) > 0 && has_event)
		registry_event(source->of->registry, &event);
	source->record_size = 0;
}

/* A record ends with an empty line. Of one that is too long the reader sees too much, and says so. */
static void
take_detail(struct source *source, struct text line)
{
	if (source->record_size + line.length + 1 > 2 * ACCOUNTINGFILE_RECORD) {
		source->bad++;
		source->record_size = 0;
	}
	memcpy(source->record + source->record_size, line.at, line.length);
	source->record_size += line.length;
	source->record[source->record_size++] = '\n';
	if (line.length == 0)
		take_record(source);
}

static void
take_block(struct source *source, struct text line)
{
	struct natblock block;
	struct fail fail = {0};
	int r = natblock_line(line, &block, &fail);

	source->bad += r < 0;
	if (r == 1)
		registry_block(source->of->registry, &block);
}

/* Another file has its name now. */
static void
note_replaced(struct source *source)
{
	struct follow_counts counts = follow_counts(source->follow);
	uint64_t replaced = counts.replaced + counts.truncated;

	if (replaced == source->replaced)
		return;
	source->replaced = replaced;
	source->record_size = 0;
	source->is_wrong = false;
	source->trouble[0] = '\0';
	/* What was appended to a file that was cleaned up before it was looked at is in those that Kea puts aside. */
	source->has_begun = false;
	leasefile_begin(&source->file);
}

static void
take_line(void *context, struct text line)
{
	struct source *source = context;

	note_replaced(source);
	if (source->format == REGISTRAR_DETAIL)
		take_detail(source, line);
	else if (source->format == REGISTRAR_NAT_LOG)
		take_block(source, line);
	else
		take_entry(source, line, source->of->registry->now);
}

/* --- Files that are read as a whole. --- */

/* All of an open file: its bytes, for free(); NULL: it changed meanwhile, or is too large. */
static char *
read_whole(int file, const struct stat *before, size_t *size)
{
	struct stat after;
	char *bytes;
	ssize_t n = 1;

	*size = 0;
	if ((size_t)before->st_size > REGISTRARSOURCES_FILE)
		return NULL;
	bytes = xcalloc((size_t)before->st_size + 1, 1);
	while (n > 0 && *size < (size_t)before->st_size) {
		n = read(file, bytes + *size, (size_t)before->st_size - *size);
		*size += n > 0 ? (size_t)n : 0;
	}
	if (n >= 0 && fstat(file, &after) == 0 && after.st_size == before->st_size &&
		after.st_mtim.tv_sec == before->st_mtim.tv_sec &&
		after.st_mtim.tv_nsec == before->st_mtim.tv_nsec &&
		*size == (size_t)before->st_size)
		return bytes;
	free(bytes);
	return NULL;
}

static void
give_gone(void *context, const struct line_name *name, uint64_t pseudonym)
{
	struct source *source = context;

	registry_gone(source->of->registry, name);
}

static void
pass_over(void *context, const struct line_name *name, uint64_t pseudonym)
{
}

static void
remember(void *context, const struct line_name *name, uint64_t pseudonym)
{
	struct source *source = context;

	(void)!leasesnapshot_add(source->snapshot, name, pseudonym);
}

/* What this file said before the process began, as the leases know it: what is in it no more has ended since. */
static void
recall(struct source *source)
{
	leasesnapshot_begin(source->snapshot);
	leasekept_each(source->of->registry->leases, source->name, remember, source);
	leasesnapshot_end(source->snapshot, pass_over, source);
	source->has_begun = true;
}

static void
take_whole(struct source *source, struct text rest, struct wall at)
{
	struct registry *registry = source->of->registry;

	leasefile_begin(&source->file);
	source->is_wrong = false;
	leasesnapshot_begin(source->snapshot);
	while (rest.length > 0) {
		struct text line = text_cut(&rest, '\n');
		struct leasefile_entry entry;
		struct fail fail = {0};
		uint64_t pseudonym;
		int r;

		if (line.length > 0 && line.at[line.length - 1] == '\r')
			line.length--;
		r = leasefile_line(&source->file, line, &entry, &fail);
		if (r != 1 || !entry.is_held)
			continue;
		if (source->format == LEASEFILE_TABLE)
			entry.hardware = entry.circuit = entry.client;
		pseudonym = registry_client(registry, &entry);
		r = pseudonym == 0 ? 0
				   : leasesnapshot_add(source->snapshot, &entry.name, pseudonym);
		/* Renewed, or new; what is held by two lines is the first one's. */
		if (r == -EEXIST || r == -ENOSPC)
			source->bad++;
		else
			registry_entry(registry, &entry, at, source->name);
	}
	leasesnapshot_end(source->snapshot, give_gone, source);
}

/* Since when, of what does not say it: when the file was changed; of what was there before this process, now. */
static struct wall
time_of(const struct source *source, const struct stat *is)
{
	struct wall changed = {is->st_mtim.tv_sec * WALL_SECOND + is->st_mtim.tv_nsec / 1000};

	return changed.us < source->of->registry->now.us ? changed : source->of->registry->now;
}

static void
look_at_whole(struct source *source, int64_t steady_us)
{
	int file;
	struct stat is;
	char *bytes;
	size_t size;

	if (source->has_begun && steady_us - source->looked_us < LOOK_US)
		return;
	source->looked_us = steady_us;
	if (!source->has_begun)
		recall(source);
	file = open(source->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (file < 0 || fstat(file, &is) < 0 || !S_ISREG(is.st_mode)) {
		bool is_missing = file < 0 && errno == ENOENT;

		source->errors += !is_missing;
		source->is_there = false;
		complain(source, is_missing ? "is not there" : "cannot be read");
		if (file >= 0)
			close(file);
		return;
	}
	if (source->is_there && is.st_size == source->seen.st_size &&
		is.st_ino == source->seen.st_ino &&
		is.st_mtim.tv_sec == source->seen.st_mtim.tv_sec &&
		is.st_mtim.tv_nsec == source->seen.st_mtim.tv_nsec) {
		close(file);
		return;
	}
	bytes = read_whole(file, &is, &size);
	close(file);
	if (bytes == NULL || (size > 0 && bytes[size - 1] != '\n')) {
		/* It is just being written: again in a moment. */
		free(bytes);
		source->is_there = false;
		return;
	}
	take_whole(source, (struct text){bytes, size}, time_of(source, &is));
	source->seen = is;
	source->is_there = true;
	source->trouble[0] = '\0';
	free(bytes);
}

/* --- Files that are followed. --- */

/* What Kea puts aside while it cleans its file up. */
static void
read_before(struct source *source, const char *ending)
{
	char path[REGISTRAR_PATH + 16];
	struct stat is;
	char *bytes = NULL;
	struct text rest;
	size_t size = 0;
	int file;

	snprintf(path, sizeof(path), "%s.%s", source->path, ending);
	file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (file < 0)
		return;
	if (fstat(file, &is) == 0 && S_ISREG(is.st_mode))
		bytes = read_whole(file, &is, &size);
	close(file);
	if (bytes == NULL) {
		source->lost++;
		return;
	}
	leasefile_begin(&source->file);
	for (rest = (struct text){bytes, size}; rest.length > 0;)
		take_entry(source, text_cut(&rest, '\n'), source->of->registry->now);
	leasefile_begin(&source->file);
	source->is_wrong = false;
	free(bytes);
}

static bool
look_at_followed(struct source *source, int64_t steady_us)
{
	int r;

	if (!source->has_begun && source->format == LEASEFILE_KEA) {
		char path[REGISTRAR_PATH + 16];

		snprintf(path, sizeof(path), "%s.completed", source->path);
		read_before(source, access(path, F_OK) == 0 ? "completed" : "2");
		read_before(source, "1");
	}
	source->has_begun = true;
	source->file.offset_us = zone_offset(source->of->registry->now);
	r = follow_read(source->follow, steady_us, take_line, source);
	if (source->record_size == 0)
		source->safe = follow_place(source->follow);
	if (r < 0)
		complain(source, strerror(-r));
	else if (!source->is_wrong)
		source->trouble[0] = '\0';
	if (r >= 0 && !follow_counts(source->follow).is_open)
		complain(source, "is not there");
	return r > 0;
}

bool
registrarsources_read(struct registrarsources *sources, int64_t steady_us)
{
	bool has_more = false;

	for (size_t i = 0; i < sources->count; i++) {
		struct source *source = &sources->source[i];

		if (is_snapshot(source->format))
			look_at_whole(source, steady_us);
		else
			has_more |= look_at_followed(source, steady_us);
	}
	return has_more;
}

/* --- All of them. --- */

static void
follow_from(struct source *source, const struct follow_place *place)
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
begin_source(struct source *source, const struct registrar_settings *settings)
{
	struct accounting_settings accounting = ACCOUNTING_DEFAULTS;

	leasefile_init(&source->file,
		source->format < LEASEFILE_FORMATS ? (enum leasefile_format)source->format
						   : LEASEFILE_TABLE,
		0);
	if (is_snapshot(source->format)) {
		source->snapshot = leasesnapshot_new(
			settings->leases_most, &source->of->registry->settings.key);
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
		struct source *source = &sources->source[i];

		source->of = sources;
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
add_followed(const struct source *source, struct registrarsources_counts *counts)
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
		const struct source *source = &sources->source[i];

		if (source->follow != NULL) {
			add_followed(source, &counts);
		} else {
			counts.lines += source->file.lines;
			counts.open += source->is_there;
		}
		counts.entries += source->file.entries;
		counts.bad += source->bad + source->file.bad + source->file.long_texts;
		counts.lost += source->lost;
		counts.errors += source->errors;
		if (source->detail != NULL) {
			counts.entries += source->detail->counts.records;
			counts.bad += source->detail->counts.damaged;
		}
	}
	return counts;
}

const char *
registrarsources_trouble(const struct registrarsources *sources)
{
	for (size_t i = 0; i < sources->count; i++) {
		if (sources->source[i].trouble[0] != '\0')
			return sources->source[i].trouble;
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
		const struct source *source = &sources->source[i];
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
			struct source *source = &sources->source[i];

			if (source->name == saved.name && keeps_place(source->format))
				follow_from(source, &saved.place);
		}
	}
	return r;
}
