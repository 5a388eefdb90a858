/* SPDX-License-Identifier: BSD-2-Clause */
#include "gate/warden.h"

#include "action/ruleset.h"
#include "gate/program.h"
#include "runtime/clock.h"
#include "runtime/event.h"
#include "runtime/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAUSE_MS  50
#define LOOK_MS   1000
#define WORKED_US (10 * WALL_SECOND)

/* Abstract, so it is of this network namespace, and gone with the process. */
#define NETWORK_NAME "lazaret-gate"

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

/* 0 or -errno with fail filled. */
static int
load_text(struct text text, struct fail *fail)
{
	const char *const words[] = {"-f", "-", NULL};
	char path[PROGRAM_PATH], said[PROGRAM_SAID];
	int code = program_run("nft", words, text, said);

	if (code == 0)
		return 0;
	fail_where(fail, "%s", program_find("nft", path));
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

/* The rules of two would take turns in one table. */
static int
take_network(struct warden *warden, struct fail *fail)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "\0" NETWORK_NAME};
	socklen_t size = offsetof(struct sockaddr_un, sun_path) + sizeof(NETWORK_NAME);
	int one = warden->has_network ? -1 : socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (warden->has_network)
		return 0;
	warden->has_network = one >= 0 && bind(one, (struct sockaddr *)&name, size) == 0;
	if (warden->has_network)
		return 0;
	close(one);
	fail_where(fail, "contain.nftables");
	fail_what(fail, "another lazaretd has its rules in this network already");
	fail_hint(fail, "end that one and start this again, or leave contain.nftables off here");
	return -EBUSY;
}

static uint32_t
count_chains(const char *text)
{
	uint32_t count = 0;

	while ((text = strstr(text, "\n\tchain ")) != NULL) {
		text++;
		count++;
	}
	return count;
}

/* To renew them keeps what the sets hold, but also chains of others in the table; where sets are to have other sizes it
 * fails. */
static int
load_rules(const struct gaterules *rules, uint32_t version, bool is_crowded, struct fail *fail)
{
	int how = is_crowded ? GATERULES_REPLACE : GATERULES_RENEW;
	int r = -EINVAL;

	for (; how < GATERULES_HOWS && r < 0; how++) {
		uint32_t length = rules->length[version][how];

		*fail = (struct fail){0};
		if (length > 0 && length <= GATE_RULES_TEXT)
			r = load_text((struct text){rules->text[version][how], length}, fail);
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
	int r = take_network(warden, &fail);

	if (r == 0 && rules->removes[current] == 1)
		r = load_text(text_of(ruleset_removal), &fail);
	else if (r == 0)
		r = load_rules(rules, current, kept->containing.is_crowded, &fail);
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
	way_set(&warden->way, rules->leads[current] == 1 ? rules->mark[current] : 0);
	warden->told->astray = 0;
	kept->containing.is_loaded = rules->removes[current] == 0;
	if (!kept->containing.is_loaded) {
		event(EVENT_GATE, "text=\"rules are removed\"");
		return true;
	}
	kept->containing.standing = 0;
	kept->containing.chains = count_chains(rules->text[current][GATERULES_RENEW]);
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

/* The status of the worker's end; meanwhile the way to the garden is looked after. */
static int
attend(struct warden *warden, pid_t pid)
{
	struct pollfd worker = {.fd = pidfd_open(pid, 0), .events = POLLIN};

	while (worker.fd >= 0 && poll(&worker, 1, LOOK_MS) <= 0)
		warden->told->astray = way_look(&warden->way) ? 0 : 1;
	if (worker.fd >= 0)
		close(worker.fd);
	return program_wait(pid);
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
		status = pid < 0 ? -1 : attend(warden, pid);
		if (status >= 0 && WIFEXITED(status) && WEXITSTATUS(status) != WARDEN_RULES)
			return WEXITSTATUS(status);
		worked_us = clock_steady() - begun;
		pause = pause_after(pause, follow(warden, status), worked_us);
		(void)poll(NULL, 0, pause);
	}
}
