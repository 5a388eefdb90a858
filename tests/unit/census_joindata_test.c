/* SPDX-License-Identifier: BSD-2-Clause */
/* 51 hours of two real spam databases, from their listings to the state of two days; whose the addresses are is held
 * against figures that were counted otherwise (README.md of the data folder). */
#include "census/join/distinct.h"
#include "census/join/mergejoin.h"
#include "census/join/radix.h"
#include "census/join/score.h"
#include "census/join/state.h"
#include "ip2asn.h"

#define SERIES  "spamdb/firehol-2017-series/"
#define NIXSPAM SERIES "nixspam.sightings.csv.xz"
#define DE_MAIL SERIES "blocklist_de_mail.sightings.csv.xz"
#define MOST    200000

struct listings {
	struct listing4 *all;
	struct listing4 *scratch;
	size_t count;
};

/* Lines "address,first,last,snapshots"; last is when the list named it last. */
static void
add_series(struct listings *listings, const char *name, uint16_t list)
{
	struct input input;
	struct fail fail;
	uint32_t line_number = 0;

	if (input_open(&input, data_path(name), 0, &fail) < 0)
		fail_msg("%s: %s", fail.where, fail.what);
	while (input_need(&input, 4096, &fail) > 0) {
		struct text rest = {(const char *)input.at, input.left};
		struct text line = text_cut(&rest, '\n');
		struct text address = text_cut(&line, ','), first = text_cut(&line, ',');
		struct text last = text_cut(&line, ',');
		struct address parsed;
		uint64_t time;

		assert_true(first.length > 0 && listings->count < MOST);
		assert_int_equal(address_parse(address, &parsed), 0);
		assert_int_equal(text_parse_u64(last, UINT32_MAX, &time), 0);
		listings->all[listings->count++] = (struct listing4){.address = ip2asn_v4(&parsed),
			.line = ++line_number,
			.time = (uint32_t)time,
			.list = list};
		input_step(&input, (size_t)(rest.at - (const char *)input.at));
	}
	assert_int_equal(input.error, 0);
	input_close(&input);
}

/* Skips the test where there is no data, before there is anything to free. */
static struct listings
listings_new(void)
{
	(void)data_path(NIXSPAM);
	return (struct listings){.all = xcalloc(MOST, sizeof(struct listing4)),
		.scratch = xcalloc(MOST, sizeof(struct listing4))};
}

/* Sorted and distinct, whichever of the two arrays they are in. */
static struct listing4 *
listings_sort(struct listings *listings)
{
	struct distinct *table = xcalloc(1, sizeof(*table));
	struct listing4 *sorted = radix_sort4(listings->all, listings->scratch, listings->count);

	listings->count = distinct4(table, sorted, listings->count);
	free(table);
	return sorted;
}

static void
listings_done(struct listings *listings)
{
	free(listings->all);
	free(listings->scratch);
}

/* The objects of all listings, and how many are nobody's. */
static uint32_t *
join_with(const char *table_name, const struct listing4 *sorted, size_t count, size_t *ret_nobodys)
{
	struct ip2asn table = ip2asn_read(table_name);
	struct segment4 *segments = xcalloc(table.count * 2 + 1, sizeof(*segments));
	struct mergejoin4 join = {segments, ip2asn_flatten(&table, segments), 0};
	uint32_t *objects = xcalloc(count, sizeof(*objects));

	mergejoin4(&join, sorted, count, objects);
	*ret_nobodys = 0;
	for (size_t i = 0; i < count; i++)
		*ret_nobodys += objects[i] == 0;
	free(segments);
	ip2asn_done(&table);
	return objects;
}

static int
by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void
nixspam_is_of_the_networks_that_were_counted(void **state)
{
	static const struct {
		uint32_t asn;
		size_t addresses;
	} known[] = {{4134, 10528}, {45899, 5321}, {7552, 2263}, {18403, 1855}, {9829, 1582},
		{3462, 1348}};
	struct listings listings = listings_new();
	struct listing4 *sorted;
	uint32_t *objects;
	size_t nobodys, networks = 0;

	add_series(&listings, NIXSPAM, 0);
	assert_int_equal(listings.count, 73031);
	sorted = listings_sort(&listings);
	assert_int_equal(listings.count, 73031);
	free(join_with(IP2ASN_PREFIXES, sorted, listings.count, &nobodys));
	assert_int_equal(nobodys, 12329);
	objects = join_with(IP2ASN_RANGES, sorted, listings.count, &nobodys);
	assert_int_equal(nobodys, 1551);
	qsort(objects, listings.count, sizeof(*objects), by_number);
	for (size_t i = 0; i < listings.count; i++)
		networks += objects[i] > 0 && (i == 0 || objects[i] != objects[i - 1]);
	assert_int_equal(networks, 6160);
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		size_t addresses = 0;

		for (size_t j = 0; j < listings.count; j++)
			addresses += objects[j] == known[i].asn;
		assert_int_equal(addresses, known[i].addresses);
	}
	free(objects);
	listings_done(&listings);
}

