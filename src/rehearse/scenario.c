/* SPDX-License-Identifier: BSD-2-Clause */
#include "rehearse/scenario.h"

#include "rehearse/grammar.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct class_value_limits class_values[VALUE_COUNT] = {
	[VALUE_RATE] = {"mails at random", 1e-9, 300, true},
	[VALUE_ON] = {"hours on a day", 60, 86400, true},
	[VALUE_QUIET] = {"share out of office hours", 0, 1, true, true},
	[VALUE_GAP] = {"gap between mails", 0.01, 4e6, true},
	[VALUE_JITTER] = {"give or take", 0, 0.9, true},
	[VALUE_BURST_DAYS] = {"days with a burst", 0.001, 1, true, true},
	[VALUE_BURST_SIZE] = {"mails in a burst", 1, 1e6, true},
	[VALUE_BURST_GAP] = {"gap in a burst", 0.001, 86400, true},
	[VALUE_RUN_SIZE] = {"mails in a run", 1, 1e7, true},
	[VALUE_RUN_LENGTH] = {"length of a run", 1, 604800, true},
	[VALUE_SERVERS] = {"fixed servers", 1, 10000, true},
	[VALUE_NETWORKS] = {"networks", 1, SCENARIO_NETWORKS / 2.0, true},
	[VALUE_EXPONENT] = {"exponent of Zipf", 0, 10, true, true},
	[VALUE_STRANGERS] = {"strangers", 0, 1, true, true},
	[VALUE_UNANSWERED] = {"unanswered", 0, 1, true},
	[VALUE_GREYLISTED] = {"greylisted", 0, 1, true},
	[VALUE_REFUSED] = {"refused", 0, 1, true},
	[VALUE_DEAD] = {"lines never answered", 0, 1, true, true},
	[VALUE_DOWN] = {"outage of a line", 0, 1e6, true},
	[VALUE_BEGIN] = {"first day", 1, SCENARIO_DAYS_MOST, false},
	[VALUE_END] = {"last day", 1, SCENARIO_DAYS_MOST, false},
	[VALUE_RENUMBER] = {"life of an address", 60, 1e8, true, true},
};

const char *const export_dialect_names[EXPORT_DIALECTS] = {
	[EXPORT_NETFLOW9] = "netflow9",
	[EXPORT_IPFIX] = "ipfix",
	[EXPORT_BIFLOW] = "ipfix-biflow",
	[EXPORT_SFLOW] = "sflow",
};

/* Of a network that does not say who exports its flows: each way to see all of a connection. */
static const struct export_group usual_groups[] = {
	{.count = 1, .dialect = EXPORT_NETFLOW9},
	{.count = 1, .dialect = EXPORT_NETFLOW9, .is_twice = true},
	{.count = 1, .dialect = EXPORT_IPFIX},
	{.count = 1, .dialect = EXPORT_BIFLOW},
};

#define USUAL_GROUPS     (sizeof(usual_groups) / sizeof(*usual_groups))
#define USUAL_BACKGROUND 0.97

/* What a class must have said when the file ends. */
static int
check_class(struct parser *parser, const struct scenario *scenario, const struct class *class)
{
	parser->line = class->file_line;
	if (class->lines <= 0)
		return grammar_refuse(parser, -EINVAL, "this class has no lines",
			"say: <number> lines, or: <number> in a million");
	if (class->rhythm == RHYTHM_NONE)
		return grammar_refuse(parser, -EINVAL, "this class does not say when it mails",
			"for example: mails LU(100,400) a day");
	if (class->value[VALUE_SERVERS].kind == DISTRIBUTION_NONE &&
		class->value[VALUE_NETWORKS].kind == DISTRIBUTION_NONE)
		return grammar_refuse(parser, -EINVAL, "this class does not say whom it mails",
			"for example: to Zipf(3000, 1.1) networks");
	if (class->cgnat_ports > 0 && (class->flags & CLASS_IPV6))
		return grammar_refuse(parser, -EINVAL, "a line is over IPv6 or behind CGNAT", NULL);
	if (class->host >= 0 &&
		scenario_class_lines(scenario, class) >
			scenario_class_lines(parser->scenario, &scenario->class[class->host]))
		return grammar_refuse(
			parser, -EINVAL, "the other class has fewer lines than this one", NULL);
	return 0;
}

