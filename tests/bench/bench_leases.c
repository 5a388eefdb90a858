/* SPDX-License-Identifier: BSD-2-Clause */
/* Who had this address and port at that second: ten million intervals of leases, a third of each name's now, the
 * others of the days before; look-ups one by one and with their memory fetched together. The memory is shared
 * between two mappings, as between two processes, the reader's read-only. Beside each the limit, in memory of the same
 * size: as many cache lines as a look-up cannot do without (a slot, and each interval up to the one that was then),
 * each where the one before says, one look-up after the other or as many at once as are fetched together. Then the
 * receiver's way: mail of these clients, from observations to sightings, one observation at a time and in batches. */
#include "base/random.h"
#include "identity/identify.h"
#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define RUNS   MEASURE_RUNS
#define LEASES 10000000
#define ASKED  4000000
#define BATCH  256 /* of 64 to 1024 observations at a time */
#define GROUP  32
#define NOW    INT64_C(1700000000)

struct load {
	const char *name;
	unsigned history; /* intervals of a name */
	bool is_shared;   /* blocks of 1024 ports */
	bool is_v6;       /* prefixes of /56 */
	int64_t ago;      /* seconds, at the most; 0: now */
};

static struct leases leases; /* the writer's */
static struct leased reader;
static struct lines *prefixes;
static struct lease_question *questions;
static uint8_t *cells;         /* that the look-up must read */
static volatile uint64_t kept; /* so that nothing is left out */

static struct line_name
name_of(const struct load *load, uint32_t number)
{
	struct line_name name = {.length = 128};

	if (load->is_v6) {
		uint64_t high =
			__builtin_bswap64(UINT64_C(0x2001000000000000) | (uint64_t)number << 8);

		memcpy(name.address.byte, &high, sizeof(high));
		name.length = 56;
	} else if (load->is_shared) {
		name.address = address_from_v4(0x0a000000 + number / 63);
		name.low = (uint16_t)((1 + number % 63) * 1024);
		name.high = (uint16_t)(name.low + 1023);
	} else {
		name.address = address_from_v4(0x0a000000 + number);
	}
	return name;
}

/* The oldest of all names first, as time goes; each for a day. */
static void
fill(const struct load *load)
{
	uint32_t names = LEASES / load->history;

	leases_tick(&leases, (struct wall){NOW * WALL_SECOND});
	for (unsigned age = load->history; age-- > 0;) {
		for (uint32_t i = 0; i < names; i++) {
			/* Neighbours do not come one after the other. */
			uint32_t number = (uint32_t)((uint64_t)i * 2654435761U % names);
			struct lease lease = {.name = name_of(load, number)};
			int64_t at = NOW - 3600 - (int64_t)age * 86400 + number % 1800;

			lease.line.pseudonym = hash_mix((uint64_t)number << 8 | (age + 1));
			lease.session = lease.line.pseudonym;
			lease.nas = 1 + number % 500;
			if (leases_start(&leases, &lease, (struct wall){at * WALL_SECOND},
				    (struct wall){(at + 90000) * WALL_SECOND}) < 0)
				exit(1);
		}
	}
}

/* The newest first, until one that had begun by then, the tolerance included. */
static unsigned
intervals_read(const struct load *load, uint32_t number, int64_t ago)
{
	unsigned age = 0;

	while (age + 1 < load->history && 3600 + age * 86400 - number % 1800 < ago + 120)
		age++;
	return age + 1;
}

static void
make_questions(const struct load *load)
{
	struct random random;

	random_seed(&random, 5);
	for (size_t i = 0; i < ASKED; i++) {
		uint32_t number = (uint32_t)random_below(&random, LEASES / load->history);
		struct line_name name = name_of(load, number);
		int64_t ago =
			load->ago > 0 ? (int64_t)random_below(&random, (uint64_t)load->ago) : 0;

		questions[i] = (struct lease_question){.address = name.address,
			.port = (uint16_t)(name.low + 17),
			.at = {(NOW - ago) * WALL_SECOND}};
		cells[i] = (uint8_t)(1 + intervals_read(load, number, ago));
	}
}

