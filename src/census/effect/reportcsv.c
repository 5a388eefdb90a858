/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/effect/reportcsv.h"

#include "census/effect/csvrow.h"
#include "census/effect/effectreport.h"
#include "census/effect/providers.h"
#include "census/join/score.h"

#include <math.h>
#include <stdlib.h>

static void
put_names(struct buffer *into, const char *names)
{
	buffer_text(into, text_of(names));
	csvrow_end(into);
}

static void
put_day(struct buffer *into, uint16_t day)
{
	char text[EFFECTREPORT_DAY];

	csvrow_text(into, text_of(day == 0 ? "" : effectreport_day(day, text)));
}

static void
put_code(struct buffer *into, uint16_t code)
{
	char text[2] = {(char)(code >> 8), (char)(code & 0xff)};

	csvrow_text(into, (struct text){text, code == 0 ? 0 : 2});
}

#define COUNTS "zombies,zombies_ipv4,zombies_ipv6,first_seen_today,gone"
#define RATES  "addresses_ipv4,networks64_ipv6,per_1000,per_1000_low,per_1000_high"

static void
put_counts(struct buffer *into, const struct casefile_counts *counts)
{
	csvrow_number(into, counts->listed);
	csvrow_number(into, counts->listed - counts->listed6);
	csvrow_number(into, counts->listed6);
	csvrow_number(into, counts->first);
	csvrow_number(into, counts->gone);
}

static void
put_rates(struct buffer *into, const struct casefile_counts *counts, uint64_t covered4,
	uint64_t covered6)
{
	struct rate rate = rate_of(counts, covered4);

	csvrow_number(into, covered4);
	csvrow_number(into, covered6);
	csvrow_real(into, rate.is_known ? rate.value : NAN);
	csvrow_real(into, rate.is_known ? rate.low : NAN);
	csvrow_real(into, rate.is_known ? rate.high : NAN);
}

void
reportcsv_countries(const struct report *report, struct buffer *into)
{
	put_names(into, "country,name,contacts," COUNTS "," RATES);
	for (uint64_t i = 0; i < report->run->country_count; i++) {
		const struct casefile_country *of = &report->run->countries[i];
		const struct country *country = country_find(of->code);

		put_code(into, of->code);
		csvrow_text(into, country != NULL ? text_of(country->name) : TEXT(""));
		csvrow_number(into, of->cases);
		put_counts(into, &of->counts);
		put_rates(into, &of->counts, of->covered4, of->covered6);
		csvrow_end(into);
	}
}

void
reportcsv_providers(const struct report *report, struct buffer *into)
{
	size_t count;
	struct provider *ranked = providers_rank(report->run, PROVIDERS_BY_COUNT, &count);

	put_names(into, "as,holder,country,contacts," COUNTS "," RATES);
	for (size_t i = 0; i < count; i++) {
		const struct casefile_system *of = ranked[i].of;

		csvrow_number(into, of->number);
		csvrow_text(into, casefile_text(report->run, of->holder));
		put_code(into, of->country);
		csvrow_number(into, of->cases);
		put_counts(into, &of->counts);
		put_rates(into, &of->counts, of->covered4, of->covered6);
		csvrow_end(into);
	}
	free(ranked);
}

void
reportcsv_runs(const struct report *report, struct buffer *into)
{
	buffer_text(into, TEXT("day,zombies,first_seen_today,gone,reopened,contacts,as,countries"));
	for (unsigned step = 0; step < CASEFILE_STEP_COUNT; step++)
		csvrow_text(into, text_of(casefile_steps[step]));
	csvrow_end(into);
	for (size_t i = 0; i < report->run_count; i++) {
		const struct report_run *of = &report->runs[i];

		put_day(into, of->day);
		csvrow_number(into, of->listed);
		csvrow_number(into, of->first);
		csvrow_number(into, of->gone);
		csvrow_number(into, of->reopened);
		csvrow_number(into, of->contacts);
		csvrow_number(into, of->systems);
		csvrow_number(into, of->countries);
		for (unsigned step = 0; step < CASEFILE_STEP_COUNT; step++)
			csvrow_number(into, of->steps[step]);
		csvrow_end(into);
	}
}

