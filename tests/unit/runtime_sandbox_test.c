/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/sandbox.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Each check runs in a child that has shut itself in; 0 is right, others tell where it went wrong. */
typedef int check(const char *folder);

enum { NOT_ENTERED = 200, NO_LANDLOCK, NO_FILTER, NO_FORK };

static char folder[] = "/tmp/lazaret-sandbox-XXXXXX";

static int
run(const struct sandbox *sandbox, bool needs_filter, check *inside)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		struct sandbox_report report;
		struct fail fail = {0};

		if (sandbox_enter(sandbox, &report, &fail) < 0) {
			fprintf(stderr, "%s: %s\n", fail.where, fail.what);
			_exit(NOT_ENTERED);
		}
		if (sandbox->path_count > 0 && report.landlock == 0)
			_exit(NO_LANDLOCK);
		if (needs_filter && report.filter != SANDBOX_FILTER_KILLS)
			_exit(NO_FILTER);
		_exit(inside(folder));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NO_LANDLOCK) {
		print_message("this kernel has no Landlock\n");
		skip();
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == NO_FILTER) {
		print_message("seccomp is not in this build or kernel\n");
		skip();
	}
	return status;
}

static void
passes(const struct sandbox *sandbox, check *inside)
{
	assert_int_equal(run(sandbox, false, inside), 0);
}

static void
is_killed(const struct sandbox *sandbox, check *inside)
{
	int status = run(sandbox, true, inside);

	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
}

static int
opens_a_socket(const char *path)
{
	return socket(AF_INET, SOCK_DGRAM, 0) < 0;
}

static int
opens_a_file(const char *path)
{
	return open("/etc/passwd", O_RDONLY) < 0;
}

static int
runs_a_program(const char *path)
{
	char *const none[] = {NULL};

	return execve("/bin/true", none, none);
}

static int
maps_code(const char *path)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
		MAP_FAILED;
}

static int
makes_memory_code(const char *path)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return page == MAP_FAILED ? 1 : mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

static int
makes_memory_writable(const char *path)
{
	void *page = mmap(NULL, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return page == MAP_FAILED ? 1 : mprotect(page, 4096, PROT_READ | PROT_WRITE);
}

static int
looks_into_its_parent(const char *path)
{
	return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) < 0;
}

static int
forks(const char *path)
{
	return fork() < 0;
}

static int
signals_its_parent(const char *path)
{
	return kill(getppid(), 0) < 0;
}

static int
takes_a_new_namespace(const char *path)
{
	return (int)syscall(SYS_unshare, 0x10000000 /* CLONE_NEWUSER */);
}

