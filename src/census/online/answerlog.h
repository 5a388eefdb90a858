/* answerlog - what registries answered on line, kept for later runs
 *
 * What:    a text file with a line for each answer, behind those before it: range, server, when it was asked, until
 *          when it counts (seconds since 1970), the result, what its mailboxes are for, country, mailboxes; tabs
 *          between. Of an address the smallest range counts, of the same range the last line. So who is cut while
 *          writing loses one line, and asks once more. What is registered inside of an answered range is not asked
 *          for. An answer counts for ANSWERLOG_DAYS; that there is no such network for ANSWERLOG_DAYS_NOTHING; one
 *          that was withheld is not kept from being asked again in the next run (RFC 9083 s9). Others are no answers.
 * Owns:    its rows, from answerlog_read to answerlog_done; the descriptor, from answerlog_open to answerlog_close.
 * Limits:  ANSWERLOG_ROWS rows of a file, the others are counted.
 * Thread:  any to find, once it is read; one at a time to add.
 */
#ifndef LAZARET_CENSUS_ONLINE_ANSWERLOG_H
#define LAZARET_CENSUS_ONLINE_ANSWERLOG_H

#include "census/online/netanswer.h"
#include "census/registry/rankedranges.h"

#define ANSWERLOG_DAYS         30
#define ANSWERLOG_DAYS_NOTHING 7
#define ANSWERLOG_ROWS         (1UL << 22)
#define ANSWERLOG_SERVER       256

struct answerlog_row {
	enum range_family family;
	enum netanswer_result result; /* FOUND, NONE, NOTHING or WITHHELD */
	struct range range;
	uint32_t asked, until;
	uint16_t country;
	bool is_for_abuse;
	struct text server;
	struct text mailboxes; /* with "," between; the first one is the contact */
};

struct answerlog {
	struct answerlog_row *rows;
	size_t count, size;
	uint64_t lost;  /* lines that are none, or had no room */
	uint64_t ended; /* that count no longer */
	struct buffer texts;
	struct rankedrange *ranges[RANGE_SYSTEM];
	struct piece *pieces[RANGE_SYSTEM];
	size_t piece_count[RANGE_SYSTEM];
};

/* Of a file that is not there nothing is read. now: seconds since 1970. 0, or -errno with fail: it cannot be read, or
 * has lines that are none (-EBADMSG; the others count). */
int answerlog_read(
	struct answerlog *log, const char *path, uint64_t now, struct fail *fail) MUST_USE;
void answerlog_done(struct answerlog *log);

/* What counts for that address; NULL: nothing. */
const struct answerlog_row *answerlog_find(
	const struct answerlog *log, enum range_family family, ipnumber address);

/* The first of its mailboxes; empty if there is none. */
struct text answerlog_mailbox(const struct answerlog_row *row);

/* For adding: a descriptor, or -errno with fail. */
int answerlog_open(const char *path, struct fail *fail) MUST_USE;
/* Adds what was answered to the question for that address, and has it on the disk: 0, also where such an answer is not
 * kept, or -errno. */
int answerlog_add(int descriptor, const struct netanswer *answer, ipnumber address,
	const char *server, uint64_t now) MUST_USE;

#endif
