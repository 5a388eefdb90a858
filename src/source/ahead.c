/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/ahead.h"

#include "base/fail.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct block {
	uint8_t *bytes;
	ssize_t got;
	uint64_t mark;
};

struct ahead {
	ahead_fill *fill;
	void *context;
	size_t room;
	pthread_t thread;
	struct block blocks[AHEAD_BLOCKS];
	pthread_mutex_t lock;       /* of all below */
	pthread_cond_t more, fewer; /* one is full; one is free */
	size_t first, full;
	bool ends;
};

/* The place of the next block to fill; NULL: nobody wants one any more. */
static struct block *
wait_for_room(struct ahead *ahead)
{
	struct block *block = NULL;

	pthread_mutex_lock(&ahead->lock);
	while (ahead->full == AHEAD_BLOCKS && !ahead->ends)
		pthread_cond_wait(&ahead->fewer, &ahead->lock);
	if (!ahead->ends)
		block = &ahead->blocks[(ahead->first + ahead->full) % AHEAD_BLOCKS];
	pthread_mutex_unlock(&ahead->lock);
	return block;
}

static void *
work(void *context)
{
	struct ahead *ahead = context;
	struct block *block;
	bool is_last = false;

	while (!is_last && (block = wait_for_room(ahead)) != NULL) {
		block->got = ahead->fill(ahead->context, block->bytes, ahead->room, &block->mark);
		is_last = block->got <= 0;
		pthread_mutex_lock(&ahead->lock);
		ahead->full++;
		pthread_cond_signal(&ahead->more);
		pthread_mutex_unlock(&ahead->lock);
	}
	return NULL;
}

static void
free_all(struct ahead *ahead)
{
	for (size_t i = 0; i < AHEAD_BLOCKS; i++)
		memory_unmap(ahead->blocks[i].bytes, ahead->room, 1);
	pthread_cond_destroy(&ahead->more);
	pthread_cond_destroy(&ahead->fewer);
	pthread_mutex_destroy(&ahead->lock);
	free(ahead);
}

struct ahead *
ahead_new(ahead_fill *fill, void *context, size_t room)
{
	struct ahead *ahead = xcalloc(1, sizeof(*ahead));

	ahead->fill = fill;
	ahead->context = context;
	ahead->room = room;
	pthread_mutex_init(&ahead->lock, NULL);
	pthread_cond_init(&ahead->more, NULL);
	pthread_cond_init(&ahead->fewer, NULL);
	for (size_t i = 0; i < AHEAD_BLOCKS; i++)
		ahead->blocks[i].bytes = memory_map(room, 1);
	if (pthread_create(&ahead->thread, NULL, work, ahead) == 0)
		return ahead;
	free_all(ahead);
	return NULL;
}

struct ahead *
ahead_free(struct ahead *ahead)
{
	if (ahead == NULL)
		return NULL;
	pthread_mutex_lock(&ahead->lock);
	ahead->ends = true;
	pthread_cond_signal(&ahead->fewer);
	pthread_mutex_unlock(&ahead->lock);
	pthread_join(ahead->thread, NULL);
	free_all(ahead);
	return NULL;
}

ssize_t
ahead_take(struct ahead *ahead, uint8_t *into, uint64_t *mark)
{
	struct block *block = &ahead->blocks[ahead->first];
	ssize_t got;

	pthread_mutex_lock(&ahead->lock);
	while (ahead->full == 0)
		pthread_cond_wait(&ahead->more, &ahead->lock);
	pthread_mutex_unlock(&ahead->lock);
	got = block->got;
	*mark = block->mark;
	/* The last stays. */
	if (got <= 0)
		return got;
	memcpy(into, block->bytes, (size_t)got);
	pthread_mutex_lock(&ahead->lock);
	ahead->first = (ahead->first + 1) % AHEAD_BLOCKS;
	ahead->full--;
	pthread_cond_signal(&ahead->fewer);
	pthread_mutex_unlock(&ahead->lock);
	return got;
}
