/* SPDX-License-Identifier: BSD-2-Clause */
/* Who had this address and port at that second: ten million intervals of leases, a third of each name's now, the
 * others of the days before; look-ups one by one and in batches that prefetch. Beside it the limit: one cache line
 * that is not in the cache for each look-up, in memory of the same size. */
#include "base/random.h"
#include "identity/leasefind.h"
#include "measure.h"

#include <stdio.h>
#include <stdlib.h>

#define RUNS   MEASURE_RUNS
#define LEASES 10000000
#define ASKED  4000000
#define BATCH  16
#define NOW    INT64_C(1700000000)

struct load {
	const char *name;
	unsigned history; /* intervals of a name */
	bool is_shared;   /* blocks of 1024 ports */
	bool is_v6;       /* prefixes of /56 */
	int64_t ago;      /* seconds, at the most; 0: now */
};

struct question {
	struct address address;
	uint16_t port;
	struct wall at;
};

static struct leases leases;
static struct question *questions;
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

static void
make_questions(const struct load *load)
{
	struct random random;

	random_seed(&random, 5);
	for (size_t i = 0; i < ASKED; i++) {
		struct line_name name =
			name_of(load, (uint32_t)random_below(&random, LEASES / load->history));
		int64_t ago =
			load->ago > 0 ? (int64_t)random_below(&random, (uint64_t)load->ago) : 0;

		questions[i] = (struct question){.address = name.address,
			.port = (uint16_t)(name.low + 17),
			.at = {(NOW - ago) * WALL_SECOND}};
	}
}

static size_t
ask_one_by_one(void)
{
	struct lease_holder holder;
	size_t found = 0;

	for (size_t i = 0; i < ASKED; i++)
		found += leasefind_holder(&leases, &questions[i].address, questions[i].port,
				 questions[i].at, &holder) == 0;
	return found;
}

static size_t
ask_in_batches(void)
{
	struct lease_holder holder;
	size_t found = 0;

	for (size_t i = 0; i < ASKED; i += BATCH) {
		for (size_t j = i; j < i + BATCH; j++)
			leasefind_prefetch(&leases, &questions[j].address, questions[j].port);
		for (size_t j = i; j < i + BATCH; j++)
			found += leasefind_holder(&leases, &questions[j].address, questions[j].port,
					 questions[j].at, &holder) == 0;
	}
	return found;
}

/* Reads a word of so many cache lines, each of which depends on the one before. */
static uint64_t
read_lines(const uint8_t *memory, size_t bytes)
{
	uint64_t at = 0, word;

	for (size_t i = 0; i < ASKED; i++) {
		memcpy(&word, memory + at, sizeof(word));
		at = hash_mix(at + (word & 1) + i) % (bytes / 64) * 64;
	}
	return at;
}

static void
run(const struct load *load)
{
	struct leases_settings settings = LEASES_DEFAULTS;
	double one[RUNS], batch[RUNS], limit[RUNS], filled;
	size_t bytes, found = 0;
	void *memory;

	settings.leases_most = LEASES;
	hash_key_random(&settings.key);
	bytes = leases_bytes(&settings);
	memory = memory_map(1, bytes);
	if (leases_make(&leases, &settings, memory, bytes) < 0)
		exit(1);
	filled = measure_cpu();
	fill(load);
	filled = measure_cpu() - filled;
	make_questions(load);
	for (int i = 0; i < RUNS; i++) {
		one[i] = measure_cpu();
		found = ask_one_by_one();
		one[i] = ASKED / (measure_cpu() - one[i]) / 1e6;
		batch[i] = measure_cpu();
		(void)ask_in_batches();
		batch[i] = ASKED / (measure_cpu() - batch[i]) / 1e6;
		limit[i] = measure_cpu();
		kept = read_lines(memory, bytes);
		limit[i] = ASKED / (measure_cpu() - limit[i]) / 1e6;
	}
	printf("%s: %.1f bytes an interval, %.2f million Starts/s, %.1f %% of look-ups sure\n",
		load->name, (double)bytes / LEASES,
		(double)(LEASES / load->history * load->history) / filled / 1e6,
		100.0 * (double)found / ASKED);
	measure_print("  look-ups one by one", "million/s", one);
	measure_print("  look-ups in batches of 16", "million/s", batch);
	measure_print("  limit: one cache line each", "million/s", limit);
	memory_unmap(memory, 1, bytes);
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
	for (size_t i = 0; i < sizeof(loads) / sizeof(*loads); i++)
		run(&loads[i]);
	free(questions);
	return 0;
}
