/* contactsfile - reads the file of how customers are reached
 *
 * What:    the file's bytes, handed to contacts_parse; its rows that cannot be used are counted.
 * Owns:    what it reads is the caller's.
 * Limits:  CONTACTS_BYTES; a file that others than its user and group may read is refused.
 * Thread:  any; at the start, since the notifier reads no files later.
 */
#ifndef LAZARET_SERVICE_CONTACTSFILE_H
#define LAZARET_SERVICE_CONTACTSFILE_H

#include "identity/contacts.h"

/* How many rows are bad into *ret_bad, and what the first of these is into fail. */
int contactsfile_read(
	const char *path, struct contacts **ret, uint64_t *ret_bad, struct fail *fail) MUST_USE;

#endif
