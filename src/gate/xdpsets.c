/* SPDX-License-Identifier: BSD-2-Clause */
/* The sets of the filter. A new content is made at the side of a set that packets do not see; then one store of the
 * word shows it. */
#include "gate/xdpinside.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

_Static_assert((int)CONTAIN_BLOCK == LINESET_BLOCK4 && (int)CONTAIN_EXEMPT == LINESET_EXEMPT4 &&
		(int)CONTAIN_LINE_SETS == LINESET_Q4,
	"the same numbers");
_Static_assert((int)CONTAIN_COUNT_LINE == RULESET_LINE && (int)CONTAIN_COUNT_OUT == RULESET_OUT &&
		(int)CONTAIN_COUNT_IN == RULESET_IN && (int)CONTAIN_COUNT_BACK == RULESET_BACK &&
		(int)CONTAIN_COUNTERS == XDPCONTAIN_COUNTERS,
	"the same counters");
_Static_assert(CONTAIN_POLICY_ENFORCE == (uint64_t)RULESET_ENFORCE << CONTAIN_POLICY_SHIFT &&
		CONTAIN_LINES_ENFORCE == (uint64_t)RULESET_ENFORCE << CONTAIN_LINES_SHIFT,
	"the same modes");

static bool
is_list(unsigned set)
{
	return set >= CONTAIN_LINE_SETS;
}

static int
outer_of(const struct xdpcontain *contain, unsigned set)
{
	return contain->map[is_list(set) ? XDPINSIDE_LISTS : XDPINSIDE_LINES];
}

static uint32_t
place_of(unsigned set, unsigned side)
{
	return is_list(set) ? CONTAIN_LIST_PLACE(set, side) : CONTAIN_LINES_PLACE(set, side);
}

static const char *
name_of(unsigned set)
{
	return set == CONTAIN_SERVERS        ? "servers"
		: set == CONTAIN_RESIDENTIAL ? "residential"
		: set == CONTAIN_PROTECTED   ? "protected"
					     : linesets[set].name;
}

void
xdpinside_set_path(
	const struct xdpcontain *contain, unsigned set, unsigned side, char into[XDPINSIDE_PATH])
{
	snprintf(into, XDPINSIDE_PATH, "%s/%s_%c", contain->folder, name_of(set), 'a' + (int)side);
}

uint32_t
xdpinside_id(const struct xdpcontain *contain, unsigned set, unsigned side)
{
	uint32_t place = place_of(set, side), id = 0;

	return bpf_map_lookup_elem(outer_of(contain, set), &place, &id) == 0 ? id : 0;
}

void
xdpinside_drop(const struct xdpcontain *contain, unsigned set, unsigned side)
{
	uint32_t place = place_of(set, side);
	char path[XDPINSIDE_PATH];

	if (xdpinside_id(contain, set, side) != 0)
		(void)bpf_map_delete_elem(outer_of(contain, set), &place);
	xdpinside_set_path(contain, set, side, path);
	(void)unlink(path);
}

uint32_t
xdpinside_size(int map)
{
	struct bpf_map_info info = {0};
	uint32_t size = sizeof(info);

	return bpf_obj_get_info_by_fd(map, &info, &size) == 0 ? info.max_entries : 0;
}

/* The side where the set does not stand. */
static unsigned
other_side(const struct xdpcontain *contain, unsigned set)
{
	return !CONTAIN_SIDE(contain->control->word, set);
}

int
xdpinside_make(const struct xdpcontain *contain, struct xdpinside_renewal *renewal, unsigned set,
	uint32_t most)
{
	struct bpf_map_create_opts options = {
		.sz = sizeof(options), .map_flags = BPF_F_NO_PREALLOC};
	char path[XDPINSIDE_PATH];
	int fd, r;

	fd = bpf_map_create(is_list(set) ? BPF_MAP_TYPE_LPM_TRIE : BPF_MAP_TYPE_HASH, name_of(set),
		is_list(set) ? sizeof(struct contain_prefix) : sizeof(struct contain_line), 1, most,
		&options);
	if (fd < 0)
		return fd;
	xdpinside_drop(contain, set, other_side(contain, set));
	xdpinside_set_path(contain, set, other_side(contain, set), path);
	r = bpf_obj_pin(fd, path);
	if (r < 0) {
		close(fd);
		return r;
	}
	renewal->sets |= 1U << set;
	renewal->map[set] = fd;
	return 0;
}

void
xdpinside_give_up(const struct xdpcontain *contain, struct xdpinside_renewal *renewal)
{
	for (unsigned set = 0; set < CONTAIN_SETS; set++) {
		if ((renewal->sets >> set & 1) == 0)
			continue;
		xdpinside_drop(contain, set, other_side(contain, set));
		close(renewal->map[set]);
	}
	renewal->sets = 0;
}

static int
place_set(const struct xdpcontain *contain, unsigned set, unsigned side, int map)
{
	uint32_t place = place_of(set, side);

	return bpf_map_update_elem(outer_of(contain, set), &place, &map, BPF_ANY);
}

