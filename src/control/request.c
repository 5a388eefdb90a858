/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/request.h"

#include <errno.h>
#include <stdio.h>

const struct verb_row verb_rows[VERB_COUNT] = {
	[VERB_STATUS] = {"status", DESK_VIEWER, -1, "--exporters ", 0},
	[VERB_METRICS] = {"metrics", DESK_VIEWER, -1, "", 0},
	[VERB_LINES] = {"lines", DESK_VIEWER, ASK_LINES, "--state= ", 0},
	[VERB_CASES] = {"cases", DESK_VIEWER, ASK_CASES, "--open ", 0},
	[VERB_CASE] = {"case", DESK_OPERATOR, ASK_CASE, "--pseudonyms ", 1},
	[VERB_EXPLAIN] = {"explain", DESK_OPERATOR, ASK_EXPLAIN, "", 1},
	[VERB_AUDIT] = {"audit", DESK_OPERATOR, ASK_AUDIT, "", 0},
	[VERB_NEVERS] = {"never", DESK_OPERATOR, ASK_NEVER, "", 0},
	[VERB_NEVER] = {"never", DESK_ADMIN, ASK_NEVER, "--reason= --undo --until= ", 1},
	[VERB_RELOAD] = {"reload", DESK_ADMIN, ASK_RELOAD, "", 0},
	[VERB_ACCOUNTS] = {"accounts", DESK_VIEWER, ASK_ACCOUNTS, "--all ", 0},
	[VERB_ACCOUNTS_NAMES] = {"accounts", DESK_OPERATOR, ASK_NAMES, "--names --all ", 0},
	[VERB_ACCOUNT] = {"account", DESK_OPERATOR, ASK_ACCOUNT, "", 1},
	[VERB_LIMIT] = {"account", DESK_OPERATOR, ASK_ORDER, "--limit= --until= --release ", 1},
	[VERB_QUARANTINE] = {"quarantine", DESK_OPERATOR, ASK_QUARANTINE, "--reason= --until= ", 1},
	[VERB_CONFIRM] = {"confirm", DESK_OPERATOR, ASK_CONFIRM, "--reason= ", 1},
	[VERB_UNDO] = {"undo", DESK_OPERATOR, ASK_UNDO, "--reason= ", 1},
	[VERB_RELEASE] = {"release", DESK_OPERATOR, ASK_RELEASE, "--reason= ", 1},
	[VERB_RELEASE_ALL] = {"release", DESK_OPERATOR, ASK_RELEASE_ALL, "--all --reason= ", 0},
	[VERB_RESUME] = {"resume", DESK_ADMIN, ASK_RESUME, "--reason= ", 0},
	[VERB_MEASURES] = {"measures", DESK_VIEWER, ASK_MEASURES, "--proposed --all ", 0},
	[VERB_MEASURES_NAMES] = {"measures", DESK_OPERATOR, ASK_MEASURES,
		"--names --proposed --all ", 0},
	[VERB_RECORD] = {"case", DESK_OPERATOR, ASK_RECORD, "--record --pseudonyms ", 1},
	[VERB_EXEMPTIONS] = {"exempt", DESK_OPERATOR, ASK_EXEMPT, "", 0},
	[VERB_EXEMPT] = {"exempt", DESK_OPERATOR, ASK_EXEMPT, "--until= --reason= --undo ", 1},
};

/* A line taken apart. */
struct words {
	char argument[MESSAGE_TEXT];
	char state[32];
	char reason[MESSAGE_TEXT];
	char limit[MESSAGE_TEXT];
	char until[32];
	unsigned arguments;
	bool has_empty; /* a word that is empty */
	bool is_json;
	bool has_switch; /* a flag without a value */
	bool has_undo;
	bool has_reason;
	bool has_limit;
	bool has_release;
	bool has_all;
	bool has_proposed;
	bool has_record;
	char flag[32];     /* a flag beside --json, as given */
	char other[32];    /* a second one */
	const char *empty; /* of these two: one whose value is empty */
};

static int
hex_of(char c)
{
	return c >= '0' && c <= '9'    ? c - '0'
		: c >= 'a' && c <= 'f' ? c - 'a' + 10
		: c >= 'A' && c <= 'F' ? c - 'A' + 10
				       : -1;
}

/* Decodes into a terminated text; -EINVAL if it is too long, holds what may not stand there, or a NUL. */
static int
decode(struct text word, char *into, size_t size)
{
	size_t at = 0;

	for (size_t i = 0; i < word.length; i++) {
		unsigned char c = (unsigned char)word.at[i];

		if (c < '!' || c == 0x7f)
			return -EINVAL;
		if (c == '%') {
			int high = i + 2 < word.length ? hex_of(word.at[i + 1]) : -1;
			int low = i + 2 < word.length ? hex_of(word.at[i + 2]) : -1;

			if (high < 0 || low < 0)
				return -EINVAL;
			c = (unsigned char)(high << 4 | low);
			i += 2;
		}
		if (c == '\0' || at + 1 >= size)
			return -EINVAL;
		into[at++] = (char)c;
	}
	into[at] = '\0';
	return 0;
}

