/* census_reported - a report of a run that uses all of it
 *
 * What:    all countries but some, 300 AS of which some have names that strangers chose, lists of each kind, runs of
 *          two months, an operation by chance (census_operation.h), agencies. Always the same.
 * Owns:    its memory: run_done(&reported->made) frees it.*/
#ifndef LAZARET_TESTS_CENSUS_REPORTED_H
#define LAZARET_TESTS_CENSUS_REPORTED_H

#include "census/effect/report.h"
#include "census_operation.h"

#define REPORTED_SYSTEMS 300
#define REPORTED_RUNS    70
#define REPORTED_NAME    "<script>alert(1)</script>\"'&amp;"

struct reported {
	struct run made;
	struct casefile_system systems[REPORTED_SYSTEMS];
	struct casefile_country countries[COUNTRY_COUNT + 2];
	struct report_run runs[REPORTED_RUNS];
	struct effect effect;
	struct partners partners;
	struct report report;
};

static inline struct casefile_counts
reported_counts(struct random *random, double most)
{
	struct casefile_counts counts = {.listed = (uint32_t)random_log_uniform(random, 1, most)};

	counts.listed6 = counts.listed / 9;
	counts.first = counts.listed / 5;
	counts.gone = counts.listed / 7;
	return counts;
}

static inline void
reported_places(struct reported *into, struct random *random)
{
	uint64_t count = 1;

	/* Of no country, of one that has no place, and of all that a number divides badly. */
	into->countries[0] = (struct casefile_country){.counts = reported_counts(random, 100)};
	for (unsigned i = 0; i < COUNTRY_COUNT; i++) {
		if (i % 9 == 4)
			continue;
		into->countries[count++] = (struct casefile_country){
			.code = (uint16_t)(countries[i].code[0] << 8 | countries[i].code[1]),
			.cases = 1 + (uint32_t)random_below(random, 90),
			.counts = reported_counts(random, 90000),
			.covered4 = (uint64_t)random_log_uniform(random, 1e5, 9e8),
			.covered6 = 1000};
	}
	into->countries[count++] = (struct casefile_country){.code = 'Z' << 8 | 'Z',
		.cases = 1,
		.counts = reported_counts(random, 100),
		.covered4 = 256};
	into->made.file.countries = into->countries;
	into->made.file.country_count = count;
	for (unsigned i = 0; i < REPORTED_SYSTEMS; i++) {
		char name[96];

		snprintf(name, sizeof(name), "Example Telecommunications Holding %u Limited", i);
		into->systems[i] = (struct casefile_system){.number = i == 0 ? 0 : 64000 + i,
			.holder = run_text(&into->made,
				i == 7           ? REPORTED_NAME
					: i == 8 ? "=1+1"
					: i == 9 ? ""
						 : name),
			.country = i % 3 == 0 ? 'N' << 8 | 'O' : 'J' << 8 | 'P',
			.cases = 1,
			.counts = reported_counts(random, 30000),
			.covered4 = i == 5 ? 256 : (uint64_t)random_log_uniform(random, 2e4, 2e7)};
	}
	/* By rate the smallest of all would be the first. */
	into->systems[5].counts = (struct casefile_counts){.listed = 200};
	into->made.file.systems = into->systems;
	into->made.file.system_count = REPORTED_SYSTEMS;
}

static inline void
reported_lists(struct reported *into)
{
	struct casefile_list *lists = into->made.lists;

	lists[0] = (struct casefile_list){.listings = 100000,
		.candidates = 50000,
		.half_life = 7 * 86400,
		.weight = 9000,
		.is_evidence = 1};
	lists[1] = (struct casefile_list){.listings = 30000, .half_life = 86400, .weight = 5000};
	lists[2] = (struct casefile_list){.listings = 300,
		.candidates = 290,
		.half_life = 86400,
		.is_evidence = 1,
		.is_trap = 1};
	lists[3] = (struct casefile_list){
		.listings = 9000000, .half_life = 86400, .is_evidence = 1, .is_left_out = 1};
	for (unsigned i = 0; i < 4; i++) {
		static const char *const names[] = {
			"first.example", "policy.example", "trap", REPORTED_NAME};

		lists[i].name = run_text(&into->made, names[i]);
		lists[i].group = run_text(&into->made, i == 2 ? "own" : "public");
	}
	into->made.file.list_count = 4;
}

static inline void
reported_runs(struct reported *into, struct random *random)
{
	for (unsigned i = 0; i < REPORTED_RUNS; i++) {
		uint64_t listed = 150000 - 1200 * i + random_below(random, 9000);

		into->runs[i] = (struct report_run){
			.day = (uint16_t)(into->made.totals.day + 1U - REPORTED_RUNS + i),
			.listed = listed,
			.first = listed / 20,
			.gone = listed / 18,
			.reopened = listed / 200,
			.contacts = 3000,
			.systems = 2500,
			.countries = 200};
		for (unsigned step = 0; step < CASEFILE_STEP_COUNT; step++)
			into->runs[i].steps[step] = 10 * step + i;
	}
}

static inline void
reported_make(struct reported *into)
{
	static const char agencies[] = "NO https://www.example.no/ An agency <of> \"examples\"\n"
				       "# no line\nJP - Another & a third\nIS "
				       "http://example.is/?a=1&b=2 The first of all\n";
	struct random random;
	struct fail fail;

	random_seed(&random, 7);
	operation_run(&(struct operation){{300, 40}, {0.06, 0.02}, 2, 0, 1, OPERATION_BEGIN + 60},
		&into->effect);
	into->effect.letters =
		(struct effect_letters){.is_known = true, .sent = 300, .bounced = 20, .person = 60};
	run_begin(&into->made, into->effect.day);
	reported_lists(into);
	reported_places(into, &random);
	reported_runs(into, &random);
	must(partners_parse(text_of(agencies), "partners", &into->partners, &fail) == 0);
	into->report = (struct report){run_end(&into->made), into->runs, REPORTED_RUNS,
		&into->effect, &into->partners, TEXT("Agency of examples & tests")};
}

#endif
