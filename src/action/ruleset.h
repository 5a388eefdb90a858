/* ruleset - the rules of containment, as text for `nft -f -`
 *
 * What:    settings become the table `inet lazaret`, loaded in one transaction. Its chains only ever take away: what
 *          they let pass goes on to whatever other rules there are. Lines come and go as elements of its sets
 *          (lineset.h), never by text.
 *
 *          Port 25: hook forward, the ports first, so other traffic pays little.
 *          - A line in a block set reaches no port 25, nor is reached there; the operator's servers are no exception:
 *            a block is ordered for a case, and 587 and 465 stay open (RFC 5068 s4.1).
 *          - The operator's servers pass in both directions, and so do exempt lines.
 *          - Residential prefixes are refused with ICMP administratively prohibited, so that clients fail at once. What
 *            comes from outside to their port 25 is dropped, and so are answers from port 25 of others (a zombie that
 *            sends by another way than it receives).
 *          - Protected destinations are open to all, on port 25 too.
 *          - Addresses are seen before NAT of sources: behind CGNAT elements and prefixes are inner addresses. Nobody
 *            from outside reaches an inner address unless NAT lets him.
 *          - A meter counts each source's new connections to port 25 of others than the operator's servers, stopped or
 *            not. Who is above the rate is put into smtp_over4 or smtp_over6 (as a /64): evidence, nothing is stopped
 *            for it. Each connection above it keeps him there for over_s more.
 *
 *          Quarantine, without connection tracking (TPROXY).
 *          - These pass: protected destinations, the portal, the operator's resolvers (53), mail and mailboxes at the
 *            operator's servers (587, 465, 993, 995), NTP (udp 123), the allow sets, ICMP errors.
 *          - Port 80 goes to the listener, which sees both addresses; where there is none it is refused like the rest.
 *            443 is reset at once, udp 443 refused, 25 dropped, all else refused as administratively prohibited.
 *          - What goes to the router itself (DHCP, neighbour discovery, IGMP) is not forwarded, and not touched.
 *          - The listener needs IP_TRANSPARENT and, outside the rules, a way for the mark:
 *              ip rule add fwmark MARK lookup T; ip route add local default dev lo table T   (the same with -6)
 *            and on ports of a bridge net.bridge.bridge-nf-call-iptables = 0.
 *          - An element's timeout is the kernel's: nobody is held longer, even if all else is dead.
 *
 *          Ingress, an option: what port 25 stops is dropped as it comes in at these interfaces, before routing and
 *          without ICMP, so clients wait; lines in block sets are not metered then. The interface must carry IP, not
 *          PPPoE. Linux 6.18 takes one that is not there and waits for it; older kernels may refuse it, and forget the
 *          chain when it goes. The other chains still stop all. What is only observed is not looked at there.
 *
 *          Each counter says what was stopped: packets and bytes. In `observe` the same rules count and nothing is
 *          stopped; of port 25 the first packet of each connection, as no other would have come. Blocked lines,
 *          the policy for all and quarantine have each their own mode.
 *
 *          A reload. RULESET_RENEW keeps the table, its sets with all elements and its counters, and replaces all
 *          rules: no line is free for a moment, and none is held that was not. It is for other prefixes, modes, rates.
 *          RULESET_REPLACE removes the table and makes a new one. There is no moment without the rules of this text,
 *          but ALL ELEMENTS ARE GONE (blocks, exemptions, quarantine, allow sets, meter) and counters begin at 0, until
 *          the gate has filled the sets (nftsocket_replace): meanwhile exempt lines are stopped, quarantined ones free.
 *          It is for the first start, and for other sizes, lengths of lines or over_s, as a set keeps the buckets that
 *          it was made with. There, where there is no table yet, and where a table of another release has sets of
 *          another kind, RENEW fails as a whole and changes nothing; REPLACE works wherever it is.
 * Owns:    nothing; prefixes stay the caller's.
 * Limits:  RULESET_PREFIXES a list, RULESET_INTERFACES. No prefix of length 0. A prefix inside another one of its list
 *          is left out. RULESET_TEXT bytes. Linux 5.10, nft 1.0.
 *          Sets have sizes, at which the kernel refuses more elements (-ENFILE); a full meter meters no further lines.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_ACTION_RULESET_H
#define LAZARET_ACTION_RULESET_H

#include "action/lineset.h"
#include "base/text.h"

#define RULESET_PREFIXES   4096
#define RULESET_INTERFACES 64
#define RULESET_TEXT       (8 << 20)
/* IFNAMSIZ without the end. */
#define RULESET_INTERFACE 15

