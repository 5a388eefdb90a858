/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/parser.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <yaml.h>

/* Levels that are stepped over at the most where something unknown is nested. */
#define SKIP_DEPTH 64

struct parser {
	yaml_parser_t yaml;
	const char *name;
	struct config *config;
	parser_problem on_problem;
	void *context;
	int problems;
	bool ended; /* nothing more can be read */
	/* Line of the file where the option, or the section at this depth that begins with it, was
	 * first given; 0 if it was not. */
	unsigned given[OPTIONS_MOST];
	unsigned section[PARSER_DEPTH][OPTIONS_MOST];
};

static void
tell(struct parser *parser, yaml_mark_t mark, struct fail *fail)
{
	fail_where(fail, "%s:%zu:%zu", parser->name, mark.line + 1, mark.column + 1);
	if (parser->problems++ < PARSER_PROBLEMS)
		parser->on_problem(parser->context, fail);
}

/* Gives the next event, which the caller deletes; ends the parser where the text is no YAML. */
static bool
next(struct parser *parser, yaml_event_t *event)
{
	struct fail fail = {0};

	if (parser->ended)
		return false;
	if (!yaml_parser_parse(&parser->yaml, event)) {
		yaml_mark_t mark = parser->yaml.problem_mark;

		/* The reader fails without a mark: the place is where the scanner stands. */
		if (parser->yaml.error == YAML_READER_ERROR)
			mark = parser->yaml.mark;
		fail_what(&fail, "this is not YAML: %s",
			parser->yaml.problem ? parser->yaml.problem : "it cannot be read");
		tell(parser, mark, &fail);
		parser->ended = true;
		return false;
	}
	if (event->type == YAML_STREAM_END_EVENT)
		parser->ended = true;
	return true;
}

/* Steps over what begins with the event: a whole mapping or sequence, or one scalar. */
static void
skip(struct parser *parser, yaml_event_type_t type)
{
	size_t depth = type == YAML_MAPPING_START_EVENT || type == YAML_SEQUENCE_START_EVENT;
	yaml_event_t event;

	while (depth > 0 && next(parser, &event)) {
		struct fail fail = {0};

		if (event.type == YAML_MAPPING_START_EVENT ||
			event.type == YAML_SEQUENCE_START_EVENT)
			depth++;
		else if (event.type == YAML_MAPPING_END_EVENT ||
			event.type == YAML_SEQUENCE_END_EVENT)
			depth--;
		/* libyaml's time grows with the square of the depth. */
		if (depth > SKIP_DEPTH) {
			fail_what(&fail, "more than %d levels deep: no more is read", SKIP_DEPTH);
			tell(parser, event.start_mark, &fail);
			parser->ended = true;
		}
		yaml_event_delete(&event);
	}
}

static struct text
scalar_of(const yaml_event_t *event)
{
	return (struct text){
		.at = (const char *)event->data.scalar.value,
		.length = event->data.scalar.length,
	};
}

/* Anchors, aliases and tags have no use here and can blow a file up. */
static bool
is_plain(struct parser *parser, const yaml_event_t *event)
{
	struct fail fail = {0};
	const char *what = NULL;

	if (event->type == YAML_ALIAS_EVENT)
		what = "aliases";
	else if (event->type == YAML_SCALAR_EVENT &&
		(event->data.scalar.anchor || event->data.scalar.tag))
		what = "anchors and tags";
	else if (event->type == YAML_MAPPING_START_EVENT &&
		(event->data.mapping_start.anchor || event->data.mapping_start.tag))
		what = "anchors and tags";
	else if (event->type == YAML_SEQUENCE_START_EVENT &&
		(event->data.sequence_start.anchor || event->data.sequence_start.tag))
		what = "anchors and tags";
	if (what == NULL)
		return true;
	fail_what(&fail, "%s are not taken here", what);
	tell(parser, event->start_mark, &fail);
	return false;
}

/* Adds a key to a path of keys; false if it gets too long for any option. */
static bool
join(struct text path, struct text key, char into[OPTION_NAME])
{
	int length = snprintf(into, OPTION_NAME, "%.*s%s%.*s", (int)path.length, path.at,
		path.length ? "." : "", key.length < OPTION_NAME ? (int)key.length : OPTION_NAME,
		key.at);

	return length < OPTION_NAME && strlen(into) == (size_t)length;
}

static void
unknown(struct parser *parser, const yaml_event_t *key, struct text path)
{
	struct fail fail = {0};
	struct text written = scalar_of(key);
	char name[OPTION_NAME], nearest[OPTION_NAME];
	bool fits = join(path, written, name);

	fail_what(&fail, "there is no option \"%.*s%s%.*s\"", (int)path.length, path.at,
		path.length ? "." : "", (int)(written.length > 100 ? 100 : written.length),
		written.at);
	if (fits && option_nearest(text_of(name), nearest))
		fail_hint(&fail, "did you mean %s?", nearest);
	tell(parser, key->start_mark, &fail);
}

