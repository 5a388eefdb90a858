/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "base/sqlite.h"
#include "ledger/reading.h"
#include "ledger/verify.h"
#include "ledger_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* Opens what others wrote and checks it: the number of transitions, all of them good. */
static uint64_t
intact(const struct fixture *fixture)
{
	struct ledger *ledger = fixture_reader(fixture);
	struct ledger_proof proof;
	struct fail fail = {0};
	int r = ledger_verify(ledger, &proof, &fail);

	if (r < 0)
		print_error("%s: %s\n", fail.where, fail.what);
	assert_int_equal(r, 0);
	assert_true(proof.has_key);
	ledger_close(ledger);
	return proof.transitions;
}

static bool
has_line(struct ledger *ledger, uint64_t line)
{
	struct ledger_case of;

	return ledger_find_line(ledger, line, &of, NULL) == 0;
}

/* Line number base + i for the ith of count transitions; one batch. */
static int
write_batch_or_tell(struct ledger *ledger, uint64_t base, int count, struct fail *fail)
{
	for (int i = 0; i < count; i++) {
		struct verdict verdict =
			fixture_verdict(base + (uint64_t)i, i, STATE_WATCH, STATE_SUSPECT);
		int r = ledger_transition(ledger, &verdict, TEXT("192.0.2.1"), fail);

		if (r < 0)
			return r;
	}
	return ledger_commit(ledger, fail);
}

static int
write_batch(struct ledger *ledger, uint64_t base, int count)
{
	return write_batch_or_tell(ledger, base, count, NULL);
}

#define KILL_BATCH 7

/* Commits batches for ever, and says so after each. */
static void
write_until_killed(const struct fixture *fixture, int acknowledge, uint64_t base)
{
	struct ledger_settings settings = fixture_settings(fixture, STORE_MAKE);
	struct ledger *ledger = NULL;

	if (ledger_open(&ledger, &settings, NULL) < 0 ||
		ledger_parameters(ledger, FIXTURE_VERSION, TEXT("q = 0.05\n"), NULL) < 0)
		_exit(1);
	for (uint64_t batch = 0;; batch++) {
		if (write_batch(ledger, base + batch * KILL_BATCH, KILL_BATCH) < 0 ||
			write(acknowledge, "k", 1) != 1)
			_exit(2);
	}
}

static void
kill_dash_nine_loses_nothing_that_was_acknowledged(void **state)
{
	const struct fixture *fixture = *state;
	struct random random;
	uint64_t acknowledged[16] = {0};

	random_seed(&random, 25);
	for (uint64_t round = 0; round < 16; round++) {
		int pipes[2], status;
		struct ledger *ledger;
		pid_t child;
		char byte;

		assert_int_equal(pipe(pipes), 0);
		child = fork();
		assert_true(child >= 0);
		if (child == 0)
			write_until_killed(fixture, pipes[1], (round + 1) << 32);
		close(pipes[1]);
		/* Some die while the ledger is being made, others in the middle of a batch. */
		for (uint64_t wait = round % 4; wait > 0 && read(pipes[0], &byte, 1) == 1; wait--)
			acknowledged[round]++;
		usleep((useconds_t)random_below(&random, 20000));
		assert_int_equal(kill(child, SIGKILL), 0);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
		while (read(pipes[0], &byte, 1) == 1)
			acknowledged[round]++;
		close(pipes[0]);
		ledger = fixture_ledger(fixture);
		for (uint64_t then = 0; then <= round; then++) {
			for (uint64_t i = 0; i < acknowledged[then] * KILL_BATCH; i++)
				assert_true(has_line(ledger, ((then + 1) << 32) + i));
		}
		ledger_close(ledger);
		/* A batch is there as a whole or not at all. */
		assert_int_equal(intact(fixture) % KILL_BATCH, 0);
	}
	assert_true(acknowledged[3] > 0);
}

