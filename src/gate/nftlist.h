/* nftlist - a set that the kernel writes, read one element after the other, with pauses in between
 *
 * What:    one list of nf_tables (NLM_F_DUMP). The kernel makes its next piece when the one before was read, so who
 *          stops after some elements makes nobody wait for the rest. A list that is torn, as the rules were changed
 *          meanwhile, goes on: an element may be missing or come twice.
 * Owns:    its socket, beside that of nftsocket.h, on which a list under way would hinder transactions.
 * Limits:  one list at a time: nftlist_begin reads to the end what is left of the one before. The kernel counts through
 *          what it has told already, so a set of n elements costs it n^2 in all: for sets of some ten thousand.
 * Thread:  one at a time.
 */
#ifndef LAZARET_GATE_NFTLIST_H
#define LAZARET_GATE_NFTLIST_H

#include "gate/nftsocket.h"

struct nftlist {
	struct nftsocket nft;
	uint32_t sequence;       /* of the question */
	bool is_begun;           /* and not at its end */
	struct reader received;  /* what is left of the last piece */
	struct nftanswer answer; /* elements that are left of it */
};

int nftlist_open(struct nftlist *list, struct fail *fail) MUST_USE;
void nftlist_close(struct nftlist *list);

/* 1: nftlist_next gives the elements; -errno. */
int nftlist_begin(struct nftlist *list, enum lineset set) MUST_USE;

/* 1, 0 at the end or where no list was begun; -errno, which ends the list. -ENOENT: there is no such set. */
int nftlist_next(struct nftlist *list, struct nftelement *ret) MUST_USE;

#endif
