/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/callfilter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
	__has_feature(memory_sanitizer)
#define UNDER_SANITIZER 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(UNDER_SANITIZER) ||   \
	defined(LAZARET_NO_SECCOMP)
#define LEFT_OUT true
#else
#define LEFT_OUT false
#endif

/* A system call, or one with a condition on one argument. */
struct call {
	const char *name;
	enum { ANY, EQUAL, MASKED } when;
	unsigned argument;
	uint64_t mask;
	uint64_t value;
};

#define WHEN(call, number, is)                                                                     \
	{                                                                                          \
		.name = (call), .when = EQUAL, .argument = (number), .value = (is)                 \
	}
#define WHEN_BITS(call, number, bits, are)                                                         \
	{                                                                                          \
		.name = (call), .when = MASKED, .argument = (number), .mask = (bits),              \
		.value = (are)                                                                     \
	}

/* Memory that can only be read stays so: others' figures are shared. The C library here makes none writable with one
 * thread and one arena (sandbox.c); another one may. */
#ifdef __GLIBC__
#define STAYS (PROT_EXEC | PROT_WRITE)
#else
#define STAYS PROT_EXEC
#endif

static const struct call base_calls[] = {
	/* Descriptors that are there. fstat is newfstatat of an empty name. */
	{"read"}, {"readv"}, {"write"}, {"writev"}, {"close"}, {"close_range"}, {"lseek"},
	{"_llseek"}, {"fstat"}, {"fstat64"},
	WHEN_BITS("newfstatat", 3, AT_EMPTY_PATH, AT_EMPTY_PATH),
	WHEN_BITS("fstatat64", 3, AT_EMPTY_PATH, AT_EMPTY_PATH), {"dup"}, {"pipe2"},
	WHEN("fcntl", 1, F_GETFL), WHEN("fcntl", 1, F_SETFL), WHEN("fcntl", 1, F_GETFD),
	WHEN("fcntl", 1, F_SETFD), WHEN("fcntl", 1, F_DUPFD_CLOEXEC), WHEN("fcntl64", 1, F_GETFL),
	WHEN("fcntl64", 1, F_SETFL), WHEN("fcntl64", 1, F_GETFD), WHEN("fcntl64", 1, F_SETFD),
	WHEN("fcntl64", 1, F_DUPFD_CLOEXEC), WHEN("ioctl", 1, TCGETS), WHEN("ioctl", 1, TIOCGWINSZ),
	WHEN("ioctl", 1, FIONREAD), WHEN("ioctl", 1, FIONBIO),
	/* Waiting, and time. */
	{"poll"}, {"ppoll"}, {"ppoll_time64"}, {"select"}, {"_newselect"}, {"pselect6"},
	{"pselect6_time64"}, {"epoll_create1"}, {"epoll_ctl"}, {"epoll_wait"}, {"epoll_pwait"},
	{"epoll_pwait2"}, {"eventfd2"}, {"timerfd_create"}, {"timerfd_settime"},
	{"timerfd_settime64"}, {"timerfd_gettime"}, {"timerfd_gettime64"}, {"futex"},
	{"futex_time64"}, {"futex_waitv"}, {"clock_gettime"}, {"clock_gettime64"}, {"clock_getres"},
	{"clock_getres_time64"}, {"clock_nanosleep"}, {"clock_nanosleep_time64"}, {"nanosleep"},
	{"gettimeofday"}, {"time"}, {"restart_syscall"}, {"sched_yield"},
	/* Memory that is not executed. */
	WHEN_BITS("mmap", 2, PROT_EXEC, 0), WHEN_BITS("mmap2", 2, PROT_EXEC, 0),
	WHEN_BITS("mprotect", 2, STAYS, 0), {"munmap"}, {"mremap"}, {"madvise"}, {"brk"}, {"msync"},
	{"mlock"}, {"munlock"}, {"membarrier"},
	/* Signals that come, and the end. */
	{"rt_sigaction"}, {"rt_sigprocmask"}, {"rt_sigreturn"}, {"sigreturn"}, {"rt_sigtimedwait"},
	{"rt_sigtimedwait_time64"}, {"rt_sigsuspend"}, {"rt_sigpending"}, {"sigaltstack"},
	{"signalfd4"}, {"pause"}, {"exit"}, {"exit_group"},
	/* What it is, and what it used; random bytes. */
	{"getpid"}, {"getppid"}, {"gettid"}, {"getuid"}, {"geteuid"}, {"getgid"}, {"getegid"},
	{"getuid32"}, {"geteuid32"}, {"getgid32"}, {"getegid32"}, {"getrusage"}, {"sysinfo"},
	{"uname"}, {"getrlimit"}, {"ugetrlimit"}, WHEN("prlimit64", 2, 0), {"sched_getaffinity"},
	{"getcpu"}, {"set_robust_list"}, {"rseq"}, WHEN("prctl", 0, PR_SET_NAME),
	WHEN("prctl", 0, PR_GET_NAME), WHEN("prctl", 0, PR_GET_DUMPABLE), {"getrandom"}, {NULL}};