int
xdpinside_show(struct xdpcontain *contain, struct xdpinside_renewal *renewal, uint64_t settings)
{
	uint64_t word = contain->control->word;
	unsigned last = 0;
	int r = 0;

	for (unsigned set = 0; set < CONTAIN_SETS && r == 0; set++) {
		if ((renewal->sets >> set & 1) == 0)
			continue;
		r = place_set(contain, set, other_side(contain, set), renewal->map[set]);
		last = set;
	}
	if (r < 0) {
		xdpinside_give_up(contain, renewal);
		return r;
	}
	word = ((word & CONTAIN_SIDES) ^ renewal->sets) | settings;
	__atomic_store_n(&contain->control->word, word, __ATOMIC_SEQ_CST);
	if (renewal->sets == 0)
		return 0;
	/* The kernel waits after such a change until no packet is between here and there that has seen the old word. */
	r = place_set(contain, last, CONTAIN_SIDE(word, last), renewal->map[last]);
	for (unsigned set = 0; set < CONTAIN_SETS; set++) {
		if ((renewal->sets >> set & 1) == 0)
			continue;
		if (r == 0)
			xdpinside_drop(contain, set, other_side(contain, set));
		if (contain->set[set] >= 0)
			close(contain->set[set]);
		contain->set[set] = renewal->map[set];
	}
	return 0;
}

static bool
has_length(const struct ruleset_settings *settings, unsigned set)
{
	const bool is_there[CONTAIN_EXEMPT] = {
		true, settings->is_64, settings->is_56, settings->is_48};

	return is_there[set % CONTAIN_EXEMPT];
}

/* A set of lines of the size that is wanted, if it is not so already, with what the present one holds. */
static int
resize(const struct xdpcontain *contain, struct xdpinside_renewal *renewal, unsigned set,
	uint32_t most)
{
	int present = contain->set[set], r;

	if (present >= 0 && xdpinside_size(present) == most)
		return 0;
	r = xdpinside_make(contain, renewal, set, most);
	return r < 0 || present < 0 ? r : xdpinside_copy(present, renewal->map[set]);
}

static int
make_list(const struct xdpcontain *contain, struct xdpinside_renewal *renewal, unsigned set,
	const struct ruleset_prefixes *prefixes)
{
	const uint8_t one_byte = 1;
	int r = xdpinside_make(
		contain, renewal, set, prefixes->count > 0 ? (uint32_t)prefixes->count : 1);

	for (size_t i = 0; i < prefixes->count && r == 0; i++) {
		const struct prefix *one = &prefixes->at[i];
		struct contain_prefix key = {.length = one->length};

		memcpy(key.address, one->address.byte, 16);
		r = bpf_map_update_elem(renewal->map[set], &key, &one_byte, BPF_ANY);
	}
	return r;
}

static int
check(const struct ruleset_settings *settings, struct fail *fail)
{
	if ((unsigned)settings->lines >= RULESET_MODES ||
		(unsigned)settings->policy >= RULESET_MODES || settings->lines_most == 0 ||
		settings->exempt_most == 0) {
		fail_what(fail, "a mode that is none, or a set of no size");
		return -EINVAL;
	}
	if (settings->servers.count > RULESET_PREFIXES ||
		settings->residential.count > RULESET_PREFIXES ||
		settings->protected.count > RULESET_PREFIXES) {
		fail_what(fail, "more than %d prefixes in a list", RULESET_PREFIXES);
		return -E2BIG;
	}
	return 0;
}

/* Lines of a length that is not wanted any more. */
static void
forget(struct xdpcontain *contain, unsigned set)
{
	if (contain->set[set] < 0)
		return;
	xdpinside_drop(contain, set, CONTAIN_SIDE(contain->control->word, set));
	close(contain->set[set]);
	contain->set[set] = -1;
}

static int
renew(struct xdpcontain *contain, struct xdpinside_renewal *renewal,
	const struct ruleset_settings *settings)
{
	int r = 0;

	for (unsigned set = 0; set < CONTAIN_LINE_SETS && r == 0; set++) {
		if (has_length(settings, set))
			r = resize(contain, renewal, set,
				set < CONTAIN_EXEMPT ? settings->lines_most
						     : settings->exempt_most);
	}
	if (r == 0)
		r = make_list(contain, renewal, CONTAIN_SERVERS, &settings->servers);
	if (r == 0)
		r = make_list(contain, renewal, CONTAIN_RESIDENTIAL, &settings->residential);
	if (r == 0)
		r = make_list(contain, renewal, CONTAIN_PROTECTED, &settings->protected);
	return r;
}

int
xdpcontain_set(
	struct xdpcontain *contain, const struct ruleset_settings *settings, struct fail *fail)
{
	uint64_t words = (uint64_t)settings->lines << CONTAIN_LINES_SHIFT |
		(uint64_t)settings->policy << CONTAIN_POLICY_SHIFT |
		(settings->is_64 ? CONTAIN_64 : 0) | (settings->is_56 ? CONTAIN_56 : 0) |
		(settings->is_48 ? CONTAIN_48 : 0) |
		(settings->protected.count > 0 ? CONTAIN_GUARDS : 0);
	struct xdpinside_renewal renewal = {.sets = 0};
	int r = check(settings, fail);

	if (r < 0)
		return r;
	r = renew(contain, &renewal, settings);
	if (r < 0)
		xdpinside_give_up(contain, &renewal);
	else
		r = xdpinside_show(contain, &renewal, words);
	if (r < 0) {
		fail_what(fail, "the sets of the filter of port 25 cannot be made: %s",
			r == -ENFILE ? "more lines than they may hold" : strerror(-r));
		return r;
	}
	for (unsigned set = 0; set < CONTAIN_LINE_SETS; set++) {
		if (!has_length(settings, set))
			forget(contain, set);
	}
	return 0;
}
