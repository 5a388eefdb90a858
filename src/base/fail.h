/* fail - what a person must read when something went wrong
 *
 * What:    one sentence in three parts: where (file, offset, line or exporter), what was found and
 *          expected, and what to do about it. Filled by the function that knows, printed by program/.
 * Owns:    nothing; fixed arrays, truncated at their ends.
 * Limits:  where 255, what 383, hint 255 bytes.
 * Thread:  any, one struct per caller.
 */
#ifndef LAZARET_BASE_FAIL_H
#define LAZARET_BASE_FAIL_H

#include <stdarg.h>

/* Callers must look at what these functions return. */
#define MUST_USE          __attribute__((warn_unused_result))
#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

struct fail {
	char where[256];
	char what[384];
	char hint[256];
};

/* Sets the three parts; hint may be NULL. A NULL fail is allowed and ignored. */
void fail_where(struct fail *fail, const char *format, ...) PRINTF(2, 3);
void fail_what(struct fail *fail, const char *format, ...) PRINTF(2, 3);
void fail_hint(struct fail *fail, const char *format, ...) PRINTF(2, 3);

/* A programmer's error, kept in release builds: says where and aborts. Input may never reach it. */
#define must(condition) ((condition) ? (void)0 : must_failed(#condition, __FILE__, __LINE__))
void must_failed(const char *condition, const char *file, int line) __attribute__((noreturn));

/* Allocation that ends the process with a clear word when memory is out; never returns NULL. */
void *xcalloc(unsigned long count, unsigned long size) __attribute__((malloc, returns_nonnull));
void *xrealloc(void *old, unsigned long size) __attribute__((returns_nonnull));
/* The same as xrealloc for what may become large: then in huge pages, where the kernel gives them. */
void *memory_grow(void *old, unsigned long size) __attribute__((returns_nonnull));
/* A zeroed block of pages of its own, in huge pages where the kernel gives them: pages that were never
 * touched cost nothing, so a table may be mapped at its ceiling. Give it back with the same figures. */
void *memory_map(unsigned long count, unsigned long size) __attribute__((returns_nonnull));
/* Children made by fork do not get the block: else what is written afterwards splits its huge pages, for good. */
void memory_keep(void *block, unsigned long count, unsigned long size);
void memory_unmap(void *block, unsigned long count, unsigned long size);

#endif
