/* listsurge - lists that explode overnight
 *
 * What:    who can write into a list, or takes it over, can have letters written about whom he likes. That shows: a
 *          list names more than LISTSURGE_TIMES times the addresses of IPv4, or /64s of IPv6, of the sightings before,
 *          ranges with all that is in them; or it brings more than LISTSURGE_SHARE per cent of all that no list had
 *          before, and more of that than it named in all (of two lists one always brings most of what is new). Below
 *          LISTSURGE_LEAST more it is none. A list that is there for the first time is none: a person has just chosen
 *          it. One that exploded stays so until it is accepted, or as it was; what it brought is no yardstick for what
 *          is new.
 * Owns:    what listsurge_new gives, until listsurge_free; the sightings before need not outlive it.
 * Limits:  what is new is told by a filter of 64 MiB: of 20 million listings before, one of 27 new ones seems known, of
 *          each list alike. Ranges are not looked at for that.
 * Thread:  any; lists may be counted at once, each by one.
 */
#ifndef LAZARET_CENSUS_LIST_LISTSURGE_H
#define LAZARET_CENSUS_LIST_LISTSURGE_H

#include "census/list/sightingfile.h"

#define LISTSURGE_TIMES 3
#define LISTSURGE_SHARE 60
#define LISTSURGE_LEAST 1000

struct listsurge;

/* What there was before. */
struct listsurge *listsurge_new(const struct sightingfile *before);
struct listsurge *listsurge_free(struct listsurge *known);

/* Was there a list of that name? known: NULL, there was none. */
bool listsurge_knows(const struct listsurge *known, const char *name);

/* Adds these listings to named and fresh of their lists, which are 0 at first. known: NULL, nothing was before. */
void listsurge_count(const struct listsurge *known, struct sightingfile_list *lists,
	const struct listings *listings);

/* Fills before and is_surging of each list, when all are counted. */
void listsurge_judge(const struct listsurge *known, struct sightingfile_list *lists, size_t count);

/* Of one that was judged: does it name less than the LISTSURGE_TIMES-th part of what it did? */
bool listsurge_is_shrunk(const struct sightingfile_list *list);

/* Somebody has looked at the list, and it is right. */
void listsurge_accept(struct sightingfile_list *list);

#endif
