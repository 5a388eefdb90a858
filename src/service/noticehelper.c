/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/noticehelper.h"

#include "base/text.h"
#include "runtime/channel.h"
#include "runtime/clock.h"
#include "runtime/process.h"
#include "runtime/sandbox.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Names. */

static void
add_address(const struct addrinfo *at, char into[NOTICEHELPER_FOUND])
{
	char text[INET6_ADDRSTRLEN];
	size_t used = strlen(into);

	if (getnameinfo(at->ai_addr, at->ai_addrlen, text, sizeof(text), NULL, 0, NI_NUMERICHOST) !=
			0 ||
		used + strlen(text) + 4 > NOTICEHELPER_FOUND)
		return;
	snprintf(into + used, NOTICEHELPER_FOUND - used,
		at->ai_family == AF_INET6 ? "%s[%s]" : "%s%s", used > 0 ? "," : "", text);
}

static void
look_up(int channel, struct noticehelper_look *look)
{
	const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM};
	struct noticehelper_seen seen = {.number = look->number};
	struct addrinfo *found = NULL;

	look->host[sizeof(look->host) - 1] = '\0';
	if (getaddrinfo(look->host, NULL, &wanted, &found) != 0)
		found = NULL;
	for (const struct addrinfo *at = found; at != NULL; at = at->ai_next)
		add_address(at, seen.addresses);
	if (found != NULL)
		freeaddrinfo(found);
	(void)channel_send(channel, NOTICEHELPER_SEEN, &seen, sizeof(seen));
}

/* Commands. */

/* The other ends of what a command reads and writes; -1: closed. */
struct command {
	pid_t pid;
	int process; /* pidfd */
	int input;
	int words;
};

_Noreturn static void
become(const char *line, const int input[2], const int words[2])
{
	char *argument[NOTICEHELPER_ARGUMENTS + 1] = {NULL};
	char *environment[] = {
		(char[]){"PATH=/usr/local/bin:/usr/bin:/bin"}, (char[]){"LANG=C.UTF-8"}, NULL};
	char copy[NOTICE_PATH], *rest = copy;
	int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
	size_t count = 0;

	snprintf(copy, sizeof(copy), "%s", line);
	while (count < NOTICEHELPER_ARGUMENTS && (argument[count] = strsep(&rest, " ")) != NULL)
		count += *argument[count] != '\0';
	argument[count] = NULL;
	(void)setsid();
	for (int number = 1; number < NSIG; number++)
		(void)signal(number, SIG_DFL);
	if (count == 0 || dup2(input[0], 0) < 0 || dup2(nowhere, 1) < 0 || dup2(words[1], 2) < 0 ||
		chdir("/") < 0)
		_exit(126);
	(void)close_range(3, ~0U, 0);
	(void)execve(argument[0], argument, environment);
	dprintf(2, "%s: %s", argument[0], strerror(errno));
	_exit(127);
}

