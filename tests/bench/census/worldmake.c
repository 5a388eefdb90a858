/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes what a census of the whole world reads: see dumps.h and spamlists.h. `world` starts it for each part.
 *
 * usage: worldmake registry NAME FOLDER BYTES PART [TABLE4 TABLE6]
 *        worldmake systems FOLDER PART [TABLE4 TABLE6]
 *        worldmake lists north|south FOLDER DAY FOURS SIXES PART [TABLE4 TABLE6]
 *
 * TABLE4 and TABLE6 are the real ranges, of which each PART-th counts; without them they are made up. DAY is its begin,
 * in seconds since 1970. Prints how many bytes of text a registry has. */
#include "dumps.h"
#include "spamlists.h"

#include <stdio.h>
#include <stdlib.h>

static int
usage(void)
{
	fputs("usage: worldmake registry NAME FOLDER BYTES PART [TABLE4 TABLE6]\n"
	      "       worldmake systems FOLDER PART [TABLE4 TABLE6]\n"
	      "       worldmake lists north|south FOLDER DAY FOURS SIXES PART [TABLE4 TABLE6]\n",
		stderr);
	exit(2);
}

static uint64_t
number(const char *text, uint64_t most)
{
	uint64_t value;

	if (text_parse_u64(text_of(text), most, &value) < 0)
		usage();
	return value;
}

static void
make(struct spaces *spaces, int count, char **arguments)
{
	const char *const tables[RANGE_SYSTEM] = {
		count > 2 ? arguments[1] : NULL, count > 2 ? arguments[2] : NULL};
	unsigned part = (unsigned)number(count > 0 ? arguments[0] : "", 100000);

	spaces_make(spaces, tables, part > 0 ? part : 1);
}

static enum registry_name
registry_named(const char *name)
{
	for (unsigned i = REGISTRY_NONE + 1; i < REGISTRY_COUNT; i++) {
		if (strcmp(name, registry_names[i]) == 0)
			return (enum registry_name)i;
	}
	usage();
	return REGISTRY_NONE;
}

int
main(int argc, char **argv)
{
	const char *what = argc > 3 ? argv[1] : "";
	struct spaces spaces = {0};

	if (strcmp(what, "registry") == 0 && argc >= 6) {
		uint64_t bytes = number(argv[4], UINT64_C(1) << 40);

		make(&spaces, argc - 5, argv + 5);
		printf("%lu\n", dumps_write(&spaces, registry_named(argv[2]), bytes, argv[3]));
	} else if (strcmp(what, "systems") == 0) {
		make(&spaces, argc - 3, argv + 3);
		dumps_write_systems(&spaces, argv[2]);
	} else if (strcmp(what, "lists") == 0 && argc >= 8) {
		uint32_t day = (uint32_t)number(argv[4], UINT32_MAX);
		size_t fours = number(argv[5], UINT32_MAX), sixes = number(argv[6], UINT32_MAX);

		make(&spaces, argc - 7, argv + 7);
		spamlists_write(&spaces, strcmp(argv[2], "south") == 0, day, fours, sixes, argv[3]);
	} else {
		return usage();
	}
	spaces_done(&spaces);
	return 0;
}
