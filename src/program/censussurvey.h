/* censussurvey - all letters of a run, looked at: what would go out
 *
 * What:    each letter's file must have the sum that the manifest has, go to the mailbox that it names, and have a
 *          table that can be read. Counted: languages, countries (of each letter that of most of its addresses), the
 *          largest ones, those that cannot be sent now and why, those that went before.
 * Owns:    nothing.
 * Limits:  CENSUSSURVEY_LANGUAGES languages, CENSUSSURVEY_LARGEST letters.
 * Thread:  one at a time.
 */
#ifndef LAZARET_PROGRAM_CENSUSSURVEY_H
#define LAZARET_PROGRAM_CENSUSSURVEY_H

#include "census/outbox/censusstore.h"
#include "census/outbox/letterlook.h"
#include "program/censusletters.h"

#define CENSUSSURVEY_LANGUAGES 64
#define CENSUSSURVEY_LARGEST   5
#define CENSUSSURVEY_COUNTRIES 1024

struct censussurvey_count {
	char name[LETTERLOOK_LANGUAGE];
	uint64_t letters;
};

struct censussurvey {
	uint64_t letters, addresses, bytes;
	uint64_t damaged; /* told by the survey */
	uint64_t within;  /* have an address that is never written about; told, too */
	uint64_t word[WORD_COUNT];
	uint64_t outcome[OUTCOME_COUNT]; /* handed over before */
	struct censussurvey_count language[CENSUSSURVEY_LANGUAGES], country[CENSUSSURVEY_COUNTRIES];
	size_t languages, countries; /* sorted: the most first */
	struct {
		const struct manifest_letter *letter;
		uint64_t rows;
	} largest[CENSUSSURVEY_LARGEST];
};

/* store may be NULL: nothing is known. Damaged letters are told one by one, and the rest is done. -errno with fail: the
 * store cannot be read. */
int censussurvey_make(struct censusletters *letters, struct censusstore *store,
	struct censussurvey *ret, struct fail *fail) MUST_USE;

/* As lines for a person, and as members of a JSON object, each with a comma before it. */
void censussurvey_text(const struct censussurvey *survey, struct buffer *into);
void censussurvey_json(const struct censussurvey *survey, struct buffer *into);

/* Prefixes that are never written about. On the heap. */
int censussurvey_prefixes(
	struct censusstore *store, struct prefix **ret, size_t *count, struct fail *fail) MUST_USE;

#endif
