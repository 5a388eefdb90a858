/* SPDX-License-Identifier: BSD-2-Clause */
#include "measure.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CHUNK (1U << 20)

double
measure_cpu(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

double
measure_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double
measure_median(double figures[MEASURE_RUNS])
{
	qsort(figures, MEASURE_RUNS, sizeof(*figures), by_size);
	return figures[MEASURE_RUNS / 2];
}

void
measure_print(const char *name, const char *unit, double figures[MEASURE_RUNS])
{
	double median = measure_median(figures);

	printf("%-44s %7.2f %s (%.2f to %.2f)\n", name, median, unit, figures[0],
		figures[MEASURE_RUNS - 1]);
}

static void
stop(const char *what)
{
	perror(what);
	exit(1);
}

/* out: where its output goes; -1: nowhere. What it complains of is seen, unless it is quiet. */
static pid_t
start(const char *const *argv, int out, bool quiet)
{
	pid_t parent = getpid(), child = fork();
	int nowhere;

	if (child < 0)
		stop("fork");
	if (child > 0)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(1);
	nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
	dup2(nowhere, STDIN_FILENO);
	dup2(out < 0 ? nowhere : out, STDOUT_FILENO);
	if (quiet)
		dup2(nowhere, STDERR_FILENO);
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	perror(argv[0]);
	_exit(127);
}

/* Waits for a command that must end well; returns its CPU seconds. */
static double
finish(const char *const *argv, pid_t child)
{
	struct rusage usage;
	int status;

	while (wait4(child, &status, 0, &usage) < 0) {
		if (errno != EINTR)
			stop("wait4");
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		fprintf(stderr, "%s %s: failed (status %d)\n", argv[0], argv[1], status);
		exit(1);
	}
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
		(double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

double
measure_command(const char *const *argv)
{
	return finish(argv, start(argv, -1, false));
}

double
measure_reading(const char *path)
{
	static uint8_t chunk[CHUNK];
	double begun = measure_cpu();
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		stop(path);
	while ((got = read(fd, chunk, sizeof(chunk))) > 0)
		continue;
	if (got < 0)
		stop(path);
	close(fd);
	return measure_cpu() - begun;
}

void
measure_output(const char *const *argv, struct buffer *into)
{
	char some[4096];
	int ends[2];
	ssize_t got;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		stop("pipe");
	child = start(argv, ends[1], false);
	close(ends[1]);
	while ((got = read(ends[0], some, sizeof(some))) > 0)
		buffer_add(into, some, (size_t)got);
	close(ends[0]);
	finish(argv, child);
}

uint64_t
measure_number(struct buffer *said, const char *words)
{
	const char *at = strstr(buffer_string(said), words);
	struct text digits = {0};
	uint64_t number;

	if (at != NULL) {
		digits.at = at + strlen(words);
		digits.length = strspn(digits.at, "0123456789");
	}
	if (said->failed || text_parse_u64(digits, UINT64_MAX, &number) < 0) {
		fprintf(stderr, "no number behind \"%s\"\n", words);
		exit(1);
	}
	return number;
}

pid_t
measure_start(const char *const *argv)
{
	return start(argv, -1, true);
}

bool
measure_finds(const char *name)
{
	const char *path = getenv("PATH");
	struct text rest = text_of(path != NULL ? path : "");

	while (rest.length > 0) {
		struct text folder = text_cut(&rest, ':');
		char file[4096];

		snprintf(file, sizeof(file), "%.*s/%s", (int)folder.length, folder.at, name);
		if (access(file, X_OK) == 0)
			return true;
	}
	return false;
}

static int
remove_one(const char *path, const struct stat *status, int type, struct FTW *place)
{
	(void)status;
	(void)type;
	(void)place;
	if (remove(path) < 0)
		perror(path);
	return 0;
}

/* Until the worker is gone; who wants this process to end, ends the worker. */
static int
wait_for(pid_t worker, const sigset_t *signals)
{
	int status = 0, signal;

	while (waitpid(worker, &status, WNOHANG) == 0) {
		signal = sigwaitinfo(signals, NULL);
		if (signal > 0 && signal != SIGCHLD)
			kill(worker, SIGTERM);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int
measure_in_folder(const char *where, int (*work)(const char *folder))
{
	sigset_t signals, before;
	char folder[4096];
	pid_t worker;
	int code;

	if (where == NULL)
		where = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, &before);
	snprintf(folder, sizeof(folder), "%s/lazaret-bench-XXXXXX", where);
	if (mkdtemp(folder) == NULL)
		stop(folder);
	fflush(NULL);
	worker = fork();
	if (worker < 0) {
		rmdir(folder);
		stop("fork");
	}
	if (worker == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		sigprocmask(SIG_SETMASK, &before, NULL);
		exit(work(folder));
	}
	code = wait_for(worker, &signals);
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return code;
}
