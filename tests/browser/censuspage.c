/* SPDX-License-Identifier: BSD-2-Clause */
/* The report of tests/unit/census_reported.h as files.
 *
 * usage: censuspage FOLDER */
#include "../unit/census_reported.h"

int
main(int argc, char **argv)
{
	static struct reported reported;

	if (argc != 2)
		return 2;
	reported_make(&reported);
	for (unsigned i = 0; i < REPORT_FILES; i++) {
		struct buffer text;
		char path[512];
		FILE *file;

		buffer_init(&text, 16 << 20);
		report_files[i].put(&reported.report, &text);
		snprintf(path, sizeof(path), "%s/%s", argv[1], report_files[i].name);
		file = fopen(path, "w");
		if (file == NULL || fwrite(text.at, 1, text.length, file) != text.length ||
			fclose(file) != 0) {
			perror(path);
			return 3;
		}
		buffer_done(&text);
	}
	run_done(&reported.made);
	return 0;
}
