/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static const int signals[] = {SIGINT, SIGTERM};
#define SIGNALS (sizeof(signals) / sizeof(*signals))

static struct sigaction before[SIGNALS];
static volatile sig_atomic_t came;
static int ends[2] = {-1, -1};

static void
restore(void)
{
	for (size_t i = 0; i < SIGNALS; i++)
		sigaction(signals[i], &before[i], NULL);
}

/* Only what may be called in a handler (signal-safety(7)). */
static void
on_signal(int number)
{
	int kept = errno;

	(void)number;
	came = 1;
	restore();
	while (write(ends[1], "", 1) < 0 && errno == EINTR)
		;
	errno = kept;
}

int
interrupt_begin(void)
{
	/* No SA_RESTART: opening a pipe to which nobody writes ends, too. */
	struct sigaction action = {.sa_handler = on_signal};

	came = 0;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return 0;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < SIGNALS; i++)
		sigaddset(&action.sa_mask, signals[i]);
	for (size_t i = 0; i < SIGNALS; i++)
		sigaction(signals[i], NULL, &before[i]);
	for (size_t i = 0; i < SIGNALS; i++) {
		if (before[i].sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
	}
	return ends[0];
}

bool
interrupt_came(void)
{
	return came != 0;
}

void
interrupt_end(void)
{
	if (ends[0] < 0)
		return;
	restore();
	for (int i = 0; i < 2; i++) {
		close(ends[i]);
		ends[i] = -1;
	}
}
