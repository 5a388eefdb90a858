/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/registry.h"

#include <errno.h>

const char *const registry_client_names[REGISTRY_CLIENTS] = {
	[REGISTRY_HARDWARE] = "hardware",
	[REGISTRY_CLIENT] = "client",
	[REGISTRY_CIRCUIT] = "circuit",
};

void
registry_init(struct registry *registry, const struct registry_settings *settings,
	struct leases *leases, struct linetable *names, struct linetable *sessions)
{
	*registry = (struct registry){
		.settings = *settings, .leases = leases, .names = names, .sessions = sessions};
}

/* The pseudonym of who is called so, whose name is kept; 0: nobody is. */
static uint64_t
line_of(struct registry *registry, struct text name)
{
	struct linewho who;
	uint64_t pseudonym;

	if (linewho_make(&who, name, &registry->settings.key) < 0)
		return 0;
	pseudonym = linewho_pseudonym(&who, &registry->settings.key);
	(void)linetable_put(registry->names, pseudonym, &who, registry->now);
	return pseudonym;
}

static uint64_t
hash_of_nas(const struct registry *registry, const struct accounting_event *event)
{
	char bytes[1 + 16 + 253] = {'n'};
	size_t length = event->nas_identifier.length;

	length = length < 253 ? length : 253;
	memcpy(bytes + 1, event->nas.byte, 16);
	if (length > 0)
		memcpy(bytes + 17, event->nas_identifier.at, length);
	return hash_keyed(&registry->settings.key, bytes, 17 + length) | 1;
}

static uint64_t
hash_of_session(const struct registry *registry, uint64_t nas, struct text session)
{
	char bytes[1 + 8 + 253] = {'s'};
	size_t length = session.length < 253 ? session.length : 253;

	memcpy(bytes + 1, &nas, 8);
	if (length > 0)
		memcpy(bytes + 9, session.at, length);
	return hash_keyed(&registry->settings.key, bytes, 9 + length) | 1;
}

static struct line_name
name_of(const struct prefix *prefix)
{
	return (struct line_name){.address = address_mask(&prefix->address, prefix->length),
		.length = prefix->length};
}

static struct wall
later(struct wall at, unsigned seconds)
{
	return (struct wall){at.us + seconds * WALL_SECOND};
}

static void
keep_session(struct registry *registry, uint64_t line, const struct accounting_event *event)
{
	struct session_of_line session = {.nas = event->nas, .begun = event->time};

	for (size_t i = 0; i < event->held_count; i++) {
		const struct accounting_held *held = &event->held[i];

		if (held->from == ACCOUNTING_IPV4)
			session.framed = held->prefix.address;
		else if (held->from == ACCOUNTING_DELEGATED ||
			(held->from == ACCOUNTING_PREFIX && session.prefix.length == 0))
			session.prefix = held->prefix;
	}
	if (sessions_set(registry->sessions, line, &session, event->session, event->user,
		    registry->now) < 0)
		registry->counts.sessions_long++;
}

/* A Stop may name no address, or not all. */
static void
end_session(
	struct registry *registry, const struct lease *lease, const struct accounting_event *event)
{
	struct lease_held held;

	if (leasefind_held(registry->leases, lease->line.pseudonym, registry->now, &held, 1) > 0)
		(void)leases_stop_session(
			registry->leases, lease->line.pseudonym, lease->session, event->time);
	sessions_end(registry->sessions, lease->line.pseudonym, event->session);
}

