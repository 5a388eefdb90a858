/* sighting - what was seen of one line, as identity/ hands it on to the judge
 *
 * What:    CONTACT: a line of ours opened a connection to a mail server. INBOUND: a line of ours accepted mail.
 *          SCORE: a channel that is not the judge's own says how strong its evidence is now. CLOCK: time passes, and
 *          nothing else counts. The line is a pseudonym, and its address is not
 *          in here, so who judges learns no inside address.
 * Limits:  a cache line, without holes: one may go through a ring of shared memory byte by byte.
 * Thread:  a value; copied between stages and processes.
 */
#ifndef LAZARET_IDENTITY_SIGHTING_H
#define LAZARET_IDENTITY_SIGHTING_H

#include "base/address.h"
#include "base/wall.h"
#include "identity/line.h"

#include <stdint.h>

enum sighting_kind {
	SIGHTING_CONTACT,
	SIGHTING_INBOUND,
	SIGHTING_SCORE,
	SIGHTING_CLOCK,
	SIGHTING_COUNT
};

/* Of a SCORE: what the evidence rests on, since the channel knows of it. */
struct sighting_told {
	uint32_t recipients; /* asked for */
	uint32_t accepted;   /* delivered */
	uint32_t unknown;    /* refused since there is no such user */
	uint32_t refused;    /* for reasons of policy */
	uint32_t domains;    /* new domains of recipients */
	uint32_t networks;   /* it logged in from, in an hour, at the most */
};

/* Of a SCORE of the router's meter. */
struct sighting_metered {
	uint32_t rate;    /* new connections to port 25 a minute, above which it was */
	uint32_t minutes; /* in spells of so long in all, since there is evidence */
};

struct sighting {
	struct wall time; /* when the connection began */
	struct line line; /* CONTACT: the client's; INBOUND: the server's, which accepted mail */
	union {
		struct {
			/* CONTACT: the server; INBOUND: the network of the client, no more */
			struct address other;
			uint32_t sampling; /* these as in struct observation */
			uint32_t duration_ms;
		};
		struct sighting_told told;       /* SCORE */
		struct sighting_metered metered; /* SCORE of CHANNEL_METER */
	};
	float score; /* SCORE: as in struct evidence; of the others 0 */
	float watch;
	uint16_t server_port;
	uint8_t kind; /* enum sighting_kind */
	uint8_t outcome;
	uint8_t flags;
	uint8_t recipients;
	uint8_t refusals;
	uint8_t channel; /* SCORE: enum channel of evidence/evidence.h */
};

_Static_assert(sizeof(struct sighting) <= 64, "a sighting fits a cache line");
_Static_assert(sizeof(struct sighting) ==
		sizeof(struct wall) + sizeof(struct line) + sizeof(struct sighting_told) + 2 * 4 +
			2 + 6,
	"a sighting has no holes");

#endif