static const struct call read_calls[] = {{"open"}, {"openat"}, {"openat2"}, {"stat"}, {"stat64"},
	{"lstat"}, {"lstat64"}, {"newfstatat"}, {"fstatat64"}, {"statx"}, {"access"}, {"faccessat"},
	{"faccessat2"}, {"readlink"}, {"readlinkat"}, {"getdents64"}, {"getdents"}, {"pread64"},
	{"preadv"}, {"preadv2"}, {"getcwd"}, {"fadvise64"}, {"fadvise64_64"}, {"statfs"},
	{"fstatfs"}, {"statfs64"}, {"fstatfs64"}, {"readahead"}, {NULL}};

/* Readers of a database lock it too: these are in both groups. */
static const struct call lock_calls[] = {WHEN("fcntl", 1, F_GETLK), WHEN("fcntl", 1, F_SETLK),
	WHEN("fcntl", 1, F_SETLKW), WHEN("fcntl", 1, F_OFD_GETLK), WHEN("fcntl", 1, F_OFD_SETLK),
	WHEN("fcntl", 1, F_OFD_SETLKW), WHEN("fcntl64", 1, F_GETLK), WHEN("fcntl64", 1, F_SETLK),
	WHEN("fcntl64", 1, F_SETLKW), WHEN("fcntl64", 1, F_GETLK64), WHEN("fcntl64", 1, F_SETLK64),
	WHEN("fcntl64", 1, F_SETLKW64), WHEN("fcntl64", 1, F_OFD_GETLK),
	WHEN("fcntl64", 1, F_OFD_SETLK), WHEN("fcntl64", 1, F_OFD_SETLKW), {"flock"}, {NULL}};

static const struct call write_calls[] = {{"pwrite64"}, {"pwritev"}, {"pwritev2"}, {"fsync"},
	{"fdatasync"}, {"sync_file_range"}, {"syncfs"}, {"truncate"}, {"truncate64"}, {"ftruncate"},
	{"ftruncate64"}, {"fallocate"}, {"rename"}, {"renameat"}, {"renameat2"}, {"link"},
	{"linkat"}, {"unlink"}, {"unlinkat"}, {"mkdir"}, {"mkdirat"}, {"rmdir"}, {"chmod"},
	{"fchmod"}, {"fchmodat"}, {"chown"}, {"fchown"}, {"fchownat"}, {"lchown"}, {"utime"},
	{"utimes"}, {"utimensat"}, {"umask"}, {NULL}};

static const struct call receive_calls[] = {{"recvmmsg"}, {"recvmmsg_time64"}, {"recvmsg"},
	{"recvfrom"}, {"recv"}, {"getsockopt"}, {"getsockname"}, WHEN("ioctl", 1, SIOCGIFNAME),
	WHEN("ioctl", 1, SIOCGIFFLAGS), {NULL}};

/* What is sent goes where the socket is connected to. */
static const struct call accept_calls[] = {{"accept4"}, {"accept"}, {"setsockopt"}, {"getsockopt"},
	{"shutdown"}, {"getpeername"}, {"getsockname"}, {"recvmsg"}, {"recvfrom"}, {"recv"},
	WHEN("sendto", 4, 0), {"send"}, {NULL}};

/* Who asked by a datagram is named in the answer; that includes whomever else. */
static const struct call answer_calls[] = {{"sendto"}, {NULL}};

static const struct call open_calls[] = {{"socket"}, {"bind"}, {"listen"}, {"setsockopt"},
	{"getsockopt"}, {"getsockname"}, WHEN("ioctl", 1, SIOCGIFINDEX),
	WHEN("ioctl", 1, SIOCGIFHWADDR), {NULL}};

static const struct call connect_calls[] = {{"socket"}, {"connect"}, {"setsockopt"}, {"getsockopt"},
	{"getpeername"}, {"getsockname"}, {"shutdown"}, {"recvmsg"}, {"recvfrom"}, {"recv"},
	{"sendmsg"}, {"sendto"}, {"send"}, {NULL}};

/* No new namespaces. clone3 hides its flags in memory; refused as unknown, it makes the C library take clone. */
#define NAMESPACES                                                                                 \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |             \
		CLONE_NEWPID | CLONE_NEWNET)

/* The second half is what a child needs to shut itself in. */
static const struct call fork_calls[] = {WHEN_BITS("clone", 0, NAMESPACES, 0), {"fork"}, {"vfork"},
	{"wait4"}, {"waitid"}, {"waitpid"}, {"pidfd_open"}, {"setpgid"}, {"setsid"},
	WHEN("socketpair", 0, AF_UNIX), {"dup2"}, {"dup3"}, {"set_tid_address"}, {"tgkill"},
	{"prctl"}, {"capget"}, {"capset"}, {"setrlimit"}, {"prlimit64"},
	{"landlock_create_ruleset"}, {"landlock_add_rule"}, {"landlock_restrict_self"}, {"seccomp"},
	{NULL}};

static const struct call signal_calls[] = {{"kill"}, {"tgkill"}, {"pidfd_send_signal"}, {NULL}};

