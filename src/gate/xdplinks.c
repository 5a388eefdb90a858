/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the filter is attached: a link for each interface, pinned, so that it outlives the process. */
#include "gate/xdpinside.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The kernel keeps names with dots for itself, and an interface has no colon. */
static void
link_path(const char *folder, const char *interface, char into[XDPINSIDE_PATH])
{
	char name[IFNAMSIZ + sizeof(XDPINSIDE_LINK)];

	snprintf(name, sizeof(name), XDPINSIDE_LINK "%s", interface);
	for (char *at = name; *at != '\0'; at++)
		*at = *at == '.' ? ':' : *at;
	xdpinside_path(folder, name, into);
}

static int
look_at(int link, struct bpf_link_info *info)
{
	uint32_t size = sizeof(*info);

	memset(info, 0, sizeof(*info));
	return bpf_obj_get_info_by_fd(link, info, &size);
}

static uint32_t
id_of(int program)
{
	struct bpf_prog_info info = {0};
	uint32_t size = sizeof(info);

	return bpf_obj_get_info_by_fd(program, &info, &size) == 0 ? info.id : 0;
}

static enum xdp_mode
mode_at(unsigned index)
{
	struct bpf_xdp_query_opts options = {.sz = sizeof(options)};

	if (bpf_xdp_query((int)index, 0, &options) < 0)
		return XDP_MODE_ANY;
	return options.attach_mode == XDP_ATTACHED_DRV    ? XDP_MODE_NATIVE
		: options.attach_mode == XDP_ATTACHED_SKB ? XDP_MODE_GENERIC
							  : XDP_MODE_ANY;
}

/* At once: what is only unpinned goes a little later, and would be in the way. */
static void
detach(const char *path)
{
	int link = bpf_obj_get(path);

	if (link >= 0) {
		(void)bpf_link_detach(link);
		close(link);
	}
	(void)unlink(path);
}

/* The filter of a process before gives its place to this one. The mode; 0 (XDP_MODE_ANY): there is none that fits. */
static int
take_place(const struct xdpcontain *contain, const char *path, unsigned index, enum xdp_mode mode)
{
	struct bpf_link_info info;
	int link = bpf_obj_get(path), r = XDP_MODE_ANY;

	if (link < 0)
		return XDP_MODE_ANY;
	if (look_at(link, &info) == 0 && info.type == BPF_LINK_TYPE_XDP &&
		info.xdp.ifindex == index) {
		enum xdp_mode present = mode_at(index);

		if ((mode == XDP_MODE_ANY || mode == present) &&
			bpf_link_update(link, contain->program, NULL) == 0)
			r = (int)present;
	}
	close(link);
	return r;
}

static int
link_new(const struct xdpcontain *contain, const char *path, unsigned index, enum xdp_mode mode)
{
	struct bpf_link_create_opts options = {.sz = sizeof(options),
		.flags = mode == XDP_MODE_GENERIC ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE};
	int link = bpf_link_create(contain->program, (int)index, BPF_XDP, &options), r;

	if (link < 0)
		return link;
	r = bpf_obj_pin(link, path);
	if (r < 0)
		(void)bpf_link_detach(link);
	close(link);
	return r;
}

static int
attach_new(const struct xdpcontain *contain, const char *path, unsigned index, enum xdp_mode mode)
{
	enum xdp_mode got = mode == XDP_MODE_GENERIC ? XDP_MODE_GENERIC : XDP_MODE_NATIVE;
	int r = link_new(contain, path, index, got);

	/* The reasons are as many as drivers: no native mode, too few queues. */
	if (r < 0 && mode == XDP_MODE_ANY && r != -EBUSY && r != -EEXIST && r != -EPERM) {
		got = XDP_MODE_GENERIC;
		r = link_new(contain, path, index, got);
	}
	return r < 0 ? r : (int)got;
}

int
xdpcontain_attach(
	struct xdpcontain *contain, const char *interface, enum xdp_mode mode, struct fail *fail)
{
	unsigned index = if_nametoindex(interface);
	char path[XDPINSIDE_PATH];
	int r;

