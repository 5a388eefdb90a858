/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/process.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of one that serves connections, for all else. */
#define DESCRIPTORS_OWN 64

pid_t
process_fork(const char *name)
{
	sigset_t none;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid != 0)
		return pid < 0 ? -errno : pid;
	(void)prctl(PR_SET_NAME, name);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	return 0;
}

size_t
process_descriptors(void)
{
	struct rlimit was, limit;

	must(getrlimit(RLIMIT_NOFILE, &was) == 0);
	limit = (struct rlimit){.rlim_cur = was.rlim_max, .rlim_max = was.rlim_max};
	return (size_t)(setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : was.rlim_cur);
}

size_t
process_connections(size_t wanted)
{
	size_t all = process_descriptors(),
	       most = all > 2 * DESCRIPTORS_OWN ? all - DESCRIPTORS_OWN : all / 2;

	return wanted < most ? wanted : most;
}

static int
by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

void
process_keep_only(const int *descriptors, size_t count)
{
	int sorted[256];
	size_t kept = 0;
	unsigned from = 3;

	must(count <= sizeof(sorted) / sizeof(*sorted));
	for (size_t i = 0; i < count; i++) {
		if (descriptors[i] > 2)
			sorted[kept++] = descriptors[i];
	}
	qsort(sorted, kept, sizeof(*sorted), by_number);
	for (size_t i = 0; i < kept; i++) {
		if ((unsigned)sorted[i] > from)
			(void)close_range(from, (unsigned)sorted[i] - 1, 0);
		from = (unsigned)sorted[i] + 1;
	}
	(void)close_range(from, ~0U, 0);
}

static void
describe(int status, char how[64])
{
	if (WIFSIGNALED(status))
		snprintf(how, 64, "was killed by signal %d (%s)", WTERMSIG(status),
			strsignal(WTERMSIG(status)));
	else
		snprintf(how, 64, "ended with exit code %d", WEXITSTATUS(status));
}

pid_t
process_ended(char how[64], bool *is_clean, int *signal)
{
	int status;
	pid_t pid = waitpid(-1, &status, WNOHANG);

	if (pid <= 0)
		return 0;
	describe(status, how);
	*is_clean = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	*signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	return pid;
}

int
process_wait(pid_t child, const char *name, struct fail *fail)
{
	char how[64];
	int status;

	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR) {
			fail_what(fail, "%s cannot be waited for: %s", name, strerror(errno));
			return -ECHILD;
		}
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	describe(status, how);
	fail_what(fail, "%s %s", name, how);
	return -ECHILD;
}
