/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/namedlines.h"

#include "verdict/explain.h"

#include <errno.h>

static const char prefix[] = "line-";

/* A line by its pseudonym, as scan --pseudonyms prints it. */
static int
find_pseudonym(struct named_line *line, bool can_know, struct fail *fail)
{
	struct text digits = text_of(line->text + strlen(prefix));

	if (digits.length != 16 || text_parse_hex(digits, UINT64_MAX, &line->pseudonym) < 0) {
		fail_what(fail, "is no line");
		fail_hint(fail, "a pseudonym is line- and 16 hexadecimal digits");
		return -EINVAL;
	}
	if (!can_know) {
		fail_what(fail, "pseudonyms are new in each scan that keeps no cases");
		fail_hint(
			fail, "name the ledger that this one is of (--ledger FILE), or an address");
		return -EINVAL;
	}
	return 0;
}

static int
find(struct named_line *line, struct lines *lines, bool can_know, struct fail *fail)
{
	struct line found = {0};
	int r;

	if (text_starts(text_of(line->text), prefix))
		return find_pseudonym(line, can_know, fail);
	r = lines_parse(lines, text_of(line->text), &found, fail);
	line->pseudonym = found.pseudonym;
	line->role = found.role;
	return r == -ENOENT ? 0 : r;
}

static bool
is_known(const struct named_lines *named, uint64_t pseudonym)
{
	for (size_t i = 0; i < named->count; i++) {
		if (pseudonym != 0 && named->line[i].pseudonym == pseudonym)
			return true;
	}
	return false;
}

int
namedlines_find(struct named_lines *named, const char *const *texts, size_t count,
	struct lines *lines, bool can_know, struct fail *fail)
{
	named->count = 0;
	must(count <= NAMED_MOST);
	for (size_t i = 0; i < count; i++) {
		struct named_line line = {.text = texts[i]};

		if (find(&line, lines, can_know, fail) < 0) {
			fail_where(fail, "--explain %s", texts[i]);
			return -EINVAL;
		}
		if (!is_known(named, line.pseudonym))
			named->line[named->count++] = line;
	}
	return 0;
}

bool
namedlines_judged(const struct judge *judge, const struct named_line *line, struct judge_line *ret)
{
	if (line->pseudonym != 0 && judge_find(judge, line->pseudonym, ret) == 0)
		return true;
	*ret = (struct judge_line){.now = {.line = line->pseudonym, .role = line->role}};
	return false;
}

/* Why nothing can be said of a line. */
static void
explain_unknown(const struct judge *judge, const struct named_line *line, const char *name,
	struct buffer *into)
{
	if (line->pseudonym == 0)
		buffer_print(into,
			"%s is not of the own network, as --inside or the table of prefixes has "
			"it: its mail is not judged.\n",
			name);
	else if (judge_counts(judge).evicted > 0)
		buffer_print(into,
			"%s is not known: it sent no mail in these recordings, or gave way because "
			"the table of lines was full (flow.lines-most).\n",
			name);
	else
		buffer_print(into, "%s sent no mail in these recordings.\n", name);
}

void
namedlines_explain(const struct judge *judge, const struct parameters *parameters,
	const struct named_line *line, const char *name, struct buffer *into)
{
	struct judge_line judged;
	char time[WALL_TEXT];

	if (!namedlines_judged(judge, line, &judged)) {
		explain_unknown(judge, line, name, into);
		return;
	}
	/* What is held against it must not fade with the file: reasons as they stood when it was confirmed. */
	if (judged.confirmed != NULL) {
		explain_verdict(judged.confirmed, parameters, name, into);
		if (judged.now.to == STATE_CONFIRMED)
			return;
		buffer_print(into, "\nAt the end of the recordings:\n");
	}
	explain_verdict(&judged.now, parameters, name, into);
	if (judged.confirmed == NULL && judged.now.highest > judged.now.to)
		buffer_print(into, "At its worst, from %s, its state was %s.\n",
			wall_format(judged.highest_at, time), state_names[judged.now.highest]);
}
