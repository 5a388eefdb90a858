/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/merge.h"

#include "base/hash.h"
#include "base/table.h"
#include "source/recordtime.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Observations taken from one file before it is asked again which one is furthest behind. */
#define BATCH 256

/* The lower bits of an order are the slot, the upper ones count up: equal times keep their order. */
#define SLOT_BITS 24

/* In a slot whose observation has become part of another one. */
#define KIND_GONE OBSERVATION_KIND_COUNT

/* How far the time of an application's log may lie outside of the connection's own record. */
#define DETAIL_NEAR WALL_MINUTE

struct file {
	char *path;
	struct source *source; /* NULL while it is not needed yet, and when done */
	struct recordtime time;
	uint64_t packed_size;
	uint64_t packed_done; /* when it ended */
	bool is_unordered; /* its time is never known: all of it comes before anything is handed out */
	bool ended;
};

struct node {
	int64_t us;
	uint64_t order;
};

struct merge {
	struct merge_settings settings;
	struct merge_counts counts; /* of the files that are done */
	struct file *files;
	size_t file_count;
	size_t open_count;
	struct node *heap;
	size_t heap_count;
	struct observation *slots;
	uint32_t *free_slots;
	size_t free_count;
	uint32_t used_slots;
	uint64_t sequence;
	struct wall horizon;
	struct wall last; /* time of what was handed out last */
	struct hash_key secret;
	struct table table; /* connection -> slot; only with details */
	bool has_details;
	struct intake_error *errors;
	size_t error_count;
	source_watcher watcher;
	void *context;
};

struct merge *
merge_new(const struct merge_settings *settings)
{
	struct merge *merge = xcalloc(1, sizeof(*merge));

	must(settings->waiting_most > 0 && settings->waiting_most <= 1UL << SLOT_BITS);
	merge->settings = *settings;
	merge->heap = memory_map(settings->waiting_most, sizeof(*merge->heap));
	merge->slots = memory_map(settings->waiting_most, sizeof(*merge->slots));
	merge->free_slots = memory_map(settings->waiting_most, sizeof(*merge->free_slots));
	merge->errors = xcalloc(settings->intake.errors_most, sizeof(*merge->errors));
	merge->horizon.us = INT64_MIN;
	merge->last.us = INT64_MIN;
	return merge;
}

struct merge *
merge_free(struct merge *merge)
{
	size_t most;

	if (merge == NULL)
		return NULL;
	most = merge->settings.waiting_most;
	for (size_t i = 0; i < merge->file_count; i++) {
		source_close(merge->files[i].source);
		free(merge->files[i].path);
	}
	free(merge->files);
	memory_unmap(merge->heap, most, sizeof(*merge->heap));
	memory_unmap(merge->slots, most, sizeof(*merge->slots));
	memory_unmap(merge->free_slots, most, sizeof(*merge->free_slots));
	if (merge->has_details)
		table_done(&merge->table);
	free(merge->errors);
	free(merge);
	return NULL;
}

static void
add_counts(struct intake_counts *sum, const struct intake_counts *more)
{
	sum->records += more->records;
	sum->mail_records += more->mail_records;
	sum->observations += more->observations;
	sum->bindings += more->bindings;
	sum->skipped_records += more->skipped_records;
	sum->skipped_bytes += more->skipped_bytes;
	sum->unclear_records += more->unclear_records;
	sum->lost_records += more->lost_records;
	sum->join_forced += more->join_forced;
	sum->errors += more->errors;
}

static void
add_error(struct merge *merge, const struct intake_error *error)
{
	if (merge->error_count < merge->settings.intake.errors_most)
		merge->errors[merge->error_count++] = *error;
}

/* Closes a file that will not be read again, and keeps what it has to say. */
static void
finish(struct merge *merge, struct file *file, int result)
{
	size_t count;
	const struct intake_error *errors;
	uint64_t size;

	file->ended = true;
	source_progress(file->source, &file->packed_done, &size);
	merge->counts.damaged_files += result < 0;
	add_counts(&merge->counts.intake, intake_counts(source_intake(file->source)));
	errors = intake_errors(source_intake(file->source), &count);
	for (size_t i = 0; i < count; i++)
		add_error(merge, &errors[i]);
	file->source = source_close(file->source);
	merge->open_count--;
}

