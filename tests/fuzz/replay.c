/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs a fuzz target over folders of kept inputs, without libFuzzer, so that every compiler and
 * sanitizer sees them in every test run. Each input is also run cut short and with single bytes
 * overwritten, at places spread over its length. Prints TAP: one case a folder. */
#include "fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

/* Inputs above this are run as they are only in part; places where one input is cut or damaged. */
#define INPUT_MOST (4u << 20)
#define PLACES     96

/* In a block of exactly this size, so that a sanitizer sees a read past the end. */
static void
run(const uint8_t *bytes, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	if (copy == NULL)
		abort();
	if (size > 0)
		memcpy(copy, bytes, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static void
run_damaged(uint8_t *bytes, size_t size)
{
	static const uint8_t values[] = {0x00, 0xff, 0x80};
	size_t step = size / PLACES + 1;

	for (size_t at = 0; at < size; at += step) {
		uint8_t kept = bytes[at];

		run(bytes, at);
		for (size_t i = 0; i < sizeof(values); i++) {
			bytes[at] = values[i];
			run(bytes, size);
		}
		bytes[at] = kept;
	}
}

static int
replay_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = malloc(INPUT_MOST);
	size_t size;

	if (file == NULL || bytes == NULL) {
		printf("# %s: %s\n", path, strerror(errno));
		if (file != NULL)
			fclose(file);
		free(bytes);
		return -1;
	}
	size = fread(bytes, 1, INPUT_MOST, file);
	fclose(file);
	printf("# %s, %zu bytes\n", path, size);
	fflush(stdout);
	run(bytes, size);
	run_damaged(bytes, size);
	free(bytes);
	return 0;
}

/* Number of inputs, or -1 where one could not be read. A folder that does not exist holds none. */
static int
replay_folder(const char *folder)
{
	struct dirent **names;
	int count = scandir(folder, &names, NULL, alphasort), inputs = 0;

	if (count < 0)
		return errno == ENOENT ? 0 : -1;
	for (int i = 0; i < count; i++) {
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
		if (names[i]->d_name[0] != '.' && inputs >= 0)
			inputs = replay_file(path) == 0 ? inputs + 1 : -1;
		free(names[i]);
	}
	free(names);
	return inputs;
}

int
main(int argc, char **argv)
{
	int failed = 0;

	/* Each run begins with empty tables of which it touches little: a huge page to zero for each of them
	 * would take longer than all the rest. */
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	printf("1..%d\n", argc - 1);
	for (int i = 1; i < argc; i++) {
		int inputs = replay_folder(argv[i]);
		/* The first folder is the corpus: an empty one would replay nothing and look fine.
		 */
		int bad = inputs < 0 || (i == 1 && inputs == 0);

		printf("%s %d - %s: %d inputs replayed\n", bad ? "not ok" : "ok", i,
			i == 1 ? "corpus" : "regression", inputs);
		failed += bad;
	}
	return failed > 0;
}