void
registry_event(struct registry *registry, const struct accounting_event *event)
{
	uint64_t nas = hash_of_nas(registry, event);
	struct lease lease = {.nas = nas};
	struct wall until = later(event->time, registry->settings.session_seconds);

	registry->counts.events++;
	if (event->kind == ACCOUNTING_ON || event->kind == ACCOUNTING_OFF) {
		registry->counts.restarts++;
		leases_forget_nas(registry->leases, nas, event->time);
		return;
	}
	lease.line.pseudonym = line_of(registry, event->line);
	if (lease.line.pseudonym == 0) {
		registry->counts.unnamed++;
		return;
	}
	lease.session = hash_of_session(registry, nas, event->session);
	for (size_t i = 0; i < event->held_count; i++) {
		lease.name = name_of(&event->held[i].prefix);
		/* What cannot be taken is counted there. */
		if (event->kind == ACCOUNTING_START)
			(void)leases_start(registry->leases, &lease, event->time, until);
		else if (event->kind == ACCOUNTING_INTERIM)
			(void)leases_interim(registry->leases, &lease, event->time, until);
		else
			(void)leases_stop(registry->leases, &lease, event->time,
				event->has_begun ? event->begun : (struct wall){0});
	}
	if (event->kind == ACCOUNTING_STOP)
		end_session(registry, &lease, event);
	else
		keep_session(registry, lease.line.pseudonym, event);
}

uint64_t
registry_client(struct registry *registry, const struct leasefile_entry *entry)
{
	switch (registry->settings.client) {
	case REGISTRY_HARDWARE:
		return line_of(
			registry, entry->hardware.length > 0 ? entry->hardware : entry->client);
	case REGISTRY_CLIENT:
		return line_of(
			registry, entry->client.length > 0 ? entry->client : entry->hardware);
	case REGISTRY_CIRCUIT:
		return line_of(registry, entry->circuit);
	case REGISTRY_CLIENTS:
		break;
	}
	return 0;
}

void
registry_entry(struct registry *registry, const struct leasefile_entry *entry, struct wall at,
	uint64_t source)
{
	struct lease lease = {.name = entry->name, .nas = source, .line = {.role = entry->role}};
	struct wall when = entry->at.us != 0 ? entry->at : at, until = entry->until;

	registry->counts.entries++;
	lease.line.pseudonym = registry_client(registry, entry);
	if (entry->is_length)
		until.us += when.us;
	if (until.us > LEASES_FOREVER.us)
		until = LEASES_FOREVER;
	if (lease.line.pseudonym == 0 && entry->is_held)
		registry->counts.unnamed++;
	else if (entry->is_held)
		(void)leases_start(registry->leases, &lease, when, until);
	else if (lease.line.pseudonym != 0)
		(void)leases_stop(registry->leases, &lease, when, (struct wall){0});
	else
		(void)leases_vacate(registry->leases, &entry->name, when);
}

void
registry_gone(struct registry *registry, const struct line_name *name)
{
	(void)leases_vacate(registry->leases, name, registry->now);
}

void
registry_block(struct registry *registry, const struct natblock *block)
{
	struct natblock told = *block;

	registry->counts.blocks++;
	if (told.at.us == 0)
		told.at = registry->now;
	if (natblock_tell(registry->leases, &told, registry->settings.block_seconds) == -ENOENT)
		registry->counts.nobodys++;
}

/* Of a name that was last heard long ago: its line may still hold what was leased to it then. */
static void
look_at(struct registry *registry, uint64_t line, const struct linewho *who, struct wall when)
{
	int64_t age = registry->now.us - when.us;
	int64_t most = registry->settings.retention_hours * WALL_HOUR;
	struct lease_held held;

	if (age < most / 2)
		return;
	if (leasefind_held(registry->leases, line, registry->now, &held, 1) != 0)
		(void)linetable_put(registry->names, line, who, registry->now);
	else if (age > most && linetable_remove(registry->names, line))
		registry->counts.forgotten++;
}

void
registry_forget(struct registry *registry)
{
	for (size_t i = 0; i < REGISTRY_PORTION && i < registry->names->count; i++) {
		struct linewho who;
		struct wall when;
		uint64_t line;

		registry->hand =
			registry->hand + 1 < registry->names->count ? registry->hand + 1 : 0;
		line = linetable_at(registry->names, registry->hand, &who, &when);
		if (line != 0)
			look_at(registry, line, &who, when);
	}
}
