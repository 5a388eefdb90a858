/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/daemonmain.h"
#include "program/verbs.h"

int
verb_run(int argc, char **argv)
{
	return daemon_main(argc, argv, DAEMON_RUN);
}
