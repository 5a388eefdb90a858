/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/sending.h"

#include "program/interrupt.h"
#include "program/verbs.h"
#include "runtime/transmitter.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>

struct sending {
	const struct sending_settings *settings;
	struct scenario scenario;
	struct traffic *traffic;
	struct wire *wire;
	struct transmitter *transmitter;
	int64_t begun_us; /* of progress_clock_us */
	int stop;
};

/* The rate that was asked for is not reached yet. */
static bool
may_send(void *context, uint64_t sent)
{
	const struct sending *sending = context;
	double seconds = (double)(progress_clock_us() - sending->begun_us) / 1e6;

	if (sending->settings->may_send != NULL)
		return sending->settings->may_send(sending->settings->context, sent);
	return sending->settings->rate == 0 || (double)sent <= seconds * sending->settings->rate;
}

/* So that the scenario begins now: whole seconds. */
static int64_t
shift_of(const struct sending *sending)
{
	struct timespec now;

	if (sending->settings->speed != 1)
		return 0;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * WALL_SECOND -
		sending->scenario.start.us / WALL_SECOND * WALL_SECOND;
}

/* Until this second of the scenario. False: a person does not want to wait. */
static bool
wait_for(const struct sending *sending, struct wall now)
{
	double speed = sending->settings->speed;
	struct pollfd stop = {.fd = sending->stop > 0 ? sending->stop : -1, .events = POLLIN};
	int64_t due, left;

	while (speed > 0 && !interrupt_came()) {
		due = sending->begun_us +
			(int64_t)((double)(now.us - sending->scenario.start.us) / speed);
		left = due - progress_clock_us();
		if (left <= 0)
			break;
		(void)poll(&stop, 1, left / 1000 < 1000 ? (int)(left / 1000) + 1 : 1000);
	}
	return !interrupt_came();
}

/* One minute of traffic, second by second. False: interrupted. */
static bool
send_minute(struct sending *sending, const struct observation *o, size_t count)
{
	struct wall end = traffic_now(sending->traffic), now = {end.us - WALL_MINUTE};
	size_t taken = 0;

	while (now.us < end.us) {
		size_t first = taken;

		now.us += WALL_SECOND;
		while (taken < count && o[taken].time.us < now.us)
			taken++;
		if (!wait_for(sending, now))
			return false;
		wire_minute(sending->wire, first < taken ? &o[first] : NULL, taken - first, now,
			transmitter_datagram, sending->transmitter);
		transmitter_flush(sending->transmitter);
	}
	return true;
}

bool
sending_play(struct sending *sending, int stop, struct progress *progress)
{
	double minutes = sending->scenario.days * 1440;
	const struct observation *observations;
	uint64_t minute = 0;
	int64_t count;

	sending->stop = stop;
	sending->begun_us = progress_clock_us();
	while ((count = traffic_minute(sending->traffic, &observations)) >= 0) {
		if (!send_minute(sending, observations, (size_t)count))
			return false;
		progress_show(progress, (uint64_t)(1000 * (double)++minute / minutes), 1000, NULL);
	}
	wire_end(sending->wire, transmitter_datagram, sending->transmitter);
	transmitter_flush(sending->transmitter);
	return true;
}

static void
print_exporter(const struct sending *sending, unsigned number)
{
	struct transmitter_counts sent = transmitter_counts(sending->transmitter, number);
	char text[ADDRESS_TEXT], sampled[24] = "all packets";
	struct wire_exporter exporter;
	struct address from;
	const char *dialect;
	uint16_t port;

	wire_exporter(sending->wire, number, &exporter);
	transmitter_from(sending->transmitter, number, &from, &port);
	dialect = exporter.is_nat ? "ipfix-nat" : export_dialect_names[exporter.dialect];
	if (sending->settings->is_json) {
		printf("{\"type\":\"exporter\",\"address\":\"%s\",\"port\":%u,\"dialect\":\"%s\","
		       "\"sampling\":%u,\"datagrams\":%llu,\"bytes\":%llu,\"refused\":%llu,"
		       "\"failed\":%llu,\"templates\":%llu,\"options\":%llu,\"records\":%llu,"
		       "\"mail_records\":%llu,\"twins\":%llu,\"bindings\":%llu,"
		       "\"connections\":%llu}\n",
			address_format(&from, text), port, dialect, exporter.sampling,
			(unsigned long long)sent.datagrams, (unsigned long long)sent.bytes,
			(unsigned long long)sent.refused, (unsigned long long)sent.failed,
			(unsigned long long)exporter.counts.sent.templates,
			(unsigned long long)exporter.counts.sent.options,
			(unsigned long long)exporter.counts.sent.records,
			(unsigned long long)exporter.counts.mail_records,
			(unsigned long long)exporter.counts.twins,
			(unsigned long long)exporter.counts.bindings,
			(unsigned long long)exporter.counts.connections);
		return;
	}
	if (exporter.sampling > 1)
		snprintf(sampled, sizeof(sampled), "1 in %u", exporter.sampling);
	printf("%-15s %5u  %-12s  %-11s %10llu %11llu %10llu %11llu\n", address_format(&from, text),
		port, dialect, sampled, (unsigned long long)sent.datagrams,
		(unsigned long long)exporter.counts.sent.records,
		(unsigned long long)exporter.counts.mail_records,
		(unsigned long long)exporter.counts.connections);
}

