/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists of spam senders, as lazaret census reads them: a plain list of addresses, in order and shuffled, and a zone of
 * rbldnsd with the same addresses, some with A values and texts of their own, exclusions and ranges. What is measured
 * is the whole way from the file to columns that begin empty, with the search for ranges that were written out; and the
 * same with the columns sorted and each address there once, as lazaret census run has them. Beside each, over the same
 * bytes: memchr from line to line, read() alone, and rbldnsd itself, from its start until it has loaded them and is
 * ready: then it has them sorted, too, without their lines. All entries that were written must have been read, or the
 * benchmark has failed.
 * Usage: bench_lists [LINES [FOLDER]] */
#include "base/random.h"
#include "census/join/distinct.h"
#include "census/join/radix.h"
#include "census/list/listreader.h"
#include "measure.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINES 10000000

struct file {
	char path[4096];
	uint64_t lines; /* with entries */
	uint64_t hosts; /* addresses that are listed by themselves */
	char *bytes;
	size_t size;
};

static uint32_t lines = LINES;
static volatile uint64_t kept; /* so that nothing is left out */

static void
stop(const char *what)
{
	perror(what);
	exit(1);
}

/* No bogon, and none twice: the numbers of a permutation of all, in order or as it gives them. */
static uint32_t *
make_addresses(void)
{
	uint32_t *addresses = xcalloc(lines, sizeof(*addresses));
	const uint32_t first = 0x0b000000, space = 0x64000000 - first;
	struct random random;

	random_seed(&random, 11);
	for (uint32_t i = 0; i < lines; i++)
		addresses[i] = first + (uint32_t)((uint64_t)space * i / lines) +
			(uint32_t)random_below(&random, space / lines);
	return addresses;
}

static void
shuffle(uint32_t *addresses)
{
	struct random random;

	random_seed(&random, 12);
	for (uint32_t i = lines - 1; i > 0; i--) {
		uint32_t j = (uint32_t)random_below(&random, i + 1), other = addresses[j];

		addresses[j] = addresses[i];
		addresses[i] = other;
	}
}

static void
begin_file(struct file *file, const char *folder, const char *name, FILE **ret)
{
	*file = (struct file){0};
	snprintf(file->path, sizeof(file->path), "%s/%s", folder, name);
	*ret = fopen(file->path, "we");
	if (*ret == NULL)
		stop(file->path);
}

/* The bytes in memory, too, for the limit. */
static void
end_file(struct file *file, FILE *stream)
{
	struct stat status;

	if (fclose(stream) != 0 || chmod(file->path, 0644) < 0 || stat(file->path, &status) < 0)
		stop(file->path);
	file->size = (size_t)status.st_size;
	file->bytes = memory_map(file->size, 1);
	stream = fopen(file->path, "re");
	if (stream == NULL || fread(file->bytes, 1, file->size, stream) != file->size)
		stop(file->path);
	fclose(stream);
}

static void
put(FILE *stream, const char *before, uint32_t address, const char *behind)
{
	fprintf(stream, "%s%u.%u.%u.%u%s\n", before, address >> 24, address >> 16 & 255,
		address >> 8 & 255, address & 255, behind);
}

static void
make_plain(struct file *file, const char *folder, const char *name, const uint32_t *addresses)
{
	FILE *stream;

	begin_file(file, folder, name, &stream);
	for (uint32_t i = 0; i < lines; i++)
		put(stream, "", addresses[i], "");
	file->lines = file->hosts = lines;
	end_file(file, stream);
}

static void
make_zone(struct file *file, const char *folder, const uint32_t *addresses)
{
	FILE *stream;

	begin_file(file, folder, "zone", &stream);
	fputs("$SOA 3000 ns.example admin.example 0 1h 1h 1d 1h\n$NS 3000 ns.example\n"
	      ":127.0.0.2:listed, see http://list.example/?$\n",
		stream);
	for (uint32_t i = 0; i < lines; i++) {
		switch (i % 1000) {
		case 100:
			/* One that is listed before. */
			put(stream, "!", addresses[i - 1], "");
			file->hosts--;
			break;
		case 200:
			/* Four more in a line. */
			put(stream, "", addresses[i] & ~3U, "/30");
			file->hosts += 4;
			break;
		default:
			put(stream, "", addresses[i],
				i % 20 == 3
					? " :127.0.0.4:open proxy, see http://list.example/proxy?$"
					: i % 20 == 7 ? " sent spam to a trap"
						      : "");
			file->hosts++;
		}
	}
	file->lines = lines;
	end_file(file, stream);
}

/* How many are left of the columns, in order and each once; on one thread. */
static size_t
sort(struct listings *listings)
{
	struct listing4 *scratch = memory_map(listings->fours, sizeof(*scratch));
	struct distinct *table = xcalloc(1, sizeof(*table));
	size_t count = distinct4(
		table, radix_sort4(listings->four, scratch, listings->fours), listings->fours);

	free(table);
	memory_unmap(scratch, listings->fours, sizeof(*scratch));
	return count;
}

static double
read_ours(const struct file *file, bool is_sorted, bool *good)
{
	struct listnotes notes = {0};
	struct listings listings;
	double begun;
	size_t hosts;

	begun = measure_cpu();
	listings_init(&listings, (size_t)lines + (lines >> 4) + 1024);
	if (listreader_read(file->path, &(struct listorder){0}, 0, &listings, &notes, NULL) < 0)
		*good = false;
	hosts = listings.fours;
	if (is_sorted)
		kept = sort(&listings);
	listings_done(&listings);
	begun = measure_cpu() - begun;
	if (notes.entries != file->lines || hosts != file->hosts || notes.count[LISTNOTE_BAD] > 0) {
		printf("FAILED: %s has %lu entries and %lu hosts, read were %lu and %zu\n",
			file->path, file->lines, file->hosts, notes.entries, hosts);
		*good = false;
	}
	return begun;
}

