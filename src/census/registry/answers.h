/* answers - the address space, cut into segments that each have one answer to who is responsible
 *
 * What:    of the registry that has the address the most specific network counts, with the AS that announces it. Where
 *          no delegated-extended file was read, the smallest network of all registries counts. Addresses with the same
 *          network and the same AS have the same answer; where there is no network, with the same country and AS.
 * Owns:    its arrays; the registries must outlive it.
 * Limits:  2^32 - 2 answers.
 * Thread:  one at a time; any, once it is made.
 */
#ifndef LAZARET_CENSUS_REGISTRY_ANSWERS_H
#define LAZARET_CENSUS_REGISTRY_ANSWERS_H

#include "census/registry/contactrules.h"
#include "census/registry/registries.h"
#include "census/registry/segments.h"

struct answer {
	uint32_t network; /* 0: none */
	uint32_t number;  /* of the AS that announces it, 0: none is known */
	uint32_t system;  /* that object, or 0 */
	uint16_t country; /* by the delegated files (delegated.h) */
	uint8_t family;   /* enum range_family */
	struct contact contact;
};

struct answers {
	const struct registries *registries;
	struct answer *at; /* [0] is nobody's */
	uint32_t count;    /* the highest number */
	uint32_t size;
	struct segment4 *segments4;
	size_t count4;
	struct segment6 *segments6;
	size_t count6;
};

void answers_init(struct answers *answers, const struct registries *registries);
void answers_done(struct answers *answers);

/* The rules once more, with the chain of their reasons. */
void answers_explain(const struct answers *answers, uint32_t answer, struct buffer *chain);

#endif
