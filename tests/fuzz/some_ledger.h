/* some_ledger - a ledger, the same for each input: cases 1 to 3 of the lines 192.0.2.1 to 192.0.2.3, in files without a
 * name
 *
 * Port 25 of the first is closed, the second is in the garden, and nothing follows of the third. To make it takes far
 * longer than most inputs, so that is done once: an input has it inside a transaction, which is taken back after it,
 * and a transaction of the ledger's is a savepoint there. What the ledger remembers beside its file is put back as
 * well. */
#ifndef LAZARET_FUZZ_SOME_LEDGER_H
#define LAZARET_FUZZ_SOME_LEDGER_H

#include "base/bytes.h"
#include "identity/lines.h"
#include "ledger/inside.h"
#include "ledger/sqlite_statements.h"

#include <dirent.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SOME_LEDGER_NOW   ((struct wall){INT64_C(1700000000) * WALL_SECOND})
#define SOME_LEDGER_CASES 3
#define SOME_LEDGER_HELD  2 /* of these, the first so many */

struct some_ledger {
	char folder[64];
	struct ledger *ledger;
	struct lines *lines;
	struct keys keys;
};

static inline void
some_ledger_open(struct some_ledger *some)
{
	struct ledger_settings settings = LEDGER_DEFAULTS;
	struct planning planning = {.plan = PLAN_DEFAULTS};
	char path[80];

	/* In memory, where that can be had: it is written to often, and soon gone. */
	snprintf(some->folder, sizeof(some->folder), "%s/lazaret-fuzz-XXXXXX",
		access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	must(mkdtemp(some->folder) != NULL);
	snprintf(path, sizeof(path), "%s/ledger", some->folder);
	settings.where = path;
	settings.mode = STORE_MAKE;
	settings.now = SOME_LEDGER_NOW;
	settings.actor = TEXT(LEDGER_PROGRAM);
	must(ledger_open(&some->ledger, &settings, NULL) == 0);
	must(ledger_parameters(some->ledger, 1, TEXT("q = 0.05\n"), NULL) == 0);
	planning.plan.mode[MEASURE_BLOCK25] = MEASURE_ENFORCE;
	ledger_plan(some->ledger, &planning);
	snprintf(path, sizeof(path), "%s/ledger.key", some->folder);
	must(keyfile_read(path, &some->keys, NULL) == 0);
}

static inline void
some_ledger_fill(struct some_ledger *some)
{
	struct lines_settings settings = {.key = some->keys.pseudonym, .line_length = 56};
	struct lines_prefix prefix = {.role = ROLE_RESIDENTIAL};
	struct measure held;

	some->lines = lines_new(&settings);
	must(prefix_parse(TEXT("192.0.2.0/24"), &prefix.prefix) == 0);
	must(lines_add(some->lines, &prefix, NULL) == 0);
	for (unsigned i = 1; i <= SOME_LEDGER_CASES; i++) {
		struct verdict verdict = {.time = SOME_LEDGER_NOW,
			.parameters = 1,
			.from = STATE_WATCH,
			.to = i <= SOME_LEDGER_HELD ? STATE_CONFIRMED : STATE_SUSPECT,
			.role = ROLE_RESIDENTIAL,
			.score = 12,
			.threshold = 11};
		struct address address = address_from_v4(0xc0000200 + i);
		struct line line;
		char name[16];

		must(lines_find(some->lines, &address, 1, &line) == 0);
		verdict.line = line.pseudonym;
		verdict.highest = verdict.to;
		snprintf(name, sizeof(name), "192.0.2.%u", i);
		must(ledger_transition(some->ledger, &verdict, text_of(name), NULL) == 0);
		must(ledger_commit(some->ledger, NULL) == 0);
	}
	must(ledger_quarantine(some->ledger, 2, (struct wall){SOME_LEDGER_NOW.us + 30 * WALL_DAY},
		     TEXT("it goes on"), &held, NULL) == 0);
}

/* Open files need no names; so nothing is left behind, however the process ends. */
static inline void
some_ledger_unlink(const struct some_ledger *some)
{
	DIR *folder = opendir(some->folder);
	struct dirent *file;

	must(folder != NULL);
	while ((file = readdir(folder)) != NULL) {
		if (*file->d_name != '.')
			(void)unlinkat(dirfd(folder), file->d_name, 0);
	}
	closedir(folder);
	must(rmdir(some->folder) == 0);
}

static inline int
some_ledger_run(const struct some_ledger *some, const char *sql)
{
	return sqlite_run(sqlite_of(some->ledger->store), sql, NULL);
}

static inline int
some_ledger_open_savepoint(struct store *store, bool write, struct fail *fail)
{
	(void)write;
	return sqlite_run(sqlite_of(store), "SAVEPOINT inner", fail);
}

static inline int
some_ledger_end_savepoint(struct store *store, bool keep, struct fail *fail)
{
	return sqlite_run(sqlite_of(store),
		keep ? "RELEASE inner" : "ROLLBACK TO inner; RELEASE inner", fail);
}

/* What it was as it was made; waiting verdicts are none. */
static uint8_t some_ledger_kept[offsetof(struct ledger, waiting)];

static inline void
some_ledger_make(struct some_ledger *some)
{
	static struct store_ops ops;

	some_ledger_open(some);
	some_ledger_fill(some);
	some_ledger_unlink(some);
	must(some->ledger->waits == 0);
	ops = *some->ledger->store->ops;
	ops.begin = some_ledger_open_savepoint;
	ops.end = some_ledger_end_savepoint;
	some->ledger->store->ops = &ops;
	memcpy(some_ledger_kept, some->ledger, sizeof(some_ledger_kept));
}

static inline struct some_ledger *
some_ledger_begin(void)
{
	static struct some_ledger some;

	if (some.ledger == NULL)
		some_ledger_make(&some);
	must(some_ledger_run(&some, "BEGIN") == 0);
	return &some;
}

static inline void
some_ledger_end(struct some_ledger *some)
{
	struct ledger *ledger = some->ledger;
	struct buffer channels = ledger->channels, facts = ledger->facts;
	struct case_decision *decisions = ledger->decisions;
	size_t room = ledger->decision_room;

	must(some_ledger_run(some, "ROLLBACK") == 0);
	memcpy(ledger, some_ledger_kept, sizeof(some_ledger_kept));
	/* These may have grown. */
	ledger->channels = channels;
	ledger->facts = facts;
	ledger->decisions = decisions;
	ledger->decision_room = room;
}

/* Bytes of a question are overwritten: offset (two bytes), how many, and these. */
static inline void
some_ledger_patch(void *question, size_t size, struct reader *patches)
{
	size_t at = reader_u16(patches) % size, length = reader_u8(patches);
	const uint8_t *bytes = reader_take(patches, length);

	if (bytes != NULL)
		memcpy((uint8_t *)question + at, bytes, length < size - at ? length : size - at);
}

#endif
