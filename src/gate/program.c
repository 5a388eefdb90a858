/* SPDX-License-Identifier: BSD-2-Clause */
#include "gate/program.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const folders[] = {"/usr/sbin", "/sbin", "/usr/bin", "/bin"};

char *
program_find(const char *name, char into[PROGRAM_PATH])
{
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		snprintf(into, PROGRAM_PATH, "%s/%s", folders[i], name);
		if (access(into, X_OK) == 0)
			return into;
	}
	snprintf(into, PROGRAM_PATH, "%s/%s", folders[0], name);
	return into;
}

/* A file without a name that holds the text, at its begin; or empty. */
static int
file_of(struct text text)
{
	int file = memfd_create("input", MFD_CLOEXEC);

	while (file >= 0 && text.length > 0) {
		ssize_t n = write(file, text.at, text.length);

		if (n <= 0) {
			close(file);
			return -EIO;
		}
		text.at += n;
		text.length -= (size_t)n;
	}
	return file >= 0 && lseek(file, 0, SEEK_SET) == 0 ? file : -EIO;
}

static _Noreturn void
become(char *const *arguments, int input, int output)
{
	char *const environment[] = {NULL};

	if (dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0 ||
		close_range(3, ~0U, 0) < 0)
		_exit(126);
	execve(arguments[0], arguments, environment);
	_exit(127);
}

/* The first line of what it said, which has the reason. */
static void
read_said(int output, char into[PROGRAM_SAID])
{
	ssize_t n = pread(output, into, PROGRAM_SAID - 1, 0);

	into[n > 0 ? n : 0] = '\0';
	into[strcspn(into, "\n")] = '\0';
}

int
program_wait(pid_t pid)
{
	int status;
	pid_t ended;

	do
		ended = waitpid(pid, &status, 0);
	while (ended < 0 && errno == EINTR);
	return ended == pid ? status : -1;
}

int
program_run(const char *name, const char *const *words, struct text input, char said[PROGRAM_SAID])
{
	char path[PROGRAM_PATH], word[PROGRAM_WORDS][16];
	char *arguments[PROGRAM_WORDS + 2] = {program_find(name, path)};
	int in = file_of(input), out = file_of((struct text){NULL, 0}), status;
	pid_t pid;

	for (size_t i = 0; i < PROGRAM_WORDS && words[i] != NULL; i++) {
		snprintf(word[i], sizeof(word[i]), "%s", words[i]);
		arguments[i + 1] = word[i];
	}
	pid = in < 0 || out < 0 ? -1 : fork();
	if (pid == 0)
		become(arguments, in, out);
	status = pid < 0 ? -1 : program_wait(pid);
	read_said(out, said);
	close(in);
	close(out);
	return status >= 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
