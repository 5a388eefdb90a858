/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines in the sets of the filter: single ones, and all of them. */
#include "gate/xdpinside.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#define BATCH 4096
/* Tries of one line where the kernel has just no memory at hand: it fetches some meanwhile. */
#define TRIES 1000

/* Lines on their way into a map. */
struct filling {
	int map;
	uint32_t count;
	struct contain_line line[BATCH];
};

/* A map wants some; that a line is there says all. */
static const uint8_t no_values[BATCH];

static int
put(int map, const struct contain_line *line)
{
	int r = -ENOMEM;

	for (int try = 0; try < TRIES && r == -ENOMEM; try++) {
		r = bpf_map_update_elem(map, line, no_values, BPF_ANY);
		if (r == -ENOMEM)
			sched_yield();
	}
	return r;
}

static int
fill(struct filling *filling)
{
	const struct bpf_map_batch_opts options = {.sz = sizeof(options)};
	uint32_t count = filling->count;
	int r = 0;

	if (count > 0)
		r = bpf_map_update_batch(filling->map, filling->line, no_values, &count, &options);
	/* How many it took is told by newer kernels only. */
	for (uint32_t i = 0; i < filling->count && (i == 0 ? r == -ENOMEM : r == 0); i++)
		r = put(filling->map, &filling->line[i]);
	filling->count = 0;
	return r == -E2BIG ? -ENFILE : r;
}

static struct contain_line
line_of(enum lineset set, const struct address *address)
{
	struct contain_line line = {{0}};

	if (linesets[set].key == 4)
		memcpy(line.half, address->byte + 12, 4);
	else
		memcpy(line.half, address->byte, 8);
	return line;
}

static int
add_line(struct filling *filling, struct contain_line line)
{
	filling->line[filling->count++] = line;
	return filling->count == BATCH ? fill(filling) : 0;
}

/* All lines of one map into the filling's. */
static int
copy_lines(int from, struct filling *filling, struct contain_line *lines, uint8_t *values)
{
	const struct bpf_map_batch_opts options = {.sz = sizeof(options)};
	uint32_t at = 0, *before = NULL;
	int r, filled = 0;

	do {
		uint32_t count = BATCH;

		r = bpf_map_lookup_batch(from, before, &at, lines, values, &count, &options);
		before = &at;
		if (r < 0 && r != -ENOENT)
			return r;
		for (uint32_t i = 0; i < count && filled == 0; i++)
			filled = add_line(filling, lines[i]);
	} while (r == 0 && filled == 0);
	return filled < 0 ? filled : fill(filling);
}

int
xdpinside_copy(int from, int into)
{
	struct filling *filling = xcalloc(1, sizeof(*filling));
	struct contain_line *lines = xcalloc(BATCH, sizeof(*lines));
	uint8_t *values = xcalloc(BATCH, 1);
	int r;

	filling->map = into;
	r = copy_lines(from, filling, lines, values);
	free(filling);
	free(lines);
	free(values);
	return r;
}

/* Is it a set of lines that is here? */
static bool
is_here(const struct xdpcontain *contain, enum lineset set)
{
	return (unsigned)set < CONTAIN_LINE_SETS && contain->set[set] >= 0;
}

/* 1, 0, or why not. */
static int
apply_one(struct xdpcontain *contain, const struct nftsocket_order *order)
{
	const struct element *element = &order->element;
	struct contain_line line;
	int r;

	if (!is_here(contain, element->set) || !lineset_holds(element->set, &element->address))
		return -EINVAL;
	line = line_of(element->set, &element->address);
	if (order->verb == NFTSOCKET_REMOVE) {
		r = bpf_map_delete_elem(contain->set[element->set], &line);
		return r == -ENOENT ? 0 : r < 0 ? r : 1;
	}
	if (order->verb != NFTSOCKET_ADD && order->verb != NFTSOCKET_RENEW)
		return -EINVAL;
	r = put(contain->set[element->set], &line);
	return r == -E2BIG ? -ENFILE : r < 0 ? r : 1;
}

static void
say(struct fail *fail, enum lineset set, int r)
{
	fail_what(fail, "a change of the filter of port 25: %s",
		r == -EINVAL           ? "no such line of that set"
			: r == -ENFILE ? "the set is full"
				       : strerror(-r));
	if (r == -ENFILE)
		fail_hint(fail, "the size of the set %s is a setting", linesets[set].name);
}

int
xdpcontain_apply(
	struct xdpcontain *contain, struct nftsocket_order *orders, size_t count, struct fail *fail)
{
	int failed = 0;

	for (size_t i = 0; i < count; i++) {
		enum lineset set = orders[i].element.set;

		if (failed == 0 && (unsigned)set < LINESET_COUNT &&
			(unsigned)set >= CONTAIN_LINE_SETS)
			continue;
		orders[i].result = failed < 0 ? -ECANCELED : apply_one(contain, &orders[i]);
		if (failed == 0 && orders[i].result < 0) {
			failed = orders[i].result;
			say(fail, set, failed);
		}
	}
	return failed;
}

/* A filling for each set that is made anew. */
static int64_t
fill_all(const struct xdpinside_renewal *renewal, struct filling *fillings, nftsocket_next next,
	void *context)
{
	struct element element;
	int64_t count = 0;
	int r;

	while ((r = next(context, &element)) > 0) {
		if ((unsigned)element.set >= LINESET_COUNT)
			return -EINVAL;
		if ((unsigned)element.set >= CONTAIN_LINE_SETS)
			continue;
		if ((renewal->sets >> element.set & 1) == 0 ||
			!lineset_holds(element.set, &element.address))
			return -EINVAL;
		r = add_line(&fillings[element.set], line_of(element.set, &element.address));
		if (r < 0)
			return r;
		count++;
	}
	for (unsigned set = 0; set < CONTAIN_LINE_SETS && r == 0; set++)
		r = fill(&fillings[set]);
	return r < 0 ? r : count;
}

int64_t
xdpcontain_replace(struct xdpcontain *contain, uint32_t sets, nftsocket_next next, void *context,
	struct fail *fail)
{
	struct filling *fillings = xcalloc(CONTAIN_LINE_SETS, sizeof(*fillings));
	struct xdpinside_renewal renewal = {.sets = 0};
	int64_t count = 0;
	int r = 0;

	for (unsigned set = 0; set < CONTAIN_LINE_SETS && r == 0; set++) {
		if ((sets >> set & 1) == 0 || contain->set[set] < 0)
			continue;
		r = xdpinside_make(contain, &renewal, set, xdpinside_size(contain->set[set]));
		fillings[set].map = renewal.map[set];
	}
	if (r == 0)
		count = fill_all(&renewal, fillings, next, context);
	free(fillings);
	if (count < 0)
		r = (int)count;
	if (r < 0)
		xdpinside_give_up(contain, &renewal);
	else
		r = xdpinside_show(contain, &renewal, contain->control->word & ~CONTAIN_SIDES);
	if (r < 0) {
		fail_what(fail, "the sets of the filter of port 25 cannot be filled: %s",
			r == -ENFILE ? "one is full" : strerror(-r));
		return r;
	}
	return count;
}

int
xdpcontain_find(struct xdpcontain *contain, enum lineset set, const struct address *address)
{
	struct contain_line line;
	uint8_t value;
	int r;

	if (!is_here(contain, set))
		return -ENOENT;
	if (!lineset_holds(set, address))
		return 0;
	line = line_of(set, address);
	r = bpf_map_lookup_elem(contain->set[set], &line, &value);
	return r == 0 ? 1 : r == -ENOENT ? 0 : r;
}
