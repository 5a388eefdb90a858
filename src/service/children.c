/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/children.h"

#include "runtime/channel.h"
#include "runtime/event.h"
#include "runtime/process.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A process that lives shorter than this has died young. */
#define YOUNG_US (10 * WALL_SECOND)
/* Pause before one that died young is replaced: doubled each time, up to the last. */
#define PAUSE_FIRST_US 100000
#define PAUSE_LAST_US  (30 * WALL_SECOND)
/* The last for one that was killed from outside. */
#define PAUSE_KILLED_US (2 * WALL_SECOND)
/* One that hung after it had worked for so long did not hang on what those before it read. */
#define STEADY_US WALL_HOUR
/* A parent that did not come round itself for so long was stopped, and so may have been its children. */
#define STALL_US (5 * WALL_SECOND)

void
children_add(struct children *children, enum counter_owner owner, uint32_t number)
{
	children->child[children->count++] =
		(struct child){.post = {.owner = owner, .number = number}};
}

int
children_channel(const struct children *children, const struct child *child)
{
	return children->estate->parent[estate_place(&child->post)].end[0];
}

static struct status_process *
status_of(const struct children *children, const struct child *child)
{
	return estate_status(children->estate, estate_place(&child->post));
}

/* One that ended because it was told to, or after it had worked for long, is replaced at once: it is waited for. */
static void
await(const struct children *children, const struct child *child)
{
	__atomic_store_n(&status_of(children, child)->awaited_us,
		child->young == 0 ? clock_steady() : 0, __ATOMIC_RELAXED);
}

void
children_start(struct children *children, struct child *child)
{
	char name[PROCESS_NAME];
	pid_t pid;

	snprintf(name, sizeof(name), "laz-%s", owner_names[child->post.owner]);
	child->is_ready = child->is_stopped = child->is_killed = child->has_finished = false;
	child->started_us = clock_steady();
	__atomic_store_n(&status_of(children, child)->beat_us, child->started_us, __ATOMIC_RELAXED);
	await(children, child);
	pid = process_fork(name);
	if (pid == 0) {
		children->hooks.run(children->hooks.context, child);
		_exit(1);
	}
	if (pid < 0) {
		duty_trouble(children->duty, "%s cannot be started: %s", name, strerror(-pid));
		child->due_us = child->started_us + WALL_SECOND;
		return;
	}
	child->pid = pid;
	event(EVENT_PROCESS_STARTED, "name=%s number=%u pid=%d", owner_names[child->post.owner],
		child->post.number, pid);
}

static void
tell_to_end(const struct children *children, struct child *child, enum message_type how)
{
	child->is_stopped = true;
	if (child->pid > 0 && channel_send(children_channel(children, child), how, NULL, 0) < 0)
		(void)kill(child->pid, SIGKILL);
}

void
children_stop(const struct children *children, struct child *child)
{
	tell_to_end(children, child, MESSAGE_STOP);
}

void
children_replace(const struct children *children, struct child *child)
{
	tell_to_end(children, child, MESSAGE_REPLACE);
}

void
children_want(struct children *children)
{
	for (size_t i = 0; i < children->count; i++) {
		struct child *child = &children->child[i];

		child->is_stopped = child->has_finished = false;
		child->deaths = child->young = 0;
		child->due_us = clock_steady();
	}
}

/* What was said to it and not heard, and what it said, is of no use to the next. */
static void
clear_channel(const struct children *children, const struct child *child)
{
	const struct ends *ends = &children->estate->parent[estate_place(&child->post)];

	channel_clear(ends->end[0]);
	channel_clear(ends->end[1]);
}

/* How often in a row what it read may have been guilty of its end. One that hangs is old when it is killed, but it may
 * have hung from the begin; somebody else's kill says nothing. */
static unsigned
tries_after(const struct child *child, int64_t lived_us, bool is_killed_by_others)
{
	if (child->is_killed)
		return lived_us < STEADY_US ? child->tries + 1 : 1;
	if (child->young == 0)
		return 0;
	return is_killed_by_others ? child->tries : child->tries + 1;
}

