/* bgpspeakerinside - what a speaker holds: inside action/ only
 *
 * What:    the struct of bgpspeaker.c, which is told what happened, and of bgpspeakerstep.c, which says what to do.
 * Owns:    nothing.
 * Thread:  as bgpspeaker.h.
 */
#ifndef LAZARET_ACTION_BGPSPEAKERINSIDE_H
#define LAZARET_ACTION_BGPSPEAKERINSIDE_H

#include "action/bgpspeaker.h"

#define BGPSPEAKER_NEVER INT64_MAX

struct bgpspeaker {
	struct bgpspeaker_settings settings;
	struct bgprules *rules;
	enum bgpspeaker_state state;
	uint32_t connection; /* number of the last one that was wanted */
	unsigned attempts;   /* that ended since a session lasted */
	bool is_retry_unset; /* its time must still be drawn */
	bool owes_open;
	bool owes_keepalive;
	bool has_four_octets;
	uint8_t agreed;
	uint8_t missing;
	uint8_t owes_end; /* End-of-RIB of these families */
	uint16_t hold;
	struct bgp_error parting; /* NOTIFICATION with which the connection is to end */
	int64_t retry_us; /* IDLE: of the next attempt; CONNECT: until which it must have come about */
	int64_t hold_us;      /* until which something must be heard */
	int64_t keepalive_us; /* when the next one is sent */
	int64_t blocked_us; /* since when there was no room for what is to be sent; BGPSPEAKER_NEVER: there was */
	struct wall since;
	uint64_t news;
	struct bgpspeaker_counts counts;
	struct fail words;
};

static inline bool
bgpspeaker_is_in_session(const struct bgpspeaker *speaker)
{
	return speaker->state >= BGPSPEAKER_OPENSENT;
}

/* The session is over because of what was found here, which the next step tells the router, or of what it sent. */
void bgpspeaker_end(
	struct bgpspeaker *speaker, const struct bgp_error *error, bool is_of_peer, int64_t now_us);

#endif
