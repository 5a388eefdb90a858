/* censustraps - messages that the agency's own traps got, on their way from a list of mail into letters
 *
 * What:    what a report of a trap's list carries is kept (census/letter/trapmail.h), if it came in the
 *          CENSUSTRAPS_DAYS days before the list was made; a run opens what was kept, and gives rows of a letter their
 *          messages: those whose evidence is a trap, and that came in as many days before the run. Addresses are
 *          redacted with a key that is made of the store's secret.
 * Owns:    the file, from censustraps_open to censustraps_close.
 * Limits:  LETTER_MESSAGES of a letter.
 * Thread:  any, once it is open.
 */
#ifndef LAZARET_PROGRAM_CENSUSTRAPS_H
#define LAZARET_PROGRAM_CENSUSTRAPS_H

#include "census/letter/letter.h"
#include "census/letter/trapfile.h"
#include "census/outbox/censusstore.h"
#include "program/censusfolder.h"
#include "source/reports/report.h"

/* Of what is older few providers know who had the address: who had a port, hardly any. */
#define CENSUSTRAPS_DAYS 30
#define CENSUSTRAPS_OWN  3

struct censustraps {
	struct trapfile file; /* of no rows: there is none */
	struct letterredact redact;
	struct text own[CENSUSTRAPS_OWN];
};

/* The oldest that is worth keeping of a list that was made then. */
static inline uint32_t
censustraps_since(uint32_t made)
{
	const uint32_t days = CENSUSTRAPS_DAYS * 86400;

	return made > days ? made - days : 0;
}

/* For listorder.carried; context: a trapmail. */
void censustraps_take(void *context, const struct report *report);

/* bounce: the mailbox that letters come back to; may be empty. Texts of the sender, and bounce, outlive it. 0, also
 * where there is no file; or -errno with fail. It is used where it lies, and stays there. */
int censustraps_open(struct censustraps *traps, const struct censusfolder *folder,
	const struct lettersender *sender, struct text bounce, struct censusstore *store,
	struct fail *fail) MUST_USE;
void censustraps_close(struct censustraps *traps);

/* Gives rows their messages, which lie in into until the next call; now: of the run. */
void censustraps_fill(const struct censustraps *traps, struct wall now, struct letterrow *rows,
	size_t count, struct lettertrap into[LETTER_MESSAGES]);

#endif
