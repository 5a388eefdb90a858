/* SPDX-License-Identifier: BSD-2-Clause */
/* A snapshot of a judge with edits, and a checksum that fits them. The first byte chooses the snapshot, each
 * five bytes after it are an edit: two bytes of offset, how, and a value. What is taken must stand more
 * mail, time, and being saved and restored again. The input is no snapshot itself, so that it stays good when
 * what a judge holds changes. */
#include "../unit/memory_stream.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "edit.h"
#include "fuzz.h"
#include "judge/judge.h"
#include "source/observation.h"

#define START (INT64_C(15000) * WALL_DAY)
#define KINDS 3

static struct memory_stream snapshots[KINDS];

/* Few lines with small sketches, so that most bytes mean something. */
static struct judge *
new_judge(unsigned kind)
{
	struct judge_settings settings;

	judge_defaults(&settings);
	settings.parameters.flow.lines_most = kind == 0 ? 6 : 12;
	settings.parameters.flow.filter_blocks = kind == 1 ? 2 : 1;
	settings.parameters.flow.outage_lines = 3;
	settings.parameters.flow.server_us = WALL_HOUR;
	return judge_new(&settings);
}

static void
attempt(struct judge *judge, struct wall time, uint32_t host, unsigned network, unsigned outcome)
{
	struct sighting seen = {
		.time = time,
		.line = {.pseudonym = hash_mix(host + 1)},
		.other = address_from_v4(0x01000000 + network * 256),
		.sampling = 1,
		.server_port = 25,
		.kind = network % 4 == 0 ? SIGHTING_INBOUND : SIGHTING_CONTACT,
		.outcome = (uint8_t)(outcome % OUTCOME_COUNT),
	};

	judge_take(judge, &seen, 1);
}

/* Some are confirmed, some on probation, some only watched, and most nothing. */
static void
live(struct judge *judge, struct wall begin, unsigned contacts)
{
	for (unsigned i = 0; i < contacts; i++) {
		begin.us += WALL_MINUTE;
		attempt(judge, begin, i % 8, i * 7 % 500,
			i % 8 < 4       ? OUTCOME_REFUSED
				: i % 5 ? OUTCOME_ACCEPTED
					: OUTCOME_FAILED);
	}
}

static void
save(const struct judge *judge, struct memory_stream *into)
{
	struct save *save = save_new(memory_write, into);

	must(judge_save(judge, save) == 0);
	must(save_end(save) == 0);
	save_free(save);
}

static int
restore(struct judge *judge, struct memory_stream *from)
{
	struct restore *restore = restore_new(memory_read, from);
	struct fail fail = {0};
	int r;

	from->at = 0;
	r = judge_restore(judge, restore, &fail);
	if (r == 0)
		r = restore_end(restore, &fail);
	must(r == 0 || fail.what[0] != 0);
	restore_free(restore);
	return r;
}

static void
make_snapshots(void)
{
	for (unsigned kind = 0; kind < KINDS && snapshots[kind].size == 0; kind++) {
		struct judge *judge = new_judge(kind);

		live(judge, (struct wall){START}, 300);
		live(judge, (struct wall){START + 4 * WALL_DAY}, kind == 2 ? 30 : 100);
		save(judge, &snapshots[kind]);
		judge_free(judge);
	}
}

static const uint64_t values[EDIT_VALUES] = {0, 1, UINT64_MAX, INT64_MAX, (uint64_t)INT64_MIN,
	UINT32_MAX, UINT64_C(0x7ff8000000000000), UINT64_C(0x7fc000007fc00000)};

static void
visit(void *context, const struct judge_line *line)
{
	must(line->now.role < ROLE_COUNT && line->now.to < STATE_COUNT);
	must(line->now.facts.contacts <= line->now.facts.attempts);
	must(line->confirmed == NULL || line->confirmed->line == line->now.line);
	++*(unsigned *)context;
}

static void
send(void *context, const struct verdict *verdict)
{
	must(verdict->to >= STATE_SUSPECT && verdict->to < STATE_COUNT);
}

static void
go_on(struct judge *judge, unsigned kind)
{
	struct resumed resumed = {.line = {.pseudonym = 77}, .state = STATE_CONFIRMED};
	struct memory_stream again = {0};
	struct judge *next;
	unsigned held = 0;

	judge_each_missing(judge, send, NULL);
	must(judge_resume(judge, &resumed) == 0);
	live(judge, (struct wall){START + 5 * WALL_DAY}, 60);
	judge_advance(judge, (struct wall){START + 30 * WALL_DAY});
	live(judge, (struct wall){START + 30 * WALL_DAY}, 60);
	judge_each(judge, STATE_CLEAR, visit, &held);
	must(held > 0 && held <= 12);
	save(judge, &again);
	next = new_judge(kind);
	must(restore(next, &again) == 0);
	judge_free(next);
	memory_done(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct reader edits = reader_on(bytes, size);
	unsigned kind = reader_u8(&edits) % KINDS;
	struct memory_stream stream = {0};
	struct judge *judge;

	make_snapshots();
	must(memory_write(&stream, snapshots[kind].bytes, snapshots[kind].size) == 0);
	while (reader_left(&edits) >= 5)
		edit(&stream, &edits, values);
	memory_sign(&stream);
	judge = new_judge(kind);
	if (restore(judge, &stream) == 0)
		go_on(judge, kind);
	else
		must(size > 1);
	judge_free(judge);
	memory_done(&stream);
	return 0;
}
