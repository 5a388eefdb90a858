/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay/rule.h"

#include "base/wall.h"

#include <errno.h>

const char *const rule_what_names[RULE_WHATS] = {"messages", "recipients"};
const char *const rule_span_names[RULE_SPANS] = {"hour", "day"};

static const int64_t span_us[RULE_SPANS] = {WALL_HOUR, WALL_DAY};

/* A rule as it is read. */
struct reading {
	const char *begin;
	size_t *column;
	struct fail *fail;
	bool has_part; /* and then, the last one */
	enum rule_what what;
	enum rule_span span;
};

struct rule
rule_none(void)
{
	return (struct rule){
		.most = {{RULE_UNLIMITED, RULE_UNLIMITED}, {RULE_UNLIMITED, RULE_UNLIMITED}},
		.near = {{RULE_UNLIMITED, RULE_UNLIMITED}, {RULE_UNLIMITED, RULE_UNLIMITED}},
		.burst = {RULE_UNLIMITED, RULE_UNLIMITED},
	};
}

static int
wrong(const struct reading *reading, struct text at, int error, const char *expected)
{
	*reading->column = (size_t)(at.at - reading->begin) + 1;
	if (at.length == 0)
		fail_what(reading->fail, "something is missing; expected %s", expected);
	else
		fail_what(reading->fail, "'%.*s' is not understood; expected %s",
			(int)(at.length < 40 ? at.length : 40), at.at, expected);
	return -error;
}

/* The next word, up to a blank. */
static struct text
word(struct text *rest)
{
	struct text found;

	*rest = text_trim(*rest);
	found = text_cut(rest, ' ');
	*rest = text_trim(*rest);
	return found;
}

static int
read_count(const struct reading *reading, struct text text, uint32_t *ret)
{
	uint64_t count;

	if (text_parse_u64(text, RULE_MOST, &count) < 0 || count == 0)
		return wrong(reading, text, EINVAL, "a count from 1 to 1000000000");
	*ret = (uint32_t)count;
	return 0;
}

static int
find_name(struct text text, const char *const *names, int count)
{
	for (int i = 0; i < count; i++) {
		if (text_is(text, names[i]))
			return i;
	}
	return -1;
}

static int64_t
pace_of(enum rule_span span, uint32_t most)
{
	return (span_us[span] + most - 1) / most;
}

/* Of the part before. */
static int
read_burst(const struct reading *reading, struct text *rest, struct rule *rule)
{
	struct text number = word(rest);
	uint32_t count;
	int r;

	if (!reading->has_part)
		return wrong(reading, number, EINVAL, "a limit before burst");
	r = read_count(reading, number, &count);
	if (r < 0)
		return r;
	if (rule->burst[reading->what] != RULE_UNLIMITED)
		return wrong(
			reading, number, EINVAL, "one burst of messages and one of recipients");
	if (count > rule->most[reading->what][reading->span])
		return wrong(reading, number, ERANGE, "a burst of at most what it is a part of");
	rule->burst[reading->what] = count;
	rule->burst_span[reading->what] = (uint8_t)reading->span;
	rule->pace[reading->what] =
		pace_of(reading->span, rule->most[reading->what][reading->span]);
	return 0;
}

/* "300 recipients/hour" */
static int
read_limit(struct reading *reading, struct text number, struct text *rest, struct rule *rule)
{
	struct text unit = word(rest), span = unit, what = text_cut(&span, '/');
	int w = find_name(what, rule_what_names, RULE_WHATS);
	int s = find_name(span, rule_span_names, RULE_SPANS);
	uint32_t count;
	int r = read_count(reading, number, &count);

	if (r < 0)
		return r;
	if (w < 0 || s < 0)
		return wrong(reading, unit, EINVAL,
			"messages/hour, messages/day, recipients/hour or recipients/day");
	if (rule->most[w][s] != RULE_UNLIMITED)
		return wrong(reading, number, EINVAL, "each to be limited once");
	rule->most[w][s] = count;
	reading->what = (enum rule_what)w;
	reading->span = (enum rule_span)s;
	reading->has_part = true;
	return 0;
}

