/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/daemonmain.h"
#include "runtime/streams.h"

int
main(int argc, char **argv)
{
	streams_occupy();
	return daemon_main(argc, argv, DAEMON_LAZARETD);
}
