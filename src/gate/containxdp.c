/* SPDX-License-Identifier: BSD-2-Clause */
#include "gate/containxdp.h"

#include "runtime/clock.h"
#include "runtime/event.h"

#include <errno.h>
#include <string.h>

_Static_assert(GATERULES_PREFIXES == RULESET_PREFIXES &&
		(int)GATE_MODE_NATIVE == (int)XDP_MODE_NATIVE &&
		(int)GATE_MODE_GENERIC == (int)XDP_MODE_GENERIC,
	"what is written is what is read");

static void
tell(const char *what, const struct fail *fail)
{
	event(EVENT_GATE, "text=%s where=%s why=%s", what, fail->where, fail->what);
}

/* Each thing once, however often it is tried. */
static void
note(struct containxdp *contain, const struct fail *fail)
{
	if (strcmp(fail->what, contain->fail.what) != 0 ||
		strcmp(fail->where, contain->fail.where) != 0)
		tell("port 25 is not stopped by XDP", fail);
	contain->fail = *fail;
}

/* Takes it off everywhere but at the first so many interfaces. */
static void
leave(struct containxdp *contain, uint32_t kept)
{
	int r = xdpcontain_leave(contain->xdp, contain->interface, kept);
	struct fail fail = {0};

	if (r >= 0)
		return;
	fail_where(&fail, "folder %s", contain->filter->folder);
	fail_what(&fail, "%s", strerror(-r));
	tell("XDP is not taken off", &fail);
}

/* Who is let go later must not be held by what nobody changes any more. */
static void
take_off(struct containxdp *contain, struct fail *fail)
{
	fail_where(fail, "folder %s", contain->filter->folder);
	note(contain, fail);
	contain->is_whole = false;
	contain->filled = 0;
	contain->fill_us = clock_steady() + (int64_t)CONTAINXDP_FILL_MS * 1000;
	leave(contain, 0);
}

static bool
is_filter(const struct gaterules_filter *filter)
{
	if (memchr(filter->folder, '\0', sizeof(filter->folder)) == NULL ||
		filter->interfaces > GATERULES_INTERFACES || filter->stops_lines > 1 ||
		filter->stops_policy > 1 || filter->residential_count > GATERULES_PREFIXES ||
		filter->server_count > GATERULES_PREFIXES ||
		filter->protected_count > GATERULES_PREFIXES)
		return false;
	for (uint32_t i = 0; i < filter->interfaces; i++) {
		const struct gate_interface *interface = &filter->interface[i];

		if (interface->mode >= GATE_MODE_COUNT || interface->name[0] == '\0' ||
			memchr(interface->name, '\0', sizeof(interface->name)) == NULL)
			return false;
	}
	return true;
}

/* What is only observed nf_tables alone counts, behind the filter: else it would be counted twice. */
static int
set(struct xdpcontain *xdp, const struct gaterules_filter *filter, struct fail *fail)
{
	const struct ruleset_settings settings = {
		.lines = filter->stops_lines ? RULESET_ENFORCE : RULESET_OFF,
		.policy = filter->stops_policy ? RULESET_ENFORCE : RULESET_OFF,
		.residential = {filter->residential, filter->residential_count},
		.servers = {filter->server, filter->server_count},
		.protected = {filter->protected, filter->protected_count},
		.is_64 = filter->is_64,
		.is_56 = filter->is_56,
		.is_48 = filter->is_48,
		.lines_most = filter->lines_most,
		.exempt_most = filter->exempt_most};

	return xdpcontain_set(xdp, &settings, fail);
}

/* NULL with fail filled. */
static struct xdpcontain *
open_and_set(const struct gaterules_filter *filter, struct fail *fail)
{
	struct xdpcontain *xdp = xdpcontain_open(filter->folder, fail);

	return xdp == NULL || set(xdp, filter, fail) == 0 ? xdp : xdpcontain_close(xdp);
}

/* Where it may not even look, nothing of it is. */
static void
remove_all(const char *folder)
{
	struct fail fail = {0};
	int r = xdpcontain_remove(folder, &fail);

	if (r < 0 && r != -EACCES)
		tell("XDP is not taken off", &fail);
}

