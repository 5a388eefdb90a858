/* kernelmap - maps of a BPF program as memory: arrays and rings, by their descriptor
 *
 * What:    an array that was made with BPF_F_MMAPABLE is mapped and used like memory of one's own; the
 *          entries of a ring are handed out in order. Neither needs a privilege or a system
 *          call once it is mapped, so a process that is shut in can use them. Sleeping until a
 *          ring has something is poll(2) on its descriptor.
 * Owns:    the mappings; the descriptors are the caller's and may be closed.
 * Limits:  entries come from the kernel, but lengths that leave the ring end the taking.
 * Thread:  one reader a ring.
 */
#ifndef LAZARET_RUNTIME_KERNELMAP_H
#define LAZARET_RUNTIME_KERNELMAP_H

#include "base/fail.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All of an array, to be read and written; NULL with *fail filled if it cannot be mapped. */
void *kernelmap_open_array(int fd, size_t size, struct fail *fail);
void *kernelmap_close_array(void *array, size_t size);

struct kernelring {
	uint64_t *consumed;
	const uint64_t *produced;
	const uint8_t *data; /* twice, so that no entry is cut by the end */
	size_t size;         /* a power of two */
};

int kernelring_open(struct kernelring *ring, int fd, size_t size, struct fail *fail) MUST_USE;
void kernelring_close(struct kernelring *ring);

/* Where what has been put so far ends. */
uint64_t kernelring_end(const struct kernelring *ring);

/* Is there something to take before this end? */
bool kernelring_has(const struct kernelring *ring, uint64_t end);

/* Hands out what there is before this end, as far as it is finished; returns how many entries. One is valid during its
 * call only. */
size_t kernelring_take(struct kernelring *ring, uint64_t end,
	void (*on_entry)(void *context, const uint8_t *entry, size_t size), void *context);

#endif
