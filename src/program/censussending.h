/* censussending - the letters that were approved go to the mail server
 *
 * What:    one after the other, at the pace of the settings, each once. Before each: is it still the letter that was
 *          approved, and may it go there now? Its row is on the disk before it is handed over, and settled after.
 *          Letters of a domain that is at its limit wait while others go; where all wait, it waits.
 *          It ends where all went, at SIGINT or SIGTERM behind the letter in hand, where the server takes none, and
 *          where too many come back (pace_is_broken).
 * Owns:    nothing.
 * Limits:  those of the manifest.
 * Thread:  one a process.
 */
#ifndef LAZARET_PROGRAM_CENSUSSENDING_H
#define LAZARET_PROGRAM_CENSUSSENDING_H

#include "program/censusletters.h"
#include "program/censusoptions.h"

struct censussending_settings {
	const struct censusmail *mail;
	struct censusletters *letters;
	struct censusstore *store;
	const struct census_deed *deed; /* of who sends */
	bool goes_on;                   /* whatever the circuit breaker says */
};

enum censussending_end {
	CENSUSSENDING_ALL,
	CENSUSSENDING_INTERRUPTED,
	CENSUSSENDING_AWAY,
	CENSUSSENDING_BROKEN,
	CENSUSSENDING_FAILED, /* the store */
	CENSUSSENDING_ENDS
};

/* Of this run of the program. */
struct censussending_ended {
	enum censussending_end end;
	uint64_t sent, later, refused;
	uint64_t unknown; /* the connection ended at the last byte: a person must find out */
	uint64_t skipped; /* to who is not written to */
	uint64_t damaged; /* not as they were approved; told one by one */
	uint64_t left;    /* for the next one */
};

/* 0, or -errno with fail, where it ended before the last letter and nobody wished it. */
int censussending_run(const struct censussending_settings *settings,
	struct censussending_ended *ended, struct fail *fail) MUST_USE;

#endif