void
containxdp_open(struct containxdp *contain, const struct gaterules_filter *filter, bool is_wanted)
{
	struct fail fail = {0};

	*contain = (struct containxdp){.filter = filter};
	if (!is_filter(filter)) {
		fail_what(&fail, "its settings are not as they should be");
		note(contain, &fail);
		return;
	}
	for (uint32_t i = 0; i < filter->interfaces; i++)
		contain->interface[i] = filter->interface[i].name;
	if (is_wanted && filter->interfaces > 0) {
		contain->xdp = open_and_set(filter, &fail);
		if (contain->xdp == NULL)
			note(contain, &fail);
		else
			contain->is_whole = xdpcontain_is_taken(contain->xdp);
	}
	if (contain->xdp == NULL && *filter->folder != '\0')
		remove_all(filter->folder);
}

void
containxdp_begin(struct containxdp *contain)
{
	if (contain->xdp == NULL)
		return;
	leave(contain, contain->filter->interfaces);
	(void)containxdp_look(contain);
}

static bool
takes_changes(const struct containxdp *contain)
{
	return contain->xdp != NULL && contain->fill_us == 0;
}

void
containxdp_apply(struct containxdp *contain, struct nftsocket_order *orders, size_t count)
{
	struct fail fail = {0};

	if (takes_changes(contain) && xdpcontain_apply(contain->xdp, orders, count, &fail) < 0)
		take_off(contain, &fail);
}

/* The sets of lines that it has. */
static uint32_t
own_sets(const struct gaterules_filter *filter)
{
	const uint8_t is_there[] = {1, filter->is_64, filter->is_56, filter->is_48};
	uint32_t sets = 0;

	for (unsigned set = LINESET_BLOCK4; set < LINESET_Q4; set++)
		sets |= (uint32_t)is_there[set % 4] << set;
	return sets;
}

void
containxdp_fill(struct containxdp *contain, enum lineset set)
{
	struct fail fail = {0};

	contain->is_filling = takes_changes(contain) && (own_sets(contain->filter) >> set & 1) != 0;
	if (!contain->is_filling || xdpcontain_begin(contain->xdp, 1U << set, &fail) == 0)
		return;
	contain->is_filling = false;
	take_off(contain, &fail);
}

void
containxdp_give(struct containxdp *contain, const struct element *element)
{
	if (contain->is_filling)
		xdpcontain_give(contain->xdp, element);
}

void
containxdp_filled(struct containxdp *contain, enum lineset set, bool is_taken)
{
	struct fail fail = {0};

	if (!contain->is_filling)
		return;
	contain->is_filling = false;
	if (!is_taken) {
		xdpcontain_give_up(contain->xdp);
		return;
	}
	if (xdpcontain_show(contain->xdp, &fail) < 0) {
		take_off(contain, &fail);
		return;
	}
	contain->filled |= 1U << set;
	if (!contain->is_whole && contain->filled == own_sets(contain->filter)) {
		contain->is_whole = true;
		(void)containxdp_look(contain);
	}
}

/* Wherever it is not; false with fail filled if that is not possible at one. */
static bool
attach(struct containxdp *contain, struct fail *fail)
{
	bool is_everywhere = true;

	for (uint32_t i = 0; i < contain->filter->interfaces; i++) {
		const struct gate_interface *interface = &contain->filter->interface[i];
		struct fail why = {0};
		int r;

		if (xdpcontain_standing(contain->xdp, interface->name))
			continue;
		r = xdpcontain_attach(
			contain->xdp, interface->name, (enum xdp_mode)interface->mode, &why);
		if (r >= 0) {
			event(EVENT_GATE, "text=\"port 25 is stopped by XDP\" at=%s mode=%s",
				interface->name, xdp_mode_names[r]);
			continue;
		}
		is_everywhere = false;
		*fail = why;
	}
	return is_everywhere;
}

bool
containxdp_look(struct containxdp *contain)
{
	int64_t now = clock_steady();
	struct fail fail = {0};

	if (contain->xdp == NULL)
		return false;
	if (contain->fill_us != 0 && now > contain->fill_us) {
		contain->fill_us = 0;
		return true;
	}
	if (!contain->is_whole || now < contain->attach_us)
		return false;
	if (!attach(contain, &fail)) {
		note(contain, &fail);
		contain->attach_us = now + (int64_t)CONTAINXDP_AGAIN_MS * 1000;
	} else {
		contain->fail = (struct fail){0};
	}
	return false;
}

void
containxdp_count(const struct containxdp *contain, struct orders_counter *counters)
{
	uint64_t packets[XDPCONTAIN_COUNTERS], bytes[XDPCONTAIN_COUNTERS];

	if (contain->xdp == NULL || xdpcontain_counters(contain->xdp, packets, bytes) < 0)
		return;
	for (unsigned i = 0; i < XDPCONTAIN_COUNTERS; i++) {
		counters[i].packets += packets[i];
		counters[i].bytes += bytes[i];
	}
}
