/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/callerlookup.h"

#include "base/wall.h"
#include "runtime/clock.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NAP_NS 5000000L

/* What the child found, in memory that it shares. */
struct found {
	bool has_operators;
	bool has_viewers;
	gid_t operators;
	gid_t viewers;
	size_t count;
	struct caller_name names[CALLER_NAMES];
};

static void
look_up(const struct callerlookup *lookup, struct found *found)
{
	struct caller_name *names;

	found->has_operators =
		*lookup->operators && caller_find_group(lookup->operators, &found->operators) == 0;
	found->has_viewers =
		*lookup->viewers && caller_find_group(lookup->viewers, &found->viewers) == 0;
	found->count = caller_names_read(&names);
	memcpy(found->names, names, found->count * sizeof(*names));
	free(names);
}

/* 0 when it did what it should. */
static int
wait_for(pid_t child, const struct callerlookup *lookup, struct fail *fail)
{
	const struct timespec nap = {.tv_nsec = NAP_NS};
	int64_t end = clock_steady() + CALLERLOOKUP_US;
	bool is_late = false;
	pid_t ended;
	int status;

	for (;;) {
		if (lookup->on_wait != NULL)
			lookup->on_wait(lookup->context);
		ended = waitpid(child, &status, is_late ? 0 : WNOHANG);
		if (ended == child || (ended < 0 && errno != EINTR))
			break;
		if (!is_late && clock_steady() > end) {
			is_late = true;
			(void)kill(child, SIGKILL);
		}
		if (!is_late)
			(void)nanosleep(&nap, NULL);
	}
	if (ended == child && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (is_late)
		fail_what(fail, "they did not come within %d seconds",
			(int)(CALLERLOOKUP_US / WALL_SECOND));
	else if (ended == child && WIFSIGNALED(status))
		fail_what(fail, "the look-up was killed by signal %d (%s)", WTERMSIG(status),
			strsignal(WTERMSIG(status)));
	else
		fail_what(fail, "the look-up failed");
	return is_late ? -ETIMEDOUT : -ECHILD;
}

static void
take_over(const struct found *found, struct caller_rules *rules)
{
	size_t count = found->count < CALLER_NAMES ? found->count : CALLER_NAMES;
	struct caller_name *names = xcalloc(count + 1, sizeof(*names));

	memcpy(names, found->names, count * sizeof(*names));
	for (size_t i = 0; i < count; i++)
		names[i].name[sizeof(names[i].name) - 1] = '\0';
	rules->has_operators = found->has_operators;
	rules->operators = found->operators;
	rules->has_viewers = found->has_viewers;
	rules->viewers = found->viewers;
	rules->names = names;
	rules->name_count = count;
}

int
callerlookup(const struct callerlookup *lookup, struct caller_rules *rules, struct fail *fail)
{
	struct found *found = mmap(
		NULL, sizeof(*found), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t own = getpid(), child;
	int r = 0;

	*rules = (struct caller_rules){.owner = geteuid()};
	child = found != MAP_FAILED ? fork() : -1;
	if (child == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() == own)
			look_up(lookup, found);
		_exit(getppid() != own);
	}
	if (child < 0) {
		r = -errno;
		fail_what(fail, "no process can be made for that: %s", strerror(-r));
	}
	if (r == 0)
		r = wait_for(child, lookup, fail);
	if (r == 0)
		take_over(found, rules);
	if (found != MAP_FAILED)
		(void)munmap(found, sizeof(*found));
	return r;
}

void
callerlookup_done(struct caller_rules *rules)
{
	free((void *)(uintptr_t)rules->names);
	rules->names = NULL;
	rules->name_count = 0;
}

void
callerlookup_prepare(void)
{
	struct caller_name *names;
	gid_t group;

	/* A group that no module knows asks every module. */
	(void)caller_names_read(&names);
	free(names);
	(void)!caller_find_group("lazaret-nobody-has-this", &group);
}
