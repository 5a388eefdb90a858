/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/relaylogs.h"

#include "runtime/clock.h"
#include "source/maillog/maillog.h"

#include <event2/event.h>
#include <stdlib.h>
#include <time.h>

/* A hundred lines or so, in some tenths of a millisecond. */
#define PORTION 16384

struct log {
	struct relaylogs *logs;
	struct follow *follow;
	uint64_t name; /* a hash of its path */
	uint32_t server;
	struct relaylogs_counts counts;
};

struct relaylogs {
	struct relaylogs_settings settings;
	struct deliveries *deliveries;
	struct event *timer;
	struct maillog_clock clock;
	struct log log[RELAYLOGS_MOST];
};

struct place_saved {
	uint64_t name;
	struct follow_place place;
};

static void
hand_on(struct relaylogs *logs, enum delivery_news news, const struct delivery_told *told)
{
	const struct relaylogs_settings *settings = &logs->settings;

	switch (news) {
	case DELIVERY_NOTHING:
		break;
	case DELIVERY_RESULT:
		if (settings->on_result != NULL)
			settings->on_result(settings->context, &told->delivery);
		break;
	case DELIVERY_REFUND:
		if (settings->on_refund != NULL)
			settings->on_refund(settings->context, &told->delivery);
		break;
	case DELIVERY_LOGIN:
		if (settings->on_login != NULL)
			settings->on_login(settings->context, &told->login);
		break;
	}
}

static void
take_line(void *context, struct text line)
{
	struct log *log = context;
	struct relaylogs *logs = log->logs;
	struct delivery_told told;
	struct mailevent event;
	uint64_t unknown;
	int r = maillog_read(line, &logs->clock, &event);

	if (r < 0)
		log->counts.no_lines++;
	if (r == 0)
		log->counts.passed++;
	if (r != 1)
		return;
	log->counts.events++;
	log->counts.doubtful += event.is_doubtful;
	unknown = deliveries_counts(logs->deliveries).unknown;
	hand_on(logs,
		deliveries_take(logs->deliveries, log->server, &event, logs->clock.now, &told),
		&told);
	log->counts.unknown += deliveries_counts(logs->deliveries).unknown - unknown;
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
on_timer(evutil_socket_t unused, short what, void *context)
{
	struct relaylogs *logs = context;
	bool has_more = false;

	logs->clock.now = logs->settings.now(logs->settings.context);
	logs->clock.offset_us = zone_offset(logs->clock.now);
	deliveries_advance(logs->deliveries, logs->clock.now);
	for (size_t i = 0; i < logs->settings.count; i++) {
		struct log *log = &logs->log[i];

		has_more |= follow_read(log->follow, clock_steady(), take_line, log) > 0;
	}
	event_add(logs->timer,
		&(struct timeval){.tv_usec = has_more ? 0 : (suseconds_t)RELAYLOGS_US});
}

static uint64_t
name_of(const char *path)
{
	return hash_fast(path, strlen(path), 0);
}

/* In place of what it was; place may be NULL. */
static void
follow_from(struct relaylogs *logs, size_t file, const struct follow_place *place)
{
	struct follow_settings settings = {
		.path = logs->settings.files[file].path,
		.line_most = MAILLOG_LINE,
		.portion = PORTION,
		.from_begin = logs->settings.from_begin,
	};

	logs->log[file].follow = follow_free(logs->log[file].follow);
	logs->log[file].follow = follow_new(&settings, place);
}

struct relaylogs *
relaylogs_new(struct event_base *base, const struct relaylogs_settings *settings)
{
	struct relaylogs *logs = xcalloc(1, sizeof(*logs));

	must(settings->count <= RELAYLOGS_MOST);
	logs->settings = *settings;
	logs->deliveries = deliveries_new(&settings->deliveries);
	for (size_t i = 0; i < settings->count; i++) {
		size_t size = strlen(settings->files[i].path) + 1;
		char *path = xcalloc(1, size);

		memcpy(path, settings->files[i].path, size);
		logs->settings.files[i].path = path;
		logs->log[i] = (struct log){
			.logs = logs,
			.name = name_of(path),
			.server = settings->files[i].server,
		};
		follow_from(logs, i, NULL);
	}
	logs->timer = event_new(base, -1, 0, on_timer, logs);
	must(logs->timer != NULL);
	event_add(logs->timer, &(struct timeval){0});
	return logs;
}

struct relaylogs *
relaylogs_free(struct relaylogs *logs)
{
	if (logs == NULL)
		return NULL;
	for (size_t i = 0; i < logs->settings.count; i++) {
		follow_free(logs->log[i].follow);
		free((char *)logs->settings.files[i].path);
	}
	event_free(logs->timer);
	deliveries_free(logs->deliveries);
	free(logs);
	return NULL;
}

struct deliveries *
relaylogs_deliveries(struct relaylogs *logs)
{
	return logs->deliveries;
}

struct relaylogs_counts
relaylogs_counts(const struct relaylogs *logs, size_t file)
{
	struct relaylogs_counts counts = logs->log[file].counts;

	counts.file = follow_counts(logs->log[file].follow);
	return counts;
}

static uint64_t
layout(void)
{
	static const size_t numbers[] = {sizeof(struct place_saved), 1};

	return save_layout(numbers, sizeof(numbers) / sizeof(*numbers));
}

void
relaylogs_save(const struct relaylogs *logs, struct save *save)
{
	save_section(save, "logs", layout(), logs->settings.count * sizeof(struct place_saved));
	for (size_t i = 0; i < logs->settings.count; i++) {
		struct place_saved saved = {
			.name = logs->log[i].name, .place = follow_place(logs->log[i].follow)};

		save_bytes(save, &saved, sizeof(saved));
	}
	deliveries_save(logs->deliveries, save);
}

int
relaylogs_restore(struct relaylogs *logs, struct restore *restore, struct fail *fail)
{
	uint64_t size;
	int r = restore_section(restore, "logs", layout(), &size, fail);

	if (r == 0 &&
		(size % sizeof(struct place_saved) != 0 ||
			size / sizeof(struct place_saved) > RELAYLOGS_MOST))
		return restore_damaged(restore, fail, "places of no logs");
	for (; r == 0 && size > 0; size -= sizeof(struct place_saved)) {
		struct place_saved saved;

		r = restore_bytes(restore, &saved, sizeof(saved), fail);
		for (size_t i = 0; r == 0 && i < logs->settings.count; i++) {
			if (logs->log[i].name == saved.name)
				follow_from(logs, i, &saved.place);
		}
	}
	return r == 0 ? deliveries_restore(logs->deliveries, restore, fail) : r;
}
