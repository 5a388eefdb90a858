/* nftinside - what the two files of nftsocket.h share
 *
 * What:    a question to nf_tables and all of its answers; whether a set is there.
 * Owns:    nothing.
 * Limits:  as nftsocket.h.
 * Thread:  as nftsocket.h.
 */
#ifndef LAZARET_GATE_NFTINSIDE_H
#define LAZARET_GATE_NFTINSIDE_H

#include "gate/nftsocket.h"

/* Sees each answer; a negative result ends the taking. */
typedef int (*nftinside_taker)(void *context, struct nftanswer *answer);

/* The question is one message, with the sequence number nft->sequence. */
int nftinside_ask(struct nftsocket *nft, const uint8_t *question, size_t size,
	nftinside_taker on_answer, void *context) MUST_USE;

/* 0, or -ENOENT. */
int nftinside_look(struct nftsocket *nft, enum lineset set) MUST_USE;

#endif
