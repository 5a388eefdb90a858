/* listcard - what a list means: the card that is kept beside it
 *
 * What:    a small text of lines "key: value" ("#" begins a comment line). Only what says that an address sends spam
 *          is evidence of a zombie: a list of address space by policy, of scanners, or of a general bad name is
 *          not, however long it is. A card has to say all of these:
 *
 *              name: nixspam
 *              meaning: zombie          zombie, relay, policy, scanner or reputation
 *              weight: 0.6              above 0 and below 1: how sure one listing makes it
 *              half-life: 2d            after which it says half as much: m, h, d or w
 *              licence: may be quoted with its name
 *              group: nixspam           lists that copy each other, or share traps, have the same
 *
 *          and may say: trap: yes (the agency's own); form, type, dataset, values, columns, address, time, port
 *          (struct listorder).
 * Owns:    nothing.
 * Limits:  LISTCARD_BYTES a card, LISTCARD_TEXT a value. Each key once.
 * Thread:  any.
 */
#ifndef LAZARET_CENSUS_LIST_LISTCARD_H
#define LAZARET_CENSUS_LIST_LISTCARD_H

#include "census/list/listreader.h"

#define LISTCARD_BYTES 65536
#define LISTCARD_TEXT  LISTREADER_NAMES

enum listmeaning {
	LISTMEANING_ZOMBIE,
	LISTMEANING_RELAY,
	LISTMEANING_POLICY,
	LISTMEANING_SCANNER,
	LISTMEANING_REPUTATION,
	LISTMEANING_COUNT
};

extern const char *const listmeaning_names[LISTMEANING_COUNT];

struct listcard {
	char name[LISTCARD_TEXT];
	char licence[LISTCARD_TEXT];
	char group[LISTCARD_TEXT];
	enum listmeaning meaning;
	double weight;
	uint32_t half_life; /* seconds */
	bool is_trap;
	struct listorder order; /* its list is 0: the caller numbers them */
};

/* fail->where is "FILE:LINE". */
typedef void (*listcard_problem)(void *context, const struct fail *fail);

/* How many problems there are; each was told. *ret is written where there is none. */
int listcard_parse(struct text text, const char *file, listcard_problem tell, void *context,
	struct listcard *ret) MUST_USE;

/* The same from a file; one that cannot be read is one problem. */
int listcard_read(
	const char *path, listcard_problem tell, void *context, struct listcard *ret) MUST_USE;

/* Does the list say that an address sends spam? */
static inline bool
listcard_is_evidence(const struct listcard *card)
{
	return card->meaning == LISTMEANING_ZOMBIE;
}

#endif
