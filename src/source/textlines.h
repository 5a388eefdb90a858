/* textlines - the lines of a text file, in the window of its input
 *
 * What:    finds lines that end in LF or CR LF, the last one also without. What is longer than TEXTLINES_MOST is passed
 *          over as a whole; so is the rest of a line that damage has cut.
 * Owns:    nothing; a line is valid until the next call. The input is the caller's.
 * Limits:  TEXTLINES_MOST bytes a line, without its end.
 * Thread:  one reader.
 */
#ifndef LAZARET_SOURCE_TEXTLINES_H
#define LAZARET_SOURCE_TEXTLINES_H

#include "base/text.h"
#include "source/input.h"

#define TEXTLINES_MOST (1UL << 20)

struct textlines {
	struct input *input;
	uint64_t offset; /* of the line that was given or passed over last */
	uint64_t number; /* of that line, from 1 */
	uint64_t passed; /* bytes that the last call passed over */
	uint64_t long_lines;
};

enum textlines_step { TEXTLINES_END, TEXTLINES_LINE, TEXTLINES_LONG };

/* A line without its end, or TEXTLINES_LONG: one was passed over. -errno, with fail filled where it had not been
 * before: the file is damaged and nothing more can be read. */
int textlines_step(struct textlines *lines, struct text *ret, struct fail *fail) MUST_USE;

/* The same, where nobody asks for each long line: 1 with the next line, 0 at the end, -errno. */
int textlines_next(struct textlines *lines, struct text *ret, struct fail *fail) MUST_USE;

#endif
