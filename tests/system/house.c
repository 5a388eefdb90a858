/* SPDX-License-Identifier: BSD-2-Clause */
/* A desk with a keeper and two judges for as long as standard input is open. Prints the path of its control
 * socket and the port of its metrics; each line that comes in adds 1000 records to what a receiver counted. */
#include "../unit/desk_fixture.h"

int
main(void)
{
	struct house *house;
	char line[16];

	if (house_begin((void **)&house) < 0)
		return 1;
	house_start(house);
	printf("%s %u\n", house->path, house->port);
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		house->memory->process[1].value[COUNT_RECORDS] += 1000;
		house->memory->exporters.exporter[0].records += 1000;
		puts("done");
		fflush(stdout);
	}
	return house_end((void **)&house) == 0 ? 0 : 1;
}