/* Tells it if the name was given before; remembers that it is given now. */
static bool
is_first(struct parser *parser, unsigned *line, yaml_mark_t mark, const char *name)
{
	struct fail fail = {0};

	if (*line == 0) {
		*line = (unsigned)mark.line + 1;
		return true;
	}
	fail_what(&fail, "%s was given already, in line %u", name, *line);
	tell(parser, mark, &fail);
	return false;
}

static int
take_scalar(struct parser *parser, const char *name, const yaml_event_t *event)
{
	const struct config_option *option = option_find(text_of(name));
	yaml_mark_t mark = event->start_mark;
	struct fail fail = {0};
	int r = config_set(parser->config, text_of(name), scalar_of(event), &fail);

	if (r == 0)
		return 0;
	/* Within the text, as far as it stands in one line as it is. */
	if (option != NULL)
		mark.column += option_wrong_at(option, scalar_of(event)) +
			(event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE);
	tell(parser, mark, &fail);
	return r;
}

/* The entries of a list, whose start was read already. That it is full is told once. */
static void
take_list(struct parser *parser, const struct config_option *option)
{
	bool more = true, is_full = false;
	yaml_event_t event;

	config_clear(parser->config, option);
	while (more && next(parser, &event)) {
		more = event.type != YAML_SEQUENCE_END_EVENT;
		if (event.type == YAML_SCALAR_EVENT && is_plain(parser, &event)) {
			if (!is_full)
				is_full = take_scalar(parser, option->name, &event) == -ERANGE;
		} else if (more && event.type != YAML_SCALAR_EVENT) {
			struct fail fail = {0};

			fail_what(&fail, "%s: only prefixes may be in this list", option->name);
			tell(parser, event.start_mark, &fail);
			skip(parser, event.type);
		}
		yaml_event_delete(&event);
	}
}

static void
take_option(struct parser *parser, const struct config_option *option, const yaml_event_t *event)
{
	struct fail fail = {0};

	if (!is_plain(parser, event)) {
		skip(parser, event->type);
	} else if (event->type == YAML_SCALAR_EVENT) {
		config_clear(parser->config, option);
		(void)take_scalar(parser, option->name, event);
	} else if (event->type == YAML_SEQUENCE_START_EVENT &&
		option->type == OPTION_TYPE_PREFIXES) {
		take_list(parser, option);
	} else {
		fail_what(&fail, "%s: one value is expected here, not a %s", option->name,
			event->type == YAML_SEQUENCE_START_EVENT ? "list" : "mapping");
		tell(parser, event->start_mark, &fail);
		skip(parser, event->type);
	}
}

static void take_mapping(struct parser *parser, struct text path, unsigned depth);

/* What stands behind the name of a section. Nothing at all is an empty section. */
static void
take_section(struct parser *parser, const char *name, const yaml_event_t *event, unsigned depth)
{
	struct fail fail = {0};

	if (!is_plain(parser, event)) {
		skip(parser, event->type);
	} else if (event->type == YAML_MAPPING_START_EVENT && depth < PARSER_DEPTH) {
		take_mapping(parser, text_of(name), depth);
	} else if (event->type != YAML_SCALAR_EVENT || event->data.scalar.length > 0) {
		fail_what(&fail, "%s: options are expected here, each on a line of its own", name);
		tell(parser, event->start_mark, &fail);
		skip(parser, event->type);
	}
}

/* The place of the first option of a section: stands for the section. */
static size_t
first_of(const char *section)
{
	size_t length = strlen(section);

	for (size_t i = 0; i < config_options_count; i++) {
		if (strncmp(config_options[i].name, section, length) == 0 &&
			config_options[i].name[length] == '.')
			return i;
	}
	return 0;
}

/* One key and what stands behind it. */
static void
take_pair(struct parser *parser, struct text path, const yaml_event_t *key, unsigned depth)
{
	const struct config_option *option = NULL;
	char name[OPTION_NAME];
	yaml_event_t value;
	struct fail fail = {0};

	if (key->type != YAML_SCALAR_EVENT) {
		if (is_plain(parser, key)) {
			fail_what(&fail, "the name of an option is expected here");
			tell(parser, key->start_mark, &fail);
		}
		skip(parser, key->type);
	}
	if (!next(parser, &value))
		return;
	if (key->type != YAML_SCALAR_EVENT || !is_plain(parser, key)) {
		skip(parser, value.type);
	} else if (join(path, scalar_of(key), name) &&
		(option = option_find(text_of(name))) != NULL) {
		if (is_first(
			    parser, &parser->given[option - config_options], key->start_mark, name))
			take_option(parser, option, &value);
		else
			skip(parser, value.type);
	} else if (join(path, scalar_of(key), name) && option_is_section(text_of(name))) {
		if (is_first(
			    parser, &parser->section[depth][first_of(name)], key->start_mark, name))
			take_section(parser, name, &value, depth + 1);
		else
			skip(parser, value.type);
	} else {
		unknown(parser, key, path);
		skip(parser, value.type);
	}
	yaml_event_delete(&value);
}

