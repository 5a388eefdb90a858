/* fragment - puts datagrams together that came in several IP packets
 *
 * What:    bounded reassembly (RFC 791 s3.2, RFC 8200 s4.5) of UDP datagrams, for flow export whose
 *          datagrams are longer than a packet. Fragments that overlap with other content spoil their
 *          datagram (RFC 5722); one that was recorded twice does not.
 * Owns:    the datagrams' memory.
 * Limits:  FRAGMENT_DATAGRAMS at a time, each for FRAGMENT_LIFE; when there are more the oldest gives way,
 *          those known to be of no interest first. What was given up is counted.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SOURCE_PACKET_FRAGMENT_H
#define LAZARET_SOURCE_PACKET_FRAGMENT_H

#include "base/wall.h"
#include "source/packet/frame.h"

#define FRAGMENT_DATAGRAMS 64
#define FRAGMENT_LIFE      (30 * WALL_SECOND)

struct fragments;

struct fragments *fragments_new(void);
struct fragments *fragments_free(struct fragments *fragments);

/* frame: with FRAME_FRAGMENT. bytes, captured, wire: what follows the IP header. wanted: false if this
 * fragment shows that its datagram is of no interest.
 * 1: the datagram is whole, its bytes are valid until the next call; 0: not yet, or of no interest;
 * -ENODATA: the fragment was cut when it was recorded; -EBADMSG: it contradicts the others; -EMSGSIZE:
 * too long. After an error its datagram will not be put together. */
int fragments_add(struct fragments *fragments, struct wall time, const struct frame *frame,
	bool wanted, const uint8_t **ret_bytes, size_t *ret_size) MUST_USE;

/* Datagrams that never became whole. */
uint64_t fragments_lost(const struct fragments *fragments);

#endif
