/* SPDX-License-Identifier: BSD-2-Clause */
/* What it costs to save a judge that holds 300,000 lines, and to restore it: to nowhere, and to a file in
 * memory. Beside it the limit: as many bytes written to such a file and read back, in one piece. */
#include "base/hash.h"
#include "base/random.h"
#include "judge/judge.h"
#include "measure.h"
#include "source/observation.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define RUNS   MEASURE_RUNS
#define LINES  300000
#define EVENTS 2000000

struct figures {
	double nowhere[RUNS];
	double save[RUNS];
	double restore[RUNS];
	double write[RUNS];
	double read[RUNS];
};

static void
check(bool good)
{
	if (good)
		return;
	fputs("what was saved cannot be restored, or the disk is full\n", stderr);
	exit(1);
}

static int
drop(void *context, const void *bytes, size_t size)
{
	return 0;
}

static int
put(void *context, const void *bytes, size_t size)
{
	const uint8_t *at = bytes;

	while (size > 0) {
		ssize_t n = write(*(int *)context, at, size);

		if (n < 0)
			return -errno;
		at += n;
		size -= (size_t)n;
	}
	return 0;
}

static int64_t
get(void *context, void *bytes, size_t size)
{
	ssize_t n = read(*(int *)context, bytes, size);

	return n < 0 ? -errno : n;
}

/* Each line sends a few times; one in a hundred is a zombie. */
static void
fill(struct judge *judge)
{
	struct random random;

	random_seed(&random, 1);
	for (uint64_t i = 0; i < EVENTS; i++) {
		uint64_t which = i < LINES ? i : random_below(&random, LINES);
		bool zombie = which % 100 == 0;
		uint64_t network = random_below(&random, zombie ? 20000 : 3);
		struct sighting seen = {
			.time = {15000 * WALL_DAY + (int64_t)i * 5000},
			.line = {.pseudonym = hash_mix(which + 1)},
			.other = address_from_v4(
				0x30000000 + (uint32_t)((zombie ? 0 : which * 7) + network) * 256),
			.sampling = 1,
			.server_port = 25,
			.kind = SIGHTING_CONTACT,
			.outcome = random_unit(&random) < (zombie ? .67 : .05) ? OUTCOME_REFUSED
									       : OUTCOME_ACCEPTED,
		};

		judge_take(judge, &seen, 1);
	}
}

static uint64_t
save(const struct judge *judge, save_write write_to, int file, double *seconds)
{
	double begun = measure_cpu();
	struct save *save = save_new(write_to, &file);
	uint64_t size;

	check(judge_save(judge, save) == 0 && save_end(save) == 0);
	size = save_size(save);
	save_free(save);
	*seconds = measure_cpu() - begun;
	return size;
}

static double
restore(struct judge *judge, int file)
{
	double begun = measure_cpu();
	struct restore *restore = restore_new(get, &file);
	struct fail fail = {0};

	check(judge_restore(judge, restore, &fail) == 0 && restore_end(restore, &fail) == 0);
	restore_free(restore);
	return measure_cpu() - begun;
}

static int
open_file(const char *path, int flags)
{
	int file = open(path, flags | O_CLOEXEC, 0600);

	check(file >= 0);
	return file;
}

static void
run(const struct judge_settings *settings, const struct judge *judge, const char *path,
	struct figures *figures, int i)
{
	struct judge *next = judge_new(settings);
	uint64_t size = save(judge, drop, -1, &figures->nowhere[i]);
	uint8_t *bytes = memory_map(1, size);
	int file = open_file(path, O_WRONLY | O_CREAT | O_TRUNC);
	double begun;

	save(judge, put, file, &figures->save[i]);
	close(file);
	file = open_file(path, O_RDONLY);
	figures->restore[i] = restore(next, file);
	close(file);
	judge_free(next);
	file = open_file(path, O_RDONLY);
	begun = measure_cpu();
	for (uint64_t at = 0; at < size;) {
		int64_t n = get(&file, bytes + at, size - at);

		check(n > 0);
		at += (uint64_t)n;
	}
	figures->read[i] = measure_cpu() - begun;
	close(file);
	file = open_file(path, O_WRONLY | O_CREAT | O_TRUNC);
	begun = measure_cpu();
	check(put(&file, bytes, size) == 0);
	figures->write[i] = measure_cpu() - begun;
	close(file);
	memory_unmap(bytes, 1, size);
}

static void
print(const char *name, double seconds[RUNS], uint64_t size)
{
	double figures[RUNS];

	for (int i = 0; i < RUNS; i++)
		figures[i] = seconds[i] * 1e9 / LINES;
	measure_print(name, "ns a line", figures);
	printf("%-44s %.0f MB/s\n", "", (double)size / measure_median(seconds) / 1e6);
}

static int
work(const char *folder)
{
	struct judge_settings settings;
	struct figures figures;
	struct judge *judge;
	double seconds;
	char path[4096];
	uint64_t size;

	snprintf(path, sizeof(path), "%s/snapshot", folder);
	judge_defaults(&settings);
	judge = judge_new(&settings);
	fill(judge);
	size = save(judge, drop, -1, &seconds);
	for (int i = 0; i < RUNS; i++)
		run(&settings, judge, path, &figures, i);
	printf("%d lines that send: %.1f MiB, %.0f bytes a line\n", LINES, (double)size / (1 << 20),
		(double)size / LINES);
	print("saved to nowhere", figures.nowhere, size);
	print("saved to a file in memory", figures.save, size);
	print("the limit: written in one piece", figures.write, size);
	print("restored from it", figures.restore, size);
	print("the limit: read in one piece", figures.read, size);
	judge_free(judge);
	return 0;
}

int
main(void)
{
	return measure_in_folder(NULL, work);
}
