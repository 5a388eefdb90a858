/* SPDX-License-Identifier: BSD-2-Clause */
#include "care/markup.h"
#include "census/effect/curveplot.h"
#include "census/effect/effectreport.h"
#include "census/effect/reportpage.h"
#include "census/effect/tilemap.h"
#include "census/effect/trendplot.h"

#include <stdio.h>
#include <stdlib.h>

#define LETTER  CASEFILE_LETTER
#define HOLDOUT CASEFILE_HOLDOUT

/* Of nothing known "-". */
static void
put_rate(struct buffer *into, const struct rate *rate)
{
	char text[RATE_TEXT];

	reportpage_cell(into, "%s", rate->is_known ? rate_text(rate->value, text) : "-");
}

static int
compare_countries(const void *a, const void *b)
{
	const struct casefile_country *one = *(const struct casefile_country *const *)a,
				      *other = *(const struct casefile_country *const *)b;

	if (one->counts.listed != other->counts.listed)
		return one->counts.listed > other->counts.listed ? -1 : 1;
	return one->code < other->code ? -1 : one->code > other->code;
}

static void
put_countries(const struct casefile *run, struct buffer *into)
{
	static const char *const heads[] = {"Country", "#Zombies", "#First seen today", "#Contacts",
		"#IPv4 addresses", "#Zombies per 1,000", NULL};
	const struct casefile_country **sorted = xcalloc(run->country_count + 1, sizeof(*sorted));

	for (uint64_t i = 0; i < run->country_count; i++)
		sorted[i] = &run->countries[i];
	qsort(sorted, run->country_count, sizeof(*sorted), compare_countries);
	reportpage_table(into, "countries-table", "Countries, by number of zombies", heads);
	for (uint64_t i = 0; i < run->country_count; i++) {
		const struct casefile_country *of = sorted[i];
		const struct country *country = country_find(of->code);
		struct rate rate = rate_of(&of->counts, of->covered4);
		char code[] = {(char)(of->code >> 8), (char)(of->code & 0xff)};

		if (of->counts.listed == 0)
			continue;
		reportpage_row(into,
			country != NULL         ? text_of(country->name)
				: of->code == 0 ? TEXT("not known")
						: (struct text){code, 2});
		reportpage_number(into, of->counts.listed);
		reportpage_number(into, of->counts.first);
		reportpage_number(into, of->cases);
		if (rate.is_known)
			reportpage_number(into, of->covered4);
		else
			reportpage_cell(into, "-");
		put_rate(into, &rate);
		buffer_text(into, TEXT("\n"));
	}
	reportpage_table_end(into);
	free(sorted);
}

void
reportpage_world(const struct report *report, struct buffer *into)
{
	struct rate rates[COUNTRY_COUNT] = {0};

	for (uint64_t i = 0; i < report->run->country_count; i++) {
		const struct casefile_country *of = &report->run->countries[i];
		const struct country *country = country_find(of->code);

		if (country != NULL)
			rates[country - countries] = rate_of(&of->counts, of->covered4);
	}
	buffer_text(into,
		TEXT("<figure class=\"world\"><div class=\"wide\" role=\"region\" tabindex=\"0\" "
		     "aria-label=\"Map of "
		     "squares, one a country\">\n"));
	tilemap(rates, into);
	buffer_text(into, TEXT("</div></figure>\n"));
	put_countries(report->run, into);
}

static void
put_provider(const struct casefile *run, const struct provider *provider, struct buffer *into)
{
	const struct casefile_system *of = provider->of;
	char code[] = {(char)(of->country >> 8), (char)(of->country & 0xff)};
	char low[RATE_TEXT], high[RATE_TEXT];

	reportpage_row(into, casefile_text(run, of->holder));
	buffer_print(into, "<td>AS%u<td>", of->number);
	reportpage_text(into, (struct text){code, of->country == 0 ? 0 : 2});
	reportpage_number(into, of->counts.listed);
	reportpage_number(into, of->covered4);
	put_rate(into, &provider->rate);
	if (provider->rate.is_known)
		reportpage_cell(into, "%s to %s", rate_text(provider->rate.low, low),
			rate_text(provider->rate.high, high));
	else
		reportpage_cell(into, "-");
	buffer_text(into, TEXT("\n"));
}