static size_t
ask_one_by_one(void)
{
	struct lease_holder holder;
	size_t found = 0;

	for (size_t i = 0; i < ASKED; i++)
		found += leasefind_holder(&reader.leases, &questions[i].address, questions[i].port,
				 questions[i].at, &holder) == 0;
	return found;
}

static size_t
ask_together(void)
{
	struct lease_holder holder;
	size_t found = 0;

	for (size_t i = 0; i < ASKED; i += GROUP) {
		leasefind_fetch(&reader.leases, &questions[i], GROUP);
		for (size_t j = i; j < i + GROUP; j++)
			found += leasefind_holder(&reader.leases, &questions[j].address,
					 questions[j].port, questions[j].at, &holder) == 0;
	}
	return found;
}

/* Servers are outside, and each observation is as new to the caches as the intake's. */
static void
observe(size_t from, struct observation *into)
{
	for (size_t i = 0; i < BATCH; i++) {
		const struct lease_question *question = &questions[from + i];

		into[i] = (struct observation){.kind = OBSERVATION_MAIL,
			.time = question->at,
			.client = question->address,
			.client_port = question->port,
			.server = address_from_v4(0xc6120000 + (uint32_t)(from + i) % 65536),
			.server_port = 25,
			.outcome = OUTCOME_ACCEPTED};
	}
}

/* So many observations at a time. */
static size_t
receive(size_t at_once)
{
	static struct observation observation[BATCH];
	static struct sighting sighting[BATCH * IDENTIFY_EACH];
	struct identify_counts counts = {0};
	size_t found = 0;

	for (size_t i = 0; i < ASKED; i += BATCH) {
		observe(i, observation);
		for (size_t j = 0; j < BATCH; j += at_once)
			found += identify(
				prefixes, observation + j, at_once, sighting, NULL, NULL, &counts);
	}
	return found;
}

/* A word of as many cache lines for each question, each where the one before says; so many questions at once. */
static uint64_t
read_lines(const uint8_t *memory, size_t bytes, size_t at_once)
{
	uint64_t at[GROUP], word, sum = 0;

	for (size_t i = 0; i < ASKED; i += at_once) {
		unsigned left = 1;

		for (size_t j = 0; j < at_once; j++) {
			at[j] = hash_mix(i + j + sum % 2) % (bytes / 64) * 64;
			__builtin_prefetch(memory + at[j]);
		}
		for (unsigned step = 1; left > 0; step++) {
			left = 0;
			for (size_t j = 0; j < at_once; j++) {
				if (cells[i + j] < step)
					continue;
				memcpy(&word, memory + at[j], sizeof(word));
				sum += word;
				at[j] = hash_mix(at[j] + (word & 1)) % (bytes / 64) * 64;
				if (cells[i + j] == step)
					continue;
				__builtin_prefetch(memory + at[j]);
				left++;
			}
		}
	}
	return sum;
}

/* The same memory once more, to read only. */
static void *
share(size_t bytes, void **ret)
{
	int fd = memfd_create("leases", MFD_CLOEXEC);
	void *memory = MAP_FAILED;

	*ret = MAP_FAILED;
	if (fd >= 0 && ftruncate(fd, (off_t)bytes) == 0) {
		memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		*ret = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
	}
	if (memory == MAP_FAILED || *ret == MAP_FAILED) {
		perror("shared memory");
		exit(1);
	}
	close(fd);
	return memory;
}

static double
millions(double since)
{
	return ASKED / (measure_cpu() - since) / 1e6;
}

