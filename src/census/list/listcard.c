/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/list/listcard.h"

#include "base/addressscan.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* So many letters may be wrong in a key that is guessed. */
#define GUESS_MOST 3

const char *const listmeaning_names[LISTMEANING_COUNT] = {
	"zombie", "relay", "policy", "scanner", "reputation"};

enum key {
	KEY_NAME,
	KEY_MEANING,
	KEY_WEIGHT,
	KEY_HALF_LIFE,
	KEY_LICENCE,
	KEY_GROUP,
	KEY_TRAP,
	KEY_FORM,
	KEY_TYPE,
	KEY_DATASET,
	KEY_VALUES,
	KEY_COLUMNS,
	KEY_ADDRESS,
	KEY_TIME,
	KEY_PORT,
	KEY_COUNT
};

/* Those before KEY_TRAP have to be there. */
static const char *const keys[KEY_COUNT] = {"name", "meaning", "weight", "half-life", "licence",
	"group", "trap", "form", "type", "dataset", "values", "columns", "address", "time", "port"};

struct parse {
	const char *file;
	listcard_problem tell;
	void *context;
	unsigned line;
	int problems;
	struct listcard card;
	bool has[KEY_COUNT];
};

static void PRINTF(3, 4) problem(struct parse *parse, const char *hint, const char *format, ...)
{
	struct fail fail = {0};
	char what[sizeof(fail.what)];
	va_list list;

	parse->problems++;
	va_start(list, format);
	vsnprintf(what, sizeof(what), format, list);
	va_end(list);
	if (parse->line > 0)
		fail_where(&fail, "%s:%u", parse->file, parse->line);
	else
		fail_where(&fail, "%s", parse->file);
	fail_what(&fail, "%s", what);
	fail_hint(&fail, "%s", hint);
	if (parse->tell != NULL)
		parse->tell(parse->context, &fail);
}

/* The number of a word in a table of them, from the given one on; count if it is none. */
static unsigned
find(const char *const *names, unsigned from, unsigned count, struct text word)
{
	while (from < count && !text_is(word, names[from]))
		from++;
	return from;
}

/* "zombie, relay, ..." */
static const char *
all_of(const char *const *names, unsigned from, unsigned count, char into[LISTCARD_TEXT])
{
	size_t length = 0;

	*into = '\0';
	for (unsigned i = from; i < count && length < LISTCARD_TEXT; i++)
		length += (size_t)snprintf(into + length, LISTCARD_TEXT - length, "%s%s",
			i > from ? ", " : "", names[i]);
	return into;
}

static unsigned
take_choice(struct parse *parse, const char *const *names, unsigned from, unsigned count,
	struct text value)
{
	unsigned found = find(names, from, count, value);
	char all[LISTCARD_TEXT];

	if (found < count)
		return found;
	problem(parse, "", "\"%.*s\" is none of: %s", (int)value.length, value.at,
		all_of(names, from, count, all));
	return from;
}

static void
take_text(char into[LISTCARD_TEXT], struct text value)
{
	memcpy(into, value.at, value.length);
	into[value.length] = '\0';
}

static void
take_weight(struct parse *parse, struct text value)
{
	if (text_parse_double(value, &parse->card.weight) < 0 || !(parse->card.weight > 0) ||
		!(parse->card.weight < 1))
		problem(parse, "for example: weight: 0.6",
			"the weight is a number above 0 and "
			"below 1");
}

static void
take_half_life(struct parse *parse, struct text value)
{
	static const char units[] = "mhdw";
	static const uint32_t seconds[] = {60, 3600, 86400, 604800};
	const char *unit = strchr(units, value.at[value.length - 1]);
	struct text digits = {value.at, value.length - 1};
	uint64_t number;

	if (unit == NULL || *unit == '\0' || text_parse_u64(digits, 5000, &number) < 0 ||
		number == 0)
		problem(parse, "for example: half-life: 2d",
			"the half-life is a number of at most 5000 with m, h, d or w behind it");
	else
		parse->card.half_life = (uint32_t)number * seconds[unit - units];
}

/* The group stands in reasons and counts as one, so it is one word. */
static void
take_group(struct parse *parse, struct text value)
{
	for (size_t i = 0; i < value.length; i++) {
		char c = value.at[i];

		if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-') {
			problem(parse, "for example: group: nixspam",
				"the group is one word of small letters, digits and \"-\"");
			return;
		}
	}
	take_text(parse->card.group, value);
}

static void
take_values(struct parse *parse, struct text value)
{
	struct listorder *order = &parse->card.order;

	while (value.length > 0) {
		struct text word = text_cut(&value, ' ');
		uint32_t address;

		if (word.length == 0)
			continue;
		if (order->values_count == LISTREADER_VALUES ||
			addressscan_four(word, &address) != word.length) {
			problem(parse, "for example: values: 127.0.0.2 127.0.0.4",
				"the values are at most %d addresses with blanks between them",
				LISTREADER_VALUES);
			return;
		}
		order->values[order->values_count++] = address;
	}
}

