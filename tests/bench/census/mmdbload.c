/* SPDX-License-Identifier: BSD-2-Clause */
/* A peer: libmaxminddb asked for addresses, one a line, by their text and by their number.
 *
 * usage: mmdbload DATABASE ADDRESSES
 *
 * Prints CPU seconds of each, and how many it knew. */
#include "base/text.h"

#include <arpa/inet.h>
#include <maxminddb.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define MOST 2000000

static char texts[MOST][16];
static struct sockaddr_in numbers[MOST];

static double
cpu(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static size_t
read_addresses(const char *path)
{
	FILE *file = fopen(path, "re");
	size_t count = 0;

	if (file == NULL)
		return 0;
	while (count < MOST && fgets(texts[count], sizeof(texts[count]), file) != NULL) {
		texts[count][strcspn(texts[count], "\n")] = '\0';
		numbers[count].sin_family = AF_INET;
		if (inet_pton(AF_INET, texts[count], &numbers[count].sin_addr) == 1)
			count++;
	}
	fclose(file);
	return count;
}

/* The AS, 0: none. */
static uint32_t
value_of(MMDB_lookup_result_s *found)
{
	MMDB_entry_data_s value;

	if (!found->found_entry ||
		MMDB_get_value(&found->entry, &value, "system", (char *)NULL) != MMDB_SUCCESS ||
		!value.has_data)
		return 0;
	return value.uint32;
}

static size_t
ask_texts(const MMDB_s *database, size_t count)
{
	size_t known = 0;

	for (size_t i = 0; i < count; i++) {
		int gai, error;
		MMDB_lookup_result_s found = MMDB_lookup_string(database, texts[i], &gai, &error);

		known += gai == 0 && error == MMDB_SUCCESS && value_of(&found) != 0;
	}
	return known;
}

static size_t
ask_numbers(const MMDB_s *database, size_t count)
{
	size_t known = 0;

	for (size_t i = 0; i < count; i++) {
		int error;
		MMDB_lookup_result_s found =
			MMDB_lookup_sockaddr(database, (struct sockaddr *)&numbers[i], &error);

		known += error == MMDB_SUCCESS && value_of(&found) != 0;
	}
	return known;
}

int
main(int argc, char **argv)
{
	size_t count = argc == 3 ? read_addresses(argv[2]) : 0, known, same;
	double begun, by_text, by_number;
	MMDB_s database;

	if (count == 0 || MMDB_open(argv[1], MMDB_MODE_MMAP, &database) != MMDB_SUCCESS) {
		fputs("usage: mmdbload DATABASE ADDRESSES\n", stderr);
		return 2;
	}
	begun = cpu();
	known = ask_texts(&database, count);
	by_text = cpu() - begun;
	begun = cpu();
	same = ask_numbers(&database, count);
	by_number = cpu() - begun;
	MMDB_close(&database);
	if (same != known)
		return 1;
	printf("count %zu\n", count);
	printf("known %zu\n", known);
	printf("by_text %.6f\n", by_text);
	printf("by_number %.6f\n", by_number);
	return 0;
}
