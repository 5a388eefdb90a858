/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines in the sets of the filter: single ones, and all of them. */
#include "gate/xdpinside.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

/* Tries of one line where the kernel has just no memory at hand: it fetches some meanwhile. */
#define TRIES 1000

/* A map wants some; that a line is there says all. */
static const uint8_t no_values[XDPINSIDE_BATCH];

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
fill(struct xdpinside_filling *filling)
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
add_line(struct xdpinside_filling *filling, struct contain_line line)
{
	filling->line[filling->count++] = line;
	return filling->count == XDPINSIDE_BATCH ? fill(filling) : 0;
}

/* All lines of one map into the filling's. */
static int
copy_lines(int from, struct xdpinside_filling *filling, struct contain_line *lines, uint8_t *values)
{
	const struct bpf_map_batch_opts options = {.sz = sizeof(options)};
	uint32_t at = 0, *before = NULL;
	int r, filled = 0;

	do {
		uint32_t count = XDPINSIDE_BATCH;

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
	struct xdpinside_filling *filling = xcalloc(1, sizeof(*filling));
	struct contain_line *lines = xcalloc(XDPINSIDE_BATCH, sizeof(*lines));
	uint8_t *values = xcalloc(XDPINSIDE_BATCH, 1);
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

static void
say_filling(struct fail *fail, int r)
{
	fail_what(fail, "the sets of the filter of port 25 cannot be filled: %s",
		r == -ENFILE ? "one is full" : strerror(-r));
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

int
xdpcontain_begin(struct xdpcontain *contain, uint32_t sets, struct fail *fail)
{
	struct xdpinside_content *content = &contain->content;
	int r = 0;

	xdpcontain_give_up(contain);
	content->filling = xcalloc(CONTAIN_LINE_SETS, sizeof(*content->filling));
	for (unsigned set = 0; set < CONTAIN_LINE_SETS && r == 0; set++) {
		if ((sets >> set & 1) == 0 || contain->set[set] < 0)
			continue;
		r = xdpinside_make(
			contain, &content->renewal, set, xdpinside_size(contain->set[set]));
		content->filling[set].map = content->renewal.map[set];
	}
	if (r < 0) {
		say_filling(fail, r);
		xdpcontain_give_up(contain);
	}
	return r;
}

void
xdpcontain_give(struct xdpcontain *contain, const struct element *element)
{
	struct xdpinside_content *content = &contain->content;
	unsigned set = (unsigned)element->set;

	if (content->failed < 0 || content->filling == NULL ||
		(set >= CONTAIN_LINE_SETS && set < LINESET_COUNT))
		return;
	if (set >= LINESET_COUNT || (content->renewal.sets >> set & 1) == 0 ||
		!lineset_holds(element->set, &element->address))
		content->failed = -EINVAL;
	else
		content->failed =
			add_line(&content->filling[set], line_of(element->set, &element->address));
	content->count++;
}

int64_t
xdpcontain_show(struct xdpcontain *contain, struct fail *fail)
{
	struct xdpinside_content *content = &contain->content;
	int64_t count = content->count;
	int r = content->filling == NULL ? -EINVAL : content->failed;

	for (unsigned set = 0; set < CONTAIN_LINE_SETS && r == 0; set++)
		r = fill(&content->filling[set]);
	if (r == 0)
		r = xdpinside_show(
			contain, &content->renewal, contain->control->word & ~CONTAIN_SIDES);
	if (r == 0)
		content->renewal.sets = 0;
	else
		say_filling(fail, r);
	xdpcontain_give_up(contain);
	return r < 0 ? r : count;
}

void
xdpcontain_give_up(struct xdpcontain *contain)
{
	xdpinside_give_up(contain, &contain->content.renewal);
	free(contain->content.filling);
	contain->content = (struct xdpinside_content){.filling = NULL};
}

int64_t
xdpcontain_replace(struct xdpcontain *contain, uint32_t sets, nftsocket_next next, void *context,
	struct fail *fail)
{
	struct element element;
	int r = xdpcontain_begin(contain, sets, fail);

	if (r < 0)
		return r;
	while (contain->content.failed == 0 && (r = next(context, &element)) > 0)
		xdpcontain_give(contain, &element);
	if (r >= 0)
		return xdpcontain_show(contain, fail);
	say_filling(fail, r);
	xdpcontain_give_up(contain);
	return r;
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
