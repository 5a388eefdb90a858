/* court - fusion of the channels, error control over all lines, and the life of each case
 *
 * What:    fused evidence E = sum of w_c exp(S_c), an average of e-values and so itself one under any
 *          dependence. A line is confirmed when ln E reaches max(floor, e-d-BH): with N lines active in the
 *          last 24 hours, the k-th largest must reach ln(N P / (q k)) (Dandapanthula and Ramdas 2025).
 *          States fall again by hysteresis.
 * Owns:    its tables.
 * Thread:  one at a time.
 */
#ifndef LAZARET_VERDICT_COURT_H
#define LAZARET_VERDICT_COURT_H

#include "verdict/verdict.h"

#include <stdbool.h>
#include <stddef.h>

struct court_settings {
	size_t lines_most;
	double weight[CHANNEL_COUNT];
	double watch;       /* ln: any channel's strongest part */
	double suspect;     /* ln E */
	double floor;       /* ln E: never confirmed below */
	double error_rate;  /* q: share of false alarms among alarms, over the patience */
	double patience;    /* P, in epochs */
	int64_t epoch_us;
	/* A state is left when the score has been under leave times its entry for that long. */
	double leave;
	int64_t leave_us;
	int64_t probation_us;
};

void court_defaults(struct court_settings *settings);

#endif
