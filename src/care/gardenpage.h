/* gardenpage - what a held customer reads where there is no portal
 *
 * What:    one page of HTML without script, image or anything else that must be fetched: what has happened, what still
 *          works, what to do, whom to call; English and Norwegian (bokmal) below each other. It names no case and
 *          nothing of the line: whoever is on the same WiFi sees it, too.
 * Owns:    nothing.
 * Limits:  8,000 bytes with texts as they are, GARDENPAGE_MOST with the longest there can be.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_CARE_GARDENPAGE_H
#define LAZARET_CARE_GARDENPAGE_H

#include "base/text.h"

#define GARDENPAGE_MOST 16384
/* Bytes of each text of the settings. */
#define GARDENPAGE_TEXT 200

enum gardenpage_language { GARDENPAGE_EN, GARDENPAGE_NB, GARDENPAGE_LANGUAGES };

/* Any may be empty. They are escaped. */
struct gardenpage_settings {
	struct text provider;  /* its name, as customers know it */
	struct text telephone; /* of its help */
	struct text help;      /* more words, or an address of the web, which becomes a link */
	bool has_mail;         /* the provider's mail servers stay open */
};

/* first: the language that stands above the other. */
void gardenpage_print(struct buffer *into, const struct gardenpage_settings *settings,
	enum gardenpage_language first);

/* The first language of an Accept-Language that the page has; weights are not looked at. */
enum gardenpage_language gardenpage_language(struct text accepted);

#endif
