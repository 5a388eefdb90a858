/* dialogue - the packets of one made-up SMTP connection
 *
 * What:    what a wire would show of a connection that ends as the rehearsed one does: a message that is delivered,
 *          a sender who is turned away, SYNs that nobody answers, a reset, a SYN-ACK that nobody takes up.
 *          A function of the outcome and a number.
 * Limits:  DIALOGUE_PACKETS packets. The client's are 3 of a failed connection (1 where it is reset), 8 of a
 *          refused one, 20 on average of an accepted one, as lazaret-scenario(5) says of sampling.
 * Thread:  a value.
 */
#ifndef LAZARET_REHEARSE_DIALOGUE_H
#define LAZARET_REHEARSE_DIALOGUE_H

#include <stdbool.h>
#include <stdint.h>

#define DIALOGUE_PACKETS 64

struct dialogue_packet {
	uint32_t at;   /* microseconds after the first one */
	uint16_t size; /* of the IP packet */
	uint8_t tcp_flags;
	bool from_server;
};

struct dialogue {
	unsigned count;
	struct dialogue_packet packet[DIALOGUE_PACKETS];
};

/* outcome: enum outcome. duration: in microseconds, from the first packet to the last; a reset comes at once. */
void dialogue_make(
	struct dialogue *ret, uint8_t outcome, uint32_t duration, bool is_v6, uint64_t seed);

#endif