/* Each list alone is not enough, and both together are as long as neither is old. */
static void
what_both_databases_name_is_a_candidate(void **state)
{
	struct listings listings = listings_new();
	struct score_settings settings = SCORE_DEFAULTS;
	struct score_rules rules;
	struct score4 *scores = xcalloc(MOST, sizeof(*scores));
	const struct listing4 *at, *sorted;
	size_t count, both = 0, candidates = 0;
	struct fail fail;

	add_series(&listings, DE_MAIL, 1);
	assert_int_equal(listings.count, 24928);
	add_series(&listings, NIXSPAM, 0);
	/* Named twice, in a mirror of the list, it counts once. */
	add_series(&listings, NIXSPAM, 0);
	at = sorted = listings_sort(&listings);
	assert_int_equal(listings.count, 73031 + 24928);
	settings.lists = 2;
	settings.list[0] = (struct score_list){
		.weight = 7000, .group = 0, .is_evidence = true, .half_life = 30 * 86400};
	settings.list[1] = (struct score_list){
		.weight = 6000, .group = 1, .is_evidence = true, .half_life = 30 * 86400};
	settings.now = 1502785400; /* the end of the last snapshots */
	assert_int_equal(score_init(&rules, &settings, &fail), 0);
	count = score4(&rules, &at, sorted + listings.count, scores, MOST);
	assert_int_equal(count, 73031 + 24928 - 4440);
	for (size_t i = 0; i < count; i++) {
		both += scores[i].groups == 2;
		candidates += scores[i].flags & SCORE_CANDIDATE;
		assert_true(scores[i].groups == 2 || !(scores[i].flags & SCORE_CANDIDATE));
		assert_true(i == 0 || scores[i].address > scores[i - 1].address);
	}
	assert_int_equal(both, 4440);
	assert_int_equal(candidates, 4440);
	free(scores);
	listings_done(&listings);
}

static size_t
rows_of(const struct listing4 *sorted, size_t count, uint32_t from, struct state4 *into)
{
	size_t rows = 0;

	for (size_t i = 0; i < count; i++)
		if (sorted[i].time >= from)
			into[rows++] = (struct state4){.address = sorted[i].address, .lists = 1};
	return rows;
}

/* Those that were there at all, then those that were still in the last snapshot. */
static void
the_last_snapshot_tells_who_is_gone(void **state)
{
	struct listings listings = listings_new();
	struct state4 *all = xcalloc(MOST, sizeof(*all)), *last = xcalloc(MOST, sizeof(*last));
	struct state4 *first_state = xcalloc(MOST, sizeof(*all));
	struct state4 *next_state = xcalloc(MOST, sizeof(*all));
	struct state_merge merge = {.keep_days = STATE_KEEP_DAYS, .before = all, .before_end = all};
	struct listing4 *sorted;
	uint32_t newest = 0;
	size_t count;

	add_series(&listings, NIXSPAM, 0);
	sorted = listings_sort(&listings);
	for (size_t i = 0; i < listings.count; i++)
		newest = sorted[i].time > newest ? sorted[i].time : newest;
	merge.today = all;
	merge.today_end = all + rows_of(sorted, listings.count, 0, all);
	merge.day = 2000;
	count = state_merge4(&merge, first_state, MOST);
	assert_int_equal(count, 73031);
	assert_int_equal(merge.counts.new, 73031);
	merge = (struct state_merge){.before = first_state,
		.before_end = first_state + count,
		.today = last,
		.today_end = last + rows_of(sorted, listings.count, newest, last),
		.day_before = 2000,
		.day = 2001,
		.keep_days = STATE_KEEP_DAYS};
	assert_int_equal(state_merge4(&merge, next_state, MOST), 73031);
	assert_int_equal(merge.counts.still, 5498);
	assert_int_equal(merge.counts.gone, 73031 - 5498);
	assert_int_equal(merge.counts.new + merge.counts.reopened + merge.counts.dropped, 0);
	free(all);
	free(last);
	free(first_state);
	free(next_state);
	listings_done(&listings);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nixspam_is_of_the_networks_that_were_counted),
		cmocka_unit_test(what_both_databases_name_is_a_candidate),
		cmocka_unit_test(the_last_snapshot_tells_who_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
