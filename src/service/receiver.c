/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/receiver.h"

#include "control/message.h"
#include "identity/identify.h"
#include "identity/names.h"
#include "identity/natblock.h"
#include "runtime/datagrams.h"
#include "runtime/event.h"
#include "runtime/sockets.h"
#include "service/connections.h"
#include "service/kernelin.h"
#include "service/leasing.h"
#include "service/packetsin.h"
#include "service/post.h"
#include "service/sessionfile.h"
#include "service/shutin.h"
#include "service/statefolder.h"
#include "source/export/sflow.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* After a drain that brought something: one batch costs as much to be woken for as a datagram. No longer, as what has
 * waited for long must be fetched from further away; shorter where so many came that the buffer of a socket might fill
 * in the meantime. */
#define DRAIN_PAUSE_NS 5000000L
#define DRAIN_MANY     512U
/* Of one socket before the others have their turn. */
#define DRAIN_ROUNDS 64
/* After so many datagrams that the filter in the kernel read, a socket gives one batch a turn: each brings more. */
#define FILTERED_MANY 65536
/* How often judges hear what time it is, and figures are shown. */
#define TICK_US 250000
#define TAKE    256
/* A receiver that began so often with its file of exporters, and died young, begins without it. */
#define TRIES_SESSIONS 2
/* How often figures of each exporter are shown. */
#define EXPORTERS_US WALL_SECOND
/* How often it is told what is lost, if more is. */
#define LOSSES_US (10 * WALL_SECOND)

/* For what waits at the end, at the most; who sends all the time is not waited for. */
#define LAST_US (5 * WALL_SECOND)
/* For the disk, at the most: at the begin after an orderly end, and at the end. In between it is not waited for. */
#define DISK_US     (5 * WALL_SECOND)
#define DISK_NAP_NS 2000000L

/* After a connection could not be taken. */
#define ACCEPT_PAUSE_US WALL_SECOND

/* Descriptors to poll that are no sockets: the parent's channel, and the ring of the filter in the kernel. */
#define OTHERS 2

struct receiver {
	const struct daemon_settings *settings;
	struct estate *estate;
	uint32_t number;
	struct duty duty;
	struct intake *intake;
	struct export *export_;
	struct sessionfile sessionfile;
	struct names names;
	struct identify_counts identified;
	struct leased leased;
	struct ring blocks; /* to the registrar, where there is one */
	uint64_t blocks_refused;
	struct ring judge[ESTATE_JUDGES];
	uint32_t judges;
	const struct receiver_sockets *sockets;
	struct datagrams *datagrams;
	struct connections_in *connections;
	struct kernelin *filter;   /* NULL: there is none in the kernel */
	struct packetsin *packets; /* NULL: of no interface */
	size_t filtered;           /* datagrams in this turn, by the filter */
	bool is_full;              /* a socket may have more */
	bool has_packets;          /* an interface may have more */
	uint64_t bytes;
	uint64_t sightings;
	uint64_t refused;
	int64_t exporters_us;
	int64_t accept_us; /* before, no connections are taken */
	int64_t losses_us;
	uint64_t dropped_late; /* by a socket that was closed, after the parent had asked it */
	uint64_t told_dropped;
	uint64_t told_lost;
	uint64_t told_refused;
	struct status_exporter *rows; /* of exporters, before they are shown */
	size_t row_count;
	bool shows_strangers;
	int64_t ticked_us;
	struct observation observation[TAKE];
	struct sighting sighting[TAKE * IDENTIFY_EACH];
};

static void
put(struct receiver *receiver, uint32_t judge, const struct sighting *sightings, size_t count)
{
	size_t fit = ring_put(&receiver->judge[judge], sightings, count);

	receiver->sightings += fit;
	receiver->refused += count - fit;
}

