/* censusrunning - one run of the census, from its files to the folder of its day
 *
 * What:    opens what it reads, joins, decides, writes letters and summary, enters cases into the store, and gives the
 *          folder its name: in that order, so that a run that is cut anywhere is made again with the same result.
 * Owns:    nothing that stays.
 * Thread:  one at a time: who holds the census's folder.
 */
#ifndef LAZARET_PROGRAM_CENSUSRUNNING_H
#define LAZARET_PROGRAM_CENSUSRUNNING_H

#include "config/config.h"
#include "program/censusfolder.h"
#include "program/censuswish.h"

#include <stdint.h>

/* day: its number, by join/state.h. The exit code; what is wrong was told, and the summary printed. */
int censusrunning_run(const struct censusfolder *folder, const struct config *config, uint16_t day,
	const struct censuswish *wish);

#endif