static int
start(const char *line, struct command *ret)
{
	int input[2], words[2];

	if (pipe2(input, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(words, O_CLOEXEC) < 0) {
		(void)close(input[0]);
		(void)close(input[1]);
		return -EMFILE;
	}
	*ret = (struct command){.pid = fork(), .input = input[1], .words = words[0]};
	if (ret->pid == 0)
		become(line, input, words);
	(void)close(input[0]);
	(void)close(words[1]);
	(void)fcntl(ret->input, F_SETFL, O_NONBLOCK);
	(void)fcntl(ret->words, F_SETFL, O_NONBLOCK);
	ret->process = ret->pid > 0 ? pidfd_open(ret->pid, 0) : -1;
	return ret->pid < 0 ? -EAGAIN : 0;
}

static void
close_input(struct command *command)
{
	(void)close(command->input);
	command->input = -1;
}

/* A command that does not read it all to the end may be content all the same: its exit code tells. */
static void
write_input(struct command *command, struct text *rest)
{
	ssize_t n = write(command->input, rest->at, rest->length);

	if (n > 0) {
		rest->at += n;
		rest->length -= (size_t)n;
	}
	if (rest->length == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		close_input(command);
}

static void
read_words(struct command *command, char into[NOTICEHELPER_WORDS])
{
	size_t used = strlen(into);
	char bytes[256];
	ssize_t n = read(command->words, bytes, sizeof(bytes));

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		(void)close(command->words);
		command->words = -1;
	}
	for (ssize_t i = 0; i < n && used + 1 < NOTICEHELPER_WORDS; i++)
		into[used++] = bytes[i] >= ' ' && bytes[i] <= '~' ? bytes[i] : ' ';
	into[used] = '\0';
}

/* Until it has ended, or its time is over. */
static void
attend(struct command *command, struct text text, char words[NOTICEHELPER_WORDS])
{
	int64_t end = clock_steady() + NOTICEHELPER_US, now;
	bool has_ended = false;

	while (!has_ended && (now = clock_steady()) < end) {
		struct pollfd polled[] = {{.fd = command->process, .events = POLLIN},
			{.fd = command->input, .events = POLLOUT},
			{.fd = command->words, .events = POLLIN}};

		(void)poll(polled, 3, (int)((end - now) / 1000) + 1);
		has_ended = polled[0].revents != 0;
		if (polled[1].revents != 0)
			write_input(command, &text);
		if (polled[2].revents != 0)
			read_words(command, words);
	}
	if (has_ended && command->words >= 0)
		read_words(command, words);
}

static void
run(int channel, const struct notifying_settings *settings, const struct noticehelper_run *run)
{
	struct noticehelper_ran ran = {.number = run->number, .code = -EINVAL};
	struct command command;
	int status, ended;

	if (run->channel < NOTICE_CHANNELS && run->length <= sizeof(run->text))
		ran.code = start(settings->carrier[run->channel], &command);
	if (ran.code == 0) {
		attend(&command, (struct text){run->text, run->length}, ran.words);
		ended = waitpid(command.pid, &status, WNOHANG);
		(void)kill(-command.pid, SIGKILL);
		if (ended == 0)
			(void)waitpid(command.pid, NULL, 0);
		ran.code = ended == 0       ? -ETIMEDOUT
			: WIFEXITED(status) ? WEXITSTATUS(status)
					    : 128 + WTERMSIG(status);
		(void)close(command.process);
		if (command.input >= 0)
			close_input(&command);
		if (command.words >= 0)
			(void)close(command.words);
	}
	(void)channel_send(channel, NOTICEHELPER_RAN, &ran, sizeof(ran));
}

_Noreturn static void
help(int channel, const struct notifying_settings *settings)
{
	struct pollfd polled = {.fd = channel, .events = POLLIN};
	static union {
		struct noticehelper_look look;
		struct noticehelper_run run;
	} message;
	uint16_t type = 0;
	int64_t size;

	for (;;) {
		(void)poll(&polled, 1, -1);
		size = channel_receive(channel, &type, &message, sizeof(message));
		if (size == sizeof(message.look) && type == NOTICEHELPER_LOOK)
			look_up(channel, &message.look);
		else if (type == NOTICEHELPER_RUN &&
			size >= (int64_t)offsetof(struct noticehelper_run, text) &&
			size - (int64_t)offsetof(struct noticehelper_run, text) ==
				message.run.length)
			run(channel, settings, &message.run);
		else if (size == -EPIPE)
			_exit(0);
	}
}

/* The parent is shut in by the time that a helper dies, and can start no other. So one waits here for it, with all that
 * it needs, and starts the next. */
_Noreturn static void
keep_up(int channel, const struct notifying_settings *settings)
{
	for (;;) {
		pid_t pid = fork();
		int status;

		if (pid == 0)
			help(channel, settings);
		if (pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
			WEXITSTATUS(status) == 0)
			_exit(0);
		(void)usleep(NOTICEHELPER_AGAIN_US);
	}
}

int
noticehelper_start(const struct notifying_settings *settings, int *ret, struct fail *fail)
{
	int ends[2], r = channel_pair(ends);
	struct sandbox_report report;
	pid_t pid;

	if (r < 0) {
		fail_what(fail, "no channel can be made: %s", strerror(-r));
		return r;
	}
	pid = process_fork("laz-helper");
	if (pid == 0) {
		process_keep_only(&ends[1], 1);
		if (sandbox_keep(0, &report, NULL) < 0)
			_exit(1);
		keep_up(ends[1], settings);
	}
	(void)close(ends[1]);
	if (pid < 0) {
		fail_what(fail, "the notifier's helper cannot be started: %s", strerror(-pid));
		(void)close(ends[0]);
		return pid;
	}
	*ret = ends[0];
	return 0;
}
