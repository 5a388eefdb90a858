/* spamlists - lists of spam senders of a day, in the forms that lists come in, with their cards
 *
 * What:    two sets of lists, north and south, of different addresses. A set names each of its addresses twice, in
 *          lists of different groups: a zone of rbldnsd has all of them, in order; a third each is in the CSV of an own
 *          trap, with times and ports, in a list of one address a line, and in what ipset save prints, in no order.
 *          The same of IPv6 in a zone and a list. Each range of a space has one address at least. A day later one of
 *          twenty is another one of the same range.
 * Owns:    nothing that stays but the files.
 * Limits:  what goes wrong ends the program with a word about it. The same arguments give the same bytes.
 * Thread:  one a set.
 */
#ifndef LAZARET_TESTS_SPAMLISTS_H
#define LAZARET_TESTS_SPAMLISTS_H

#include "spaces.h"

/* day: its begin, seconds since 1970. fours and sixes: so many addresses a set. */
void spamlists_write(const struct spaces *spaces, bool is_south, uint32_t day, size_t fours,
	size_t sixes, const char *folder);

#endif
