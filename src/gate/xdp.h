/* xdp - the filter of export datagrams in the kernel: loaded, attached, and given back
 *
 * What:    loads bpf/export.bpf.c (what the program needs of files and rights beyond CAP_BPF and CAP_NET_ADMIN is
 *          done then), tells it which addresses and ports are ours, and attaches it to an interface. The maps behind
 *          its descriptors are used by kernel.h (runtime/kernelmap.h maps them); their layout is kernelshare.h. Needs
 *          CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON; once it is there nobody needs any.
 * Owns:    the program, its maps and the link. xdp_free, and the end of the process, detach it; then all
 *          datagrams go by the socket again. A copy of xdp_link_fd elsewhere keeps it attached.
 * Limits:  KERNEL_LISTENERS addresses, KERNEL_RINGS rings; Linux 5.18 or later.
 * Thread:  one at a time.
 */
#ifndef LAZARET_GATE_XDP_H
#define LAZARET_GATE_XDP_H

#include "base/address.h"
#include "base/fail.h"

#include <stddef.h>
#include <stdint.h>

enum xdp_mode {
	XDP_MODE_ANY,    /* native where the driver can */
	XDP_MODE_NATIVE, /* in the driver, before there is a packet buffer */
	XDP_MODE_GENERIC,
	XDP_MODE_COUNT
};

extern const char *const xdp_mode_names[XDP_MODE_COUNT];

/* Where export is received: an address of this machine (all of them for a socket that is bound to
 * none) and a port. */
struct xdp_listener {
	struct address address;
	uint16_t port;
};

struct xdp_settings {
	const struct xdp_listener *listener;
	size_t listeners;
	unsigned rings;    /* one for each receiver */
	size_t ring_bytes; /* a power of two, of whole pages; 4 MiB hold about 30,000 datagrams */
};

struct xdp;

/* Loads; NULL with *fail filled if that is not possible, also where it was left out of the build. */
struct xdp *xdp_new(struct fail *fail);
struct xdp *xdp_free(struct xdp *xdp);

/* Once, before it is attached. */
int xdp_set(struct xdp *xdp, const struct xdp_settings *settings, struct fail *fail) MUST_USE;

/* Attaches to one interface; may be called for several. Returns the mode that it got: XDP_MODE_ANY is native, and
 * generic where the driver does not have it. */
int xdp_attach(
	struct xdp *xdp, const char *interface, enum xdp_mode mode, struct fail *fail) MUST_USE;

/* For the receivers, by a socket of the gate: an array of 1 struct kernel_control, one of KERNEL_SLOTS
 * struct kernel_slot, and the ring of each. All stay the xdp's. */
int xdp_control_fd(const struct xdp *xdp);
int xdp_slots_fd(const struct xdp *xdp);
int xdp_ring_fd(const struct xdp *xdp, unsigned ring);

/* The program itself, and the link of attachment number i, or -1. */
int xdp_program_fd(const struct xdp *xdp);
int xdp_link_fd(const struct xdp *xdp, unsigned i);

#endif
