/* SPDX-License-Identifier: BSD-2-Clause */
#include "ways.h"

#include "../unit/unit.h"
#include "source/export/collector.h"

#include <stdlib.h>

static struct way *ways[2];

void __wrap_intake_flow(struct intake *intake, const struct flow *flow);
void __real_intake_flow(struct intake *intake, const struct flow *flow);

/* Field by field: what is between them is nobody's. */
void
__wrap_intake_flow(struct intake *intake, const struct flow *flow)
{
	struct way *way = ways[0]->intake == intake ? ways[0] : ways[1];
	struct flow *into = &way->flow[way->flows++];

	must(way->flows < WAYS_FLOWS);
	memset(into, 0, sizeof(*into));
	into->start = flow->start;
	into->end = flow->end;
	into->source = flow->source;
	into->destination = flow->destination;
	into->source_port = flow->source_port;
	into->destination_port = flow->destination_port;
	into->known = flow->known;
	into->protocol = flow->protocol;
	into->sampling = flow->sampling;
	into->forward.packets = flow->forward.packets;
	into->forward.bytes = flow->forward.bytes;
	into->forward.tcp_flags = flow->forward.tcp_flags;
	into->reverse.packets = flow->reverse.packets;
	into->reverse.bytes = flow->reverse.bytes;
	into->reverse.tcp_flags = flow->reverse.tcp_flags;
	__real_intake_flow(intake, flow);
}

static int
flow_order(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct flow));
}

void
ways_compare(struct way *a, struct way *b)
{
	ways[0] = a;
	ways[1] = b;
	memcpy(b->export_->twins.secret, a->export_->twins.secret,
		sizeof(b->export_->twins.secret));
}

void
way_open(struct way *way)
{
	struct intake_settings settings = INTAKE_DEFAULTS;
	struct export_settings export_settings = EXPORT_DEFAULTS;

	way->intake = intake_new(&settings);
	way->export_ = export_new(&export_settings, way->intake);
	way->flow = memory_map(WAYS_FLOWS, sizeof(*way->flow));
	way->flows = 0;
}

void
way_close(struct way *way)
{
	export_free(way->export_);
	intake_free(way->intake);
	memory_unmap(way->flow, WAYS_FLOWS, sizeof(*way->flow));
}

void
way_read(struct way *way, const struct sent *sent, struct wall received)
{
	struct export_from from = {.file = "socket",
		.address = sent->from,
		.port = sent->port,
		.has_address = true,
		.received = received};

	export_datagram(way->export_, &from, sent->bytes, sent->size);
}

#define SHOWN_MOST 8192

struct shown {
	struct export_exporter exporter[SHOWN_MOST];
	size_t count;
};

/* Field by field, as above. */
static void
show_exporter(void *context, const struct export_exporter *from)
{
	struct shown *shown = context;
	struct export_exporter *into = &shown->exporter[shown->count++];

	must(shown->count < SHOWN_MOST);
	into->address = from->address;
	into->has_address = from->has_address;
	into->transport = from->transport;
	into->is_established = from->is_established;
	into->port = from->port;
	into->domain = from->domain;
	into->agent = from->agent;
	into->version = from->version;
	into->seen = from->seen;
	into->datagrams = from->datagrams;
	into->records = from->records;
	into->mail_records = from->mail_records;
	into->lost = from->lost;
	into->late = from->late;
	into->duplicates = from->duplicates;
	into->restarts = from->restarts;
	into->malformed = from->malformed;
	into->clock_records = from->clock_records;
	into->clock_us = from->clock_us;
	into->sampling = from->sampling;
	into->templates = from->templates;
	into->held = from->held;
}

static int
exporter_order(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct export_exporter));
}

static void
assert_same_exporters(const struct export *a, const struct export *b)
{
	struct shown *shown = memory_map(2, sizeof(*shown));
	uint64_t records = 0;

	export_each_exporter(a, show_exporter, &shown[0]);
	export_each_exporter(b, show_exporter, &shown[1]);
	assert_int_equal(shown[0].count, shown[1].count);
	for (int i = 0; i < 2; i++)
		qsort(shown[i].exporter, shown[i].count, sizeof(*shown[i].exporter),
			exporter_order);
	assert_memory_equal(
		shown[0].exporter, shown[1].exporter, shown[0].count * sizeof(*shown[0].exporter));
	for (size_t i = 0; i < shown[0].count; i++)
		records += shown[0].exporter[i].records;
	assert_true(shown[0].count == 0 || records > 0);
	memory_unmap(shown, 2, sizeof(*shown));
}

void
ways_assert_same(struct way *a, struct way *b)
{
	const struct export_counts *ca = export_counts(a->export_), *cb = export_counts(b->export_);
	const struct intake_counts *ia = intake_counts(a->intake), *ib = intake_counts(b->intake);
	const uint64_t *x = (const uint64_t *)ca, *y = (const uint64_t *)cb;

	for (size_t i = 0; i < sizeof(*ca) / sizeof(uint64_t); i++) {
		if (x[i] != y[i])
			print_error("export counter %zu: %lu and %lu\n", i, x[i], y[i]);
	}
	assert_memory_equal(ca, cb, sizeof(*ca));
	x = (const uint64_t *)ia;
	y = (const uint64_t *)ib;
	for (size_t i = 0; i < sizeof(*ia) / sizeof(uint64_t); i++) {
		if (x[i] != y[i])
			print_error("intake counter %zu: %lu and %lu\n", i, x[i], y[i]);
	}
	assert_int_equal(a->flows, b->flows);
	qsort(a->flow, a->flows, sizeof(*a->flow), flow_order);
	qsort(b->flow, b->flows, sizeof(*b->flow), flow_order);
	assert_memory_equal(a->flow, b->flow, a->flows * sizeof(*a->flow));
	assert_int_equal(ia->records, ib->records);
	assert_int_equal(ia->skipped_records, ib->skipped_records);
	assert_int_equal(ia->skipped_bytes, ib->skipped_bytes);
	assert_int_equal(ia->lost_records, ib->lost_records);
	assert_int_equal(ia->errors, ib->errors);
	assert_int_equal(ia->mail_records, ib->mail_records);
	assert_int_equal(ia->clock_records, ib->clock_records);
	assert_int_equal(ia->bindings, ib->bindings);
	assert_same_exporters(a->export_, b->export_);
}
