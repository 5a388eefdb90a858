/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/config.h"

#include "config/profile.h"

#include <errno.h>
#include <stdlib.h>

/* Who gave an option its value; the later ones stand over the earlier. */
enum origin { ORIGIN_DEFAULT, ORIGIN_PROFILE, ORIGIN_FILE };

struct config {
	struct option_value value[OPTIONS_MOST];
	uint8_t origin[OPTIONS_MOST]; /* enum origin */
};

const struct config_order config_orders[] = {
	{"flow.forgive-after", "flow.forgive-until"},
	{"flow.failure-honest", "flow.failure-zombie.1"},
	{"flow.failure-honest", "flow.failure-zombie.2"},
	{"court.watch", "court.suspect"},
	{"court.suspect", "court.floor"},
	{"court.floor", "flow.ceiling"},
};
const size_t config_orders_count = sizeof(config_orders) / sizeof(*config_orders);

static size_t
index_of(const struct config_option *option)
{
	return (size_t)(option - config_options);
}

/* Puts an option to a value of the program's own. */
static void
take(struct config *config, const struct config_option *option, const char *value)
{
	struct option_value *into = &config->value[index_of(option)];

	option_value_done(into);
	if (option->type == OPTION_TYPE_PREFIXES && *value == '\0')
		return;
	must(option_parse(option, text_of(value), into, NULL) == 0);
}

struct config *
config_new(void)
{
	struct config *config = xcalloc(1, sizeof(*config));

	for (size_t i = 0; i < config_options_count; i++)
		take(config, &config_options[i], config_options[i].standard);
	return config;
}

struct config *
config_free(struct config *config)
{
	if (config == NULL)
		return NULL;
	for (size_t i = 0; i < config_options_count; i++)
		option_value_done(&config->value[i]);
	free(config);
	return NULL;
}

struct config *
config_copy(const struct config *config)
{
	struct config *copy = xcalloc(1, sizeof(*copy));

	*copy = *config;
	for (size_t i = 0; i < config_options_count; i++) {
		const struct option_value *from = &config->value[i];
		struct option_value *to = &copy->value[i];

		if (from->text != NULL) {
			size_t size = strlen(from->text) + 1;

			to->text = memcpy(xcalloc(size, 1), from->text, size);
		}
		if (from->prefixes != NULL) {
			to->prefixes = xcalloc(from->count, sizeof(*to->prefixes));
			memcpy(to->prefixes, from->prefixes, from->count * sizeof(*to->prefixes));
		}
	}
	return copy;
}

void
config_swap(struct config *a, struct config *b)
{
	struct config kept = *a;

	*a = *b;
	*b = kept;
}

int
config_set(struct config *config, struct text name, struct text value, struct fail *fail)
{
	const struct config_option *option = option_find(name);
	char nearest[OPTION_NAME];
	int r;

	if (option == NULL) {
		fail_what(fail, "there is no option \"%.*s\"",
			(int)(name.length > 100 ? 100 : name.length), name.at);
		if (option_nearest(name, nearest))
			fail_hint(fail, "did you mean %s?", nearest);
		return -ENOENT;
	}
	r = option_parse(option, value, &config->value[index_of(option)], fail);
	if (r == 0)
		config->origin[index_of(option)] = ORIGIN_FILE;
	return r;
}

void
config_clear(struct config *config, const struct config_option *option)
{
	if (option->type == OPTION_TYPE_PREFIXES)
		option_value_done(&config->value[index_of(option)]);
	config->origin[index_of(option)] = ORIGIN_FILE;
}

void
config_take_profile(struct config *config)
{
	const struct profile *profile = profile_find(config_choice(config, "scan.profile"));

	must(profile != NULL);
	for (size_t i = 0; i < profile->count; i++) {
		const struct config_option *option = option_find(text_of(profile->values[i].name));

		must(option != NULL);
		if (config->origin[index_of(option)] == ORIGIN_FILE)
			continue;
		take(config, option, profile->values[i].value);
		config->origin[index_of(option)] = ORIGIN_PROFILE;
	}
}

