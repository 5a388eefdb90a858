/* sealstream - the state of a process on the disk, so that only the holder of the key can read it
 *
 * What:    what is saved (base/save.h) goes in chunks through XChaCha20-Poly1305 (libsodium's secretstream): none can
 *          be changed, left out, repeated or put elsewhere without that it shows, and the end is marked. It tells how
 *          long it is, and nothing else. Each is a section of the stream around it.
 * Owns:    a chunk; it is wiped.
 * Limits:  SEALSTREAM_CHUNK bytes at a time.
 * Thread:  one at a time.
 */
#ifndef LAZARET_LEDGER_SEALSTREAM_H
#define LAZARET_LEDGER_SEALSTREAM_H

#include "base/restore.h"
#include "base/save.h"

#define SEALSTREAM_KEY   32
#define SEALSTREAM_CHUNK 65536

/* All sections of what is inside, without its end: 0 or -errno. */
typedef int (*sealstream_inside)(const void *context, struct save *save);
typedef int (*sealstream_outside)(void *context, struct restore *restore, struct fail *fail);

/* 0 or -errno; the end of the stream around it is the caller's. */
int sealstream_save(const uint8_t key[SEALSTREAM_KEY], struct save *around,
	sealstream_inside save_all, const void *context) MUST_USE;

/* As restore.h; -EBADMSG also where the key is another. */
int sealstream_restore(const uint8_t key[SEALSTREAM_KEY], struct restore *around,
	sealstream_outside restore_all, void *context, struct fail *fail) MUST_USE;

#endif
