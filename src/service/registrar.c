/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/registrar.h"

#include "identity/leasekept.h"
#include "identity/whereabouts.h"
#include "runtime/datagrams.h"
#include "runtime/endpoint.h"
#include "runtime/event.h"
#include "service/post.h"
#include "service/registrarfile.h"
#include "service/registrarsecrets.h"
#include "service/shutin.h"
#include "service/statefolder.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* How often files are looked at, time passes for the leases, and figures are shown. */
#define TICK_US 250000
/* Of one socket before all else has its turn. */
#define DRAIN_ROUNDS 16
/* A registrar that began so often with its file, and died young, begins without it. */
#define TRIES_FILE 2
/* Files are read for so long before what waits in the sockets has its turn. */
#define READ_US 50000
/* Of ports, that are taken from one receiver before the next one has its turn. */
#define BLOCKS 256
/* For the disk, at the end, at the most. */
#define DISK_US     (5 * WALL_SECOND)
#define DISK_NAP_NS 2000000L

struct registrar {
	const struct daemon_settings *settings;
	struct estate *estate;
	const struct keptsockets *opening;
	struct duty duty;
	struct registrarsecrets *secrets; /* NULL: nothing is listened to */
	struct leases leases;
	struct linetable names;
	struct linetable sessions;
	struct registry registry;
	struct accounting *accounting;
	struct registrarsources *sources;
	struct registrarfile file;
	struct ring whereabouts;
	struct ring blocks[ESTATE_RECEIVERS]; /* of ports, as receivers heard of them */
	struct datagrams *datagrams;
	struct hash_key key;
	uint64_t unanswered; /* answers that could not be sent */
	int64_t ticked_us;
	bool has_more;
	bool tells_trouble;
};

static struct registrarfile_of
file_of(struct registrar *registrar, bool is_filled)
{
	return (struct registrarfile_of){
		.leases = &registrar->leases,
		.names = &registrar->names,
		.sources = registrar->sources,
		.pseudonyms = &registrar->key,
		.is_filled = is_filled,
	};
}

/* --- What is said. --- */

static int
take_event(void *context, const struct accounting_event *event)
{
	struct registrar *registrar = context;

	registry_event(&registrar->registry, event);
	return 0;
}

static void
note_change(void *context, const struct leases_change *change)
{
	struct registrar *registrar = context;
	struct whereabouts whereabouts = {
		.line = change->line.pseudonym,
		.at = change->at,
		.is_held = change->is_held,
		.role = change->line.role,
	};

	if (change->line.role != ROLE_SHARED &&
		whereabouts_prefix(&change->name, &whereabouts.prefix))
		(void)ring_put(&registrar->whereabouts, &whereabouts, 1);
}

/* What was restored nobody was told, nor what one that was killed did last. If there is no room they hear of that. */
static void
tell_anew(struct registrar *registrar)
{
	const struct whereabouts anew = {.line = 0};

	(void)ring_put(&registrar->whereabouts, &anew, 1);
}

static void
answer(struct registrar *registrar, int socket, const struct datagram *datagram)
{
	struct accounting_peer peer = {
		.source = datagram->address,
		.port = datagram->port,
		.key = registrarsecrets_find(registrar->secrets, &datagram->address),
	};
	uint8_t into[RADIUS_MOST];
	size_t size = accounting_request(registrar->accounting, &peer, datagram->bytes,
		datagram->size, registrar->duty.clock.now, into);
	struct endpoint to;

	if (size == 0)
		return;
	to = endpoint_of(&datagram->address, datagram->port);
	if (sendto(socket, into, size, MSG_DONTWAIT | MSG_NOSIGNAL, &to.any, to.size) !=
		(ssize_t)size)
		registrar->unanswered++;
}

/* True: it may have more. */
static bool
drain(struct registrar *registrar, int socket)
{
	struct datagram datagram;

	for (int round = 0; round < DRAIN_ROUNDS; round++) {
		int n = datagrams_receive(registrar->datagrams, socket);

		if (n <= 0)
			return false;
		while (datagrams_next(registrar->datagrams, &datagram))
			answer(registrar, socket, &datagram);
		if (n < DATAGRAMS)
			return false;
	}
	return true;
}

/* --- What is shown. --- */

