/* connection - the TCP connections to mail ports that packets are part of
 *
 * What:    follows each connection from its first SYN (RFC 9293) and puts one observation into the
 *          intake: FAILED where no SYN-ACK came or an RST was the answer, else what its dialogue came to
 *          (smtp.h), UNKNOWN if the recording ends midway. Of messages that were all turned down after
 *          DATA the client's bytes decide, as in flow records (flow.h).
 *          A SYN with the same initial sequence number is the same attempt; with another one it is a new
 *          connection. Where the beginning is missing, the side whose port is no mail port is the client.
 *          Connections of which only one side was recorded are judged as seen.
 *          Where packets were lost while a connection was open, nothing speaks against its client: the answer may be
 *          what was lost. It is ACCEPTED or UNKNOWN, and INCOMPLETE; INCOMPLETE too if it began up to
 *          CONNECTION_LOSS after the loss.
 * When:    an observation comes out when its connection has closed; a FAILED one after
 *          CONNECTION_ANSWER; an ACCEPTED one, and an unanswered one that may not be FAILED because of a loss,
 *          after CONNECTION_SETTLE even if the connection goes on; any other after CONNECTION_TELL. A connection is
 *          forgotten when it was idle for CONNECTION_IDLE (RFC 5321 s4.5.3.2), or closed for CONNECTION_CLOSED.
 * Owns:    its table. Time is that of the packets; jumps of more than CONNECTION_JUMP back end all.
 * Limits:  the ceiling given at the start; above it one that was silent for long gives way, with what is
 *          known of it (intake_counts: join_forced).
 * Thread:  one at a time.
 */
#ifndef LAZARET_SOURCE_CAPTURE_CONNECTION_H
#define LAZARET_SOURCE_CAPTURE_CONNECTION_H

#include "source/intake.h"
#include "source/packet/frame.h"

#define CONNECTIONS_MOST   (1UL << 18)
#define CONNECTION_ANSWER  (10 * WALL_SECOND)
#define CONNECTION_SETTLE  WALL_MINUTE
#define CONNECTION_TELL    (9 * WALL_MINUTE)
#define CONNECTION_IDLE    (10 * WALL_MINUTE)
#define CONNECTION_CLOSED  (75 * WALL_SECOND) /* the longest pause between two SYNs, and some */
#define CONNECTION_LINGER  (2 * WALL_SECOND)  /* for packets that come late */
#define CONNECTION_JUMP    (10 * WALL_MINUTE)
#define CONNECTION_LOSS    WALL_MINUTE
#define CONNECTION_PORTION 16384
/* At the end of the recording: a SYN that waited for longer had no answer (RFC 6298 s2.1). */
#define CONNECTION_ANSWER_LAST WALL_SECOND

struct connections;

struct connections *connections_new(size_t most, struct intake *intake);
struct connections *connections_free(struct connections *connections);

/* A TCP packet with FRAME_TCP and a mail port at one end at least. */
void connections_packet(
	struct connections *connections, struct wall time, const struct frame *frame);

/* The time of other packets goes on too. Called whenever the intake's observations are about to be taken:
 * between two calls no more than CONNECTION_PORTION come out because of time that went by. */
void connections_clock(struct connections *connections, struct wall time);

/* Packets were lost, up to this time; in the time of connections_clock. */
void connections_lost(struct connections *connections, struct wall time);

/* The recording ends, and no packets come after it: CONNECTION_PORTION come out at the most. True while there
 * are more. */
bool connections_flush(struct connections *connections);

#endif
