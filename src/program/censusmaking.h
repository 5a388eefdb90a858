/* censusmaking - the letters of a run become files
 *
 * What:    letters/CODE.NUMBER.eml for each letter that was decided (census/outbox/caseday.h), and the manifest. On
 *          several threads, each with a bench of its own; the files are the same whatever their number. A letter that
 *          cannot be made is told and left out.
 * Owns:    nothing that stays.
 * Limits:  CENSUSMAKING_THREADS threads; those of letter.h and manifest.h.
 * Thread:  one at a time; threads of its own end before it returns.
 */
#ifndef LAZARET_PROGRAM_CENSUSMAKING_H
#define LAZARET_PROGRAM_CENSUSMAKING_H

#include "census/letter/letterwords.h"
#include "census/outbox/caseday.h"
#include "program/censustraps.h"

#define CENSUSMAKING_THREADS   4
#define CENSUSMAKING_LANGUAGES 32

struct censusmaking {
	const struct casefile *file;
	const struct lettersender *sender;
	const struct letterwords *words;
	const struct caseday *day;
	const struct censustraps *traps;
	const char *folder; /* of the run */
	struct wall written;
	struct text by; /* who made the run */
	unsigned threads;
};

/* What was made. */
struct censusmade {
	uint64_t letters, by_kind[LETTER_KIND_COUNT], rows;
	uint64_t messages; /* of traps, attached */
	uint64_t failed;   /* letters that could not be made: each was told */
	struct {
		char tag[LETTERWORDS_TAG];
		uint64_t letters;
	} language[CENSUSMAKING_LANGUAGES];
	unsigned languages;
	char sum[65]; /* of the manifest */
};

/* 0, or -errno with fail: a file cannot be written. */
int censusmaking_write(
	const struct censusmaking *making, struct censusmade *ret, struct fail *fail) MUST_USE;

/* The catalogues of texts/ beside the program, or where it is installed. */
int censusmaking_words(struct letterwords **ret, struct fail *fail) MUST_USE;

#endif
