/* linereader - the lines of a text file, in the window of its input
 *
 * What:    finds lines that end in LF or CR LF, the last one also without. What is longer than
 *          LINE_MOST is skipped as a whole and counted as one damaged record.
 * Owns:    nothing; a line is valid until the next call.
 * Limits:  LINE_MOST bytes a line.
 * Thread:  one reader.
 */
#ifndef LAZARET_SOURCE_TEXT_LINEREADER_H
#define LAZARET_SOURCE_TEXT_LINEREADER_H

#include "base/text.h"
#include "source/input.h"
#include "source/intake.h"

#define LINE_MOST (1UL << 20)

struct linereader {
	struct input *input;
	struct intake *intake; /* for errors and counters */
	uint64_t offset;       /* of the line that was given last */
	uint64_t number;       /* of that line, from 1 */
	bool skipping;         /* in the middle of a line that is too long */
};

/* 1 with the next line, without its end; 0 at the end of the file; -errno where the file is damaged and
 * nothing more can be read (said to the intake). */
int linereader_next(struct linereader *lines, struct text *ret) MUST_USE;

/* The first line of the head of a file (format.h), without its end. */
struct text linereader_first(const uint8_t *head, size_t size);

/* The line that was given last cannot be understood: counts it as skipped and tells what was expected,
 * with the beginning of `found`, which is the line or a part of it. */
void linereader_refuse(
	struct linereader *lines, struct text line, struct text found, const char *expected);

#endif
