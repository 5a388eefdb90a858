/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/owndaemon.h"

#include "program/control.h"
#include "program/daemonsettings.h"
#include "program/progress.h"
#include "program/verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of the socket that it receives at. */
#define BUFFER      4194304
#define BUFFER_TEXT "4194304"
#define START_MS    30000
#define STOP_US     (60 * INT64_C(1000000))
#define STATUS_MOST (1 << 20)

struct owndaemon {
	const struct owndaemon_settings *settings;
	char folder[OWNDAEMON_PATH];
	char control[OWNDAEMON_PATH + 16];
	char ledger[OWNDAEMON_PATH + 32];
	char log[OWNDAEMON_PATH + 16];
	int ready; /* end of a pipe, of the daemon: where it listens */
	uint16_t port;
	int64_t room;
	pid_t pid; /* 0: it has ended */
};

/* The options that differ from the defaults. Nothing is too old for this ledger: a scenario has its own time. */
static int
set_options(struct config *config, const struct owndaemon *daemon, struct fail *fail)
{
	const struct {
		const char *name, *value;
	} options[] = {
		{"daemon.state", daemon->folder},
		{"control.path", daemon->control},
		{"ledger.path", daemon->ledger},
		{"metrics.listen", ""},
		{"receive.listen", "udp:127.0.0.1:0"},
		{"receive.clock", "records"},
		{"receive.buffer", BUFFER_TEXT},
		{"ledger.retention-open", "3650d"},
		{"ledger.retention-cases", "3650d"},
	};
	int r = 0;

	for (size_t i = 0; i < sizeof(options) / sizeof(*options) && r == 0; i++)
		r = config_set(config, text_of(options[i].name), text_of(options[i].value), fail);
	return r;
}

static int
load(void *context, struct daemon_settings *ret, struct fail *fail)
{
	const struct owndaemon *daemon = context;
	struct lines_settings lines = LINES_DEFAULTS;
	struct config *config = config_new();
	int r = set_options(config, daemon, fail);

	if (r == 0)
		r = daemonsettings_make(config, ret, fail);
	config_free(config);
	if (r < 0)
		return r;
	ret->judging.parameters = daemon->settings->parameters;
	lines_free(ret->lines);
	lines.names_most = 0;
	ret->lines = lines_new(&lines);
	return daemon->settings->identify(daemon->settings->context, ret->lines, fail);
}

static void
tell_ready(void *context, const struct daemon_settings *settings, const char *listening)
{
	const struct owndaemon *daemon = context;

	(void)!write(daemon->ready, listening, strcspn(listening, "\n") + 1);
	close(daemon->ready);
}

