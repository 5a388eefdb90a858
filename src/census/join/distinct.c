/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/join/distinct.h"

#include "census/join/listed.h"

/* A place is of the address in work if it is in its run and holds the list's own listing: what stands in the table from
 * before is neither. */
RECORD_EITHER size_t
keep_newest(struct distinct *table, uint8_t *listings, size_t count, size_t size)
{
	size_t kept = 0, run = 0;

	for (size_t i = 0; i < count; i++) {
		const uint8_t *at = listings + i * size;
		struct listed new = listed_in(at, size);
		size_t place = table->place[new.list];

		if (kept == 0 || record_key(listings + run * size, size) != record_key(at, size)) {
			run = kept;
		} else if (place >= run && place < kept) {
			struct listed old = listed_in(listings + place * size, size);

			if (old.list == new.list) {
				if (new.time > old.time)
					memcpy(listings + place * size, at, size);
				continue;
			}
		}
		table->place[new.list] = kept;
		memmove(listings + kept++ * size, at, size);
	}
	return kept;
}

size_t
distinct4(struct distinct *table, struct listing4 *listings, size_t count)
{
	return keep_newest(table, (uint8_t *)listings, count, sizeof(*listings));
}

size_t
distinct6(struct distinct *table, struct listing6 *listings, size_t count)
{
	return keep_newest(table, (uint8_t *)listings, count, sizeof(*listings));
}
