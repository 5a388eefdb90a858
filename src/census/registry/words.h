/* words - each text once, with a number
 *
 * What:    handles, mailboxes and names become numbers from 1 in the order in which they come; 0 is none. A hash leads
 *          to a text, which is compared, so no two texts are ever taken for one. Words of one space do not meet those
 *          of another; folded, A-Z count as a-z, and the text kept is the first that came.
 * Owns:    its texts; one is valid until the next words_add.
 * Limits:  WORDS_MOST words, WORD_LONGEST bytes each, 4 GiB in all: what is more gets 0 and is counted.
 * Thread:  one at a time.
 */
#ifndef LAZARET_CENSUS_REGISTRY_WORDS_H
#define LAZARET_CENSUS_REGISTRY_WORDS_H

#include "base/table.h"
#include "base/text.h"

#include <stdbool.h>

#define WORDS_MOST   ((1U << 26) - 1)
#define WORD_LONGEST 1000

struct words_head {
	uint16_t length;
	uint8_t space;
};

#define WORDS_SECRETS 3

struct words {
	bool folds;
	uint32_t count; /* the highest number */
	uint64_t refused;
	uint32_t *places; /* in texts, by number */
	size_t places_size;
	char *texts; /* each behind a struct words_head */
	size_t texts_length, texts_size;
	uint64_t secret[WORDS_SECRETS];
	struct table table;
};

void words_init(struct words *words, bool folds);
void words_done(struct words *words);

/* No more of them come, and none is looked for: what that needs is given back. */
void words_settle(struct words *words);

/* Its number, made if it has none yet. */
uint32_t words_add(struct words *words, uint8_t space, struct text text);

/* The same in two steps: the memory that is looked at first is asked for some tens of nanoseconds before. */
uint64_t words_prefetch(const struct words *words, uint8_t space, struct text text);
uint32_t words_add_hashed(struct words *words, uint8_t space, struct text text, uint64_t hash);

/* Its number, or 0. */
uint32_t words_find(const struct words *words, uint8_t space, struct text text);

static inline struct text
words_text(const struct words *words, uint32_t word)
{
	const char *at = words->texts + words->places[word];
	struct words_head head;

	memcpy(&head, at, sizeof(head));
	return (struct text){.at = at + sizeof(head), .length = head.length};
}

#endif
