/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/daemonsettings.h"

#include "program/containoptions.h"
#include "program/gardenoptions.h"
#include "program/identityoptions.h"
#include "program/installed.h"
#include "program/noticeoptions.h"
#include "program/portaloptions.h"
#include "program/relayoptions.h"
#include "program/reportoptions.h"
#include "program/settings.h"
#include "program/xdpoptions.h"
#include "runtime/endpoint.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Verdicts that wait for the keeper: as long as a full disk may last before judges wait, too. */
#define VERDICTS_MOST 8192
#define JOIN_MOST     (1UL << 18)

/* "$VARIABLE/NAME" if the variable is an absolute path. */
static bool
below(const char *variable, const char *name, char into[DAEMON_PATH])
{
	const char *folder = getenv(variable);

	return folder != NULL && *folder == '/' &&
		snprintf(into, DAEMON_PATH, "%s%s", folder, name) < DAEMON_PATH;
}

int
daemonsettings_state(const struct config *config, char into[DAEMON_PATH], struct fail *fail)
{
	const char *configured = config_string(config, "daemon.state");

	if (*configured) {
		snprintf(into, DAEMON_PATH, "%s", configured);
		return 0;
	}
	if (below("STATE_DIRECTORY", "", into) || below("XDG_STATE_HOME", "/lazaret", into))
		return 0;
	if (geteuid() == 0) {
		snprintf(into, DAEMON_PATH, "/var/lib/lazaret");
		return 0;
	}
	if (below("HOME", "/.local/state/lazaret", into))
		return 0;
	fail_what(fail, "there is no home folder for the daemon's files");
	fail_hint(fail, "name a folder with daemon.state");
	return -ENOENT;
}

int
daemonsettings_try_file(const char *path, struct fail *fail)
{
	struct stat is;

	if (stat(path, &is) < 0 || !S_ISFIFO(is.st_mode))
		return 0;
	fail_where(fail, "%s", path);
	fail_what(fail, "is a pipe, which a daemon cannot read again");
	fail_hint(fail, "give it a file");
	return -EINVAL;
}

int
daemonsettings_control(const struct config *config, char into[DAEMON_PATH])
{
	const char *configured = config_string(config, "control.path");
	char state[DAEMON_PATH];
	struct fail fail;
	int n;

	if (*configured) {
		snprintf(into, DAEMON_PATH, "%s", configured);
		return 0;
	}
	if (below("RUNTIME_DIRECTORY", "/control", into))
		return 0;
	if (geteuid() == 0) {
		snprintf(into, DAEMON_PATH, "/run/lazaret/control");
		return 0;
	}
	if (below("XDG_RUNTIME_DIR", "/lazaret/control", into))
		return 0;
	if (daemonsettings_state(config, state, &fail) < 0)
		return -ENOENT;
	n = snprintf(into, DAEMON_PATH, "%s/control", state);
	return n < DAEMON_PATH ? 0 : -ENAMETOOLONG;
}

static int
parse_listen(struct text word, struct listen *ret, struct fail *fail)
{
	struct text rest = word, kind = text_cut(&rest, ':');

	*ret = (struct listen){.kind = LISTEN_UDP};
	if (text_is(kind, "packets")) {
		ret->kind = LISTEN_PACKETS;
		if (rest.length > 0 && rest.length < sizeof(ret->interface)) {
			memcpy(ret->interface, rest.at, rest.length);
			return 0;
		}
	} else if (text_is(kind, "udp") || text_is(kind, "tcp")) {
		ret->kind = text_is(kind, "udp") ? LISTEN_UDP : LISTEN_TCP;
		if (endpoint_parse(rest, 0, &ret->address, &ret->port, NULL) == 0)
			return 0;
	}
	fail_where(fail, "receive.listen");
	fail_what(fail, "\"%.*s\" is no place to listen at", (int)word.length, word.at);
	fail_hint(fail,
		"expected udp:192.0.2.1:2055, udp:[2001:db8::1]:4739, "
		"tcp:192.0.2.1:4739 or "
		"packets:eth0");
	return -EINVAL;
}

static int
take_listen(const struct config *config, struct daemon_settings *settings, struct fail *fail)
{
	struct text rest = text_of(config_string(config, "receive.listen"));
	int r;

	while (rest.length > 0) {
		struct text word = text_cut(&rest, ' ');

		if (word.length == 0)
			continue;
		if (settings->listen_count == DAEMON_LISTEN) {
			fail_where(fail, "receive.listen");
			fail_what(fail, "more than %d places to listen at", DAEMON_LISTEN);
			return -E2BIG;
		}
		r = parse_listen(word, &settings->listen[settings->listen_count++], fail);
		if (r < 0)
			return r;
	}
	return 0;
}

