/* cases - the sums of a day: networks, contacts, AS and countries, as cases.lzc will hold them
 *
 * What:    of a tally by object the sums by network, contact, AS and country. What a run decides about a case (number,
 *          day, arm, step) is entered afterwards by who knows it; then casewriter.h writes all.
 * Owns:    its arrays, until cases_done.
 * Limits:  4 GiB of texts: what is more is empty.
 * Thread:  one each.
 */
#ifndef LAZARET_CENSUS_JOIN_CASES_H
#define LAZARET_CENSUS_JOIN_CASES_H

#include "census/join/tally.h"

struct cases {
	struct casefile_totals totals;
	struct casefile_network *networks; /* [0] is nobody's */
	uint32_t network_count;
	struct casefile_case *cases;  /* [0] is of nobody */
	uint32_t *contacts, *seconds; /* by case: contacts; 0: none */
	uint32_t *of;                 /* case by contact; 0: none */
	/* By case: of all its candidates nobody was known but the national CERT. */
	bool *nationals;
	uint32_t case_count;
	struct casefile_system *systems;
	uint32_t system_count;
	struct casefile_country *countries;
	uint32_t country_count;
	struct casefile_list lists[SCORE_LISTS];
	uint32_t list_count;
	char *texts;
	uint64_t texts_length, texts_size;
};

void cases_make(struct cases *cases, const struct tally *tally);
void cases_done(struct cases *cases);

/* A text's number. */
uint32_t cases_put_text(struct cases *cases, struct text text);

#endif
