/* bgpupdate - UPDATE messages of BGP: routes announced and withdrawn, End-of-RIB, and what a peer's may be
 *
 * What:    an UPDATE about routes of one family that have the same path attributes. IPv4 unicast is written as RFC 4271
 *          s4.3 has it, which every peer knows; the others in MP_REACH_NLRI or MP_UNREACH_NLRI, as the first attribute
 *          and only one of them (RFC 4760 s3, RFC 7606 s5.1). FlowSpec has a next hop of length 0 (RFC 8955 s4).
 *          Received routes are passed over; only lengths are looked at, and errors are what RFC 7606 makes of them.
 * Owns:    nothing.
 * Limits:  BGP_MESSAGE bytes a message: bgpupdate_add says when no more fits.
 * Thread:  any.
 */
#ifndef LAZARET_ACTION_BGPUPDATE_H
#define LAZARET_ACTION_BGPUPDATE_H

#include "action/bgpmessage.h"
#include "base/address.h"

#define BGP_COMMUNITIES 4

/* What all routes of an UPDATE have. Empty: they are withdrawn. */
struct bgp_path {
	uint32_t as;                         /* the own one */
	uint32_t local_pref;                 /* inside the AS only */
	bool is_external;                    /* the peer is of another AS */
	bool has_four_octets;                /* both sides said so (RFC 6793 s4.1) */
	struct address next_hop;             /* not of FlowSpec */
	uint32_t community[BGP_COMMUNITIES]; /* RFC 1997; in rising order */
	unsigned communities;
	uint64_t extended; /* one extended community (RFC 4360); 0: none */
};

/* An UPDATE that is being written. */
struct bgpupdate {
	struct writer message;
	enum bgp_family family;
	bool is_reach;
	uint8_t *begin;
	uint8_t *list; /* where the length of all attributes is */
	uint8_t *
		value; /* where the length of MP_REACH or MP_UNREACH is; of IPv4 unicast, that of withdrawn routes */
	uint8_t *end;      /* as far as routes may go */
	uint8_t tail[128]; /* what follows them */
	size_t tail_length;
};

/* Begins an UPDATE; path NULL: the routes are withdrawn. The writer must have room for BGP_MESSAGE bytes; it is moved
 * by bgpupdate_end. */
void bgpupdate_begin(struct bgpupdate *update, const struct writer *into, enum bgp_family family,
	const struct bgp_path *path);

/* One route as its family writes it. false: there is no room, and nothing was changed. */
bool bgpupdate_add(struct bgpupdate *update, const uint8_t *route, size_t size) MUST_USE;

void bgpupdate_end(struct bgpupdate *update, struct writer *into);

/* RFC 4724 s2. */
void bgpupdate_write_end_of_rib(struct writer *into, enum bgp_family family);

/* What one that was received comes to. */
struct bgpupdate_seen {
	uint32_t announced;
	uint32_t withdrawn;
	bool is_end_of_rib;
	bool is_damaged; /* RFC 7606: its routes count as withdrawn */
};

/* What is known of the sender. */
struct bgpupdate_sender {
	bool is_external;
	bool has_four_octets; /* both sides said so */
};

/* -EBADMSG: the session must end, with *error (RFC 7606 s3, s5). Routes of families that are not known are passed
 * over. */
int bgpupdate_read(struct reader body, struct bgpupdate_sender sender, struct bgpupdate_seen *ret,
	struct bgp_error *error) MUST_USE;

#endif
