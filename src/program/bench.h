/* bench - the product's own benchmarks: our figure beside the limit, from the same run
 *
 * What:    each bench measures CPU time of this thread for a portion of work, once for ours and once for
 *          the same loop without our work (the limit), alternating, BENCH_RUNS times; the medians and
 *          their ratio are printed. Nothing is asserted: machines differ.
 */
#ifndef LAZARET_PROGRAM_BENCH_H
#define LAZARET_PROGRAM_BENCH_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define BENCH_RUNS 5

struct bench {
	const char *name;
	const char *summary;
	int (*run)(FILE *out); /* 0, or -errno */
};

extern const struct bench benches[];
extern const size_t bench_count;

int bench_judge(FILE *out);

/* CPU seconds of this thread. */
double bench_cpu(void);

/* The median of BENCH_RUNS figures; sorts them. */
double bench_median(double figures[BENCH_RUNS]);

/* Peak resident memory of this process in bytes. */
uint64_t bench_peak_memory(void);

/* "ours 123.4 ns  limit 80.2 ns  ratio 1.54" for work of count units. */
void bench_row(FILE *out, const char *what, const char *unit, double count, double ours[BENCH_RUNS],
	const char *limit_name, double limit[BENCH_RUNS]);

#endif