static int
lets_others_look_into_it(const char *path)
{
	return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static void
what_is_not_in_its_groups_kills_a_process(void **state)
{
	static check *const forbidden[] = {opens_a_socket, opens_a_file, runs_a_program, maps_code,
		makes_memory_code, makes_memory_writable, looks_into_its_parent, forks,
		signals_its_parent, takes_a_new_namespace, lets_others_look_into_it};
	const struct sandbox nothing = {0};

	for (size_t i = 0; i < sizeof(forbidden) / sizeof(*forbidden); i++)
		is_killed(&nothing, forbidden[i]);
}

static void
every_group_forbids_programs_and_code(void **state)
{
	for (unsigned bit = 0; bit < 13; bit++) {
		const struct sandbox one = {.calls = 1U << bit};

		is_killed(&one, runs_a_program);
		is_killed(&one, maps_code);
		is_killed(&one, looks_into_its_parent);
	}
}

static void *
thread_body(void *argument)
{
	/* Enough for an arena to grow, and to shrink again. */
	for (int round = 0; round < 3; round++) {
		void *blocks[64];

		for (size_t i = 0; i < 64; i++)
			blocks[i] = xcalloc(1, 100000);
		for (size_t i = 0; i < 64; i++)
			free(blocks[i]);
	}
	return argument;
}

static int
lives(const char *path)
{
	struct timespec now;
	struct tm parts;
	time_t seconds = 1000000000;
	uint64_t one = 1;
	char random[16], text[64];
	int event = eventfd(0, EFD_CLOEXEC), poll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event wants = {.events = EPOLLIN}, got;

	thread_body(NULL);
	if (localtime_r(&seconds, &parts) == NULL || parts.tm_year != 101)
		return 1;
	if (localtime(&seconds) == NULL || strftime(text, sizeof(text), "%H:%M %Z", &parts) == 0)
		return 2;
	if (clock_gettime(CLOCK_REALTIME, &now) < 0 || clock_gettime(CLOCK_MONOTONIC_RAW, &now) < 0)
		return 3;
	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return 4;
	if (event < 0 || poll < 0 || epoll_ctl(poll, EPOLL_CTL_ADD, event, &wants) < 0 ||
		write(event, &one, sizeof(one)) != sizeof(one) ||
		epoll_wait(poll, &got, 1, 1000) != 1)
		return 5;
	if (fprintf(stderr, "%s", "") < 0 || fflush(NULL) != 0 || isatty(0) < 0)
		return 6;
	qsort(memset(text, 'x', sizeof(text)), sizeof(text), 1,
		(int (*)(const void *, const void *))strcoll);
	return 0;
}

static void
what_every_loop_needs_is_always_there(void **state)
{
	passes(&(struct sandbox){.descriptors = 64}, lives);
}

static int
is_bare(const char *path)
{
	struct rlimit core, descriptors;
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};

	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 || prctl(PR_GET_DUMPABLE) != 0)
		return 1;
	if (getrlimit(RLIMIT_CORE, &core) < 0 || core.rlim_max != 0)
		return 2;
	if (getrlimit(RLIMIT_NOFILE, &descriptors) < 0 || descriptors.rlim_max > 64)
		return 3;
	if (syscall(SYS_capget, &header, data) < 0 || data[0].effective != 0 ||
		data[0].permitted != 0 || data[1].permitted != 0 || data[0].inheritable != 0)
		return 4;
	for (int capability = 0; capability <= CAP_LAST_CAP; capability++) {
		if (geteuid() == 0 && prctl(PR_CAPBSET_READ, capability, 0, 0, 0) == 1)
			return 5;
	}
	return 0;
}

static void
capabilities_core_dumps_and_new_privileges_are_gone(void **state)
{
	/* With the group that may ask for all that. */
	passes(&(struct sandbox){.calls = SANDBOX_FORK, .descriptors = 64}, is_bare);
}

static int
holds_net_raw_alone(const char *path)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};

	if (syscall(SYS_capget, &header, data) < 0 || data[0].effective != 1U << CAP_NET_RAW ||
		data[0].permitted != 1U << CAP_NET_RAW || data[1].permitted != 0)
		return 1;
	return prctl(PR_CAPBSET_READ, CAP_NET_ADMIN, 0, 0, 0) != 0 ||
		prctl(PR_CAPBSET_READ, CAP_NET_RAW, 0, 0, 0) != 1;
}

static void
a_capability_that_is_wanted_is_kept(void **state)
{
	if (geteuid() != 0) {
		print_message("needs root\n");
		skip();
	}
	passes(&(struct sandbox){.calls = SANDBOX_FORK, .capabilities = 1U << CAP_NET_RAW},
		holds_net_raw_alone);
}

static const struct sandbox_path database_paths[] = {
	{.path = folder, .rights = SANDBOX_READ | SANDBOX_WRITE | SANDBOX_MAKE},
	{.path = "/dev/urandom", .rights = SANDBOX_READ},
	{.path = "/no/such/folder", .rights = SANDBOX_READ | SANDBOX_MAY_BE_MISSING},
};
static const struct sandbox database = {
	.calls = SANDBOX_FILES_WRITE, .paths = database_paths, .path_count = 3, .descriptors = 64};

