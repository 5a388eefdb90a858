/* nftanswer - questions to nf_tables about `inet lazaret`, and what the kernel says
 *
 * What:    questions: single elements, whole sets (small ones only), the table, chains, rules, the named counters,
 *          the generation of all rules. Answers are read one at a time: acknowledgements and errors (NLMSG_ERROR, with
 *          the extended acknowledgement's text and the offset of what was wrong), elements, figures, the end of a
 *          list.
 * Owns:    nothing: an answer points into the bytes that were given.
 * Limits:  a question is at most NFTANSWER_QUESTION bytes. What is malformed is -EBADMSG, what is not known here is
 *          NFTANSWER_OTHER.
 * Thread:  any.
 */
#ifndef LAZARET_GATE_NFTANSWER_H
#define LAZARET_GATE_NFTANSWER_H

#include "gate/elements.h"

#define NFTANSWER_QUESTION 256

enum nftanswer_kind {
	NFTANSWER_OTHER,
	NFTANSWER_SAID, /* an acknowledgement, or an error */
	NFTANSWER_DONE, /* the end of a list */
	NFTANSWER_ELEMENTS,
	NFTANSWER_TABLE,
	NFTANSWER_SET,
	NFTANSWER_CHAIN,
	NFTANSWER_RULE,
	NFTANSWER_COUNTER,
	NFTANSWER_GENERATION,
	NFTANSWER_KINDS
};

struct nftanswer {
	enum nftanswer_kind kind;
	uint32_t sequence; /* of what is answered */
	bool is_torn;      /* of a list: the rules were changed meanwhile (NLM_F_DUMP_INTR) */
	int error;         /* SAID, DONE: 0 or -errno, as the kernel says it */
	uint32_t offset;   /* SAID: where in the message the wrong attribute is; 0: not told */
	struct text words; /* SAID: the kernel's; may be empty */
	struct text
		name; /* ELEMENTS: the set's; RULE: its chain's; TABLE, SET, CHAIN, COUNTER: its own */
	struct text table; /* the same */
	struct reader elements;
	uint64_t handle; /* TABLE, SET, CHAIN, RULE: a new one has another */
	int64_t count;   /* SET: its elements; -1: the kernel does not tell, as older ones do not */
	uint32_t use;    /* CHAIN: its rules, and the jumps to it; TABLE: what is in it */
	uint32_t
		flags; /* TABLE: such as NFT_TABLE_F_DORMANT, with which it does nothing; CHAIN: policy */
	uint64_t packets; /* COUNTER */
	uint64_t bytes;
	uint32_t generation; /* GENERATION: one more after each transaction, whoever made it */
};

struct nftelement {
	struct address address;
	uint64_t timeout_ms; /* how long it was to stay; 0: for ever */
	uint64_t left_ms;    /* how long it does yet */
};

/* Questions: the length of what was written into room. */
size_t nftanswer_ask_element(uint8_t room[NFTANSWER_QUESTION], uint32_t sequence, enum lineset set,
	const struct address *address);
size_t nftanswer_ask_elements(
	uint8_t room[NFTANSWER_QUESTION], uint32_t sequence, enum lineset set);
size_t nftanswer_ask_table(uint8_t room[NFTANSWER_QUESTION], uint32_t sequence);
size_t nftanswer_ask_set(uint8_t room[NFTANSWER_QUESTION], uint32_t sequence, enum lineset set);
/* Of all tables of the family; and of ours. */
size_t nftanswer_ask_chains(uint8_t room[NFTANSWER_QUESTION], uint32_t sequence);
size_t nftanswer_ask_rules(uint8_t room[NFTANSWER_QUESTION], uint32_t sequence);
size_t nftanswer_ask_counters(uint8_t room[NFTANSWER_QUESTION], uint32_t sequence);
size_t nftanswer_ask_generation(uint8_t room[NFTANSWER_QUESTION], uint32_t sequence);

/* Takes the next answer of what one receive gave. 1: there was one, 0: there is no more, -EBADMSG: what is left is
 * malformed, and cannot be read. */
int nftanswer_read(struct reader *received, struct nftanswer *ret) MUST_USE;

/* Takes the next element of an answer: 1, 0 or -EBADMSG. */
int nftanswer_next(struct nftanswer *answer, struct nftelement *ret) MUST_USE;

#endif