/* "300 recipients/hour burst 60"; the burst may be a part of its own. */
static int
read_part(struct reading *reading, struct text part, struct rule *rule)
{
	struct text rest = part, first = word(&rest);
	bool is_burst = text_is(first, "burst");
	int r = is_burst ? read_burst(reading, &rest, rule)
			 : read_limit(reading, first, &rest, rule);

	if (r < 0 || rest.length == 0)
		return r;
	first = word(&rest);
	if (is_burst || !text_is(first, "burst"))
		return wrong(reading, first, EINVAL,
			is_burst ? "a comma" : "a comma, or burst and a count");
	r = read_burst(reading, &rest, rule);
	if (r == 0 && rest.length > 0)
		return wrong(reading, rest, EINVAL, "a comma");
	return r;
}

/* What can never be reached is a mistake. */
static int
check(const struct reading *reading, const struct rule *rule)
{
	for (int w = 0; w < RULE_WHATS; w++) {
		const uint32_t *most = rule->most[w];

		if (most[RULE_HOUR] != RULE_UNLIMITED && most[RULE_DAY] < most[RULE_HOUR]) {
			*reading->column = 1;
			fail_what(reading->fail,
				"%u %s a day are fewer than %u an hour: the limit an hour would "
				"never be reached",
				most[RULE_DAY], rule_what_names[w], most[RULE_HOUR]);
			return -ERANGE;
		}
	}
	return 0;
}

int
rule_parse(struct text text, struct rule *ret, size_t *column, struct fail *fail)
{
	struct reading reading = {.begin = text.at, .column = column, .fail = fail};
	struct text rest = text_trim(text);
	bool has_more;
	int r;

	*ret = rule_none();
	if (text_is(rest, "none"))
		return 0;
	do {
		has_more = memchr(rest.at, ',', rest.length) != NULL;
		r = read_part(&reading, text_trim(text_cut(&rest, ',')), ret);
		if (r < 0)
			return r;
	} while (has_more);
	return check(&reading, ret);
}

void
rule_near(struct rule *rule, unsigned percent)
{
	for (int w = 0; w < RULE_WHATS; w++) {
		for (int s = 0; s < RULE_SPANS; s++)
			rule->near[w][s] = percent >= 100 || rule->most[w][s] == RULE_UNLIMITED
				? RULE_UNLIMITED
				: (uint32_t)((uint64_t)rule->most[w][s] * percent / 100);
	}
}

static uint32_t
share_of(uint32_t most, unsigned percent)
{
	uint64_t share = (uint64_t)most * percent / 100;

	return most == RULE_UNLIMITED ? most : share == 0 ? 1 : (uint32_t)share;
}

struct rule
rule_share(const struct rule *rule, unsigned percent)
{
	struct rule ret = *rule;

	for (int w = 0; w < RULE_WHATS; w++) {
		for (int s = 0; s < RULE_SPANS; s++) {
			ret.most[w][s] = share_of(rule->most[w][s], percent);
			ret.near[w][s] = share_of(rule->near[w][s], percent);
		}
		ret.burst[w] = share_of(rule->burst[w], percent);
		if (rule->pace[w] != 0)
			ret.pace[w] = pace_of((enum rule_span)rule->burst_span[w],
				ret.most[w][rule->burst_span[w]]);
	}
	return ret;
}

void
rule_format(const struct rule *rule, struct buffer *into)
{
	const char *comma = "";

	for (int w = 0; w < RULE_WHATS; w++) {
		for (int s = 0; s < RULE_SPANS; s++) {
			if (rule->most[w][s] == RULE_UNLIMITED)
				continue;
			buffer_print(into, "%s%u %s/%s", comma, rule->most[w][s],
				rule_what_names[w], rule_span_names[s]);
			if (rule->burst[w] != RULE_UNLIMITED && rule->burst_span[w] == s)
				buffer_print(into, " burst %u", rule->burst[w]);
			comma = ", ";
		}
	}
	if (*comma == '\0')
		buffer_print(into, "none");
}
