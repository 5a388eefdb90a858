/* SPDX-License-Identifier: BSD-2-Clause */
/* coldload - a ledger with many open cases, each with an enforced block of port 25: for `cold`, which starts a daemon
 * with it
 *
 *   coldload LEDGER COUNT   makes it, with COUNT lines of IPv4 (10.0.0.0/8) and as many /64 of IPv6 (2001:db8::/32)
 *
 * Rows are written as the ledger writes them, but through its store, in few transactions and without rows of the audit
 * trail: nobody reads those at the start. In the order of pseudonyms, which is none of the addresses.
 */
#include "identity/linename.h"
#include "judge/judge.h"
#include "ledger/keyfile.h"
#include "ledger/ledger.h"
#include "ledger/transition.h"
#include "runtime/clock.h"

#include <stdio.h>
#include <stdlib.h>

#define COUNT_MOST (1U << 24)
#define AT_ONCE    (1U << 18)

struct line_of {
	uint64_t line;
	struct line_name name;
};

static struct fail fail;

static void
check(int r)
{
	if (r >= 0)
		return;
	fprintf(stderr, "coldload: %s: %s\n", fail.where, fail.what);
	exit(1);
}

static int
compare(const void *a, const void *b)
{
	const struct line_of *left = a, *right = b;

	return (left->line > right->line) - (left->line < right->line);
}

static struct line_of *
make_lines(uint32_t count, const struct hash_key *key)
{
	struct line_of *lines = xcalloc(2UL * count, sizeof(*lines));

	for (uint32_t i = 0; i < count; i++) {
		struct line_name *v4 = &lines[2 * i].name, *v6 = &lines[2 * i + 1].name;

		*v4 = (struct line_name){
			.address = address_from_v4(UINT32_C(0x0a000000) + i), .length = 128};
		*v6 = (struct line_name){
			.address = {.byte = {0x20, 0x01, 0x0d, 0xb8, (uint8_t)(i >> 24),
					    (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i}},
			.length = 64};
		lines[2 * i].line = line_name_pseudonym(v4, key);
		lines[2 * i + 1].line = line_name_pseudonym(v6, key);
	}
	qsort(lines, 2UL * count, sizeof(*lines), compare);
	return lines;
}

/* The ledger itself, with its keys and the parameters that judged. */
static uint32_t
make_ledger(const char *path, struct wall now)
{
	struct ledger_settings settings = LEDGER_DEFAULTS;
	struct ledger *ledger = NULL;
	struct judge_settings judge;
	struct buffer text;
	uint32_t version;

	settings.where = path;
	settings.mode = STORE_MAKE;
	settings.now = now;
	judge_defaults(&judge);
	version = parameters_version(&judge.parameters);
	buffer_init(&text, PARAMETERS_TEXT);
	parameters_format(&judge.parameters, &text);
	check(ledger_open(&ledger, &settings, &fail));
	check(ledger_parameters(ledger, version, (struct text){text.at, text.length}, &fail));
	buffer_done(&text);
	ledger_close(ledger);
	return version;
}

/* Everything that a line leaves there which was found to be a zombie. */
static void
put_line(struct store *store, const struct keys *keys, const struct line_of *line,
	struct transition *step)
{
	struct measure measure = {.line = line->line,
		.kind = MEASURE_BLOCK25,
		.mode = MEASURE_ENFORCE,
		.begun = step->time,
		.until = WALL_NONE,
		.ended = WALL_NONE,
		.ground = "network security",
		.actor = LEDGER_PROGRAM};
	const struct prefix at = {.address = line->name.address, .length = line->name.length};
	uint8_t place[SEAL_PLACE];
	char name[LINE_NAME];
	struct ledger_case of;

	step->line = line->line;
	case_init(&of, step);
	of.changed = step->time;
	line_name_format(&line->name, name);
	of.name_hash = hash_keyed(&keys->name, name, strlen(name));
	check(seal_name(keys->seal, line->line, text_of(name), of.sealed));
	check(store->ops->case_put(store, &of, &fail));
	step->of_case = measure.of_case = of.number;
	check(store->ops->transition_add(store, step, &fail));
	seal_place(keys->place, line->line, &at, place);
	check(store->ops->measure_add(store, &measure, place, &fail));
}

static void
fill(const char *path, uint32_t count, uint32_t version, struct wall now)
{
	struct store_settings settings = {.where = path,
		.mode = STORE_WRITE,
		.wait_ms = 1000,
		.bytes_most = UINT64_C(64) << 30};
	struct verdict verdict = {.time = now,
		.line = 1,
		.parameters = version,
		.from = STATE_WATCH,
		.to = STATE_CONFIRMED,
		.highest = STATE_CONFIRMED,
		.role = ROLE_RESIDENTIAL,
		.score = 13,
		.threshold = 11,
		.active_lines = 2 * count};
	struct buffer channels, facts;
	struct store *store = NULL;
	struct transition step;
	struct line_of *lines;
	struct keys keys;
	char key[4096];

	snprintf(key, sizeof(key), "%s.key", path);
	check(keyfile_read(key, &keys, &fail));
	check(store_open(&store, &settings, &fail));
	buffer_init(&channels, TRANSITION_TEXT);
	buffer_init(&facts, TRANSITION_TEXT);
	check(transition_encode(&verdict, &channels, &facts, &step));
	lines = make_lines(count, &keys.pseudonym);
	for (uint32_t i = 0; i < 2 * count; i++) {
		if (i % AT_ONCE == 0)
			check(store->ops->begin(store, true, &fail));
		put_line(store, &keys, &lines[i], &step);
		if ((i + 1) % AT_ONCE == 0 || i + 1 == 2 * count)
			check(store->ops->end(store, true, &fail));
	}
	free(lines);
	buffer_done(&channels);
	buffer_done(&facts);
	keyfile_forget(&keys);
	store_close(store);
}

int
main(int count, char **words)
{
	uint64_t lines = 0;
	struct clock clock;

	if (count != 3 || text_parse_u64(text_of(words[2]), COUNT_MOST, &lines) < 0) {
		fputs("usage: coldload LEDGER COUNT\n", stderr);
		return 2;
	}
	clock_begin(&clock, (struct wall){0});
	(void)clock_read(&clock);
	fill(words[1], (uint32_t)lines, make_ledger(words[1], clock.now), clock.now);
	return 0;
}