static int
row_is_there(void *yes, int columns, char **values, char **names)
{
	*(int *)yes = columns == 1 && strcmp(values[0], "3") == 0;
	return 0;
}

static int
keeps_a_database(const char *path)
{
	char name[128];
	sqlite3 *db = NULL;
	int there = 0;

	snprintf(name, sizeof(name), "%s/ledger", path);
	unlink(name);
	if (sqlite3_open(name, &db) != SQLITE_OK)
		return 1;
	if (sqlite3_exec(db,
		    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
		    "CREATE TABLE t (a); BEGIN IMMEDIATE;"
		    "INSERT INTO t VALUES (1), (2), (randomblob(100000)); COMMIT;"
		    "PRAGMA wal_checkpoint(TRUNCATE); DELETE FROM t WHERE a = 9;"
		    "PRAGMA integrity_check; VACUUM",
		    NULL, NULL, NULL) != SQLITE_OK)
		return 2;
	if (sqlite3_exec(db, "SELECT count(*) FROM t", row_is_there, &there, NULL) != SQLITE_OK)
		return 3;
	if (sqlite3_close(db) != SQLITE_OK || !there)
		return 4;
	return 0;
}

static void
a_database_is_kept_in_its_folder(void **state)
{
	passes(&database, keeps_a_database);
}

static int
renames_and_syncs(const char *path)
{
	char draft[128], name[128];
	int at, file;

	snprintf(draft, sizeof(draft), "%s/draft", path);
	snprintf(name, sizeof(name), "%s/snapshot", path);
	at = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (at < 0 || file < 0 || write(file, "x", 1) != 1 || fsync(file) < 0)
		return 1;
	if (ftruncate(file, 0) < 0 || rename(draft, name) < 0 || fsync(at) < 0)
		return 2;
	return unlink(name) < 0 ? 3 : 0;
}

static void
a_file_is_written_beside_the_old_one_and_renamed(void **state)
{
	passes(&database, renames_and_syncs);
}

static int
is_kept_from_outside(const char *path)
{
	char link_name[128];

	if (open("/etc/passwd", O_RDONLY) >= 0 || errno != EACCES)
		return 1;
	if (open("/tmp/lazaret-outside", O_WRONLY | O_CREAT, 0600) >= 0 || errno != EACCES)
		return 2;
	/* A link that leads outside does not. */
	snprintf(link_name, sizeof(link_name), "%s/link", path);
	if (open(link_name, O_RDONLY) >= 0 || errno != EACCES)
		return 3;
	return 0;
}

static void
files_outside_its_paths_cannot_be_reached(void **state)
{
	char link_name[128];

	snprintf(link_name, sizeof(link_name), "%s/link", folder);
	assert_int_equal(symlink("/etc/passwd", link_name), 0);
	passes(&database, is_kept_from_outside);
	assert_int_equal(unlink(link_name), 0);
}

static int
only_reads(const char *path)
{
	char name[128];

	snprintf(name, sizeof(name), "%s/readable", path);
	if (open(name, O_RDONLY) < 0)
		return 1;
	if (open(name, O_WRONLY) >= 0 || errno != EACCES)
		return 2;
	if (open(name, O_RDWR) >= 0 || errno != EACCES)
		return 3;
	return 0;
}

static void
a_path_to_be_read_is_not_written(void **state)
{
	char name[128];
	const struct sandbox_path paths[] = {{.path = name, .rights = SANDBOX_READ}};
	int file;

	snprintf(name, sizeof(name), "%s/readable", folder);
	file = open(name, O_WRONLY | O_CREAT, 0600);
	assert_true(file >= 0);
	close(file);
	passes(&(struct sandbox){.calls = SANDBOX_FILES_READ, .paths = paths, .path_count = 1},
		only_reads);
}

