/* bucket - how often a registry may be asked
 *
 * What:    questions of one registry at its rate, a few at once at the most (the generic cell rate algorithm: one
 *          time says all). Where it refuses for the number of questions (RFC 7480 s5.5) nothing is asked until the
 *          time that it names, or else for a minute, then two, up to BUCKET_LONGEST, until an answer comes. Times are
 *          milliseconds that are handed in.
 * Owns:    nothing.
 * Thread:  any.
 */
#ifndef LAZARET_CENSUS_ONLINE_BUCKET_H
#define LAZARET_CENSUS_ONLINE_BUCKET_H

#include <stdint.h>

#define BUCKET_SHORTEST (60 * 1000UL)
#define BUCKET_LONGEST  (3600 * 1000UL)

struct bucket {
	uint64_t interval;   /* between two questions */
	uint64_t burst;      /* how many may go at once */
	uint64_t theoretic;  /* when the next one would go at the steady rate */
	uint64_t not_before; /* by its own word */
	unsigned refusals;   /* one after the other */
};

/* per_minute: 1 to 60000; burst: from 1. */
void bucket_init(struct bucket *bucket, unsigned per_minute, unsigned burst);

/* The same with microseconds in place of milliseconds as all times; per_second: 1 to 1000000. */
void bucket_init_quick(struct bucket *bucket, unsigned per_second, unsigned burst);

/* When the next question may go: now, or later. */
uint64_t bucket_when(const struct bucket *bucket, uint64_t now);
/* One goes, at a time when it may. */
void bucket_take(struct bucket *bucket, uint64_t now);
void bucket_answered(struct bucket *bucket);
/* after: milliseconds as it says; 0: it says nothing. */
void bucket_refused(struct bucket *bucket, uint64_t now, uint64_t after);

#endif
