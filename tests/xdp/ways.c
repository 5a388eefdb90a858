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
	b->export_->twins.seed = a->export_->twins.seed;
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
}
