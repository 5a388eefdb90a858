/* xdpcontain - port 25 stopped in the driver: the filter of bpf/contain.bpf.c, its sets, and where it is attached
 *
 * What:    what ruleset.h does with port 25 at ingress, with the same order, counters and modes, done by XDP before
 *          there is a packet buffer. Only tcp from and to port 25: meter and quarantine stay with nf_tables, whose
 *          rules should stand behind it, since what the filter does not understand passes.
 *
 *          It outlives the process. Filter, sets and counters are pinned in a folder of a BPF file system, each
 *          attachment as link_INTERFACE (a dot of its name as a colon). Who opens the folder again takes over what is
 *          pinned, with all lines, and the filter goes on meanwhile. Of another layout, or not whole, it is made anew;
 *          then xdpcontain_is_taken is false, and the sets should be filled before it is attached. At interfaces where
 *          the older filter is, the newer one takes its place between two packets.
 *
 *          The order: xdpcontain_open, xdpcontain_set, xdpcontain_replace or _apply, xdpcontain_attach for each
 *          interface, xdpcontain_leave for all others. xdpcontain_set again for a reload.
 *          Orders may be given again and again, as in nftsocket.h, and are of the same type. Those for sets that are
 *          not here (quarantine, allow) are passed over, so both can be given the same ones.
 * Owns:    the filter's descriptors, not what is pinned: xdpcontain_close leaves all that in force.
 * Limits:  the sizes of the settings, at which the kernel refuses more lines (-ENFILE); RULESET_PREFIXES a list.
 *          96 bytes of the kernel's a line, and 16 for each that the set could have, rounded up to a power of two.
 *          Ethernet, two tags, four headers of IPv6; no PPPoE; parts of what was fragmented pass, but the first.
 *          One XDP program an interface: not where --xdp or another one is. One process a folder.
 *          Linux 5.18. CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN, and the folder must be writable, for all of it, as long
 *          as sets are to change.
 * Thread:  one at a time.
 */
#ifndef LAZARET_GATE_XDPCONTAIN_H
#define LAZARET_GATE_XDPCONTAIN_H

#include "action/ruleset.h"
#include "gate/nftsocket.h"
#include "gate/xdp.h"

/* The first of enum ruleset_counter: line, out, in, back. */
#define XDPCONTAIN_COUNTERS 4

struct xdpcontain;

/* Loads, and takes over what is pinned in the folder, which is made if only it is missing. Nothing changes for packets.
 * NULL with *fail filled if that is not possible, also where it was left out of the build. */
struct xdpcontain *xdpcontain_open(const char *folder, struct fail *fail);
struct xdpcontain *xdpcontain_close(struct xdpcontain *contain);

/* Did it find a filter's sets of a process before, with all lines? */
bool xdpcontain_is_taken(const struct xdpcontain *contain);

/* Of these: port25, residential, servers, protected, is_64 and so on, lines_most, exempt_most. All in one moment; lines
 * stay, also in sets of another size. -ENFILE: they do not fit; then nothing has changed. */
int xdpcontain_set(struct xdpcontain *contain, const struct ruleset_settings *settings,
	struct fail *fail) MUST_USE;

/* One after the other; results as in nftsocket.h. Up to the first that fails all is done, and it may be given again. */
int xdpcontain_apply(struct xdpcontain *contain, struct nftsocket_order *orders, size_t count,
	struct fail *fail) MUST_USE;

/* The whole content of sets (bit 1 << enum lineset), shown to packets in one moment. How many elements. */
int64_t xdpcontain_replace(struct xdpcontain *contain, uint32_t sets, nftsocket_next next,
	void *context, struct fail *fail) MUST_USE;

/* The same where the elements come by the next of nftsocket_replace, so that one stream fills both: begun before it,
 * given one by one (what cannot be is told at the end), and shown or given up afterwards. One content at a time; no
 * xdpcontain_set meanwhile. */
int xdpcontain_begin(struct xdpcontain *contain, uint32_t sets, struct fail *fail) MUST_USE;
void xdpcontain_give(struct xdpcontain *contain, const struct element *element);
int64_t xdpcontain_show(struct xdpcontain *contain, struct fail *fail) MUST_USE;
void xdpcontain_give_up(struct xdpcontain *contain);

/* 1: it is there, 0: it is not; -ENOENT: there is no such set here. */
int xdpcontain_find(
	struct xdpcontain *contain, enum lineset set, const struct address *address) MUST_USE;

/* Since the folder was new. What would have been stopped in observe counts, too. */
int xdpcontain_counters(const struct xdpcontain *contain, uint64_t packets[XDPCONTAIN_COUNTERS],
	uint64_t bytes[XDPCONTAIN_COUNTERS]) MUST_USE;

/* Attaches, or takes the place of an older filter of ours. Returns the mode that it got: XDP_MODE_ANY is native, and
 * generic where the driver does not have it. Where it was attached in a mode that is not wanted any more there is a
 * moment without it. */
int xdpcontain_attach(struct xdpcontain *contain, const char *interface, enum xdp_mode mode,
	struct fail *fail) MUST_USE;

/* Is this filter still attached there? 1 or 0. If not: attach it again, as often as need be. */
int xdpcontain_standing(const struct xdpcontain *contain, const char *interface) MUST_USE;

/* Detaches at all interfaces but these; at how many. */
int xdpcontain_leave(
	struct xdpcontain *contain, const char *const *interfaces, size_t count) MUST_USE;

/* Detaches everywhere and removes all that is pinned, and the folder if nothing else is in it. 0, also where there was
 * nothing. */
int xdpcontain_remove(const char *folder, struct fail *fail) MUST_USE;

int xdpcontain_program_fd(const struct xdpcontain *contain);

#endif