static int
unlinks(const char *path)
{
	return unlink("/no/such/file") < 0 ? 0 : 1;
}

static void
the_group_that_reads_files_does_not_write_them(void **state)
{
	is_killed(&(struct sandbox){.calls = SANDBOX_FILES_READ}, unlinks);
}

static int sockets[2];

static int
receives(const char *path)
{
	struct mmsghdr message = {0};
	char byte;
	struct iovec piece = {.iov_base = &byte, .iov_len = 1};
	int size, got = 0;
	socklen_t length = sizeof(size);

	message.msg_hdr.msg_iov = &piece;
	message.msg_hdr.msg_iovlen = 1;
	if (recvmmsg(sockets[0], &message, 1, 0, NULL) != 1 || byte != 'x')
		return 1;
	got = getsockopt(sockets[0], SOL_SOCKET, SO_RCVBUF, &size, &length);
	return got < 0 ? 2 : 0;
}

static int
sends(const char *path)
{
	return send(sockets[1], "x", 1, 0) != 1;
}

static void
a_receiver_receives_and_does_not_send(void **state)
{
	const struct sandbox receiver = {.calls = SANDBOX_SOCKETS_RECEIVE};

	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, sockets), 0);
	assert_int_equal(write(sockets[1], "x", 1), 1);
	passes(&receiver, receives);
	is_killed(&receiver, sends);
	passes(&(struct sandbox){.calls = SANDBOX_SOCKETS_ACCEPT}, sends);
	close(sockets[0]);
	close(sockets[1]);
}

static int
starts_a_thread(const char *path)
{
	pthread_t thread;
	void *result;

	if (pthread_create(&thread, NULL, thread_body, sockets) != 0)
		return 1;
	return pthread_join(thread, &result) != 0 || result != sockets;
}

static void
threads_start_where_they_may(void **state)
{
	const struct sandbox threaded = {.calls = SANDBOX_THREADS};

	passes(&threaded, starts_a_thread);
	is_killed(&threaded, forks);
}

static int
forks_into_a_namespace(const char *path)
{
	return (int)syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL);
}

static void
who_may_fork_gets_no_namespace(void **state)
{
	is_killed(&(struct sandbox){.calls = SANDBOX_FORK}, forks_into_a_namespace);
	is_killed(&(struct sandbox){.calls = SANDBOX_THREADS}, forks_into_a_namespace);
}

/* With seccomp that only logs, Landlock is what holds. */
static int
reaches_nobody_outside(const char *path)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001)};
	struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "\0lazaret-outside"};
	int tcp = socket(AF_INET, SOCK_STREAM, 0), local = socket(AF_UNIX, SOCK_STREAM, 0);
	struct sandbox_report inside;

	if (sandbox_enter(&(struct sandbox){.log = true}, &inside, NULL) < 0)
		return 1;
	if (inside.landlock >= 4 &&
		(bind(tcp, (struct sockaddr *)&to, sizeof(to)) == 0 || errno != EACCES))
		return 2;
	to.sin_port = htons(9);
	if (inside.landlock >= 4 &&
		(connect(tcp, (struct sockaddr *)&to, sizeof(to)) == 0 || errno != EACCES))
		return 3;
	if (inside.landlock >= 6 && (kill(getppid(), 0) == 0 || errno != EPERM))
		return 4;
	if (inside.landlock >= 6 &&
		(connect(local, (struct sockaddr *)&name, sizeof(name)) == 0 || errno != EPERM))
		return 5;
	return 0;
}

