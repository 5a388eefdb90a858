/* keepername - what a line or an account is called, where the processes that saw it have put that
 *
 * What:    the name of a line by address, from the receiver that saw it last; of one that leases its addresses, from
 *          the registrar; of an account, from the guard. Each is checked against the pseudonym.
 * Owns:    nothing: the memory is the estate's.
 * Limits:  a name that is too long to be sealed ends with "...".
 * Thread:  the keeper's.
 */
#ifndef LAZARET_SERVICE_KEEPERNAME_H
#define LAZARET_SERVICE_KEEPERNAME_H

#include "identity/accountname.h"
#include "identity/linewho.h"
#include "identity/names.h"
#include "ledger/keyfile.h"
#include "ledger/seal.h"
#include "service/estate.h"

/* With its end. */
#define KEEPERNAME (ACCOUNTNAME_MOST + 1)

struct keepername {
	const struct accountnames *accounts; /* NULL: there is no guard */
	struct linetable leasing;
	bool has_leasing;
	struct names names[ESTATE_PUTTERS];
	uint32_t putters;
};

void keepername_open(struct keepername *names, const struct estate *estate);

/* Empty if none knows it. */
void keepername_find(const struct keepername *names, const struct hash_key *key, uint64_t pseudonym,
	char into[KEEPERNAME]);

/* The place that is the name of the line of a case, as it is sealed there. -ENOENT: it is called otherwise; -ENODATA:
 * what it is called is not known, or only looks like a place. */
int keepername_place(const struct keys *keys, uint64_t line, const uint8_t sealed[SEAL_SIZE],
	struct line_name *ret) MUST_USE;

#endif