static void
put_ranking(const struct casefile *run, enum providers_by by, const char *name, const char *caption,
	struct buffer *into)
{
	static const char *const heads[] = {"Provider", "AS", "Country", "#Zombies",
		"#IPv4 addresses", "#Zombies per 1,000", "#95 % interval", NULL};
	size_t count;
	struct provider *ranked = providers_rank(run, by, &count);

	reportpage_table(into, name, caption, heads);
	for (size_t i = 0; i < count && i < REPORT_TOP; i++)
		put_provider(run, &ranked[i], into);
	reportpage_table_end(into);
	if (count > REPORT_TOP)
		reportpage_say(into, "These are the first %d of %zu; all are in providers.csv.",
			REPORT_TOP, count);
	free(ranked);
}

void
reportpage_providers(const struct report *report, struct buffer *into)
{
	reportpage_say(into,
		"By rate: zombies of IPv4 for each 1,000 addresses that an AS announces. Of small "
		"networks a high rate is "
		"easily chance, so the order is that of the lower end of the interval (Wilson): at "
		"least so many, in 95 of "
		"100 cases. AS of less than %d addresses are left out of it.",
		PROVIDERS_LEAST);
	if (report->run->system_count == 0 ||
		(report->run->system_count == 1 && report->run->systems[0].number == 0)) {
		reportpage_say(into,
			"Of no zombie it is known which AS announces it: the registries were read "
			"without a table of addresses to AS.");
		return;
	}
	put_ranking(report->run, PROVIDERS_BY_RATE, "rate-table",
		"Providers by zombies per 1,000 addresses", into);
	put_ranking(report->run, PROVIDERS_BY_COUNT, "count-table",
		"Providers by number of zombies", into);
}

void
reportpage_trend(const struct report *report, struct buffer *into)
{
	static const char *const heads[] = {"Run", "#Zombies", "#First seen", "#Gone",
		"#Back again", "#Contacts", "#Providers", "#Countries", NULL};
	size_t from = report->run_count > REPORT_RUNS ? report->run_count - REPORT_RUNS : 0;
	struct trend trend[REPORT_RUNS];

	for (size_t i = from; i < report->run_count; i++)
		trend[i - from] = (struct trend){report->runs[i].day, report->runs[i].listed};
	buffer_text(into,
		TEXT("<figure><div class=\"wide\" role=\"region\" tabindex=\"0\" "
		     "aria-label=\"Zombies, run by run\">\n"));
	trendplot(trend, report->run_count - from, into);
	buffer_text(into, TEXT("</div></figure>\n"));
	reportpage_table(into, "runs-table", "Runs, the last one first", heads);
	for (size_t i = report->run_count; i-- > from;) {
		const struct report_run *of = &report->runs[i];
		char day[EFFECTREPORT_DAY];

		reportpage_row(into, text_of(effectreport_day(of->day, day)));
		reportpage_number(into, of->listed);
		reportpage_number(into, of->first);
		reportpage_number(into, of->gone);
		reportpage_number(into, of->reopened);
		reportpage_number(into, of->contacts);
		reportpage_number(into, of->systems);
		reportpage_number(into, of->countries);
		buffer_text(into, TEXT("\n"));
	}
	reportpage_table_end(into);
}