static void
measure_receiving(size_t found)
{
	double one[RUNS], batch[RUNS], ratio[RUNS];

	for (int i = 0; i < RUNS; i++) {
		double since = measure_cpu();

		must(receive(1) == found);
		one[i] = millions(since);
		since = measure_cpu();
		must(receive(BATCH) == found);
		batch[i] = millions(since);
		ratio[i] = batch[i] / one[i];
	}
	measure_print("  the receiver's way, one by one", "million/s", one);
	measure_print("  the receiver's way, 256 at a time", "million/s", batch);
	measure_print("    times as many", "", ratio);
}

static void
run(const struct load *load)
{
	struct leases_settings settings = LEASES_DEFAULTS;
	double one[RUNS], batch[RUNS], limit_one[RUNS], limit_batch[RUNS], filled;
	void *memory, *read_only;
	size_t bytes, found = 0;

	settings.leases_most = LEASES;
	hash_key_random(&settings.key);
	bytes = leases_bytes(&settings);
	memory = share(bytes, &read_only);
	if (leases_make(&leases, &settings, memory, bytes) < 0 ||
		leases_open(&reader.leases, NULL, read_only, bytes) < 0)
		exit(1);
	filled = measure_cpu();
	fill(load);
	filled = measure_cpu() - filled;
	make_questions(load);
	for (int i = 0; i < RUNS; i++) {
		double since = measure_cpu();

		found = ask_one_by_one();
		one[i] = millions(since);
		since = measure_cpu();
		if (ask_together() != found)
			exit(1);
		batch[i] = millions(since);
		since = measure_cpu();
		kept = read_lines(read_only, bytes, 1);
		limit_one[i] = millions(since);
		since = measure_cpu();
		kept = read_lines(read_only, bytes, GROUP);
		limit_batch[i] = millions(since);
	}
	printf("%s: %.1f bytes an interval, %.2f million Starts/s, %.1f %% of look-ups sure\n",
		load->name, (double)bytes / LEASES,
		(double)(LEASES / load->history * load->history) / filled / 1e6,
		100.0 * (double)found / ASKED);
	measure_print("  look-ups one by one", "million/s", one);
	measure_print("    limit: their cache lines alone", "million/s", limit_one);
	measure_print("  look-ups, 32 fetched together", "million/s", batch);
	measure_print("    limit: their cache lines, 32 at once", "million/s", limit_batch);
	printf("    times the limit's time: one by one %.2f, together %.2f\n",
		limit_one[RUNS / 2] / one[RUNS / 2], limit_batch[RUNS / 2] / batch[RUNS / 2]);
	measure_receiving(found);
	munmap(read_only, bytes);
	munmap(memory, bytes);
}

/* Where all of them lease. */
static struct lines *
make_prefixes(void)
{
	static const char *const texts[] = {"10.0.0.0/8", "2001::/32"};
	struct lines_settings settings = LINES_DEFAULTS;
	struct lines *lines;
	struct fail fail;

	settings.names_most = 0;
	lines = lines_new(&settings);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct lines_prefix row = {.role = ROLE_RESIDENTIAL, .is_leased = true};

		must(prefix_parse(text_of(texts[i]), &row.prefix) == 0 &&
			lines_add(lines, &row, &fail) == 0);
	}
	reader.has_leases = true;
	lines_set_leased(lines, &reader);
	return lines;
}

int
main(void)
{
	static const struct load loads[] = {
		{"10 million addresses, now", 1, false, false, 0},
		{"3.3 million addresses with 3 intervals, now", 3, false, false, 0},
		{"3.3 million addresses with 3 intervals, any time", 3, false, false, 2 * 86400},
		{"3.3 million port blocks with 3 intervals, any time", 3, true, false, 2 * 86400},
		{"3.3 million IPv6 prefixes with 3 intervals, any time", 3, false, true, 2 * 86400},
	};

	questions = xcalloc(ASKED, sizeof(*questions));
	cells = xcalloc(ASKED, sizeof(*cells));
	prefixes = make_prefixes();
	for (size_t i = 0; i < sizeof(loads) / sizeof(*loads); i++)
		run(&loads[i]);
	lines_free(prefixes);
	free(cells);
	free(questions);
	return 0;
}
