/* recordtime - how far the records of one source have come, by their own times
 *
 * What:    follows the times of records that arrive roughly in order. One wrong time cannot mislead it:
 *          a jump ahead by more than RECORDTIME_JUMP, or back by more than RECORDTIME_BACK, counts only
 *          when the next record confirms it.
 * Thread:  a value.
 */
#ifndef LAZARET_SOURCE_RECORDTIME_H
#define LAZARET_SOURCE_RECORDTIME_H

#include "base/wall.h"

#include <stdbool.h>

#define RECORDTIME_JUMP WALL_HOUR
#define RECORDTIME_BACK WALL_DAY

struct recordtime {
	struct wall now;   /* meaningful once started */
	struct wall doubt; /* of the last record, where it was far from now */
	bool started;
	bool in_doubt;
};

/* Takes the time of the next record; true if now has changed. */
bool recordtime_see(struct recordtime *recordtime, struct wall wall);

#endif
