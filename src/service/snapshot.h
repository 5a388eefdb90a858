/* snapshot - the file in which a judge's state outlives it
 *
 * What:    begun while the judge goes on (runtime/statefile.h); it becomes the good one when it is on the disk and the
 *          keeper has taken every verdict that the judge had given before. So a snapshot never knows of a case that
 *          the ledger does not.
 * Owns:    the file "judge-N.snapshot" and what is written beside it in the folder.
 * Limits:  one at a time.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SERVICE_SNAPSHOT_H
#define LAZARET_SERVICE_SNAPSHOT_H

#include "judge/judge.h"
#include "runtime/statefile.h"
#include "service/estate.h"

/* How far the rings of those who put sightings in were taken. */
struct snapshot_places {
	uint32_t putters;
	uint32_t judges;               /* among which the lines were divided */
	uint64_t ring[ESTATE_PUTTERS]; /* identities */
	uint64_t place[ESTATE_PUTTERS];
};

struct snapshot {
	struct statefile file;
	uint64_t verdicts; /* place of the ring to the keeper when it was made */
	struct wall began;
	/* For status. */
	uint64_t made;
	uint64_t bytes;
	struct wall time; /* of the last good one */
};

void snapshot_init(struct snapshot *snapshot, const char *folder, uint32_t number);

/* The last good one into a fresh judge; as statefile_load. */
int snapshot_load(const struct snapshot *snapshot, struct judge *judge,
	struct snapshot_places *places, struct fail *fail) MUST_USE;

/* Begins one, in place of one that is not over; verdicts: place of the ring to the keeper. */
void snapshot_begin(struct snapshot *snapshot, const struct judge *judge,
	const struct snapshot_places *places, uint64_t verdicts, struct wall now);

/* Looks whether the one that was begun is written, and the keeper as far: then it is taken over. Never waits. */
void snapshot_watch(struct snapshot *snapshot, uint64_t kept);

#endif
