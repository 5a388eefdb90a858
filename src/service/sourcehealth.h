/* sourcehealth - whether a file that says who has which address can be read, and what is told where it cannot
 *
 * What:    counts what could be read of a file and what could not, and finds it damaged where a tenth of that, and at
 *          least SOURCEHEALTH_LEAST, could not, or nothing could; and sound again at half of that share. It keeps the
 *          words for that, and for other troubles of the file, and tells a trouble once in the log when it comes, and
 *          once when it is over.
 * Owns:    nothing; the file's name and the words for what is expected are the caller's.
 * Limits:  SOURCEHEALTH_TEXT bytes. What it tells names no person: the caller's words must not, either.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SERVICE_SOURCEHEALTH_H
#define LAZARET_SERVICE_SOURCEHEALTH_H

#include "base/fail.h"

#include <stdbool.h>
#include <stdint.h>

#define SOURCEHEALTH_TEXT  320
#define SOURCEHEALTH_WHAT  256
#define SOURCEHEALTH_LEAST 5
/* Lines that say nothing of leases, as logs have them, and not one that does. */
#define SOURCEHEALTH_NOTHING 10000
/* Of a file that grows: what was read before so many entries counts less. */
#define SOURCEHEALTH_RECENT 10000

enum sourcetrouble {
	SOURCETROUBLE_NONE,
	SOURCETROUBLE_MISSING,    /* it is not there */
	SOURCETROUBLE_UNREADABLE, /* it cannot be opened or read, or is too large */
	SOURCETROUBLE_DAMAGED,    /* much of it, or all, is not of its format */
	SOURCETROUBLE_UNFINISHED, /* its end is missing, and does not come */
};

struct sourcehealth {
	const char *file;
	const char *expected; /* what stands in a file of this format, in words */
	bool grows;           /* else: it is read as a whole, and all of it counts */
	uint64_t good;
	uint64_t bad;
	uint64_t nothing; /* lines */
	/* Of the first that could not be read: its line, counted from this byte on, and why. */
	uint64_t line;
	uint64_t from;
	char what[SOURCEHEALTH_WHAT];
	enum sourcetrouble trouble, told;
	char text[SOURCEHEALTH_TEXT]; /* what the trouble is, without the file's name */
};

void sourcehealth_init(
	struct sourcehealth *health, const char *file, const char *expected, bool grows);

/* Another file has the name, or it is read from its begin: what was read before says nothing. */
void sourcehealth_begin(struct sourcehealth *health);

void sourcehealth_good(struct sourcehealth *health);
void sourcehealth_nothing(struct sourcehealth *health);
/* what: "found ..., expected ..."; in words that may stand in a log. */
void sourcehealth_bad(struct sourcehealth *health, uint64_t line, uint64_t from, const char *what);

/* True: it is damaged, by what was read until now. is_end: that is all that is there. */
bool sourcehealth_judge(struct sourcehealth *health, bool is_end);

/* In place of what was the trouble before. */
void sourcehealth_trouble(struct sourcehealth *health, enum sourcetrouble trouble,
	const char *format, ...) PRINTF(3, 4);
void sourcehealth_sound(struct sourcehealth *health);

/* Tells the log if there is another trouble than the one that was told, or none any more. */
void sourcehealth_tell(struct sourcehealth *health);

#endif