void
reportpage_letters(const struct report *report, struct buffer *into)
{
	static const char *const heads[] = {"What this run did about a contact", "#Contacts", NULL};
	static const char *const sent_heads[] = {
		"What became of letters, of all runs", "#Letters", NULL};
	const struct report_run *run = &report->runs[report->run_count - 1];
	const struct effect_letters *letters = &report->effect->letters;
	const struct {
		struct text name;
		uint64_t number;
	} sent[] = {
		{TEXT("taken by the mail server"), letters->sent},
		{TEXT("of these: came back"), letters->bounced},
		{TEXT("of these: a person answered"), letters->person},
		{TEXT("of these: only a machine answered"), letters->automatic},
		{TEXT("letters of thanks at the end of a case"), letters->thanks},
		{TEXT("not taken now, tried again"), letters->later},
		{TEXT("refused by the mail server"), letters->refused},
		{TEXT("not known, a person must find out"), letters->open},
	};

	reportpage_table(into, "steps-table", "Contacts with an open case, in this run", heads);
	for (unsigned step = CASEFILE_NONE + 1; step < CASEFILE_STEP_COUNT; step++) {
		reportpage_row(into, text_of(casefile_steps[step]));
		reportpage_number(into, run->steps[step]);
		buffer_text(into, TEXT("\n"));
	}
	reportpage_table_end(into);
	if (!letters->is_known) {
		reportpage_say(into,
			"Of letters that were sent nothing is known: there is no census.sqlite.");
		return;
	}
	reportpage_table(into, "sent-table", "Letters that were handed over", sent_heads);
	for (size_t i = 0; i < sizeof(sent) / sizeof(*sent); i++) {
		reportpage_row(into, sent[i].name);
		reportpage_number(into, sent[i].number);
		buffer_text(into, TEXT("\n"));
	}
	reportpage_table_end(into);
}

void
reportpage_effect(const struct report *report, struct buffer *into)
{
	static const char *const heads[] = {"After the case was opened", "#Written to at once",
		"#Held out for 14 days", "#Difference, points", NULL};
	const struct effect *effect = report->effect;
	char letter[EFFECTREPORT_CELL], holdout[EFFECTREPORT_CELL], points[EFFECTREPORT_CELL],
		name[64];
	struct buffer verdict;

	buffer_init(&verdict, 2048);
	effectreport_verdict(effect, &verdict);
	reportpage_say(into, "%s", buffer_string(&verdict));
	buffer_done(&verdict);
	buffer_text(into,
		TEXT("<figure><div class=\"wide\" role=\"region\" tabindex=\"0\" "
		     "aria-label=\"Addresses that are still there, "
		     "day by day\">\n"));
	curveplot(effect, true, into);
	buffer_text(into, TEXT("</div></figure>\n"));
	reportpage_table(into, "effect-table",
		"Addresses that cleared, and zombies that are left of those at first", heads);
	for (unsigned i = 0; i < 2 * EFFECT_DAYS; i++) {
		const struct effect_day *at = &effect->at[i % EFFECT_DAYS];
		bool is_kept = i >= EFFECT_DAYS;

		snprintf(name, sizeof(name),
			is_kept ? "zombies left after %u days" : "cleared after %u days", at->day);
		reportpage_row(into, text_of(name));
		reportpage_cell(into, "%s",
			effectreport_share(
				is_kept ? &at->kept[LETTER] : &at->cleared[LETTER], letter));
		reportpage_cell(into, "%s",
			effectreport_share(
				is_kept ? &at->kept[HOLDOUT] : &at->cleared[HOLDOUT], holdout));
		reportpage_cell(into, "%s",
			effectreport_points(
				is_kept ? &at->kept_difference : &at->difference, points));
		buffer_text(into, TEXT("\n"));
	}
	reportpage_table_end(into);
	reportpage_say(into,
		"In the groups are %llu and %llu contacts; %llu and %llu of them had a letter "
		"within the "
		"first 14 days.",
		(unsigned long long)effect->contacts[LETTER],
		(unsigned long long)effect->contacts[HOLDOUT],
		(unsigned long long)effect->written[LETTER],
		(unsigned long long)effect->written[HOLDOUT]);
	reportpage_say(into,
		"A lot draws who is held out. After 14 days the hold-out is written to as well, so "
		"the 14th day is the "
		"comparison. In brackets 95 %% intervals, for which contacts are the units, since "
		"addresses of one contact go "
		"together. Zombies left are all that the same contacts have then, whichever "
		"addresses these have.");
}

