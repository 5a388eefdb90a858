/* grammar - the sentences of lazaret-scenario(5)
 *
 * What:    one table of sentences and what each sets in a scenario. The parser, the hints at the nearest
 *          sentence and the test of the manual page all read this table.
 * Owns:    nothing.
 * Thread:  any.
 */
#ifndef LAZARET_REHEARSE_GRAMMAR_H
#define LAZARET_REHEARSE_GRAMMAR_H

#include "rehearse/scenario.h"

struct parser {
	struct scenario *scenario;
	struct class *class; /* that the sentences are about, or NULL */
	struct fail *fail;
	const char *path;
	unsigned line;
};

/* One line of the file. Expectations are only kept, because they may speak of classes further down. */
int grammar_line(struct parser *parser, struct text line) MUST_USE;

/* The expectations that were kept, when the file has ended. */
int grammar_expects(struct parser *parser) MUST_USE;

/* Fills the parser's fail with its present place; returns error. hint may be NULL. */
int grammar_refuse(struct parser *parser, int error, const char *what, const char *hint);

/* Every sentence with its places in angle brackets; NULL after the last. */
const char *grammar_sentence(unsigned index);

#endif
