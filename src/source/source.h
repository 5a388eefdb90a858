/* source - one file of any known format, read as a stream of observations
 *
 * What:    opens a file or "-", finds its format from its content (format.h), and hands out what its
 *          reader found. Damage in the middle is counted and told (intake.h); the rest is still read.
 * Owns:    the file, its reader and its intake.
 * Limits:  those of the input, the reader and the intake.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SOURCE_SOURCE_H
#define LAZARET_SOURCE_SOURCE_H

#include "source/intake.h"

struct source;

/* NULL with fail filled: the file cannot be read, or is of no known format. */
struct source *source_open(
	const char *path, const struct intake_settings *settings, struct fail *fail) MUST_USE;
/* The same into an intake of the caller's, which outlives the source: what is kept there (the templates of
 * exporters, records that wait for their other direction) goes on from one file to the next. The caller
 * flushes it after the last one. */
struct source *source_open_into(
	const char *path, struct intake *intake, struct fail *fail) MUST_USE;
struct source *source_close(struct source *source);

/* Observations in the order in which they became complete: how many (> 0), 0 at the end, or -errno once
 * where the file is damaged and the rest cannot be read; 0 from then on. Errors have been put into the
 * intake. Without a single observation to come it reads to the end. */
int source_read(struct source *source, struct observation *into, size_t room) MUST_USE;

/* Its counts, its errors; and a visitor may be set before the first read (intake_decode). */
struct intake *source_intake(struct source *source);

const char *source_name(const struct source *source);   /* the path, or "standard input" */
const char *source_format(const struct source *source); /* for people: "Argus CSV" */

/* May it tell more of connections that another file has too (format.h)? */
bool source_has_details(const struct source *source);
/* Are its records in no order of time? */
bool source_is_unordered(const struct source *source);

/* Bytes of the file that were read, and of those that it has (0 where that is not known). */
void source_progress(const struct source *source, uint64_t *done, uint64_t *size);

/* Called between portions, so that a person can be shown progress while nothing is found. */
typedef void (*source_watcher)(void *context, const struct source *source);
void source_watch(struct source *source, source_watcher watcher, void *context);

#endif
