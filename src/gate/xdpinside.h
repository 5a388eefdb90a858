/* xdpinside - what the files of xdpcontain.h share
 *
 * What:    the filter's maps by their descriptors, names of what is pinned, and how sets are shown.
 * Owns:    what xdpcontain_open opens.
 * Limits:  XDPINSIDE_PATH bytes a path.
 * Thread:  as xdpcontain.h.
 */
#ifndef LAZARET_GATE_XDPINSIDE_H
#define LAZARET_GATE_XDPINSIDE_H

#include "gate/containshare.h"
#include "gate/xdpcontain.h"

#define XDPINSIDE_PATH  512
#define XDPINSIDE_LINK  "link_"
#define XDPINSIDE_BATCH 4096

enum xdpinside_map {
	XDPINSIDE_CONTROL,
	XDPINSIDE_COUNTERS,
	XDPINSIDE_LINES,
	XDPINSIDE_LISTS,
	XDPINSIDE_MAPS
};

extern const char *const xdpinside_names[XDPINSIDE_MAPS];

/* Sets that are being made anew, at the side that packets do not see. */
struct xdpinside_renewal {
	uint32_t sets;
	int map[CONTAIN_SETS];
};

/* Lines on their way into a map. */
struct xdpinside_filling {
	int map;
	uint32_t count;
	struct contain_line line[XDPINSIDE_BATCH];
};

/* A whole content of sets, while it comes. */
struct xdpinside_content {
	struct xdpinside_renewal renewal;
	struct xdpinside_filling *filling; /* one for each set; NULL: none comes */
	int64_t count;
	int failed;
};

struct contain_bpf;

struct xdpcontain {
	struct contain_bpf *skeleton;
	char folder[XDPINSIDE_PATH - 64];
	int map[XDPINSIDE_MAPS];
	int program;
	struct contain_control *control; /* mapped */
	int set[CONTAIN_SETS];           /* what stands; -1: none, of a length that no line has */
	struct xdpinside_content content;
	struct contain_count *counts; /* room for one counter of all processors */
	int processors;
	bool is_taken;
};

/* The path of what is pinned for one side of a set, and for anything else. */
void xdpinside_set_path(
	const struct xdpcontain *contain, unsigned set, unsigned side, char into[XDPINSIDE_PATH]);
void xdpinside_path(const char *folder, const char *name, char into[XDPINSIDE_PATH]);

/* What stands at one side of a set: its number in the kernel; 0: nothing. */
uint32_t xdpinside_id(const struct xdpcontain *contain, unsigned set, unsigned side);

/* A side where the set does not stand is freed. */
void xdpinside_drop(const struct xdpcontain *contain, unsigned set, unsigned side);

int xdpinside_make(const struct xdpcontain *contain, struct xdpinside_renewal *renewal,
	unsigned set, uint32_t most) MUST_USE;
void xdpinside_give_up(const struct xdpcontain *contain, struct xdpinside_renewal *renewal);

/* Shows them, together with these modes and lengths of the word; or gives them up. */
int xdpinside_show(
	struct xdpcontain *contain, struct xdpinside_renewal *renewal, uint64_t settings) MUST_USE;

/* For how many a map has room. */
uint32_t xdpinside_size(int map);

/* All lines of one map into another one. -ENFILE: it has no room. */
int xdpinside_copy(int from, int into) MUST_USE;

#endif
