/* SPDX-License-Identifier: BSD-2-Clause */
#include "rehearse/grammar.h"

#include "identity/line.h"
#include "rehearse/naive.h"
#include "rehearse/sentence.h"
#include "source/observation.h"
#include "verdict/verdict.h"

#include <errno.h>

enum scope { SCOPE_NETWORK, SCOPE_CLASS, SCOPE_EXPECT };

/* One sentence. Where apply is NULL the values go into the class's slots. */
struct rule {
	const char *pattern;
	int (*apply)(struct parser *parser, const struct rule *rule, const struct match *match);
	double scale;    /* of the first value; 0: 1 */
	double constant; /* of the slot behind the last value, if there is one */
	uint8_t scope;
	uint8_t slots;
	uint8_t slot[3];
	uint8_t rhythm;
	uint8_t flags;
	uint8_t kind; /* of the expectation, or the parameter */
};

int
grammar_refuse(struct parser *parser, int error, const char *what, const char *hint)
{
	fail_where(parser->fail, "%s:%u", parser->path, parser->line);
	fail_what(parser->fail, "%s", what);
	fail_hint(parser->fail, "%s", hint ? hint : "");
	return error;
}

static int
apply_slots(struct parser *parser, const struct rule *rule, const struct match *match)
{
	struct class *class = parser->class;

	if (rule->rhythm != RHYTHM_NONE && class->rhythm != RHYTHM_NONE)
		return grammar_refuse(parser, -EINVAL,
			"this class has said already how often it mails",
			"one class has one rhythm; use \"on the lines of\" for a second one");
	for (unsigned i = 0; i < rule->slots; i++) {
		const struct class_value_limits *limits = &class_values[rule->slot[i]];
		struct distribution value = {.kind = DISTRIBUTION_CONSTANT,
			.low = rule->constant,
			.high = rule->constant};

		if (i < match->values)
			value = match->value[i];
		if (i == 0 && rule->scale > 0)
			distribution_scale(&value, rule->scale);
		if (value.low < limits->least || value.high > limits->most) {
			fail_where(parser->fail, "%s:%u", parser->path, parser->line);
			fail_what(parser->fail, "\"%s\" is out of its limits", limits->name);
			fail_hint(parser->fail, "%g to %g (seconds; shares 0 to 1; rates a second)",
				limits->least, limits->most);
			return -EINVAL;
		}
		if (limits->is_single && value.kind != DISTRIBUTION_CONSTANT)
			return grammar_refuse(
				parser, -EINVAL, "this is one number for the whole class", NULL);
		class->value[rule->slot[i]] = value;
	}
	if (rule->rhythm != RHYTHM_NONE)
		class->rhythm = rule->rhythm;
	class->flags |= rule->flags;
	return 0;
}

static int
network_lines(struct parser *parser, const struct rule *rule, const struct match *match)
{
	double lines = match->value[0].low;

	if (lines < 1 || lines > 1e8)
		return grammar_refuse(parser, -EINVAL, "a network has 1 to 100000000 lines", NULL);
	parser->scenario->lines = (uint64_t)lines;
	return 0;
}

static int
network_days(struct parser *parser, const struct rule *rule, const struct match *match)
{
	double days = match->value[0].low / 86400;

	if (match->value[0].kind != DISTRIBUTION_CONSTANT || days < 1.0 / 1440 ||
		days > SCENARIO_DAYS_MOST)
		return grammar_refuse(
			parser, -EINVAL, "a rehearsal takes a minute to 400 days", NULL);
	parser->scenario->days = days;
	return 0;
}

static int
network_seed(struct parser *parser, const struct rule *rule, const struct match *match)
{
	parser->scenario->seed = (uint64_t)match->value[0].low;
	return 0;
}

static int
network_start(struct parser *parser, const struct rule *rule, const struct match *match)
{
	if (match->date.us < 0)
		return grammar_refuse(parser, -ERANGE, "a network starts in 1970 or later", NULL);
	parser->scenario->start = match->date;
	return 0;
}

/* Seconds since the start of a day that is counted from 1. */
static int
since_start(struct parser *parser, const struct distribution *day, double *ret)
{
	if (day->kind != DISTRIBUTION_CONSTANT || day->low < 1 || day->low > SCENARIO_DAYS_MOST)
		return grammar_refuse(parser, -EINVAL, "days are counted from 1 to 400", NULL);
	*ret = (day->low - 1) * 86400;
	return 0;
}

