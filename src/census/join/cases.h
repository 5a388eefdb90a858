/* cases - the sums of a day: networks, contacts, AS and countries, as cases.lzc will hold them
 *
 * What:    of a tally by object the sums by network, contact, AS and country. What a run decides about a case (number,
 *          day, arm, step) is entered afterwards by who knows it; then casewriter.h writes all. Of networks, of which
 *          there are millions, only that is kept which is not known from the tally.
 * Owns:    its arrays, until cases_done.
 * Limits:  4 GiB of texts: what is more is empty.
 * Thread:  one each.
 */
#ifndef LAZARET_CENSUS_JOIN_CASES_H
#define LAZARET_CENSUS_JOIN_CASES_H

#include "census/join/tally.h"

struct cases {
	struct casefile_totals totals;
	uint32_t *names,
		*places; /* by network, [0] is nobody's: a text, and the place (responsible.h) */
	uint32_t network_count;
	uint32_t *holders;            /* by place: a text */
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

/* All of a network. The tally is that of which the sums were made. */
struct casefile_network cases_network(
	const struct cases *cases, const struct tally *tally, uint32_t number);

/* The case of a network; 0: nobody's. */
static inline uint32_t
cases_of(const struct cases *cases, const struct responsible *responsible, uint32_t network)
{
	return network != 0 ? cases->of[responsible->places[cases->places[network]].contact] : 0;
}

/* A text's number. */
uint32_t cases_put_text(struct cases *cases, struct text text);

#endif
