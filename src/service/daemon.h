/* daemon - the settings of lazaretd, and its parent process
 *
 * What:    makes the estate, opens sockets, starts keeper, registrar, judges, receivers, guard, garden, portal,
 *          notifier and desk, and watches them (children.h); a reload checks and opens everything new before anything
 *          is replaced; SIGTERM lets receivers and guard end first, then judges (which write snapshots), keeper and
 *          desk.
 * Owns:    settings are the caller's (daemon_load makes them, again at each reload).
 * Limits:  ESTATE_RECEIVERS, ESTATE_JUDGES, DAEMON_LISTEN sockets.
 * Thread:  one process each, one thread a process.
 */
#ifndef LAZARET_SERVICE_DAEMON_H
#define LAZARET_SERVICE_DAEMON_H

#include "action/ruleset.h"
#include "identity/lines.h"
#include "ledger/planning.h"
#include "runtime/gaterules.h"
#include "service/estate.h"
#include "service/gardensettings.h"
#include "service/noticesettings.h"
#include "service/portalsettings.h"
#include "service/registrarsettings.h"
#include "service/relaysettings.h"
#include "service/reportsettings.h"
#include "service/routersettings.h"
#include "source/export/export.h"
#include "verdict/parameters.h"

#define DAEMON_LISTEN 32
#define DAEMON_PATH   512

enum listen_kind { LISTEN_UDP, LISTEN_TCP, LISTEN_PACKETS };

/* Where export or packets come from. */
struct listen {
	enum listen_kind kind;
	struct address address;
	uint16_t port; /* 0: any that is free */
	char interface[16];
};

struct receive_settings {
	struct export_settings export_;
	int64_t join_us;
	size_t join_most;
	size_t buffer_bytes; /* of a socket */
	bool by_records;     /* time is that of the records, as in a recording: for rehearsals */
};

struct keep_settings {
	char ledger[DAEMON_PATH];
	unsigned close_silent_days;
	unsigned forget_days;
	struct planning planning; /* what follows of cases */
};

/* What holds measures here. */
struct contain_settings {
	bool nftables;
	struct ruleset_settings rules;
	struct gate_interface xdp[GATERULES_INTERFACES]; /* where port 25 is stopped by XDP, too */
	uint32_t xdp_count;
	char xdp_folder[GATERULES_FOLDER];
	struct gaterules_prefix *network; /* of the lines; owned */
	size_t network_count;
	struct prefix *prefixes; /* all of the rules; owned */
	/* It was asked for, and the kernel does not take it: nothing is enforced; or it was not, and is there still. */
	bool is_off;
	char why[512];
	const char **interfaces; /* of the rules; owned, with the names behind them */
	struct router_settings routers;
	/* Of the estimate of what was saved. */
	uint32_t tries; /* packets of a connection that is stopped; 0: there is no estimate */
	uint32_t message_bytes; /* that it would have carried */
};

/* Do routers that are told of addresses make measures of that kind hold? */
static inline bool
contain_by_bgp(const struct contain_settings *contain, enum measure_kind kind)
{
	const struct router_settings *routers = &contain->routers;

	return (routers->peers.count > 0 || *routers->exabgp != '\0') &&
		(kind == MEASURE_BLOCK25 ||
			(kind == MEASURE_QUARANTINE && routers->quarantine != ROUTER_NOTHING));
}

/* Do these, or NASes, which know sessions? */
static inline bool
contain_by_routers(const struct contain_settings *contain, enum measure_kind kind)
{
	return contain_by_bgp(contain, kind) ||
		(*contain->routers.radius != '\0' &&
			(kind == MEASURE_BLOCK25 || kind == MEASURE_QUARANTINE));
}

struct judging_settings {
	struct parameters parameters;
	int64_t snapshot_us;
};

struct daemon_settings {
	char state[DAEMON_PATH];   /* folder: lock and snapshots */
	char control[DAEMON_PATH]; /* path of the control socket; empty: none */
	struct listen metrics;     /* TCP; port 0: none */
	struct listen listen[DAEMON_LISTEN];
	size_t listen_count;
	int64_t hangs_us; /* a process that showed no life for so long is replaced */
	struct gate_interface xdp[GATE_INTERFACES]; /* where the filter in the kernel reads */
	uint32_t xdp_count;
	struct estate_settings estate;
	struct receive_settings receive;
	struct judging_settings judging;
	struct keep_settings keep;
	struct relaying_settings relaying;
	struct reporting_settings reporting;
	struct contain_settings contain;
	struct gardening_settings gardening;
	struct portaling_settings portaling;
	struct notifying_settings notifying;
	struct registrar_settings registrar;
	struct prefix *allowed; /* of receive.export_; owned */
	struct lines *lines;    /* prefixes and roles, without a key; owned */
	char operators[64];     /* groups of the control socket; empty: none */
	char viewers[64];
	const char *version;
	char gate[DAEMON_PATH]; /* the program lazaret-gate */
};

/* Reads the configuration anew: 0, or a negative value with fail filled. */
typedef int (*daemon_load)(void *context, struct daemon_settings *ret, struct fail *fail);

struct daemon_hooks {
	daemon_load load;
	/* Called once when all is running. listening: "udp:127.0.0.1:2055", one a line. */
	void (*ready)(void *context, const struct daemon_settings *settings, const char *listening);
	void *context;
};

/* Runs until SIGTERM or SIGINT: 0, or -errno with fail filled if it could not begin. */
int daemon_run(const struct daemon_hooks *hooks, struct fail *fail) MUST_USE;

void daemon_settings_done(struct daemon_settings *settings);

#endif