int
scenario_check(const struct scenario *scenario, const char *path, struct fail *fail)
{
	struct parser parser = {.fail = fail, .path = path, .line = 1};
	uint64_t senders = 0;
	int r = 0;

	if (scenario->class_count == 0)
		return grammar_refuse(&parser, -EINVAL, "there is no class in this scenario",
			"begin one with: class NAME");
	if (parameters_check(&scenario->parameters, fail) < 0) {
		fail_where(fail, "%s", path);
		return -EINVAL;
	}
	for (unsigned i = 0; i < scenario->class_count && r == 0; i++) {
		r = check_class(&parser, scenario, &scenario->class[i]);
		senders += scenario_class_lines(scenario, &scenario->class[i]);
	}
	if (r == 0 && senders > SCENARIO_SENDERS_MOST)
		return grammar_refuse(
			&parser, -ENOSPC, "too many lines send mail (2097152 at the most)", NULL);
	return r;
}

int
scenario_parse(struct scenario *ret, struct text text, const char *path, struct fail *fail)
{
	struct scenario *scenario = xcalloc(1, sizeof(*scenario));
	struct parser parser = {.scenario = scenario, .fail = fail, .path = path};
	int r = 0;

	*scenario = (struct scenario){.lines = 1000000,
		.days = 30,
		.seed = 1,
		.start = {INT64_C(1780272000) * WALL_SECOND}, /* Monday 2026-06-01 */
		.blocked_from = -1,
		.outage_from = -1,
		.sampling = 1,
		.background = USUAL_BACKGROUND};
	parameters_defaults(&scenario->parameters);
	if (text.length > SCENARIO_BYTES_MOST)
		r = grammar_refuse(&parser, -ENOSPC,
			"the scenario is too long (262144 bytes at the most)", NULL);
	while (r == 0 && text.length > 0) {
		struct text line = text_cut(&text, '\n');

		parser.line++;
		if (line.length > 0 && line.at[line.length - 1] == '\r')
			line.length--;
		if (line.length > 0 && memchr(line.at, '\0', line.length) != NULL)
			r = grammar_refuse(&parser, -EINVAL, "this is not text", NULL);
		else
			r = grammar_line(&parser, line);
	}
	if (r == 0)
		r = scenario_check(scenario, path, fail);
	if (r == 0)
		r = grammar_expects(&parser);
	if (r == 0 && scenario->group_count == 0) {
		memcpy(scenario->group, usual_groups, sizeof(usual_groups));
		scenario->group_count = USUAL_GROUPS;
	}
	if (r == 0)
		*ret = *scenario;
	free(scenario);
	return r;
}

unsigned
scenario_exporters(const struct scenario *scenario)
{
	unsigned count = 0;

	for (unsigned i = 0; i < scenario->group_count; i++)
		count += scenario->group[i].count;
	return count;
}

int
scenario_read(struct scenario *ret, const char *path, struct fail *fail)
{
	FILE *file = fopen(path, "re");
	struct buffer content;
	char piece[4096];
	size_t got;
	int r = 0;

	buffer_init(&content, SCENARIO_BYTES_MOST + sizeof(piece));
	fail_where(fail, "%s", path);
	fail_hint(fail, "%s", "");
	if (file == NULL) {
		r = -errno;
		fail_what(fail, "cannot be read: %s", strerror(-r));
		goto out;
	}
	while ((got = fread(piece, 1, sizeof(piece), file)) > 0 && !content.failed)
		buffer_add(&content, piece, got);
	if (ferror(file)) {
		r = -errno;
		fail_what(fail, "cannot be read to its end: %s", strerror(-r));
		goto out;
	}
	r = scenario_parse(ret, (struct text){content.at, content.length}, path, fail);
out:
	if (file != NULL)
		fclose(file);
	buffer_done(&content);
	return r;
}

int
scenario_builtin(struct scenario *ret, const char *name, struct fail *fail)
{
	for (unsigned i = 0; i < builtin_scenario_count; i++) {
		const struct builtin_scenario *b = &builtin_scenarios[i];

		if (strcmp(b->name, name) == 0)
			return scenario_parse(
				ret, (struct text){(const char *)b->text, *b->length}, name, fail);
	}
	return -ENOENT;
}

uint32_t
scenario_class_lines(const struct scenario *scenario, const struct class *class)
{
	double lines = class->lines;

	if (class->flags & CLASS_PER_MILLION)
		lines = round(lines * (double)scenario->lines / 1e6);
	return lines > SCENARIO_SENDERS_MOST ? SCENARIO_SENDERS_MOST + 1 : (uint32_t)lines;
}

void
scenario_vary(struct scenario *scenario, unsigned class, enum class_value value, double factor)
{
	struct distribution *d = &scenario->class[class].value[value];
	const struct class_value_limits *limits = &class_values[value];

	distribution_scale(d, factor);
	d->low = fmin(fmax(d->low, limits->least), limits->most);
	d->high = fmin(fmax(d->high, limits->least), limits->most);
}
