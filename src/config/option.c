/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/option.h"

#include "relay/rule.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct unit {
	char letter;
	double seconds;
};

/* Longest first, so that a number is written with the longest unit that divides it. */
static const struct unit units[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};

#define UNITS (sizeof(units) / sizeof(*units))

const struct config_option *
option_find(struct text name)
{
	for (size_t i = 0; i < config_options_count; i++) {
		if (text_is(name, config_options[i].name))
			return &config_options[i];
	}
	return NULL;
}

bool
option_is_section(struct text name)
{
	for (size_t i = 0; i < config_options_count; i++) {
		struct text option = text_of(config_options[i].name);

		if (option.length > name.length && option.at[name.length] == '.' &&
			memcmp(option.at, name.at, name.length) == 0)
			return true;
	}
	return false;
}

/* The last key of a name. */
static struct text
last_key(struct text name)
{
	struct text key = name;

	while (name.length > 0)
		key = text_cut(&name, '.');
	return key;
}

bool
option_nearest(struct text name, char into[OPTION_NAME])
{
	unsigned least = (unsigned)(name.length / 3) + 1;
	struct text found = {0};

	if (name.length >= OPTION_NAME)
		return false;
	for (size_t i = 0; i < config_options_count; i++) {
		struct text option = text_of(config_options[i].name);

		/* Every beginning of the name that ends before a dot is a section, and may be meant. */
		for (size_t length = 1; length <= option.length; length++) {
			struct text part = {.at = option.at, .length = length};
			unsigned far;

			if (length < option.length && option.at[length] != '.')
				continue;
			far = text_distance(name, part, least);
			/* The right key in the wrong section. */
			if (length == option.length && far > 1 &&
				text_equal(last_key(name), last_key(part)))
				far = 1;
			if (far < least) {
				least = far;
				found = part;
			}
		}
	}
	if (found.at == NULL)
		return false;
	snprintf(into, OPTION_NAME, "%.*s", (int)found.length, found.at);
	return true;
}

char *
option_format_number(
	const struct config_option *option, double number, char into[OPTION_NUMBER_TEXT])
{
	if (option->type == OPTION_TYPE_DURATION && number != 0) {
		for (size_t i = 0; i < UNITS; i++) {
			double of = number / units[i].seconds;

			if (of == floor(of) || i + 1 == UNITS) {
				snprintf(into, OPTION_NUMBER_TEXT, "%.12g%c", of, units[i].letter);
				return into;
			}
		}
	}
	if (option->type == OPTION_TYPE_FLAG)
		snprintf(into, OPTION_NUMBER_TEXT, "%s", number != 0 ? "yes" : "no");
	else
		snprintf(into, OPTION_NUMBER_TEXT, "%.12g", number);
	return into;
}

/* Of what was given, for "%.*s%s": its beginning. */
#define SHOWN(text)                                                                                \
	(int)((text).length > 60 ? 60 : (text).length), (text).at, (text).length > 60 ? "..." : ""

static int
within(const struct config_option *option, double number, struct text text, struct fail *fail)
{
	bool is_less = number < option->least;
	char limit[OPTION_NUMBER_TEXT];

	if (!is_less && number <= option->most)
		return 0;
	option_format_number(option, is_less ? option->least : option->most, limit);
	fail_what(fail, "%s: %.*s%s is %s, %s", option->name, SHOWN(text),
		is_less ? "less than the least" : "more than the most", limit);
	return -ERANGE;
}

static int
is_not(const struct config_option *option, struct text text, struct fail *fail, const char *what)
{
	fail_what(fail, "%s: \"%.*s%s\" is not %s", option->name, SHOWN(text), what);
	return -EINVAL;
}

/* A number with one of the given letters behind it, which multiplies it. */
static int
parse_with_unit(struct text text, double *ret)
{
	double number, seconds = 0;

	for (size_t i = 0; i < UNITS; i++) {
		if (text.length > 0 && text.at[text.length - 1] == units[i].letter)
			seconds = units[i].seconds;
	}
	if (seconds == 0)
		return text_is(text, "0") ? (*ret = 0, 0) : -EINVAL;
	text.length--;
	if (text_parse_double(text, &number) < 0 || number < 0)
		return -EINVAL;
	*ret = number * seconds;
	return 0;
}

