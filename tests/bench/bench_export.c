/* SPDX-License-Identifier: BSD-2-Clause */
/* What a flow record that is not mail costs: datagrams of 64 exporters, each with a layout of
 * its own, in random order and larger than the caches, through export_datagram. Beside it the
 * limit: the same memory walked by somebody who knows all layouts beforehand and touches the two
 * ports of each record only. */
#include "base/random.h"
#include "source/export.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define EXPORTERS 64
#ifndef PACKETS
#define PACKETS 32768
#endif
#define RECORDS 24
#ifndef RUNS
#define RUNS 5
#endif
#define SLOT 2048

enum kind { KIND_V9, KIND_IPFIX, KIND_V5, KIND_MIXED, KIND_COUNT };
static const char *const kind_names[] = {"NetFlow v9", "IPFIX", "NetFlow v5", "mixed"};

struct layout_made {
	enum kind kind;
	unsigned count;
	uint16_t id[24];
	uint16_t size[24];
	uint16_t length;
	uint16_t source_port;
	uint16_t destination_port;
	uint16_t protocol;
	uint16_t template_id;
	uint32_t sequence;
	struct export_from from;
};

struct packet {
	uint8_t *at;
	uint32_t size;
	uint16_t exporter;
};

static struct layout_made exporters[EXPORTERS];
static struct packet packets[PACKETS];
static uint8_t *memory;

static void
shuffle(struct random *random, struct layout_made *e)
{
	for (unsigned i = e->count - 1; i > 0; i--) {
		unsigned j = (unsigned)random_below(random, i + 1);
		uint16_t id = e->id[i], size = e->size[i];

		e->id[i] = e->id[j];
		e->size[i] = e->size[j];
		e->id[j] = id;
		e->size[j] = size;
	}
}

/* The fields that routers send, some of them left out, in an order of the exporter's own. */
static void
make_layout(struct random *random, struct layout_made *e, unsigned number, enum kind kind)
{
	static const uint16_t fixed[][2] = {
		{8, 4}, {12, 4}, {7, 2}, {11, 2}, {4, 1}, {1, 4}, {2, 4}, {6, 1}, {22, 4}, {21, 4}};
	static const uint16_t more[][2] = {{10, 4}, {14, 4}, {15, 4}, {16, 4}, {17, 4}, {9, 1},
		{13, 1}, {5, 1}, {61, 1}, {48, 1}, {136, 1}, {60, 1}};

	e->kind = kind == KIND_MIXED ? (enum kind)random_below(random, 3) : kind;
	e->count = 0;
	e->length = 0;
	for (unsigned i = 0; i < sizeof(fixed) / sizeof(*fixed); i++) {
		e->id[e->count] = fixed[i][0];
		e->size[e->count++] = fixed[i][1];
	}
	for (unsigned i = 0; i < sizeof(more) / sizeof(*more); i++) {
		if (random_below(random, 4) == 0)
			continue;
		e->id[e->count] = more[i][0];
		e->size[e->count++] = more[i][1];
	}
	shuffle(random, e);
	for (unsigned i = 0; i < e->count; i++) {
		if (e->id[i] == 7)
			e->source_port = e->length;
		if (e->id[i] == 11)
			e->destination_port = e->length;
		if (e->id[i] == 4)
			e->protocol = e->length;
		e->length = (uint16_t)(e->length + e->size[i]);
	}
	if (e->kind == KIND_V5) {
		e->length = 48;
		e->source_port = 32;
		e->destination_port = 34;
		e->protocol = 38;
	}
	e->template_id = (uint16_t)(256 + random_below(random, 1000));
	e->sequence = (uint32_t)random_u64(random);
	e->from = (struct export_from){.file = "made",
		.address = address_from_v4(0x0a000000 + number * 77),
		.port = (uint16_t)(2000 + number),
		.has_address = true,
		.received = {INT64_C(1700000000) * WALL_SECOND}};
}

static void
write_head(struct writer *w, struct layout_made *e, uint16_t count)
{
	writer_u16(w, e->kind == KIND_V5 ? 5 : e->kind == KIND_V9 ? 9 : 10);
	writer_u16(w, count);
	if (e->kind != KIND_IPFIX)
		writer_u32(w, 360000000);
	writer_u32(w, 1700000000);
	if (e->kind == KIND_V5)
		writer_u32(w, 0);
	writer_u32(w, e->sequence);
	writer_u32(w, 7);
	e->sequence += e->kind == KIND_V9 ? 1 : e->kind == KIND_V5 ? count : 0;
}

static size_t
finish(struct writer *w, const struct layout_made *e)
{
	size_t size = writer_length(w);

	if (e->kind == KIND_IPFIX) {
		struct writer length = writer_on(w->begin + 2, 2);

		writer_u16(&length, (uint16_t)size);
	}
	return size;
}

static size_t
write_template(struct layout_made *e, uint8_t *at)
{
	struct writer w = writer_on(at, SLOT);

	write_head(&w, e, 1);
	writer_u16(&w, e->kind == KIND_V9 ? 0 : 2);
	writer_u16(&w, (uint16_t)(8 + 4 * e->count));
	writer_u16(&w, e->template_id);
	writer_u16(&w, (uint16_t)e->count);
	for (unsigned i = 0; i < e->count; i++) {
		writer_u16(&w, e->id[i]);
		writer_u16(&w, e->size[i]);
	}
	return finish(&w, e);
}

