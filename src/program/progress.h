/* progress - one line on the terminal that says how far a long job has come
 *
 * What:    written to standard error, only if that is a terminal, a few times a second, and wiped at the
 *          end. Elsewhere nothing is written at all.
 * Thread:  one a process.
 */
#ifndef LAZARET_PROGRAM_PROGRESS_H
#define LAZARET_PROGRAM_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	const char *label;
	int64_t begun_us;
	int64_t shown_us;
	bool is_terminal;
	bool is_shown;
};

void progress_init(struct progress *progress, const char *label);

/* done of total in the job's own unit; total 0 where it is not known. note may be NULL. */
void progress_show(struct progress *progress, uint64_t done, uint64_t total, const char *note);

void progress_done(struct progress *progress);

/* Microseconds of a clock that never jumps. */
int64_t progress_clock_us(void);

#endif
