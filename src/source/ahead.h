/* ahead - blocks of bytes that a thread of its own makes while those before them are used
 *
 * What:    what unpacks a file on a second processor: a function fills blocks, a few ahead of who takes them.
 * Owns:    its blocks and its thread, until ahead_free, which waits for the block that is being filled.
 * Limits:  AHEAD_BLOCKS blocks. One that has nothing, or an error, is the last.
 * Thread:  the function is called by the thread alone; all else by one other.
 */
#ifndef LAZARET_SOURCE_AHEAD_H
#define LAZARET_SOURCE_AHEAD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define AHEAD_BLOCKS 4

/* How many bytes it wrote, at most room; 0: there are no more; or -errno. mark: whatever belongs to the block. */
typedef ssize_t ahead_fill(void *context, uint8_t *into, size_t room, uint64_t *mark);

struct ahead;

/* NULL: no thread can be had. */
struct ahead *ahead_new(ahead_fill *fill, void *context, size_t room);
struct ahead *ahead_free(struct ahead *ahead);

/* Copies the next block, of room bytes at most, and returns what fill did; waits for it. After the last it is always
 * that. */
ssize_t ahead_take(struct ahead *ahead, uint8_t *into, uint64_t *mark);

#endif
