/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/post.h"

#include "control/message.h"
#include "ledger/keyfile.h"
#include "runtime/channel.h"
#include "runtime/event.h"
#include "service/statefolder.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

/* Others that are so far ahead of the system's clock are not believed. */
#define AHEAD_MOST WALL_DAY

/* Time goes back for nobody: a process begins no earlier than the latest of the others was. */
static struct wall
latest(const struct estate *estate)
{
	struct wall latest = {0};
	struct clock clock;

	for (unsigned place = 0; place < estate_places(estate); place++) {
		int64_t now =
			__atomic_load_n(&estate_status(estate, place)->now.us, __ATOMIC_RELAXED);

		latest.us = now > latest.us ? now : latest.us;
	}
	clock_begin(&clock, (struct wall){0});
	(void)clock_read(&clock);
	if (latest.us > clock.now.us && latest.us - clock.now.us > AHEAD_MOST)
		latest = clock.now;
	return latest;
}

void
duty_begin(struct duty *duty, const struct estate *estate, const struct post *post)
{
	unsigned place = estate_place(post);

	event_begin(owner_names[post->owner]);
	*duty = (struct duty){
		.status = estate_status(estate, place),
		.parent = estate->parent[place].end[1],
	};
	for (unsigned i = 0; i < COUNTERS; i++) {
		if (counter_rows[i].owner == post->owner && counter_rows[i].kind == KIND_COUNTER)
			duty->before[i] = status_get(&duty->status->value[i]);
	}
	clock_begin(&duty->clock, latest(estate));
	duty_beat(duty);
	status_set(&duty->status->pid, (uint64_t)getpid());
	duty->status->owner = (uint8_t)post->owner;
	duty->status->number = (uint8_t)post->number;
	duty->status->started = duty->clock.now;
	duty->status->is_ready = 0;
	duty->status->trouble[0] = '\0';
}

struct keys
duty_keys(const char *ledger)
{
	char path[STATEFOLDER_PATH];
	struct fail fail = {0};
	struct keys keys;

	snprintf(path, sizeof(path), "%s.key", ledger);
	if (keyfile_read(path, &keys, &fail) < 0) {
		event(EVENT_LEDGER_FAILED, "text=%s", fail.what);
		_exit(1);
	}
	return keys;
}

void
duty_fail(struct duty *duty, const struct fail *fail)
{
	duty_trouble(duty, "%s%s%s", fail->where, *fail->where ? ": " : "", fail->what);
	event(EVENT_CANNOT_BEGIN, "where=%s text=%s", fail->where, fail->what);
	_exit(1);
}

void
duty_tell_refused(const char *path, const char *what, const struct fail *fail)
{
	char text[sizeof(fail->what) + 64];

	snprintf(text, sizeof(text), "%s: %s", what, fail->what);
	event(EVENT_SNAPSHOT_REFUSED, "file=%s text=%s", path, text);
}

void
duty_ready(struct duty *duty)
{
	duty->status->is_ready = 1;
	if (channel_send(duty->parent, MESSAGE_READY, NULL, 0) == -EPIPE)
		duty->is_over = duty->is_orphan = true;
}

void
duty_beat(struct duty *duty)
{
	(void)clock_read(&duty->clock);
	__atomic_store_n(&duty->status->now.us, duty->clock.now.us, __ATOMIC_RELAXED);
	__atomic_store_n(&duty->status->beat_us, clock_steady(), __ATOMIC_RELAXED);
}

void
duty_hear(struct duty *duty)
{
	uint16_t type;
	uint8_t body[64];
	int64_t size;

	while ((size = channel_receive(duty->parent, &type, body, sizeof(body))) >= 0) {
		if (!message_check(type, body, (size_t)size) ||
			(type != MESSAGE_STOP && type != MESSAGE_REPLACE))
			continue;
		duty->is_over = true;
		duty->is_replaced = type == MESSAGE_REPLACE;
	}
	if (size != -EAGAIN)
		duty->is_over = duty->is_orphan = true;
}

void
duty_trouble(struct duty *duty, const char *format, ...)
{
	/* All of it goes into shared memory. */
	char text[STATUS_TEXT] = "";
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	/* The end stands before the text does. */
	text[sizeof(text) - 1] = '\0';
	memcpy(duty->status->trouble, text, sizeof(text));
}
