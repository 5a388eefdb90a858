/* listnotes - what is to be said about a list that was read
 *
 * What:    counts everything that is not plainly a listing, and hands the first LISTNOTES_TOLD of each kind to
 *          who wants to say it: a sentence with the file and the line.
 * Owns:    nothing.
 * Limits:  LISTNOTES_TOLD sentences of each kind; all are counted.
 * Thread:  one a list.
 */
#ifndef LAZARET_CENSUS_LIST_LISTNOTES_H
#define LAZARET_CENSUS_LIST_LISTNOTES_H

#include "base/fail.h"
#include "base/text.h"

#include <stdint.h>

#define LISTNOTES_TOLD 10

enum listnote {
	LISTNOTE_BAD,   /* a line or record that is none */
	LISTNOTE_LONG,  /* a line longer than any */
	LISTNOTE_BOGON, /* entries with addresses from which no mail comes */
	LISTNOTE_WIDE,  /* entries that name too much: 0.0.0.0/0, or above $MAXRANGE4 */
	LISTNOTE_WHOLE, /* /24s written out as hosts */
	LISTNOTE_EXCLUDED, /* listings that an exclusion took away: not told, that is as it should be */
	LISTNOTE_DATASET, /* data sets that hold no addresses */
	LISTNOTE_DROPPED, /* listings above a ceiling */
	LISTNOTE_FILE,    /* the file itself is damaged */
	LISTNOTE_COUNT
};

extern const char *const listnote_names[LISTNOTE_COUNT];

typedef void (*listnotes_tell)(void *context, enum listnote kind, const struct fail *fail);

struct listnotes {
	const char *file;    /* for sentences */
	listnotes_tell tell; /* NULL: nobody wants to know */
	void *context;
	uint64_t lines;
	uint64_t entries; /* lines and records that were listed, exclusions too */
	uint64_t count[LISTNOTE_COUNT];
	uint64_t unwanted; /* entries whose A value or data set was not asked for */
	uint32_t time;     /* of the list, where it says so: seconds since 1970; else 0 */
	uint32_t expires;  /* the same; 0: not told */
};

/* The begin of a text of strangers, so that it can stand in a sentence; returns into. */
#define LISTNOTES_SHOWN 36
const char *listnotes_show(struct text text, char into[LISTNOTES_SHOWN]);

/* Counts one and tells of it. line 0: of no line. */
void listnotes_say(struct listnotes *notes, enum listnote kind, uint32_t line, const char *format,
	...) PRINTF(4, 5);

/* A bad line: what was expected, and the begin of what is there. */
void listnotes_refuse(
	struct listnotes *notes, uint32_t line, const char *expected, struct text found);

#endif
