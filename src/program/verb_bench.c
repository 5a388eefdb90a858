/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/bench.h"
#include "program/verbs.h"

#include <string.h>

static void
print_usage(void)
{
	puts("usage: lazaret bench [NAME]\n\n"
	     "Measures how fast this machine judges, beside the limit: the same loop without\n"
	     "the work. Without a name all benchmarks run.\n");
	for (size_t i = 0; i < bench_count; i++)
		printf("  %-15s %s\n", benches[i].name, benches[i].summary);
}

int
verb_bench(int argc, char **argv)
{
	int code = EXIT_DONE;
	size_t ran = 0;

	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		print_usage();
		return EXIT_DONE;
	}
	if (argc > 2) {
		fputs("lazaret: bench takes one name; see lazaret bench --help\n", stderr);
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < bench_count; i++) {
		if (argc > 1 && strcmp(argv[1], benches[i].name) != 0)
			continue;
		printf("%s%s: %s\n", ran ? "\n" : "", benches[i].name, benches[i].summary);
		fflush(stdout);
		if (benches[i].run(stdout) < 0)
			code = EXIT_INPUT;
		ran++;
	}
	if (ran > 0)
		return code;
	fprintf(stderr, "lazaret: there is no benchmark \"%s\"; there are:", argv[1]);
	for (size_t i = 0; i < bench_count; i++)
		fprintf(stderr, " %s", benches[i].name);
	fputc('\n', stderr);
	return EXIT_USAGE;
}
