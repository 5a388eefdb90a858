/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/daemonmain.h"

int
main(int argc, char **argv)
{
	return daemon_main(argc, argv, false);
}