/* To each line's judge; runs of the same judge go together. */
static void
hand_on(struct receiver *receiver, size_t count)
{
	const struct sighting *sightings = receiver->sighting;
	size_t from = 0;

	if (receiver->judges == 1) {
		put(receiver, 0, sightings, count);
		return;
	}
	while (from < count) {
		uint32_t judge = message_shard(sightings[from].line.pseudonym, receiver->judges);
		size_t to = from + 1;

		while (to < count &&
			message_shard(sightings[to].line.pseudonym, receiver->judges) == judge)
			to++;
		put(receiver, judge, sightings + from, to - from);
		from = to;
	}
}

/* What translators say of outside addresses of ours. */
static void
tell_blocks(struct receiver *receiver, size_t count)
{
	struct natblock block;

	for (size_t i = 0; i < count; i++) {
		const struct observation *observation = &receiver->observation[i];

		if (observation->kind != OBSERVATION_MAIL &&
			natblock_from_binding(observation, &block) == 0 &&
			lines_is_leased(receiver->settings->lines, &block.outside.address))
			receiver->blocks_refused += ring_put(&receiver->blocks, &block, 1) == 0;
	}
}

/* What the intake has ready goes on. */
static void
pump(struct receiver *receiver)
{
	size_t count;

	while ((count = intake_take(receiver->intake, receiver->observation, TAKE)) > 0) {
		if (receiver->estate->leases != NULL)
			tell_blocks(receiver, count);
		hand_on(receiver,
			identify(receiver->settings->lines, receiver->observation, count,
				receiver->sighting, NULL, &receiver->names, &receiver->identified));
	}
}

static void
pump_for(void *receiver)
{
	pump(receiver);
}

/* What the filter in the kernel has read; true if anything came. Once it is much, is_full is set. Between taking
 * datagrams from a socket and reading them, so that neither way overtakes the other. */
static bool
take_filtered(struct receiver *receiver)
{
	size_t count;

	if (receiver->filter == NULL)
		return false;
	count = kernelin_take(receiver->filter, receiver->duty.clock.now, pump_for, receiver);
	receiver->filtered += count;
	if (receiver->filtered >= FILTERED_MANY)
		receiver->is_full = true;
	return count > 0;
}

/* True if anything came. */
static bool
drain(struct receiver *receiver, size_t number)
{
	struct export_from from = {.file = "",
		.has_address = true,
		.is_alone = true,
		.received = receiver->duty.clock.now};
	int socket = receiver->sockets->socket[number].descriptor;
	struct datagram datagram;
	bool came = false;

	for (int round = 0; round < DRAIN_ROUNDS; round++) {
		int n = datagrams_receive(receiver->datagrams, socket);

		if (n <= 0)
			break;
		came = true;
		(void)take_filtered(receiver);
		while (datagrams_next(receiver->datagrams, &datagram)) {
			from.address = datagram.address;
			from.port = datagram.port;
			receiver->bytes += datagram.size;
			export_datagram(receiver->export_, &from, datagram.bytes, datagram.size);
		}
		pump(receiver);
		if (n < DATAGRAMS)
			return true;
		if (round + 1 == DRAIN_ROUNDS)
			receiver->is_full = true;
		if (receiver->filtered >= FILTERED_MANY)
			return true;
	}
	return came;
}

static bool
drain_packets(struct receiver *receiver, size_t number)
{
	size_t count = packetsin_take(
		receiver->packets, number, receiver->duty.clock.now, pump_for, receiver);

	if (count == PACKETSIN_PORTION)
		receiver->has_packets = true;
	return count > 0;
}

/* Where no descriptor is left connections wait, and are asked for again in a while only. */
static void
accept_from(struct receiver *receiver, int listener)
{
	int r = connections_in_accept(receiver->connections, listener, receiver->duty.clock.now);

	if (r == 0)
		return;
	receiver->accept_us = clock_steady() + ACCEPT_PAUSE_US;
	event(EVENT_EXPORT_ERROR, "text=%s why=%s", "a connection cannot be taken just now",
		strerror(-r));
}