static void
take_value(struct parse *parse, enum key key, struct text value)
{
	static const char *const answers[] = {"no", "yes"};
	struct listcard *card = &parse->card;

	switch (key) {
	case KEY_NAME:
		take_text(card->name, value);
		break;
	case KEY_MEANING:
		card->meaning = (enum listmeaning)take_choice(
			parse, listmeaning_names, 0, LISTMEANING_COUNT, value);
		break;
	case KEY_WEIGHT:
		take_weight(parse, value);
		break;
	case KEY_HALF_LIFE:
		take_half_life(parse, value);
		break;
	case KEY_LICENCE:
		take_text(card->licence, value);
		break;
	case KEY_GROUP:
		take_group(parse, value);
		break;
	case KEY_TRAP:
		card->is_trap = take_choice(parse, answers, 0, 2, value) == 1;
		break;
	case KEY_FORM:
		card->order.form = (enum listform)take_choice(
			parse, listform_names, LISTFORM_PLAIN, LISTFORM_COUNT, value);
		break;
	case KEY_TYPE:
		card->order.type = (enum zonetype)take_choice(
			parse, zonetype_names, ZONETYPE_ANY, ZONETYPE_COUNT, value);
		break;
	case KEY_DATASET:
		take_text(card->order.dataset, value);
		break;
	case KEY_VALUES:
		take_values(parse, value);
		break;
	case KEY_COLUMNS:
		take_text(card->order.columns, value);
		break;
	case KEY_ADDRESS:
		take_text(card->order.address, value);
		break;
	case KEY_TIME:
		take_text(card->order.time, value);
		break;
	case KEY_PORT:
		take_text(card->order.port, value);
		break;
	case KEY_COUNT:
		break;
	}
}

static void
refuse_key(struct parse *parse, struct text word)
{
	char hint[LISTCARD_TEXT];
	unsigned least = GUESS_MOST + 1;

	snprintf(hint, sizeof(hint), "what a card may say stands in lazaret-census(1)");
	for (unsigned i = 0; i < KEY_COUNT; i++) {
		unsigned distance = text_distance(word, text_of(keys[i]), least);

		if (distance < least) {
			least = distance;
			snprintf(hint, sizeof(hint), "did you mean \"%s\"?", keys[i]);
		}
	}
	problem(parse, hint, "\"%.*s\" is nothing that a card says",
		(int)(word.length < 40 ? word.length : 40), word.at);
}

static void
take_line(struct parse *parse, struct text line)
{
	struct text value = line, word;
	unsigned key;

	if (memchr(line.at, ':', line.length) == NULL) {
		problem(parse, "", "the line is not \"key: value\"");
		return;
	}
	word = text_trim(text_cut(&value, ':'));
	value = text_trim(value);
	if (text_check_line(word) < 0 || text_check_line(value) < 0) {
		problem(parse, "", "the line is no text in UTF-8, or has control characters");
		return;
	}
	key = find(keys, 0, KEY_COUNT, word);
	if (key == KEY_COUNT)
		refuse_key(parse, word);
	else if (parse->has[key])
		problem(parse, "", "\"%s\" was said already", keys[key]);
	else if (value.length == 0 || value.length >= LISTCARD_TEXT)
		problem(parse, "", "the value of \"%s\" has no text, or more than %d bytes",
			keys[key], LISTCARD_TEXT - 1);
	else
		take_value(parse, (enum key)key, value);
	if (key < KEY_COUNT)
		parse->has[key] = true;
}

int
listcard_parse(struct text text, const char *file, listcard_problem tell, void *context,
	struct listcard *ret)
{
	struct parse parse = {.file = file, .tell = tell, .context = context};

	while (text.length > 0) {
		struct text line = text_cut(&text, '\n');

		parse.line++;
		if (line.length > 0 && line.at[line.length - 1] == '\r')
			line.length--;
		line = text_trim(line);
		if (line.length > 0 && *line.at != '#')
			take_line(&parse, line);
	}
	parse.line = 0;
	for (unsigned i = 0; i < KEY_TRAP; i++) {
		if (!parse.has[i])
			problem(&parse, "", "the card does not say \"%s\"", keys[i]);
	}
	if (parse.problems == 0)
		*ret = parse.card;
	return parse.problems;
}

int
listcard_read(const char *path, listcard_problem tell, void *context, struct listcard *ret)
{
	struct fail fail = {0};
	struct input input;
	size_t size;
	int problems = 1;

	if (input_open(&input, path, 0, &fail) < 0) {
		if (tell != NULL)
			tell(context, &fail);
		return problems;
	}
	size = input_need(&input, LISTCARD_BYTES + 1, &fail);
	if (size > LISTCARD_BYTES) {
		fail_where(&fail, "%s", path);
		fail_what(&fail, "a card has at most %d bytes", LISTCARD_BYTES);
	}
	if (fail.what[0] == '\0')
		problems = listcard_parse(
			(struct text){(const char *)input.at, size}, path, tell, context, ret);
	else if (tell != NULL)
		tell(context, &fail);
	input_close(&input);
	return problems;
}
