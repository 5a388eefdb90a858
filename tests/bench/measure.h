/* measure - CPU seconds of a loop, of a command and of reading a file, and the median of several runs
 *
 * What:    what the benchmarks share. Time is CPU time, user and system, of this process or of the command that
 *          was waited for; the commands' output goes to nowhere or is taken as text.
 * Owns:    measure_in_folder makes a folder, and removes it with all files in it at the end, also after a
 *          failure or a signal.
 * Limits:  what goes wrong ends the program with a word about it: a benchmark has nothing to save.
 * Thread:  one a program.
 */
#ifndef LAZARET_TESTS_MEASURE_H
#define LAZARET_TESTS_MEASURE_H

#include "base/text.h"

#include <sys/types.h>

#define MEASURE_RUNS 5
#define MEASURE_SKIP 77 /* the exit code that Meson takes for a skipped benchmark */

/* CPU seconds of this process so far. */
double measure_cpu(void);
/* Seconds by the clock, from some moment on. */
double measure_clock(void);

/* Sorts the figures. */
double measure_median(double figures[MEASURE_RUNS]);

/* One line of a report: median, least and most of the figures, which get sorted. */
void measure_print(const char *name, const char *unit, double figures[MEASURE_RUNS]);

/* CPU seconds of a command from its start to its end; its output is dropped. It must exit with 0. */
double measure_command(const char *const *argv);

/* The limit: CPU seconds that it takes to read a file with read() and do nothing more. */
double measure_reading(const char *path);

/* What a command prints, added to the buffer. It must exit with 0. */
void measure_output(const char *const *argv, struct buffer *into);

/* The number that follows these words for the first time. */
uint64_t measure_number(struct buffer *said, const char *words);

/* Starts a command that ends with this process at the latest. */
pid_t measure_start(const char *const *argv);

/* Is there such a command? */
bool measure_finds(const char *name);

/* Runs work in a process of its own, in a new folder below where (NULL: below /dev/shm, or /tmp where there is
 * none), and removes the folder. Returns what work returned: an exit code. */
int measure_in_folder(const char *where, int (*work)(const char *folder));

#endif
