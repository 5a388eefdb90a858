/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/export/standing.h"

#include "base/fail.h"

#define NONE STANDING_NOBODY

void
standing_init(struct standing *standing, size_t most)
{
	*standing = (struct standing){
		.most = most, .place = memory_map(most, sizeof(*standing->place))};
	for (int i = 0; i < STANDING_ESTABLISHED; i++)
		standing->queue[i] = (struct standing_queue){NONE, NONE};
}

void
standing_done(struct standing *standing)
{
	memory_unmap(standing->place, standing->most, sizeof(*standing->place));
	standing->place = NULL;
}

static void
add(struct standing *standing, uint32_t number, enum standing_rank rank)
{
	struct standing_place *place = &standing->place[number];
	struct standing_queue *queue = &standing->queue[rank];

	*place = (struct standing_place){queue->youngest, NONE, (uint8_t)rank};
	if (queue->youngest != NONE)
		standing->place[queue->youngest].younger = number;
	else
		queue->oldest = number;
	queue->youngest = number;
}

void
standing_begin(struct standing *standing, uint32_t number, enum standing_rank rank)
{
	must(number < standing->most && rank < STANDING_ESTABLISHED);
	add(standing, number, rank);
}

void
standing_end(struct standing *standing, uint32_t number)
{
	struct standing_place *place = &standing->place[number];
	struct standing_queue *queue = &standing->queue[place->rank];

	if (place->rank == STANDING_ESTABLISHED)
		return;
	if (place->older != NONE)
		standing->place[place->older].younger = place->younger;
	else
		queue->oldest = place->younger;
	if (place->younger != NONE)
		standing->place[place->younger].older = place->older;
	else
		queue->youngest = place->older;
}

bool
standing_see(struct standing *standing, uint32_t number, uint64_t datagrams, uint64_t records)
{
	enum standing_rank rank = standing->place[number].rank;

	standing_end(standing, number);
	if (records > 0 && datagrams >= STANDING_DATAGRAMS) {
		standing->place[number].rank = STANDING_ESTABLISHED;
		return true;
	}
	if (records > 0 && datagrams > 1)
		rank = STANDING_STRANGER;
	add(standing, number, rank);
	return false;
}

uint32_t
standing_after(const struct standing *standing, uint32_t number)
{
	const struct standing_place *place = &standing->place[number];

	if (place->younger == NONE && place->rank == STANDING_NEW)
		return standing->queue[STANDING_STRANGER].oldest;
	return place->younger;
}

uint32_t
standing_weakest(const struct standing *standing, uint32_t but)
{
	uint32_t number = standing->queue[STANDING_NEW].oldest;

	if (number == NONE)
		number = standing->queue[STANDING_STRANGER].oldest;
	return number != NONE && number == but ? standing_after(standing, number) : number;
}
