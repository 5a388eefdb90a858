/* nftsocket - the gate's socket to nf_tables: transactions sent and their outcome, single elements asked for
 *
 * What:    the shell around elements.h and nftanswer.h. Orders may be given again and again: to add what is there and
 *          to remove what is not there are successes. nftsocket_replace sets the whole content of sets in one
 *          transaction: packets see the old one or the new one. Nothing here lists a set of lines.
 *          Has anybody else changed the rules? nftsocket_generation counts the transactions of this network namespace
 *          that changed anything; `transactions` counts those of this socket, each of which changes something: what is
 *          there already is not added again, and an empty set is filled with nothing by a change that takes itself
 *          back. Where the first grew by more, nftsocket_standing tells whether the table is still the one that was
 *          loaded, and nftsocket_find whether an element is still there.
 * Owns:    the socket and a buffer for the largest transaction, whose pages go back to the system after each.
 * Limits:  `most` elements in a transaction, NFTSOCKET_ORDERS orders; NFTSOCKET_WAIT_MS for an answer, which the kernel
 *          has ready when it has taken a message. Needs CAP_NET_ADMIN in this network namespace.
 * Thread:  one at a time.
 */
#ifndef LAZARET_GATE_NFTSOCKET_H
#define LAZARET_GATE_NFTSOCKET_H

#include "gate/nftanswer.h"

#define NFTSOCKET_ORDERS  256
#define NFTSOCKET_WAIT_MS 2000

struct nftsocket {
	int fd;
	uint32_t sequence;
	uint64_t transactions; /* that the kernel took, each of which changed something */
	uint8_t *room;
	size_t size;
	uint8_t *received;
	uint64_t idle; /* orders for which nothing was to be done */
	uint64_t lost; /* times that answers were lost (ENOBUFS), after which all was sent again */
};

enum nftsocket_verb {
	NFTSOCKET_ADD, /* what is there stays, with the time that it has */
	NFTSOCKET_REMOVE,
	NFTSOCKET_RENEW, /* added, and with exactly this time if it was there */
	NFTSOCKET_VERBS
};

struct nftsocket_order {
	enum nftsocket_verb verb;
	struct element element;
	/* Out: 1 done; 0 it was there already, or there was nothing to remove; -errno: why all failed, -ECANCELED: for
	 * another one. */
	int result;
};

/* most: elements of one nftsocket_replace. */
int nftsocket_open(struct nftsocket *nft, size_t most, struct fail *fail) MUST_USE;
void nftsocket_close(struct nftsocket *nft);

/* All of them in one transaction, or none. -ENOENT: the table is not there; -ENFILE: a set is full; -EPERM: no
 * capability; -EINVAL: an order that cannot be. */
int nftsocket_apply(struct nftsocket *nft, struct nftsocket_order *orders, size_t count,
	struct fail *fail) MUST_USE;

/* The same of NFTSOCKET_ADD alone, at half the cost: -EEXIST: one is there already. -ENOBUFS: the answer was lost. */
int nftsocket_create(struct nftsocket *nft, struct nftsocket_order *orders, size_t count,
	struct fail *fail) MUST_USE;

/* Gives the next element: 1, 0 at the end, or -errno, which ends all without a change. Those of one set in a row are
 * cheapest. */
typedef int (*nftsocket_next)(void *context, struct element *ret);

/* Empties the sets (bit 1 << enum lineset) and fills them with what next gives, in one transaction. How many elements;
 * -E2BIG: more than `most`; -ENOBUFS: the answer was lost, so do it again. */
int64_t nftsocket_replace(struct nftsocket *nft, uint32_t sets, nftsocket_next next, void *context,
	struct fail *fail) MUST_USE;

/* 1: it is there, 0: it is not; -ENOENT: there is no such set. */
int nftsocket_find(struct nftsocket *nft, enum lineset set, const struct address *address,
	struct nftelement *ret) MUST_USE;

/* Of small sets, such as LINESET_OVER4: how many there were. -EAGAIN: the rules were changed meanwhile. */
typedef void (*nftsocket_on_element)(void *context, const struct nftelement *element);
int64_t nftsocket_each(struct nftsocket *nft, enum lineset set, nftsocket_on_element on_element,
	void *context) MUST_USE;

/* How many elements the set has; -1: this kernel does not tell. -ENOENT: there is no such set. */
int nftsocket_count(struct nftsocket *nft, enum lineset set, int64_t *ret) MUST_USE;

/* The named counters of the table. */
typedef void (*nftsocket_on_counter)(
	void *context, struct text name, uint64_t packets, uint64_t bytes);
int nftsocket_counters(
	struct nftsocket *nft, nftsocket_on_counter on_counter, void *context) MUST_USE;

int nftsocket_generation(struct nftsocket *nft, uint32_t *ret) MUST_USE;

/* How many chains the table has, and a digest of it, its chains with their policies, its rules in their order, and its
 * sets: another one after any of these was made anew, though it be the same in words, or the table is dormant. Elements
 * of sets are not in it. -ENOENT: the table or a set is missing; -EAGAIN: rules were changed meanwhile. */
struct nftsocket_standing {
	uint64_t digest;
	uint32_t chains;
};
int nftsocket_standing(struct nftsocket *nft, struct nftsocket_standing *ret) MUST_USE;

#endif
