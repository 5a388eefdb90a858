/* authresults - who sent a message, as the own mail server found out
 *
 * What:    reads the fields Authentication-Results (RFC 8601) that one's own mail server wrote: those whose authserv-id
 *          is its own. A domain vouches for a message if its signature was right (dkim=pass, header.d), or if the
 *          server that brought it may send for it (spf=pass, smtp.mailfrom). Nothing else counts, and nothing that the
 *          message says of itself does.
 *          The mail server must take such fields away from what comes in, if they bear its own name (RFC 8601 s5):
 *          who does not do so believes anybody.
 * Owns:    nothing; domains are pieces of the head.
 * Limits:  AUTHRESULTS_MOST domains, the first of them.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_SOURCE_REPORTS_AUTHRESULTS_H
#define LAZARET_SOURCE_REPORTS_AUTHRESULTS_H

#include "base/text.h"

#define AUTHRESULTS_MOST 16

struct authresults {
	struct text domain[AUTHRESULTS_MOST];
	size_t count;
};

/* server: the authserv-id, compared without regard to case; empty: nobody is believed. */
void authresults_read(struct text head, struct text server, struct authresults *ret);

/* Is it the domain, or one below it? */
bool authresults_is_of(struct text domain, struct text of);

#endif
