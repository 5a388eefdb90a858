/* censusday - all that a run reads, and what it makes of it in memory
 *
 * What:    opens registry.lzr, sightings.lzs, the state and cases of the run before, and what the store knows; puts
 *          the words of persons over the registries; makes scores, state, sums and decisions of it, step by step.
 * Owns:    everything in it, until censusday_close.
 * Limits:  those of the files.
 * Thread:  one at a time: who holds the census's folder.
 */
#ifndef LAZARET_PROGRAM_CENSUSDAY_H
#define LAZARET_PROGRAM_CENSUSDAY_H

#include "census/join/joinday.h"
#include "census/list/sightingfile.h"
#include "census/outbox/caseday.h"
#include "config/config.h"
#include "program/censusgiven.h"
#include "program/censusruns.h"
#include "program/censuswish.h"

struct censusday {
	const struct censuswish *wish;
	const struct censusfolder *folder;
	uint16_t day, keep_days;
	bool has_thanks;
	struct censusruns runs;
	struct registryfile registry;
	struct sightingfile sightings;
	struct censusgiven given;
	struct censusstore *store;
	struct censusrows store_cases, contacts, nevers, overrides, letters;
	uint32_t last_case;
	struct hash_key key;
	struct statestore before;
	struct casefile cases_before;
	struct responsible responsible;
	struct score_rules rules;
	bool left_out[SCORE_LISTS]; /* lists that count for nothing though they are evidence */
	struct joinday joined;
	uint16_t *last_letter; /* by object */
	struct state_counts counts;
	struct statestore state;
	struct tally tally;
	struct cases cases;
	struct caseday decided;
};

/* 0, or -errno with fail; in both cases censusday_close must follow. */
int censusday_open(struct censusday *day, const struct censusfolder *folder,
	const struct config *config, uint16_t number, const struct censuswish *wish,
	struct fail *fail) MUST_USE;
void censusday_close(struct censusday *day);

/* A mapped file of which most is not needed for a while: its pages can go, and come again where they are read. */
void censusday_rest(const uint8_t *bytes, size_t size);

/* Scores; then the state in the folder of the run that is being made; then the sums. */
int censusday_join(struct censusday *day, struct fail *fail) MUST_USE;

/* A list that suddenly has most of the new candidates: its number; SCORE_LISTS: there is none. */
unsigned censusday_flood(const struct censusday *day);

/* Decides, and writes cases.lzc there. What was read, and what was made of it, is given back: the folder, the rules and
 * what was decided and counted stay. */
int censusday_decide(struct censusday *day, struct fail *fail) MUST_USE;

/* What was decided, to the store. */
int censusday_keep(struct censusday *day, struct fail *fail) MUST_USE;

/* The rules of scores by the cards of the lists; now: what the ages of listings are reckoned from. left_out may be
 * NULL. */
int censusday_rules(const struct sightingfile *sightings, uint32_t now,
	const struct censuswish *wish, struct score_rules *ret, bool left_out[SCORE_LISTS],
	struct fail *fail) MUST_USE;

/* When the newest list was made, within the day. */
uint32_t censusday_now(const struct sightingfile *sightings, uint16_t day);

#endif
