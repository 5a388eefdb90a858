/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/packet/fragment.h"

#include "base/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DATAGRAM_MOST 65536
#define UNITS         (DATAGRAM_MOST / 8)

enum datagram_state { DATAGRAM_NONE, DATAGRAM_WANTED, DATAGRAM_UNWANTED };

struct datagram {
	uint64_t key;
	struct wall since;
	uint32_t size;  /* 0 until the last fragment is there */
	uint32_t units; /* of 8 bytes, that are there */
	uint32_t end;   /* of the furthest piece so far */
	uint8_t state;
};

struct fragments {
	uint64_t seed;
	uint64_t lost;
	struct datagram datagrams[FRAGMENT_DATAGRAMS];
	uint8_t (*there)[UNITS / 8]; /* one bit for each unit */
	uint8_t (*bytes)[DATAGRAM_MOST];
};

struct fragments *
fragments_new(void)
{
	struct fragments *f = xcalloc(1, sizeof(*f));
	struct hash_key key;

	hash_key_random(&key);
	memcpy(&f->seed, key.byte, sizeof(f->seed));
	f->there = memory_map(FRAGMENT_DATAGRAMS, sizeof(*f->there));
	f->bytes = memory_map(FRAGMENT_DATAGRAMS, sizeof(*f->bytes));
	return f;
}

struct fragments *
fragments_free(struct fragments *f)
{
	if (f == NULL)
		return NULL;
	memory_unmap(f->there, FRAGMENT_DATAGRAMS, sizeof(*f->there));
	memory_unmap(f->bytes, FRAGMENT_DATAGRAMS, sizeof(*f->bytes));
	free(f);
	return NULL;
}

uint64_t
fragments_lost(const struct fragments *f)
{
	return f->lost;
}

static uint64_t
key_of(const struct fragments *f, const struct frame *frame)
{
	struct {
		struct address source, destination;
		uint32_t id, protocol;
	} key = {.source = frame_source(frame),
		.destination = frame_destination(frame),
		.id = frame->fragment_id,
		.protocol = frame->protocol};

	return hash_fast(&key, sizeof(key), f->seed);
}

static void
release(struct fragments *f, struct datagram *datagram)
{
	if (datagram->state == DATAGRAM_WANTED)
		f->lost++;
	datagram->state = DATAGRAM_NONE;
}

/* Should a rather than b give way to a new datagram? */
static bool
gives_way(const struct datagram *a, const struct datagram *b)
{
	if (b == NULL)
		return true;
	if ((a->state == DATAGRAM_NONE) != (b->state == DATAGRAM_NONE))
		return a->state == DATAGRAM_NONE;
	if ((a->state == DATAGRAM_UNWANTED) != (b->state == DATAGRAM_UNWANTED))
		return a->state == DATAGRAM_UNWANTED;
	return a->since.us < b->since.us;
}

static struct datagram *
find(struct fragments *f, struct wall time, uint64_t key)
{
	struct datagram *place = NULL;
	size_t index;

	for (index = 0; index < FRAGMENT_DATAGRAMS; index++) {
		struct datagram *one = &f->datagrams[index];

		/* Either way: clocks may jump back. */
		if (one->state != DATAGRAM_NONE &&
			(time.us - one->since.us > FRAGMENT_LIFE ||
				one->since.us - time.us > FRAGMENT_LIFE))
			release(f, one);
		if (one->state != DATAGRAM_NONE && one->key == key)
			return one;
		if (gives_way(one, place))
			place = one;
	}
	release(f, place);
	index = (size_t)(place - f->datagrams);
	memset(f->there[index], 0, sizeof(f->there[index]));
	*place = (struct datagram){.key = key, .since = time, .state = DATAGRAM_WANTED};
	return place;
}

/* Is the fragment's place in the datagram free, or does the same content stand there already?
 * 1: free; 0: the same; -EBADMSG. */
static int
compare(const struct fragments *f, size_t index, const struct frame *frame, uint32_t first,
	uint32_t units)
{
	uint32_t taken = 0;

	for (uint32_t i = first; i < first + units; i++)
		taken += (f->there[index][i / 8] >> (i % 8)) & 1;
	if (taken == 0)
		return 1;
	if (taken == units &&
		memcmp(f->bytes[index] + frame->fragment_at, frame->payload, frame->captured) == 0)
		return 0;
	return -EBADMSG;
}

static int
check(const struct datagram *datagram, const struct frame *frame)
{
	uint32_t end = frame->fragment_at + frame->wire;

	if (frame->captured < frame->wire)
		return -ENODATA;
	if (end > DATAGRAM_MOST - 1)
		return -EMSGSIZE;
	/* Only the last fragment may end anywhere but between units. */
	if (frame->wire == 0 || (frame->fragment_more && frame->wire % 8 != 0))
		return -EBADMSG;
	if (!frame->fragment_more && end < datagram->end)
		return -EBADMSG;
	if (datagram->size != 0 &&
		(frame->fragment_more ? end >= datagram->size : end != datagram->size))
		return -EBADMSG;
	return 0;
}

int
fragments_add(struct fragments *f, struct wall time, const struct frame *frame, bool wanted,
	const uint8_t **ret_bytes, size_t *ret_size)
{
	struct datagram *datagram = find(f, time, key_of(f, frame));
	size_t index = (size_t)(datagram - f->datagrams);
	uint32_t first = frame->fragment_at / 8, units = (frame->wire + 7) / 8;
	int result;

	if (!wanted || datagram->state == DATAGRAM_UNWANTED) {
		datagram->state = DATAGRAM_UNWANTED;
		return 0;
	}
	result = check(datagram, frame);
	if (result == 0)
		result = compare(f, index, frame, first, units);
	if (result < 0) {
		f->lost++;
		datagram->state = DATAGRAM_UNWANTED;
		return result;
	}
	if (result == 0)
		return 0;
	memcpy(f->bytes[index] + frame->fragment_at, frame->payload, frame->captured);
	for (uint32_t i = first; i < first + units; i++)
		f->there[index][i / 8] |= (uint8_t)(1U << (i % 8));
	datagram->units += units;
	if (datagram->end < frame->fragment_at + frame->wire)
		datagram->end = frame->fragment_at + frame->wire;
	if (!frame->fragment_more)
		datagram->size = frame->fragment_at + frame->wire;
	if (datagram->size == 0 || datagram->units < (datagram->size + 7) / 8)
		return 0;
	datagram->state = DATAGRAM_NONE;
	*ret_bytes = f->bytes[index];
	*ret_size = datagram->size;
	return 1;
}
