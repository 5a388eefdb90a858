/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/effect/effectreport.h"

#include "base/wall.h"
#include "census/effect/providers.h"
#include "desk/interval.h"
#include "desk/paragraph.h"

#include <stdio.h>

#define LETTER  CASEFILE_LETTER
#define HOLDOUT CASEFILE_HOLDOUT
#define ARMS    CASEFILE_ARM_COUNT
#define WORDS   1024

const char *
effectreport_day(uint16_t day, char into[EFFECTREPORT_DAY])
{
	char text[WALL_TEXT];

	if (day == 0)
		return "-";
	snprintf(into, EFFECTREPORT_DAY, "%.10s", wall_format(state_day_begin(day), text));
	return into;
}

static const char *
why_not(enum effect_why why)
{
	return why == EFFECT_FEW ? "too few contacts" : "not yet";
}

/* Without a sign for nothing. */
static double
percent(double share)
{
	double value = 100 * share;

	return value > -0.5 && value < 0.5 ? 0 : value;
}

const char *
effectreport_share(const struct effect_figure *figure, char into[EFFECTREPORT_CELL])
{
	if (figure->why != EFFECT_SAID)
		return why_not(figure->why);
	snprintf(into, EFFECTREPORT_CELL, "%.0f %% (%.0f to %.0f)", percent(figure->value),
		percent(figure->low), percent(figure->high));
	return into;
}

const char *
effectreport_points(const struct effect_figure *figure, char into[EFFECTREPORT_CELL])
{
	if (figure->why != EFFECT_SAID)
		return why_not(figure->why);
	snprintf(into, EFFECTREPORT_CELL, "%+.0f (%+.0f to %+.0f)", percent(figure->value),
		percent(figure->low), percent(figure->high));
	return into;
}

static const struct effect_day *
compared(const struct effect *effect)
{
	const struct effect_day *at = effect->at;

	while (at->day != EFFECT_COMPARED)
		at++;
	return at;
}

static const char *
plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static void
put_unknown(const struct effect *effect, const struct effect_day *at, struct buffer *into)
{
	if (effect->runs == 0) {
		buffer_text(into, TEXT("Nothing can be said: there is no run."));
		return;
	}
	buffer_print(into,
		"Whether letters help cannot be said yet. That takes %d contacts that were written "
		"to and %d "
		"that were held out, each opened %d days or more before the horizon; there are "
		"%llu and %llu.",
		EFFECT_LEAST, EFFECT_LEAST, EFFECT_COMPARED,
		(unsigned long long)at->contacts[LETTER],
		(unsigned long long)at->contacts[HOLDOUT]);
}

/* Where addresses clear but candidates do not become fewer, customers got other addresses. */
static void
put_moves(const struct effect_day *at, struct buffer *into)
{
	const struct effect_figure *kept = &at->kept_difference;

	if (kept->why != EFFECT_SAID)
		return;
	if (kept->low <= 0 && kept->high >= 0 && at->difference.low > 0)
		buffer_text(into,
			TEXT(" But the number of their candidates, whichever addresses these have, "
			     "does not differ for "
			     "sure: customers may have got other addresses, and kept their "
			     "zombies."));
	else if (kept->high < 0 && at->difference.low > 0)
		buffer_text(into,
			TEXT(" The number of their candidates, whichever addresses these have, is "
			     "lower, too."));
}

/* Without letters both groups were treated alike. */
static struct text
answer_of(const struct effect *effect, const struct effect_figure *difference)
{
	if (!effect->letters.is_known || effect->letters.sent == 0)
		return TEXT("No letter was sent, so what follows is no effect of letters. ");
	if (difference->low > 0)
		return TEXT("Letters helped. ");
	if (difference->high < 0)
		return TEXT("Letters did harm. ");
	return TEXT("Whether letters help cannot be told from chance. ");
}

void
effectreport_verdict(const struct effect *effect, struct buffer *into)
{
	const struct effect_day *at = compared(effect);
	char letter[EFFECTREPORT_CELL], holdout[EFFECTREPORT_CELL], points[EFFECTREPORT_CELL];
	const struct effect_figure *difference = &at->difference;

	if (difference->why != EFFECT_SAID) {
		put_unknown(effect, at, into);
		return;
	}
	buffer_text(into, answer_of(effect, difference));
	buffer_print(into,
		"Of the addresses of contacts that were written to at once, %s had cleared after "
		"%d days; of those "
		"of contacts that were held out for that long, %s. The difference is %s points; in "
		"brackets 95 %% "
		"intervals.",
		effectreport_share(&at->cleared[LETTER], letter), EFFECT_COMPARED,
		effectreport_share(&at->cleared[HOLDOUT], holdout),
		effectreport_points(difference, points));
	put_moves(at, into);
}

