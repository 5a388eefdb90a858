/* namespace - a network of the test's own, for tests that are run as root */
#ifndef LAZARET_TESTS_NAMESPACE_H
#define LAZARET_TESTS_NAMESPACE_H

#include "unit.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAMESPACE_MISSING 77

/* In a child: what is wrong ends it, with its line. The test has a struct fail of this name. */
#define CHECK(true_)                                                                               \
	do {                                                                                       \
		if (!(true_)) {                                                                    \
			fprintf(stderr, "# line %d: %s: %s\n", __LINE__, #true_, fail.what);       \
			_exit(1);                                                                  \
		}                                                                                  \
	} while (0)

/*
 * The kernel tells an end of a pair late that the other one is up, and drops what is sent there before. Its state
 * changes in the same step; whoever changes an interface afterwards has waited for that step's end.
 */
#define NAMESPACE_SETTLE                                                                           \
	"for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do "                         \
	"ip -o link show up | grep -q LOWERLAYERDOWN || break; sleep 0.05; done; "                 \
	"ip link set lo up"

/* Runs the check in a child that has a network of its own, made by these commands of ip(8); the network ends
 * with the child. Skips, with a word, where that cannot be had. The check gives 0 if all was right. */
static inline void
namespace_run(const char *commands, int (*check)(void))
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		char line[1024];

		if (unshare(CLONE_NEWNET) < 0)
			_exit(NAMESPACE_MISSING);
		snprintf(line, sizeof(line),
			"command -v ip >/dev/null && { ip link set lo up && %s && "
			"{ " NAMESPACE_SETTLE "; }; } >/dev/null 2>&1",
			commands);
		if (system(line) != 0)
			_exit(NAMESPACE_MISSING);
		_exit(check());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NAMESPACE_MISSING) {
		print_message("needs root, ip(8) and network namespaces\n");
		skip();
	}
	assert_int_equal(status, 0);
}

#endif
