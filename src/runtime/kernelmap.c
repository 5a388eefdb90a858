/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/kernelmap.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The head of an entry (linux/bpf.h): its length, and two bits. */
#define HEAD    8
#define BUSY    (UINT32_C(1) << 31)
#define DISCARD (UINT32_C(1) << 30)

/* The space of so many entries is given back at a time. */
#define GIVE_BACK 32

static size_t
whole_pages(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (size + page - 1) / page * page;
}

void *
kernelmap_open_array(int fd, size_t size, struct fail *fail)
{
	void *array = mmap(NULL, whole_pages(size), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (array != MAP_FAILED)
		return array;
	fail_what(
		fail, "an array of the filter in the kernel cannot be mapped: %s", strerror(errno));
	return NULL;
}

void *
kernelmap_close_array(void *array, size_t size)
{
	if (array != NULL)
		munmap(array, whole_pages(size));
	return NULL;
}

int
kernelring_open(struct kernelring *ring, int fd, size_t size, struct fail *fail)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *consumer = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	void *producer = mmap(NULL, page + 2 * size, PROT_READ, MAP_SHARED, fd, (off_t)page);
	int error = errno;

	*ring = (struct kernelring){.size = size};
	if (consumer != MAP_FAILED)
		ring->consumed = consumer;
	if (producer != MAP_FAILED) {
		ring->produced = producer;
		ring->data = (const uint8_t *)producer + page;
	}
	if (ring->consumed != NULL && ring->produced != NULL)
		return 0;
	fail_what(fail, "a ring of the filter in the kernel cannot be mapped: %s", strerror(error));
	kernelring_close(ring);
	return -error;
}

void
kernelring_close(struct kernelring *ring)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if (ring->consumed != NULL)
		munmap(ring->consumed, page);
	if (ring->produced != NULL)
		munmap((void *)(uintptr_t)ring->produced, page + 2 * ring->size);
	*ring = (struct kernelring){0};
}

uint64_t
kernelring_end(const struct kernelring *ring)
{
	return __atomic_load_n(ring->produced, __ATOMIC_ACQUIRE);
}

bool
kernelring_has(const struct kernelring *ring, uint64_t end)
{
	return *ring->consumed < end;
}

size_t
kernelring_take(struct kernelring *ring, uint64_t end,
	void (*on_entry)(void *context, const uint8_t *entry, size_t size), void *context)
{
	uint64_t at = *ring->consumed;
	size_t taken = 0;

	while (at < end) {
		const uint8_t *head = ring->data + (at & (ring->size - 1));
		uint32_t length = __atomic_load_n(
			(const uint32_t *)__builtin_assume_aligned(head, 8), __ATOMIC_ACQUIRE);
		uint32_t size = length & ~(BUSY | DISCARD);

		if ((length & BUSY) || size > ring->size - HEAD)
			break;
		at += (HEAD + (uint64_t)size + 7) / 8 * 8;
		if (!(length & DISCARD)) {
			on_entry(context, head + HEAD, size);
			taken++;
		}
		if (taken % GIVE_BACK == 0)
			__atomic_store_n(ring->consumed, at, __ATOMIC_RELEASE);
	}
	__atomic_store_n(ring->consumed, at, __ATOMIC_RELEASE);
	return taken;
}