static int
open_file(struct merge *merge, struct file *file, struct fail *fail)
{
	uint64_t done;

	file->source = source_open(file->path, &merge->settings.intake, fail);
	if (file->source == NULL)
		return -EBADMSG;
	merge->open_count++;
	file->is_unordered = source_is_unordered(file->source);
	source_progress(file->source, &done, &file->packed_size);
	source_watch(file->source, merge->watcher, merge->context);
	return 0;
}

/* Looks at the first observation of a file, to know when it is needed, and closes it until then. */
static void
park(struct merge *merge, struct file *file)
{
	struct observation first;
	int result;

	if (!file->is_unordered) {
		result = source_read(file->source, &first, 1);
		if (result <= 0) {
			finish(merge, file, result);
			return;
		}
		recordtime_see(&file->time, first.time);
	}
	file->source = source_close(file->source);
	merge->open_count--;
}

int
merge_add(struct merge *merge, const char *path, struct fail *fail)
{
	size_t length = strlen(path) + 1;
	struct file file = {.path = xcalloc(length, 1)};
	int result;

	memcpy(file.path, path, length);
	result = open_file(merge, &file, fail);
	if (result < 0) {
		free(file.path);
		return result;
	}
	if (source_has_details(file.source) && !merge->has_details) {
		merge->has_details = true;
		hash_key_random(&merge->secret);
		table_init(&merge->table, merge->settings.waiting_most);
	}
	if (merge->open_count > merge->settings.open_most && strcmp(path, "-") != 0)
		park(merge, &file);
	merge->files = xrealloc(merge->files, (merge->file_count + 1) * sizeof(*merge->files));
	merge->files[merge->file_count++] = file;
	return 0;
}

static bool
is_before(const struct node *a, const struct node *b)
{
	return a->us != b->us ? a->us < b->us : a->order < b->order;
}

/* A heap of four children a node: half as deep as one of two, and they share a cache line. */
static void
heap_push(struct merge *merge, struct node node)
{
	size_t at = merge->heap_count++;

	while (at > 0 && is_before(&node, &merge->heap[(at - 1) / 4])) {
		merge->heap[at] = merge->heap[(at - 1) / 4];
		at = (at - 1) / 4;
	}
	merge->heap[at] = node;
}

static struct node
heap_pop(struct merge *merge)
{
	struct node top = merge->heap[0], node = merge->heap[--merge->heap_count];
	size_t at = 0, child;

	while ((child = at * 4 + 1) < merge->heap_count) {
		size_t best = child;

		for (size_t i = 1; i < 4 && child + i < merge->heap_count; i++) {
			if (is_before(&merge->heap[child + i], &merge->heap[best]))
				best = child + i;
		}
		if (!is_before(&merge->heap[best], &node))
			break;
		merge->heap[at] = merge->heap[best];
		at = best;
	}
	merge->heap[at] = node;
	return top;
}

static uint64_t
connection_key(const struct merge *merge, const struct observation *o)
{
	uint8_t bytes[36];

	memcpy(bytes, o->client.byte, 16);
	memcpy(bytes + 16, o->server.byte, 16);
	memcpy(bytes + 32, &o->client_port, 2);
	memcpy(bytes + 34, &o->server_port, 2);
	return hash_keyed(&merge->secret, bytes, sizeof(bytes));
}

static uint32_t
slot_of(const struct node *node)
{
	return (uint32_t)(node->order & ((1U << SLOT_BITS) - 1));
}

/* Takes the first observation out; false if it had become part of another one. */
static bool
pop(struct merge *merge, struct observation *into)
{
	struct node top = heap_pop(merge);
	uint32_t slot = slot_of(&top);
	struct table_slot *entry;

	merge->free_slots[merge->free_count++] = slot;
	if (merge->slots[slot].kind == KIND_GONE)
		return false;
	*into = merge->slots[slot];
	into->time.us = top.us;
	if (merge->has_details && into->kind == OBSERVATION_MAIL) {
		entry = table_find(&merge->table, connection_key(merge, into));
		if (entry != NULL && entry->value == slot)
			table_remove(&merge->table, entry);
	}
	if (top.us > merge->last.us)
		merge->last.us = top.us;
	return true;
}