static void
put_row(struct buffer *into, const char *name, const char *letter, const char *holdout,
	const char *difference)
{
	buffer_print(into, "%-22s %-18s %s", name, letter, holdout);
	if (*difference != '\0')
		buffer_print(into, "%*s %s", (int)(18 - strlen(holdout)), "", difference);
	buffer_text(into, TEXT("\n"));
}

static void
put_counts(struct buffer *into, const char *name, const uint64_t counts[ARMS])
{
	char letter[24], holdout[24];

	snprintf(letter, sizeof(letter), "%llu", (unsigned long long)counts[LETTER]);
	snprintf(holdout, sizeof(holdout), "%llu", (unsigned long long)counts[HOLDOUT]);
	put_row(into, name, letter, holdout, "");
}

static const char *
text_of_median(const struct survival_median *median, char into[EFFECTREPORT_CELL])
{
	char low[8], high[8];

	if (median->day == SURVIVAL_NEVER)
		return "not reached";
	snprintf(low, sizeof(low), "%u", (unsigned)median->low);
	snprintf(high, sizeof(high), "%u", (unsigned)median->high);
	snprintf(into, EFFECTREPORT_CELL, "%u (%s to %s)", median->day, low,
		median->high == SURVIVAL_NEVER ? "..." : high);
	return into;
}

#define RATES_TEXT (2 * RATE_TEXT + 8)

static const char *
text_of_rates(double before, double after, char into[RATES_TEXT])
{
	char at_first[RATE_TEXT], then[RATE_TEXT];

	snprintf(into, RATES_TEXT, "%s to %s", rate_text(before, at_first), rate_text(after, then));
	return into;
}

static void
put_after(struct buffer *into, const struct effect *effect)
{
	char name[32], letter[EFFECTREPORT_CELL], holdout[EFFECTREPORT_CELL],
		points[EFFECTREPORT_CELL], rates[2][RATES_TEXT];

	buffer_text(into, TEXT("\nADDRESSES CLEARED\n"));
	for (unsigned i = 0; i < EFFECT_DAYS; i++) {
		const struct effect_day *at = &effect->at[i];

		snprintf(name, sizeof(name), "after %u days%s", at->day,
			at->day > EFFECT_COMPARED ? " *" : "");
		put_row(into, name, effectreport_share(&at->cleared[LETTER], letter),
			effectreport_share(&at->cleared[HOLDOUT], holdout),
			effectreport_points(&at->difference, points));
	}
	put_row(into, "half of them, in days", text_of_median(&effect->median[LETTER], letter),
		text_of_median(&effect->median[HOLDOUT], holdout), "");
	buffer_text(into, TEXT("\nCANDIDATES OF THE SAME CONTACTS, OF THOSE AT FIRST\n"));
	for (unsigned i = 0; i < EFFECT_DAYS; i++) {
		const struct effect_day *at = &effect->at[i];

		snprintf(name, sizeof(name), "after %u days%s", at->day,
			at->day > EFFECT_COMPARED ? " *" : "");
		put_row(into, name, effectreport_share(&at->kept[LETTER], letter),
			effectreport_share(&at->kept[HOLDOUT], holdout),
			effectreport_points(&at->kept_difference, points));
		if (at->kept[LETTER].why != EFFECT_SAID || at->kept[HOLDOUT].why != EFFECT_SAID)
			continue;
		put_row(into, "  per 1,000 addresses",
			text_of_rates(at->before[LETTER], at->after[LETTER], rates[LETTER]),
			text_of_rates(at->before[HOLDOUT], at->after[HOLDOUT], rates[HOLDOUT]), "");
	}
}

static const char *
text_of_back(const struct effect *effect, unsigned arm, char into[EFFECTREPORT_CELL])
{
	if (effect->cleared[arm] == 0)
		return "not yet";
	snprintf(into, EFFECTREPORT_CELL, "%.0f %% of %llu",
		percent((double)effect->back[arm] / (double)effect->cleared[arm]),
		(unsigned long long)effect->cleared[arm]);
	return into;
}

