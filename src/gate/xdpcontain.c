/* SPDX-License-Identifier: BSD-2-Clause */
#include "gate/xdpinside.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* The one that bpf/meson.build says. */
#include SKELETON

const char *const xdpinside_names[XDPINSIDE_MAPS] = {[XDPINSIDE_CONTROL] = "control",
	[XDPINSIDE_COUNTERS] = "counters",
	[XDPINSIDE_LINES] = "lines",
	[XDPINSIDE_LISTS] = "lists"};

/* What libbpf has to say stands in errno, or is the verifier's. */
static int
say_nothing(enum libbpf_print_level level, const char *format, va_list args)
{
	return 0;
}

void
xdpinside_path(const char *folder, const char *name, char into[XDPINSIDE_PATH])
{
	snprintf(into, XDPINSIDE_PATH, "%s/%s", folder, name);
}

static struct bpf_map *
map_of(const struct xdpcontain *contain, enum xdpinside_map which)
{
	struct bpf_map *const maps[XDPINSIDE_MAPS] = {
		[XDPINSIDE_CONTROL] = contain->skeleton->maps.control,
		[XDPINSIDE_COUNTERS] = contain->skeleton->maps.counters,
		[XDPINSIDE_LINES] = contain->skeleton->maps.lines,
		[XDPINSIDE_LISTS] = contain->skeleton->maps.lists};

	return maps[which];
}

/* The folder, which must be of the file system that can hold maps. */
static int
open_folder(struct xdpcontain *contain, const char *folder, struct fail *fail)
{
	struct statfs info;

	fail_where(fail, "folder %s", folder);
	if (strlen(folder) >= sizeof(contain->folder)) {
		fail_what(fail, "its name is too long");
		return -ENAMETOOLONG;
	}
	snprintf(contain->folder, sizeof(contain->folder), "%s", folder);
	if ((mkdir(folder, 0700) < 0 && errno != EEXIST) || statfs(folder, &info) < 0) {
		int r = -errno;

		fail_what(fail, "it cannot be made: %s", strerror(-r));
		return r;
	}
	if ((uint32_t)info.f_type != BPF_FS_MAGIC) {
		fail_what(fail, "it is not in a BPF file system");
		fail_hint(fail,
			"a folder in /sys/fs/bpf, which `mount -t bpf bpf /sys/fs/bpf` makes");
		return -ENOTSUP;
	}
	return 0;
}

/* What is pinned, if it is the map that the filter expects. */
static int
take_map(const struct xdpcontain *contain, enum xdpinside_map which)
{
	const struct bpf_map *wanted = map_of(contain, which);
	struct bpf_map_info info = {0};
	uint32_t size = sizeof(info);
	char path[XDPINSIDE_PATH];
	int fd;

	xdpinside_path(contain->folder, xdpinside_names[which], path);
	fd = bpf_obj_get(path);
	if (fd < 0)
		return fd;
	if (bpf_obj_get_info_by_fd(fd, &info, &size) == 0 && info.type == bpf_map__type(wanted) &&
		info.key_size == bpf_map__key_size(wanted) &&
		info.value_size == bpf_map__value_size(wanted) &&
		info.max_entries == bpf_map__max_entries(wanted) &&
		info.map_flags == bpf_map__map_flags(wanted))
		return fd;
	close(fd);
	return -EINVAL;
}

/* Which set stands, by its pin; -1: none. False: the pin is not what stands. */
static bool
take_set(struct xdpcontain *contain, unsigned set)
{
	unsigned side = CONTAIN_SIDE(contain->control->word, set);
	uint32_t id = xdpinside_id(contain, set, side);
	struct bpf_map_info info = {0};
	uint32_t size = sizeof(info);
	char path[XDPINSIDE_PATH];

	/* A process that ended while it filled the other side. */
	xdpinside_drop(contain, set, !side);
	if (id == 0)
		return true;
	xdpinside_set_path(contain, set, side, path);
	contain->set[set] = bpf_obj_get(path);
	return contain->set[set] >= 0 &&
		bpf_obj_get_info_by_fd(contain->set[set], &info, &size) == 0 && info.id == id;
}

static bool
map_control(struct xdpcontain *contain)
{
	void *at = mmap(NULL, sizeof(*contain->control), PROT_READ | PROT_WRITE, MAP_SHARED,
		contain->map[XDPINSIDE_CONTROL], 0);

	contain->control = at == MAP_FAILED ? NULL : at;
	return at != MAP_FAILED;
}

static void
let_go(struct xdpcontain *contain)
{
	for (unsigned i = 0; i < CONTAIN_SETS; i++) {
		if (contain->set[i] >= 0)
			close(contain->set[i]);
		contain->set[i] = -1;
	}
	if (contain->control != NULL)
		munmap(contain->control, sizeof(*contain->control));
	contain->control = NULL;
	for (unsigned i = 0; i < XDPINSIDE_MAPS; i++) {
		if (contain->map[i] >= 0)
			close(contain->map[i]);
		contain->map[i] = -1;
	}
}