static int64_t
add_us(int64_t a, int64_t b)
{
	int64_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		return b > 0 ? INT64_MAX : INT64_MIN;
	return sum;
}

static int64_t
end_of(const struct observation *o)
{
	return add_us(o->time.us, (int64_t)o->duration_ms * 1000);
}

static uint8_t
saturate(unsigned sum)
{
	return sum > UINT8_MAX ? UINT8_MAX : (uint8_t)sum;
}

/* Are these the packets' record and the application's of one connection? */
static bool
is_detail_of(const struct observation *a, const struct observation *b)
{
	const struct observation *detail = a->flags & OBSERVATION_DETAIL ? a : b;
	const struct observation *packets = detail == a ? b : a;

	return (detail->flags & OBSERVATION_DETAIL) && !(packets->flags & OBSERVATION_DETAIL) &&
		detail->time.us >= add_us(packets->time.us, -DETAIL_NEAR) &&
		detail->time.us <= add_us(end_of(packets), DETAIL_NEAR);
}

static struct observation
combined(const struct observation *a, const struct observation *b)
{
	const struct observation *detail = a->flags & OBSERVATION_DETAIL ? a : b;
	struct observation both = detail == a ? *b : *a;

	if (detail->outcome != OUTCOME_UNKNOWN)
		both.outcome = detail->outcome;
	both.flags |= detail->flags & OBSERVATION_STARTTLS;
	both.recipients = saturate((unsigned)both.recipients + detail->recipients);
	both.refusals = saturate((unsigned)both.refusals + detail->refusals);
	return both;
}

/* Joins an observation with its counterpart that is waiting already. True if nothing is left to add. */
static bool
join_detail(struct merge *merge, struct observation *o, uint64_t key)
{
	struct table_slot *entry = table_find(&merge->table, key);
	struct observation *waiting;

	if (entry == NULL)
		return false;
	waiting = &merge->slots[entry->value];
	if (!is_detail_of(waiting, o))
		return false;
	merge->counts.details++;
	if (o->flags & OBSERVATION_DETAIL) {
		*waiting = combined(waiting, o);
		return true;
	}
	/* It began earlier than its detail: it takes a place of its own in the order. */
	*o = combined(waiting, o);
	waiting->kind = KIND_GONE;
	table_remove(&merge->table, entry);
	return false;
}

static void
add(struct merge *merge, struct observation o)
{
	struct node node;
	struct table_slot *entry;
	uint32_t slot;
	uint64_t key = 0;
	bool indexed = merge->has_details && o.kind == OBSERVATION_MAIL;

	if (indexed) {
		key = connection_key(merge, &o);
		if (join_detail(merge, &o, key))
			return;
	}
	node.us = o.time.us;
	if (merge->free_count > 0)
		slot = merge->free_slots[--merge->free_count];
	else
		slot = merge->used_slots++;
	merge->slots[slot] = o;
	node.order = merge->sequence++ << SLOT_BITS | slot;
	heap_push(merge, node);
	if (indexed && table_add(&merge->table, key, &entry) >= 0)
		entry->value = slot;
}

/* The file that is furthest behind; unknown beginnings first. NULL when all have ended. */
static struct file *
furthest_behind(struct merge *merge, struct wall *others)
{
	struct file *first = NULL;

	others->us = INT64_MAX;
	for (size_t i = 0; i < merge->file_count; i++) {
		struct file *file = &merge->files[i];
		int64_t us = file->time.started ? file->time.now.us : INT64_MIN;

		if (file->ended)
			continue;
		if (first == NULL) {
			first = file;
		} else if (us < (first->time.started ? first->time.now.us : INT64_MIN)) {
			others->us = first->time.now.us;
			first = file;
		} else if (us < others->us) {
			others->us = us;
		}
	}
	return first;
}

