/* askedaddresses - the addresses that a person asks a list about
 *
 * What:    those that are arguments, and those of files, packed or not, or of standard input ("-"): one a line, perhaps
 *          with the length of a single address (/32, /128) and a comment behind it. Then in order, each once.
 * Owns:    the array, until askedaddresses_done.
 * Limits:  ASKEDADDRESSES_MOST, those behind are told and left out; ASKEDADDRESSES_TOLD lines that are none are told
 *          one by one.
 * Thread:  one at a time.
 */
#ifndef LAZARET_PROGRAM_ASKEDADDRESSES_H
#define LAZARET_PROGRAM_ASKEDADDRESSES_H

#include "base/address.h"

#define ASKEDADDRESSES_MOST (1UL << 24)
#define ASKEDADDRESSES_TOLD 10

struct askedaddresses {
	struct address *at;
	size_t count, room;
	uint64_t bad; /* lines that are none, or were left out */
};

/* One that was written by itself. -EINVAL: it is none. */
int askedaddresses_add(struct askedaddresses *asked, struct text text, struct fail *fail) MUST_USE;
/* stop as of input_open. -errno where the file cannot be read to its end; what is no address is told and counted. */
int askedaddresses_read(
	struct askedaddresses *asked, const char *path, int stop, struct fail *fail) MUST_USE;
void askedaddresses_sort(struct askedaddresses *asked);
void askedaddresses_done(struct askedaddresses *asked);

#endif