static int
network_block(struct parser *parser, const struct rule *rule, const struct match *match)
{
	parser->scenario->blocked_silently = rule->kind != 0;
	return since_start(parser, &match->value[0], &parser->scenario->blocked_from);
}

static int
network_outage(struct parser *parser, const struct rule *rule, const struct match *match)
{
	double from = 0;
	int r = since_start(parser, &match->value[0], &from);

	if (r < 0)
		return r;
	if (match->value[2].kind != DISTRIBUTION_CONSTANT || match->value[2].low < 0 ||
		match->value[2].low > SCENARIO_DAYS_MOST * 86400.0)
		return grammar_refuse(parser, -EINVAL, "an outage has one length", NULL);
	parser->scenario->outage_from = from + match->value[1].low;
	parser->scenario->outage_length = match->value[2].low;
	return 0;
}

static int
network_sampling(struct parser *parser, const struct rule *rule, const struct match *match)
{
	if (match->value[0].low < 1 || match->value[0].low > 65536)
		return grammar_refuse(parser, -EINVAL, "sampling is 1 in 1 to 1 in 65536", NULL);
	parser->scenario->sampling = (uint32_t)match->value[0].low;
	return 0;
}

/* kind: 1 where the flows are exported twice. */
static int
network_exporters(struct parser *parser, const struct rule *rule, const struct match *match)
{
	struct scenario *scenario = parser->scenario;
	double count = match->value[0].low, sampling = match->values > 1 ? match->value[1].low : 0;
	unsigned dialect = 0;

	while (dialect < EXPORT_DIALECTS && !text_is(match->word[0], export_dialect_names[dialect]))
		dialect++;
	if (dialect == EXPORT_DIALECTS)
		return grammar_refuse(parser, -EINVAL, "there are no such exporters",
			"netflow9 ipfix ipfix-biflow sflow");
	if (rule->kind != 0 && dialect != EXPORT_NETFLOW9 && dialect != EXPORT_IPFIX)
		return grammar_refuse(parser, -EINVAL,
			"only netflow9 and ipfix export a flow at both interfaces", NULL);
	if (match->values > 1 && (sampling < 1 || sampling > 65536))
		return grammar_refuse(parser, -EINVAL, "sampling is 1 in 1 to 1 in 65536", NULL);
	if (count < 1 || count + scenario_exporters(scenario) > SCENARIO_EXPORTERS_MOST ||
		scenario->group_count == SCENARIO_GROUPS_MOST)
		return grammar_refuse(parser, -ENOSPC,
			"a network has 1 to 200 exporters, told in 16 sentences at the most", NULL);
	scenario->group[scenario->group_count++] = (struct export_group){.count = (uint16_t)count,
		.dialect = (uint8_t)dialect,
		.is_twice = rule->kind != 0,
		.sampling = (uint32_t)sampling};
	return 0;
}

static int
network_background(struct parser *parser, const struct rule *rule, const struct match *match)
{
	const struct distribution *share = &match->value[0];

	if (share->kind != DISTRIBUTION_CONSTANT || share->low < 0 || share->low > 0.999)
		return grammar_refuse(parser, -EINVAL, "0 to 99.9 % of records are no mail", NULL);
	parser->scenario->background = share->low;
	return 0;
}

static int
network_parameter(struct parser *parser, const struct rule *rule, const struct match *match)
{
	int r = parameters_set(
		&parser->scenario->parameters, match->word[0], match->word[1], parser->fail);

	if (r < 0)
		fail_where(parser->fail, "%s:%u", parser->path, parser->line);
	return r < 0 ? -EINVAL : 0;
}

static int
find_class(const struct scenario *scenario, struct text name)
{
	for (unsigned i = 0; i < scenario->class_count; i++) {
		if (text_is(name, scenario->class[i].name))
			return (int)i;
	}
	return -ENOENT;
}

/* The class that a name means, with a hint at the nearest one where there is none. */
static int
need_class(struct parser *parser, struct text name)
{
	const struct scenario *scenario = parser->scenario;
	unsigned best = 4;
	const char *nearest = NULL;
	int index = find_class(scenario, name);

	if (index >= 0)
		return index;
	for (unsigned i = 0; i < scenario->class_count; i++) {
		unsigned d = text_distance(name, text_of(scenario->class[i].name), best);

		if (d < best)
			best = d, nearest = scenario->class[i].name;
	}
	fail_where(parser->fail, "%s:%u", parser->path, parser->line);
	fail_what(parser->fail, "there is no class \"%.*s\"", (int)name.length, name.at);
	if (nearest != NULL)
		fail_hint(parser->fail, "did you mean \"%s\"?", nearest);
	else
		fail_hint(parser->fail, "a class is named by the sentence \"class NAME\"");
	return -EINVAL;
}