/* What waits at a socket, whichever kind it is. */
static bool
drain_any(struct receiver *receiver, size_t number)
{
	const struct receiver_socket *socket = &receiver->sockets->socket[number];

	switch (socket->kind) {
	case LISTEN_UDP:
		return drain(receiver, number);
	case LISTEN_TCP:
		accept_from(receiver, socket->descriptor);
		return false;
	case LISTEN_PACKETS:
		return drain_packets(receiver, number);
	}
	return false;
}

/* A judge has no clock but this. */
static void
tell_time(struct receiver *receiver)
{
	struct sighting tick = {.time = receiver->duty.clock.now, .kind = SIGHTING_CLOCK};

	if (receiver->settings->receive.by_records)
		return;
	for (uint32_t judge = 0; judge < receiver->judges; judge++)
		(void)ring_put(&receiver->judge[judge], &tick, 1);
}

static void
tell_errors(struct receiver *receiver)
{
	size_t count;
	const struct intake_error *errors = intake_errors(receiver->intake, &count);

	for (size_t i = 0; i < count; i++)
		event(EVENT_EXPORT_ERROR, "text=%s", errors[i].what);
	intake_forget_errors(receiver->intake);
}

/* Datagrams that the kernel dropped, as the sockets count, also those that are closed by now. */
static uint64_t
count_drops(const struct receiver *receiver)
{
	uint64_t drops = receiver->sockets->dropped;
	uint32_t some;

	for (size_t i = 0; i < receiver->sockets->count; i++) {
		const struct receiver_socket *socket = &receiver->sockets->socket[i];

		if (socket->kind == LISTEN_UDP && sockets_drops(socket->descriptor, &some) == 0)
			drops += some;
	}
	return drops;
}

static void
show_export(struct receiver *receiver)
{
	const struct export_counts *counts = export_counts(receiver->export_);
	const struct sflow_counts *sflow = export_sflow_counts(receiver->export_);
	struct duty *duty = &receiver->duty;

	duty_count(duty, COUNT_DATAGRAMS, counts->datagrams);
	duty_count(duty, COUNT_BYTES,
		receiver->bytes +
			(receiver->filter != NULL ? kernelin_bytes(receiver->filter) : 0));
	if (receiver->filter != NULL)
		kernelin_show(receiver->filter, duty);
	duty_show(duty, COUNT_KERNEL_DROPS, count_drops(receiver) + receiver->dropped_late);
	duty_count(duty, COUNT_MALFORMED, counts->malformed + sflow->damaged);
	duty_count(duty, COUNT_STRANGERS, counts->strangers);
	duty_count(duty, COUNT_SESSIONS_REFUSED, counts->sessions_refused);
	duty_count(duty, COUNT_DISPLACED, counts->sessions_displaced + sflow->agents_displaced);
	duty_count(duty, COUNT_CONNECTIONS_REFUSED, connections_in_refused(receiver->connections));
	duty_count(duty, COUNT_UNFOLLOWED, sflow->sources_full);
	duty_count(duty, COUNT_TEMPLATES_REFUSED, counts->templates_refused);
	duty_count(duty, COUNT_HELD, counts->held);
	duty_count(duty, COUNT_HELD_LOST, counts->held_lost);
}

static uint16_t
version_of(const char *version)
{
	return *version == 's' ? 0x0500 : *version == 'i' ? 10 : version[1] == '9' ? 9 : 5;
}

/* More exporters than there is room for are not shown one by one. */
static void
add_row(void *context, const struct export_exporter *from)
{
	struct receiver *receiver = context;

	if (receiver->row_count == STATUS_EXPORTERS ||
		from->is_established == receiver->shows_strangers)
		return;
	receiver->rows[receiver->row_count++] = (struct status_exporter){
		.address = from->address,
		.domain = from->domain,
		.port = from->port,
		.version = version_of(from->version),
		.is_tcp = from->transport == EXPORT_TCP,
		.is_new = !from->is_established,
		.is_timeless = receiver->settings->receive.by_records,
		.seen = from->seen,
		.datagrams = from->datagrams,
		.records = from->records,
		.mail_records = from->mail_records,
		.lost = from->lost,
		.late = from->late,
		.duplicates = from->duplicates,
		.restarts = from->restarts,
		.malformed = from->malformed,
		.sampling = from->sampling,
		.templates = from->templates,
		.clock_off_us = from->clock_us,
	};
}