static void
take_switch(struct words *words, struct text name)
{
	bool *switches[] = {&words->has_undo, &words->has_release, &words->has_all,
		&words->has_proposed, &words->has_record};
	static const char *const names[] = {
		"--undo", "--release", "--all", "--proposed", "--record"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (text_is(name, names[i])) {
			*switches[i] = true;
			return;
		}
	}
	words->has_switch = true;
}

static int
take_value(struct words *words, struct text name, struct text value)
{
	const struct {
		const char *name;
		char *into;
		size_t size;
		bool *has;
	} values[] = {
		{"--state", words->state, sizeof(words->state), NULL},
		{"--reason", words->reason, sizeof(words->reason), &words->has_reason},
		{"--limit", words->limit, sizeof(words->limit), &words->has_limit},
		{"--until", words->until, sizeof(words->until), NULL},
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		if (!text_is(name, values[i].name) || value.length >= values[i].size)
			continue;
		snprintf(values[i].into, values[i].size, "%s", value.at);
		if (values[i].has != NULL)
			*values[i].has = true;
		return 0;
	}
	return -EINVAL;
}

static int
take_flag(struct words *words, const char *word)
{
	struct text value = text_of(word), name = text_cut(&value, '=');
	bool has_value = name.length < strlen(word);
	char *kept = *words->flag == '\0' ? words->flag : words->other;

	if (text_is(name, "--json") && !has_value) {
		words->is_json = true;
		return 0;
	}
	if (name.length + 1 >= sizeof(words->flag) || *words->other != '\0')
		return -EINVAL;
	snprintf(kept, sizeof(words->flag), "%.*s%s", (int)name.length, name.at,
		has_value ? "=" : "");
	if (has_value && value.length == 0)
		words->empty = kept;
	if (has_value)
		return take_value(words, name, value);
	take_switch(words, name);
	return 0;
}

static int
take_words(struct text rest, struct words *words)
{
	char word[MESSAGE_TEXT];

	while (rest.length > 0) {
		struct text next = text_cut(&rest, ' ');
		int r = decode(next, word, sizeof(word));

		if (r < 0)
			return r;
		if (strncmp(word, "--", 2) == 0) {
			r = take_flag(words, word);
		} else {
			/* The first stays. */
			if (words->arguments++ == 0)
				memcpy(words->argument, word, sizeof(word));
			words->has_empty = words->has_empty || *word == '\0';
		}
		if (r < 0)
			return r;
	}
	return 0;
}

static bool
takes_flag(const struct verb_row *row, const char *flag)
{
	char with_end[40];

	snprintf(with_end, sizeof(with_end), "%s ", flag);
	return *flag == '\0' || strstr(row->flags, with_end) != NULL;
}

/* The same of those that speak of measures: the length as snprintf gives it, or -EINVAL. */
static int
fill_contain(const struct words *words, struct request *ret)
{
	char *text = ret->text;
	size_t size = sizeof(ret->text);

	if (ret->verb == VERB_QUARANTINE)
		return words->has_reason ? snprintf(text, size, "%s\n%s\n%s", words->argument,
						   words->reason, words->until)
					 : -EINVAL;
	if (ret->verb == VERB_RELEASE_ALL || ret->verb == VERB_RESUME) {
		ret->flag = false;
		return words->has_reason && words->has_all == (ret->verb == VERB_RELEASE_ALL)
			? snprintf(text, size, "%s", words->reason)
			: -EINVAL;
	}
	if (ret->verb == VERB_MEASURES || ret->verb == VERB_MEASURES_NAMES) {
		ret->flag = ret->verb == VERB_MEASURES_NAMES;
		if (words->has_all && words->has_proposed)
			return -EINVAL;
		return snprintf(text, size, "%s",
			words->has_all                ? "all"
				: words->has_proposed ? "proposed"
						      : "");
	}
	if (ret->verb == VERB_RECORD)
		return words->has_record ? snprintf(text, size, "%s", words->argument) : -EINVAL;
	return snprintf(text, size, "%s\n%s", words->argument, words->reason);
}

/* Made with a reason and a day, which only an exemption must have; undone without either. */
static int
fill_exception(const struct words *words, struct request *ret)
{
	bool has_until = *words->until != '\0';
	bool fits = words->has_undo ? !words->has_reason && !has_until
				    : words->has_reason && (has_until || ret->verb == VERB_NEVER);

	return fits ? snprintf(ret->text, sizeof(ret->text), "%s\n%s\n%s", words->argument,
			      words->reason, words->until)
		    : -EINVAL;
}

