/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/kernelin.h"

#include "runtime/kernelmap.h"
#include "source/export/kernel.h"

#include <stdlib.h>

/* Datagrams that were passed to the socket and did not come out of it are given up after so long. */
#define WINDOW_US WALL_SECOND
/* Entries between two calls of pump. */
#define PUMP_EVERY 256
/* Another processor may be in the middle of an entry, behind which there are others: it is done within microseconds. */
#define LOOKS 1000

#define SLOTS_BYTES (KERNEL_SLOTS * sizeof(struct kernel_slot))

struct kernelin {
	struct kernel_control *control;
	struct kernel_slot *slots;
	struct kernelring ring;
	struct kernel *kernel;
	struct export *export_;
	uint32_t receiver;
};

/* One round of taking. */
struct taking {
	struct export *export_;
	struct export_from from;
	void (*pump)(void *context);
	void *context;
	unsigned pending;
};

struct kernelin *
kernelin_new(const struct receiver_filter *filter, uint32_t receiver, struct fail *fail)
{
	struct kernelin *in = xcalloc(1, sizeof(*in));
	struct kernel_settings settings = {.ring = receiver, .window_us = WINDOW_US};

	in->receiver = receiver;
	in->control = kernelmap_open_array(filter->control, sizeof(*in->control), fail);
	if (in->control != NULL)
		in->slots = kernelmap_open_array(filter->slots, SLOTS_BYTES, fail);
	if (in->slots == NULL ||
		kernelring_open(&in->ring, filter->ring, filter->ring_bytes, fail) < 0)
		return kernelin_free(in);
	settings.control = in->control;
	settings.slots = in->slots;
	in->kernel = kernel_new(&settings);
	return in;
}

void
kernelin_attach(struct kernelin *in, struct export *export_)
{
	in->export_ = export_;
	kernel_attach(in->kernel, export_);
}

struct kernelin *
kernelin_free(struct kernelin *in)
{
	if (in == NULL)
		return NULL;
	kernel_free(in->kernel);
	kernelring_close(&in->ring);
	kernelmap_close_array(in->control, sizeof(*in->control));
	kernelmap_close_array(in->slots, SLOTS_BYTES);
	free(in);
	return NULL;
}

static void
on_entry(void *context, const uint8_t *entry, size_t size)
{
	struct taking *taking = context;

	export_kernel_entry(taking->export_, &taking->from, entry, size);
	if (++taking->pending % PUMP_EVERY == 0)
		taking->pump(taking->context);
}

size_t
kernelin_take(struct kernelin *in, struct wall received, void (*pump)(void *context), void *context)
{
	struct taking taking = {.export_ = in->export_,
		.from = {.file = "", .received = received},
		.pump = pump,
		.context = context};

	uint64_t end = kernelring_end(&in->ring);
	size_t count = 0;

	/* What waits behind an unfinished entry must not be read later than what was passed after it. What comes from
	 * now on can wait: it is later than all that was taken from the sockets. */
	for (unsigned look = 0; look < LOOKS && kernelring_has(&in->ring, end); look++)
		count += kernelring_take(&in->ring, end, on_entry, &taking);
	if (taking.pending > 0)
		pump(context);
	return count;
}

void
kernelin_allow(struct kernelin *in, struct wall now)
{
	kernel_allow(in->kernel, now);
}

void
kernelin_sleep(struct kernelin *in)
{
	__atomic_store_n(&in->control->waits[in->receiver], 1, __ATOMIC_SEQ_CST);
}

void
kernelin_end(struct kernelin *in)
{
	kernel_end(in->kernel);
}

uint64_t
kernelin_bytes(const struct kernelin *in)
{
	return kernel_counts(in->kernel)->bytes;
}

void
kernelin_show(const struct kernelin *in, struct duty *duty)
{
	const struct kernel_counts *counts = kernel_counts(in->kernel);

	duty_count(duty, COUNT_FILTER_DATAGRAMS, counts->entries);
	duty_count(duty, COUNT_FILTER_RECORDS, counts->records);
	duty_count(duty, COUNT_FILTER_KEPT, counts->kept);
	duty_count(duty, COUNT_FILTER_PASSED, counts->passed);
	duty_count(duty, COUNT_FILTER_STALE, counts->stale);
	duty_count(duty, COUNT_FILTER_ODD, counts->odd);
	duty_count(duty, COUNT_FILTER_UNSEEN, counts->unseen);
	duty_count(duty, COUNT_FILTER_FULL, counts->full);
}