/* Returns the exit code. */
static int
print_sent(const struct sending *sending)
{
	unsigned long long refused = 0, failed = 0;

	if (!sending->settings->is_json)
		printf("%-15s %5s  %-12s  %-11s %10s %11s %10s %11s\n", "exporter", "port",
			"dialect", "sampled", "datagrams", "records", "of mail", "connections");
	for (unsigned i = 0; i < wire_exporters(sending->wire); i++) {
		struct transmitter_counts sent = transmitter_counts(sending->transmitter, i);

		print_exporter(sending, i);
		refused += sent.refused;
		failed += sent.failed;
	}
	fflush(stdout);
	if (refused + failed == 0)
		return EXIT_DONE;
	fprintf(stderr,
		refused > 0 ? "lazaret: %llu datagrams were refused: nobody listens there\n"
			    : "lazaret: %llu datagrams could not be sent\n",
		refused > 0 ? refused : failed);
	return EXIT_INPUT;
}

int
sending_new(struct sending **ret, const struct scenario *scenario,
	const struct sending_settings *settings, struct fail *fail)
{
	struct sending *sending = xcalloc(1, sizeof(*sending));
	int r;

	sending->settings = settings;
	wire_scenario(scenario, &sending->scenario);
	sending->traffic = traffic_new(&sending->scenario);
	r = wire_new(&sending->wire, &sending->scenario, sending->traffic, shift_of(sending), fail);
	if (r < 0)
		sending = sending_free(sending);
	*ret = sending;
	return r;
}

struct sending *
sending_free(struct sending *sending)
{
	if (sending == NULL)
		return NULL;
	transmitter_free(sending->transmitter);
	wire_free(sending->wire);
	traffic_free(sending->traffic);
	free(sending);
	return NULL;
}

int
sending_open(struct sending *sending, struct fail *fail)
{
	struct transmitter_settings transmitter = {.to = sending->settings->to,
		.port = sending->settings->port,
		.exporters = wire_exporters(sending->wire),
		.may_send = may_send,
		.context = sending};

	return transmitter_new(&sending->transmitter, &transmitter, fail);
}

const struct traffic *
sending_traffic(const struct sending *sending)
{
	return sending->traffic;
}

const struct wire *
sending_wire(const struct sending *sending)
{
	return sending->wire;
}

struct sending_counts
sending_counts(const struct sending *sending)
{
	struct sending_counts counts = {.exporters = wire_exporters(sending->wire)};

	for (unsigned i = 0; i < counts.exporters; i++) {
		struct transmitter_counts sent = transmitter_counts(sending->transmitter, i);
		struct wire_exporter exporter;

		wire_exporter(sending->wire, i, &exporter);
		counts.datagrams += sent.datagrams;
		counts.failed += sent.failed;
		counts.records += exporter.counts.sent.records;
	}
	return counts;
}

int
sending_run(const struct scenario *scenario, const struct sending_settings *settings,
	struct progress *progress, struct fail *fail)
{
	struct sending *sending;
	int r = sending_new(&sending, scenario, settings, fail);

	if (r < 0)
		return r;
	r = sending_open(sending, fail);
	if (r == 0) {
		(void)sending_play(sending, interrupt_begin(), progress);
		progress_done(progress);
		interrupt_end();
		r = print_sent(sending);
	}
	sending_free(sending);
	return r;
}
