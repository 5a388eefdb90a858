/* accountname - who logs in at a mail server: name to pseudonym, and back for those under suspicion
 *
 * What:    the pseudonym of an account is a keyed hash of its name in small letters (ASCII). A table in memory that
 *          several processes may share holds the names of some, as names.h does of lines: who reads checks what he
 *          found against the pseudonym under the network's key, so a name that is found is never wrong, and can be
 *          shown: it is one line of text.
 * Owns:    nothing: the memory is the caller's. There are no pointers in it.
 * Limits:  ACCOUNTNAME_MOST bytes a name, ACCOUNTNAMES names; where there is no room one gives way to another,
 *          which who puts it there is told.
 * Thread:  one process writes at a time, any number read, also where the memory is mapped read-only.
 */
#ifndef LAZARET_IDENTITY_ACCOUNTNAME_H
#define LAZARET_IDENTITY_ACCOUNTNAME_H

#include "base/hash.h"
#include "base/text.h"

#include <stdbool.h>

/* RFC 5321 s4.5.3.1: 64 of the local part, '@', 255 of the domain. */
#define ACCOUNTNAME_MOST 320
#define ACCOUNTNAMES     16384

struct accountname_slot {
	uint64_t pseudonym;
	uint32_t length;
	char text[ACCOUNTNAME_MOST];
};

/* All zero at the start. */
struct accountnames {
	struct accountname_slot slot[ACCOUNTNAMES];
};

/* Never 0, but for a name that is empty or too long. */
uint64_t accountname_pseudonym(struct text name, const struct hash_key *key);

/* Keeps the name of a pseudonym; costs little if it is there. True: another gave way. */
bool accountname_put(struct accountnames *names, uint64_t pseudonym, struct text name);

/* Copies the name, ended: 0 or -ENOENT, as of one that is no line of text (text_check_line). */
int accountname_find(const struct accountnames *names, const struct hash_key *key,
	uint64_t pseudonym, char into[ACCOUNTNAME_MOST + 1]) MUST_USE;

#endif