static void
show_exporters(struct receiver *receiver)
{
	if (clock_steady() - receiver->exporters_us < EXPORTERS_US)
		return;
	receiver->exporters_us = clock_steady();
	receiver->row_count = 0;
	/* Strangers last: they may be forged, and more than there is room for. */
	for (int strangers = 0; strangers < 2; strangers++) {
		receiver->shows_strangers = strangers;
		export_each_exporter(receiver->export_, add_row, receiver);
	}
	status_exporters_write(
		receiver->estate->exporters[receiver->number], receiver->rows, receiver->row_count);
}

static void
show_leased(struct receiver *receiver)
{
	const struct leased_counts *counts = &receiver->leased.counts;
	struct duty *duty = &receiver->duty;

	duty_count(duty, COUNT_LEASED_FOUND, counts->found);
	duty_count(duty, COUNT_LEASED_DOUBTFUL, counts->doubtful);
	duty_count(duty, COUNT_LEASED_UNKNOWN, counts->unknown);
	duty_count(duty, COUNT_LEASED_SHARED, counts->shared);
	duty_count(duty, COUNT_LEASED_LATE, counts->late);
	duty_count(duty, COUNT_LEASED_BLOCKS_REFUSED, receiver->blocks_refused);
}

static void
show(struct receiver *receiver)
{
	const struct intake_counts *counts = intake_counts(receiver->intake);
	struct duty *duty = &receiver->duty;

	duty_refused(duty, statefile_refused(&receiver->sessionfile.file));
	show_export(receiver);
	show_leased(receiver);
	duty_count(duty, COUNT_RECORDS, counts->records);
	duty_count(duty, COUNT_MAIL_RECORDS, counts->mail_records);
	duty_count(duty, COUNT_SKIPPED_RECORDS, counts->skipped_records);
	duty_show(duty, COUNT_LOST_RECORDS, counts->lost_records);
	duty_count(duty, COUNT_JOIN_FORCED, counts->join_forced);
	duty_count(duty, COUNT_JOIN_FORGOTTEN, counts->told_forgotten);
	duty_count(duty, COUNT_BINDINGS, counts->bindings);
	duty_count(duty, COUNT_OBSERVATIONS, counts->observations);
	duty_count(duty, COUNT_OUTSIDE, receiver->identified.outside);
	duty_count(duty, COUNT_SUBMISSIONS, receiver->identified.submissions);
	duty_count(duty, COUNT_SIGHTINGS, receiver->sightings);
	duty_count(duty, COUNT_SIGHTINGS_REFUSED, receiver->refused);
	duty_count(duty, COUNT_REPEATED_RECORDS, counts->repeated_records);
	duty_count(duty, COUNT_CLOCK_RECORDS, counts->clock_records);
	/* The table outlives the receiver. */
	duty_show(duty, COUNT_NAMES_REPLACED, names_counts(&receiver->names).gave_way);
	if (receiver->packets != NULL)
		packetsin_show(receiver->packets, duty);
	show_exporters(receiver);
	tell_errors(receiver);
}

/* Says what is lost, when more is lost than was said. Numbers of an exporter that come late take a loss back. */
static void
tell_losses(struct receiver *receiver)
{
	const struct status_process *status = receiver->duty.status;
	uint64_t dropped = status_get(&status->value[COUNT_KERNEL_DROPS]) +
		status_get(&status->value[COUNT_PACKETS_DROPPED]);
	uint64_t lost = status_get(&status->value[COUNT_LOST_RECORDS]);

	if (clock_steady() - receiver->losses_us < LOSSES_US)
		return;
	receiver->losses_us = clock_steady();
	if (dropped > receiver->told_dropped || lost > receiver->told_lost)
		event(EVENT_RECORDS_LOST, "by_exporters=%llu dropped=%llu",
			(unsigned long long)lost, (unsigned long long)dropped);
	if (receiver->refused > receiver->told_refused)
		event(EVENT_SIGHTINGS_LOST, "refused=%llu text=%s",
			(unsigned long long)receiver->refused,
			"a judge does not keep up; what waits stays, what is new is left out");
	receiver->told_dropped = dropped;
	receiver->told_lost = lost;
	receiver->told_refused = receiver->refused;
}

