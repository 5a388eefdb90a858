/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/sandbox.h"
#include "unit.h"

#include <linux/capability.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a program that is run has: it needs no capability of files for that. */
static int
keeps_and_hands_on(void)
{
	struct sandbox_report report;
	struct fail fail;
	uint64_t wanted = UINT64_C(1) << CAP_NET_RAW | UINT64_C(1) << CAP_NET_ADMIN;

	if (sandbox_keep(wanted, &report, &fail) < 0 || report.capabilities != wanted ||
		report.bounding_set_stands)
		return 1;
	for (int capability = 0; capability <= CAP_LAST_CAP; capability++) {
		if (prctl(PR_CAPBSET_READ, capability, 0, 0, 0) != (int)(wanted >> capability & 1))
			return 2;
	}
	/* Bits 12 and 13. */
	return system("grep -q '^NoNewPrivs:.1$' /proc/self/status && for set in Prm Eff Bnd Amb; "
		      "do "
		      "grep -q \"^Cap$set:.0*3000$\" /proc/self/status || exit 1; done") == 0
		? 0
		: 3;
}

static void
who_runs_programs_keeps_what_they_need_and_hands_on_no_more(void **state)
{
	pid_t child;
	int status;

	(void)state;
	if (geteuid() != 0) {
		print_message("needs root\n");
		skip();
	}
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(keeps_and_hands_on());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_runs_programs_keeps_what_they_need_and_hands_on_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
