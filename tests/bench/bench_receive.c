/* SPDX-License-Identifier: BSD-2-Clause */
/* What a flow record costs the daemon's own code, without the kernel: datagrams as the sender makes them, copied to
 * where a socket would put them, through export_datagram, intake_take and identify, and what comes out through
 * judge_take. Each part is timed for itself; figures are CPU nanoseconds a record, of all records, median of the
 * runs. Before the first run so many connections are read that lines and their servers are known. Beside it the
 * limit: the same datagrams, two bytes touched every so many as a record has. */
#include "identity/identify.h"
#include "judge/judge.h"
#include "load.h"
#include "measure.h"
#include "source/export/export.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BATCHES 2 /* of LOAD_BATCH, as many datagrams as one recvmmsg takes */
#define STRIDE  69952
#define TAKE    256
#define RATE    1000000
#define RECORDS (LOAD_BATCH * BATCHES * EXPORTER_RECORDS)
#ifndef CONNECTIONS
#define CONNECTIONS 1800000 /* of 300,000 lines with 3 servers each */
#endif
#ifndef TURNS
#define TURNS 4000
#endif

enum part { PART_LIMIT, PART_READ, PART_IDENTIFY, PART_JUDGE, PART_COUNT };
static const char *const parts[PART_COUNT] = {"limit", "decode and join", "identify", "judge"};

struct work {
	struct load *load;
	struct intake *intake;
	struct export *export_;
	struct lines *lines;
	struct names names;
	struct judge *judge;
	uint8_t *slots;
	int64_t now;
	uint32_t exporter;
	uint64_t sightings;
	uint64_t touched; /* so that nothing is left out */
	int64_t spent[PART_COUNT];
};

static struct observation observation[TAKE];
static struct sighting sighting[LOAD_BATCH * BATCHES * EXPORTER_RECORDS * IDENTIFY_EACH];

static int64_t
clock_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000 + time.tv_nsec;
}

static void
on_verdict(void *context, const struct verdict *verdict)
{
	(void)context;
	(void)verdict;
}

static struct export_from
from_of(const struct work *work, uint32_t exporter)
{
	return (struct export_from){.file = "",
		.address = address_from_v4(0x7f000001 + exporter / 2),
		.port = (uint16_t)(2000 + exporter),
		.has_address = true,
		.is_alone = true,
		.received = {work->now}};
}

static void
send_templates(struct work *work)
{
	uint8_t datagram[EXPORTER_SLOT];

	for (uint32_t i = 0; i < LOAD_DEFAULTS.exporters; i++) {
		struct export_from from = from_of(work, i);

		export_datagram(
			work->export_, &from, datagram, load_template(work->load, i, datagram));
		export_datagram(
			work->export_, &from, datagram, load_options(work->load, i, datagram));
	}
}

/* One turn's datagrams, of two exporters. */
static void
receive(struct work *work)
{
	size_t size = load_size(work->load);

	work->now += INT64_C(1000000) * RECORDS / RATE;
	load_time(work->load, work->now);
	for (int batch = 0; batch < BATCHES; batch++) {
		const uint8_t *at =
			load_data(work->load, work->exporter + (uint32_t)batch, LOAD_BATCH);

		for (size_t i = 0; i < LOAD_BATCH; i++)
			memcpy(work->slots + ((size_t)batch * LOAD_BATCH + i) * STRIDE,
				at + i * size, size);
	}
}

static unsigned
touch(const struct work *work)
{
	size_t size = load_size(work->load), length = (size - 24) / EXPORTER_RECORDS;
	unsigned sum = 0;

	for (size_t i = 0; i < (size_t)BATCHES * LOAD_BATCH; i++) {
		const uint8_t *at = work->slots + i * STRIDE + 24;

		for (int record = 0; record < EXPORTER_RECORDS; record++, at += length)
			sum += at[20] ^ at[22];
	}
	return sum;
}

