/* linereader - the lines of a log, of which the damaged ones are told to the intake
 *
 * What:    lines as source/textlines.h finds them. One that is too long, or that damage has cut, is counted as one
 *          damaged record.
 * Owns:    nothing; a line is valid until the next call.
 * Limits:  TEXTLINES_MOST bytes a line.
 * Thread:  one reader.
 */
#ifndef LAZARET_SOURCE_TEXT_LINEREADER_H
#define LAZARET_SOURCE_TEXT_LINEREADER_H

#include "source/intake.h"
#include "source/textlines.h"

struct linereader {
	struct textlines lines;
	struct intake *intake; /* for errors and counters */
	struct fail fail;      /* the damage, until it is told */
};

/* 1 with the next line, without its end; 0 at the end of the file; -errno where the file is damaged and
 * nothing more can be read (said to the intake). */
int linereader_next(struct linereader *reader, struct text *ret) MUST_USE;

/* The first line of the head of a file (format.h), without its end. */
struct text linereader_first(const uint8_t *head, size_t size);

/* The line that was given last cannot be understood: counts it as skipped and tells what was expected,
 * with the beginning of `found`, which is the line or a part of it. */
void linereader_refuse(
	struct linereader *reader, struct text line, struct text found, const char *expected);

#endif
