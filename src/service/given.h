/* given - sockets that the service manager opened, as places to listen at
 *
 * What:    sorts what activation.h took: datagram sockets are for flow export, those of one address and port a group,
 *          which is divided by exporter and domain; a Unix socket is the control socket; a stream socket is IPFIX
 *          over TCP, or, if its name is "metrics", that of the metrics. A configured place that one of them covers is
 *          not opened a second time.
 * Owns:    the descriptors stay the caller's.
 * Limits:  DAEMON_LISTEN places, one control socket, one for metrics; a group has no more sockets than there are
 *          receivers, for nobody would read the others. With fewer, the last receivers have nothing of that port.
 * Thread:  the parent's, at the start.
 */
#ifndef LAZARET_SERVICE_GIVEN_H
#define LAZARET_SERVICE_GIVEN_H

#include "runtime/activation.h"
#include "service/daemon.h"

struct given_place {
	struct listen listen;
	bool only_v6; /* of ::, which else takes IPv4 too */
	int descriptor[ESTATE_RECEIVERS];
	uint32_t count;
};

struct given {
	struct given_place place[DAEMON_LISTEN];
	size_t count;
	int control; /* -1: none */
	int metrics; /* -1: none */
};

/* 0, or -errno with fail filled. */
int given_sort(struct given *ret, const struct activation *activation, uint32_t receivers,
	struct fail *fail) MUST_USE;

/* Options and steering of the UDP sockets. */
int given_prepare(const struct given *given, const struct daemon_settings *settings, uint32_t seed,
	struct fail *fail) MUST_USE;

/* Does what this socket takes hold all that would come to the other place? */
bool given_covers(const struct given_place *place, const struct listen *listen);

#endif
