/* process_bench - one process of the daemon as it is, with the test around it as parent and as all others */
#ifndef LAZARET_TESTS_PROCESS_BENCH_H
#define LAZARET_TESTS_PROCESS_BENCH_H

#include "base/bytes.h"
#include "control/message.h"
#include "identity/sighting.h"
#include "judge/judge.h"
#include "runtime/channel.h"
#include "service/daemon.h"
#include "service/statefolder.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct process_bench {
	char folder[64];
	struct daemon_settings settings;
	struct estate estate;
	struct post post;
	pid_t pid;
	union {
		struct open_question open;
		struct open_page page;
		struct answer answer;
		uint8_t bytes[CHANNEL_BODY];
	} message;
};

static inline struct process_bench *
process_begin(uint32_t receivers, uint32_t judges, size_t sightings)
{
	struct process_bench *bench = xcalloc(1, sizeof(*bench));
	struct daemon_settings *settings = &bench->settings;
	struct lines_settings lines = LINES_DEFAULTS;
	char judges_folder[STATEFOLDER_PATH];
	struct judge_settings judge;
	struct fail fail = {0};

	snprintf(bench->folder, sizeof(bench->folder), "/tmp/lazaret-process-XXXXXX");
	assert_non_null(mkdtemp(bench->folder));
	snprintf(settings->state, sizeof(settings->state), "%s", bench->folder);
	statefolder_of(settings->state, OWNER_JUDGE, judges_folder);
	assert_int_equal(mkdir(judges_folder, 0700), 0);
	snprintf(settings->keep.ledger, sizeof(settings->keep.ledger), "%s/ledger", bench->folder);
	settings->keep.close_silent_days = settings->keep.forget_days = 10000;
	judge_defaults(&judge);
	settings->judging.parameters = judge.parameters;
	settings->judging.snapshot_us = WALL_DAY;
	settings->receive.by_records = true;
	settings->lines = lines_new(&lines);
	settings->estate = (struct estate_settings){.receivers = receivers,
		.judges = judges,
		.sightings_most = sightings,
		.verdicts_most = 1024,
		.names_most = 64};
	if (estate_make(&bench->estate, &settings->estate, &fail) < 0)
		fail_msg("%s", fail.what);
	return bench;
}

static inline int
process_remove(const char *path, const struct stat *stat, int type, struct FTW *where)
{
	(void)stat;
	(void)type;
	(void)where;
	return remove(path);
}

static inline void
process_done(struct process_bench *bench)
{
	estate_free(&bench->estate);
	lines_free(bench->settings.lines);
	assert_int_equal(nftw(bench->folder, process_remove, 8, FTW_DEPTH | FTW_PHYS), 0);
	free(bench);
}

static inline const char *
process_log_path(const struct process_bench *bench)
{
	static char path[96];

	snprintf(path, sizeof(path), "%s/log", bench->folder);
	return path;
}

/* True in the child, which then runs the process. */
static inline bool
process_forks(struct process_bench *bench, enum counter_owner owner)
{
	bench->post = (struct post){.owner = owner};
	bench->pid = fork();
	assert_true(bench->pid >= 0);
	if (bench->pid > 0)
		return false;
	for (int number = 1; number < 32; number++)
		(void)signal(number, SIG_DFL);
	if (freopen(process_log_path(bench), "a", stderr) == NULL)
		_exit(99);
	return true;
}

static inline int
process_parent(const struct process_bench *bench)
{
	return bench->estate.parent[estate_place(&bench->post)].end[0];
}

static inline uint64_t
process_figure(const struct process_bench *bench, enum counter what)
{
	return status_get(&estate_status(&bench->estate, estate_place(&bench->post))->value[what]);
}

/* A process that does not come to that is seen by the limit of time of the whole test. */
static inline void
process_wait_for(const struct process_bench *bench, enum counter what, uint64_t value)
{
	while (process_figure(bench, what) != value)
		(void)poll(NULL, 0, 5);
}

static inline void
process_hear(struct process_bench *bench, int channel, uint16_t expected)
{
	struct pollfd polled = {.fd = channel, .events = POLLIN};
	uint16_t type;
	int64_t size;

	assert_int_equal(poll(&polled, 1, -1), 1);
	size = channel_receive(channel, &type, bench->message.bytes, sizeof(bench->message));
	assert_true(size >= 0);
	assert_int_equal(type, expected);
	assert_true(message_check(type, bench->message.bytes, (size_t)size));
}

static inline void
process_stop(struct process_bench *bench)
{
	assert_int_equal(channel_send(process_parent(bench), MESSAGE_STOP, NULL, 0), 0);
}

static inline void
process_ends_well(struct process_bench *bench)
{
	int status;

	assert_int_equal(waitpid(bench->pid, &status, 0), bench->pid);
	assert_int_equal(status, 0);
	channel_clear(process_parent(bench));
}

static inline void
process_is_killed(struct process_bench *bench)
{
	assert_int_equal(kill(bench->pid, SIGKILL), 0);
	assert_int_equal(waitpid(bench->pid, NULL, 0), bench->pid);
	channel_clear(process_parent(bench));
}

static inline bool
process_said(const struct process_bench *bench, const char *text)
{
	FILE *file = fopen(process_log_path(bench), "r");
	char line[2048];
	bool found = false;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL)
		found = found || strstr(line, text) != NULL;
	fclose(file);
	return found;
}

#endif