static void
put_letters(struct buffer *into, const struct effect_letters *letters)
{
	char words[WORDS];

	if (!letters->is_known || letters->sent == 0)
		return;
	snprintf(words, sizeof(words),
		"Of %llu letter%s sent, %llu came back, %llu had an answer of a person, %llu only "
		"one of a machine; "
		"of %llu nothing was heard.",
		(unsigned long long)letters->sent, plural(letters->sent),
		(unsigned long long)letters->bounced, (unsigned long long)letters->person,
		(unsigned long long)letters->automatic,
		(unsigned long long)(letters->sent - letters->bounced - letters->person -
			letters->automatic));
	buffer_text(into, TEXT("\n"));
	paragraph(into, 0, words);
	if (letters->thanks == 0)
		return;
	snprintf(words, sizeof(words),
		"With %llu letter%s of thanks, which are not among them, cases ended.",
		(unsigned long long)letters->thanks, plural(letters->thanks));
	paragraph(into, 0, words);
}

static void
put_notes(struct buffer *into, const struct effect *effect)
{
	char words[WORDS], day[EFFECTREPORT_DAY], horizon[EFFECTREPORT_DAY];

	buffer_text(into, TEXT("\n"));
	paragraph(into, 0,
		"* The hold-out is written to after 14 days: from then on both have a letter.");
	snprintf(words, sizeof(words),
		"Days count from the opening of a case, in both groups. From %u run%s, the last of "
		"%s. An address "
		"clears when no run has it for more than %u day%s, so what is known ends on %s. "
		"Addresses of one "
		"contact go together: intervals are of contacts.",
		effect->runs, plural(effect->runs), effectreport_day(effect->day, day),
		effect->quiet, plural(effect->quiet), effectreport_day(effect->horizon, horizon));
	paragraph(into, 0, words);
	if (effect->test_why != EFFECT_SAID)
		return;
	snprintf(words, sizeof(words),
		"Log-rank test of the first %d days, by country and size, robust: chi2 %.2f, p "
		"%s%.4f.",
		EFFECT_COMPARED, effect->test.robust_chi2,
		effect->test.robust_p < 1e-4 ? "below " : "",
		effect->test.robust_p < 1e-4 ? 1e-4 : effect->test.robust_p);
	paragraph(into, 0, words);
}

void
effectreport_text(const struct effect *effect, struct buffer *into)
{
	char letter[EFFECTREPORT_CELL], holdout[EFFECTREPORT_CELL];
	struct buffer verdict;

	buffer_init(&verdict, WORDS);
	effectreport_verdict(effect, &verdict);
	paragraph(into, 0, buffer_string(&verdict));
	buffer_done(&verdict);
	if (effect->runs == 0)
		return;
	buffer_text(into, TEXT("\n"));
	put_row(into, "", "WRITTEN TO", "HELD OUT", "DIFFERENCE, POINTS");
	put_counts(into, "contacts", effect->contacts);
	put_counts(into, "  a letter in 14 days", effect->written);
	put_counts(into, "addresses at first", effect->addresses);
	put_after(into, effect);
	buffer_text(into, TEXT("\n"));
	put_row(into, "back within 28 days", text_of_back(effect, LETTER, letter),
		text_of_back(effect, HOLDOUT, holdout), "");
	put_letters(into, &effect->letters);
	put_notes(into, effect);
}

/* For programs. */

static void
put_figure(struct buffer *into, const char *name, const struct effect_figure *figure)
{
	if (figure->why != EFFECT_SAID)
		buffer_print(into, ",\"%s\":null", name);
	else
		buffer_print(into, ",\"%s\":{\"value\":%.4f,\"low\":%.4f,\"high\":%.4f}", name,
			figure->value, figure->low, figure->high);
}

static void
put_day(struct buffer *into, const char *name, uint16_t day)
{
	if (day == SURVIVAL_NEVER)
		buffer_print(into, ",\"%s\":null", name);
	else
		buffer_print(into, ",\"%s\":%u", name, day);
}

