/* nftinside - what nftsocket.h and nftlist.h share
 *
 * What:    a question to nf_tables, what comes next, all answers to a question; whether a set is there.
 * Owns:    nothing.
 * Limits:  as nftsocket.h.
 * Thread:  as nftsocket.h.
 */
#ifndef LAZARET_GATE_NFTINSIDE_H
#define LAZARET_GATE_NFTINSIDE_H

#include "gate/nftsocket.h"

int nftinside_send(struct nftsocket *nft, const uint8_t *bytes, size_t size) MUST_USE;

/* What the kernel says next. -ETIMEDOUT: nothing. -ENOBUFS: answers were lost; those that were not wait behind that. */
int nftinside_receive(struct nftsocket *nft, int flags, struct reader *ret) MUST_USE;

/* Sees each answer; a negative result ends the taking. */
typedef int (*nftinside_taker)(void *context, struct nftanswer *answer);

/* The question is one message, with the sequence number nft->sequence. */
int nftinside_ask(struct nftsocket *nft, const uint8_t *question, size_t size,
	nftinside_taker on_answer, void *context) MUST_USE;

/* 0, or -ENOENT. */
int nftinside_look(struct nftsocket *nft, enum lineset set) MUST_USE;

#endif