static void
ports_processes_and_abstract_sockets_outside_cannot_be_reached(void **state)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "\0lazaret-outside"};
	int listening = socket(AF_UNIX, SOCK_STREAM, 0);

	assert_int_equal(bind(listening, (struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_equal(listen(listening, 1), 0);
	passes(&(struct sandbox){.log = true}, reaches_nobody_outside);
	close(listening);
}

static int
aborts(const char *path)
{
	abort();
}

static void
a_broken_promise_ends_as_abort_and_not_as_a_forbidden_call(void **state)
{
	int status = run(&(struct sandbox){0}, true, aborts);

	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

/* As the daemon's parent does. */
static int
has_a_child_in_a_closer_box(const char *path)
{
	pid_t child = fork();
	int status;

	if (child < 0)
		return 1;
	if (child == 0) {
		struct sandbox_report report;

		if (sandbox_enter(&(struct sandbox){.descriptors = 16}, &report, NULL) < 0)
			_exit(1);
		if (report.filter == SANDBOX_FILTER_KILLS)
			socket(AF_INET, SOCK_DGRAM, 0);
		for (;;)
			pause();
	}
	if (kill(child, SIGTERM) < 0 && errno != ESRCH)
		return 2;
	if (waitpid(child, &status, 0) != child)
		return 3;
	return WIFSIGNALED(status) ? 0 : 4;
}

static void
a_child_of_a_process_in_a_box_shuts_itself_in_further(void **state)
{
	const struct sandbox_path paths[] = {{.path = "/dev/null", .rights = SANDBOX_READ}};

	/* As an ordinary user too: fork is not held back by a limit there. */
	passes(&(struct sandbox){.calls = SANDBOX_FORK | SANDBOX_SIGNAL_CHILDREN |
			       SANDBOX_FILES_READ | SANDBOX_SOCKETS_OPEN,
		       .paths = paths,
		       .path_count = 1},
		has_a_child_in_a_closer_box);
}

static int
goes_on(const char *path)
{
	return socket(AF_INET, SOCK_DGRAM, 0) < 0 ? 1 : 0;
}

static void
with_log_forbidden_calls_go_on(void **state)
{
	passes(&(struct sandbox){.log = true}, goes_on);
}

/* A container's own filter, which knows neither of the two. */
static int
refuse_boxes(void)
{
	static const int calls[] = {SCMP_SYS(seccomp), SCMP_SYS(landlock_create_ruleset)};
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int r = 0;

	for (size_t i = 0; i < 2 && r == 0; i++)
		r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), calls[i], 0);
	/* The older call that does the same is refused too. */
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(prctl), 1,
			SCMP_A0(SCMP_CMP_EQ, PR_SET_SECCOMP));
	if (r == 0)
		r = seccomp_load(filter);
	seccomp_release(filter);
	return r;
}

static int
reports_what_is_missing(void)
{
	struct sandbox_report report = {.landlock = -1};

	if (refuse_boxes() < 0)
		return NO_FILTER;
	if (sandbox_enter(&database, &report, NULL) < 0)
		return 1;
	if (report.landlock != 0 || sandbox_report_is_whole(&report))
		return 2;
	if (report.filter != SANDBOX_FILTER_MISSING && report.filter != SANDBOX_FILTER_LEFT_OUT)
		return 3;
	/* The rest of it holds. */
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 || keeps_a_database(folder);
}

static void
what_a_container_forbids_is_reported_and_ends_nothing(void **state)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0)
		_exit(reports_what_is_missing());
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NO_FILTER) {
		print_message("this kernel has no seccomp\n");
		skip();
	}
	assert_int_equal(status, 0);
}

