/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/control.h"

#include "control/request.h"
#include "program/complaint.h"
#include "program/daemonsettings.h"
#include "program/page.h"
#include "program/settings.h"
#include "program/verbs.h"
#include "runtime/clock.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define SYSTEM_PATH "/run/lazaret/control"
#define PROSE_MOST  (4 << 20)

/* Longer than the desk waits for the others, of whom it says so itself. */
#define PATIENCE_MS 12000
/* Who waits for his turn asks so often. */
#define TURN_US 200000

/* Of an answer that is being read. */
struct incoming {
	int socket;
	const char *from;
	struct buffer *said; /* as in struct control */
	bool is_patient;     /* it was told that nothing comes */
	bool is_broken;
	size_t length;
	size_t at;
	char bytes[65536];
};

static int
connect_to(struct control *control, const char *path, struct fail *fail)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int r;

	snprintf(control->tried, sizeof(control->tried), "%s", path);
	*fail = (struct fail){0};
	fail_where(fail, "%s", path);
	if (strlen(path) >= sizeof(address.sun_path)) {
		fail_what(fail, "the path of a socket has less than %zu bytes",
			sizeof(address.sun_path));
		return CONTROL_ABSENT;
	}
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	control->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (control->socket >= 0 &&
		connect(control->socket, (struct sockaddr *)&address, sizeof(address)) == 0)
		return 0;
	r = errno;
	control_close(control);
	if (r == EACCES || r == EPERM)
		fail_what(fail, "the daemon may not be asked by this user");
	else
		fail_what(fail, "no daemon answers: %s", strerror(r));
	fail_hint(fail, "%s",
		r == EACCES || r == EPERM
			? "control.operators and control.viewers say whose members may"
			: "is it running? systemctl status lazaretd; another place: --control "
			  "PATH");
	return CONTROL_ABSENT;
}

/* In one line. */
static void
warn_broken(const struct fail *first, int problems)
{
	struct fail fail = *first;
	char more[40] = "";

	if (problems > 1)
		snprintf(more, sizeof(more), ", and %d more problem%s", problems - 1,
			problems > 2 ? "s" : "");
	fail_what(&fail,
		"%.240s%s; the file is left out, and the daemon asked at the default "
		"control path",
		first->what, more);
	*fail.hint = '\0';
	complaint_print(&fail);
}

/* Must the file be good? Where it names the daemon in which something is changed; and what comes by standard input
 * can be read only once. */
static bool
is_strict(const struct control *control)
{
	const char *file = control->settings;

	return file != NULL && (control->changes || strcmp(file, "-") == 0);
}

/* Where the configuration has it, or a daemon that this user started would. A file that is wrong is no reason not to
 * ask. */
static int
find_path(const struct control *control, char into[DAEMON_PATH])
{
	struct config *config = NULL;
	int code = EXIT_DONE, problems = 0;
	struct fail first;

	if (is_strict(control))
		code = settings_load(&config, control->settings, NULL);
	else
		config = settings_try(control->settings, &problems, &first);
	if (code != EXIT_DONE)
		return code;
	if (problems > 0)
		warn_broken(&first, problems);
	if (daemonsettings_control(config, into) < 0)
		snprintf(into, DAEMON_PATH, "%s", SYSTEM_PATH);
	config_free(config);
	return EXIT_DONE;
}

int
control_connect(struct control *control, struct fail *fail)
{
	char path[DAEMON_PATH];
	int r;

	if (control->path != NULL)
		return connect_to(control, control->path, fail);
	r = find_path(control, path);
	if (r != EXIT_DONE)
		return r;
	r = connect_to(control, path, fail);
	if (r == 0 || strcmp(path, SYSTEM_PATH) == 0)
		return r;
	return connect_to(control, SYSTEM_PATH, fail);
}

int
control_need(struct control *control)
{
	struct fail fail;
	int r = control_connect(control, &fail);

	if (r != CONTROL_ABSENT)
		return r;
	complaint_print(&fail);
	return EXIT_INPUT;
}

void
control_begin(struct buffer *line, const char *verb)
{
	buffer_init(line, 8 * REQUEST_LINE);
	buffer_print(line, "%s %s", REQUEST_VERSION, verb);
}

void
control_add_flag(struct buffer *line, const char *flag, const char *value)
{
	struct buffer word;

	buffer_init(&word, REQUEST_LINE);
	buffer_print(&word, "%s=%s", flag, value);
	request_add(line, (struct text){buffer_string(&word), word.length});
	buffer_done(&word);
}