/* Makes or opens the ledger and writes 40 batches of 10; a child that fails says at which call and why. */
static int
write_beside_another(const struct fixture *fixture, uint64_t base)
{
	struct ledger_settings settings = fixture_settings(fixture, STORE_MAKE);
	struct ledger *ledger = NULL;
	const char *call = "ledger_open";
	struct fail fail = {0};
	int r;

	settings.wait_ms = 60000;
	r = ledger_open(&ledger, &settings, &fail);
	if (r == 0) {
		call = "ledger_parameters";
		r = ledger_parameters(ledger, FIXTURE_VERSION, TEXT("q = 0.05\n"), &fail);
	}
	for (uint64_t batch = 0; batch < 40 && r == 0; batch++) {
		call = "write_batch";
		r = write_batch_or_tell(ledger, base + batch * 10, 10, &fail);
	}
	ledger_close(ledger);
	if (r < 0)
		dprintf(STDERR_FILENO, "from line %d, %s: %s: %s: %s\n", (int)base, call,
			strerror(-r), fail.where, fail.what);
	return r < 0;
}

static void
two_processes_write_at_once(void **state)
{
	const struct fixture *fixture = *state;

	/* The second half of one's lines are the first half of the other's. */
	for (uint64_t child = 0; child < 2; child++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0)
			_exit(write_beside_another(fixture, 1 + child * 200));
	}
	for (int i = 0; i < 2; i++) {
		int status;

		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	/* A line has the same step in both only where the place in its batch is the same: all. */
	assert_int_equal(intact(fixture), 600);
}