static int
class_begin(struct parser *parser, const struct rule *rule, const struct match *match)
{
	struct scenario *scenario = parser->scenario;
	struct class *class = &scenario->class[scenario->class_count];

	if (scenario->class_count == SCENARIO_CLASSES_MOST)
		return grammar_refuse(
			parser, -ENOSPC, "there are too many classes (64 at the most)", NULL);
	if (match->name.length >= SCENARIO_NAME)
		return grammar_refuse(
			parser, -EINVAL, "the name is too long (63 bytes at the most)", NULL);
	if (find_class(scenario, match->name) >= 0)
		return grammar_refuse(
			parser, -EINVAL, "there is a class of this name already", NULL);
	*class = (struct class){.port = 25, .host = -1, .file_line = parser->line};
	memcpy(class->name, match->name.at, match->name.length);
	scenario->class_count++;
	parser->class = class;
	return 0;
}

static int
class_lines(struct parser *parser, const struct rule *rule, const struct match *match)
{
	parser->class->lines = match->value[0].low;
	parser->class->flags |= rule->flags;
	return 0;
}

static int
class_role(struct parser *parser, const struct rule *rule, const struct match *match)
{
	for (unsigned i = 0; i < ROLE_LINES; i++) {
		if (text_is(match->word[0], role_names[i])) {
			parser->class->role = (uint8_t)i;
			return 0;
		}
	}
	return grammar_refuse(parser, -EINVAL, "there is no such role",
		"residential static business mail-server mobile shared protected");
}

static int
class_port(struct parser *parser, const struct rule *rule, const struct match *match)
{
	double port = match->value[0].low;

	if (port > 65535 || !is_mail_port((uint16_t)port))
		return grammar_refuse(parser, -EINVAL, "a mail port is 25, 465, 587 or 2525", NULL);
	parser->class->port = (uint16_t)port;
	return 0;
}

static int
class_cgnat(struct parser *parser, const struct rule *rule, const struct match *match)
{
	double ports = match->value[0].low;

	if (ports < 64 || ports > 32768 || ((uint32_t)ports & ((uint32_t)ports - 1)) != 0)
		return grammar_refuse(parser, -EINVAL,
			"the ports of a line are a power of two from 64 to 32768", NULL);
	parser->class->cgnat_ports = (uint16_t)ports;
	return 0;
}

static int
class_host(struct parser *parser, const struct rule *rule, const struct match *match)
{
	int host = need_class(parser, match->name);

	if (host < 0)
		return host;
	if (&parser->scenario->class[host] == parser->class ||
		parser->scenario->class[host].host >= 0)
		return grammar_refuse(
			parser, -EINVAL, "the other class must have lines of its own", NULL);
	parser->class->host = (int16_t)host;
	return 0;
}

static int
expect_keep(struct parser *parser, const struct rule *rule, const struct match *match)
{
	struct scenario *scenario = parser->scenario;

	if (scenario->expect_count == SCENARIO_EXPECTS_MOST)
		return grammar_refuse(
			parser, -ENOSPC, "there are too many expectations (128 at the most)", NULL);
	if (match->name.length >= SCENARIO_SENTENCE)
		return grammar_refuse(
			parser, -EINVAL, "the sentence is too long (159 bytes at the most)", NULL);
	scenario->expect[scenario->expect_count].file_line = parser->line;
	memcpy(scenario->expect[scenario->expect_count].text, match->name.at, match->name.length);
	scenario->expect_count++;
	return 0;
}

static int
expect_in(struct parser *parser, struct text name, struct expect *expect)
{
	int index = 0;

	if (text_is(name, "honest classes"))
		index = EXPECT_IN_HONEST;
	else if (text_is(name, "zombie classes"))
		index = EXPECT_IN_ZOMBIES;
	else if (text_is(name, "all classes"))
		index = EXPECT_IN_ALL;
	else if ((index = need_class(parser, name)) < 0)
		return index;
	expect->in = (int16_t)index;
	return 0;
}

static int
expect_state(struct parser *parser, struct text word, struct expect *expect)
{
	for (unsigned i = STATE_WATCH; i <= STATE_CONFIRMED; i++) {
		if (text_is(word, state_names[i])) {
			expect->state = (uint8_t)i;
			return 0;
		}
	}
	return grammar_refuse(parser, -EINVAL, "there is no such state", "watch suspect confirmed");
}