static const struct call channel_calls[] = {{"recvmsg"}, WHEN("sendto", 4, 0), {"send"}, {NULL}};

static const struct call descriptor_calls[] = {
	{"sendmsg"}, {"recvmsg"}, WHEN("socketpair", 0, AF_UNIX), {NULL}};

static const struct call share_calls[] = {{"memfd_create"}, {"ftruncate"}, {"ftruncate64"},
	WHEN("fcntl", 1, F_ADD_SEALS), WHEN("fcntl64", 1, F_ADD_SEALS),
	WHEN("fcntl", 1, F_GET_SEALS), WHEN("fcntl64", 1, F_GET_SEALS), {NULL}};

/* A stack is made writable when it has its guard. */
static const struct call thread_calls[] = {
	WHEN_BITS("clone", 0, NAMESPACES | CLONE_THREAD, CLONE_THREAD), {"sched_setaffinity"},
	{"set_tid_address"}, WHEN_BITS("mprotect", 2, PROT_EXEC, 0), {NULL}};

static const struct call bpf_calls[] = {{"bpf"}, {"perf_event_open"}, {NULL}};

static const struct {
	unsigned group;
	const struct call *calls;
} groups[] = {
	{SANDBOX_FILES_READ, read_calls},
	{SANDBOX_FILES_READ, lock_calls},
	{SANDBOX_FILES_WRITE, read_calls},
	{SANDBOX_FILES_WRITE, lock_calls},
	{SANDBOX_FILES_WRITE, write_calls},
	{SANDBOX_SOCKETS_RECEIVE, receive_calls},
	{SANDBOX_SOCKETS_ACCEPT, accept_calls},
	{SANDBOX_SOCKETS_ANSWER, answer_calls},
	{SANDBOX_SOCKETS_OPEN, open_calls},
	{SANDBOX_SOCKETS_CONNECT, connect_calls},
	{SANDBOX_FORK, fork_calls},
	{SANDBOX_SIGNAL_CHILDREN, signal_calls},
	{SANDBOX_DESCRIPTORS, descriptor_calls},
	{SANDBOX_CHANNELS, channel_calls},
	{SANDBOX_SHARE, share_calls},
	{SANDBOX_THREADS, thread_calls},
	{SANDBOX_BPF, bpf_calls},
};

static int
allow(scmp_filter_ctx filter, const struct call *call)
{
	int number = seccomp_syscall_resolve_name(call->name);
	int r;

	if (number == __NR_SCMP_ERROR)
		return 0; /* newer than the library, or of another architecture */
	if (call->when == ANY) {
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0);
	} else {
		struct scmp_arg_cmp compare = {.arg = call->argument,
			.op = call->when == EQUAL ? SCMP_CMP_EQ : SCMP_CMP_MASKED_EQ,
			.datum_a = call->when == EQUAL ? call->value : call->mask,
			.datum_b = call->value};

		r = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, number, 1, &compare);
	}
	/* A call that this architecture does not have, or that is allowed without conditions already. */
	return r == -EDOM || r == -EEXIST ? 0 : r;
}

static int
allow_all(scmp_filter_ctx filter, const struct call *calls)
{
	int r = 0;

	for (; calls->name != NULL && r == 0; calls++)
		r = allow(filter, calls);
	return r;
}

/* abort() and raise(): a signal to itself. */
static int
allow_own_end(scmp_filter_ctx filter)
{
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
		SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
}

static int
fill(scmp_filter_ctx filter, unsigned calls)
{
	int r = allow_all(filter, base_calls);

	for (size_t i = 0; i < sizeof(groups) / sizeof(*groups) && r == 0; i++) {
		if ((calls & groups[i].group) != 0)
			r = allow_all(filter, groups[i].calls);
	}
	if (r == 0 && (calls & (SANDBOX_FORK | SANDBOX_SIGNAL_CHILDREN)) == 0)
		r = allow_own_end(filter);
	if (r == 0 && (calls & (SANDBOX_THREADS | SANDBOX_FORK)) != 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	return r;
}

int
callfilter_enter(unsigned calls, bool log, struct fail *fail)
{
	scmp_filter_ctx filter;
	int r;

	if (LEFT_OUT)
		return SANDBOX_FILTER_LEFT_OUT;
	filter = seccomp_init(log ? SCMP_ACT_LOG : SCMP_ACT_KILL_PROCESS);
	if (filter == NULL)
		return SANDBOX_FILTER_MISSING;
	r = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	/* A tree instead of a list: the kernel walks it for calls that have conditions. */
	if (r == 0)
		r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (r == 0)
		r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0);
	if (r == 0)
		r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	if (r == 0)
		r = fill(filter, calls);
	if (r < 0) {
		fail_where(fail, "sandbox");
		fail_what(fail, "the filter of system calls cannot be made: %s", strerror(-r));
		seccomp_release(filter);
		return r;
	}
	r = seccomp_load(filter);
	seccomp_release(filter);
	if (r < 0)
		return SANDBOX_FILTER_MISSING;
	return log ? SANDBOX_FILTER_LOGS : SANDBOX_FILTER_KILLS;
}
