/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/containopening.h"

#include "base/text.h"
#include "runtime/event.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* More messages than wait in a socket. */
#define WAITING_MOST 65536

_Static_assert((int)GATERULES_RENEW == (int)RULESET_RENEW &&
		(int)GATERULES_HOWS == (int)RULESET_HOWS && GATE_RULES_TEXT == RULESET_TEXT &&
		GATERULES_PREFIXES == RULESET_PREFIXES && GATERULES_NETWORK == LINES_PREFIXES_MOST,
	"what is written is what is read");

int
containopening_begin(struct containopening *opening, struct fail *fail)
{
	size_t size = sizeof(struct gaterules);
	void *memory = MAP_FAILED;
	int ends[2] = {-1, -1}, r = 0;

	*opening = CONTAINOPENING_NONE;
	opening->memory = memfd_create("lazaret-rules", MFD_CLOEXEC);
	if (opening->memory < 0 || ftruncate(opening->memory, (off_t)size) < 0 ||
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		r = -errno;
	if (r == 0)
		memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, opening->memory, 0);
	if (r == 0 && memory == MAP_FAILED)
		r = -errno;
	opening->actor = ends[0];
	opening->gate = ends[1];
	if (r < 0) {
		fail_what(fail, "no memory for the rules of containment: %s", strerror(-r));
		containopening_close(opening);
		return r;
	}
	opening->rules = memory;
	/* Whoever writes there has rules of his own loaded. */
	memory_keep(memory, 1, size);
	return 0;
}

void
containopening_close(struct containopening *opening)
{
	const int descriptors[] = {opening->memory, opening->actor, opening->gate};

	if (opening->rules != NULL)
		(void)munmap(opening->rules, sizeof(*opening->rules));
	for (size_t i = 0; i < sizeof(descriptors) / sizeof(*descriptors); i++) {
		if (descriptors[i] >= 0)
			close(descriptors[i]);
	}
	*opening = CONTAINOPENING_NONE;
}

/* The version that is not current, whole. */
static int
write_rules(struct gaterules *rules, uint32_t version, const struct ruleset_settings *settings,
	struct fail *fail)
{
	for (int how = GATERULES_RENEW; how < GATERULES_HOWS; how++) {
		struct buffer text;
		int r;

		buffer_init(&text, RULESET_TEXT);
		r = ruleset_print(settings, (enum ruleset_how)how, &text, fail);
		if (r >= 0) {
			memcpy(rules->text[version][how], text.at, text.length);
			rules->length[version][how] = (uint32_t)text.length;
		}
		buffer_done(&text);
		if (r < 0)
			return r;
	}
	return 0;
}

/* What is only observed is not looked at there, as at ingress (ruleset.h): nf_tables counts it. */
static void
write_filter(struct gaterules_filter *into, const struct contain_settings *settings)
{
	const struct ruleset_settings *rules = &settings->rules;

	*into = (struct gaterules_filter){.interfaces = settings->xdp_count,
		.lines_most = rules->lines_most,
		.exempt_most = rules->exempt_most,
		.stops_lines = rules->lines == RULESET_ENFORCE,
		.stops_policy = rules->policy == RULESET_ENFORCE,
		.is_64 = rules->is_64,
		.is_56 = rules->is_56,
		.is_48 = rules->is_48,
		.residential_count = (uint32_t)rules->residential.count,
		.server_count = (uint32_t)rules->servers.count,
		.protected_count = (uint32_t)rules->protected.count};
	memcpy(into->folder, settings->xdp_folder, sizeof(into->folder));
	memcpy(into->interface, settings->xdp, sizeof(into->interface));
	/* ruleset_print has looked that they are not more. */
	if (into->residential_count > 0)
		memcpy(into->residential, rules->residential.at,
			into->residential_count * sizeof(*into->residential));
	if (into->server_count > 0)
		memcpy(into->server, rules->servers.at, into->server_count * sizeof(*into->server));
	if (into->protected_count > 0)
		memcpy(into->protected, rules->protected.at,
			into->protected_count * sizeof(*into->protected));
}

static void
write_network(struct gaterules_network *into, const struct contain_settings *settings)
{
	must(settings->network_count <= GATERULES_NETWORK);
	into->count = (uint32_t)settings->network_count;
	if (into->count > 0)
		memcpy(into->at, settings->network, into->count * sizeof(*into->at));
}

int
containopening_load(struct containopening *opening, const struct contain_settings *settings,
	struct gateclient *gate, struct fail *fail)
{
	struct gaterules *rules = opening->rules;
	const struct ruleset_settings *wanted = &settings->rules;
	uint32_t next = !rules->current;
	int r = write_rules(rules, next, wanted, fail);

	if (r < 0)
		return r;
	write_filter(&rules->filter[next], settings);
	write_network(&rules->network[next], settings);
	rules->mark[next] = wanted->mark;
	rules->leads[next] = wanted->garden_port != 0;
	rules->most = wanted->lines_most > wanted->quarantine_most ? wanted->lines_most
								   : wanted->quarantine_most;
	__atomic_store_n(&rules->current, next, __ATOMIC_RELEASE);
	return gateclient_rules(gate, fail);
}