static void
put_figure(struct buffer *into, const struct effect_figure *figure)
{
	bool is_said = figure->why == EFFECT_SAID;

	csvrow_real(into, is_said ? figure->value : NAN);
	csvrow_real(into, is_said ? figure->low : NAN);
	csvrow_real(into, is_said ? figure->high : NAN);
}

void
reportcsv_effect(const struct report *report, struct buffer *into)
{
	put_names(into,
		"days,arm,contacts,cleared,cleared_low,cleared_high,zombies_kept,zombies_kept_low,"
		"zombies_kept_high,"
		"per_1000_at_first,per_1000_then");
	for (unsigned i = 0; i < EFFECT_DAYS; i++) {
		const struct effect_day *at = &report->effect->at[i];

		for (unsigned arm = 0; arm < CASEFILE_ARM_COUNT; arm++) {
			bool is_said = at->kept[arm].why == EFFECT_SAID;

			csvrow_number(into, at->day);
			csvrow_text(into, text_of(casefile_arms[arm]));
			csvrow_number(into, at->contacts[arm]);
			put_figure(into, &at->cleared[arm]);
			put_figure(into, &at->kept[arm]);
			csvrow_real(into, is_said ? at->before[arm] : NAN);
			csvrow_real(into, is_said ? at->after[arm] : NAN);
			csvrow_end(into);
		}
		csvrow_number(into, at->day);
		csvrow_text(into, TEXT("difference"));
		csvrow_text(into, TEXT(""));
		put_figure(into, &at->difference);
		put_figure(into, &at->kept_difference);
		csvrow_real(into, NAN);
		csvrow_real(into, NAN);
		csvrow_end(into);
	}
}

void
reportcsv_curves(const struct report *report, struct buffer *into)
{
	put_names(into, "arm,day,at_risk,cleared,still_there,still_there_low,still_there_high");
	for (unsigned arm = 0; arm < CASEFILE_ARM_COUNT; arm++) {
		const struct survival_curve *curve = &report->effect->curve[arm];

		for (unsigned day = 0; day <= curve->days; day++) {
			csvrow_text(into, text_of(casefile_arms[arm]));
			csvrow_number(into, day);
			csvrow_number(into, curve->at[day].at_risk);
			csvrow_number(into, curve->at[day].events);
			csvrow_real(into, curve->at[day].survival);
			csvrow_real(into, curve->at[day].low);
			csvrow_real(into, curve->at[day].high);
			csvrow_end(into);
		}
	}
}

void
reportcsv_lists(const struct report *report, struct buffer *into)
{
	put_names(into,
		"list,group,evidence,trap,left_out,weight,half_life_days,listings,zombies,first_"
		"seen_today");
	for (uint64_t i = 0; i < report->run->list_count; i++) {
		const struct casefile_list *of = &report->run->lists[i];

		csvrow_text(into, casefile_text(report->run, of->name));
		csvrow_text(into, casefile_text(report->run, of->group));
		csvrow_number(into, of->is_evidence);
		csvrow_number(into, of->is_trap);
		csvrow_number(into, of->is_left_out);
		csvrow_real(into, (double)of->weight / SCORE_ONE);
		csvrow_real(into, of->half_life / 86400.0);
		csvrow_number(into, of->listings);
		csvrow_number(into, of->candidates);
		csvrow_number(into, of->first);
		csvrow_end(into);
	}
}

void
reportcsv_partners(const struct report *report, struct buffer *into)
{
	put_names(into, "country,agency,page");
	for (size_t i = 0; i < report->partners->count; i++) {
		csvrow_text(into, text_of(report->partners->row[i].country->code));
		csvrow_text(into, report->partners->row[i].agency);
		csvrow_text(into, report->partners->row[i].page);
		csvrow_end(into);
	}
}