	fail_where(fail, "interface %s", interface);
	if (index == 0) {
		fail_what(fail, "there is no such interface");
		return -ENODEV;
	}
	link_path(contain->folder, interface, path);
	r = take_place(contain, path, index, mode);
	if (r == XDP_MODE_ANY) {
		detach(path);
		r = attach_new(contain, path, index, mode);
	}
	if (r < 0) {
		fail_what(fail, "the filter of port 25 cannot be attached (mode %s): %s",
			xdp_mode_names[mode], strerror(-r));
		if (r == -EBUSY || r == -EEXIST)
			fail_hint(fail, "another XDP program is there: see `ip link show %s`",
				interface);
		else if (mode == XDP_MODE_NATIVE)
			fail_hint(fail, "the driver may not have it: try the mode generic");
		return r;
	}
	/* From here on who comes after may rely on what is pinned. */
	__atomic_store_n(&contain->control->layout, (uint64_t)CONTAIN_LAYOUT, __ATOMIC_SEQ_CST);
	return r;
}

int
xdpcontain_standing(const struct xdpcontain *contain, const char *interface)
{
	unsigned index = if_nametoindex(interface);
	struct bpf_link_info info;
	char path[XDPINSIDE_PATH];
	int link, r;

	link_path(contain->folder, interface, path);
	link = bpf_obj_get(path);
	if (link < 0)
		return 0;
	r = index != 0 && look_at(link, &info) == 0 && info.type == BPF_LINK_TYPE_XDP &&
		info.xdp.ifindex == index && info.prog_id == id_of(contain->program);
	close(link);
	return r;
}

static bool
is_link(const char *name)
{
	return strncmp(name, XDPINSIDE_LINK, sizeof(XDPINSIDE_LINK) - 1) == 0;
}

/* Is it the pin of one of these interfaces? */
static bool
is_kept(const char *folder, const char *path, const char *const *interfaces, size_t count)
{
	char kept[XDPINSIDE_PATH];

	for (size_t i = 0; i < count; i++) {
		link_path(folder, interfaces[i], kept);
		if (strcmp(kept, path) == 0)
			return true;
	}
	return false;
}

int
xdpcontain_leave(struct xdpcontain *contain, const char *const *interfaces, size_t count)
{
	DIR *all = opendir(contain->folder);
	const struct dirent *one;
	char path[XDPINSIDE_PATH];
	int left = 0;

	if (all == NULL)
		return -errno;
	while ((one = readdir(all)) != NULL) {
		xdpinside_path(contain->folder, one->d_name, path);
		if (!is_link(one->d_name) || is_kept(contain->folder, path, interfaces, count))
			continue;
		detach(path);
		if (access(path, F_OK) == 0)
			break;
		left++;
		rewinddir(all);
	}
	closedir(all);
	return one == NULL ? left : -EPERM;
}

/* The links first, so that what they use stands until then. */
static int
remove_all(struct xdpcontain *contain)
{
	char path[XDPINSIDE_PATH];
	int r = xdpcontain_leave(contain, NULL, 0);

	for (unsigned set = 0; set < CONTAIN_SETS && r >= 0; set++) {
		for (unsigned side = 0; side < 2; side++) {
			xdpinside_set_path(contain, set, side, path);
			(void)unlink(path);
		}
	}
	/* The control map last: by it the folder is known as ours. */
	for (int i = XDPINSIDE_MAPS - 1; i >= 0 && r >= 0; i--) {
		xdpinside_path(contain->folder, xdpinside_names[i], path);
		if (unlink(path) < 0 && errno != ENOENT)
			r = -errno;
	}
	if (r >= 0 && rmdir(contain->folder) < 0 && errno != ENOTEMPTY && errno != EBUSY)
		r = -errno;
	return r < 0 ? r : 0;
}

int
xdpcontain_remove(const char *folder, struct fail *fail)
{
	struct xdpcontain contain = {.skeleton = NULL};
	char path[XDPINSIDE_PATH];
	int r = 0;

	snprintf(contain.folder, sizeof(contain.folder), "%s", folder);
	xdpinside_path(contain.folder, xdpinside_names[XDPINSIDE_CONTROL], path);
	if (access(path, F_OK) == 0)
		r = remove_all(&contain);
	else if (errno != ENOENT)
		r = -errno;
	if (r < 0) {
		fail_where(fail, "folder %s", folder);
		fail_what(fail, "the filter of port 25 cannot be removed: %s", strerror(-r));
	}
	return r;
}
