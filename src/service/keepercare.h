/* keepercare - what the keeper answers the portal, and does for it
 *
 * What:    a question of portalask.h in, its answer out: finds the line by the address that asks (through leases and
 *          translators where the line has none of its own), or the case by code and PIN; shows of it what a customer
 *          may see; and writes what he did (ledger/care.h): a page was seen, steps were ticked, the line was let go,
 *          something is wrong. A suspicion of which nothing follows is shown to nobody, nor is a case of an address
 *          that many share or that is protected.
 *          Whether a measure pauses while a person looks at what its customer says is wrong is the plan's to say
 *          (ledger/care.h).
 * Owns:    its counts.
 * Limits:  PORTALASK_LINE_MOST questions a minute of one line, KEEPERCARE_PINS wrong PINs an hour for a case and for
 *          who asks, of IPv6 for a prefix, since whoever has one has all its addresses; of what is left PORTALASK_MOST
 *          a second. What needs no ledger (addresses that are no line's, wrong PINs) is answered at once and does not
 *          count among these.
 * Thread:  the keeper's.
 */
#ifndef LAZARET_SERVICE_KEEPERCARE_H
#define LAZARET_SERVICE_KEEPERCARE_H

#include "identity/lines.h"
#include "ledger/ledger.h"
#include "service/portalask.h"
#include "service/tries.h"

#define KEEPERCARE_PINS    10
#define KEEPERCARE_PREFIX6 64

struct keepercare_counts {
	uint64_t asked;     /* questions that came */
	uint64_t malformed; /* of these */
	uint64_t later;     /* too many, so not answered */
	uint64_t pins;      /* code and PIN of no case */
	uint64_t ticks;
	uint64_t releases;
	uint64_t refused; /* releases that were not allowed */
	uint64_t wrong;   /* "this is wrong" */
};

struct keepercare {
	int64_t second_us; /* that questions are counted in */
	unsigned in_second;
	struct tries of_line;
	struct tries of_pin;
	struct keepercare_counts counts;
};

void keepercare_begin(struct keepercare *care);

/* The answer, whatever came: only that of its number is the question's if it is malformed. steady_us: a clock that is
 * never set back; the ledger's time is that of the leases. -errno with fail filled if the ledger failed: the answer is
 * PORTAL_AWAY then. */
int keepercare_answer(struct keepercare *care, struct ledger *ledger, struct lines *lines,
	const struct portalask *ask, int64_t steady_us, struct portalanswer *ret,
	struct fail *fail) MUST_USE;

#endif
