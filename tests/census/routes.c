/* SPDX-License-Identifier: BSD-2-Clause */
/* What is read of a routing table's dump.
 *
 * usage: routes FILE
 *
 * Prints "FIRST - LAST AS" for each prefix, then the figures, and to standard error what is damaged. */
#include "census/registry/mrt.h"

#include <stdio.h>

static void
print_fail(const struct fail *fail)
{
	fprintf(stderr, "%s: %s; %s\n", fail->where, fail->what, fail->hint);
}

int
main(int count, char **argument)
{
	struct fail fail = {.hint = ""};
	const struct mrt_counts *counts;
	struct announced route;
	char text[RANGE_TEXT];
	struct input input;
	struct mrt *mrt;
	int r;

	if (count != 2) {
		fprintf(stderr, "usage: routes FILE\n");
		return 2;
	}
	if (input_open(&input, argument[1], 0, &fail) < 0) {
		print_fail(&fail);
		return 1;
	}
	mrt = mrt_new(&input);
	while ((r = mrt_next(mrt, &route, &fail)) > 0)
		printf("%s %u\n", range_format(route.family, &route.range, text), route.system);
	counts = mrt_counts(mrt);
	printf("prefixes %lu several %lu nobodys %lu sets %lu defaults %lu others %lu\n",
		counts->prefixes, counts->several, counts->nobodys, counts->sets, counts->defaults,
		counts->others);
	if (r < 0)
		print_fail(&fail);
	for (size_t i = 0; mrt_tell(mrt, i, &fail); i++)
		print_fail(&fail);
	mrt_free(mrt);
	input_close(&input);
	return r < 0;
}
