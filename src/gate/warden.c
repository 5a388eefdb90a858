/* SPDX-License-Identifier: BSD-2-Clause */
#include "gate/warden.h"

#include "runtime/clock.h"
#include "runtime/event.h"
#include "runtime/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of what nft says, the begin. */
#define SAID      400
#define PAUSE_MS  50
#define WORKED_US (10 * WALL_SECOND)

static const char *const programs[] = {"/usr/sbin/nft", "/sbin/nft", "/usr/bin/nft", "/bin/nft"};

int
warden_begin(struct warden *warden, int memory, struct fail *fail)
{
	void *rules = mmap(NULL, sizeof(struct gaterules), PROT_READ, MAP_SHARED, memory, 0);
	void *kept = mmap(NULL, sizeof(struct warden_kept), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct stat is;

	if (rules == MAP_FAILED || kept == MAP_FAILED || fstat(memory, &is) < 0 ||
		is.st_size != sizeof(struct gaterules)) {
		fail_what(fail, "the memory of the rules is not as it should be");
		return -EINVAL;
	}
	/* A worker that sees its parent go ends; one that cannot live must not be started for ever. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	*warden = (struct warden){.rules = rules, .kept = kept, .nft = programs[0]};
	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++) {
		if (access(programs[i], X_OK) == 0) {
			warden->nft = programs[i];
			break;
		}
	}
	return 0;
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
become_nft(const char *program, int input, int output)
{
	char name[] = "nft", flag[] = "-f", from[] = "-";
	char *const arguments[] = {name, flag, from, NULL}, *const environment[] = {NULL};

	if (dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0 ||
		close_range(3, ~0U, 0) < 0)
		_exit(126);
	execve(program, arguments, environment);
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

/* One run of nft: 0 or -errno with fail filled. */
static int
run_nft(const struct warden *warden, const char *text, size_t length, struct fail *fail)
{
	int input = file_of(text, length), output = file_of(NULL, 0), status;
	char said[SAID];
	pid_t pid = input < 0 || output < 0 ? -1 : fork();

	if (pid == 0)
		become_nft(warden->nft, input, output);
	status = pid < 0 ? -1 : wait_for(pid);
	read_said(output, said);
	close(input);
	close(output);
	if (status == 0)
		return 0;
	fail_where(fail, "%s", warden->nft);
	if (status >= 0 && WIFEXITED(status) && WEXITSTATUS(status) == 127) {
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

void
warden_load(struct warden *warden)
{
	struct warden_kept *kept = warden->kept;
	const struct gaterules *rules = warden->rules;
	uint32_t current = __atomic_load_n(&rules->current, __ATOMIC_ACQUIRE) & 1;
	struct fail fail = {0};
	int r = -EINVAL;

	for (int how = GATERULES_RENEW; how < GATERULES_HOWS && r < 0; how++) {
		uint32_t length = rules->length[current][how];

		if (length > 0 && length <= GATE_RULES_TEXT)
			r = run_nft(warden, rules->text[current][how], length, &fail);
	}
	kept->result = r;
	kept->fail = fail;
	kept->containing.epoch++;
	/* Those that were there before still are. */
	if (r < 0)
		event(EVENT_GATE, "text=\"rules are not loaded\" where=%s why=%s", fail.where,
			fail.what);
	if (r < 0)
		return;
	kept->containing.is_loaded = true;
	kept->containing.standing = 0;
	event(EVENT_GATE, "text=\"rules are loaded\"");
}

int
warden_run(struct warden *warden, bool *is_worker)
{
	int pause = 0;

	for (;;) {
		int64_t begun = clock_steady();
		pid_t pid = fork();
		int status;

		*is_worker = pid == 0;
		if (pid == 0)
			return 0;
		status = pid < 0 ? -1 : wait_for(pid);
		if (status >= 0 && WIFEXITED(status) && WEXITSTATUS(status) != WARDEN_RULES)
			return WEXITSTATUS(status);
		/* One that had work is replaced at once, for others wait. */
		pause = clock_steady() - begun > WORKED_US ? 0 : 2 * pause + PAUSE_MS;
		pause = pause < WARDEN_PAUSE_MS ? pause : WARDEN_PAUSE_MS;
		if (status >= 0 && WIFEXITED(status)) {
			warden_load(warden);
		} else {
			event(EVENT_GATE, "text=\"the worker died and is replaced\" signal=%d",
				status >= 0 && WIFSIGNALED(status) ? WTERMSIG(status) : 0);
			warden->kept->containing.epoch++;
		}
		(void)poll(NULL, 0, pause);
	}
}
