/* answers - the address space, cut into segments that each have one answer to who is responsible
 *
 * What:    of the registry that has the address the most specific network counts, with the AS that announces it. Where
 *          no delegated-extended file was read, the smallest network of all registries counts. Addresses with the same
 *          network and the same AS have the same answer; where there is no network, with the same country and AS.
 * Owns:    its arrays; the registries must outlive it.
 * Limits:  2^31 - 1 answers.
 * Thread:  one at a time; any, once it is made.
 */
#ifndef LAZARET_CENSUS_REGISTRY_ANSWERS_H
#define LAZARET_CENSUS_REGISTRY_ANSWERS_H

#include "census/registry/registries.h"
#include "census/registry/segments.h"
#include "census/registry/whos.h"

struct answer {
	uint32_t network; /* 0: none */
	uint32_t who;
};

struct answers {
	const struct registries *registries;
	struct answer *at; /* [0] is nobody's; those of IPv4 come first */
	uint32_t count;    /* the highest number */
	uint32_t count_of_four;
	uint32_t size;
	struct whos whos;
	struct segment4 *segments4;
	size_t count4;
	struct segment6 *segments6;
	size_t count6;
};

void answers_init(struct answers *answers, const struct registries *registries);
void answers_done(struct answers *answers);

/* The rules once more, with the chain of their reasons. */
void answers_explain(const struct answers *answers, uint32_t answer, struct buffer *chain);

static inline const struct who *
answers_who(const struct answers *answers, uint32_t answer)
{
	return &answers->whos.at[answers->at[answer].who];
}

static inline enum range_family
answers_family(const struct answers *answers, uint32_t answer)
{
	return answer <= answers->count_of_four ? RANGE_IPV4 : RANGE_IPV6;
}

/* Of its network; 0 to 0 where there is none. */
struct range answers_range(const struct answers *answers, uint32_t answer);

/* The mailbox of a contact; of 0 it is empty. */
struct text answers_mailbox(const struct answers *answers, uint32_t mailbox);

#endif
