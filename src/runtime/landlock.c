/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Newer than the headers of Debian bookworm. */
#define ACCESS_TRUNCATE  (UINT64_C(1) << 14)
#define ACCESS_IOCTL_DEV (UINT64_C(1) << 15)
#define NET_BIND_TCP     (UINT64_C(1) << 0)
#define NET_CONNECT_TCP  (UINT64_C(1) << 1)
#define SCOPE_ABSTRACT   (UINT64_C(1) << 0)
#define SCOPE_SIGNAL     (UINT64_C(1) << 1)

/* struct landlock_ruleset_attr as it is since ABI 6; older kernels take it if the end is zero. */
struct ruleset {
	uint64_t files;
	uint64_t network;
	uint64_t scoped;
};

#define READ_RIGHTS  (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITE_RIGHTS (LANDLOCK_ACCESS_FS_WRITE_FILE | ACCESS_TRUNCATE)
#define MAKE_RIGHTS  (LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE)
#define FOLDER_RIGHTS                                                                              \
	(LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REFER)
#define SOCKET_RIGHTS (LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_REMOVE_FILE)
/* What can be said of something that is no folder. */
#define FILE_RIGHTS                                                                                \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | WRITE_RIGHTS |                \
		ACCESS_IOCTL_DEV)

static struct ruleset
all_of(int abi, unsigned calls)
{
	/* The thirteen rights of ABI 1. */
	struct ruleset all = {.files = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1};

	if (abi >= 2)
		all.files |= LANDLOCK_ACCESS_FS_REFER;
	if (abi >= 3)
		all.files |= ACCESS_TRUNCATE;
	if (abi >= 4)
		all.network = ((calls & SANDBOX_SOCKETS_OPEN) != 0 ? 0 : NET_BIND_TCP) |
			((calls & SANDBOX_SOCKETS_CONNECT) != 0 ? 0 : NET_CONNECT_TCP);
	if (abi >= 5)
		all.files |= ACCESS_IOCTL_DEV;
	if (abi >= 6)
		all.scoped = SCOPE_ABSTRACT | SCOPE_SIGNAL;
	return all;
}

static uint64_t
rights_of(unsigned rights)
{
	return ((rights & SANDBOX_READ) != 0 ? READ_RIGHTS : 0) |
		((rights & SANDBOX_WRITE) != 0 ? WRITE_RIGHTS : 0) |
		((rights & SANDBOX_MAKE) != 0 ? MAKE_RIGHTS : 0) |
		((rights & SANDBOX_FOLDERS) != 0 ? FOLDER_RIGHTS : 0) |
		((rights & SANDBOX_SOCKETS) != 0 ? SOCKET_RIGHTS : 0);
}

static int
allow(int ruleset, const struct sandbox_path *path, uint64_t handled, struct fail *fail)
{
	struct landlock_path_beneath_attr rule = {.allowed_access = rights_of(path->rights)};
	struct stat is;
	int r = 0;

	rule.parent_fd = open(path->path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0) {
		if (errno == ENOENT && (path->rights & SANDBOX_MAY_BE_MISSING) != 0)
			return 0;
		goto failed;
	}
	if (fstat(rule.parent_fd, &is) < 0)
		goto failed;
	if (!S_ISDIR(is.st_mode))
		rule.allowed_access &= FILE_RIGHTS;
	rule.allowed_access &= handled;
	if (rule.allowed_access != 0 &&
		syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) < 0)
		goto failed;
	close(rule.parent_fd);
	return 0;

failed:
	r = -errno;
	fail_where(fail, "%s", path->path);
	fail_what(fail, "cannot be allowed to a process that shuts itself in: %s", strerror(-r));
	if (rule.parent_fd >= 0)
		close(rule.parent_fd);
	return r;
}

int
landlock_enter(const struct sandbox *sandbox, struct fail *fail)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	struct ruleset all;
	int r = 0, ruleset;

	/* Not built in, not switched on, or hidden by a container's filter. */
	if (abi <= 0)
		return 0;
	all = all_of((int)abi, sandbox->calls);
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);
	if (ruleset < 0) {
		r = -errno;
		fail_what(fail, "Landlock takes no rules: %s", strerror(-r));
		return r;
	}
	for (size_t i = 0; i < sandbox->path_count && r == 0; i++)
		r = allow(ruleset, &sandbox->paths[i], all.files, fail);
	if (r == 0 && syscall(SYS_landlock_restrict_self, ruleset, 0) < 0) {
		r = -errno;
		fail_what(fail, "Landlock cannot be entered: %s", strerror(-r));
	}
	close(ruleset);
	return r < 0 ? r : (int)abi;
}