/* Words that fit the verb become its request. */
static int
fill(const struct words *words, struct request *ret)
{
	int n;

	if (words->has_empty || words->empty != NULL)
		return -EINVAL;
	ret->is_json = words->is_json;
	ret->flag = words->has_switch || words->has_undo || words->has_release || words->has_all;
	switch (ret->verb) {
	case VERB_NEVER:
	case VERB_EXEMPT:
		n = fill_exception(words, ret);
		break;
	case VERB_LIMIT:
		if (words->has_release == words->has_limit ||
			(words->has_release && *words->until != '\0'))
			return -EINVAL;
		n = snprintf(ret->text, sizeof(ret->text), "%s\n%s\n%s", words->argument,
			words->limit, words->until);
		break;
	case VERB_ACCOUNTS_NAMES:
		ret->flag = words->has_all;
		n = 0;
		break;
	case VERB_LINES:
		n = snprintf(ret->text, sizeof(ret->text), "%s", words->state);
		break;
	case VERB_QUARANTINE:
	case VERB_CONFIRM:
	case VERB_UNDO:
	case VERB_RELEASE:
	case VERB_RELEASE_ALL:
	case VERB_RESUME:
	case VERB_MEASURES:
	case VERB_MEASURES_NAMES:
	case VERB_RECORD:
		n = fill_contain(words, ret);
		break;
	case VERB_EXEMPTIONS:
	case VERB_STATUS:
	case VERB_METRICS:
	case VERB_CASES:
	case VERB_CASE:
	case VERB_EXPLAIN:
	case VERB_AUDIT:
	case VERB_NEVERS:
	case VERB_RELOAD:
	case VERB_ACCOUNTS:
	case VERB_ACCOUNT:
	case VERB_COUNT:
	default:
		n = snprintf(ret->text, sizeof(ret->text), "%s", words->argument);
	}
	return n >= 0 && (size_t)n < sizeof(ret->text) ? 0 : -EINVAL;
}

/* What is wrong with the words behind a verb. The commonest is an empty one, which stands at the end as often as
 * not. */
static void
tell_misuse(struct text name, const struct words *words, bool has_end, struct fail *fail)
{
	unsigned least = UINT8_MAX, most = 0;
	int length = (int)name.length;

	for (int verb = 0; verb < VERB_COUNT; verb++) {
		const struct verb_row *row = &verb_rows[verb];

		if (!text_is(name, row->name))
			continue;
		least = row->arguments < least ? row->arguments : least;
		most = row->arguments > most ? row->arguments : most;
	}
	fail_hint(fail, "see lazaret-control(7)");
	if (most > 0 && (words->has_empty || (has_end && words->arguments == 0)))
		fail_what(fail, "%.*s: the word that says which is empty", length, name.at);
	else if (words->arguments > most && most == 0)
		fail_what(fail, "%.*s takes flags only, and got something else", length, name.at);
	else if (words->arguments > most)
		fail_what(
			fail, "%.*s takes one word, and got %u", length, name.at, words->arguments);
	else if (words->arguments < least)
		fail_what(fail, "%.*s takes one word, and got none", length, name.at);
	else if (words->empty != NULL)
		fail_what(fail, "%.*s: what stands behind %s is empty", length, name.at,
			words->empty);
	else {
		fail_what(fail, "%.*s does not go with these flags, or not without others", length,
			name.at);
		fail_hint(fail, "see lazaret-control(7); are command and daemon of one version?");
	}
}

int
request_parse(struct text line, struct request *ret, struct fail *fail)
{
	struct words words = {.arguments = 0};
	struct text version, name;
	bool is_verb = false, has_end;

	*ret = (struct request){.verb = VERB_COUNT};
	if (line.length > 0 && line.at[line.length - 1] == '\r')
		line.length--;
	has_end = line.length > 0 && line.at[line.length - 1] == ' ';
	version = text_cut(&line, ' ');
	name = text_cut(&line, ' ');
	if (!text_is(version, REQUEST_VERSION)) {
		fail_what(fail, "this is no request: it does not begin with " REQUEST_VERSION);
		fail_hint(fail, "see lazaret-control(7)");
		return -EINVAL;
	}
	if (take_words(line, &words) < 0) {
		fail_what(fail, "the words of the request cannot be read");
		fail_hint(fail, "see lazaret-control(7)");
		return -EINVAL;
	}
	for (int verb = 0; verb < VERB_COUNT; verb++) {
		const struct verb_row *row = &verb_rows[verb];

		if (!text_is(name, row->name))
			continue;
		is_verb = true;
		if (row->arguments != words.arguments || !takes_flag(row, words.flag) ||
			!takes_flag(row, words.other))
			continue;
		ret->verb = (enum desk_verb)verb;
		if (fill(&words, ret) == 0)
			return 0;
	}
	if (is_verb) {
		tell_misuse(name, &words, has_end, fail);
		return -EINVAL;
	}
	fail_what(fail, "the daemon does not know this verb");
	fail_hint(fail, "see lazaret-control(7); are command and daemon of one version?");
	return -EINVAL;
}

void
request_add(struct buffer *line, struct text word)
{
	buffer_text(line, TEXT(" "));
	for (size_t i = 0; i < word.length; i++) {
		unsigned char c = (unsigned char)word.at[i];

		if (c <= ' ' || c == '%' || c == 0x7f)
			buffer_print(line, "%%%02x", c);
		else
			buffer_add(line, &word.at[i], 1);
	}
}
