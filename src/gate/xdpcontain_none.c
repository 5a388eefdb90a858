/* SPDX-License-Identifier: BSD-2-Clause */
/* In place of xdpcontain.c and its like where the build had no clang, bpftool or libbpf: says so. */
#include "gate/xdpcontain.h"

#include <errno.h>

struct xdpcontain *
xdpcontain_open(const char *folder, struct fail *fail)
{
	fail_what(fail, "this Lazaret was built without the filter of port 25 for XDP");
	fail_hint(fail,
		"build it where clang, bpftool and libbpf-dev are installed; nf_tables does the "
		"same");
	return NULL;
}

struct xdpcontain *
xdpcontain_close(struct xdpcontain *contain)
{
	return NULL;
}

bool
xdpcontain_is_taken(const struct xdpcontain *contain)
{
	return false;
}

int
xdpcontain_set(
	struct xdpcontain *contain, const struct ruleset_settings *settings, struct fail *fail)
{
	return -ENOTSUP;
}

int
xdpcontain_apply(
	struct xdpcontain *contain, struct nftsocket_order *orders, size_t count, struct fail *fail)
{
	return -ENOTSUP;
}

int64_t
xdpcontain_replace(struct xdpcontain *contain, uint32_t sets, nftsocket_next next, void *context,
	struct fail *fail)
{
	return -ENOTSUP;
}

int
xdpcontain_begin(struct xdpcontain *contain, uint32_t sets, struct fail *fail)
{
	return -ENOTSUP;
}

void
xdpcontain_give(struct xdpcontain *contain, const struct element *element)
{
}

int64_t
xdpcontain_show(struct xdpcontain *contain, struct fail *fail)
{
	return -ENOTSUP;
}

void
xdpcontain_give_up(struct xdpcontain *contain)
{
}

int
xdpcontain_find(struct xdpcontain *contain, enum lineset set, const struct address *address)
{
	return -ENOENT;
}

int
xdpcontain_counters(const struct xdpcontain *contain, uint64_t packets[XDPCONTAIN_COUNTERS],
	uint64_t bytes[XDPCONTAIN_COUNTERS])
{
	return -ENOTSUP;
}

int
xdpcontain_attach(
	struct xdpcontain *contain, const char *interface, enum xdp_mode mode, struct fail *fail)
{
	return -ENOTSUP;
}

int
xdpcontain_standing(const struct xdpcontain *contain, const char *interface)
{
	return 0;
}

int
xdpcontain_leave(struct xdpcontain *contain, const char *const *interfaces, size_t count)
{
	return -ENOTSUP;
}

int
xdpcontain_remove(const char *folder, struct fail *fail)
{
	return 0;
}

int
xdpcontain_program_fd(const struct xdpcontain *contain)
{
	return -1;
}