static void
tick(struct receiver *receiver)
{
	int64_t now = clock_steady();

	duty_beat(&receiver->duty);
	if (!receiver->settings->receive.by_records)
		intake_advance(receiver->intake, receiver->duty.clock.now);
	if (receiver->packets != NULL)
		packetsin_clock(receiver->packets, receiver->duty.clock.now);
	pump(receiver);
	if (now - receiver->ticked_us < TICK_US)
		return;
	receiver->ticked_us = now;
	tell_time(receiver);
	if (receiver->packets != NULL)
		packetsin_look(receiver->packets, &receiver->duty);
	show(receiver);
	tell_losses(receiver);
	sessionfile_watch(&receiver->sessionfile, receiver->export_);
}

static void
map_rings(struct receiver *receiver)
{
	struct fail fail = {0};

	for (size_t i = 0; i < receiver->sockets->count; i++) {
		const struct receiver_socket *socket = &receiver->sockets->socket[i];

		if (socket->kind != LISTEN_PACKETS)
			continue;
		if (receiver->packets == NULL)
			receiver->packets = packetsin_new(receiver->intake);
		if (packetsin_add(receiver->packets, i, socket, &fail) < 0) {
			event(EVENT_EXPORT_ERROR, "text=%s", fail.what);
			_exit(1);
		}
	}
}

/* Memory can be mapped only before the process shuts itself in; of the descriptors one is needed after that. */
static void
map_filter(struct receiver *receiver)
{
	const struct receiver_filter *filter = &receiver->sockets->filter;
	struct fail fail = {0};

	if (filter->ring < 0)
		return;
	receiver->filter = kernelin_new(filter, receiver->number, &fail);
	if (receiver->filter == NULL) {
		event(EVENT_EXPORT_ERROR, "text=%s", fail.what);
		_exit(1);
	}
	close(filter->control);
	close(filter->slots);
}

/* Those lost that receivers before this one counted: what comes late takes back of theirs too. What they told is
 * told. */
static void
take_over_losses(struct receiver *receiver)
{
	const struct status_process *status = receiver->duty.status;
	uint64_t shown = status_get(&status->value[COUNT_KERNEL_DROPS]);
	uint64_t drops = count_drops(receiver);

	receiver->dropped_late = shown > drops ? shown - drops : 0;
	receiver->told_lost = status_get(&status->value[COUNT_LOST_RECORDS]);
	receiver->told_dropped = shown + status_get(&status->value[COUNT_PACKETS_DROPPED]);
	intake_counts(receiver->intake)->lost_records = receiver->told_lost;
}

static void
begin(struct receiver *receiver)
{
	const struct daemon_settings *settings = receiver->settings;
	struct intake_settings intake = INTAKE_DEFAULTS;

	intake.live = !settings->receive.by_records;
	intake.join_us = settings->receive.join_us;
	intake.join_most = settings->receive.join_most;
	receiver->intake = intake_new(&intake);
	receiver->rows = xcalloc(STATUS_EXPORTERS, sizeof(*receiver->rows));
	take_over_losses(receiver);
	intake_advance(receiver->intake, receiver->duty.clock.now);
	receiver->datagrams = datagrams_new(receiver->settings->estate.receivers == 1);
	map_rings(receiver);
	map_filter(receiver);
	receiver->judges = settings->estate.judges;
	for (uint32_t j = 0; j < receiver->judges; j++)
		estate_sightings_putting(
			receiver->estate, receiver->number, j, &receiver->judge[j]);
}

static void
wait_for_disk(struct receiver *receiver)
{
	const struct timespec pause = {.tv_nsec = DISK_NAP_NS};
	int64_t end = clock_steady() + DISK_US;

	while (!sessionfile_is_over(&receiver->sessionfile) && clock_steady() < end) {
		duty_beat(&receiver->duty);
		(void)nanosleep(&pause, NULL);
	}
}

