/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk/status.h"

#include <stdlib.h>

static void
clean(char *text, size_t size)
{
	text[size - 1] = '\0';
	for (char *c = text; *c != '\0'; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	}
}

static int
by_owner(const void *a, const void *b)
{
	const struct status_process *one = a, *other = b;

	if (one->owner != other->owner)
		return one->owner < other->owner ? -1 : 1;
	return one->number < other->number ? -1 : one->number > other->number;
}

struct status_process *
status_copy(const struct status_view *view, size_t *ret_count)
{
	/* A page of status is aligned to one of memory, which plain allocation is not. */
	struct status_process *into = memory_map(STATUS_PROCESSES, sizeof(*into));
	size_t count = 0, kept = 0;

	for (size_t i = 0; i < view->process_count && count < STATUS_PROCESSES; i++) {
		struct status_process *copy = &into[count];

		*copy = view->processes[i];
		if ((copy->pid == 0 && copy->started.us == 0) || copy->owner >= OWNER_COUNT)
			continue;
		for (size_t value = 0; value < COUNTERS; value++)
			copy->value[value] = status_get(&view->processes[i].value[value]);
		clean(copy->sandbox, sizeof(copy->sandbox));
		clean(copy->trouble, sizeof(copy->trouble));
		clean(copy->filter, sizeof(copy->filter));
		count++;
	}
	qsort(into, count, sizeof(*into), by_owner);
	for (size_t i = 0; i < count; i++) {
		if (kept == 0 || by_owner(&into[kept - 1], &into[i]) != 0)
			into[kept++] = into[i];
	}
	*ret_count = kept;
	return into;
}

void
status_done(struct status_process *copy)
{
	memory_unmap(copy, STATUS_PROCESSES, sizeof(*copy));
}

uint64_t
status_sum(const struct status_process *processes, size_t count, enum counter what)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++) {
		if (processes[i].owner == counter_rows[what].owner)
			sum += processes[i].value[what];
	}
	return sum;
}

static int
by_key(const void *a, const void *b)
{
	const struct status_sum *one = a, *other = b;
	int r = memcmp(one->address.byte, other->address.byte, sizeof(one->address.byte));

	if (r != 0)
		return r;
	if (one->domain != other->domain)
		return one->domain < other->domain ? -1 : 1;
	return one->version < other->version ? -1 : one->version > other->version;
}

static int
by_records(const void *a, const void *b)
{
	const struct status_sum *one = a, *other = b;

	if (one->records != other->records)
		return one->records > other->records ? -1 : 1;
	return by_key(a, b);
}

static void
take(const struct status_exporter *of, struct status_sum *ret)
{
	*ret = (struct status_sum){
		.address = of->address,
		.domain = of->domain,
		.version = of->version,
		.seen = of->seen,
		.datagrams = status_get(&of->datagrams),
		.records = status_get(&of->records),
		.mail_records = status_get(&of->mail_records),
		.lost = status_get(&of->lost),
		.sampling = status_get(&of->sampling),
		.clock_off_us = of->clock_off_us,
	};
}

static void
add(struct status_sum *to, const struct status_sum *other)
{
	to->datagrams += other->datagrams;
	to->records += other->records;
	to->mail_records += other->mail_records;
	to->lost += other->lost;
	if (other->sampling > to->sampling)
		to->sampling = other->sampling;
	if (other->seen.us > to->seen.us) {
		to->seen = other->seen;
		to->clock_off_us = other->clock_off_us;
	}
}

static size_t
count_of(const struct status_exporters *exporters)
{
	uint64_t count = exporters != NULL ? status_get(&exporters->count) : 0;

	return count < STATUS_EXPORTERS ? (size_t)count : STATUS_EXPORTERS;
}

size_t
status_exporters(const struct status_view *view, struct status_sum **ret)
{
	size_t room = 1, count = 0, kept = 0;
	struct status_sum *sums;

	for (size_t i = 0; i < view->receivers; i++)
		room += count_of(view->exporters[i]);
	sums = xcalloc(room, sizeof(*sums));
	for (size_t i = 0; i < view->receivers; i++) {
		size_t here = count_of(view->exporters[i]);

		for (size_t j = 0; j < here && count < room; j++)
			take(&view->exporters[i]->exporter[j], &sums[count++]);
	}
	qsort(sums, count, sizeof(*sums), by_key);
	for (size_t i = 0; i < count; i++) {
		if (kept > 0 && by_key(&sums[kept - 1], &sums[i]) == 0)
			add(&sums[kept - 1], &sums[i]);
		else
			sums[kept++] = sums[i];
	}
	qsort(sums, kept, sizeof(*sums), by_records);
	*ret = sums;
	return kept;
}

const char *
status_version_name(uint16_t version)
{
	switch (version) {
	case 5:
		return "NetFlow v5";
	case 9:
		return "NetFlow v9";
	case 10:
		return "IPFIX";
	case 0x0500:
		return "sFlow v5";
	default:
		return "other";
	}
}
