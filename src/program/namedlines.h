/* namedlines - the lines that a person asks about, and what a scan has to say of each
 *
 * What:    finds the lines that --explain names, and says of each in sentences why it is what it is: of a
 *          clear one what keeps it clear, of one that was not seen that it sent no mail.
 * Owns:    its array.
 * Limits:  NAMED_MOST lines; one that is named twice is told of once.
 * Thread:  one at a time.
 */
#ifndef LAZARET_PROGRAM_NAMEDLINES_H
#define LAZARET_PROGRAM_NAMEDLINES_H

#include "base/text.h"
#include "identity/lines.h"
#include "judge/judge.h"

#define NAMED_MOST 100

struct named_line {
	uint64_t pseudonym; /* 0: no line of the own network */
	uint8_t role;       /* enum role */
	const char *text;   /* as it was written */
};

struct named_lines {
	struct named_line line[NAMED_MOST];
	size_t count;
};

/* Finds the lines by what was written. can_know: pseudonyms are those of a ledger and so can be known from
 * before. -EINVAL with fail filled if something names no line. */
int namedlines_find(struct named_lines *named, const char *const *texts, size_t count,
	struct lines *lines, bool can_know, struct fail *fail) MUST_USE;

/* What the judge holds of it now. A line that it does not know has no attempts, and is clear; then false. */
bool namedlines_judged(
	const struct judge *judge, const struct named_line *line, struct judge_line *ret);

/* Its explanation in sentences, name being how the reader may see it. */
void namedlines_explain(const struct judge *judge, const struct parameters *parameters,
	const struct named_line *line, const char *name, struct buffer *into);

#endif