static int
take_filter(const struct config *config, struct daemon_settings *settings, struct fail *fail)
{
	int r = xdpoptions(config, "receive.xdp", settings->xdp, GATE_INTERFACES, fail);

	settings->xdp_count = r < 0 ? 0 : (uint32_t)r;
	return r < 0 ? r : 0;
}

static int
take_metrics(const struct config *config, struct daemon_settings *settings, struct fail *fail)
{
	const char *metrics = config_string(config, "metrics.listen");
	struct listen *at = &settings->metrics;

	*at = (struct listen){.kind = LISTEN_TCP};
	if (*metrics == '\0' ||
		endpoint_parse(text_of(metrics), 1, &at->address, &at->port, fail) == 0)
		return 0;
	fail_where(fail, "metrics.listen");
	return -EINVAL;
}

/* Copied: the configuration does not outlive the settings. */
static void
take_allowed(const struct config *config, struct daemon_settings *settings)
{
	const struct prefix *prefixes;
	size_t count = config_prefixes(config, "receive.allow", &prefixes);

	settings->allowed = xcalloc(count + 1, sizeof(*settings->allowed));
	if (count > 0)
		memcpy(settings->allowed, prefixes, count * sizeof(*prefixes));
	settings->receive.export_.allowed = settings->allowed;
	settings->receive.export_.allowed_count = count;
}

static void
take_numbers(const struct config *config, struct daemon_settings *settings)
{
	struct receive_settings *receive = &settings->receive;

	settings->estate = (struct estate_settings){
		.receivers = (uint32_t)config_number(config, "daemon.receivers"),
		.judges = (uint32_t)config_number(config, "daemon.judges"),
		.sightings_most = (size_t)config_number(config, "daemon.waiting-most"),
		.names_most = (size_t)config_number(config, "daemon.names-most"),
		.verdicts_most = VERDICTS_MOST,
	};
	receive->export_ = EXPORT_DEFAULTS;
	take_allowed(config, settings);
	receive->export_.sampling = (uint32_t)config_number(config, "receive.sampling");
	receive->export_.sessions_most = (size_t)config_number(config, "receive.sessions-most");
	receive->join_us = settings_microseconds(config, "receive.join");
	receive->join_most = JOIN_MOST;
	receive->buffer_bytes = (size_t)config_number(config, "receive.buffer");
	receive->by_records = text_is(config_choice(config, "receive.clock"), "records");
	settings->hangs_us = settings_microseconds(config, "daemon.hangs");
	settings->judging.snapshot_us = settings_microseconds(config, "daemon.snapshot");
	settings->keep.close_silent_days =
		(unsigned)(config_number(config, "ledger.retention-open") / 86400);
	settings->keep.forget_days =
		(unsigned)(config_number(config, "ledger.retention-cases") / 86400);
	containoptions(config, &settings->keep.planning);
}

/* The guard's own mode says how far limits go where nothing else is said; and while it only observes nothing is
 * done. */
static void
take_limit(const struct config *config, struct daemon_settings *settings)
{
	uint8_t *mode = &settings->keep.planning.plan.mode[MEASURE_LIMIT];

	if (settings->relaying.place_count == 0)
		return;
	if (settings->relaying.relay.is_shadow)
		*mode = MEASURE_OBSERVE;
	else if (!config_is_set(config, "contain.limit"))
		*mode = MEASURE_ENFORCE;
}

/* What is leased has a line only where somebody says whose it is. */
static int
check_leased(const struct config *config, const struct daemon_settings *settings, struct fail *fail)
{
	if (!lines_has_leased(settings->lines) || registrar_is_wanted(&settings->registrar) ||
		settings->registrar.map_count > 0)
		return 0;
	fail_where(fail, "%s", config_string(config, "network.table"));
	fail_what(fail, "prefixes are leased, and nothing says to whom");
	fail_hint(fail, "see identity.accounting, identity.sources and identity.cgnat");
	return -EINVAL;
}

/* NASes are asked about sessions, which accounting alone tells. */
static int
check_accounting(const struct daemon_settings *settings, struct fail *fail)
{
	const struct registrar_settings *registrar = &settings->registrar;
	bool has_accounting = registrar->place_count > 0;

	for (size_t i = 0; i < registrar->source_count; i++)
		has_accounting = has_accounting || registrar->source[i].format == REGISTRAR_DETAIL;
	if (*settings->contain.routers.radius == '\0' || has_accounting)
		return 0;
	fail_where(fail, "contain.radius-nas");
	fail_what(fail, "needs accounting: nothing says which session a line has, and where");
	fail_hint(fail, "set identity.accounting, or name a detail file in identity.sources");
	return -EINVAL;
}