/* Everything before this is late. What was handed out early, because too many waited, moves it too. */
static int64_t
horizon_of(const struct merge *merge)
{
	int64_t forced = add_us(merge->last.us, -merge->settings.late_us);

	return merge->horizon.us > forced ? merge->horizon.us : forced;
}

/* One observation of a file, in its order. */
static void
sort_in(struct merge *merge, struct file *file, struct wall others, struct observation *o)
{
	int64_t now = INT64_MIN, floor;

	if (!file->is_unordered) {
		recordtime_see(&file->time, o->time);
		now = file->time.now.us < others.us ? file->time.now.us : others.us;
	}
	merge->horizon.us = add_us(now, -merge->settings.late_us);
	if (end_of(o) < horizon_of(merge)) {
		merge->counts.late_records++;
		return;
	}
	floor = merge->horizon.us > merge->last.us ? merge->horizon.us : merge->last.us;
	if (o->time.us < floor) {
		o->duration_ms = (uint32_t)((end_of(o) > floor ? end_of(o) - floor : 0) / 1000);
		o->time.us = floor;
		merge->counts.raised++;
	}
	add(merge, *o);
}

/* Reads a batch of the file that is furthest behind. False when all files have ended. */
static bool
fill(struct merge *merge)
{
	struct observation batch[BATCH];
	struct wall others;
	struct file *file = furthest_behind(merge, &others);
	size_t room = merge->settings.waiting_most - merge->heap_count;
	struct fail fail = {0};
	int got;

	if (file == NULL)
		return false;
	if (file->source == NULL && open_file(merge, file, &fail) < 0) {
		struct intake_error error = {0};

		snprintf(error.file, sizeof(error.file), "%s", file->path);
		snprintf(error.what, sizeof(error.what), "%.255s", fail.what);
		add_error(merge, &error);
		merge->counts.intake.errors++;
		merge->counts.damaged_files++;
		file->ended = true;
		return true;
	}
	got = source_read(file->source, batch, room < BATCH ? room : BATCH);
	for (int i = 0; i < got; i++)
		sort_in(merge, file, others, &batch[i]);
	if (got <= 0)
		finish(merge, file, got);
	return true;
}

size_t
merge_read(struct merge *merge, struct observation *into, size_t room)
{
	size_t taken = 0;
	bool more = true;

	while (taken < room) {
		bool full = merge->heap_count == merge->settings.waiting_most;

		if (merge->heap_count > 0 &&
			(full || !more || merge->heap[0].us <= merge->horizon.us)) {
			merge->counts.forced +=
				full && more && merge->heap[0].us > merge->horizon.us;
			taken += pop(merge, &into[taken]);
			continue;
		}
		if (taken > 0 || !more)
			break;
		more = fill(merge);
	}
	return taken;
}

void
merge_counts(const struct merge *merge, struct merge_counts *ret)
{
	*ret = merge->counts;
	for (size_t i = 0; i < merge->file_count; i++) {
		if (merge->files[i].source != NULL)
			add_counts(
				&ret->intake, intake_counts(source_intake(merge->files[i].source)));
	}
}

const struct intake_error *
merge_errors(const struct merge *merge, size_t *count)
{
	*count = merge->error_count;
	return merge->errors;
}

void
merge_progress(const struct merge *merge, uint64_t *done, uint64_t *size)
{
	bool is_known = true;

	*done = *size = 0;
	for (size_t i = 0; i < merge->file_count; i++) {
		const struct file *file = &merge->files[i];
		uint64_t file_done = file->packed_done, file_size;

		if (file->source != NULL)
			source_progress(file->source, &file_done, &file_size);
		*done += file_done;
		*size += file->packed_size;
		is_known = is_known && file->packed_size > 0;
	}
	if (!is_known)
		*size = 0;
}

void
merge_watch(struct merge *merge, source_watcher watcher, void *context)
{
	merge->watcher = watcher;
	merge->context = context;
	for (size_t i = 0; i < merge->file_count; i++) {
		if (merge->files[i].source != NULL)
			source_watch(merge->files[i].source, watcher, context);
	}
}
