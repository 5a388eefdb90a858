/* SPDX-License-Identifier: BSD-2-Clause */
#include "rehearse/sentence.h"

#include <errno.h>
#include <stdio.h>

static const struct {
	const char *word;
	double seconds;
} units[] = {
	{"s", 1},
	{"second", 1},
	{"seconds", 1},
	{"minute", 60},
	{"minutes", 60},
	{"hour", 3600},
	{"hours", 3600},
	{"day", 86400},
	{"days", 86400},
	{"week", 604800},
	{"weeks", 604800},
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

int
clause_split(struct text text, struct clause *ret)
{
	unsigned depth = 0;
	size_t i = 0;

	ret->words = 0;
	while (i < text.length) {
		size_t begin = i;

		if (is_blank(text.at[i])) {
			i++;
			continue;
		}
		for (; i < text.length && (depth > 0 || !is_blank(text.at[i])); i++) {
			if (text.at[i] == '(')
				depth++;
			else if (text.at[i] == ')' && depth > 0)
				depth--;
		}
		if (depth > 0)
			return -EINVAL;
		if (ret->words == SENTENCE_WORDS_MOST)
			return -E2BIG;
		ret->word[ret->words++] = (struct text){text.at + begin, i - begin};
	}
	return 0;
}

/* What is being matched, and how far it is. */
struct matcher {
	const struct clause *clause;
	struct match *match;
	unsigned at;
};

static struct text
next_word(const struct matcher *m)
{
	return m->at < m->clause->words ? m->clause->word[m->at] : TEXT("");
}

static bool
take_value(struct matcher *m, struct text word)
{
	if (m->match->values == SENTENCE_VALUES_MOST)
		return false;
	if (distribution_parse(word, &m->match->value[m->match->values]) < 0)
		return false;
	m->match->values++;
	m->at++;
	return true;
}

/* A value and, behind it or in the next word, a per cent sign. */
static bool
take_share(struct matcher *m, bool *ret_is_percent)
{
	struct text word = next_word(m);
	bool is_percent = word.length > 1 && word.at[word.length - 1] == '%';

	if (is_percent)
		word.length--;
	if (!take_value(m, word))
		return false;
	if (!is_percent && text_is(next_word(m), "%")) {
		is_percent = true;
		m->at++;
	}
	if (is_percent) {
		/* Divided, so that 95 % is the same number as .95. */
		m->match->value[m->match->values - 1].low /= 100;
		m->match->value[m->match->values - 1].high /= 100;
	}
	*ret_is_percent = is_percent;
	return true;
}

static bool
take_number(struct matcher *m)
{
	uint64_t number;

	return text_parse_u64(next_word(m), UINT64_C(1) << 53, &number) == 0 &&
		take_value(m, next_word(m));
}

static bool
take_time(struct matcher *m)
{
	if (!take_value(m, next_word(m)))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (text_is(next_word(m), units[i].word)) {
			distribution_scale(
				&m->match->value[m->match->values - 1], units[i].seconds);
			m->at++;
			return true;
		}
	}
	return false;
}

static bool
take_clock(struct matcher *m)
{
	struct text minutes = next_word(m), hours = text_cut(&minutes, ':');
	uint64_t h, min;

	if (m->match->values == SENTENCE_VALUES_MOST || text_parse_u64(hours, 23, &h) < 0 ||
		text_parse_u64(minutes, 59, &min) < 0)
		return false;
	m->match->value[m->match->values++] = (struct distribution){.kind = DISTRIBUTION_CONSTANT,
		.low = (double)(h * 3600 + min * 60),
		.high = (double)(h * 3600 + min * 60)};
	m->at++;
	return true;
}

static bool
take_date(struct matcher *m)
{
	struct text rest = next_word(m), year = text_cut(&rest, '-'), month = text_cut(&rest, '-');
	uint64_t y, mon, d;

	if (text_parse_u64(year, 9999, &y) < 0 || text_parse_u64(month, 12, &mon) < 0 ||
		text_parse_u64(rest, 31, &d) < 0 ||
		wall_from_date(&m->match->date, (int)y, (int)mon, (int)d, 0, 0, 0) < 0)
		return false;
	m->at++;
	return true;
}

/* Zipf(LU(50,400), 1.0): the last comma outside inner brackets parts the two. */
static bool
take_zipf(struct matcher *m)
{
	struct text inside = next_word(m), first, second;
	size_t comma = 0;

	if (!text_starts(inside, "Zipf(") || inside.at[inside.length - 1] != ')')
		return false;
	inside.at += 5;
	inside.length -= 6;
	for (size_t i = 0; i < inside.length; i++) {
		if (inside.at[i] == ',')
			comma = i;
	}
	if (comma == 0)
		return false;
	first = text_trim((struct text){inside.at, comma});
	second = text_trim((struct text){inside.at + comma + 1, inside.length - comma - 1});
	if (!take_value(m, first) || !take_value(m, second))
		return false;
	m->at--;
	return m->match->value[m->match->values - 1].kind == DISTRIBUTION_CONSTANT;
}

static bool
take_word(struct matcher *m)
{
	if (m->at == m->clause->words || m->match->words == SENTENCE_VALUES_MOST)
		return false;
	m->match->word[m->match->words++] = m->clause->word[m->at++];
	return true;
}

static bool
take_name(struct matcher *m)
{
	struct text last;

	if (m->at == m->clause->words)
		return false;
	last = m->clause->word[m->clause->words - 1];
	m->match->name.at = m->clause->word[m->at].at;
	m->match->name.length = (size_t)(last.at + last.length - m->match->name.at);
	m->at = m->clause->words;
	return true;
}

static bool
take_amount(struct matcher *m)
{
	struct text word = next_word(m);

	if (!take_share(m, &m->match->is_share))
		return false;
	return m->match->is_share || memchr(word.at, '.', word.length) == NULL;
}

static bool
take_place(struct matcher *m, struct text place)
{
	bool ignored;

	if (text_is(place, "<number>"))
		return take_number(m);
	if (text_is(place, "<value>"))
		return take_value(m, next_word(m));
	if (text_is(place, "<share>"))
		return take_share(m, &ignored);
	if (text_is(place, "<amount>"))
		return take_amount(m);
	if (text_is(place, "<time>"))
		return take_time(m);
	if (text_is(place, "<clock>"))
		return take_clock(m);
	if (text_is(place, "<zipf>"))
		return take_zipf(m);
	if (text_is(place, "<date>"))
		return take_date(m);
	if (text_is(place, "<word>"))
		return take_word(m);
	return take_name(m);
}

bool
clause_match(const struct clause *clause, const char *pattern, struct match *ret)
{
	struct matcher m = {.clause = clause, .match = ret};
	struct text rest = text_of(pattern);

	*ret = (struct match){.values = 0};
	while (rest.length > 0) {
		struct text want = text_cut(&rest, ' ');
		bool fits;

		if (want.at[0] == '<')
			fits = take_place(&m, want);
		else if ((fits = m.at < clause->words && text_equal(clause->word[m.at], want)))
			m.at++;
		if (!fits) {
			ret->reached = m.at;
			snprintf(ret->expected, sizeof(ret->expected), "%.*s", (int)want.length,
				want.at);
			return false;
		}
	}
	ret->reached = m.at;
	snprintf(ret->expected, sizeof(ret->expected), "%s", "the end");
	return m.at == clause->words;
}
