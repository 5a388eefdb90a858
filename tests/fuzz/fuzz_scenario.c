/* SPDX-License-Identifier: BSD-2-Clause */
/* Any text as a scenario: what is taken can be played and sent, and a receiver understands all of it; what is
 * refused says where and changes nothing. */
#include "fuzz.h"
#include "rehearse/wire.h"
#include "source/export/export.h"

/* Only networks that are small and over soon are played. */
#define LINES_MOST   200
#define MINUTES_MOST 30

struct receiver {
	struct wire *wire;
	struct intake *intake;
	struct export *exporters;
};

static void
receive(void *context, unsigned number, const uint8_t *bytes, size_t size)
{
	struct receiver *receiver = context;
	struct observation o[64];
	struct export_from from = {.file = "fuzz",
		.has_address = true,
		.port = (uint16_t)number,
		.received = wire_clock(receiver->wire)};

	from.address = address_from_v4(number + 1);
	export_datagram(receiver->exporters, &from, bytes, size);
	while (intake_take(receiver->intake, o, 64) == 64)
		;
}

static void
send_all(const struct scenario *scenario)
{
	static struct scenario sent;
	struct intake_settings intake = INTAKE_DEFAULTS;
	struct export_settings exporters = EXPORT_DEFAULTS;
	const struct observation *observations;
	const struct intake_counts *counts;
	struct receiver receiver;
	struct traffic *traffic;
	struct fail fail;
	int64_t count;

	wire_scenario(scenario, &sent);
	/* A thousand records for each one about mail are too many to try here. */
	if (sent.background > 0.5)
		sent.background = 0.5;
	traffic = traffic_new(&sent);
	must(wire_new(&receiver.wire, &sent, traffic, 0, &fail) == 0);
	intake.join_most = 1024;
	exporters.sessions_most = 256;
	exporters.templates_total = 1024;
	receiver.intake = intake_new(&intake);
	receiver.exporters = export_new(&exporters, receiver.intake);
	while ((count = traffic_minute(traffic, &observations)) >= 0)
		wire_minute(receiver.wire, observations, (size_t)count, traffic_now(traffic),
			receive, &receiver);
	wire_end(receiver.wire, receive, &receiver);
	counts = intake_counts(receiver.intake);
	must(counts->errors == 0 && counts->skipped_bytes == 0 && counts->lost_records == 0);
	must(export_counts(receiver.exporters)->malformed == 0);
	export_free(receiver.exporters);
	intake_free(receiver.intake);
	wire_free(receiver.wire);
	traffic_free(traffic);
}

static void
play(struct scenario *scenario)
{
	const struct observation *observations;
	struct traffic *traffic;
	uint64_t lines = 0;
	int64_t last = 0;

	for (unsigned i = 0; i < scenario->class_count; i++) {
		lines += scenario_class_lines(scenario, &scenario->class[i]);
		/* 300 mails a second for half an hour are too many to try in a fuzzer. */
		if (scenario->class[i].value[VALUE_RATE].high > 1 ||
			scenario->class[i].value[VALUE_RUN_SIZE].high > 1000)
			return;
		for (int value = VALUE_GAP; value <= VALUE_BURST_GAP; value++) {
			if (scenario->class[i].value[value].kind != DISTRIBUTION_NONE &&
				(value == VALUE_GAP || value == VALUE_BURST_GAP) &&
				scenario->class[i].value[value].low < 1)
				return;
		}
	}
	if (lines > LINES_MOST)
		return;
	if (scenario->days > MINUTES_MOST / 1440.0)
		scenario->days = MINUTES_MOST / 1440.0;
	traffic = traffic_new(scenario);
	for (;;) {
		int64_t count = traffic_minute(traffic, &observations);

		if (count < 0)
			break;
		for (int64_t i = 0; i < count; i++) {
			must(observations[i].time.us >= last);
			last = observations[i].time.us;
		}
	}
	traffic_free(traffic);
	send_all(scenario);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct scenario scenario;
	struct text text = {.at = (const char *)bytes, .length = size};
	struct fail fail = {.where = ""};
	int r;

	scenario.seed = 4711;
	r = scenario_parse(&scenario, text, "fuzz", &fail);
	if (r == 0)
		play(&scenario);
	else
		must(scenario.seed == 4711 && fail.where[0] != '\0' && fail.what[0] != '\0');
	return 0;
}
