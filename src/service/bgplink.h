/* bgplink - the connection to one router, around the speaker that says what goes over it
 *
 * What:    makes connections as the speaker wants them (action/bgpspeaker.h): without waiting, from an own address
 *          where one is given, with a TCP password (RFC 2385) and the hop limit of RFC 5082 where they are wanted.
 * Owns:    the speaker, the socket, and 384 KiB of what comes and goes.
 * Limits:  none of its own.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SERVICE_BGPLINK_H
#define LAZARET_SERVICE_BGPLINK_H

#include "action/bgppeers.h"
#include "action/bgpspeaker.h"

#include <poll.h>

struct bgplink;

/* password: at most BGPLINK_PASSWORD bytes, which are copied; empty: none. Stopped until the speaker is started. */
#define BGPLINK_PASSWORD 80
struct bgplink *bgplink_new(const struct bgppeer *peer, const struct bgpspeaker_settings *settings,
	struct text password);
struct bgplink *bgplink_free(struct bgplink *link);

struct bgpspeaker *bgplink_speaker(struct bgplink *link);
/* Rules that it takes. */
uint32_t bgplink_most(const struct bgplink *link);

/* What the socket is to be waited for; fd -1: there is none. */
struct pollfd bgplink_polled(const struct bgplink *link);
void bgplink_ready(struct bgplink *link, short events);

/* Does what is to be done by now, as after any change: when to do it again, as clock_steady counts. */
int64_t bgplink_step(struct bgplink *link);

#endif
