/* portalopening - the sockets at which customers come to the portal
 *
 * What:    opened by the parent at its start, when it still has what ports below 1024 need, and kept while portals come
 *          and go: who connects meanwhile waits.
 * Owns:    all descriptors.
 * Limits:  PORTALSTREAMS_PLACES places.
 * Thread:  the parent's.
 */
#ifndef LAZARET_SERVICE_PORTALOPENING_H
#define LAZARET_SERVICE_PORTALOPENING_H

#include "service/portalsettings.h"

struct portalopening {
	int descriptor[PORTALSTREAMS_PLACES];
	size_t count;
};

/* 0, or -errno with fail filled; then nothing is open. */
int portalopening_open(struct portalopening *opening, const struct portaling_settings *settings,
	struct fail *fail) MUST_USE;

/* "portal:192.0.2.1:443", for people. */
void portalopening_describe(const struct portalopening *opening, size_t number, char into[96]);

#endif