static void
says_that_another_program_holds_the_ledger(void **state)
{
	const struct fixture *fixture = *state;
	struct ledger_settings settings = fixture_settings(fixture, STORE_WRITE);
	struct ledger *ledger;
	struct fail fail = {0};
	sqlite3 *other = NULL;

	ledger_close(fixture_ledger(fixture));
	settings.wait_ms = 50;
	assert_int_equal(ledger_open(&ledger, &settings, NULL), 0);
	assert_int_equal(sqlite3_open(fixture->path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	fixture_step(ledger, 7, 0, STATE_WATCH, STATE_SUSPECT);
	assert_int_equal(ledger_commit(ledger, &fail), -EBUSY);
	assert_non_null(strstr(fail.what, "another program"));
	assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	/* What waited was not lost. */
	fixture_commit(ledger);
	assert_true(has_line(ledger, 7));
	sqlite3_close(other);
	ledger_close(ledger);
}

static void
says_that_a_file_is_no_ledger(void **state)
{
	const struct fixture *fixture = *state;
	struct ledger_settings read = fixture_settings(fixture, STORE_READ);
	struct ledger_settings make = fixture_settings(fixture, STORE_MAKE);
	char key[96], content[9000];
	struct ledger *ledger;
	struct fail fail = {0};
	FILE *file;
	sqlite3 *db;

	snprintf(key, sizeof(key), "%s.key", fixture->path);
	ledger_close(fixture_ledger(fixture));
	assert_int_equal(unlink(fixture->path), 0);
	assert_int_equal(ledger_open(&ledger, &read, &fail), -ENOENT);
	assert_non_null(strstr(fail.what, "no ledger here"));
	memset(content, 'x', sizeof(content));
	for (size_t size = 0; size <= sizeof(content); size += 4500) {
		file = fopen(fixture->path, "w");
		assert_non_null(file);
		assert_int_equal(fwrite(content, 1, size, file), size);
		assert_int_equal(fclose(file), 0);
		assert_int_equal(ledger_open(&ledger, &read, &fail), -EBADMSG);
		assert_non_null(strstr(fail.what, "not a ledger"));
		if (size > 0)
			assert_int_equal(ledger_open(&ledger, &make, &fail), -EBADMSG);
	}
	assert_int_equal(unlink(fixture->path), 0);
	assert_int_equal(sqlite3_open(fixture->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "CREATE TABLE t (a)", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(ledger_open(&ledger, &read, &fail), -EBADMSG);
	assert_int_equal(ledger_open(&ledger, &make, &fail), -EBADMSG);
	/* Somebody else's database was not touched. */
	assert_int_equal(sqlite3_open(fixture->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "INSERT INTO t VALUES (1)", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	read.where = fixture->folder;
	assert_true(ledger_open(&ledger, &read, &fail) < 0);
}

static void
refuses_a_ledger_of_a_newer_version(void **state)
{
	const struct fixture *fixture = *state;
	struct ledger_settings settings = fixture_settings(fixture, STORE_MAKE);
	struct ledger *ledger;
	struct fail fail = {0};
	sqlite3 *db;

	ledger_close(fixture_ledger(fixture));
	assert_int_equal(sqlite3_open(fixture->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 99", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(ledger_open(&ledger, &settings, &fail), -ENOTSUP);
	assert_non_null(strstr(fail.what, "newer"));
	settings.mode = STORE_READ;
	assert_int_equal(ledger_open(&ledger, &settings, &fail), -ENOTSUP);
}

static void
a_file_that_was_cut_is_told(void **state)
{
	const struct fixture *fixture = *state;
	struct ledger_settings settings = fixture_settings(fixture, STORE_READ);
	struct ledger *ledger = fixture_ledger(fixture);
	struct stat stat_of;

	assert_int_equal(write_batch(ledger, 1, 300), 0);
	ledger_close(ledger);
	assert_int_equal(stat(fixture->path, &stat_of), 0);
	for (off_t size = stat_of.st_size - 4096; size > 0; size -= 5 * 4096 + 100) {
		struct ledger_proof proof;
		struct fail fail = {0};
		int r;

		assert_int_equal(truncate(fixture->path, size), 0);
		r = ledger_open(&ledger, &settings, &fail);
		if (r == 0) {
			r = ledger_verify(ledger, &proof, &fail);
			ledger_close(ledger);
		}
		assert_true(r < 0);
		assert_string_not_equal(fail.what, "");
	}
}

/* A name that SQLite would take for something else is a file like any other. */
static void
a_strange_name_is_only_a_name(void **state)
{
	static const char *const names[] = {":memory:", "file:x?mode=memory", "a%20b?c#d"};
	const struct fixture *fixture = *state;
	char before[4096];

	assert_non_null(getcwd(before, sizeof(before)));
	assert_int_equal(chdir(fixture->folder), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct ledger_settings settings = fixture_settings(fixture, STORE_MAKE);
		struct ledger *ledger = NULL;

		settings.where = names[i];
		assert_int_equal(ledger_open(&ledger, &settings, NULL), 0);
		ledger_close(ledger);
		assert_int_equal(access(names[i], F_OK), 0);
		settings.mode = STORE_READ;
		assert_int_equal(ledger_open(&ledger, &settings, NULL), 0);
		assert_non_null(ledger_key(ledger));
		ledger_close(ledger);
	}
	assert_int_equal(chdir(before), 0);
}

/* Runs a check in a child without root's powers; its exit code must be 0. */
static void
as_nobody(int (*check)(const struct fixture *fixture), const struct fixture *fixture)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
			_exit(100);
		_exit(check(fixture));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static int
cannot_make_one(const struct fixture *fixture)
{
	struct ledger_settings settings = fixture_settings(fixture, STORE_MAKE);
	struct ledger *ledger;
	struct fail fail = {0};

	return ledger_open(&ledger, &settings, &fail) != -EACCES || *fail.what == '\0' ||
		*fail.hint == '\0';
}

static int
reads_but_cannot_write(const struct fixture *fixture)
{
	struct ledger_settings settings = fixture_settings(fixture, STORE_READ);
	struct ledger *ledger;
	struct fail fail = {0};
	struct ledger_case of;
	int r;

	if (ledger_open(&ledger, &settings, &fail) < 0)
		return 1;
	r = ledger_find_line(ledger, 7, &of, &fail);
	ledger_close(ledger);
	if (r < 0)
		return 2;
	settings.mode = STORE_WRITE;
	r = ledger_open(&ledger, &settings, &fail);
	return (r != -EROFS && r != -EACCES) || *fail.what == '\0' ? 3 : 0;
}

static void
a_folder_that_may_only_be_read_is_told(void **state)
{
	const struct fixture *fixture = *state;
	struct fixture other = *fixture;
	struct ledger *ledger = fixture_ledger(fixture);
	char key[96];

	fixture_step(ledger, 7, 0, STATE_WATCH, STATE_SUSPECT);
	fixture_commit(ledger);
	ledger_close(ledger);
	snprintf(other.path, sizeof(other.path), "%s/other", fixture->folder);
	snprintf(key, sizeof(key), "%s.key", fixture->path);
	assert_int_equal(chmod(fixture->path, 0444), 0);
	assert_int_equal(chmod(fixture->folder, 0555), 0);
	as_nobody(cannot_make_one, &other);
	as_nobody(reads_but_cannot_write, fixture);
	assert_int_equal(chmod(fixture->folder, 0755), 0);
	as_nobody(reads_but_cannot_write, fixture);
	assert_int_equal(chmod(fixture->folder, 0700), 0);
}

static void
the_ceiling_of_the_file_holds_and_loses_nothing(void **state)
{
	const struct fixture *fixture = *state;
	struct ledger_settings settings = fixture_settings(fixture, STORE_WRITE);
	struct ledger *ledger;
	struct fail fail = {0};
	struct stat stat_of;
	uint64_t batches = 0;
	int r = 0;

	ledger_close(fixture_ledger(fixture));
	settings.bytes_most = 1 << 20;
	assert_int_equal(ledger_open(&ledger, &settings, NULL), 0);
	while (r == 0 && batches < 1000) {
		r = write_batch(ledger, 1 + batches * 100, 100);
		batches += r == 0;
	}
	assert_int_equal(r, -ENOSPC);
	assert_true(batches > 5);
	assert_int_equal(ledger_commit(ledger, &fail), -ENOSPC);
	assert_non_null(strstr(fail.what, "no room"));
	ledger_close(ledger);
	assert_int_equal(stat(fixture->path, &stat_of), 0);
	assert_true(stat_of.st_size <= (1 << 20) + 4096);
	assert_int_equal(intact(fixture), batches * 100);
}

/* In a mount namespace of its own, so that nothing is left behind whatever happens. */
static int
fill_a_disk(const struct fixture *fixture)
{
	struct ledger_settings settings = fixture_settings(fixture, STORE_MAKE);
	struct ledger *ledger = NULL;
	struct ledger_proof proof;
	struct fail fail = {0};
	uint64_t kept = 0;
	char ballast[128];
	int r = 0;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		mount("tmpfs", fixture->folder, "tmpfs", 0, "size=2m") < 0)
		return 77;
	if (ledger_open(&ledger, &settings, NULL) < 0 ||
		ledger_parameters(ledger, FIXTURE_VERSION, TEXT("q = 0.05\n"), NULL) < 0)
		return 1;
	snprintf(ballast, sizeof(ballast), "%s/ballast", fixture->folder);
	{
		FILE *file = fopen(ballast, "w");

		for (int i = 0; i < 300 * 1024 && file != NULL; i++)
			fputc('x', file);
		if (file == NULL || fclose(file) != 0)
			return 2;
	}
	while (r == 0 && kept < 100000) {
		r = write_batch(ledger, 1 + kept, 50);
		kept += r == 0 ? 50 : 0;
	}
	if (r != -ENOSPC || ledger_commit(ledger, &fail) != -ENOSPC || *fail.what == '\0')
		return 3;
	/* With room again the same call goes through: what waited was not lost. */
	unlink(ballast);
	if (ledger_commit(ledger, &fail) < 0)
		return 4;
	ledger_close(ledger);
	settings.mode = STORE_READ;
	if (ledger_open(&ledger, &settings, NULL) < 0 || ledger_verify(ledger, &proof, &fail) < 0)
		return 5;
	return proof.transitions == kept + 50 ? 0 : 6;
}

static void
a_full_disk_loses_nothing(void **state)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0)
		_exit(fill_a_disk(*state));
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		print_message("needs root, to mount a small disk\n");
		skip();
	}
	assert_int_equal(status, 0);
}

/* The nth write, sync or truncation of SQLite fails, and, if faults_stay, all after it. */
struct methods {
	sqlite3_io_methods faulty; /* first, so that a file's methods lead to the real ones */
	const sqlite3_io_methods *real;
};

static struct {
	struct methods methods[4]; /* SQLite has one set for databases and one for journals */
	int (*open)(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out);
	long countdown; /* 0: no faults */
	bool stay;
	bool has_failed;
	int code;
} fault;

static bool
fails_now(void)
{
	if (fault.has_failed && fault.stay)
		return true;
	if (fault.countdown == 0 || --fault.countdown > 0)
		return false;
	fault.has_failed = true;
	return true;
}

static const sqlite3_io_methods *
real(sqlite3_file *file)
{
	return ((const struct methods *)file->pMethods)->real;
}

static int
faulty_write(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 at)
{
	if (!fails_now())
		return real(file)->xWrite(file, bytes, size, at);
	/* The first half arrives. */
	(void)real(file)->xWrite(file, bytes, size / 2, at);
	return fault.code;
}

/* No power is cut here: what was written is there, and the disk is spared. */
static int
faulty_sync(sqlite3_file *file, int flags)
{
	return fails_now() ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

static int
faulty_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	return fails_now() ? SQLITE_IOERR_TRUNCATE : real(file)->xTruncate(file, size);
}

/* At the nth lock that the opener asks for while it holds none, another process makes the ledger and writes. */
static struct {
	long countdown; /* 0: no meeting */
	int start;      /* a byte into it: the other process begins */
	int done;       /* a byte or the end from it: the other process is done */
} meeting;

static int
meeting_lock(sqlite3_file *file, int level)
{
	char byte = 'm';

	if (level == SQLITE_LOCK_SHARED && meeting.countdown > 0 && --meeting.countdown == 0) {
		must(write(meeting.start, &byte, 1) == 1);
		must(read(meeting.done, &byte, 1) >= 0);
	}
	return real(file)->xLock(file, level);
}

static int
faulty_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
	int code = fault.open(vfs, name, file, flags, out);

	if (code != SQLITE_OK || file->pMethods == NULL)
		return code;
	for (size_t i = 0; i < sizeof(fault.methods) / sizeof(*fault.methods); i++) {
		struct methods *methods = &fault.methods[i];

		if (methods->real != NULL && methods->real != file->pMethods)
			continue;
		methods->real = file->pMethods;
		methods->faulty = *methods->real;
		methods->faulty.xWrite = faulty_write;
		methods->faulty.xSync = faulty_sync;
		methods->faulty.xTruncate = faulty_truncate;
		methods->faulty.xLock = meeting_lock;
		file->pMethods = &methods->faulty;
		break;
	}
	return code;
}

static int
faulty_begin(void **state)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);

	fault.open = vfs->xOpen;
	vfs->xOpen = faulty_open;
	return fixture_begin(state);
}

static int
faulty_end(void **state)
{
	sqlite3_vfs_find(NULL)->xOpen = fault.open;
	return fixture_end(state);
}

static void
fault_next(long nth, bool stay, int code)
{
	fault.countdown = nth;
	fault.stay = stay;
	fault.has_failed = false;
	fault.code = code;
}

/* One run with a fault at the nth place; returns whether the fault was met. */
static bool
survives(const struct fixture *fixture, long nth, bool stay, int code)
{
	struct ledger_settings settings = fixture_settings(fixture, STORE_MAKE);
	struct ledger *ledger = NULL;
	struct fail fail = {0};
	bool kept[4] = {false}, met;
	int r;

	fault_next(nth, stay, code);
	r = ledger_open(&ledger, &settings, &fail);
	if (r == 0)
		r = ledger_parameters(ledger, FIXTURE_VERSION, TEXT("q = 0.05\n"), &fail);
	for (uint64_t batch = 0; batch < 4 && r == 0; batch++) {
		r = write_batch(ledger, 1 + batch * 10, 3);
		kept[batch] = r == 0;
	}
	ledger_close(ledger);
	met = fault.has_failed;
	fault_next(0, false, 0);
	ledger = fixture_ledger(fixture);
	for (uint64_t batch = 0; batch < 4; batch++) {
		for (uint64_t i = 0; i < 3 && kept[batch]; i++)
			assert_true(has_line(ledger, 1 + batch * 10 + i));
		/* The scan is run again, as people do. */
		assert_int_equal(write_batch(ledger, 1 + batch * 10, 3), 0);
	}
	ledger_close(ledger);
	assert_int_equal(intact(fixture), 12);
	return met;
}

static void
start_anew(const struct fixture *fixture)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-journal", ".key"};
	char path[128];

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		snprintf(path, sizeof(path), "%s%s", fixture->path, ends[i]);
		unlink(path);
	}
}