/* The limit: from line to line. */
static double
read_lines(const struct file *file)
{
	const char *at = file->bytes, *end = at + file->size;
	double begun = measure_cpu();
	uint64_t count = 0;

	while (at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		count++;
		at++;
	}
	kept = count;
	return measure_cpu() - begun;
}

/* Reads what a command says until it has said these words. */
static bool
wait_for(int from, const char *words)
{
	struct buffer said;
	char some[1024];
	ssize_t got;
	bool found = false;

	buffer_init(&said, 1 << 20);
	while (!found && (got = read(from, some, sizeof(some))) > 0) {
		buffer_add(&said, some, (size_t)got);
		found = strstr(buffer_string(&said), words) != NULL;
	}
	if (!found)
		fputs(buffer_string(&said), stderr);
	buffer_done(&said);
	return found;
}

static pid_t
start_rbldnsd(const char *zone, int out)
{
	pid_t child = fork();

	if (child != 0)
		return child;
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	if (geteuid() == 0)
		execlp("rbldnsd", "rbldnsd", "-n", "-u", "daemon:daemon", "-b", "127.0.0.1/0", zone,
			(char *)NULL);
	else
		execlp("rbldnsd", "rbldnsd", "-n", "-b", "127.0.0.1/0", zone, (char *)NULL);
	_exit(127);
}

/* CPU seconds until rbldnsd has loaded the zone and says that it is ready; on a port that the system chooses. */
static double
read_rbldnsd(const struct file *file)
{
	struct rusage usage;
	char zone[4200];
	int ends[2];
	pid_t child;

	snprintf(zone, sizeof(zone), "list.example:ip4set:%s", file->path);
	if (pipe2(ends, O_CLOEXEC) < 0)
		stop("pipe");
	child = start_rbldnsd(zone, ends[1]);
	close(ends[1]);
	if (child < 0 || !wait_for(ends[0], "started"))
		stop("rbldnsd");
	kill(child, SIGKILL);
	while (wait4(child, NULL, 0, &usage) < 0) {
		if (errno != EINTR)
			stop("wait4");
	}
	close(ends[0]);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
		(double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

/* Million lines a second. */
static double
rate(const struct file *file, double seconds)
{
	return (double)file->lines / seconds * 1e-6;
}

/* What is measured of a file, over and over. */
struct figures {
	double ours[MEASURE_RUNS], sorted[MEASURE_RUNS], limit[MEASURE_RUNS];
	double reading[MEASURE_RUNS], peer[MEASURE_RUNS];
	double ratio[MEASURE_RUNS], sorted_ratio[MEASURE_RUNS];
};

static bool
run(const struct file *file, bool has_peer, struct figures *figures)
{
	bool good = true;

	for (int i = -1; i < MEASURE_RUNS && good; i++) {
		double ours = read_ours(file, false, &good), sorted = read_ours(file, true, &good);
		double limit = read_lines(file), reading = measure_reading(file->path);
		double peer = has_peer ? read_rbldnsd(file) : 1;

		if (i < 0)
			continue;
		figures->ours[i] = rate(file, ours);
		figures->sorted[i] = rate(file, sorted);
		figures->limit[i] = rate(file, limit);
		figures->reading[i] = rate(file, reading);
		figures->peer[i] = rate(file, peer);
		figures->ratio[i] = peer / ours;
		figures->sorted_ratio[i] = peer / sorted;
	}
	return good;
}

static bool
measure(const char *name, const struct file *file, bool has_peer)
{
	struct figures figures;

	if (!run(file, has_peer, &figures))
		return false;
	printf("%s: %lu lines, %zu bytes; million lines a second of CPU, median of %d\n", name,
		file->lines, file->size, MEASURE_RUNS);
	measure_print("lazaret census", "M/s", figures.ours);
	measure_print("the same sorted, each once", "M/s", figures.sorted);
	measure_print("limit: memchr from line to line, in memory", "M/s", figures.limit);
	measure_print("limit: read(), no more", "M/s", figures.reading);
	if (has_peer) {
		measure_print("rbldnsd", "M/s", figures.peer);
		measure_print("times as fast as rbldnsd, pair by pair", "", figures.ratio);
		measure_print("the same sorted, each once", "", figures.sorted_ratio);
	}
	return true;
}

static int
work(const char *folder)
{
	struct file ordered, shuffled, zone;
	uint32_t *addresses = make_addresses();
	bool has_peer = measure_finds("rbldnsd"), good;

	/* For rbldnsd, which gives up its rights. */
	if (chmod(folder, 0755) < 0)
		stop(folder);
	make_plain(&ordered, folder, "ordered", addresses);
	make_zone(&zone, folder, addresses);
	shuffle(addresses);
	make_plain(&shuffled, folder, "shuffled", addresses);
	free(addresses);
	if (!has_peer)
		puts("rbldnsd is not installed, so there is no peer");
	good = measure("addresses in order", &ordered, has_peer);
	good = measure("addresses shuffled", &shuffled, has_peer) && good;
	good = measure("zone", &zone, has_peer) && good;
	return !good;
}

int
main(int argc, char **argv)
{
	uint64_t number;

	if (argc > 1 && text_parse_u64(text_of(argv[1]), 100000000, &number) == 0 && number > 1000)
		lines = (uint32_t)number;
	return measure_in_folder(argc > 2 ? argv[2] : NULL, work);
}
