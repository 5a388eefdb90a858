/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/bench.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

const struct bench benches[] = {
	{"judge", "mail events through line table, evidence and fusion", bench_judge},
};

const size_t bench_count = sizeof(benches) / sizeof(*benches);

double
bench_cpu(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

double
bench_median(double figures[BENCH_RUNS])
{
	qsort(figures, BENCH_RUNS, sizeof(*figures), compare);
	return figures[BENCH_RUNS / 2];
}

uint64_t
bench_peak_memory(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (uint64_t)usage.ru_maxrss * 1024;
}

void
bench_row(FILE *out, const char *what, const char *unit, double count, double ours[BENCH_RUNS],
	const char *limit_name, double limit[BENCH_RUNS])
{
	double a = bench_median(ours), b = bench_median(limit);

	fprintf(out, "%-44s %8.1f ns/%s  (%.1f to %.1f)\n", what, a / count * 1e9, unit,
		ours[0] / count * 1e9, ours[BENCH_RUNS - 1] / count * 1e9);
	fprintf(out, "%-44s %8.1f ns/%s  ratio %.2f\n", limit_name, b / count * 1e9, unit, a / b);
}
