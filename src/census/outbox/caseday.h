/* caseday - what a run decides about the case of each contact
 *
 * What:    the sums of a day (join/cases.h) meet what the store knows: cases that are open, what was sent, who may not
 *          be written to. Each contact gets its step (join/caseplan.h); cases that open get numbers in the order of
 *          mailboxes, and an arm (join/arms.h). All of that is entered into the sums. Letters are named, but not
 *          made here. An escalation is a reminder to the contact, and one letter to each second contact and each
 *          national CERT about all cases that came to it since its last one. A case that closes can end with a letter
 *          of thanks (join/caseplan.h); but not to a CERT, nor where another's case waits for that contact. No other
 *          letter is of a case that closes: so of those that were sent the ones whose run closed their case are of
 *          thanks.
 *          What a run of the same day had decided before it was cut is as if it had not been, but for the numbers of
 *          its cases, which are used again: so a run that is repeated decides the same.
 * Owns:    its arrays, until caseday_done.
 * Limits:  time n log n.
 * Thread:  one at a time. Pure.
 */
#ifndef LAZARET_CENSUS_OUTBOX_CASEDAY_H
#define LAZARET_CENSUS_OUTBOX_CASEDAY_H

#include "census/join/caseplan.h"
#include "census/join/cases.h"
#include "census/letter/lettercase.h"
#include "census/outbox/censusstore.h"

struct caseday_settings {
	struct caseplan_settings plan;
	unsigned share;        /* of ARMS_ONE: how many cases are held out */
	unsigned holders_most; /* a mailbox in networks of more of them is held for a person */
	struct hash_key key;   /* by which arms are drawn */
};

/* All of the store's, sorted as censusstore.h says. */
struct caseday_known {
	const struct censusrows *cases, *contacts, *nevers, *letters;
	uint32_t last_case;
	const struct casefile *before; /* of the run before; NULL: there was none */
};

struct caseday_letter {
	uint32_t number; /* of the case */
	uint16_t opened;
	uint16_t letter; /* of the case, from 1 */
	uint16_t before; /* day of the run of the first letter; 0: there was none */
	uint32_t most;   /* of thanks: as of casefile.h */
	uint8_t kind;    /* enum letter_kind */
	bool wants_xarf;
	struct text mailbox; /* the responsible's */
	uint32_t *of;        /* in cases: of whose rows it is */
	size_t count;
};

struct caseday {
	struct caseday_letter *letters; /* by number of the case */
	size_t letter_count;
	struct census_case *changed; /* for censusstore_put_cases */
	size_t changed_count;
	uint64_t held, never, held_out; /* cases with that step */
	uint32_t *of;                   /* what the letters' of are in */
};

void caseday_decide(struct caseday *day, struct cases *cases, const struct responsible *responsible,
	const struct caseday_known *known, const struct caseday_settings *settings);
void caseday_done(struct caseday *day);

/* By contact, up to the highest number of responsible->mailboxes: the day of the run whose letter was the last to be
 * sent; 0: none was. For stateday.h. */
void caseday_last_letters(const struct caseday_known *known, const struct responsible *responsible,
	uint16_t day, uint16_t *by_contact);

#endif
