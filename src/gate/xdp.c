/* SPDX-License-Identifier: BSD-2-Clause */
#include "gate/xdp.h"

#include "source/export/kernelshare.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

/* The one of the two that bpf/meson.build says. */
#include SKELETON

#define LINKS_MOST 16

struct xdp {
	struct export_bpf *skeleton;
	int ring[KERNEL_RINGS];
	unsigned rings;
	int link[LINKS_MOST];
	unsigned links;
};

const char *const xdp_mode_names[XDP_MODE_COUNT] = {
	[XDP_MODE_ANY] = "any", [XDP_MODE_NATIVE] = "native", [XDP_MODE_GENERIC] = "generic"};

/* What libbpf has to say stands in errno, or is the verifier's. */
static int
say_nothing(enum libbpf_print_level level, const char *format, va_list args)
{
	return 0;
}

static int
fill_control(struct xdp *xdp, const struct xdp_settings *settings, struct fail *fail)
{
	struct kernel_control *control;
	uint32_t zero = 0;
	int r;

	if (settings->listeners > KERNEL_LISTENERS) {
		fail_what(fail, "%zu addresses to receive at, expected %d at the most",
			settings->listeners, KERNEL_LISTENERS);
		return -E2BIG;
	}
	control = xcalloc(1, sizeof(*control));
	for (size_t i = 0; i < settings->listeners; i++) {
		const struct xdp_listener *one = &settings->listener[i];
		struct kernel_listener *into = &control->listener[i];

		memcpy(into->address, &one->address, sizeof(into->address));
		into->port = htons(one->port);
		control->ports[one->port / 64] |= UINT64_C(1) << one->port % 64;
	}
	control->listeners = (uint32_t)settings->listeners;
	if (getrandom(control->seed, sizeof(control->seed), 0) != sizeof(control->seed))
		r = -errno;
	else
		r = bpf_map_update_elem(xdp_control_fd(xdp), &zero, control, BPF_ANY);
	if (r < 0)
		fail_what(fail, "the filter in the kernel cannot be set: %s", strerror(-r));
	free(control);
	return r;
}

static int
make_rings(struct xdp *xdp, const struct xdp_settings *settings, struct fail *fail)
{
	int outer = bpf_map__fd(xdp->skeleton->maps.rings);

	if (settings->rings > KERNEL_RINGS) {
		fail_what(fail, "%u rings, expected %d at the most", settings->rings, KERNEL_RINGS);
		return -E2BIG;
	}
	for (uint32_t i = 0; i < settings->rings; i++) {
		int fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "lazaret_ring", 0, 0,
			(uint32_t)settings->ring_bytes, NULL);
		int r = fd;

		if (fd >= 0) {
			xdp->ring[xdp->rings++] = fd;
			r = bpf_map_update_elem(outer, &i, &fd, BPF_ANY);
		}
		if (r < 0) {
			fail_what(fail, "a ring of %zu bytes cannot be made: %s",
				settings->ring_bytes, strerror(-r));
			return r;
		}
	}
	return 0;
}

struct xdp *
xdp_new(struct fail *fail)
{
	struct xdp *xdp = xcalloc(1, sizeof(*xdp));

	libbpf_set_print(say_nothing);
	xdp->skeleton = export_bpf__open_and_load();
	if (xdp->skeleton == NULL) {
		fail_what(fail, "the filter in the kernel cannot be loaded: %s", strerror(errno));
		fail_hint(fail,
			"it needs Linux 5.18 or later with BPF, and CAP_BPF, CAP_PERFMON and "
			"CAP_NET_ADMIN; without --xdp everything works by the socket");
		return xdp_free(xdp);
	}
	return xdp;
}

int
xdp_set(struct xdp *xdp, const struct xdp_settings *settings, struct fail *fail)
{
	int r = fill_control(xdp, settings, fail);

	return r < 0 ? r : make_rings(xdp, settings, fail);
}

struct xdp *
xdp_free(struct xdp *xdp)
{
	if (xdp == NULL)
		return NULL;
	for (unsigned i = 0; i < xdp->links; i++)
		close(xdp->link[i]);
	for (unsigned i = 0; i < xdp->rings; i++)
		close(xdp->ring[i]);
	export_bpf__destroy(xdp->skeleton);
	free(xdp);
	return NULL;
}

static int
link_to(const struct xdp *xdp, unsigned index, enum xdp_mode mode)
{
	struct bpf_link_create_opts options = {.sz = sizeof(options),
		.flags = mode == XDP_MODE_GENERIC ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE};

	return bpf_link_create(xdp_program_fd(xdp), (int)index, BPF_XDP, &options);
}

int
xdp_attach(struct xdp *xdp, const char *interface, enum xdp_mode mode, struct fail *fail)
{
	enum xdp_mode got = mode == XDP_MODE_GENERIC ? XDP_MODE_GENERIC : XDP_MODE_NATIVE;
	unsigned index = if_nametoindex(interface);
	int fd;

	fail_where(fail, "interface %s", interface);
	if (index == 0) {
		fail_what(fail, "there is no such interface");
		return -ENODEV;
	}
	if (xdp->links == LINKS_MOST) {
		fail_what(fail, "the filter is at %d interfaces already", LINKS_MOST);
		return -E2BIG;
	}
	fd = link_to(xdp, index, got);
	/* The reasons are as many as drivers: no native mode, too large an MTU, too few queues. */
	if (fd < 0 && mode == XDP_MODE_ANY && fd != -EBUSY && fd != -EEXIST && fd != -EPERM) {
		got = XDP_MODE_GENERIC;
		fd = link_to(xdp, index, got);
	}
	if (fd < 0) {
		fail_what(fail, "the filter cannot be attached (mode %s): %s", xdp_mode_names[mode],
			strerror(-fd));
		if (fd == -EBUSY || fd == -EEXIST)
			fail_hint(fail, "another XDP program is there: see `ip link show %s`",
				interface);
		else if (mode == XDP_MODE_NATIVE)
			fail_hint(fail, "the driver may not have it: try the mode generic");
		return fd;
	}
	xdp->link[xdp->links++] = fd;
	return (int)got;
}

int
xdp_control_fd(const struct xdp *xdp)
{
	return bpf_map__fd(xdp->skeleton->maps.control);
}

int
xdp_slots_fd(const struct xdp *xdp)
{
	return bpf_map__fd(xdp->skeleton->maps.slots);
}

int
xdp_ring_fd(const struct xdp *xdp, unsigned ring)
{
	return ring < xdp->rings ? xdp->ring[ring] : -1;
}

int
xdp_program_fd(const struct xdp *xdp)
{
	return bpf_program__fd(xdp->skeleton->progs.lazaret_export);
}

int
xdp_link_fd(const struct xdp *xdp, unsigned i)
{
	return i < xdp->links ? xdp->link[i] : -1;
}