/* "2" or "2/d" or "0.1/h": so many a day. */
static int
parse_rate(struct text text, double *ret)
{
	double number, per = 86400;
	size_t length = text.length;

	if (length > 2 && text.at[length - 2] == '/') {
		per = 0;
		for (size_t i = 0; i < UNITS; i++) {
			if (text.at[length - 1] == units[i].letter)
				per = units[i].seconds;
		}
		text.length -= 2;
	}
	if (per == 0 || text_parse_double(text, &number) < 0)
		return -EINVAL;
	*ret = number * (86400 / per);
	return 0;
}

static int
parse_flag(struct text text, double *ret)
{
	static const char *const words[][2] = {{"no", "yes"}, {"false", "true"}, {"off", "on"}};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		for (int on = 0; on < 2; on++) {
			if (text_is(text, words[i][on])) {
				*ret = on;
				return 0;
			}
		}
	}
	return -EINVAL;
}

/* In decimals or, behind 0x, in hexadecimals. */
static int
parse_count(const struct config_option *option, struct text text, struct option_value *value,
	struct fail *fail)
{
	struct text digits = text;
	bool is_hex = text_starts(text, "0x");
	uint64_t count;
	int r;

	if (is_hex)
		digits.at += 2, digits.length -= 2;
	r = is_hex ? text_parse_hex(digits, UINT64_C(1) << 53, &count)
		   : text_parse_u64(digits, UINT64_C(1) << 53, &count);
	if (r == -ERANGE)
		return within(option, 0x1p54, text, fail);
	if (r < 0)
		return is_not(option, text, fail, "a whole number");
	if (option->power && (count & (count - 1)) != 0)
		return is_not(option, text, fail, "a power of two (like 128)");
	r = within(option, (double)count, text, fail);
	if (r == 0) {
		value->number = (double)count;
		value->is_hex = is_hex;
	}
	return r;
}

static int
parse_choice(const struct config_option *option, struct text text, double *ret, struct fail *fail)
{
	struct text rest = text_of(option->choices);

	for (int i = 0; rest.length > 0; i++) {
		if (text_equal(text, text_cut(&rest, ' '))) {
			*ret = i;
			return 0;
		}
	}
	fail_what(fail, "%s: \"%.*s\" is none of: %s", option->name,
		(int)(text.length > 60 ? 60 : text.length), text.at, option->choices);
	return -EINVAL;
}

static int
parse_number(const struct config_option *option, struct text text, double *ret, struct fail *fail)
{
	double number;
	int r;

	switch (option->type) {
	case OPTION_TYPE_RATE:
		if (parse_rate(text, &number) < 0)
			return is_not(option, text, fail, "a number a day (like 2, or 0.5/h)");
		break;
	case OPTION_TYPE_DURATION:
		if (parse_with_unit(text, &number) < 0)
			return is_not(option, text, fail, "a duration (like 30s, 10m, 48h or 7d)");
		break;
	case OPTION_TYPE_REAL:
	case OPTION_TYPE_COUNT:
	case OPTION_TYPE_FLAG:
	case OPTION_TYPE_CHOICE:
	case OPTION_TYPE_STRING:
	case OPTION_TYPE_LIMITS:
	case OPTION_TYPE_PREFIXES:
	case OPTION_TYPES:
		if (text_parse_double(text, &number) < 0)
			return is_not(option, text, fail, "a number (like 0.2)");
		break;
	}
	r = within(option, number, text, fail);
	if (r == 0)
		*ret = number;
	return r;
}

static int
parse_string(const struct config_option *option, struct text text, struct option_value *value,
	struct fail *fail)
{
	char *copy;

	if (text.length > 0 && memchr(text.at, '\0', text.length) != NULL)
		return is_not(option, text, fail, "text: it has a zero byte");
	if ((double)text.length < option->least || (double)text.length > option->most) {
		fail_what(fail, "%s: a text of %zu bytes, where %.0f to %.0f may be", option->name,
			text.length, option->least, option->most);
		return -ERANGE;
	}
	copy = xcalloc(text.length + 1, 1);
	if (text.length > 0)
		memcpy(copy, text.at, text.length);
	free(value->text);
	value->text = copy;
	return 0;
}

static int
parse_limits(const struct config_option *option, struct text text, struct option_value *value,
	struct fail *fail)
{
	struct fail why = {0};
	struct rule rule;
	size_t column;
	int r = rule_parse(text, &rule, &column, &why);

