/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/statefolder.h"

#include "base/text.h"
#include "runtime/event.h"
#include "service/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* The processes of a daemon that is just ending, or whose parent was killed, keep the lock so long. */
#define LOCK_TRIES_ENDING 50
#define LOCK_TRIES_ORPHAN 400
#define LOCK_TRY_US       100000

void
statefolder_of(const char *state, enum counter_owner owner, char into[STATEFOLDER_PATH])
{
	snprintf(into, STATEFOLDER_PATH, "%s/%ss", state, owner_names[owner]);
}

/* A folder and those above it, as far as they are not there. */
static int
make_folders(const char *path)
{
	char part[DAEMON_PATH];
	char *slash = part;

	snprintf(part, sizeof(part), "%s", path);
	while ((slash = strchr(slash + 1, '/')) != NULL) {
		*slash = '\0';
		(void)mkdir(part, 0700);
		*slash = '/';
	}
	return mkdir(part, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

/* The folder of the state, and in it one for each kind of process that keeps files. */
static int
make_all(const char *state, struct fail *fail)
{
	static const enum counter_owner owners[] = {OWNER_RECEIVER, OWNER_GUARD, OWNER_REGISTRAR,
		OWNER_JUDGE, OWNER_ACTOR, OWNER_NOTIFIER};
	char folder[DAEMON_PATH + 16];
	int r = make_folders(state);

	snprintf(folder, sizeof(folder), "%s", state);
	for (size_t i = 0; i < sizeof(owners) / sizeof(*owners) && r == 0; i++) {
		statefolder_of(state, owners[i], folder);
		r = mkdir(folder, 0700) < 0 && errno != EEXIST ? -errno : 0;
	}
	if (r < 0) {
		fail_where(fail, "%s", folder);
		fail_what(
			fail, "the folder of the daemon's state cannot be made: %s", strerror(-r));
	}
	return r;
}

/* The parent that wrote its number there last; 0: none. */
static pid_t
lock_owner(int lock)
{
	char text[16] = "";
	uint64_t number;
	ssize_t n = pread(lock, text, sizeof(text) - 1, 0);

	if (n <= 1 || text_parse_u64((struct text){text, (size_t)n - 1}, INT32_MAX, &number) < 0)
		return 0;
	return (pid_t)number;
}

/* Where that fails, on a full disk, the next one only waits shorter. */
static void
write_owner(const char *path)
{
	int file = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (file < 0)
		return;
	(void)dprintf(file, "%d\n", getpid());
	close(file);
}

int
statefolder_take(const char *state, struct fail *fail)
{
	char path[DAEMON_PATH + 8];
	int r = make_all(state, fail), lock;

	if (r < 0)
		return r;
	snprintf(path, sizeof(path), "%s/lock", state);
	/* Not for writing: a disk is to be made read-only while it is held. A pipe is not waited for. */
	lock = open(path, O_RDONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600);
	if (lock < 0) {
		r = -errno;
		fail_where(fail, "%s", path);
		fail_what(fail, "cannot be opened: %s", strerror(-r));
		return r;
	}
	for (int i = 0; flock(lock, LOCK_EX | LOCK_NB) < 0; i++) {
		pid_t owner = lock_owner(lock);
		bool is_orphan = owner > 0 && kill(owner, 0) < 0 && errno == ESRCH;

		if (i == 0)
			event(EVENT_WAITING, "pid=%d text=%s", owner,
				is_orphan ? "processes of a daemon that died still end"
					  : "another lazaretd has this folder");
		if (i < (is_orphan ? LOCK_TRIES_ORPHAN : LOCK_TRIES_ENDING)) {
			usleep(LOCK_TRY_US);
			continue;
		}
		fail_where(fail, "%s", state);
		fail_what(fail,
			is_orphan ? "processes of a lazaretd that died do not end"
				  : "another lazaretd works with this folder");
		fail_hint(
			fail, "stop it first, or give this one a folder of its own (daemon.state)");
		close(lock);
		return -EBUSY;
	}
	write_owner(path);
	return lock;
}

struct steering {
	uint32_t receivers;
	uint32_t seed;
};

/* What is none is as if it were not there. */
static bool
read_steering(const char *path, uint32_t receivers, struct steering *ret)
{
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	bool is_whole;

	if (file < 0)
		return false;
	is_whole = read(file, ret, sizeof(*ret)) == (ssize_t)sizeof(*ret);
	close(file);
	return is_whole && ret->receivers == receivers;
}

uint32_t
statefolder_seed(const char *state, uint32_t receivers)
{
	struct steering steering;
	char path[DAEMON_PATH + 16];
	int file;

	snprintf(path, sizeof(path), "%s/steering", state);
	if (read_steering(path, receivers, &steering))
		return steering.seed;
	steering = (struct steering){.receivers = receivers};
	(void)!getrandom(&steering.seed, sizeof(steering.seed), 0);
	/* Where that fails, on a full disk, the next daemon draws another one. */
	file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (file >= 0) {
		(void)!write(file, &steering, sizeof(steering));
		close(file);
	}
	return steering.seed;
}
