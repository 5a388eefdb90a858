/* keepernotice - the keeper's answers to the notifier
 *
 * What:    looks through measures by number for cases of which a notice is due, some at a time; writes what was sent.
 *          What is due is the ledger's to say (ledger/notice.h); kept here is only how far the ledger holds nothing
 *          that could be, and what was handed out and not answered for.
 * Owns:    nothing.
 * Limits:  those of noticeask.h; KEEPERNOTICE_SILENT notices of which nothing was heard, then the oldest is
 *          forgotten.
 * Thread:  the keeper's.
 */
#ifndef LAZARET_SERVICE_KEEPERNOTICE_H
#define LAZARET_SERVICE_KEEPERNOTICE_H

#include "ledger/keyfile.h"
#include "service/noticeask.h"

#define KEEPERNOTICE_SILENT 16
#define KEEPERNOTICE_TRIES  2

struct keepernotice_counts {
	uint64_t handed;  /* notices handed out */
	uint64_t kept;    /* and sent */
	uint64_t refused; /* questions that could be none, or came too late */
	uint64_t dropped; /* notices of which nothing was heard twice */
};

/* All zero at the begin. */
struct keepernotice {
	uint64_t first;  /* behind this measure the first may be that matters */
	uint64_t lowest; /* that mattered in the round under way; 0: none so far */
	struct {
		uint64_t of_case; /* 0: free */
		struct wall since;
		uint8_t kind;
		uint8_t tries;
	} silent[KEEPERNOTICE_SILENT];
	size_t oldest;
	struct keepernotice_counts counts;
};

/* Always makes an answer; -errno with fail filled if the ledger failed. */
int keepernotice_answer(struct keepernotice *notices, struct ledger *ledger,
	const struct keys *keys, int64_t still_us, const struct noticeask *ask,
	struct noticeanswer *ret, struct fail *fail) MUST_USE;

#endif
