/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/registry/words.h"

#include "base/hash.h"

#include <stdlib.h>

void
words_init(struct words *words, bool folds)
{
	*words = (struct words){.folds = folds, .places_size = 1024, .texts_size = 1 << 16};
	words->places = xcalloc(words->places_size, sizeof(*words->places));
	words->texts = xcalloc(words->texts_size, 1);
	hash_words_random(words->secret, WORDS_SECRETS);
	table_init(&words->table, WORDS_MOST);
}

void
words_done(struct words *words)
{
	free(words->places);
	free(words->texts);
	table_done(&words->table);
	*words = (struct words){0};
}

/* at: where a text stands. */
static bool
is_word(const struct words *words, uint32_t at, uint8_t space, struct text text)
{
	const char *word = words->texts + at + sizeof(struct words_head);
	struct words_head head;
	size_t i = 0;

	memcpy(&head, words->texts + at, sizeof(head));
	if (head.space != space || head.length != text.length)
		return false;
	if (memcmp(word, text.at, text.length) == 0)
		return true;
	while (words->folds && i < text.length && text_small(word[i]) == text_small(text.at[i]))
		i++;
	return i == text.length;
}

static inline uint64_t
take_word(const struct words *words, const char *at, size_t size)
{
	uint64_t word = 0;

	memcpy(&word, at, size);
	return words->folds ? text_small_8(word) : word;
}

/* The last eight bytes, which may be in the word before, too. */
static inline uint64_t
last_word(const struct words *words, struct text text)
{
	const char *end = text.at + text.length;
	uint64_t front, behind;

	if (text.length >= 8)
		return take_word(words, end - 8, 8);
	if (text.length < 4)
		return take_word(words, text.at, 1) | take_word(words, end - 1, 1) << 8 |
			take_word(words, text.at + text.length / 2, 1) << 16;
	front = take_word(words, text.at, 4);
	behind = take_word(words, end - 4, 4);
	return front | behind << 32;
}

/* Of a text that is not empty. Eight bytes at a time; no bytes are outside it. */
static uint64_t
hash_of(const struct words *words, uint8_t space, struct text text)
{
	uint64_t hash = words->secret[0] + space;

	for (size_t i = 0; i + 8 < text.length; i += 8)
		hash = hash_fold(hash ^ take_word(words, text.at + i, 8), words->secret[1]);
	hash = hash_fold(hash ^ last_word(words, text), words->secret[1]);
	return hash_fold(hash ^ text.length, words->secret[2]);
}

/* Where another text has that one. */
static uint64_t
next_hash(uint64_t hash)
{
	return hash_mix(hash + 1);
}

void
words_settle(struct words *words)
{
	table_done(&words->table);
}

static bool
has_room(const struct words *words, struct text text)
{
	return words->count < WORDS_MOST &&
		words->texts_length + sizeof(struct words_head) + text.length <= UINT32_MAX;
}

static void
make_room(struct words *words, size_t length)
{
	if (words->count + 2 > words->places_size) {
		words->places_size *= 2;
		words->places =
			memory_grow(words->places, words->places_size * sizeof(*words->places));
	}
	while (words->texts_length + length > words->texts_size) {
		words->texts_size *= 2;
		words->texts = memory_grow(words->texts, words->texts_size);
	}
}

uint64_t
words_prefetch(const struct words *words, uint8_t space, struct text text)
{
	uint64_t hash = text.length > 0 ? hash_of(words, space, text) : 0;

	table_prefetch(&words->table, hash);
	return hash;
}

uint32_t
words_add(struct words *words, uint8_t space, struct text text)
{
	uint64_t hash = text.length > 0 ? hash_of(words, space, text) : 0;

	return words_add_hashed(words, space, text, hash);
}

uint32_t
words_add_hashed(struct words *words, uint8_t space, struct text text, uint64_t hash)
{
	const struct words_head head = {.length = (uint16_t)text.length, .space = space};
	struct table_slot *slot;
	uint32_t word;
	int r;

	if (text.length == 0)
		return 0;
	if (text.length > WORD_LONGEST || !has_room(words, text)) {
		word = words_find(words, space, text);
		words->refused += word == 0;
		return word;
	}
	while ((r = table_add(&words->table, hash, &slot)) == 0) {
		if (is_word(words, slot->aux, space, text))
			return slot->value;
		hash = next_hash(hash);
	}
	if (r < 0) {
		words->refused++;
		return 0;
	}
	make_room(words, sizeof(head) + text.length);
	slot->value = word = ++words->count;
	slot->aux = words->places[word] = (uint32_t)words->texts_length;
	memcpy(words->texts + words->texts_length, &head, sizeof(head));
	words->texts_length += sizeof(head);
	memcpy(words->texts + words->texts_length, text.at, text.length);
	words->texts_length += text.length;
	return word;
}

uint32_t
words_find(const struct words *words, uint8_t space, struct text text)
{
	const struct table_slot *slot;
	uint64_t key;

	if (text.length == 0 || text.length > WORD_LONGEST || words->count == 0)
		return 0;
	key = hash_of(words, space, text);
	while ((slot = table_find(&words->table, key)) != NULL) {
		if (is_word(words, slot->aux, space, text))
			return slot->value;
		key = next_hash(key);
	}
	return 0;
}