static void
read_all(struct work *work)
{
	size_t size = load_size(work->load);

	for (size_t i = 0; i < (size_t)BATCHES * LOAD_BATCH; i++) {
		struct export_from from =
			from_of(work, work->exporter + (uint32_t)(i / LOAD_BATCH));

		export_datagram(work->export_, &from, work->slots + i * STRIDE, size);
	}
}

static void
turn(struct work *work)
{
	struct identify_counts counts = {0};
	size_t count, found = 0;
	int64_t at[PART_COUNT + 1];

	receive(work);
	intake_advance(work->intake, (struct wall){work->now});
	/* The generator has been at work: what is timed first must not pay for it alone. */
	at[0] = clock_now();
	work->touched += touch(work);
	at[1] = clock_now();
	read_all(work);
	at[2] = clock_now();
	while ((count = intake_take(work->intake, observation, TAKE)) > 0)
		found += identify(work->lines, observation, count, sighting + found, NULL,
			&work->names, &counts);
	at[3] = clock_now();
	judge_take(work->judge, sighting, found);
	at[4] = clock_now();
	for (int part = 0; part < PART_COUNT; part++)
		work->spent[part] += at[part + 1] - at[part];
	work->sightings += found;
	work->exporter = (work->exporter + BATCHES) % LOAD_DEFAULTS.exporters;
}

static void
begin(struct work *work, enum exporter_kind kind)
{
	struct load_settings load = LOAD_DEFAULTS;
	struct lines_settings lines = LINES_DEFAULTS;
	struct intake_settings intake = INTAKE_DEFAULTS;
	struct lines_prefix inside = {.role = 0};
	struct judge_settings judge;
	struct fail fail = {0};
	size_t bytes = names_bytes(300000);

	load.kind = kind;
	*work = (struct work){.load = load_new(&load), .now = INT64_C(1700000000000000)};
	work->slots = memory_map(LOAD_BATCH * BATCHES, STRIDE);
	intake.live = true;
	work->intake = intake_new(&intake);
	work->export_ = export_new(&EXPORT_DEFAULTS, work->intake);
	lines.names_most = 0;
	hash_key_random(&lines.key);
	work->lines = lines_new(&lines);
	must(prefix_parse(text_of("10.0.0.0/8"), &inside.prefix) == 0 &&
		lines_add(work->lines, &inside, &fail) == 0);
	must(names_make(&work->names, memory_map(bytes, 1), bytes, 300000) == 0);
	judge_defaults(&judge);
	judge.on_verdict = on_verdict;
	work->judge = judge_new(&judge);
	intake_advance(work->intake, (struct wall){work->now});
	load_time(work->load, work->now);
	send_templates(work);
}

static void
measure_kind(enum exporter_kind kind, const char *name)
{
	double figures[PART_COUNT][MEASURE_RUNS], sum = 0;
	struct work work;

	begin(&work, kind);
	while (work.sightings < CONNECTIONS)
		turn(&work);
	for (int run = 0; run < MEASURE_RUNS; run++) {
		memset(work.spent, 0, sizeof(work.spent));
		for (int i = 0; i < TURNS; i++)
			turn(&work);
		for (int part = 0; part < PART_COUNT; part++)
			figures[part][run] = (double)work.spent[part] / TURNS / RECORDS;
	}
	must(work.touched > 0);
	printf("%s\n", name);
	for (int part = 0; part < PART_COUNT; part++) {
		measure_print(parts[part], "ns", figures[part]);
		sum += part == PART_LIMIT ? 0 : measure_median(figures[part]);
	}
	printf("%-24s %8.2f ns of the daemon's own code a record\n", "together", sum);
}

int
main(void)
{
	measure_kind(KIND_V9, "NetFlow v9, 24 records a datagram, 3 % mail");
	measure_kind(KIND_IPFIX, "IPFIX");
	return 0;
}