static int
expect_rule(struct parser *parser, struct text word, struct expect *expect)
{
	for (unsigned i = 0; i < NAIVE_COUNT; i++) {
		if (text_is(word, naive_names[i])) {
			expect->state = (uint8_t)i;
			return 0;
		}
	}
	return grammar_refuse(
		parser, -EINVAL, "there is no such rule", "connections destinations failures");
}

/* The name in "in NAME within T median" and "in NAME within T for P" ends before the last "within". */
static int
cut_within(struct parser *parser, struct text *name, struct expect *expect)
{
	struct clause tail;
	struct match match;
	size_t at = name->length;

	while (at > 0 && !text_starts((struct text){name->at + at, name->length - at}, " within "))
		at--;
	if (at == 0)
		return 0;
	if (clause_split((struct text){name->at + at, name->length - at}, &tail) < 0)
		return grammar_refuse(parser, -EINVAL, "a bracket is left open", NULL);
	if (clause_match(&tail, "within <time> median", &match))
		expect->quantile = 0.5;
	else if (clause_match(&tail, "within <time> for <share>", &match))
		expect->quantile = match.value[1].low;
	else
		return grammar_refuse(parser, -EINVAL, "this is no time that can be expected",
			"\"within 3 minutes median\" or \"within 10 minutes for 95 %\"");
	expect->within = match.value[0].low;
	name->length = at;
	return 0;
}

static int
expect_about(struct parser *parser, const struct rule *rule, const struct match *match)
{
	struct expect *expect = &parser->scenario->expect[parser->scenario->expect_count];
	struct text name = match->name;
	int r = 0;

	expect->kind = rule->kind;
	expect->amount = rule->constant;
	expect->is_share = match->values == 0 || match->is_share;
	if (match->values > 0)
		expect->amount = match->value[0].low;
	if (match->values > 0 && match->value[0].kind != DISTRIBUTION_CONSTANT)
		return grammar_refuse(parser, -EINVAL, "an expectation takes one number", NULL);
	if (rule->kind == EXPECT_AT_LEAST)
		r = cut_within(parser, &name, expect);
	if (r == 0 && name.length > 0)
		r = expect_in(parser, name, expect);
	if (r == 0 && (rule->kind == EXPECT_AT_LEAST || rule->kind == EXPECT_AT_MOST))
		r = expect_state(parser, match->word[0], expect);
	if (r == 0 && rule->kind == EXPECT_FLAGGED)
		r = expect_rule(parser, match->word[0], expect);
	return r;
}

#define SLOTS(...) .slot = {__VA_ARGS__}, .slots = sizeof((uint8_t[]){__VA_ARGS__})

