/* gardenwords - the words of the garden's page, by language
 *
 * What:    pieces of HTML, as gardenpage.c puts them together. Plain words, short sentences, nothing that frightens;
 *          they promise nothing that the settings of the rules may not keep.
 * Owns:    nothing.
 * Thread:  any.
 */
#ifndef LAZARET_CARE_GARDENWORDS_H
#define LAZARET_CARE_GARDENWORDS_H

#include "care/gardenpage.h"

/* The words of one language, in the order in which they stand on the page. */
struct gardenwords {
	const char *lang, *other; /* tags of RFC 5646 */
	const char *skip;         /* to the other language */
	const char *title;
	const char *provider; /* where it has no name */
	const char *from;     /* behind the name */
	const char *what;
	const char *call, *telephone, *no_telephone;
	const char *rest;
	const char *works;      /* heading of what still works */
	const char *works_mail; /* only where the provider's mail servers stay open */
	const char *may_work;   /* what is let in by name is not known here */
	const char *link;       /* for whoever does not follow a redirection */
};

extern const struct gardenwords gardenwords[GARDENPAGE_LANGUAGES];

#endif
