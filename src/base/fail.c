/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/fail.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE      4096UL
#define HUGE_PAGE (2UL << 20)

void
fail_where(struct fail *fail, const char *format, ...)
{
	va_list args;

	if (fail == NULL)
		return;
	va_start(args, format);
	vsnprintf(fail->where, sizeof(fail->where), format, args);
	va_end(args);
}

void
fail_what(struct fail *fail, const char *format, ...)
{
	va_list args;

	if (fail == NULL)
		return;
	va_start(args, format);
	vsnprintf(fail->what, sizeof(fail->what), format, args);
	va_end(args);
}

void
fail_hint(struct fail *fail, const char *format, ...)
{
	va_list args;

	if (fail == NULL)
		return;
	va_start(args, format);
	vsnprintf(fail->hint, sizeof(fail->hint), format, args);
	va_end(args);
}

void
must_failed(const char *condition, const char *file, int line)
{
	fprintf(stderr, "lazaret: a mistake in the program: %s does not hold (%s:%d)\n", condition,
		file, line);
	abort();
}

static void
out_of_memory(unsigned long bytes)
{
	fprintf(stderr, "lazaret: out of memory (asked for %lu bytes)\n", bytes);
	abort();
}

void *
xcalloc(unsigned long count, unsigned long size)
{
	void *memory = calloc(count ? count : 1, size ? size : 1);

	if (memory == NULL)
		out_of_memory(count * size);
	return memory;
}

void *
xrealloc(void *old, unsigned long size)
{
	void *memory = realloc(old, size ? size : 1);

	if (memory == NULL)
		out_of_memory(size);
	return memory;
}

static unsigned long
block_bytes(unsigned long count, unsigned long size)
{
	unsigned long bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		out_of_memory(SIZE_MAX);
	return bytes ? bytes : 1;
}

void *
memory_grow(void *old, unsigned long size)
{
	char *block = xrealloc(old, size);
	unsigned long from = (unsigned long)block & ~(PAGE - 1);
	unsigned long to = ((unsigned long)block + size + PAGE - 1) & ~(PAGE - 1);

	/* Large blocks move by their page tables, as long as there is one advice for all of one. */
	if (size >= 2 * HUGE_PAGE)
		(void)madvise((void *)from, to - from, MADV_HUGEPAGE);
	return block;
}

void *
memory_map(unsigned long count, unsigned long size)
{
	unsigned long bytes = block_bytes(count, size);
	void *block = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (block == MAP_FAILED)
		out_of_memory(bytes);
	madvise(block, bytes, MADV_HUGEPAGE);
	return block;
}

void
memory_keep(void *block, unsigned long count, unsigned long size)
{
	madvise(block, block_bytes(count, size), MADV_DONTFORK);
}

void
memory_unmap(void *block, unsigned long count, unsigned long size)
{
	if (block != NULL)
		munmap(block, block_bytes(count, size));
}