	if (r == 0)
		return parse_string(option, text, value, fail);
	fail_what(fail, "%s: %s", option->name, why.what);
	fail_hint(
		fail, "written like \"100 messages/hour, 300 recipients/hour burst 100\", or none");
	return r;
}

size_t
option_wrong_at(const struct config_option *option, struct text text)
{
	struct fail fail = {0};
	struct rule rule;
	size_t column = 1;

	if (option->type == OPTION_TYPE_LIMITS && rule_parse(text, &rule, &column, &fail) < 0)
		return column - 1;
	return 0;
}

static int
parse_prefix(const struct config_option *option, struct text text, struct option_value *value,
	struct fail *fail)
{
	struct prefix prefix;
	char meant[PREFIX_TEXT];
	int r = prefix_parse(text, &prefix);

	if (r == -EDOM) {
		fail_what(fail, "%s: \"%.*s\" has bits set behind its length", option->name,
			(int)text.length, text.at);
		fail_hint(fail, "the network is %s", prefix_format(&prefix, meant));
		return -EINVAL;
	}
	if (r < 0)
		return is_not(option, text, fail, "a prefix (like 192.0.2.0/24 or 2001:db8::/32)");
	if ((double)value->count >= option->most) {
		fail_what(fail, "%s: more than %.0f prefixes", option->name, option->most);
		fail_hint(fail, "those that lie side by side may be written as a shorter one");
		return -ERANGE;
	}
	value->prefixes = xrealloc(value->prefixes, (value->count + 1) * sizeof(prefix));
	value->prefixes[value->count++] = prefix;
	return 0;
}

int
option_parse(const struct config_option *option, struct text text, struct option_value *value,
	struct fail *fail)
{
	switch (option->type) {
	case OPTION_TYPE_FLAG:
		if (parse_flag(text, &value->number) < 0)
			return is_not(option, text, fail, "yes or no");
		return 0;
	case OPTION_TYPE_CHOICE:
		return parse_choice(option, text, &value->number, fail);
	case OPTION_TYPE_STRING:
		return parse_string(option, text, value, fail);
	case OPTION_TYPE_LIMITS:
		return parse_limits(option, text, value, fail);
	case OPTION_TYPE_PREFIXES:
		return parse_prefix(option, text, value, fail);
	case OPTION_TYPE_COUNT:
		return parse_count(option, text, value, fail);
	case OPTION_TYPE_REAL:
	case OPTION_TYPE_RATE:
	case OPTION_TYPE_DURATION:
	case OPTION_TYPES:
		break;
	}
	return parse_number(option, text, &value->number, fail);
}

void
option_value_done(struct option_value *value)
{
	free(value->text);
	free(value->prefixes);
	*value = (struct option_value){0};
}

void
option_describe(const struct config_option *option, struct buffer *into)
{
	static const char *const kinds[OPTION_TYPES] = {
		[OPTION_TYPE_FLAG] = "yes or no",
		[OPTION_TYPE_COUNT] = "a whole number",
		[OPTION_TYPE_REAL] = "a number",
		[OPTION_TYPE_RATE] = "a rate a day",
		[OPTION_TYPE_DURATION] = "a duration",
		[OPTION_TYPE_CHOICE] = "one of",
		[OPTION_TYPE_STRING] = "text",
		[OPTION_TYPE_LIMITS] = "limits",
		[OPTION_TYPE_PREFIXES] = "a list",
	};
	char least[OPTION_NUMBER_TEXT], most[OPTION_NUMBER_TEXT];

	buffer_print(into, "%s", kinds[option->type]);
	if (option->type == OPTION_TYPE_CHOICE)
		buffer_print(into, " %s", option->choices);
	else if (option->type == OPTION_TYPE_LIMITS)
		buffer_print(into,
			": messages or recipients an hour or a day and, behind one of these, a "
			"burst; or none");
	else if (option->type == OPTION_TYPE_PREFIXES || option->type == OPTION_TYPE_STRING)
		buffer_print(into, " of at most %.0f %s", option->most, option->unit);
	else if (option->type != OPTION_TYPE_FLAG)
		buffer_print(into, " from %s to %s",
			option_format_number(option, option->least, least),
			option_format_number(option, option->most, most));
	if (option->power)
		buffer_print(into, ", a power of two");
	if (option->unit != NULL && option->type != OPTION_TYPE_PREFIXES &&
		option->type != OPTION_TYPE_STRING && option->type != OPTION_TYPE_RATE)
		buffer_print(into, " (%s)", option->unit);
}