void
reportpage_lists(const struct report *report, struct buffer *into)
{
	static const char *const heads[] = {"List", "Group", "Counts as", "#Half-life, days",
		"#Listings", "#Zombies on it", "#First seen today", NULL};
	const struct casefile *run = report->run;

	reportpage_say(into,
		"Lists of one group copy from each other, so of them the best one counts. A zombie "
		"is mostly on several lists: "
		"the numbers do not add up.");
	reportpage_table(into, "lists-table", "Lists that this run read", heads);
	for (uint64_t i = 0; i < run->list_count; i++) {
		const struct casefile_list *of = &run->lists[i];

		reportpage_row(into, casefile_text(run, of->name));
		buffer_text(into, TEXT("<td>"));
		reportpage_text(into, casefile_text(run, of->group));
		buffer_print(into, "<td>%s",
			of->is_left_out            ? "left out: it grew too fast"
				: !of->is_evidence ? "no evidence of zombies"
				: of->is_trap      ? "a trap of our own"
						   : "evidence");
		reportpage_cell(into, "%.1f", of->half_life / 86400.0);
		reportpage_number(into, of->listings);
		reportpage_number(into, of->candidates);
		reportpage_number(into, of->first);
		buffer_text(into, TEXT("\n"));
	}
	reportpage_table_end(into);
}

void
reportpage_limits(const struct report *report, struct buffer *into)
{
	const struct casefile *run = report->run;
	uint64_t nobody = run->case_count > 0 ? run->cases[0].counts.listed : 0;

	buffer_text(into, TEXT("<ul>\n"));
	buffer_text(into,
		TEXT("<li>A list can be wrong, and a provider that lists look at more closely "
		     "seems worse than others.</li>\n"
		     "<li>An address is not a machine: behind one may be many customers, and one "
		     "customer has many in a "
		     "month. Where addresses change every day, zombies are counted more than "
		     "once.</li>\n"
		     "<li>That an address clears means that the lists forget it, after their own "
		     "time; not that somebody "
		     "cleaned a machine.</li>\n"
		     "<li>Zombies that send through the mail server of their provider, or by "
		     "stolen passwords, are mostly not "
		     "on lists of addresses.</li>\n"
		     "<li>Countries are those of the registries: where a network is registered, "
		     "not where its customers "
		     "are.</li>\n"
		     "<li>The lot compares contacts that were written to at once and later. It "
		     "does not say what would have "
		     "become of either without this operation, or what providers did for other "
		     "reasons.</li>\n"
		     "<li>Addresses of IPv6 are counted by /64, and are not in the rates.</li>\n"));
	buffer_print(into,
		"<li>Of %llu zombies no contact is known. %llu listings in shared addresses were "
		"left out, since "
		"they had no port; %llu in networks that the analyst excluded.</li>\n",
		(unsigned long long)nobody, (unsigned long long)run->totals->unported,
		(unsigned long long)run->totals->excluded);
	buffer_print(into,
		"<li>What is known of who cleared ends %u days before this run: so long the lists "
		"remember.</li>\n",
		report->effect->quiet);
	buffer_text(into, TEXT("</ul>\n"));
}

void
reportpage_partners(const struct report *report, struct buffer *into)
{
	static const char *const heads[] = {"Agency", "Country", NULL};
	const struct partners *partners = report->partners;

	if (partners->count == 0) {
		reportpage_say(into, "No agencies are named.");
		return;
	}
	reportpage_table(into, "partners-table", "Agencies that take part in the operation", heads);
	for (size_t i = 0; i < partners->count; i++) {
		const struct partner *of = &partners->row[i];

		buffer_text(into, TEXT("<tr><th scope=\"row\">"));
		if (of->page.length > 0) {
			buffer_text(into, TEXT("<a href=\""));
			markup_text(into, of->page);
			buffer_text(into, TEXT("\">"));
		}
		markup_text(into, of->agency);
		buffer_text(into, of->page.length > 0 ? TEXT("</a>") : TEXT(""));
		buffer_text(into, TEXT("<td>"));
		markup_text(into, text_of(of->country->name));
		buffer_text(into, TEXT("\n"));
	}
	reportpage_table_end(into);
}