_Noreturn static void
run(struct owndaemon *daemon, pid_t parent)
{
	struct daemon_hooks hooks = {.load = load, .ready = tell_ready, .context = daemon};
	struct fail fail = {0};
	int log = open(daemon->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	/* ^C at the terminal is for the rehearsal, which ends this in its time. */
	setpgid(0, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (log < 0 || dup2(log, STDERR_FILENO) < 0 || getppid() != parent)
		_exit(EXIT_INPUT);
	/* It is no service, whoever started the rehearsal. */
	unsetenv("NOTIFY_SOCKET");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_PID");
	unsetenv("JOURNAL_STREAM");
	unsetenv("WATCHDOG_USEC");
	umask(077);
	if (daemon_run(&hooks, &fail) < 0) {
		fprintf(stderr, "%s%s%s\n", fail.where, *fail.where ? ": " : "", fail.what);
		_exit(EXIT_INPUT);
	}
	_exit(EXIT_DONE);
}

static int
make_folder(struct owndaemon *daemon, struct fail *fail)
{
	const char *folder = getenv("TMPDIR");
	int n = snprintf(daemon->folder, sizeof(daemon->folder), "%s/lazaret-XXXXXX",
		folder != NULL && *folder == '/' ? folder : "/tmp");

	fail_where(fail, "%s", daemon->folder);
	/* The path of a socket is short. */
	if (n > 80 || mkdtemp(daemon->folder) == NULL) {
		int r = n > 80 ? -ENAMETOOLONG : -errno;

		fail_what(fail, "no folder can be made there: %s", strerror(-r));
		fail_hint(fail, "name another place with TMPDIR");
		daemon->folder[0] = '\0';
		return r;
	}
	snprintf(daemon->control, sizeof(daemon->control), "%s/control", daemon->folder);
	snprintf(daemon->ledger, sizeof(daemon->ledger), "%s/ledger.sqlite", daemon->folder);
	snprintf(daemon->log, sizeof(daemon->log), "%s/log", daemon->folder);
	return 0;
}

/* The last lines of its log say why. */
static void
add_log(const struct owndaemon *daemon, struct fail *fail)
{
	int log = open(daemon->log, O_RDONLY | O_CLOEXEC);
	char end[sizeof(fail->hint)];
	ssize_t n = -1;
	off_t size;

	if (log < 0)
		return;
	size = lseek(log, 0, SEEK_END);
	if (size >= 0)
		n = pread(log, end, sizeof(end) - 1,
			size > (off_t)sizeof(end) - 1 ? size - (off_t)sizeof(end) + 1 : 0);
	close(log);
	if (n <= 0)
		return;
	end[n] = '\0';
	fail_hint(fail, "its log ends with: %s", end);
}

/* Reads where the daemon listens. */
static int
wait_ready(struct owndaemon *daemon, int from, int stop, struct fail *fail)
{
	struct pollfd polled[] = {
		{.fd = from, .events = POLLIN}, {.fd = stop > 0 ? stop : -1, .events = POLLIN}};
	char text[128];
	ssize_t n = 0;
	uint64_t port;
	struct text at;

	while (poll(polled, 2, START_MS) < 0 && errno == EINTR)
		;
	if (polled[1].revents != 0)
		return -EINTR;
	if (polled[0].revents != 0)
		n = read(from, text, sizeof(text) - 1);
	if (n > 0) {
		text[n] = '\0';
		at = text_of(text);
		at.length = strcspn(text, "\n");
		while (at.length > 0 && memchr(at.at, ':', at.length) != NULL) {
			at.at++;
			at.length--;
		}
		if (text_parse_u64(at, UINT16_MAX, &port) == 0 && port > 0) {
			daemon->port = (uint16_t)port;
			return 0;
		}
	}
	*fail = (struct fail){0};
	fail_what(fail, "the daemon did not begin");
	add_log(daemon, fail);
	return -ECHILD;
}

/* What the kernel gives this user for a socket. */
static int64_t
find_room(void)
{
	int asked = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), room = BUFFER;
	socklen_t size = sizeof(room);

	if (asked < 0)
		return -1;
	if (setsockopt(asked, SOL_SOCKET, SO_RCVBUFFORCE, &room, size) < 0)
		(void)setsockopt(asked, SOL_SOCKET, SO_RCVBUF, &room, size);
	if (getsockopt(asked, SOL_SOCKET, SO_RCVBUF, &room, &size) < 0)
		room = -1;
	close(asked);
	return room;
}

int
owndaemon_new(struct owndaemon **ret, const struct owndaemon_settings *settings, int stop,
	struct fail *fail)
{
	struct owndaemon *daemon = xcalloc(1, sizeof(*daemon));
	pid_t parent = getpid();
	int ends[2] = {-1, -1}, r;

	daemon->settings = settings;
	daemon->room = find_room();
	r = make_folder(daemon, fail);
	if (r == 0 && pipe2(ends, O_CLOEXEC) < 0)
		r = -errno;
	if (r < 0)
		goto out;
	daemon->ready = ends[1];
	fflush(NULL);
	daemon->pid = fork();
	if (daemon->pid == 0) {
		close(ends[0]);
		run(daemon, parent);
	}
	close(ends[1]);
	if (daemon->pid < 0) {
		r = -errno;
		daemon->pid = 0;
		fail_what(fail, "the daemon cannot be started: %s", strerror(-r));
	} else {
		r = wait_ready(daemon, ends[0], stop, fail);
	}
	close(ends[0]);
out:
	if (r < 0)
		daemon = owndaemon_free(daemon);
	*ret = daemon;
	return r;
}

static int
remove_entry(const char *path, const struct stat *stat, int kind, struct FTW *where)
{
	(void)remove(path);
	return 0;
}

/* How it ended; negative: it does not. */
static int
end(struct owndaemon *daemon)
{
	int64_t begun = progress_clock_us();
	int status = 0;
	pid_t ended;

	(void)kill(daemon->pid, SIGTERM);
	while ((ended = waitpid(daemon->pid, &status, WNOHANG)) == 0 &&
		progress_clock_us() - begun < STOP_US)
		(void)poll(NULL, 0, 10);
	if (ended == 0) {
		(void)kill(daemon->pid, SIGKILL);
		(void)waitpid(daemon->pid, &status, 0);
		status = -1;
	}
	daemon->pid = 0;
	return status;
}

struct owndaemon *
owndaemon_free(struct owndaemon *daemon)
{
	if (daemon == NULL)
		return NULL;
	if (daemon->pid > 0)
		(void)end(daemon);
	if (daemon->folder[0] != '\0')
		(void)nftw(daemon->folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	free(daemon);
	return NULL;
}

uint16_t
owndaemon_port(const struct owndaemon *daemon)
{
	return daemon->port;
}

int64_t
owndaemon_room(const struct owndaemon *daemon)
{
	return daemon->room;
}

/* What stands behind the colon of the next word. */
static struct text
cut_second(struct text *rest)
{
	struct text word;

	*rest = text_trim(*rest);
	word = text_cut(rest, ' ');
	(void)text_cut(&word, ':');
	return word;
}

/* "number: local:port remote:port state sent:received ...", all but the number hexadecimal (proc(5)). */
static bool
find_waiting(const char *line, uint16_t port, uint64_t *ret)
{
	struct text rest = text_of(line), local;
	uint64_t number;

	(void)cut_second(&rest);
	local = cut_second(&rest);
	(void)cut_second(&rest);
	(void)cut_second(&rest);
	return text_parse_hex(local, UINT16_MAX, &number) == 0 && number == port &&
		text_parse_hex(cut_second(&rest), UINT32_MAX, ret) == 0;
}

int64_t
owndaemon_waiting(const struct owndaemon *daemon)
{
	FILE *file = fopen("/proc/net/udp", "re");
	bool is_found = false;
	uint64_t waiting = 0;
	char line[256];

	if (file == NULL)
		return -1;
	while (!is_found && fgets(line, sizeof(line), file) != NULL)
		is_found = find_waiting(line, daemon->port, &waiting);
	fclose(file);
	return is_found ? (int64_t)waiting : -1;
}

/* A figure of the status, as it stands in its JSON. */
static uint64_t
figure(const char *status, const char *name)
{
	uint64_t value = 0;
	struct text digits;
	char key[64];

	snprintf(key, sizeof(key), "\"%s\":", name);
	status = strstr(status, key);
	if (status == NULL)
		return 0;
	digits = text_of(status + strlen(key));
	digits.length = strspn(digits.at, "0123456789");
	return text_parse_u64(digits, UINT64_MAX, &value) == 0 ? value : 0;
}

int
owndaemon_ask(const struct owndaemon *daemon, struct owndaemon_figures *ret)
{
	struct control control = CONTROL_NEW;
	struct buffer line, answer;
	struct fail fail;
	const char *status;
	int code;

	control.path = daemon->control;
	if (control_connect(&control, &fail) != 0)
		return -ECONNREFUSED;
	control_begin(&line, "status");
	buffer_text(&line, TEXT(" --json"));
	buffer_init(&answer, STATUS_MOST);
	code = control_fetch(&control, &line, &answer);
	control_close(&control);
	status = buffer_string(&answer);
	*ret = (struct owndaemon_figures){
		.datagrams = figure(status, "export_datagrams"),
		.dropped = figure(status, "export_kernel_drops"),
		.malformed = figure(status, "export_malformed"),
		.lost = figure(status, "lost_records"),
		.sightings = figure(status, "sightings"),
		.refused = figure(status, "sightings_refused"),
		.judged = figure(status, "sightings_judged"),
		.processes_ended = figure(status, "process_restarts"),
	};
	buffer_done(&answer);
	buffer_done(&line);
	return code == EXIT_DONE ? 0 : -EPIPE;
}

int
owndaemon_stop(struct owndaemon *daemon, struct fail *fail)
{
	int status = end(daemon);

	if (status == 0)
		return 0;
	*fail = (struct fail){0};
	fail_what(fail, "the daemon did not end as it should");
	add_log(daemon, fail);
	return -ECHILD;
}

const char *
owndaemon_ledger(const struct owndaemon *daemon)
{
	return daemon->ledger;
}
