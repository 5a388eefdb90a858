/* trapfile - traps.lzm: what the agency's own traps got, in a file that is used where it lies
 *
 * What:    the messages of trapmail.h, sorted by address, of IPv6 by its /64; then their texts, one behind the other.
 *          The same messages give the same bytes.
 * Owns:    the mapping, from trapfile_open to trapfile_close.
 * Limits:  those of trapmail.h. Opening reads all of it: whatever a file holds, of one that was opened the addresses
 *          are in order, all texts lie in it, and those of envelopes are addresses.
 * Thread:  any, once it is open.
 */
#ifndef LAZARET_CENSUS_LETTER_TRAPFILE_H
#define LAZARET_CENSUS_LETTER_TRAPFILE_H

#include "census/letter/trapmail.h"

struct trapfile_row {
	struct address address;
	uint32_t time;
	uint32_t at;                   /* of its texts */
	uint16_t from, to, head, port; /* lengths of the three, in that order */
};

struct trapfile {
	const struct trapfile_row *rows;
	const char *texts;
	size_t count;
	const uint8_t *bytes;
	size_t size;
};

/* Sorts them. 0, or -errno with fail. */
int trapfile_write(const char *path, struct trapmail *mail, struct fail *fail) MUST_USE;

/* -ENOENT: there is none. All other errors mean that it is refused; fail says why. */
int trapfile_open(const char *path, struct trapfile *ret, struct fail *fail) MUST_USE;
void trapfile_close(struct trapfile *file);

/* The same of bytes that are the caller's and outlive it, aligned as uint64_t is: 0, or -EBADMSG with fail. */
int trapfile_on(
	const uint8_t *bytes, size_t size, struct trapfile *ret, struct fail *fail) MUST_USE;

/* The message from there, of IPv6 from its /64. False: there is none. */
bool trapfile_find(
	const struct trapfile *file, const struct address *address, struct trapmail_message *ret);

#endif
