/* SPDX-License-Identifier: BSD-2-Clause */
/* Curves and their comparison, of rows of standard input: CLUSTER STRATUM ARM ENTRY EXIT EVENT, as numbers.
 *
 * usage: census-survival UNTIL
 *
 * Prints a line a day of each arm: ARM DAY AT-RISK EVENTS SURVIVAL GREENWOOD ROBUST, and then
 * test OBSERVED EXPECTED VARIANCE ROBUST, of the second arm. */
#include "census/effect/survival.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

static int
take(struct text line, struct survival_time *ret)
{
	uint64_t number[6];

	for (unsigned i = 0; i < 6; i++) {
		int r = text_parse_u64(text_cut(&line, ' '), UINT16_MAX, &number[i]);

		if (r < 0)
			return r;
	}
	*ret = (struct survival_time){.cluster = (uint32_t)number[0],
		.stratum = (uint16_t)number[1],
		.arm = number[2] != 0,
		.entry = (uint16_t)number[3],
		.exit = (uint16_t)number[4],
		.is_event = number[5] != 0};
	return 0;
}

int
main(int argc, char **argv)
{
	static struct survival_time times[10000];
	static struct survival_curve curve;
	struct survival_test test;
	uint64_t until;
	size_t count = 0;
	char line[128];

	if (argc != 2 || text_parse_u64(text_of(argv[1]), SURVIVAL_DAYS, &until) < 0)
		return 2;
	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (count == sizeof(times) / sizeof(*times) ||
			take(text_of(line), &times[count++]) < 0)
			return 3;
	}
	for (unsigned arm = 0; arm < SURVIVAL_ARMS; arm++) {
		survival_curve(times, count, arm, &curve);
		for (unsigned day = 1; day <= curve.days; day++)
			printf("%u %u %llu %llu %.12g %.12g %.12g\n", arm, day,
				(unsigned long long)curve.at[day].at_risk,
				(unsigned long long)curve.at[day].events, curve.at[day].survival,
				curve.at[day].greenwood, curve.at[day].robust);
	}
	survival_compare(times, count, (unsigned)until, &test);
	printf("test %.12g %.12g %.12g %.12g\n", test.observed[1], test.expected[1], test.variance,
		test.robust);
	return 0;
}
