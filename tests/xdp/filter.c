/* SPDX-License-Identifier: BSD-2-Clause */
#include "filter.h"

/* Not the first one: so the number counts. */
#define RING 1

bool
filter_open(struct filter *f, struct export *export_, size_t ring_bytes, int64_t window_us,
	struct fail *fail)
{
	static const struct xdp_listener listener[] = {
		{{.byte = {[10] = 0xff, [11] = 0xff, [12] = 10, [13] = 9, [15] = 1}}, 2055},
		{{.byte = {0xfd, 9, [15] = 1}}, 2055}};
	struct xdp_settings settings = {
		.listener = listener, .listeners = 2, .rings = RING + 1, .ring_bytes = ring_bytes};
	struct kernel_settings kernel_settings = {.ring = RING, .window_us = window_us};

	*f = (struct filter){.export_ = export_, .xdp = xdp_new(fail)};
	if (f->xdp == NULL)
		return false;
	must(xdp_set(f->xdp, &settings, fail) == 0);
	f->control = kernelmap_open_array(xdp_control_fd(f->xdp), sizeof(*f->control), fail);
	f->slots =
		kernelmap_open_array(xdp_slots_fd(f->xdp), KERNEL_SLOTS * sizeof(*f->slots), fail);
	must(f->control != NULL && f->slots != NULL);
	must(kernelring_open(&f->ring, xdp_ring_fd(f->xdp, RING), ring_bytes, fail) == 0);
	kernel_settings.control = f->control;
	kernel_settings.slots = f->slots;
	f->kernel = kernel_new(&kernel_settings);
	kernel_attach(f->kernel, export_);
	return true;
}

void
filter_close(struct filter *f)
{
	kernel_free(f->kernel);
	kernelring_close(&f->ring);
	kernelmap_close_array(f->control, sizeof(*f->control));
	kernelmap_close_array(f->slots, KERNEL_SLOTS * sizeof(*f->slots));
	xdp_free(f->xdp);
}

static void
on_entry(void *context, const uint8_t *entry, size_t size)
{
	const struct filter *f = context;
	struct export_from from = {.file = "socket", .received = f->received};

	export_kernel_entry(f->export_, &from, entry, size);
}

size_t
filter_take(struct filter *f)
{
	return kernelring_take(&f->ring, kernelring_end(&f->ring), on_entry, f);
}
