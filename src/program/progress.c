/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define INTERVAL_US 200000

int64_t
progress_clock_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void
progress_init(struct progress *progress, const char *label)
{
	*progress = (struct progress){
		.label = label,
		.begun_us = progress_clock_us(),
		.is_terminal = isatty(STDERR_FILENO) == 1,
	};
}

void
progress_show(struct progress *progress, uint64_t done, uint64_t total, const char *note)
{
	int64_t now;
	double share;

	if (!progress->is_terminal)
		return;
	now = progress_clock_us();
	if (now - progress->begun_us < 2 * INTERVAL_US || now - progress->shown_us < INTERVAL_US)
		return;
	progress->shown_us = now;
	progress->is_shown = true;
	share = total ? (double)done / (double)total : 0;
	fprintf(stderr, "\r\033[K%s: ", progress->label);
	if (total > 0)
		fprintf(stderr, "%3.0f %%", 100 * share);
	if (share > 0.01)
		fprintf(stderr, ", %.0f s left",
			(double)(now - progress->begun_us) / 1e6 * (1 - share) / share);
	if (note != NULL)
		fprintf(stderr, "  %s", note);
	fflush(stderr);
}

void
progress_done(struct progress *progress)
{
	if (progress->is_shown)
		fputs("\r\033[K", stderr);
	progress->is_shown = false;
}