/* The exporters, as the receiver before this one knew them. */
static void
restore(struct receiver *receiver, unsigned tries)
{
	const struct export_settings *settings = &receiver->settings->receive.export_;
	struct sessionfile *file = &receiver->sessionfile;
	char folder[STATEFOLDER_PATH];
	struct fail fail = {0};
	int r = -ECANCELED;

	statefolder_of(receiver->settings->state, OWNER_RECEIVER, folder);
	sessionfile_init(file, folder, receiver->number, receiver->estate->seed);
	receiver->export_ = export_new(settings, receiver->intake);
	if (tries <= TRIES_SESSIONS)
		r = sessionfile_load(file, receiver->export_, receiver->duty.clock.now, &fail);
	else
		fail_what(&fail, "receivers that began with it died %u times", tries);
	if (r >= 0) {
		event(EVENT_STATE_RESTORED, "exporters=%d", r);
		wait_for_disk(receiver);
	}
	if (r >= 0 || r == -ENOENT)
		return;
	/* What was half restored is thrown away. */
	export_free(receiver->export_);
	receiver->export_ = export_new(settings, receiver->intake);
	statefile_put_aside(&file->file);
	duty_tell_refused(file->file.path, "the session file of a receiver cannot be used", &fail);
}

/* True if anything came. */
static bool
drain_all(struct receiver *receiver, const struct pollfd *polled, size_t connections)
{
	size_t sockets = receiver->sockets->count;
	bool came = false;

	receiver->is_full = receiver->has_packets = false;
	receiver->filtered = 0;
	/* Those that were closed make room for those that wait to be taken. */
	if (connections_in_read(receiver->connections, polled + sockets, connections,
		    receiver->duty.clock.now, &receiver->bytes)) {
		pump(receiver);
		came = true;
	}
	for (size_t i = 0; i < sockets; i++) {
		if (polled[i].revents == 0)
			continue;
		came = drain_any(receiver, i) || came;
		/* The error of a ring stays until it is asked for. */
		if ((polled[i].revents & POLLERR) != 0 && receiver->packets != NULL)
			packetsin_look(receiver->packets, &receiver->duty);
	}
	came = take_filtered(receiver) || came;
	if (receiver->filter != NULL && !receiver->is_full)
		kernelin_allow(receiver->filter, receiver->duty.clock.now);
	return came;
}

static void
pause_after(uint64_t datagrams)
{
	struct timespec time = {.tv_nsec = DRAIN_PAUSE_NS};

	if (datagrams > DRAIN_MANY)
		time.tv_nsec = (long)(DRAIN_PAUSE_NS * DRAIN_MANY / datagrams);
	(void)nanosleep(&time, NULL);
}

/* What to wait for: the parent, the filter, sockets; then connections, of which the number is returned. */
static size_t
make_poll(const struct receiver *receiver, struct pollfd *polled)
{
	const struct receiver_sockets *sockets = receiver->sockets;
	bool accepts = clock_steady() >= receiver->accept_us;

	polled[0] = (struct pollfd){.fd = receiver->duty.parent, .events = POLLIN};
	polled[1] = (struct pollfd){.fd = sockets->filter.ring, .events = POLLIN};
	for (size_t i = 0; i < sockets->count; i++) {
		const struct receiver_socket *socket = &sockets->socket[i];
		bool waits = socket->kind != LISTEN_TCP || accepts;

		polled[OTHERS + i] =
			(struct pollfd){.fd = waits ? socket->descriptor : -1, .events = POLLIN};
	}
	return connections_in_poll(receiver->connections, polled + OTHERS + sockets->count);
}