enum ruleset_mode {
	RULESET_OFF, /* no rules for it; its sets are there */
	RULESET_OBSERVE,
	RULESET_ENFORCE,
	RULESET_MODES
};

enum ruleset_how { RULESET_RENEW, RULESET_REPLACE, RULESET_HOWS };

struct ruleset_prefixes {
	const struct prefix *at;
	size_t count;
};

struct ruleset_settings {
	enum ruleset_mode lines;  /* of lines in block sets: port 25 */
	enum ruleset_mode policy; /* of all residential lines: port 25 */
	enum ruleset_mode quarantine;

	struct ruleset_prefixes residential; /* lines of role residential */
	struct ruleset_prefixes inside;      /* whose sources are metered; none: residential */
	struct ruleset_prefixes servers;     /* the operator's, for client traffic */
	struct ruleset_prefixes resolvers;
	struct ruleset_prefixes portal;
	struct ruleset_prefixes protected; /* emergency services, telecare: never cut */

	const char *const *ingress; /* interfaces; none: no ingress hook */
	size_t interfaces;
	uint16_t garden_port; /* of the TPROXY listener; 0: port 80 is refused like all else */
	uint32_t mark;        /* of what goes to it; not 0 where there is a listener */
	bool is_64; /* lengths of IPv6 lines: each costs a look-up a packet, and its sets */
	bool is_56;
	bool is_48;

	/* Sizes of each set, even while it is empty: 8 bytes of the kernel's for each of 4/3 as many, rounded up to a
	 * power of two. So 16 MiB for a block set of a million lines; there are four. Every packet looks into those of
	 * the quarantine: they should be small enough for the processor's cache. Each look-up, and the hook before
	 * routing, costs a forwarded packet about a tenth; the policy for port 25 alone a twentieth. */
	uint32_t lines_most;
	uint32_t exempt_most;
	uint32_t quarantine_most;
	uint32_t allow_most;
	uint32_t meter_most;

	uint32_t rate;   /* new connections a minute above which a source is over; 0: no meter */
	uint32_t burst;  /* so many more at once */
	uint32_t over_s; /* how long a source stays in smtp_over */
};

/* All that is needed, with nothing to contain: observe, sizes of a million lines and 8,192 quarantined ones. */
void ruleset_defaults(struct ruleset_settings *settings);

/* -EINVAL: what cannot be, and fail says what; -E2BIG: too much of it. */
int ruleset_check(const struct ruleset_settings *settings, struct fail *fail) MUST_USE;

/* Checks and writes. Nothing that is written comes from the settings' texts unchecked. */
int ruleset_print(const struct ruleset_settings *settings, enum ruleset_how how,
	struct buffer *into, struct fail *fail) MUST_USE;

/* What removes the table and all that it does, whether it is there or not. */
extern const char ruleset_removal[];

/* The named counters. */
enum ruleset_counter {
	RULESET_LINE,  /* port 25 of a line in a block set, both directions */
	RULESET_OUT,   /* residential lines to port 25 outside */
	RULESET_IN,    /* from outside to port 25 of residential lines */
	RULESET_BACK,  /* from port 25 outside to residential lines */
	RULESET_OVER,  /* new connections above the meter's rate; not stopped for that */
	RULESET_Q25,   /* quarantine: port 25 */
	RULESET_QWEB,  /* to the listener, or what would have been */
	RULESET_QTLS,  /* 443 reset */
	RULESET_QQUIC, /* udp 443 refused */
	RULESET_QREST,
	RULESET_COUNTERS
};

extern const char *const ruleset_counters[RULESET_COUNTERS];

#endif
