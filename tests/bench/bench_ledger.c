/* SPDX-License-Identifier: BSD-2-Clause */
/* What it costs to keep a transition: verdicts of many lines in batches through the ledger, on the disk and
 * chained. Beside it the limit: rows of the same size into one table of SQLite without an index, in the
 * same batches and as durable. Then the same verdicts again, and the walk through all of it. */
#include "ledger/ledger.h"
#include "ledger/verify.h"
#include "measure.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define RUNS  MEASURE_RUNS
#define COUNT 20000
#define ROW   600 /* bytes of a transition with its audit row and its share of a case */

static const char *const parameters = "flow.failure-honest=0.2\n";

static void
stop(const struct fail *fail)
{
	fprintf(stderr, "%s: %s\n", fail->where, fail->what);
	exit(1);
}

/* Two steps a line: suspect, then confirmed. */
static void
keep_all(struct ledger *ledger)
{
	struct fail fail = {0};

	for (uint64_t i = 0; i < COUNT; i++) {
		bool second = i % 2;
		struct verdict verdict = {.time = {(int64_t)i * WALL_SECOND},
			.line = hash_mix(i / 2 + 1),
			.parameters = 1,
			.from = second ? STATE_SUSPECT : STATE_WATCH,
			.to = second ? STATE_CONFIRMED : STATE_SUSPECT,
			.highest = second ? STATE_CONFIRMED : STATE_SUSPECT,
			.score = 12.6f,
			.threshold = 11.5f,
			.active_lines = 1000};
		char name[32];

		verdict.channels[CHANNEL_FLOW] = 13.5f;
		verdict.facts.first_seen = verdict.time;
		verdict.facts.last_seen = verdict.time;
		verdict.facts.attempts = 40;
		verdict.facts.failed = 31;
		verdict.facts.contacts = 12;
		verdict.facts.contacts_bad = 11;
		verdict.facts.networks = 30;
		verdict.facts.addresses = 38;
		verdict.facts.rate = 14.25f;
		verdict.facts.failure = 13.5f;
		snprintf(name, sizeof(name), "10.%u.%u.%u", (unsigned)(i >> 16 & 255),
			(unsigned)(i >> 8 & 255), (unsigned)(i & 255));
		if (ledger_transition(ledger, &verdict, text_of(name), &fail) < 0)
			stop(&fail);
	}
	if (ledger_commit(ledger, &fail) < 0)
		stop(&fail);
}

static struct ledger *
open_ledger(const char *path)
{
	struct ledger_settings settings = LEDGER_DEFAULTS;
	struct ledger *ledger = NULL;
	struct fail fail = {0};

	settings.where = path;
	settings.mode = STORE_MAKE;
	if (ledger_open(&ledger, &settings, &fail) < 0 ||
		ledger_parameters(ledger, 1, text_of(parameters), &fail) < 0)
		stop(&fail);
	return ledger;
}

static double
bare_table(const char *path)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *insert = NULL;
	uint8_t row[ROW] = {0};
	double begun;

	if (sqlite3_open(path, &db) != SQLITE_OK ||
		sqlite3_exec(db,
			"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (b)",
			NULL, NULL, NULL) != SQLITE_OK ||
		sqlite3_prepare_v2(db, "INSERT INTO t VALUES (?)", -1, &insert, NULL) != SQLITE_OK)
		exit(1);
	begun = measure_clock();
	for (int i = 0; i < COUNT; i++) {
		if (i % LEDGER_BATCH == 0)
			sqlite3_exec(db, i ? "COMMIT; BEGIN" : "BEGIN", NULL, NULL, NULL);
		sqlite3_bind_blob(insert, 1, row, sizeof(row), SQLITE_STATIC);
		if (sqlite3_step(insert) != SQLITE_DONE)
			exit(1);
		sqlite3_reset(insert);
	}
	sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	begun = measure_clock() - begun;
	sqlite3_finalize(insert);
	sqlite3_close(db);
	return begun;
}

static void
remove_all(const char *folder)
{
	static const char *const names[] = {"ledger", "ledger.key", "bare"};
	char path[128];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
}

int
main(void)
{
	char folder[] = "/tmp/lazaret-bench-XXXXXX", path[128], bare[128];
	double kept[RUNS], again[RUNS], checked[RUNS], limit[RUNS];
	struct ledger_proof proof;
	struct fail fail = {0};

	if (mkdtemp(folder) == NULL)
		return 1;
	snprintf(path, sizeof(path), "%s/ledger", folder);
	snprintf(bare, sizeof(bare), "%s/bare", folder);
	for (int i = 0; i < RUNS; i++) {
		struct ledger *ledger = open_ledger(path);

		kept[i] = measure_clock();
		keep_all(ledger);
		kept[i] = measure_clock() - kept[i];
		again[i] = measure_clock();
		keep_all(ledger);
		again[i] = measure_clock() - again[i];
		checked[i] = measure_clock();
		if (ledger_verify(ledger, &proof, &fail) < 0)
			stop(&fail);
		checked[i] = measure_clock() - checked[i];
		ledger_close(ledger);
		limit[i] = bare_table(bare);
		remove_all(folder);
	}
	rmdir(folder);
	printf("transitions kept       %9.0f a second\n", COUNT / measure_median(kept));
	printf("limit: a bare table    %9.0f a second\n", COUNT / measure_median(limit));
	printf("the same ones again    %9.0f a second\n", COUNT / measure_median(again));
	printf("rows verified          %9.0f a second\n",
		(double)proof.rows / measure_median(checked));
	return 0;
}
