/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/receiver.h"

#include "identity/identify.h"
#include "identity/names.h"
#include "ledger/keyfile.h"
#include "runtime/datagrams.h"
#include "runtime/event.h"
#include "service/message.h"
#include "service/post.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* After a drain that brought something: one batch costs as much to be woken for
 * as a datagram. */
#define DRAIN_PAUSE_NS 2000000L
/* Of one socket before the others have their turn. */
#define DRAIN_ROUNDS 64
/* How often judges hear what time it is, and figures are shown. */
#define TICK_US 250000
#define TAKE    256

struct receiver {
	const struct daemon_settings *settings;
	struct estate *estate;
	uint32_t number;
	struct duty duty;
	struct intake *intake;
	struct export *export_;
	struct names names;
	struct identify_counts identified;
	struct ring judge[ESTATE_JUDGES];
	uint32_t judges;
	const struct receiver_sockets *sockets;
	uint32_t drops[DAEMON_LISTEN];
	struct datagrams *datagrams;
	uint64_t bytes;
	uint64_t sightings;
	uint64_t refused;
	size_t errors_told;
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

/* What the intake has ready goes on. */
static void
pump(struct receiver *receiver)
{
	size_t count;

	while ((count = intake_take(receiver->intake, receiver->observation, TAKE)) > 0)
		hand_on(receiver,
			identify(receiver->settings->lines, receiver->observation, count,
				receiver->sighting, NULL, &receiver->names, &receiver->identified));
}

/* True if anything came. */
static bool
drain(struct receiver *receiver, size_t number)
{
	struct export_from from = {
		.file = "", .has_address = true, .received = receiver->duty.clock.now};
	int socket = receiver->sockets->socket[number].descriptor;
	struct datagram datagram;
	bool came = false;

	for (int round = 0; round < DRAIN_ROUNDS; round++) {
		int n = datagrams_receive(receiver->datagrams, socket, &receiver->drops[number]);

		if (n <= 0)
			break;
		came = true;
		while (datagrams_next(receiver->datagrams, &datagram)) {
			from.address = datagram.address;
			from.port = datagram.port;
			receiver->bytes += datagram.size;
			export_datagram(receiver->export_, &from, datagram.bytes, datagram.size);
		}
		pump(receiver);
		if (n < DATAGRAMS)
			break;
	}
	return came;
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

	for (; receiver->errors_told < count; receiver->errors_told++)
		event(EVENT_EXPORT_ERROR, "text=%s", errors[receiver->errors_told].what);
}

static void
show_export(struct receiver *receiver)
{
	const struct export_counts *counts = export_counts(receiver->export_);
	struct duty *duty = &receiver->duty;
	uint64_t drops = 0;

	for (size_t i = 0; i < receiver->sockets->count; i++)
		drops += receiver->drops[i];
	duty_count(duty, COUNT_DATAGRAMS, counts->datagrams);
	duty_count(duty, COUNT_BYTES, receiver->bytes);
	duty_count(duty, COUNT_KERNEL_DROPS, drops);
	duty_count(duty, COUNT_MALFORMED, counts->malformed);
	duty_count(duty, COUNT_SESSIONS_REFUSED, counts->sessions_refused);
	duty_count(duty, COUNT_HELD, counts->held);
	duty_count(duty, COUNT_HELD_LOST, counts->held_lost);
}

static void
show(struct receiver *receiver)
{
	const struct intake_counts *counts = intake_counts(receiver->intake);
	struct duty *duty = &receiver->duty;

	show_export(receiver);
	duty_count(duty, COUNT_RECORDS, counts->records);
	duty_count(duty, COUNT_MAIL_RECORDS, counts->mail_records);
	duty_count(duty, COUNT_SKIPPED_RECORDS, counts->skipped_records);
	duty_count(duty, COUNT_LOST_RECORDS, counts->lost_records);
	duty_count(duty, COUNT_JOIN_FORCED, counts->join_forced);
	duty_count(duty, COUNT_BINDINGS, counts->bindings);
	duty_count(duty, COUNT_OBSERVATIONS, counts->observations);
	duty_count(duty, COUNT_OUTSIDE, receiver->identified.outside);
	duty_count(duty, COUNT_SUBMISSIONS, receiver->identified.submissions);
	duty_count(duty, COUNT_SIGHTINGS, receiver->sightings);
	duty_count(duty, COUNT_SIGHTINGS_REFUSED, receiver->refused);
	tell_errors(receiver);
}

static void
tick(struct receiver *receiver)
{
	int64_t now = clock_steady();

	duty_beat(&receiver->duty);
	if (!receiver->settings->receive.by_records)
		intake_advance(receiver->intake, receiver->duty.clock.now);
	pump(receiver);
	if (now - receiver->ticked_us < TICK_US)
		return;
	receiver->ticked_us = now;
	tell_time(receiver);
	show(receiver);
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
	receiver->export_ = export_new(&settings->receive.export_, receiver->intake);
	receiver->datagrams = datagrams_new();
	receiver->judges = settings->estate.judges;
	for (uint32_t j = 0; j < receiver->judges; j++)
		estate_sightings_putting(
			receiver->estate, receiver->number, j, &receiver->judge[j]);
}

static void
loop(struct receiver *receiver)
{
	const struct receiver_sockets *sockets = receiver->sockets;
	const struct timespec pause = {.tv_nsec = DRAIN_PAUSE_NS};
	struct pollfd polled[1 + DAEMON_LISTEN];
	bool came;

	polled[0] = (struct pollfd){.fd = receiver->duty.parent, .events = POLLIN};
	for (size_t i = 0; i < sockets->count; i++)
		polled[1 + i] =
			(struct pollfd){.fd = sockets->socket[i].descriptor, .events = POLLIN};
	while (!receiver->duty.is_over) {
		if (poll(polled, 1 + sockets->count, TICK_US / 1000) < 0 && errno != EINTR)
			break;
		tick(receiver);
		if (polled[0].revents != 0)
			duty_hear(&receiver->duty);
		came = false;
		for (size_t i = 0; i < sockets->count; i++) {
			if (polled[1 + i].revents != 0)
				came = drain(receiver, i) || came;
		}
		if (came)
			(void)nanosleep(&pause, NULL);
	}
}

_Noreturn void
receiver_run(const struct daemon_settings *settings, struct estate *estate, uint32_t number,
	const struct receiver_sockets *sockets)
{
	struct receiver *receiver = xcalloc(1, sizeof(*receiver));
	struct post post = {.owner = OWNER_RECEIVER, .number = number};
	int descriptors[DAEMON_LISTEN];
	struct fail fail = {0};
	struct keys keys;
	char path[DAEMON_PATH + 8];

	event_begin("receiver");
	for (size_t i = 0; i < sockets->count; i++)
		descriptors[i] = sockets->socket[i].descriptor;
	estate_enter(estate, &post, descriptors, sockets->count);
	*receiver = (struct receiver){
		.settings = settings, .estate = estate, .number = number, .sockets = sockets};
	duty_begin(&receiver->duty, estate, &post);
	snprintf(path, sizeof(path), "%s.key", settings->keep.ledger);
	if (keyfile_read(path, &keys, &fail) < 0) {
		event(EVENT_LEDGER_FAILED, "text=%s", fail.what);
		_exit(1);
	}
	lines_set_key(settings->lines, &keys.pseudonym);
	keyfile_forget(&keys);
	must(names_open(&receiver->names, estate->names[number],
		     names_bytes(settings->estate.names_most)) == 0);
	begin(receiver);
	duty_ready(&receiver->duty);
	loop(receiver);
	/* What came before the end is handed on. */
	for (size_t i = 0; i < sockets->count; i++)
		(void)drain(receiver, i);
	pump(receiver);
	show(receiver);
	_exit(0);
}