/* All that is pinned, or nothing of it. */
static bool
take_over(struct xdpcontain *contain)
{
	bool is_whole = true;

	for (unsigned i = 0; i < XDPINSIDE_MAPS; i++) {
		contain->map[i] = take_map(contain, (enum xdpinside_map)i);
		is_whole = is_whole && contain->map[i] >= 0;
	}
	is_whole = is_whole && map_control(contain) && contain->control->layout == CONTAIN_LAYOUT;
	for (unsigned i = 0; i < CONTAIN_SETS && is_whole; i++)
		is_whole = take_set(contain, i);
	for (unsigned i = 0; i < XDPINSIDE_MAPS && is_whole; i++)
		is_whole = bpf_map__reuse_fd(
				   map_of(contain, (enum xdpinside_map)i), contain->map[i]) == 0;
	if (!is_whole)
		let_go(contain);
	return is_whole;
}

/* New maps in the place of what is pinned. A filter that is attached keeps those that it has. */
static int
pin_new(struct xdpcontain *contain)
{
	char path[XDPINSIDE_PATH];
	int r = 0;

	for (unsigned set = 0; set < CONTAIN_SETS; set++) {
		for (unsigned side = 0; side < 2; side++) {
			xdpinside_set_path(contain, set, side, path);
			(void)unlink(path);
		}
	}
	for (unsigned i = 0; i < XDPINSIDE_MAPS && r == 0; i++) {
		xdpinside_path(contain->folder, xdpinside_names[i], path);
		(void)unlink(path);
		/* The skeleton closes its own. */
		contain->map[i] = dup(bpf_map__fd(map_of(contain, (enum xdpinside_map)i)));
		r = contain->map[i] < 0 ? -errno : bpf_obj_pin(contain->map[i], path);
	}
	return r < 0 || map_control(contain) ? r : -errno;
}

static int
load(struct xdpcontain *contain, struct fail *fail)
{
	int r;

	contain->skeleton = contain_bpf__open();
	r = contain->skeleton == NULL ? -errno : 0;
	contain->is_taken = r == 0 && take_over(contain);
	if (r == 0)
		r = contain_bpf__load(contain->skeleton);
	if (r == 0 && !contain->is_taken)
		r = pin_new(contain);
	contain->processors = r == 0 ? libbpf_num_possible_cpus() : r;
	if (contain->processors < 0) {
		r = contain->processors;
		fail_what(fail, "the filter of port 25 cannot be loaded: %s", strerror(-r));
		fail_hint(fail,
			"it needs Linux 5.18 or later with BPF, and CAP_BPF, CAP_PERFMON and "
			"CAP_NET_ADMIN; without it nf_tables does the same");
		return r;
	}
	contain->program = bpf_program__fd(contain->skeleton->progs.lazaret_contain);
	contain->counts = xcalloc((unsigned long)contain->processors, sizeof(struct contain_count));
	return 0;
}

struct xdpcontain *
xdpcontain_open(const char *folder, struct fail *fail)
{
	struct xdpcontain *contain = xcalloc(1, sizeof(*contain));

	libbpf_set_print(say_nothing);
	for (unsigned i = 0; i < XDPINSIDE_MAPS; i++)
		contain->map[i] = -1;
	for (unsigned i = 0; i < CONTAIN_SETS; i++)
		contain->set[i] = -1;
	if (open_folder(contain, folder, fail) < 0 || load(contain, fail) < 0)
		return xdpcontain_close(contain);
	return contain;
}

struct xdpcontain *
xdpcontain_close(struct xdpcontain *contain)
{
	if (contain == NULL)
		return NULL;
	xdpcontain_give_up(contain);
	let_go(contain);
	contain_bpf__destroy(contain->skeleton);
	free(contain->counts);
	free(contain);
	return NULL;
}

bool
xdpcontain_is_taken(const struct xdpcontain *contain)
{
	return contain->is_taken;
}

int
xdpcontain_counters(const struct xdpcontain *contain, uint64_t packets[XDPCONTAIN_COUNTERS],
	uint64_t bytes[XDPCONTAIN_COUNTERS])
{
	for (uint32_t i = 0; i < XDPCONTAIN_COUNTERS; i++) {
		int r = bpf_map_lookup_elem(contain->map[XDPINSIDE_COUNTERS], &i, contain->counts);

		if (r < 0)
			return r;
		packets[i] = bytes[i] = 0;
		for (int cpu = 0; cpu < contain->processors; cpu++) {
			packets[i] += contain->counts[cpu].packets;
			bytes[i] += contain->counts[cpu].bytes;
		}
	}
	return 0;
}

int
xdpcontain_program_fd(const struct xdpcontain *contain)
{
	return contain->program;
}
