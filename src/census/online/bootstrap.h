/* bootstrap - which server knows an address
 *
 * What:    of RDAP the longest prefix of IANA's files that holds it (RFC 9224 s3, s5), and of the servers there first
 *          those with https. What the format does not name is passed over (s7); so is an entry that is no prefix or
 *          a base URL that is none. National registries whose networks regional ones do not describe are in a table of
 *          countries here, with their whois servers; of the others' space APNIC's RDAP leads to them.
 * Owns:    its entries, from bootstrap_init to bootstrap_done.
 * Limits:  BOOTSTRAP_MOST bytes of a file, BOOTSTRAP_ENTRIES entries, URLs of BOOTSTRAP_URL - 1 bytes.
 * Thread:  any, once it is read.
 */
#ifndef LAZARET_CENSUS_ONLINE_BOOTSTRAP_H
#define LAZARET_CENSUS_ONLINE_BOOTSTRAP_H

#include "census/registry/range.h"

#include <stddef.h>
#include <stdint.h>

#define BOOTSTRAP_MOST    (1UL << 20)
#define BOOTSTRAP_ENTRIES 10000
#define BOOTSTRAP_URL     256

struct bootstrap_entry {
	enum range_family family;
	struct range range;
	char url[BOOTSTRAP_URL]; /* with "/" at its end */
	bool is_plain;           /* http */
};

struct bootstrap {
	struct bootstrap_entry *entries;
	size_t count, size;
	uint64_t passed; /* entries that are none */
};

void bootstrap_init(struct bootstrap *bootstrap);
void bootstrap_done(struct bootstrap *bootstrap);

/* Adds a file: 0, or -EBADMSG with fail: it has no services. */
int bootstrap_read(struct bootstrap *bootstrap, struct text json, struct fail *fail) MUST_USE;

/* The base URL to ask: choice 0 is the best, others are for when it does not answer. NULL: none is left. */
const char *bootstrap_find(const struct bootstrap *bootstrap, enum range_family family,
	ipnumber address, size_t choice);

/* The whois server of a country's national registry, and what is to stand behind the address in a question; NULL: it
 * has none that is known. country: delegated.h. */
const char *bootstrap_national(uint16_t country, const char **ret_behind);

#endif
