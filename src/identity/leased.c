/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/leased.h"

#include <errno.h>

static int
count(struct leased *leased, int r)
{
	struct leased_counts *counts = &leased->counts;

	switch (r) {
	case 0:
		counts->found++;
		break;
	case -EAGAIN:
		counts->doubtful++;
		break;
	case -ENOTUNIQ:
		counts->shared++;
		break;
	case -EBUSY:
		counts->late++;
		break;
	default:
		counts->unknown++;
		break;
	}
	return r;
}

/* Maps of other times may have the same addresses: the first that holds then says it; else the one that comes nearest
 * to an answer. */
static int
find_inside(const struct leased *leased, const struct address *outside, uint16_t port,
	struct wall at, struct line_name *ret)
{
	int best = -ENOENT;

	if (!address_is_v4(outside))
		return -ENOENT;
	for (size_t i = 0; i < leased->map_count; i++) {
		int r = natmap_inside(
			&leased->maps[i], outside, port, at, leased->tolerance_seconds, ret);

		if (r == 0)
			return 0;
		if (r == -EAGAIN || best == -ENOENT)
			best = r;
	}
	return best;
}

int
leased_inside(struct leased *leased, const struct address *outside, uint16_t port, struct wall at,
	struct line_name *ret)
{
	int r = find_inside(leased, outside, port, at, ret);

	return r == 0 || r == -ENOENT ? r : count(leased, r);
}

int
leased_holder(struct leased *leased, const struct address *address, uint16_t port, struct wall at,
	struct line *ret)
{
	struct lease_holder holder;
	uint32_t sequence;
	int r;

	if (!leased->has_leases)
		return count(leased, -ENOENT);
	sequence = leasetable_read(&leased->leases.table);
	if (sequence % 2 != 0 && sequence == leased->torn)
		return count(leased, -EBUSY);
	r = leasefind_holder(&leased->leases, address, port, at, &holder);
	if (r == 0)
		*ret = holder.line;
	leased->torn = r == -EBUSY ? sequence : 0;
	return count(leased, r);
}

void
leased_fetch(const struct leased *leased, struct lease_question *questions, size_t count)
{
	struct line_name inside;

	if (!leased->has_leases)
		return;
	for (size_t i = 0; i < count && leased->map_count > 0; i++) {
		struct lease_question *question = &questions[i];

		if (find_inside(
			    leased, &question->address, question->port, question->at, &inside) == 0)
			*question = (struct lease_question){inside.address, 0, question->at};
	}
	leasefind_fetch(&leased->leases, questions, count);
}
