/* ledger_fixture - a ledger in a folder of its own, and verdicts to put into it */
#ifndef LAZARET_TESTS_LEDGER_FIXTURE_H
#define LAZARET_TESTS_LEDGER_FIXTURE_H

#include "ledger/horizon.h"
#include "ledger/ledger.h"
#include "unit.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FIXTURE_VERSION 0xfeedbee5U
#define FIXTURE_NOW     ((struct wall){INT64_C(1700000000) * WALL_SECOND})

struct fixture {
	char folder[64];
	char path[80];
};

static inline int
fixture_begin(void **state)
{
	struct fixture *fixture = xcalloc(1, sizeof(*fixture));

	snprintf(fixture->folder, sizeof(fixture->folder), "/tmp/lazaret-ledger-XXXXXX");
	if (mkdtemp(fixture->folder) == NULL)
		return -1;
	snprintf(fixture->path, sizeof(fixture->path), "%s/ledger", fixture->folder);
	*state = fixture;
	return 0;
}

static inline int
fixture_remove(const char *path, const struct stat *stat, int type, struct FTW *where)
{
	(void)stat;
	(void)type;
	(void)where;
	return remove(path);
}

static inline int
fixture_end(void **state)
{
	struct fixture *fixture = *state;
	int r = nftw(fixture->folder, fixture_remove, 8, FTW_DEPTH | FTW_PHYS);

	free(fixture);
	return r;
}

static inline struct ledger_settings
fixture_settings(const struct fixture *fixture, enum store_mode mode)
{
	struct ledger_settings settings = LEDGER_DEFAULTS;

	settings.where = fixture->path;
	settings.mode = mode;
	settings.now = FIXTURE_NOW;
	settings.actor = TEXT("test");
	return settings;
}

/* Opens it with the parameters in place; a test that fails to open one fails. */
static inline struct ledger *
fixture_ledger(const struct fixture *fixture)
{
	struct ledger_settings settings = fixture_settings(fixture, STORE_MAKE);
	struct ledger *ledger = NULL;
	struct fail fail = {0};
	int r = ledger_open(&ledger, &settings, &fail);

	if (r < 0)
		print_error("%s: %s\n", fail.where, fail.what);
	assert_int_equal(r, 0);
	assert_int_equal(ledger_parameters(ledger, FIXTURE_VERSION, TEXT("q = 0.05\n"), &fail), 0);
	return ledger;
}

/* Time passes, and the ledger has seen each day of it. */
static inline void
fixture_pass(struct ledger *ledger, struct wall now)
{
	while (now.us - ledger_horizon(ledger).us >= HORIZON_STEP) {
		struct wall next = {ledger_horizon(ledger).us + WALL_DAY};

		ledger_set_time(ledger, next.us < now.us ? next : now);
		assert_int_equal(ledger_note(ledger, ACTION_RETENTION, 0, TEXT(""), NULL), 0);
	}
	ledger_set_time(ledger, now);
}

static inline struct ledger *
fixture_reader(const struct fixture *fixture)
{
	struct ledger_settings settings = fixture_settings(fixture, STORE_READ);
	struct ledger *ledger = NULL;

	assert_int_equal(ledger_open(&ledger, &settings, NULL), 0);
	return ledger;
}

/* A step of line from one state to another, seconds after the beginning of 2011-08-16. */
static inline struct verdict
fixture_verdict(uint64_t line, int seconds, enum state from, enum state to)
{
	struct verdict verdict = {
		.time = {INT64_C(1313452800) * WALL_SECOND + seconds * WALL_SECOND},
		.line = line,
		.parameters = FIXTURE_VERSION,
		.from = (uint8_t)from,
		.to = (uint8_t)to,
		.highest = (uint8_t)to,
		.role = ROLE_RESIDENTIAL,
		.score = 12.6f + (float)seconds,
		.threshold = 11.5f,
		.active_lines = 23};

	verdict.channels[CHANNEL_FLOW] = 13.5f;
	verdict.facts.first_seen = verdict.time;
	verdict.facts.last_seen = verdict.time;
	verdict.facts.attempts = 40;
	verdict.facts.failed = 31;
	verdict.facts.contacts = 12;
	verdict.facts.rate = 14.25f;
	return verdict;
}

static inline void
fixture_step(struct ledger *ledger, uint64_t line, int seconds, enum state from, enum state to)
{
	struct verdict verdict = fixture_verdict(line, seconds, from, to);
	char name[SEAL_NAME];

	snprintf(name, sizeof(name), "192.0.2.%u", (unsigned)line & 255);
	assert_int_equal(ledger_transition(ledger, &verdict, text_of(name), NULL), 0);
}

static inline void
fixture_commit(struct ledger *ledger)
{
	struct fail fail = {0};
	int r = ledger_commit(ledger, &fail);

	if (r < 0)
		print_error("%s: %s\n", fail.where, fail.what);
	assert_int_equal(r, 0);
}

#endif
