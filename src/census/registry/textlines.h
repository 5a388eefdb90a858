/* textlines - the lines of a text file and the fields in them
 *
 * What:    lines that end in LF or CR LF, the last one also without. One that is longer than TEXTLINES_MOST is passed
 *          over and counted.
 * Owns:    nothing; a line is valid until the next call. The input is the caller's.
 * Thread:  one reader.
 */
#ifndef LAZARET_CENSUS_REGISTRY_TEXTLINES_H
#define LAZARET_CENSUS_REGISTRY_TEXTLINES_H

#include "base/text.h"
#include "source/input.h"

#define TEXTLINES_MOST (1UL << 16)

struct textlines {
	struct input *input;
	uint64_t number; /* of the line that was given, from 1 */
	uint64_t long_lines;
};

/* 1 with the next line; 0 at the end; -errno with fail where the file is damaged. */
int textlines_next(struct textlines *lines, struct text *ret, struct fail *fail) MUST_USE;

/* Takes the next field of CSV from the front of a line (RFC 4180 s2), without its quotes; a doubled quote in it stays
 * double. False where none is left, or a quote has no end. */
bool textlines_field(struct text *rest, struct text *ret);

#endif