/* Of evidence: their sum is the share of errors that all channels have together. */
static int
weights_fit(const struct config *config, const struct config_option **ret, struct fail *fail)
{
	double sum = 0;

	for (size_t i = 0; i < config_options_count; i++) {
		const struct config_option *option = &config_options[i];

		if (!text_starts(text_of(option->name), "court.weight."))
			continue;
		sum += config_number(config, option->name);
		if (config->origin[i] == ORIGIN_FILE)
			*ret = option;
	}
	if (sum <= 1 + 1e-9)
		return 0;
	fail_what(fail, "the sum of all court.weight is %g; at most 1", sum);
	return -EINVAL;
}

int
config_fits(const struct config *config, const struct config_option **ret, struct fail *fail)
{
	for (size_t i = 0; i < config_orders_count; i++) {
		const struct config_option *lower = option_find(text_of(config_orders[i].lower));
		const struct config_option *upper = option_find(text_of(config_orders[i].upper));
		double low = config_number(config, config_orders[i].lower);
		double high = config_number(config, config_orders[i].upper);
		char lower_text[OPTION_NUMBER_TEXT], upper_text[OPTION_NUMBER_TEXT];

		if (low <= high)
			continue;
		fail_what(fail, "%s (%s) must not be above %s (%s)", lower->name,
			option_format_number(lower, low, lower_text), upper->name,
			option_format_number(upper, high, upper_text));
		*ret = config->origin[index_of(upper)] == ORIGIN_FILE ? upper : lower;
		return -EINVAL;
	}
	return weights_fit(config, ret, fail);
}

static const struct option_value *
value_of(const struct config *config, const char *name, unsigned types)
{
	const struct config_option *option = option_find(text_of(name));

	must(option != NULL);
	must((types & 1u << option->type) != 0);
	return &config->value[index_of(option)];
}

bool
config_is_set(const struct config *config, const char *name)
{
	const struct config_option *option = option_find(text_of(name));

	must(option != NULL);
	return config->origin[index_of(option)] != ORIGIN_DEFAULT;
}

bool
config_flag(const struct config *config, const char *name)
{
	return value_of(config, name, 1u << OPTION_TYPE_FLAG)->number != 0;
}

double
config_number(const struct config *config, const char *name)
{
	return value_of(config, name,
		1u << OPTION_TYPE_COUNT | 1u << OPTION_TYPE_REAL | 1u << OPTION_TYPE_RATE |
			1u << OPTION_TYPE_DURATION)
		->number;
}

static struct text
word_at(const char *words, double place)
{
	struct text rest = text_of(words), word;

	do
		word = text_cut(&rest, ' ');
	while (place-- >= 1);
	return word;
}

struct text
config_choice(const struct config *config, const char *name)
{
	return word_at(option_find(text_of(name))->choices,
		value_of(config, name, 1u << OPTION_TYPE_CHOICE)->number);
}

const char *
config_string(const struct config *config, const char *name)
{
	return value_of(config, name, 1u << OPTION_TYPE_STRING | 1u << OPTION_TYPE_LIMITS)->text;
}

size_t
config_prefixes(const struct config *config, const char *name, const struct prefix **ret)
{
	const struct option_value *value = value_of(config, name, 1u << OPTION_TYPE_PREFIXES);

	*ret = value->prefixes;
	return value->count;
}

void
config_format(const struct config *config, const struct config_option *option, struct buffer *into)
{
	const struct option_value *value = &config->value[index_of(option)];
	char text[PREFIX_TEXT];

	switch (option->type) {
	case OPTION_TYPE_STRING:
	case OPTION_TYPE_LIMITS:
		buffer_json(into, text_of(value->text));
		return;
	case OPTION_TYPE_CHOICE:
		buffer_text(into, word_at(option->choices, value->number));
		return;
	case OPTION_TYPE_PREFIXES:
		buffer_print(into, "[");
		for (size_t i = 0; i < value->count; i++)
			buffer_print(into, "%s\"%s\"", i ? ", " : "",
				prefix_format(&value->prefixes[i], text));
		buffer_print(into, "]");
		return;
	case OPTION_TYPE_COUNT:
		if (value->is_hex) {
			buffer_print(into, "0x%llx", (unsigned long long)value->number);
			return;
		}
		break;
	case OPTION_TYPE_FLAG:
	case OPTION_TYPE_REAL:
	case OPTION_TYPE_RATE:
	case OPTION_TYPE_DURATION:
	case OPTION_TYPES:
		break;
	}
	buffer_print(into, "%s", option_format_number(option, value->number, text));
}