static void
show_accounting(struct registrar *registrar)
{
	const struct accounting_counts *counts = accounting_counts(registrar->accounting);
	struct duty *duty = &registrar->duty;
	uint64_t discarded = counts->incomplete;

	for (int i = 1; i < RADIUS_FAULTS; i++)
		discarded += counts->faults[i];
	duty_count(duty, COUNT_ACCOUNTING_REQUESTS, counts->requests);
	duty_count(duty, COUNT_ACCOUNTING_STRANGERS, counts->strangers);
	duty_count(duty, COUNT_ACCOUNTING_DISCARDED, discarded);
	duty_count(duty, COUNT_ACCOUNTING_DOUBLES, counts->doubles);
	duty_count(duty, COUNT_ACCOUNTING_CLOCKS, counts->clocks);
	duty_count(duty, COUNT_ACCOUNTING_UNANSWERED, registrar->unanswered);
}

/* These count in memory that outlives the process. */
static void
show_leases(struct registrar *registrar)
{
	struct leases_counts counts = leases_counts(&registrar->leases);
	struct duty *duty = &registrar->duty;

	duty_show(duty, COUNT_LEASES_OPEN, counts.open);
	duty_show(duty, COUNT_LEASES_ENDED, counts.ended);
	duty_show(duty, COUNT_LEASES_STARTS, counts.starts);
	duty_show(duty, COUNT_LEASES_INTERIMS, counts.interims);
	duty_show(duty, COUNT_LEASES_STOPS, counts.stops);
	duty_show(duty, COUNT_LEASES_DISPLACED, counts.displaced);
	duty_show(duty, COUNT_LEASES_DISPUTED, counts.disputed);
	duty_show(duty, COUNT_LEASES_LAPSED, counts.lapsed);
	duty_show(duty, COUNT_LEASES_RESTARTED, counts.restarted);
	duty_show(duty, COUNT_LEASES_UNTIMELY, counts.future + counts.old);
	duty_show(duty, COUNT_LEASES_MISFITS, counts.misfits);
	duty_show(duty, COUNT_LEASES_NO_ROOM,
		counts.gave_way + counts.history_full + counts.line_full + counts.nas_full +
			counts.refused);
}

static void
show_registry(struct registrar *registrar)
{
	const struct registry_counts *counts = &registrar->registry.counts;
	struct registrarsources_counts files = registrarsources_counts(registrar->sources);
	struct linetable_counts names = linetable_counts(&registrar->names);
	struct duty *duty = &registrar->duty;
	uint64_t put, refused, waiting;

	ring_counts(&registrar->whereabouts, &put, &refused, &waiting);
	duty_count(duty, COUNT_LEASES_UNNAMED,
		counts->unnamed + accounting_counts(registrar->accounting)->unnamed);
	duty_count(duty, COUNT_LEASES_BLOCKS, counts->blocks);
	duty_count(duty, COUNT_LEASES_BLOCKS_NOBODYS, counts->nobodys);
	duty_count(duty, COUNT_LEASE_LINES, files.lines);
	duty_count(duty, COUNT_LEASE_LINES_BAD, files.bad);
	duty_count(duty, COUNT_LEASE_LINES_LOST, files.lost);
	duty_count(duty, COUNT_LEASE_BEHIND, files.behind);
	duty_count(duty, COUNT_LEASE_FILES_OPEN, files.open);
	duty_count(duty, COUNT_LEASE_FILES_TROUBLED, files.troubled);
	duty_show(duty, COUNT_LEASE_NAMES, names.held);
	duty_show(duty, COUNT_LEASE_NAMES_DISPLACED, names.gave_way);
	duty_count(duty, COUNT_LEASE_NAMES_FORGOTTEN, counts->forgotten);
	duty_show(duty, COUNT_WHEREABOUTS, put);
	duty_show(duty, COUNT_WHEREABOUTS_REFUSED, refused);
	duty_count(duty, COUNT_LEASE_FILES_WRITTEN, registrar->file.made);
	duty_count(duty, COUNT_LEASE_FILES_FAILED, registrar->file.file.failed);
}

static void
show_trouble(struct registrar *registrar)
{
	const struct sourcehealth *first = registrarsources_trouble(registrar->sources);
	uint64_t troubled = registrarsources_counts(registrar->sources).troubled;
	char many[64] = "";

	if (troubled > 1)
		snprintf(many, sizeof(many), "%llu files cannot be read, the first is ",
			(unsigned long long)troubled);
	if (first != NULL)
		duty_trouble(&registrar->duty, "%s%s: %s", many, first->file, first->text);
	else if (registrar->tells_trouble)
		duty_trouble(&registrar->duty, "%s", "");
	registrar->tells_trouble = first != NULL;
}

static void
show(struct registrar *registrar)
{
	duty_refused(&registrar->duty, statefile_refused(&registrar->file.file));
	show_accounting(registrar);
	show_leases(registrar);
	show_registry(registrar);
	show_trouble(registrar);
}

/* --- The loop. --- */

