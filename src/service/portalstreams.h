/* portalstreams - the connections of customers to the portal, and what each of them is answered
 *
 * What:    reads requests (care/portal.h), asks the keeper for the case where the page shows one, has done what the
 *          customer wants, which is a second question, and answers with the page. One request of a connection is on
 *          its way; what comes behind it waits. Where the keeper does not answer the page comes without a case.
 * Owns:    its connections; event loop, texts, sockets and the channel are the caller's.
 * Limits:  connections at each place and of each address; those of portal.h and portalquestions.h;
 *          PORTALSTREAMS_REQUEST_US for a handshake, a request, and an answer to be read, PORTALSTREAMS_IDLE_US
 *          between two; PORTALSTREAMS_AT_ONCE requests in one go, the last of which ends the connection.
 * Thread:  one.
 */
#ifndef LAZARET_SERVICE_PORTALSTREAMS_H
#define LAZARET_SERVICE_PORTALSTREAMS_H

#include "care/portal.h"
#include "runtime/streamserver.h"
#include "service/portalask.h"

#define PORTALSTREAMS_PLACES     4
#define PORTALSTREAMS_REQUEST_US (10 * WALL_SECOND)
#define PORTALSTREAMS_IDLE_US    (30 * WALL_SECOND)
#define PORTALSTREAMS_AT_ONCE    16

struct portalstreams;

struct portalstreams_settings {
	struct event_base *base;
	const struct texts *texts;
	const struct texts
		*texts_b; /* of cases whose lot is B, in the same languages; NULL: the same */
	struct portal_settings portal;
	int keeper;              /* channel */
	size_t connections_most; /* at each place */
	uint32_t line_most;      /* of one address at all of them */
	unsigned length6;        /* of the prefix of IPv6 that is a line */
	struct wall (*now)(void *context);
	void *context;
};

struct portalstreams_counts {
	struct stream_counts streams; /* of all places */
	uint64_t answered[PORTAL_OUTCOMES];
	uint64_t refused;   /* requests that could not be read */
	uint64_t asked;     /* questions to the keeper */
	uint64_t silent;    /* of them those without an answer in time, or that it did not take */
	uint64_t malformed; /* its answers that cannot be */
};

struct portalstreams *portalstreams_new(const struct portalstreams_settings *settings);
struct portalstreams *portalstreams_free(struct portalstreams *streams);

/* One more place; socket listens, tls NULL: plain. PORTALSTREAMS_PLACES at most. */
void portalstreams_listen(struct portalstreams *streams, int socket, struct tls *tls);

struct portalstreams_counts portalstreams_counts(const struct portalstreams *streams);

#endif