/* A desk that hangs is replaced, and then the answer ends: nobody is to wonder until then. */
static void
tell_silence(struct incoming *in)
{
	struct pollfd polled = {.fd = in->socket, .events = POLLIN};
	struct fail fail = {0};

	if (in->is_patient || poll(&polled, 1, PATIENCE_MS) != 0)
		return;
	in->is_patient = true;
	fail_where(&fail, "%s", in->from);
	fail_what(&fail,
		"nothing is answered as yet, and waited for: a desk that hangs is replaced after "
		"daemon.hangs (60 s)");
	complaint_print(&fail);
}

static int
fill(struct incoming *in)
{
	ssize_t n;

	tell_silence(in);
	do {
		n = recv(in->socket, in->bytes, sizeof(in->bytes), 0);
	} while (n < 0 && errno == EINTR);
	in->at = 0;
	in->length = n > 0 ? (size_t)n : 0;
	in->is_broken = n <= 0;
	return in->is_broken ? -EPIPE : 0;
}

/* A line without its end; -EPIPE at the end of all, -EMSGSIZE if there is none within size. */
static int
read_line(struct incoming *in, char *into, size_t size)
{
	for (size_t used = 0; used < size;) {
		char c;

		if (in->at == in->length && fill(in) < 0)
			return -EPIPE;
		c = in->bytes[in->at++];
		if (c == '\n') {
			into[used] = '\0';
			return 0;
		}
		into[used++] = c;
	}
	return -EMSGSIZE;
}

/* Passes on so many bytes: to a stream, or into a buffer. */
static int
read_bytes(struct incoming *in, uint64_t length, FILE *out, struct buffer *into)
{
	while (length > 0) {
		size_t here;

		if (in->at == in->length && fill(in) < 0)
			return -EPIPE;
		here = in->length - in->at;
		if (here > length)
			here = (size_t)length;
		if (into != NULL)
			buffer_add(into, in->bytes + in->at, here);
		else if (fwrite(in->bytes + in->at, 1, here, out) < here)
			return -EIO;
		in->at += here;
		length -= here;
	}
	return 0;
}

static void
complain(struct text sentence)
{
	struct fail fail = {0};
	struct text what = text_cut(&sentence, '\n');

	fail_what(&fail, "%.*s", (int)what.length, what.at);
	what = text_cut(&sentence, '\n');
	if (what.length > 0)
		fail_hint(&fail, "%.*s", (int)what.length, what.at);
	complaint_print(&fail);
}

/* One part of an answer: 1 to go on; 0 at the end, with *code; -errno. */
static int
read_part(struct incoming *in, struct buffer *prose, int *code)
{
	char line[32];
	uint64_t number;
	struct buffer sentence;
	int r = read_line(in, line, sizeof(line));

	if (r < 0)
		return r;
	if (*line == '\0' || text_parse_u64(text_of(line + 1), UINT32_MAX, &number) < 0)
		return -EBADMSG;
	if (*line == '.') {
		*code = number <= REQUEST_LATER ? (int)number : EXIT_INPUT;
		return 0;
	}
	if (*line == '+') {
		r = read_bytes(in, number, stdout, prose);
		/* What is there is shown, even if more takes its time. */
		if (r == 0 && prose == NULL && fflush(stdout) != 0)
			r = -EIO;
		return r < 0 ? r : 1;
	}
	if (*line != '!' || number > CONTROL_SENTENCE)
		return -EBADMSG;
	if (in->said != NULL) {
		r = read_bytes(in, number, NULL, in->said);
		return r < 0 ? r : 1;
	}
	buffer_init(&sentence, CONTROL_SENTENCE);
	r = read_bytes(in, number, NULL, &sentence);
	if (r == 0)
		complain((struct text){buffer_string(&sentence), sentence.length});
	buffer_done(&sentence);
	return r < 0 ? r : 1;
}

static int
read_answer(struct incoming *in, struct buffer *prose, int *code)
{
	char line[32];
	int r = read_line(in, line, sizeof(line));

	if (r < 0)
		return r;
	if (strcmp(line, REQUEST_VERSION) != 0)
		return -EBADMSG;
	do {
		r = read_part(in, prose, code);
	} while (r == 1);
	return r;
}