static void
loop(struct receiver *receiver)
{
	const struct receiver_sockets *sockets = receiver->sockets;
	struct pollfd polled[OTHERS + DAEMON_LISTEN + CONNECTIONS];
	size_t connections;
	uint64_t before;

	while (!receiver->duty.is_over) {
		connections = make_poll(receiver, polled);
		if (receiver->filter != NULL)
			kernelin_sleep(receiver->filter);
		if (poll(polled, OTHERS + sockets->count + connections, TICK_US / 1000) < 0 &&
			errno != EINTR)
			break;
		tick(receiver);
		if (polled[0].revents != 0)
			duty_hear(&receiver->duty);
		before = export_counts(receiver->export_)->datagrams;
		/* No more than so much is read at a time: what is left is not to wait. */
		if (drain_all(receiver, polled + OTHERS, connections) && !receiver->has_packets &&
			!receiver->is_full)
			pause_after(export_counts(receiver->export_)->datagrams - before);
	}
}

/* All that has come: what is left in the queue of a socket is lost when it is closed, and what is left of a
 * connection is answered by a reset. */
static void
drain_to_the_end(struct receiver *receiver)
{
	struct pollfd polled[CONNECTIONS];
	int64_t end = clock_steady() + LAST_US;
	int readable;

	do {
		size_t connections;

		receiver->is_full = receiver->has_packets = false;
		receiver->filtered = 0;
		for (size_t i = 0; i < receiver->sockets->count; i++)
			(void)drain_any(receiver, i);
		(void)take_filtered(receiver);
		connections = connections_in_poll(receiver->connections, polled);
		readable = poll(polled, connections, 0);
		if (readable > 0)
			(void)connections_in_read(receiver->connections, polled, connections,
				receiver->duty.clock.now, &receiver->bytes);
		pump(receiver);
		duty_beat(&receiver->duty);
	} while ((receiver->is_full || receiver->has_packets || readable > 0) &&
		clock_steady() < end);
}

/* What came before the end is handed on. */
static void
finish(struct receiver *receiver)
{
	if (receiver->filter != NULL)
		kernelin_end(receiver->filter);
	drain_to_the_end(receiver);
	/* As at the end of a recording: nothing waits for its other direction any more. */
	if (receiver->settings->receive.by_records)
		intake_flush(receiver->intake);
	pump(receiver);
	show(receiver);
	sessionfile_finish(&receiver->sessionfile, receiver->export_);
	wait_for_disk(receiver);
}

_Noreturn void
receiver_run(const struct daemon_settings *settings, struct estate *estate, uint32_t number,
	const struct receiver_sockets *sockets, unsigned tries)
{
	struct receiver *receiver = xcalloc(1, sizeof(*receiver));
	struct post post = {.owner = OWNER_RECEIVER, .number = number};
	int descriptors[DAEMON_LISTEN + 3];
	size_t count = sockets->count;
	struct keys keys;

	for (size_t i = 0; i < sockets->count; i++)
		descriptors[i] = sockets->socket[i].descriptor;
	if (sockets->filter.ring >= 0) {
		descriptors[count++] = sockets->filter.control;
		descriptors[count++] = sockets->filter.slots;
		descriptors[count++] = sockets->filter.ring;
	}
	estate_enter(estate, &post, descriptors, count);
	*receiver = (struct receiver){
		.settings = settings, .estate = estate, .number = number, .sockets = sockets};
	duty_begin(&receiver->duty, estate, &post);
	keys = duty_keys(settings->keep.ledger);
	lines_set_key(settings->lines, &keys.pseudonym);
	keyfile_forget(&keys);
	leasing_attach(&receiver->leased, settings, estate);
	if (estate->leases != NULL)
		estate_blocks_putting(estate, number, &receiver->blocks);
	must(names_open(&receiver->names, estate->names[number],
		     names_bytes(settings->estate.names_most)) == 0);
	begin(receiver);
	shutin_enter(&receiver->duty, &post, settings);
	restore(receiver, tries);
	if (receiver->filter != NULL)
		kernelin_attach(receiver->filter, receiver->export_);
	receiver->connections = connections_in_new(receiver->export_);
	leasing_wait(&receiver->duty, estate);
	duty_ready(&receiver->duty);
	loop(receiver);
	finish(receiver);
	_exit(0);
}
