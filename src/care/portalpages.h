/* portalpages - the pages of the portal, each by itself
 *
 * What:    writes the body of a page that portal.h names.
 * Owns:    nothing.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_CARE_PORTALPAGES_H
#define LAZARET_CARE_PORTALPAGES_H

#include "care/portal.h"

struct portalpage {
	struct page page;
	const struct portal_settings *settings;
	const struct portal_asked *asked;
	const struct carecase *of;
	enum portal_outcome outcome;
	struct wall now;
	/* For portalpages_print. */
	char path[40];
	char since[PAGE_DAY], until[PAGE_DAY];
};

void portalpages_print(struct portalpage *at);

#endif