/* In the folder of the state: rules may be in the kernel, of this daemon and no other. */
static void
mark_path(const char *state, char into[DAEMON_PATH + 16])
{
	snprintf(into, DAEMON_PATH + 16, "%s/contains", state);
}

int
containopening_note(const char *state, struct fail *fail)
{
	char path[DAEMON_PATH + 16];
	int file;

	mark_path(state, path);
	if (access(path, F_OK) == 0)
		return 0;
	file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (file < 0) {
		int r = -errno;

		fail_where(fail, "%s", path);
		fail_what(fail, "cannot be made: %s", strerror(-r));
		return r;
	}
	close(file);
	return 0;
}

/* By a gate that does nothing else. */
static int
remove_rules(const struct daemon_settings *settings, struct fail *fail)
{
	const struct contain_settings *contain = &settings->contain;
	struct containopening opening;
	struct gateclient gate = {.descriptor = -1};
	int r = containopening_begin(&opening, fail);

	if (r < 0)
		return r;
	opening.rules->removes[0] = 1;
	opening.rules->mark[0] = contain->rules.mark;
	memcpy(opening.rules->filter[0].folder, contain->xdp_folder, sizeof(contain->xdp_folder));
	r = gateclient_start(&gate, settings->gate, false,
		&(struct gateclient_contain){opening.gate, opening.memory}, fail);
	if (r == 0) {
		r = gateclient_rules(&gate, fail);
		gateclient_stop(&gate);
	}
	containopening_close(&opening);
	return r;
}

void
containopening_remove(struct containopening *opening, const struct daemon_settings *settings)
{
	char path[DAEMON_PATH + 16];
	struct fail fail = {0};

	mark_path(settings->state, path);
	if (access(path, F_OK) < 0)
		return;
	if (remove_rules(settings, &fail) == 0) {
		(void)unlink(path);
		return;
	}
	event(EVENT_CONTAIN_OFF, "where=%s text=%s", fail.where, fail.what);
	snprintf(opening->left, sizeof(opening->left), "%s%s%s", fail.what, *fail.hint ? "; " : "",
		fail.hint);
}

void
containopening_bring(
	struct containopening *opening, struct daemon_settings *settings, struct gateclient *gate)
{
	struct contain_settings *contain = &settings->contain;
	struct fail fail = {0};

	contain->is_off = !contain->nftables && *opening->left != '\0';
	memcpy(contain->why, opening->left, sizeof(contain->why));
	/* Rules that could not be removed hold whom they held. */
	if (contain->is_off)
		settings->keep.planning.plan.unheld = 0;
	if (!contain->nftables || containopening_load(opening, contain, gate, &fail) == 0)
		return;
	event(EVENT_CONTAIN_OFF, "where=%s text=%s", fail.where, fail.what);
	contain->is_off = true;
	snprintf(contain->why, sizeof(contain->why), "%s%s%s", fail.what, *fail.hint ? "; " : "",
		fail.hint);
	/* Limits are the guard's. */
	for (unsigned kind = MEASURE_BLOCK25; kind < MEASURE_KINDS; kind++) {
		if (contain_by_routers(contain, (enum measure_kind)kind))
			continue;
		settings->keep.planning.plan.mode[kind] = MEASURE_OBSERVE;
		settings->keep.planning.plan.undone |= (uint8_t)(1U << kind);
	}
}

bool
containopening_is_abused(struct containopening *opening)
{
	uint64_t malformed = opening->malformed;

	if (opening->rules != NULL)
		opening->malformed =
			__atomic_load_n(&opening->rules->told.malformed, __ATOMIC_RELAXED);
	return opening->malformed != malformed;
}

void
containopening_clear(struct containopening *opening)
{
	uint8_t byte;

	if (opening->rules == NULL)
		return;
	for (int i = 0; i < WAITING_MOST; i++) {
		if (recv(opening->gate, &byte, sizeof(byte), MSG_DONTWAIT) < 0)
			break;
	}
	(void)containopening_is_abused(opening);
}

void
containopening_cut_off(struct containopening *opening)
{
	if (opening->gate >= 0)
		close(opening->gate);
	opening->gate = -1;
}

void
containopening_show(const struct containopening *opening, struct duty *duty)
{
	const struct gaterules_told *told = &opening->rules->told;
	const struct {
		enum counter counter;
		const uint64_t *figure;
	} shown[] = {{COUNT_GATE_REFUSED, &told->refused}, {COUNT_GATE_MALFORMED, &told->malformed},
		{COUNT_GATE_FOREIGN, &told->foreign}, {COUNT_GATE_ASTRAY, &told->astray},
		{COUNT_GATE_REPLACED, &told->replaced}, {COUNT_GATE_LOADS, &told->loads},
		{COUNT_GATE_LOADED, &told->loaded_s}, {COUNT_KERNEL_COUNTS, &told->counts},
		{COUNT_KERNEL_BLOCKED, &told->held[LINESET_BLOCK]},
		{COUNT_KERNEL_EXEMPT, &told->held[LINESET_EXEMPT]},
		{COUNT_KERNEL_QUARANTINED, &told->held[LINESET_QUARANTINE]}};

	for (size_t i = 0; i < sizeof(shown) / sizeof(*shown); i++)
		duty_show(duty, shown[i].counter, status_get(shown[i].figure));
}
