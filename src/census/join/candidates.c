/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/join/candidates.h"

_Static_assert(offsetof(struct score4, lists) == offsetof(struct score4, newest) + 4 &&
		offsetof(struct score6, lists) == offsetof(struct score6, newest) + 4,
	"newest and lists are the first of the rest in both");

/* In both scores behind the address: newest, lists, score, groups, flags. */
RECORD_EITHER unsigned
flags_of(const uint8_t *score, size_t size)
{
	return score[record_rest(size) + offsetof(struct score4, flags) -
		offsetof(struct score4, newest)];
}

RECORD_EITHER size_t
score_each(const struct score_rules *rules, const uint8_t **at, const uint8_t *end, uint8_t *into,
	size_t room, size_t size)
{
	const void *listing = *at;
	size_t count;

	if (size == RECORD4_SIZE) {
		const struct listing4 *from = listing;

		count = score4(rules, &from, (const void *)end, (void *)into, room);
		*at = (const uint8_t *)from;
	} else {
		const struct listing6 *from = listing;

		count = score6(rules, &from, (const void *)end, (void *)into, room);
		*at = (const uint8_t *)from;
	}
	return count;
}

/* The port of a score: of the listings that count and say when it was which, the newest. That is when the address was
 * seen then: at another time the port was somebody else's, and of a time that has not come nobody can say whose it
 * will be. *at is left behind the listings of the address. */
RECORD_EITHER uint16_t
port_of(const struct score_rules *rules, uint8_t *score, const uint8_t **at, const uint8_t *end,
	size_t size)
{
	uint64_t key = record_key(score, size);
	uint32_t newest = 0, lists;
	uint16_t port = 0;

	memcpy(&lists, score + record_rest(size) + sizeof(newest), sizeof(lists));
	while (*at < end && record_key(*at, size) < key)
		*at += size;
	for (; *at < end && record_key(*at, size) == key; *at += size) {
		struct listed listed = listed_in(*at, size);

		if (listed.port == 0 || listed.list >= SCORE_LISTS || !(lists >> listed.list & 1))
			continue;
		if (listed.time > newest && listed.time <= rules->settings.now) {
			newest = listed.time;
			port = listed.port;
		}
	}
	if (port != 0)
		memcpy(score + record_rest(size), &newest, sizeof(newest));
	return port;
}

/* Of scores those of candidates, at the front, with their ports; from: the listings they were made of. */
RECORD_EITHER size_t
keep_candidates(const struct score_rules *rules, uint8_t *scores, size_t count, const uint8_t *from,
	const uint8_t *end, uint16_t *ports, size_t size)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (!(flags_of(scores + i * size, size) & SCORE_CANDIDATE))
			continue;
		memmove(scores + kept * size, scores + i * size, size);
		ports[kept] = port_of(rules, scores + kept * size, &from, end, size);
		kept++;
	}
	return kept;
}

RECORD_EITHER void
put_listing(uint8_t *into, size_t size, uint64_t key, const struct listed *listed)
{
	memset(into, 0, size);
	if (size == RECORD4_SIZE) {
		uint32_t address = (uint32_t)key;

		memcpy(into, &address, sizeof(address));
	} else {
		memcpy(into, &key, sizeof(key));
	}
	memcpy(into + record_rest(size), listed, sizeof(*listed));
}

/* The listings of the address at the front of at, and what covers it; *at is left behind them. Of one list the newer
 * counts, of equally new ones the listing of the address itself. */
RECORD_EITHER size_t
gather_address(const struct coverage *coverage, const uint8_t **at, const uint8_t *end,
	uint8_t *into, size_t size)
{
	uint8_t *place[SCORE_LISTS] = {NULL};
	uint64_t key = record_key(*at, size);
	size_t count = 0;

	for (; *at < end && record_key(*at, size) == key; *at += size) {
		struct listed listed = listed_in(*at, size);

		if (listed.list >= SCORE_LISTS || place[listed.list] != NULL)
			continue;
		place[listed.list] = into + count++ * size;
		memcpy(place[listed.list], *at, size);
	}
	for (unsigned i = 0; i < coverage->cover_count; i++) {
		const struct listed *cover = coverage->covers[i];
		uint8_t *own = place[cover->list];

		if (own == NULL)
			own = into + count++ * size;
		else if (listed_in(own, size).time >= cover->time)
			continue;
		put_listing(own, size, key, cover);
	}
	return count;
}

/* Listings that are covered, address by address. */
RECORD_EITHER size_t
score_covered(struct candidates *candidates, const uint8_t **at, const uint8_t *end, uint8_t *into,
	uint16_t *ports, size_t room, size_t size)
{
	uint64_t each[CANDIDATES_EACH * RECORD6_SIZE / sizeof(uint64_t)];
	size_t kept = 0;

	while (*at < end && kept < room) {
		const uint8_t *from = (const uint8_t *)each;
		size_t count = gather_address(candidates->coverage, at, end, (uint8_t *)each, size);
		const uint8_t *each_end = from + count * size;

		count = score_each(candidates->rules, &from, each_end, into + kept * size, 1, size);
		candidates->scored += count;
		kept += keep_candidates(candidates->rules, into + kept * size, count,
			(const uint8_t *)each, each_end, ports + kept, size);
	}
	return kept;
}

RECORD_EITHER size_t
next_candidates(
	struct candidates *candidates, uint8_t *into, uint16_t *ports, size_t room, size_t size)
{
	const uint8_t *at = candidates->at, *end = candidates->end;
	size_t kept = 0;

	while (at < end && kept < room) {
		const uint8_t *first = at, *until = end;
		size_t count;

		coverage_seek(candidates->coverage, record_key(at, size));
		if (candidates->coverage->until < UINT64_MAX)
			until = at +
				size *
					record_seek(at, (size_t)(end - at) / size, size,
						candidates->coverage->until + 1);
		if (candidates->coverage->cover_count > 0) {
			kept += score_covered(candidates, &at, until, into + kept * size,
				ports + kept, room - kept, size);
			continue;
		}
		count = score_each(
			candidates->rules, &at, until, into + kept * size, room - kept, size);
		candidates->scored += count;
		kept += keep_candidates(candidates->rules, into + kept * size, count, first, at,
			ports + kept, size);
	}
	candidates->at = at;
	return kept;
}

size_t
candidates4(struct candidates *candidates, struct score4 *into, uint16_t *ports, size_t room)
{
	return next_candidates(candidates, (uint8_t *)into, ports, room, RECORD4_SIZE);
}

size_t
candidates6(struct candidates *candidates, struct score6 *into, uint16_t *ports, size_t room)
{
	return next_candidates(candidates, (uint8_t *)into, ports, room, RECORD6_SIZE);
}

size_t
candidates_gather4(struct coverage *coverage, const struct listing4 *at, const struct listing4 *end,
	struct listing4 into[CANDIDATES_EACH])
{
	const uint8_t *from = (const uint8_t *)at;

	coverage_seek(coverage, at->address);
	return gather_address(coverage, &from, (const uint8_t *)end, (uint8_t *)into, RECORD4_SIZE);
}

size_t
candidates_gather6(struct coverage *coverage, const struct listing6 *at, const struct listing6 *end,
	struct listing6 into[CANDIDATES_EACH])
{
	const uint8_t *from = (const uint8_t *)at;

	coverage_seek(coverage, at->network);
	return gather_address(coverage, &from, (const uint8_t *)end, (uint8_t *)into, RECORD6_SIZE);
}