static const struct rule rules[] = {
	{"network of <number> lines", network_lines},
	{"for <time>", network_days},
	{"seed <number>", network_seed},
	{"starts <date>", network_start},
	{"port 25 is blocked from day <value>", network_block},
	{"port 25 is blocked silently from day <value>", network_block, .kind = 1},
	{"the network is down from day <value> at <clock> for <time>", network_outage},
	{"sampled 1 in <number>", network_sampling},
	{"exported by <number> <word>", network_exporters},
	{"exported by <number> <word> sampled 1 in <number>", network_exporters},
	{"exported by <number> <word> at both interfaces", network_exporters, .kind = 1},
	{"<share> of records are no mail", network_background},
	{"judged with <word> <word>", network_parameter},
	{"expect <name>", expect_keep},
	{"class <name>", class_begin},

	{"<number> lines", class_lines, .scope = SCOPE_CLASS},
	{"<number> in a million", class_lines, .scope = SCOPE_CLASS, .flags = CLASS_PER_MILLION},
	{"on the lines of <name>", class_host, .scope = SCOPE_CLASS},
	{"zombies", .scope = SCOPE_CLASS, .flags = CLASS_ZOMBIE},
	{"role <word>", class_role, .scope = SCOPE_CLASS},
	{"port <number>", class_port, .scope = SCOPE_CLASS},
	{"behind CGNAT with <number> ports each", class_cgnat, .scope = SCOPE_CLASS},
	{"over IPv6", .scope = SCOPE_CLASS, .flags = CLASS_IPV6},
	{"over IPv6 with a new address every <time>", .scope = SCOPE_CLASS, .flags = CLASS_IPV6,
		SLOTS(VALUE_RENUMBER)},
	{"from day <value>", .scope = SCOPE_CLASS, SLOTS(VALUE_BEGIN)},
	{"until day <value>", .scope = SCOPE_CLASS, SLOTS(VALUE_END)},

	{"mails <value> a day", .scope = SCOPE_CLASS, .scale = 1.0 / 86400, .rhythm = RHYTHM_RANDOM,
		SLOTS(VALUE_RATE)},
	{"mails <value> an hour", .scope = SCOPE_CLASS, .scale = 1.0 / 3600,
		.rhythm = RHYTHM_RANDOM, SLOTS(VALUE_RATE)},
	{"on for <time> a day", .scope = SCOPE_CLASS, SLOTS(VALUE_ON)},
	{"in office hours", .scope = SCOPE_CLASS, .constant = 0.08, SLOTS(VALUE_QUIET)},
	{"in office hours with <share> at other times", .scope = SCOPE_CLASS, SLOTS(VALUE_QUIET)},
	{"mails every <time>", .scope = SCOPE_CLASS, .rhythm = RHYTHM_EVERY, SLOTS(VALUE_GAP)},
	{"mails every <time> give or take <share>", .scope = SCOPE_CLASS, .rhythm = RHYTHM_EVERY,
		SLOTS(VALUE_GAP, VALUE_JITTER)},
	{"on <share> of days a burst of <value> mails <time> apart", .scope = SCOPE_CLASS,
		.rhythm = RHYTHM_BURST, SLOTS(VALUE_BURST_DAYS, VALUE_BURST_SIZE, VALUE_BURST_GAP)},
	{"every week a run of <value> mails within <time>", .scope = SCOPE_CLASS,
		.rhythm = RHYTHM_RUN, SLOTS(VALUE_RUN_SIZE, VALUE_RUN_LENGTH)},

	{"to <value> fixed servers", .scope = SCOPE_CLASS, SLOTS(VALUE_SERVERS)},
	{"to <value> fixed server", .scope = SCOPE_CLASS, SLOTS(VALUE_SERVERS)},
	{"to <zipf> networks", .scope = SCOPE_CLASS, SLOTS(VALUE_NETWORKS, VALUE_EXPONENT)},
	{"the same every week", .scope = SCOPE_CLASS, .flags = CLASS_SAME_RUN},
	{"<share> to strangers", .scope = SCOPE_CLASS, SLOTS(VALUE_STRANGERS)},

	{"unanswered <share>", .scope = SCOPE_CLASS, SLOTS(VALUE_UNANSWERED)},
	{"greylisted <share>", .scope = SCOPE_CLASS, SLOTS(VALUE_GREYLISTED)},
	{"refused <share>", .scope = SCOPE_CLASS, SLOTS(VALUE_REFUSED)},
	{"<share> of lines never get an answer", .scope = SCOPE_CLASS, SLOTS(VALUE_DEAD)},
	{"down for <time> once a month", .scope = SCOPE_CLASS, SLOTS(VALUE_DOWN)},
	{"retries", .scope = SCOPE_CLASS, .flags = CLASS_RETRIES},

	{"no false confirmations", expect_about, .scope = SCOPE_EXPECT,
		.kind = EXPECT_FALSE_AT_MOST},
	{"at most <number> false confirmations", expect_about, .scope = SCOPE_EXPECT,
		.kind = EXPECT_FALSE_AT_MOST},
	{"at most <number> false confirmations a million lines and month", expect_about,
		.scope = SCOPE_EXPECT, .kind = EXPECT_FALSE_RATE},
	{"no released in <name>", expect_about, .scope = SCOPE_EXPECT,
		.kind = EXPECT_RELEASED_AT_MOST},
	{"no <word> in <name>", expect_about, .scope = SCOPE_EXPECT, .kind = EXPECT_AT_MOST},
	{"all released in <name>", expect_about, .scope = SCOPE_EXPECT, .constant = 1,
		.kind = EXPECT_RELEASED},
	{"at least <amount> released in <name>", expect_about, .scope = SCOPE_EXPECT,
		.kind = EXPECT_RELEASED},
	{"all <word> in <name>", expect_about, .scope = SCOPE_EXPECT, .constant = 1,
		.kind = EXPECT_AT_LEAST},
	{"at least <amount> <word> in <name>", expect_about, .scope = SCOPE_EXPECT,
		.kind = EXPECT_AT_LEAST},
	{"at most <amount> <word> in <name>", expect_about, .scope = SCOPE_EXPECT,
		.kind = EXPECT_AT_MOST},
	{"at most <number> contacts median in <name>", expect_about, .scope = SCOPE_EXPECT,
		.kind = EXPECT_CONTACTS},
	{"at least <amount> flagged for <word> in <name>", expect_about, .scope = SCOPE_EXPECT,
		.kind = EXPECT_FLAGGED},
};

