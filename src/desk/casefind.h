/* casefind - the case that a person means by a number, a pseudonym or an address
 *
 * What:    "12" is a case, "7K3QD-9XM2B" the same by its code (ledger/casecode.h), "00c0ffee00c0ffee" (or
 *          "line-00c0ffee00c0ffee") the newest case of a pseudonym, anything else the newest case of a line by its
 *          name: an address, an address inside an IPv6 line, a prefix, an address with a port or a block of ports. To
 *          link a name with a case is to identify a person, so a find by name is written to the audit trail before it
 *          is answered.
 * Thread:  as ledger.h.
 */
#ifndef LAZARET_DESK_CASEFIND_H
#define LAZARET_DESK_CASEFIND_H

#include "ledger/reading.h"

/* 0; -ESRCH if the ledger has no such case; -EROFS, -ENOKEY if a name may not be looked up;
 * other -errno of the ledger. name is the line's if it was found by it, else empty. */
int casefind(struct ledger *ledger, struct text what, struct ledger_case *ret, char name[SEAL_NAME],
	struct fail *fail) MUST_USE;

/* The same without the row: who was found by name is for the caller to write down. */
int casefind_look(struct ledger *ledger, struct text what, struct ledger_case *ret,
	char name[SEAL_NAME], struct fail *fail) MUST_USE;

/* casefind for who reads a ledger without the network's lines: nothing says whether they share the address, so where no
 * block of ports has a case the port is left out. */
int casefind_alone(struct ledger *ledger, struct text what, struct ledger_case *ret,
	char name[SEAL_NAME], struct fail *fail) MUST_USE;

#endif