static void
note_end(struct children *children, struct child *child, const char *how, bool is_clean, int signal)
{
	bool is_killed = signal == SIGKILL && !child->is_killed;
	int64_t now = clock_steady(), pause = PAUSE_FIRST_US,
		most = is_killed ? PAUSE_KILLED_US : PAUSE_LAST_US;

	child->pid = 0;
	status_set(&status_of(children, child)->pid, 0);
	clear_channel(children, child);
	child->due_us = now;
	child->has_finished = child->is_stopped && is_clean;
	if (child->has_finished) {
		child->young = child->tries = 0;
		await(children, child);
		return;
	}
	child->deaths++;
	event(EVENT_PROCESS_ENDED, "name=%s number=%u how=%s", owner_names[child->post.owner],
		child->post.number, how);
	children->restarts++;
	child->young = now - child->started_us < YOUNG_US ? child->young + 1 : 0;
	await(children, child);
	child->tries = tries_after(child, now - child->started_us, is_killed);
	for (unsigned i = 1; i < child->young && pause < most; i++)
		pause *= 2;
	if (child->young > 0)
		child->due_us = now + (pause < most ? pause : most);
}

enum counter_owner
children_note_end(struct children *children, pid_t pid, const char *how, bool is_clean, int signal)
{
	for (size_t i = 0; i < children->count; i++) {
		if (children->child[i].pid == pid) {
			note_end(children, &children->child[i], how, is_clean, signal);
			return children->child[i].post.owner;
		}
	}
	return OWNER_COUNT;
}

static void
cut_off(struct child *child)
{
	event(EVENT_BAD_MESSAGE, "peer=%s number=%u", owner_names[child->post.owner],
		child->post.number);
	child->is_killed = true;
	(void)kill(child->pid, SIGKILL);
}

void
children_cut_off(struct children *children, enum counter_owner owner)
{
	for (size_t i = 0; i < children->count; i++) {
		struct child *child = &children->child[i];

		if (child->post.owner == owner && child->pid > 0 && !child->is_killed)
			cut_off(child);
	}
}

static bool
take_message(struct children *children, struct child *child, uint16_t type, const void *body)
{
	if (type == MESSAGE_READY)
		child->is_ready = true;
	else if (type == MESSAGE_QUESTION && child->post.owner == OWNER_DESK)
		children->hooks.answer(
			children->hooks.context, children_channel(children, child), body);
	else
		return false;
	return true;
}

/* Whoever has much to say gives others their turn; who says what cannot be is replaced. */
static void
hear(struct children *children, struct child *child)
{
	_Alignas(struct question) uint8_t body[CHANNEL_BODY];
	int channel = children_channel(children, child);

	for (int i = 0; i < MESSAGE_TURN && !child->is_killed; i++) {
		uint16_t type;
		int64_t size = message_receive(channel, &type, body, sizeof(body));

		if (size < 0 && size != -EBADMSG)
			return;
		if (size >= 0 && take_message(children, child, type, body))
			continue;
		cut_off(child);
	}
}

void
children_hear(struct children *children)
{
	for (size_t i = 0; i < children->count; i++) {
		if (children->child[i].pid > 0)
			hear(children, &children->child[i]);
	}
}

/* Did it show for too long no sign of life? What passed while the parent was stopped does not count. */
static bool
is_hung(const struct children *children, const struct child *child, int64_t now, int64_t hangs_us)
{
	int64_t beat = __atomic_load_n(&status_of(children, child)->beat_us, __ATOMIC_RELAXED);

	if (beat < children->stalled_us)
		beat = children->stalled_us;
	return child->pid > 0 && now - beat > hangs_us;
}

bool
children_look_after(struct children *children, int64_t hangs_us)
{
	int64_t now = clock_steady();
	bool all = true;

	if (now - children->looked_us > STALL_US)
		children->stalled_us = now;
	children->looked_us = now;

	for (size_t i = 0; i < children->count; i++) {
		struct child *child = &children->child[i];

		if (child->pid == 0 && !child->is_stopped && now >= child->due_us)
			children_start(children, child);
		if (!child->is_killed && is_hung(children, child, now, hangs_us)) {
			event(EVENT_PROCESS_HUNG, "name=%s number=%u",
				owner_names[child->post.owner], child->post.number);
			child->is_killed = true;
			(void)kill(child->pid, SIGKILL);
		}
		all = all && child->is_ready;
	}
	return all;
}
