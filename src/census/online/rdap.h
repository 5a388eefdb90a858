/* rdap - an answer of the Registration Data Access Protocol about a network
 *
 * What:    reads the JSON of an IP network object or of an error (RFC 9083 s5.4, s6). A role speaks of the closest
 *          object around it (s5.1), so the mailboxes are those of the network's entities with the role "abuse"; where
 *          there are none, of such entities inside of its registrants; never of what is in a registrar or in
 *          technical contacts. Of an entity all "email" of its jCard are read. What is marked as private, removed,
 *          obscured or of a proxy (s10.2.2) is none. Where something was cut out (s9, s10.2.1) and no mailbox is
 *          left, the answer is "withheld", or "busy" if the load was the reason.
 * Owns:    nothing.
 * Limits:  RDAP_MOST bytes; RDAP_ENTITIES entities at each of the two levels.
 * Thread:  any.
 */
#ifndef LAZARET_CENSUS_ONLINE_RDAP_H
#define LAZARET_CENSUS_ONLINE_RDAP_H

#include "census/online/netanswer.h"

#define RDAP_MOST     (1UL << 20)
#define RDAP_ENTITIES 256

/* The answer to a question for that address. status: of HTTP (RFC 7480 s5). */
struct netanswer rdap_parse(
	struct text json, unsigned status, enum range_family family, ipnumber address);

#endif
