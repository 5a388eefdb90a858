/* filter - the filter in the kernel, loaded, and attached to the exporters that get its entries
 *
 * What:    what the gate and a receiver do together, in one process.
 * Owns:    all of it; filter_close before the export is freed is wrong, after it is right.
 */
#ifndef LAZARET_TESTS_FILTER_H
#define LAZARET_TESTS_FILTER_H

#include "gate/xdp.h"
#include "runtime/kernelmap.h"
#include "source/export/kernel.h"

struct filter {
	struct xdp *xdp;
	struct kernel_control *control;
	struct kernel_slot *slots;
	struct kernelring ring;
	struct kernel *kernel;
	struct export *export_;
	struct wall received; /* of entries that are taken */
};

/* False, with *fail filled, where the kernel does not take it. */
bool filter_open(struct filter *filter, struct export *export_, size_t ring_bytes,
	int64_t window_us, struct fail *fail);
void filter_close(struct filter *filter);

/* Everything that is in the ring; how many entries. */
size_t filter_take(struct filter *filter);

#endif
