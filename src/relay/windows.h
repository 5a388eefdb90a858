/* windows - the windows of all keys that mail is counted against
 *
 * What:    a key is a keyed hash of what it stands for (an account, an address, a domain ...). One that nothing counts
 *          for any more, for a day, gives way to a new one where there is no room.
 * Owns:    all windows. References are valid until the next key is made.
 * Limits:  as many keys as given; a key that finds no room is refused and counted. A narrow window is 160 bytes with
 *          its key, and 24 to 48 of the table; keys with a rule beyond it have a wide one (window.h).
 * Thread:  one at a time.
 */
#ifndef LAZARET_RELAY_WINDOWS_H
#define LAZARET_RELAY_WINDOWS_H

#include "base/restore.h"
#include "base/save.h"
#include "relay/window.h"

#include <stddef.h>

struct windows;

struct windows_counts {
	size_t held;
	size_t wide;        /* of them */
	uint64_t displaced; /* gave way */
	uint64_t refused;   /* found no room */
};

/* most: keys at the same time. */
struct windows *windows_new(size_t most);
struct windows *windows_free(struct windows *windows);

/* The window of a key, wide if the rule needs that. -ENOENT: it is not held. */
int windows_find(struct windows *windows, uint64_t key, const struct rule *rule,
	struct window_ref *ret) MUST_USE;

/* The same; made if it is not held. 1: another gave way for it, and a reference to that is none any more. -ENOSPC:
 * there is no room. */
int windows_make(struct windows *windows, uint64_t key, const struct rule *rule, struct wall now,
	struct window_ref *ret) MUST_USE;

/* Asks for the memory of a key some tens of nanoseconds before it is used. */
void windows_prefetch(const struct windows *windows, uint64_t key);
/* And, some tens of nanoseconds after that, for its window. */
void windows_prefetch_window(const struct windows *windows, uint64_t key);

/* One section. */
void windows_save(const struct windows *windows, struct save *save);

/* Into one that holds nothing, as of now; for what there is no room for is left out and counted as refused. */
int windows_restore(struct windows *fresh, struct restore *restore, struct wall now,
	struct fail *fail) MUST_USE;

struct windows_counts windows_counts(const struct windows *windows);

#endif