/* Keys and values up to the end of a mapping whose start was read already. */
static void
take_mapping(struct parser *parser, struct text path, unsigned depth)
{
	yaml_event_t event;
	bool more = true;

	while (more && next(parser, &event)) {
		more = event.type != YAML_MAPPING_END_EVENT;
		if (more)
			take_pair(parser, path, &event, depth);
		yaml_event_delete(&event);
	}
}

static void
take_stream(struct parser *parser)
{
	unsigned documents = 0;
	struct fail fail = {0};
	yaml_event_t event;

	while (next(parser, &event)) {
		if (event.type == YAML_DOCUMENT_START_EVENT && documents++ > 0) {
			fail_what(&fail, "a second document begins here: one file, one document");
			tell(parser, event.start_mark, &fail);
			parser->ended = true;
		} else if (event.type == YAML_MAPPING_START_EVENT && is_plain(parser, &event)) {
			take_mapping(parser, TEXT(""), 0);
		} else if (event.type == YAML_SEQUENCE_START_EVENT ||
			event.type == YAML_ALIAS_EVENT ||
			(event.type == YAML_SCALAR_EVENT && event.data.scalar.length > 0)) {
			fail_what(
				&fail, "sections of options are expected here, like \"network:\"");
			tell(parser, event.start_mark, &fail);
			parser->ended = true;
		}
		yaml_event_delete(&event);
	}
}

/* Whether the options fit together, told at the place of the one that was given. */
static void
check_fit(struct parser *parser)
{
	const struct config_option *option;
	struct fail fail = {0};
	yaml_mark_t mark = {0};

	if (config_fits(parser->config, &option, &fail) == 0)
		return;
	if (parser->given[option - config_options] > 0)
		mark.line = parser->given[option - config_options] - 1;
	tell(parser, mark, &fail);
}

int
parser_take(struct config *config, struct text text, const char *name, parser_problem on_problem,
	void *context)
{
	struct parser *parser = xcalloc(1, sizeof(*parser));
	int problems;

	*parser = (struct parser){
		.name = name,
		.config = config_copy(config),
		.on_problem = on_problem,
		.context = context,
	};
	must(yaml_parser_initialize(&parser->yaml));
	yaml_parser_set_encoding(&parser->yaml, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(
		&parser->yaml, (const unsigned char *)(text.length ? text.at : ""), text.length);
	take_stream(parser);
	if (parser->problems == 0)
		check_fit(parser);
	if (parser->problems == 0)
		config_swap(config, parser->config);
	problems = parser->problems;
	yaml_parser_delete(&parser->yaml);
	config_free(parser->config);
	free(parser);
	return problems;
}

/* Reads all of a file, up to PARSER_BYTES, into a new block. */
static int
read_all(const char *path, char **ret, size_t *length, struct fail *fail)
{
	int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	char *bytes = xcalloc(PARSER_BYTES + 1, 1);
	size_t filled = 0;
	ssize_t got = -1;
	int r = 0;

	if (fd >= 0) {
		do {
			got = read(fd, bytes + filled, PARSER_BYTES + 1 - filled);
			filled += got > 0 ? (size_t)got : 0;
		} while ((got > 0 && filled <= PARSER_BYTES) || (got < 0 && errno == EINTR));
	}
	if (got < 0) {
		r = -errno;
		fail_what(fail, "cannot be read: %s", strerror(-r));
	} else if (filled > PARSER_BYTES) {
		r = -EFBIG;
		fail_what(fail, "is longer than %u bytes", PARSER_BYTES);
	}
	if (fd >= 0)
		close(fd);
	if (r < 0) {
		free(bytes);
		return r;
	}
	*ret = bytes;
	*length = filled;
	return 0;
}

int
parser_read(struct config *config, const char *path, parser_problem on_problem, void *context)
{
	struct fail fail = {0};
	char *bytes;
	size_t length;
	int r;

	if (read_all(path, &bytes, &length, &fail) < 0) {
		fail_where(&fail, "%s", path);
		on_problem(context, &fail);
		return 1;
	}
	r = parser_take(
		config, (struct text){.at = bytes, .length = length}, path, on_problem, context);
	free(bytes);
	return r;
}