static void
put_date(struct buffer *into, const char *name, uint16_t day)
{
	char text[EFFECTREPORT_DAY];

	buffer_print(into, day == 0 ? ",\"%s\":null" : ",\"%s\":\"%s\"", name,
		effectreport_day(day, text));
}

static void
put_arm(struct buffer *into, const struct effect *effect, unsigned arm)
{
	const struct survival_curve *curve = &effect->curve[arm];

	buffer_print(into,
		"{\"type\":\"arm\",\"arm\":\"%s\",\"cases\":%llu,\"contacts\":%llu,\"written\":%"
		"llu,"
		"\"addresses\":%llu,\"cleared_28_days_ago\":%llu,\"back_within_28_days\":%llu",
		arm == LETTER ? "letter" : "hold-out", (unsigned long long)effect->cases[arm],
		(unsigned long long)effect->contacts[arm], (unsigned long long)effect->written[arm],
		(unsigned long long)effect->addresses[arm],
		(unsigned long long)effect->cleared[arm], (unsigned long long)effect->back[arm]);
	put_day(into, "median", effect->median[arm].day);
	put_day(into, "median_low", effect->median[arm].low);
	put_day(into, "median_high", effect->median[arm].high);
	buffer_text(into, TEXT(",\"curve\":["));
	for (unsigned day = 0; day <= curve->days; day++)
		buffer_print(into,
			"%s{\"day\":%u,\"at_risk\":%llu,\"cleared\":%llu,\"still\":%.4f,\"low\":%."
			"4f,\"high\":%.4f}",
			day > 0 ? "," : "", day, (unsigned long long)curve->at[day].at_risk,
			(unsigned long long)curve->at[day].events, curve->at[day].survival,
			curve->at[day].low, curve->at[day].high);
	buffer_text(into, TEXT("]}\n"));
}

static void
put_object(struct buffer *into, const struct effect_day *at)
{
	buffer_print(into, "{\"type\":\"after\",\"days\":%u", at->day);
	put_figure(into, "cleared_letter", &at->cleared[LETTER]);
	put_figure(into, "cleared_hold_out", &at->cleared[HOLDOUT]);
	put_figure(into, "difference", &at->difference);
	put_figure(into, "kept_letter", &at->kept[LETTER]);
	put_figure(into, "kept_hold_out", &at->kept[HOLDOUT]);
	put_figure(into, "kept_difference", &at->kept_difference);
	buffer_print(into,
		",\"contacts_letter\":%llu,\"contacts_hold_out\":%llu,\"per_thousand_letter\":[%."
		"4f,%.4f],"
		"\"per_thousand_hold_out\":[%.4f,%.4f]}\n",
		(unsigned long long)at->contacts[LETTER], (unsigned long long)at->contacts[HOLDOUT],
		at->before[LETTER], at->after[LETTER], at->before[HOLDOUT], at->after[HOLDOUT]);
}

void
effectreport_json(const struct effect *effect, struct buffer *into)
{
	const struct effect_letters *letters = &effect->letters;

	buffer_print(into, "{\"type\":\"effect\",\"runs\":%u,\"quiet_days\":%u", effect->runs,
		effect->quiet);
	put_date(into, "day", effect->day);
	put_date(into, "horizon", effect->horizon);
	if (effect->test_why != EFFECT_SAID)
		buffer_text(into, TEXT(",\"chi2\":null,\"p\":null}\n"));
	else
		buffer_print(into, ",\"chi2\":%.4f,\"p\":%.6f}\n", effect->test.robust_chi2,
			effect->test.robust_p);
	put_arm(into, effect, LETTER);
	put_arm(into, effect, HOLDOUT);
	for (unsigned i = 0; i < EFFECT_DAYS; i++)
		put_object(into, &effect->at[i]);
	if (letters->is_known)
		buffer_print(into,
			"{\"type\":\"letters\",\"open\":%llu,\"sent\":%llu,\"later\":%llu,"
			"\"refused\":%llu,"
			"\"bounced\":%llu,\"person\":%llu,\"automatic\":%llu,\"thanks\":%llu}\n",
			(unsigned long long)letters->open, (unsigned long long)letters->sent,
			(unsigned long long)letters->later, (unsigned long long)letters->refused,
			(unsigned long long)letters->bounced, (unsigned long long)letters->person,
			(unsigned long long)letters->automatic,
			(unsigned long long)letters->thanks);
}
