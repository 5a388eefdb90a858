/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk/status.h"

#include <sched.h>
#include <stdlib.h>

/* Times to look at rows that are just being written; they are copied there at once, so it takes no time. */
#define LOOKS 1000

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

const struct status_process *
status_find(const struct status_process *processes, size_t count, enum counter_owner owner)
{
	for (size_t i = 0; i < count; i++) {
		if (processes[i].owner == owner)
			return &processes[i];
	}
	return NULL;
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

	if (one->is_new != other->is_new)
		return one->is_new ? 1 : -1;
	if (one->records != other->records)
		return one->records > other->records ? -1 : 1;
	return by_key(a, b);
}

static struct status_sum
sum_of(const struct status_exporter *of)
{
	return (struct status_sum){
		.address = of->address,
		.domain = of->domain,
		.version = of->version,
		.port = of->port,
		.is_tcp = of->is_tcp != 0,
		.is_new = of->is_new != 0,
		.is_timeless = of->is_timeless != 0,
		.seen = of->seen,
		.datagrams = of->datagrams,
		.records = of->records,
		.mail_records = of->mail_records,
		.lost = of->lost,
		.late = of->late,
		.duplicates = of->duplicates,
		.restarts = of->restarts,
		.malformed = of->malformed,
		.templates = of->templates,
		.sampling = of->sampling,
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
	to->late += other->late;
	to->duplicates += other->duplicates;
	to->restarts += other->restarts;
	to->malformed += other->malformed;
	to->templates += other->templates;
	to->is_new = to->is_new && other->is_new;
	if (other->sampling > to->sampling)
		to->sampling = other->sampling;
	if (other->seen.us > to->seen.us) {
		to->seen = other->seen;
		to->port = other->port;
		to->is_tcp = other->is_tcp;
		to->clock_off_us = other->clock_off_us;
	}
}

void
status_exporters_write(
	struct status_exporters *page, const struct status_exporter *rows, size_t count)
{
	/* One that died in the middle left it odd. */
	uint64_t sequence = status_get(&page->sequence) | 1;

	status_set(&page->sequence, sequence);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	memcpy(page->exporter, rows, count * sizeof(*rows));
	status_set(&page->count, count);
	__atomic_store_n(&page->sequence, sequence + 1, __ATOMIC_RELEASE);
}

size_t
status_exporters_read(const struct status_exporters *page, struct status_exporter *into)
{
	for (int look = 0; look < LOOKS; look++) {
		uint64_t before = __atomic_load_n(&page->sequence, __ATOMIC_ACQUIRE);
		uint64_t count = status_get(&page->count);

		if (count > STATUS_EXPORTERS)
			count = STATUS_EXPORTERS;
		if (before % 2 == 0) {
			memcpy(into, page->exporter, count * sizeof(*into));
			__atomic_thread_fence(__ATOMIC_ACQUIRE);
			if (status_get(&page->sequence) == before)
				return (size_t)count;
		}
		(void)sched_yield();
	}
	return 0;
}

size_t
status_exporters(const struct status_view *view, struct status_sum **ret)
{
	struct status_exporter *rows = memory_map(STATUS_EXPORTERS, sizeof(*rows));
	struct status_sum *sums = xcalloc(1, sizeof(*sums));
	size_t count = 0, kept = 0;

	for (size_t i = 0; i < view->receivers; i++) {
		size_t here = view->exporters[i] != NULL
			? status_exporters_read(view->exporters[i], rows)
			: 0;

		sums = xrealloc(sums, (count + here + 1) * sizeof(*sums));
		for (size_t j = 0; j < here; j++)
			sums[count++] = sum_of(&rows[j]);
	}
	memory_unmap(rows, STATUS_EXPORTERS, sizeof(*rows));
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

size_t
status_established(const struct status_sum *sums, size_t count)
{
	size_t established = 0;

	while (established < count && !sums[established].is_new)
		established++;
	return established;
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