/* Records of TCP between ports that are not of mail. */
static size_t
write_data(struct random *random, struct layout_made *e, uint8_t *at)
{
	struct writer w = writer_on(at, SLOT);

	write_head(&w, e, RECORDS);
	if (e->kind == KIND_IPFIX)
		e->sequence += RECORDS;
	if (e->kind != KIND_V5) {
		writer_u16(&w, e->template_id);
		writer_u16(&w, (uint16_t)(4 + RECORDS * e->length));
	}
	for (unsigned i = 0; i < RECORDS; i++) {
		uint8_t *record = writer_take(&w, e->length);
		uint16_t port = (uint16_t)__builtin_bswap16(443);
		uint16_t high = (uint16_t)__builtin_bswap16(
			(uint16_t)(10000 + random_below(random, 50000)));
		bool out = random_below(random, 2);

		for (unsigned j = 0; j < e->length; j++)
			record[j] = (uint8_t)random_u64(random);
		memcpy(record + e->source_port, out ? &high : &port, 2);
		memcpy(record + e->destination_port, out ? &port : &high, 2);
		record[e->protocol] = 6;
	}
	return finish(&w, e);
}

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static uint8_t *
make_all(enum kind kind, struct export *export_)
{
	struct random random;
	uint8_t *at = memory, template[SLOT];

	random_seed(&random, 20110816 + kind);
	for (unsigned i = 0; i < EXPORTERS; i++) {
		make_layout(&random, &exporters[i], i, kind);
		if (exporters[i].kind == KIND_V5)
			continue;
		export_datagram(export_, &exporters[i].from, template,
			write_template(&exporters[i], template));
	}
	for (unsigned i = 0; i < PACKETS; i++) {
		packets[i].exporter = (uint16_t)random_below(&random, EXPORTERS);
		packets[i].at = at;
		packets[i].size =
			(uint32_t)write_data(&random, &exporters[packets[i].exporter], at);
		at += (packets[i].size + 63) / 64 * 64;
	}
	return at;
}

static double
run_ours(struct export *export_)
{
	double begin = seconds();

	for (unsigned i = 0; i < PACKETS; i++)
		export_datagram(export_, &exporters[packets[i].exporter].from, packets[i].at,
			packets[i].size);
	return seconds() - begin;
}

static volatile uint64_t sink;

static double
run_limit(void)
{
	double begin = seconds();
	uint64_t sum = 0;

	for (unsigned i = 0; i < PACKETS; i++) {
		const struct layout_made *e = &exporters[packets[i].exporter];
		size_t head = e->kind == KIND_V5 ? 24 : e->kind == KIND_V9 ? 24 : 20;
		const uint8_t *source = packets[i].at + head + e->source_port;
		const uint8_t *destination = packets[i].at + head + e->destination_port;

		for (unsigned j = 0; j < RECORDS; j++) {
			uint16_t a, b;

			memcpy(&a, source, 2);
			memcpy(&b, destination, 2);
			sum += (uint64_t)a ^ b;
			source += e->length;
			destination += e->length;
		}
	}
	sink = sum;
	return seconds() - begin;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *runs)
{
	qsort(runs, RUNS, sizeof(*runs), by_size);
	return runs[RUNS / 2];
}

static void
measure(enum kind kind)
{
	struct intake_settings intake_settings = INTAKE_DEFAULTS;
	struct export_settings settings = EXPORT_DEFAULTS;
	struct intake *intake = intake_new(&intake_settings);
	struct export *export_ = export_new(&settings, intake);
	double ours[RUNS], limit[RUNS], per = 1e9 / (PACKETS * (double)RECORDS), a, b;
	const uint8_t *end = make_all(kind, export_);
	const struct intake_counts *counts = intake_counts(intake);

	for (int i = -1; i < RUNS; i++) {
		double t = run_ours(export_), l = run_limit();

		if (i >= 0) {
			ours[i] = t * per;
			limit[i] = l * per;
		}
	}
	a = median(ours);
	b = median(limit);
	printf("%-12s %5.1f MB %10.2f ns %10.2f ns %8.2f   (%lu records, %lu errors, %lu "
	       "skipped)\n",
		kind_names[kind], (double)(end - memory) / 1e6, a, b, a / b, counts->records,
		counts->errors, counts->skipped_bytes);
	export_free(export_);
	intake_free(intake);
}

int
main(void)
{
	memory = memory_map(PACKETS, SLOT);
	printf("parse and skip: %d exporters, %d datagrams of %d records, median of %d, CPU time\n",
		EXPORTERS, PACKETS, RECORDS, RUNS);
	printf("%-12s %8s %13s %13s %8s\n", "dialect", "data", "ns/record", "limit", "ratio");
	for (enum kind kind = 0; kind < KIND_COUNT; kind++)
		measure(kind);
	memory_unmap(memory, PACKETS, SLOT);
	return 0;
}