/* What receivers heard of translators. */
static void
take_blocks(struct registrar *registrar)
{
	struct natblock block[BLOCKS];

	for (uint32_t i = 0; i < registrar->settings->estate.receivers; i++) {
		int64_t n = ring_take(&registrar->blocks[i], block, BLOCKS);

		if (n < 0) {
			event(EVENT_BAD_MESSAGE, "peer=receiver number=%u", i);
			(void)ring_skip(&registrar->blocks[i]);
			n = 0;
		}
		for (int64_t at = 0; at < n; at++) {
			if (restore_is_time(block[at].at))
				registry_block(&registrar->registry, &block[at]);
		}
		ring_taken(&registrar->blocks[i]);
		registrar->has_more |= n == BLOCKS;
	}
}

static uint64_t
said(const struct registrar *registrar)
{
	struct leases_counts counts = leases_counts(&registrar->leases);

	return counts.starts + counts.interims + counts.stops + counts.restarted + counts.lapsed +
		registrar->registry.counts.events + registrar->registry.counts.forgotten;
}

/* Lease files at the begin may be long: a portion at a time. */
static void
read_files(struct registrar *registrar)
{
	int64_t end = clock_steady() + READ_US;

	do {
		registrar->has_more = registrarsources_read(registrar->sources, clock_steady());
	} while (registrar->has_more && clock_steady() < end);
}

static void
tick(struct registrar *registrar)
{
	struct registrarfile_of of = file_of(registrar, true);
	int64_t now = clock_steady();

	duty_beat(&registrar->duty);
	registrar->registry.now = registrar->duty.clock.now;
	if (registrar->has_more)
		read_files(registrar);
	take_blocks(registrar);
	if (now - registrar->ticked_us < TICK_US)
		return;
	registrar->ticked_us = now;
	(void)leases_tick(&registrar->leases, registrar->duty.clock.now);
	read_files(registrar);
	registry_forget(&registrar->registry);
	registrarfile_watch(&registrar->file, &of, said(registrar));
	show(registrar);
}

static void
loop(struct registrar *registrar)
{
	struct pollfd polled[1 + REGISTRAR_PLACES];
	const struct keptsockets *opening = registrar->opening;
	bool is_full = false;

	polled[0] = (struct pollfd){.fd = registrar->duty.parent, .events = POLLIN};
	for (size_t i = 0; i < opening->count; i++)
		polled[1 + i] =
			(struct pollfd){.fd = opening->entry[i].descriptor, .events = POLLIN};
	while (!registrar->duty.is_over) {
		int wait = is_full || registrar->has_more ? 0 : TICK_US / 1000;

		if (poll(polled, 1 + opening->count, wait) < 0 && errno != EINTR)
			break;
		tick(registrar);
		if (polled[0].revents != 0)
			duty_hear(&registrar->duty);
		is_full = false;
		for (size_t i = 0; i < opening->count; i++) {
			if (polled[1 + i].revents != 0)
				is_full |= drain(registrar, opening->entry[i].descriptor);
		}
	}
}

/* --- Begin and end. --- */

static void
open_memory(struct registrar *registrar)
{
	const struct estate_settings *settings = &registrar->settings->estate;
	struct estate *estate = registrar->estate;

	must(linetable_open(&registrar->names, estate->linenames,
		     linetable_bytes(settings->leases_most, sizeof(struct linewho)),
		     sizeof(struct linewho)) == 0);
	must(linetable_open(&registrar->sessions, estate->sessions,
		     linetable_bytes(settings->leases_most, sizeof(struct session_of_line)),
		     sizeof(struct session_of_line)) == 0);
	estate_whereabouts_putting(estate, &registrar->whereabouts);
	for (uint32_t i = 0; i < settings->receivers; i++)
		estate_blocks_taking(estate, i, &registrar->blocks[i]);
}

static void
forget_names(struct linetable *names)
{
	struct linewho who;

	for (size_t i = 0; i < names->count; i++) {
		uint64_t line = linetable_at(names, i, &who, NULL);

		if (line != 0)
			(void)linetable_remove(names, line);
	}
}

/* True: leases are there, of a registrar before this one. One that died in the middle left them torn. */
static bool
open_leases(struct registrar *registrar)
{
	struct leases_settings settings = estate_leases(&registrar->settings->estate);
	void *memory = registrar->estate->leases;
	int r;

	settings.retention_hours = registrar->settings->registrar.retention_hours;
	r = leases_open(&registrar->leases, &settings, memory, leases_bytes(&settings));
	must(r == 0 || r == -EBUSY);
	if (r == -EBUSY)
		event(EVENT_STATE_RESTORED, "leases=%lld",
			(long long)leasekept_heal(&registrar->leases));
	return registrar->leases.table.head->now != 0;
}

