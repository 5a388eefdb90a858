/* SPDX-License-Identifier: BSD-2-Clause */
#include "gate/warden.h"

#include "action/ruleset.h"
#include "runtime/clock.h"
#include "runtime/event.h"
#include "runtime/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Of what nft says, the begin. */
#define SAID      400
#define PAUSE_MS  50
#define WORKED_US (10 * WALL_SECOND)

/* The same rule of ip(8) is taken away so often. */
#define SAME_MOST 64

#define PATH 32

static const char *const folders[] = {"/usr/sbin", "/sbin", "/usr/bin", "/bin"};

int
warden_begin(struct warden *warden, int memory, struct fail *fail)
{
	void *rules = mmap(NULL, sizeof(struct gaterules), PROT_READ, MAP_SHARED, memory, 0);
	void *kept = mmap(NULL, sizeof(struct warden_kept), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	void *told = mmap(NULL, GATERULES_TOLD, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
	struct stat is;

	if (rules == MAP_FAILED || kept == MAP_FAILED || told == MAP_FAILED ||
		fstat(memory, &is) < 0 || is.st_size != sizeof(struct gaterules)) {
		fail_what(fail, "the memory of the rules is not as it should be");
		return -EINVAL;
	}
	/* A worker that sees its parent go ends; one that cannot live must not be started for ever. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	warden->rules = rules;
	warden->kept = kept;
	warden->told = told;
	close(memory);
	return 0;
}

/* Where the program is; where none is, the place where it should be. */
static char *
find_program(const char *name, char into[PATH])
{
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		snprintf(into, PATH, "%s/%s", folders[i], name);
		if (access(into, X_OK) == 0)
			return into;
	}
	snprintf(into, PATH, "%s/%s", folders[0], name);
	return into;
}

/* A file without a name that holds the text, at its begin; or empty. */
static int
file_of(const char *text, size_t length)
{
	int file = memfd_create("rules", MFD_CLOEXEC);

	while (file >= 0 && length > 0) {
		ssize_t n = write(file, text, length);

		if (n <= 0) {
			close(file);
			return -EIO;
		}
		text += n;
		length -= (size_t)n;
	}
	return file >= 0 && lseek(file, 0, SEEK_SET) == 0 ? file : -EIO;
}

static _Noreturn void
become(char *const *arguments, int input, int output)
{
	char *const environment[] = {NULL};

	if (dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0 ||
		close_range(3, ~0U, 0) < 0)
		_exit(126);
	execve(arguments[0], arguments, environment);
	_exit(127);
}

/* The first line of what it said, which has the reason. */
static void
read_said(int output, char into[SAID])
{
	ssize_t n = pread(output, into, SAID - 1, 0);

	into[n > 0 ? n : 0] = '\0';
	into[strcspn(into, "\n")] = '\0';
}

static int
wait_for(pid_t pid)
{
	int status;
	pid_t ended;

	do
		ended = waitpid(pid, &status, 0);
	while (ended < 0 && errno == EINTR);
	return ended == pid ? status : -1;
}

/* Runs a program with a text: its exit code, 127 if it is not there; -1: it died. said: the first line of its words. */
static int
run_program(char *const *arguments, const char *text, size_t length, char said[SAID])
{
	int input = file_of(text, length), output = file_of(NULL, 0), status;
	pid_t pid = input < 0 || output < 0 ? -1 : fork();

	if (pid == 0)
		become(arguments, input, output);
	status = pid < 0 ? -1 : wait_for(pid);
	read_said(output, said);
	close(input);
	close(output);
	return status >= 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* 0 or -errno with fail filled. */
static int
load_text(const char *text, size_t length, struct fail *fail)
{
	char name[PATH], flag[] = "-f", from[] = "-", said[SAID];
	char *const arguments[] = {find_program("nft", name), flag, from, NULL};
	int code = run_program(arguments, text, length, said);

	if (code == 0)
		return 0;
	fail_where(fail, "%s", name);
	if (code == 127) {
		fail_what(fail, "the program nft, which loads the rules, cannot be run");
		fail_hint(fail, "install nftables");
		return -ENOENT;
	}
	fail_what(fail, "the rules cannot be loaded: %s", *said ? said : "nft died");
	fail_hint(fail,
		"this needs CAP_NET_ADMIN for lazaret-gate; without it leave "
		"contain.nftables off");
	return -EPERM;
}

/* One command of ip(8): false with the begin of what it said. */
static bool
run_ip(char family[3], const char *command, char said[SAID])
{
	char name[PATH], batch[] = "-batch", from[] = "-", *way = family;
	char *const arguments[] = {find_program("ip", name), way, batch, from, NULL};

	return run_program(arguments, command, strlen(command), said) == 0;
}

/* What has the mark comes to a socket of this machine, whatever its address; or it does no more. The kernel takes the
 * same rule again and again, each time in front, so those that are there go first. */
static void
set_way(uint32_t mark, bool leads)
{
	char families[2][3] = {"-4", "-6"}, add[80], delete[80], route[80], said[SAID];

	snprintf(add, sizeof(add), "rule add fwmark %u lookup %u\n", mark, mark);
	snprintf(delete, sizeof(delete), "rule del fwmark %u lookup %u\n", mark, mark);
	snprintf(route, sizeof(route), "route %s local default dev lo table %u\n",
		leads ? "replace" : "del", mark);
	for (int i = 0; i < 2; i++) {
		bool is_done;

		for (int n = 0; n < SAME_MOST && run_ip(families[i], delete, said); n++)
			;
		is_done = run_ip(families[i], route, said) &&
			(!leads || run_ip(families[i], add, said));
		if (leads && !is_done)
			event(EVENT_GATE,
				"text=\"packets for the garden find no way\" where=ip why=%s",
				said);
	}
}

/* The way of these rules, and none for the mark of those before. */
static void
change_way(struct warden *warden, uint32_t version)
{
	const struct gaterules *rules = warden->rules;

	if (warden->mark != 0 && warden->mark != rules->mark[version])
		set_way(warden->mark, false);
	warden->mark = rules->mark[version];
	if (warden->mark != 0)
		set_way(warden->mark, rules->leads[version] == 1);
}

/* What stands beside the rules, until others are loaded. */
static void
keep_beside(struct warden *warden, uint32_t version)
{
	const struct gaterules_network *network = &warden->rules->network[version];
	uint32_t count = network->count < GATERULES_NETWORK ? network->count : GATERULES_NETWORK;

	warden->filter = warden->rules->filter[version];
	warden->network.count = count;
	memcpy(warden->network.at, network->at, count * sizeof(*network->at));
}

static int
load_rules(const struct gaterules *rules, uint32_t version, struct fail *fail)
{
	int r = -EINVAL;

	for (int how = GATERULES_RENEW; how < GATERULES_HOWS && r < 0; how++) {
		uint32_t length = rules->length[version][how];

		if (length > 0 && length <= GATE_RULES_TEXT)
			r = load_text(rules->text[version][how], length, fail);
	}
	return r;
}

/* Loads the current rules; what became of it is in kept. False: they are not loaded. */
static bool
load(struct warden *warden)
{
	struct warden_kept *kept = warden->kept;
	const struct gaterules *rules = warden->rules;
	uint32_t current = __atomic_load_n(&rules->current, __ATOMIC_ACQUIRE) & 1;
	struct fail fail = {0};
	int r;

	if (rules->removes[current] == 1)
		r = load_text(ruleset_removal, strlen(ruleset_removal), &fail);
	else
		r = load_rules(rules, current, &fail);
	kept->result = r;
	kept->fail = fail;
	kept->containing.epoch++;
	/* Those that were there before still are, and so is the filter beside them. */
	if (r == 0 || !kept->containing.is_loaded)
		keep_beside(warden, current);
	if (r < 0)
		event(EVENT_GATE, "text=\"rules are not loaded\" where=%s why=%s", fail.where,
			fail.what);
	if (r < 0)
		return false;
	change_way(warden, current);
	kept->containing.is_loaded = rules->removes[current] == 0;
	if (!kept->containing.is_loaded) {
		event(EVENT_GATE, "text=\"rules are removed\"");
		return true;
	}
	kept->containing.standing = 0;
	warden->told->loads++;
	warden->told->loaded_s = (uint64_t)time(NULL);
	event(EVENT_GATE, "text=\"rules are loaded\"");
	return true;
}

/* What is to be seen to before the next worker begins: false if it died, or the rules could not be loaded. */
static bool
follow(struct warden *warden, int status)
{
	if (status >= 0 && WIFEXITED(status))
		return load(warden);
	event(EVENT_GATE, "text=\"the worker died and is replaced\" signal=%d",
		status >= 0 && WIFSIGNALED(status) ? WTERMSIG(status) : 0);
	warden->told->replaced++;
	warden->kept->containing.epoch++;
	return false;
}

/* One that had work is replaced at once, for others wait; so is one that ended for rules, but for those who take the
 * rules away all the time. What goes wrong again waits longer each time. */
static int
pause_after(int before, bool is_well, int64_t worked_us)
{
	int pause = worked_us > WORKED_US ? 0 : is_well ? PAUSE_MS : 2 * before + PAUSE_MS;

	return pause < WARDEN_PAUSE_MS ? pause : WARDEN_PAUSE_MS;
}

int
warden_run(struct warden *warden, bool *is_worker)
{
	int pause = 0;

	for (;;) {
		int64_t begun = clock_steady(), worked_us;
		pid_t pid = fork();
		int status;

		*is_worker = pid == 0;
		if (pid == 0)
			return 0;
		status = pid < 0 ? -1 : wait_for(pid);
		if (status >= 0 && WIFEXITED(status) && WEXITSTATUS(status) != WARDEN_RULES)
			return WEXITSTATUS(status);
		worked_us = clock_steady() - begun;
		pause = pause_after(pause, follow(warden, status), worked_us);
		(void)poll(NULL, 0, pause);
	}
}