static int
tell_broken(const struct control *control, int r)
{
	struct fail fail = {0};

	fail_where(&fail, "%s", control->tried);
	if (r == -EBADMSG || r == -EMSGSIZE) {
		fail_what(&fail, "what answers there is not the daemon, or another version of it");
	} else {
		fail_what(&fail, "the daemon broke off in the middle of the answer");
		fail_hint(&fail, "try again; its log says why");
	}
	complaint_print(&fail);
	return EXIT_INPUT;
}

/* Sends a request and reads the answer: into a buffer, or to standard output. */
static int
exchange(const struct control *control, struct buffer *line, struct buffer *into, int *code)
{
	struct incoming *in = xcalloc(1, sizeof(*in));
	size_t sent = 0;
	int r;

	in->socket = control->socket;
	in->from = control->tried;
	in->said = control->said;
	if (line->at[line->length - 1] != '\n')
		buffer_text(line, TEXT("\n"));
	/* Who is sent away finds the reason in the answer, so an error here is none yet. */
	while (sent < line->length) {
		ssize_t n =
			send(control->socket, line->at + sent, line->length - sent, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		sent += (size_t)n;
	}
	r = read_answer(in, into, code);
	free(in);
	return r;
}

int
control_fetch(const struct control *control, struct buffer *line, struct buffer *into)
{
	int code = EXIT_INPUT;

	return exchange(control, line, into, &code) < 0 ? EXIT_INPUT : code;
}

int
control_ask(struct control *control, struct buffer *line, bool is_prose)
{
	struct buffer prose;
	int code = EXIT_INPUT, r;

	buffer_init(&prose, PROSE_MOST);
	r = exchange(control, line, is_prose ? &prose : NULL, &code);
	if (is_prose)
		page_print(stdout, "", (struct text){buffer_string(&prose), prose.length},
			page_width(stdout, 0));
	buffer_done(&prose);
	/* Standard output is looked at when the command ends. */
	if (r < 0)
		return r == -EIO ? EXIT_INPUT : tell_broken(control, r);
	return code < REQUEST_LATER ? code : EXIT_INPUT;
}

int
control_once(struct control *control, struct buffer *line, bool is_prose)
{
	int code = control_need(control);

	if (code == EXIT_DONE)
		code = control_ask(control, line, is_prose);
	buffer_done(line);
	control_close(control);
	return code;
}

/* Once: 0 with the code of the answer, which may be REQUEST_LATER, or -EPIPE; any other code is the end of it. */
static int
ask_anew(struct control *control, struct buffer *line, int *code)
{
	int r = 0;

	*code = control_need(control);
	if (*code == EXIT_DONE)
		r = exchange(control, line, NULL, code);
	control_close(control);
	return r;
}

int
control_in_turn(struct control *control, struct buffer *line, unsigned seconds)
{
	int64_t end_us = clock_steady() + seconds * WALL_SECOND;
	bool is_told = isatty(STDERR_FILENO) != 1;
	char path[CONTROL_PATH];
	struct buffer said;
	int code, r;

	buffer_init(&said, 2 * CONTROL_SENTENCE);
	control->said = &said;
	for (;;) {
		buffer_clear(&said);
		r = ask_anew(control, line, &code);
		if ((r != -EPIPE && code != REQUEST_LATER) || clock_steady() >= end_us)
			break;
		if (!is_told)
			fprintf(stderr,
				"lazaret: another reload goes on; this one waits for its end, %u s "
				"at most\n",
				seconds);
		is_told = true;
		/* The configuration is read once, as it may come by standard input. */
		snprintf(path, sizeof(path), "%s", control->tried);
		control->path = path;
		(void)usleep(TURN_US);
	}
	control->said = NULL;
	control->path = NULL;
	if (r < 0)
		code = r == -EIO ? EXIT_INPUT : tell_broken(control, r);
	else if (said.length > 0)
		complain((struct text){buffer_string(&said), said.length});
	buffer_done(&said);
	buffer_done(line);
	return code < REQUEST_LATER ? code : EXIT_INPUT;
}

void
control_close(struct control *control)
{
	if (control->socket >= 0)
		close(control->socket);
	control->socket = -1;
}

void
control_add_absent(const struct control *control, struct fail *fail)
{
	char hint[sizeof(fail->hint)];

	if (*control->tried == '\0')
		return;
	snprintf(hint, sizeof(hint), "%s", fail->hint);
	fail_hint(fail, "%.120s%sno daemon answers at %.100s either", hint, *hint ? "; " : "",
		control->tried);
}