static void
restore(struct registrar *registrar, bool is_filled, unsigned tries)
{
	struct registrarfile_of of = file_of(registrar, is_filled);
	struct fail fail = {0};
	int64_t r = -ECANCELED;

	/* One before this may have died while it did the same. */
	if (!is_filled)
		leasekept_clear(&registrar->leases);
	if (tries <= TRIES_FILE)
		r = registrarfile_load(&registrar->file, &of, &fail);
	else
		fail_what(&fail, "registrars that began with it died %u times", tries);
	if (r >= 0 && !is_filled)
		event(EVENT_STATE_RESTORED, "leases=%lld", (long long)r);
	if (r >= 0 || r == -ENOENT)
		return;
	/* What was half restored is thrown away. */
	if (!is_filled) {
		leasekept_clear(&registrar->leases);
		forget_names(&registrar->names);
	}
	statefile_put_aside(&registrar->file.file);
	duty_tell_refused(
		registrar->file.file.path, "the leases on the disk cannot be used", &fail);
}

static void
begin(struct registrar *registrar)
{
	const struct registrar_settings *settings = &registrar->settings->registrar;
	struct accounting_settings accounting = ACCOUNTING_DEFAULTS;
	struct registry_settings registry = {
		.key = registrar->key,
		.client = settings->client,
		.session_seconds = settings->session_seconds,
		.block_seconds = settings->block_seconds,
		.retention_hours = settings->retention_hours,
	};

	accounting.name = settings->user;
	accounting.seed = hash_keyed(&registrar->key, "accounting", 10);
	accounting.taker = (struct accounting_taker){registrar, take_event};
	registrar->accounting = accounting_new(&accounting);
	registrar->datagrams = datagrams_new(false);
	registry_init(&registrar->registry, &registry, &registrar->leases, &registrar->names,
		&registrar->sessions);
	registrar->sources = registrarsources_new(settings, &registrar->registry);
}

/* What files are needed for comes before the process shuts itself in, what NASes send after it. */
static void
load_secrets(struct registrar *registrar)
{
	const struct registrar_settings *settings = &registrar->settings->registrar;
	struct fail fail = {0};

	if (*settings->secrets != '\0' &&
		registrarsecrets_load(settings->secrets, &registrar->secrets, &fail) < 0)
		duty_fail(&registrar->duty, &fail);
}

static void
finish(struct registrar *registrar)
{
	const struct timespec pause = {.tv_nsec = DISK_NAP_NS};
	struct registrarfile_of of = file_of(registrar, true);
	int64_t end = clock_steady() + DISK_US;

	show(registrar);
	registrarfile_finish(&registrar->file, &of);
	while (!registrarfile_is_over(&registrar->file) && clock_steady() < end) {
		duty_beat(&registrar->duty);
		(void)nanosleep(&pause, NULL);
	}
	registrar->secrets = registrarsecrets_free(registrar->secrets);
}

_Noreturn void
registrar_run(const struct daemon_settings *settings, struct estate *estate,
	const struct keptsockets *opening, unsigned tries)
{
	struct registrar *registrar = xcalloc(1, sizeof(*registrar));
	struct post post = {.owner = OWNER_REGISTRAR};
	int descriptors[REGISTRAR_PLACES];
	char folder[STATEFOLDER_PATH];
	struct keys keys;
	bool is_filled;

	for (size_t i = 0; i < opening->count; i++)
		descriptors[i] = opening->entry[i].descriptor;
	estate_enter(estate, &post, descriptors, opening->count);
	*registrar = (struct registrar){.settings = settings, .estate = estate, .opening = opening};
	duty_begin(&registrar->duty, estate, &post);
	keys = duty_keys(settings->keep.ledger);
	registrar->key = keys.pseudonym;
	statefolder_of(settings->state, OWNER_REGISTRAR, folder);
	registrarfile_init(&registrar->file, folder, keys.leases, settings->judging.snapshot_us);
	keyfile_forget(&keys);
	load_secrets(registrar);
	open_memory(registrar);
	is_filled = open_leases(registrar);
	begin(registrar);
	shutin_enter(&registrar->duty, &post, settings);
	restore(registrar, is_filled, tries);
	(void)leases_tick(&registrar->leases, registrar->duty.clock.now);
	registrar->registry.now = registrar->duty.clock.now;
	leases_set_watch(&registrar->leases, note_change, registrar);
	/* What files say is known before anybody is served by it. */
	read_files(registrar);
	tell_anew(registrar);
	duty_ready(&registrar->duty);
	loop(registrar);
	finish(registrar);
	_exit(0);
}
