/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/streams.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* In a process that was started without some: 0, or which of what must hold does not. */
static int
look(unsigned closed)
{
	struct stat null, is;
	int next;
	char byte = 'x';

	if (stat("/dev/null", &null) < 0)
		return 1;
	for (int fd = 0; fd <= 2; fd++) {
		if (closed & (1U << fd))
			close(fd);
	}
	streams_occupy();
	next = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (next <= 2)
		return 2;
	for (int fd = 0; fd <= 2; fd++) {
		if (!(closed & (1U << fd)))
			continue;
		if (fstat(fd, &is) < 0 || is.st_rdev != null.st_rdev)
			return 3;
		/* Children have it, and what they start. */
		if (fcntl(fd, F_GETFD) != 0)
			return 4;
		/* Who uses it is told. */
		errno = 0;
		if ((fd == 0 ? read(fd, &byte, 1) : write(fd, &byte, 1)) != -1 || errno != EBADF)
			return 5;
	}
	return 0;
}

static void
streams_that_are_closed_are_given_to_nobody_else(void **state)
{
	(void)state;
	for (unsigned closed = 0; closed < 8; closed++) {
		int status = -1;
		pid_t child = fork();

		if (child == 0)
			_exit(look(closed));
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
}

static void
streams_that_are_open_stay_what_they_are(void **state)
{
	int ends[2], status = -1;
	pid_t child;
	char byte = 0;

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	child = fork();
	if (child == 0) {
		if (dup2(ends[1], 1) < 0 || close(2) < 0)
			_exit(1);
		streams_occupy();
		_exit(write(1, "x", 1) == 1 ? 0 : 1);
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	assert_int_equal(byte, 'x');
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	close(ends[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_that_are_closed_are_given_to_nobody_else),
		cmocka_unit_test(streams_that_are_open_stay_what_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
