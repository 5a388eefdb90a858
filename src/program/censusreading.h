/* censusreading - a file of a list and the card that says what it means, read
 *
 * What:    finds the card, reads it and then the list, and keeps what is to be said of both, so that several may be
 *          read at once and be told of in their order.
 * Owns:    listings and sentences, until censusreading_done.
 * Limits:  those of listreader.h and listnotes.h.
 * Thread:  one a file; several files at once.
 */
#ifndef LAZARET_PROGRAM_CENSUSREADING_H
#define LAZARET_PROGRAM_CENSUSREADING_H

#include "census/letter/trapmail.h"
#include "census/list/listcard.h"
#include "census/list/listings.h"
#include "census/list/listnotes.h"

struct censusreading_said {
	struct fail fail;
	bool is_wrong; /* else it is a fact of a list that is whole */
};

struct censusreading {
	/* The caller's. */
	const char *path;
	const char *cards; /* a folder of cards, or NULL */
	size_t most;       /* listings of each kind; 0: only the card is read */
	uint16_t number;   /* that the listings have */
	/* What was found. */
	bool has_card; /* one that can be used: else there is nothing below */
	struct listcard card;
	bool is_damaged; /* what came before is there */
	enum listform form;
	struct listnotes notes;
	struct listings listings;
	struct trapmail *traps; /* what a trap's list of mail carries; NULL: it is none of a trap */
	struct censusreading_said *said;
	size_t said_count, of_card; /* sentences; those of the card come first */
	size_t room;
};

void censusreading_do(struct censusreading *reading);
void censusreading_done(struct censusreading *reading);

#endif