#define RULES (sizeof(rules) / sizeof(*rules))

const char *
grammar_sentence(unsigned index)
{
	return index < RULES ? rules[index].pattern : NULL;
}

/* Says what is wrong with a clause that no sentence fits, by the one that came farthest. */
static int
refuse_clause(struct parser *parser, const struct clause *clause, bool is_expect)
{
	unsigned reached = 0, nearness = 3;
	const struct rule *closest = NULL;
	const char *nearest = NULL;
	char expected[SENTENCE_PLACE] = "";
	struct text given;

	for (size_t i = 0; i < RULES; i++) {
		struct match match;
		struct text first = text_of(rules[i].pattern), word = text_cut(&first, ' ');
		unsigned d;

		if ((rules[i].scope == SCOPE_EXPECT) != is_expect)
			continue;
		(void)clause_match(clause, rules[i].pattern, &match);
		if (match.reached > reached) {
			reached = match.reached;
			closest = &rules[i];
			memcpy(expected, match.expected, sizeof(expected));
		}
		d = text_distance(clause->word[0], word, nearness);
		if (d < nearness)
			nearness = d, nearest = rules[i].pattern;
	}
	given = reached < clause->words ? clause->word[reached] : TEXT("the end");
	fail_where(parser->fail, "%s:%u", parser->path, parser->line);
	if (closest == NULL) {
		fail_what(parser->fail, "no sentence begins with \"%.*s\"", (int)given.length,
			given.at);
		fail_hint(parser->fail, nearest ? "did you mean: %s" : "see lazaret-scenario(5)%s",
			nearest ? nearest : "");
	} else {
		fail_what(parser->fail, "expected %s, not %.*s", expected, (int)given.length,
			given.at);
		fail_hint(parser->fail, "the closest sentence is: %s%s", is_expect ? "expect " : "",
			closest->pattern);
	}
	return -EINVAL;
}

static int
parse_clause(struct parser *parser, struct text text, bool is_expect)
{
	struct clause clause;
	struct match match;
	int r = clause_split(text, &clause);

	if (r < 0)
		return grammar_refuse(parser, -EINVAL,
			r == -E2BIG ? "there are too many words" : "a bracket is left open", NULL);
	if (clause.words == 0)
		return grammar_refuse(parser, -EINVAL, "a comma has nothing beside it", NULL);
	for (size_t i = 0; i < RULES; i++) {
		if ((rules[i].scope == SCOPE_EXPECT) != is_expect ||
			!clause_match(&clause, rules[i].pattern, &match))
			continue;
		if (rules[i].scope == SCOPE_CLASS && parser->class == NULL)
			return grammar_refuse(parser, -EINVAL, "this sentence needs a class",
				"begin one with: class NAME");
		return rules[i].apply ? rules[i].apply(parser, &rules[i], &match)
				      : apply_slots(parser, &rules[i], &match);
	}
	return refuse_clause(parser, &clause, is_expect);
}

/* One line of the file: its clauses, parted by commas outside brackets. */
int
grammar_line(struct parser *parser, struct text line)
{
	size_t begin = 0;
	int depth = 0, r = 0;

	line = text_trim(text_cut(&line, '#'));
	if (line.length == 0)
		return 0;
	for (size_t i = 0; i <= line.length && r == 0; i++) {
		if (i < line.length && line.at[i] == '(')
			depth++;
		if (i < line.length && line.at[i] == ')')
			depth--;
		if (i < line.length && (line.at[i] != ',' || depth > 0))
			continue;
		r = parse_clause(
			parser, text_trim((struct text){line.at + begin, i - begin}), false);
		begin = i + 1;
	}
	return r;
}

/* Expectations come last, so that they may speak of any class. */
int
grammar_expects(struct parser *parser)
{
	unsigned count = parser->scenario->expect_count;
	int r = 0;

	for (unsigned i = 0; i < count && r == 0; i++) {
		parser->scenario->expect_count = i;
		parser->line = parser->scenario->expect[i].file_line;
		r = parse_clause(parser, text_of(parser->scenario->expect[i].text), true);
	}
	parser->scenario->expect_count = count;
	return r;
}
