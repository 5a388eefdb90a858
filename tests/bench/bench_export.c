/* SPDX-License-Identifier: BSD-2-Clause */
/* What a flow record that is not mail costs: datagrams of 64 exporters, each with a layout of
 * its own, in random order and larger than the caches, through export_datagram. Beside it the
 * limit: the same memory walked by somebody who knows all layouts beforehand and touches the two
 * ports of each record only. */
#include "base/random.h"
#include "exporter.h"
#include "measure.h"
#include "source/export/export.h"

#include <stdio.h>

#define EXPORTERS 64
#ifndef PACKETS
#define PACKETS 32768
#endif
#define RECORDS EXPORTER_RECORDS
#define RUNS    MEASURE_RUNS
#define SLOT    EXPORTER_SLOT

/* The first ones are enum exporter_kind; the last: each exporter another one. */
#define MIXED 3
static const char *const names[] = {"NetFlow v9", "IPFIX", "NetFlow v5", "mixed"};

struct sender {
	struct exporter exporter;
	uint16_t source_port; /* where the fields stand in a record */
	uint16_t destination_port;
	uint16_t protocol;
	struct export_from from;
};

struct packet {
	uint8_t *at;
	uint32_t size;
	uint16_t sender;
};

static struct sender senders[EXPORTERS];
static struct packet packets[PACKETS];
static uint8_t *memory;

static void
shuffle(struct random *random, struct exporter *e)
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
make_layout(struct random *random, struct exporter *e)
{
	static const uint16_t fixed[][2] = {
		{8, 4}, {12, 4}, {7, 2}, {11, 2}, {4, 1}, {1, 4}, {2, 4}, {6, 1}, {22, 4}, {21, 4}};
	static const uint16_t more[][2] = {{10, 4}, {14, 4}, {15, 4}, {16, 4}, {17, 4}, {9, 1},
		{13, 1}, {5, 1}, {61, 1}, {48, 1}, {136, 1}, {60, 1}};

	for (unsigned i = 0; i < sizeof(fixed) / sizeof(*fixed); i++)
		exporter_add(e, fixed[i][0], fixed[i][1]);
	for (unsigned i = 0; i < sizeof(more) / sizeof(*more); i++) {
		if (random_below(random, 4) != 0)
			exporter_add(e, more[i][0], more[i][1]);
	}
	shuffle(random, e);
}

static void
make_sender(struct random *random, struct sender *s, unsigned number, int kind)
{
	struct exporter *e = &s->exporter;

	*e = (struct exporter){.kind = kind == MIXED ? (enum exporter_kind)random_below(random, 3)
						     : (enum exporter_kind)kind,
		.domain = 7,
		.uptime = 360000000,
		.seconds = 1700000000};
	make_layout(random, e);
	s->source_port = exporter_offset(e, 7);
	s->destination_port = exporter_offset(e, 11);
	s->protocol = exporter_offset(e, 4);
	if (e->kind == KIND_V5) {
		e->length = 48;
		s->source_port = 32;
		s->destination_port = 34;
		s->protocol = 38;
	}
	e->template_id = (uint16_t)(256 + random_below(random, 1000));
	e->sequence = (uint32_t)random_u64(random);
	s->from = (struct export_from){.file = "made",
		.address = address_from_v4(0x0a000000 + number * 77),
		.port = (uint16_t)(2000 + number),
		.has_address = true,
		.received = {INT64_C(1700000000) * WALL_SECOND}};
}

/* Records of TCP between ports that are not of mail. */
static size_t
write_data(struct random *random, struct sender *s, uint8_t *at)
{
	struct exporter *e = &s->exporter;
	struct writer w = exporter_begin(e, at);

	for (unsigned i = 0; i < RECORDS; i++) {
		uint8_t *record = writer_take(&w, e->length);
		uint16_t port = (uint16_t)__builtin_bswap16(443);
		uint16_t high = (uint16_t)__builtin_bswap16(
			(uint16_t)(10000 + random_below(random, 50000)));
		bool out = random_below(random, 2);

		for (unsigned j = 0; j < e->length; j++)
			record[j] = (uint8_t)random_u64(random);
		memcpy(record + s->source_port, out ? &high : &port, 2);
		memcpy(record + s->destination_port, out ? &port : &high, 2);
		record[s->protocol] = 6;
	}
	return exporter_end(e, &w);
}

