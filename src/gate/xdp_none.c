/* SPDX-License-Identifier: BSD-2-Clause */
/* In place of xdp.c where the build had no clang, bpftool or libbpf: says so. */
#include "gate/xdp.h"

#include <errno.h>

const char *const xdp_mode_names[XDP_MODE_COUNT] = {
	[XDP_MODE_ANY] = "any", [XDP_MODE_NATIVE] = "native", [XDP_MODE_GENERIC] = "generic"};

struct xdp *
xdp_new(struct fail *fail)
{
	fail_what(fail, "this Lazaret was built without the filter in the kernel (--xdp)");
	fail_hint(fail,
		"build it where clang, bpftool and libbpf-dev are installed; without --xdp "
		"everything works by the socket");
	return NULL;
}

struct xdp *
xdp_free(struct xdp *xdp)
{
	return NULL;
}

int
xdp_set(struct xdp *xdp, const struct xdp_settings *settings, struct fail *fail)
{
	return -ENOTSUP;
}

int
xdp_attach(struct xdp *xdp, const char *interface, enum xdp_mode mode, struct fail *fail)
{
	return -ENOTSUP;
}

int
xdp_control_fd(const struct xdp *xdp)
{
	return -1;
}

int
xdp_slots_fd(const struct xdp *xdp)
{
	return -1;
}

int
xdp_ring_fd(const struct xdp *xdp, unsigned ring)
{
	return -1;
}

int
xdp_program_fd(const struct xdp *xdp)
{
	return -1;
}

int
xdp_link_fd(const struct xdp *xdp, unsigned i)
{
	return -1;
}
