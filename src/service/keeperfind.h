/* keeperfind - the case that a person means, where the own network is known
 *
 * What:    as desk/casefind.h; besides by an address that a line has now and that is not its name: of a lease, or with
 *          a port where it is not shared. Who asked is written down, too.
 * Thread:  the keeper's.
 */
#ifndef LAZARET_SERVICE_KEEPERFIND_H
#define LAZARET_SERVICE_KEEPERFIND_H

#include "identity/lines.h"
#include "ledger/reading.h"

/* As casefind. name is what was asked for where the line was found by it, else empty. */
int keeperfind(struct ledger *ledger, struct lines *lines, struct text what,
	struct ledger_case *ret, char name[SEAL_NAME], struct fail *fail) MUST_USE;

/* The same for who only looks: where the ledger cannot be written it is answered all the same, and the row that is
 * missing is an event. */
int keeperfind_look(struct ledger *ledger, struct lines *lines, struct text what,
	struct ledger_case *ret, char name[SEAL_NAME], struct fail *fail) MUST_USE;

#endif
