/* portalsettings - the settings of the portal, of the daemon's
 *
 * What:    as the parent hands them to the process (portaling.h); texts are kept with their end. Who the provider is,
 *          and where the portal is found, stands in the garden's settings: it is the same.
 * Owns:    nothing.
 * Limits:  PORTALSTREAMS_PLACES places.
 * Thread:  any.
 */
#ifndef LAZARET_SERVICE_PORTALSETTINGS_H
#define LAZARET_SERVICE_PORTALSETTINGS_H

#include "care/garden.h"
#include "service/portalstreams.h"

#define PORTAL_PATH 512

struct portal_place {
	struct address address;
	uint16_t port; /* 0: any that is free */
};

/* So long before its end a certificate is told of. */
#define PORTAL_SOON_US (14 * WALL_DAY)

struct portaling_settings {
	struct portal_place place[PORTALSTREAMS_PLACES];
	size_t place_count;            /* 0: there is no portal */
	char listen[256];              /* the same, as it was written */
	size_t connections_most;       /* in all */
	uint32_t line_most;            /* of one line */
	unsigned length6;              /* of the prefix of IPv6 that is a line */
	char certificate[PORTAL_PATH]; /* with its chain; empty: without TLS */
	char key[PORTAL_PATH];
	struct fail
		due; /* of the certificate: it is not valid, or not for long; what empty: it is */
	char texts[PORTAL_PATH]; /* the folder of ours */
	char own[PORTAL_PATH];   /* and of the operator's; empty: none */
	char own_b[PORTAL_PATH]; /* what half of the cases get besides; empty: nothing */
	char hours[GARDEN_TEXT + 1];
	char country[8];
	char language[TEXTS_TAG]; /* for who asks for none that there is */
};

#endif