static void
a_fault_at_any_write_loses_nothing_that_was_acknowledged(void **state)
{
	static const struct {
		bool stay;
		int code;
	} kinds[] = {{false, SQLITE_IOERR_WRITE}, {true, SQLITE_IOERR_WRITE}, {true, SQLITE_FULL}};
	const struct fixture *fixture = *state;

	for (size_t kind = 0; kind < sizeof(kinds) / sizeof(*kinds); kind++) {
		long nth = 1;

		while (survives(fixture, nth, kinds[kind].stay, kinds[kind].code)) {
			nth += nth < 30 ? 1 : 3;
			start_anew(fixture);
		}
		start_anew(fixture);
		assert_true(nth > 30);
	}
}

/* Waits for the opener, makes the ledger and writes lines 1 to 400; without a word from the opener, nothing. */
static int
make_when_told(const struct fixture *fixture, int start, int done)
{
	char byte;

	if (read(start, &byte, 1) != 1)
		return 0;
	if (write_beside_another(fixture, 1) != 0)
		return 1;
	return write(done, "d", 1) == 1 ? 0 : 2;
}

/* Returns whether the opener asked for as many locks. */
static bool
opens_what_another_makes(const struct fixture *fixture, long nth)
{
	int start[2], done[2], status, r;
	pid_t child;
	bool met;

	assert_int_equal(pipe2(start, O_CLOEXEC), 0);
	assert_int_equal(pipe2(done, O_CLOEXEC), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		close(start[1]);
		close(done[0]);
		_exit(make_when_told(fixture, start[0], done[1]));
	}
	close(start[0]);
	close(done[1]);
	meeting.countdown = nth;
	meeting.start = start[1];
	meeting.done = done[0];
	r = write_beside_another(fixture, 201);
	met = meeting.countdown == 0;
	meeting.countdown = 0;
	close(start[1]);
	close(done[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	if (r != 0)
		print_error("the ledger was made before lock %ld of the opener\n", nth);
	assert_int_equal(r, 0);
	assert_int_equal(intact(fixture), met ? 600 : 400);
	return met;
}

static void
opens_a_ledger_that_another_makes_at_any_moment_of_the_opening(void **state)
{
	const struct fixture *fixture = *state;
	long nth = 1;

	for (; opens_what_another_makes(fixture, nth); nth++)
		start_anew(fixture);
	assert_true(nth > 3);
}

#define TEST(name)        cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)
#define TEST_FAULTY(name) cmocka_unit_test_setup_teardown(name, faulty_begin, faulty_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(kill_dash_nine_loses_nothing_that_was_acknowledged),
		TEST(two_processes_write_at_once),
		TEST_FAULTY(opens_a_ledger_that_another_makes_at_any_moment_of_the_opening),
		TEST(says_that_another_program_holds_the_ledger),
		TEST(says_that_a_file_is_no_ledger),
		TEST(refuses_a_ledger_of_a_newer_version),
		TEST(a_file_that_was_cut_is_told),
		TEST(a_strange_name_is_only_a_name),
		TEST(a_folder_that_may_only_be_read_is_told),
		TEST(the_ceiling_of_the_file_holds_and_loses_nothing),
		TEST(a_full_disk_loses_nothing),
		TEST_FAULTY(a_fault_at_any_write_loses_nothing_that_was_acknowledged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
