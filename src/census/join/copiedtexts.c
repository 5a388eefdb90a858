/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/join/copiedtexts.h"

#include "base/fail.h"

#define FIRST_BITS 12
#define MOST_BITS  31

void
copiedtexts_init(struct copiedtexts *texts)
{
	*texts = (struct copiedtexts){
		.slots = memory_map(1UL << FIRST_BITS, sizeof(*texts->slots)), .bits = FIRST_BITS};
}

void
copiedtexts_done(struct copiedtexts *texts)
{
	memory_unmap(texts->slots, 1UL << texts->bits, sizeof(*texts->slots));
	*texts = (struct copiedtexts){0};
}

static uint64_t
place_of(const struct copiedtexts *texts, uint32_t from)
{
	return from * UINT64_C(0x9e3779b97f4a7c15) >> (64 - texts->bits);
}

/* That of the text, or the first free one behind where it should be. */
static struct copiedtext *
slot_of(const struct copiedtexts *texts, uint32_t from)
{
	uint64_t at = place_of(texts, from);

	while (texts->slots[at].to != 0 && texts->slots[at].from != from)
		at = (at + 1) & ((UINT64_C(1) << texts->bits) - 1);
	return &texts->slots[at];
}

static void
grow(struct copiedtexts *texts)
{
	struct copiedtexts old = *texts;

	must(texts->bits < MOST_BITS);
	texts->bits++;
	texts->slots = memory_map(1UL << texts->bits, sizeof(*texts->slots));
	for (uint64_t i = 0; i < UINT64_C(1) << old.bits; i++) {
		if (old.slots[i].to != 0)
			*slot_of(texts, old.slots[i].from) = old.slots[i];
	}
	copiedtexts_done(&old);
}

void
copiedtexts_prefetch(const struct copiedtexts *texts, uint32_t from)
{
	__builtin_prefetch(&texts->slots[place_of(texts, from)]);
}

uint32_t *
copiedtexts_find(struct copiedtexts *texts, uint32_t from)
{
	struct copiedtext *slot = slot_of(texts, from);

	if (slot->to == 0) {
		if (texts->count >= UINT64_C(3) << texts->bits >> 2) {
			grow(texts);
			slot = slot_of(texts, from);
		}
		texts->count++;
		slot->from = from;
	}
	return &slot->to;
}