static uint8_t *
make_all(int kind, struct export *export_)
{
	struct random random;
	uint8_t *at = memory, template[SLOT];

	random_seed(&random, 20110816 + (uint64_t)kind);
	for (unsigned i = 0; i < EXPORTERS; i++) {
		make_sender(&random, &senders[i], i, kind);
		if (senders[i].exporter.kind == KIND_V5)
			continue;
		export_datagram(export_, &senders[i].from, template,
			exporter_template(&senders[i].exporter, template));
	}
	for (unsigned i = 0; i < PACKETS; i++) {
		packets[i].sender = (uint16_t)random_below(&random, EXPORTERS);
		packets[i].at = at;
		packets[i].size = (uint32_t)write_data(&random, &senders[packets[i].sender], at);
		at += (packets[i].size + 63) / 64 * 64;
	}
	return at;
}

static double
run_ours(struct export *export_)
{
	double begin = measure_cpu();

	for (unsigned i = 0; i < PACKETS; i++)
		export_datagram(
			export_, &senders[packets[i].sender].from, packets[i].at, packets[i].size);
	return measure_cpu() - begin;
}

static volatile uint64_t sink;

static double
run_limit(void)
{
	double begin = measure_cpu();
	uint64_t sum = 0;

	for (unsigned i = 0; i < PACKETS; i++) {
		const struct sender *from = &senders[packets[i].sender];
		const struct exporter *e = &from->exporter;
		size_t head = e->kind == KIND_V5 ? 24 : e->kind == KIND_V9 ? 24 : 20;
		const uint8_t *source = packets[i].at + head + from->source_port;
		const uint8_t *destination = packets[i].at + head + from->destination_port;

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
	return measure_cpu() - begin;
}

/* False: records were not read, so the figures mean nothing. */
static bool
measure(int kind)
{
	struct intake_settings intake_settings = INTAKE_DEFAULTS;
	struct export_settings settings = EXPORT_DEFAULTS;
	struct intake *intake = intake_new(&intake_settings);
	struct export *export_ = export_new(&settings, intake);
	double ours[RUNS], limit[RUNS], per = 1e9 / (PACKETS * (double)RECORDS), a, b;
	const uint8_t *end = make_all(kind, export_);
	const struct intake_counts *counts = intake_counts(intake);
	bool good;

	for (int i = -1; i < RUNS; i++) {
		double t = run_ours(export_), l = run_limit();

		if (i >= 0) {
			ours[i] = t * per;
			limit[i] = l * per;
		}
	}
	a = measure_median(ours);
	b = measure_median(limit);
	printf("%-12s %5.1f MB %10.2f ns %10.2f ns %8.2f   (%lu records, %lu errors, %lu "
	       "skipped)\n",
		names[kind], (double)(end - memory) / 1e6, a, b, a / b, counts->records,
		counts->errors, counts->skipped_bytes);
	good = counts->records == (RUNS + 1) * (uint64_t)PACKETS * RECORDS && counts->errors == 0;
	export_free(export_);
	intake_free(intake);
	return good;
}

int
main(void)
{
	bool good = true;

	memory = memory_map(PACKETS, SLOT);
	printf("parse and skip: %d exporters, %d datagrams of %d records, median of %d, CPU time\n",
		EXPORTERS, PACKETS, RECORDS, RUNS);
	printf("%-12s %8s %13s %13s %8s\n", "dialect", "data", "ns/record", "limit", "ratio");
	for (int kind = 0; kind <= MIXED; kind++)
		good &= measure(kind);
	memory_unmap(memory, PACKETS, SLOT);
	if (!good)
		puts("FAILED: not every record was read, or there were errors");
	return !good;
}