static void
a_path_that_is_not_there_is_told(void **state)
{
	const struct sandbox_path paths[] = {{.path = "/no/such/folder", .rights = SANDBOX_READ}};
	const struct sandbox sandbox = {.paths = paths, .path_count = 1};
	struct fail fail = {0};
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		struct sandbox_report report = {.landlock = -1};
		int r = sandbox_enter(&sandbox, &report, &fail);

		if (r == 0 && report.landlock == 0)
			_exit(0);
		_exit(r != -ENOENT || strcmp(fail.where, "/no/such/folder") != 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void
the_same_holds_for_an_ordinary_user(void **state)
{
	pid_t child;
	int status;

	if (geteuid() != 0) {
		print_message("is one already\n");
		skip();
	}
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		char path[] = "/tmp/lazaret-sandbox-XXXXXX";
		int result = 1;

		if (setgid(65534) < 0 || setuid(65534) < 0 || mkdtemp(path) == NULL)
			_exit(1);
		memcpy(folder, path, sizeof(folder));
		if (chdir(path) < 0 || symlink("/etc/passwd", "link") < 0)
			_exit(1);
		child = fork();
		if (child == 0) {
			if (sandbox_enter(&database, NULL, NULL) < 0)
				_exit(1);
			result = keeps_a_database(path);
			if (result == 0)
				result = 10 * is_kept_from_outside(path);
			_exit(result != 0 ? result : 100 * lives(path));
		}
		if (waitpid(child, &status, 0) == child)
			result = status;
		unlink("ledger");
		unlink("link");
		rmdir(path);
		_exit(WEXITSTATUS(result) + WTERMSIG(result));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void
a_report_is_one_line_of_words(void **state)
{
	struct sandbox_report report = {.filter = SANDBOX_FILTER_KILLS, .landlock = 7};
	struct buffer buffer;

	buffer_init(&buffer, 1000);
	sandbox_report_print(&report, &buffer);
	assert_string_equal(buffer_string(&buffer), "seccomp, Landlock 7, no capabilities");
	assert_true(sandbox_report_is_whole(&report));
	report = (struct sandbox_report){.filter = SANDBOX_FILTER_MISSING,
		.capabilities = 1U << CAP_NET_RAW | 1U << CAP_NET_ADMIN};
	buffer_clear(&buffer);
	sandbox_report_print(&report, &buffer);
	assert_string_equal(buffer_string(&buffer),
		"no seccomp here, no Landlock here, capabilities net_admin+net_raw");
	assert_false(sandbox_report_is_whole(&report));
	buffer_done(&buffer);
}

static int
make_folder(void **state)
{
	return mkdtemp(folder) == NULL;
}

static int
remove_folder(void **state)
{
	static const char *const names[] = {"ledger", "ledger-wal", "ledger-shm", "readable"};
	char name[128];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(name, sizeof(name), "%s/%s", folder, names[i]);
		unlink(name);
	}
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_in_its_groups_kills_a_process),
		cmocka_unit_test(every_group_forbids_programs_and_code),
		cmocka_unit_test(what_every_loop_needs_is_always_there),
		cmocka_unit_test(capabilities_core_dumps_and_new_privileges_are_gone),
		cmocka_unit_test(a_capability_that_is_wanted_is_kept),
		cmocka_unit_test(a_database_is_kept_in_its_folder),
		cmocka_unit_test(a_file_is_written_beside_the_old_one_and_renamed),
		cmocka_unit_test(files_outside_its_paths_cannot_be_reached),
		cmocka_unit_test(a_path_to_be_read_is_not_written),
		cmocka_unit_test(the_group_that_reads_files_does_not_write_them),
		cmocka_unit_test(a_receiver_receives_and_does_not_send),
		cmocka_unit_test(threads_start_where_they_may),
		cmocka_unit_test(who_may_fork_gets_no_namespace),
		cmocka_unit_test(ports_processes_and_abstract_sockets_outside_cannot_be_reached),
		cmocka_unit_test(a_broken_promise_ends_as_abort_and_not_as_a_forbidden_call),
		cmocka_unit_test(a_child_of_a_process_in_a_box_shuts_itself_in_further),
		cmocka_unit_test(with_log_forbidden_calls_go_on),
		cmocka_unit_test(what_a_container_forbids_is_reported_and_ends_nothing),
		cmocka_unit_test(a_path_that_is_not_there_is_told),
		cmocka_unit_test(the_same_holds_for_an_ordinary_user),
		cmocka_unit_test(a_report_is_one_line_of_words),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
