/* dumpfile - a file of a registry while it is written, packed with gzip, and what its text is made of
 *
 * What:    objects are printed into a part in memory, attribute by attribute, and packed part by part. Words, dates and
 *          handles are drawn, so that they pack about as real ones do.
 * Owns:    all of it, from dumpfile_begin to dumpfile_end.
 * Limits:  what goes wrong ends the program with a word about it.
 * Thread:  one a file.
 */
#ifndef LAZARET_TESTS_DUMPFILE_H
#define LAZARET_TESTS_DUMPFILE_H

#include "base/random.h"
#include "base/text.h"

#include <zlib.h>

struct dumpfile {
	gzFile gz;
	const char *name;
	struct buffer part;
	struct random random;
	uint64_t size; /* of the text */
	unsigned column;
};

/* column: where values begin. */
void dumpfile_begin(struct dumpfile *file, const char *folder, const char *name, unsigned column);
void dumpfile_end(struct dumpfile *file);

/* A line with the name and the value; now and then with a comment behind it. */
void dumpfile_put(struct dumpfile *file, const char *name, const char *format, ...) PRINTF(3, 4);

/* The same of free text of so many words; now and then on two lines. */
void dumpfile_words(struct dumpfile *file, const char *name, unsigned count);

/* A moment: "2013-05-07T09:10:11Z", or its day alone, with or without "-". */
enum dumpfile_date { DUMPFILE_MOMENT, DUMPFILE_DAY, DUMPFILE_DIGITS };
void dumpfile_date(struct dumpfile *file, const char *name, enum dumpfile_date form);

/* Lines as they are, and the end of an object. What is printed into part without either has to be followed by
 * dumpfile_full before it is too much. */
void dumpfile_text(struct dumpfile *file, const char *lines);
void dumpfile_object(struct dumpfile *file);
void dumpfile_full(struct dumpfile *file);

static inline unsigned
dumpfile_draw(struct dumpfile *file, unsigned below)
{
	return (unsigned)random_below(&file->random, below);
}

#endif