static int
take_lines(const struct config *config, struct daemon_settings *settings, struct fail *fail)
{
	struct lines_settings lines = LINES_DEFAULTS;
	int r = daemonsettings_try_file(config_string(config, "network.table"), fail);

	if (r < 0)
		return r;

	lines.names_most = 0;
	settings_lines(config, &lines);
	settings->lines = lines_new(&lines);
	r = settings_table(config, settings->lines, fail);
	if (r >= 0)
		r = settings_inside(config, settings->lines, fail);
	return r < 0 ? r : check_leased(config, settings, fail);
}

static int
take_paths(const struct config *config, struct daemon_settings *ret, struct fail *fail)
{
	const char *ledger = config_string(config, "ledger.path");
	int r, n;

	r = daemonsettings_state(config, ret->state, fail);
	if (r < 0)
		return r;
	n = *ledger ? snprintf(ret->keep.ledger, DAEMON_PATH, "%s", ledger)
		    : snprintf(ret->keep.ledger, DAEMON_PATH, "%s/ledger.sqlite", ret->state);
	if (n >= DAEMON_PATH || daemonsettings_control(config, ret->control) < 0) {
		fail_what(fail, "a path is longer than %d bytes", DAEMON_PATH - 1);
		return -ENAMETOOLONG;
	}
	installed_find("lazaret-gate", X_OK, LAZARET_LIBEXEC "/lazaret/lazaret-gate", ret->gate);
	return 0;
}

int
daemonsettings_take(const struct config *config, struct daemon_settings *ret, struct fail *fail)
{
	int r;

	snprintf(ret->operators, sizeof(ret->operators), "%s",
		config_string(config, "control.operators"));
	snprintf(
		ret->viewers, sizeof(ret->viewers), "%s", config_string(config, "control.viewers"));
	ret->version = LAZARET_VERSION;
	take_numbers(config, ret);
	parameters_defaults(&ret->judging.parameters);
	settings_parameters(config, &ret->judging.parameters);
	r = take_listen(config, ret, fail);
	if (r == 0)
		r = take_filter(config, ret, fail);
	if (r == 0)
		r = take_metrics(config, ret, fail);
	if (r == 0)
		r = relayoptions_take(config, &ret->relaying, fail);
	if (r == 0)
		r = gardenoptions(config, &ret->gardening, fail);
	if (r == 0)
		r = portaloptions(config, &ret->gardening, &ret->portaling, fail);
	ret->estate.portals = ret->portaling.place_count > 0;
	if (r == 0)
		r = noticeoptions(config, &ret->gardening, &ret->portaling, &ret->notifying, fail);
	ret->estate.notifiers = *ret->notifying.contacts != '\0';
	if (r == 0)
		r = reportoptions(config, &ret->reporting, fail);
	ret->estate.guards = ret->relaying.place_count > 0 || *ret->reporting.folder != '\0';
	if (r == 0)
		r = identityoptions(config, &ret->registrar, fail);
	ret->estate.registrars = registrar_is_wanted(&ret->registrar);
	ret->estate.leases_tolerance = ret->registrar.tolerance_seconds;
	ret->estate.leases_most = ret->registrar.leases_most;
	if (r == 0)
		r = take_lines(config, ret, fail);
	if (r == 0)
		r = containoptions_rules(config, ret->lines, &ret->gardening, &ret->contain, fail);
	if (r == 0)
		r = containoptions_xdp(config, ret->xdp, ret->xdp_count, &ret->contain, fail);
	if (r == 0)
		r = check_accounting(ret, fail);
	take_limit(config, ret);
	ret->estate.actors = ret->contain.nftables || routers_are_told(&ret->contain.routers);
	return r < 0 ? r
		     : containoptions_check(&ret->keep.planning, &ret->contain, ret->lines,
			       ret->relaying.place_count > 0, fail);
}

void
daemonsettings_relay_alone(struct daemon_settings *settings)
{
	settings->listen_count = settings->xdp_count = 0;
	settings->gardening.port = 0;
	settings->portaling.place_count = 0;
	settings->estate.portals = 0;
	settings->estate.notifiers = 0;
	settings->contain.nftables = false;
	settings->estate.actors = 0;
	for (unsigned kind = MEASURE_BLOCK25; kind < MEASURE_KINDS; kind++)
		settings->keep.planning.plan.mode[kind] = MEASURE_OBSERVE;
	settings->estate.receivers = 0;
	settings->estate.guards = 1;
	relayoptions_usual(&settings->relaying);
}

int
daemonsettings_make(const struct config *config, struct daemon_settings *ret, struct fail *fail)
{
	int r;

	*ret = (struct daemon_settings){.listen_count = 0};
	r = take_paths(config, ret, fail);
	return r < 0 ? r : daemonsettings_take(config, ret, fail);
}
