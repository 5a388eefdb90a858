/* censusnames - mailboxes, domains, prefixes and AS as persons name them to a census
 *
 * What:    from words to what the store keeps; and the store itself, opened for a verb.
 * Owns:    nothing; what is given leads into the caller's memory.
 * Thread:  one at a time.
 */
#ifndef LAZARET_PROGRAM_CENSUSNAMES_H
#define LAZARET_PROGRAM_CENSUSNAMES_H

#include "census/outbox/censusstore.h"

/* Of what is printed about one row. */
#define CENSUSNAMES_LINE 8192

/* A mailbox that a letter may go to, its domain in small letters: -EINVAL with fail: it is none, or a registry's. */
int censusnames_mailbox(struct text text, char into[CENSUS_MAILBOX + 1], struct text *ret,
	struct fail *fail) MUST_USE;

/* Kind, and name or prefix. -EINVAL with fail: it is none of these. */
int censusnames_never(struct text text, char into[CENSUS_MAILBOX + 1], struct census_never *ret,
	struct fail *fail) MUST_USE;

/* Prefix, or AS64500. -EINVAL with fail. */
int censusnames_network(struct text text, struct census_override *ret, struct fail *fail) MUST_USE;

/* The store of the census that is meant. It has locks of its own, so the folder is not held: a letter that is being
 * sent asks it right before. Where it is only read it must be there. EXIT_DONE, or the exit code after it was told. */
int censusnames_store(
	const char *out, const char *settings, bool writes, struct censusstore **ret) MUST_USE;

#endif
