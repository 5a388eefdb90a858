/* SPDX-License-Identifier: BSD-2-Clause */
/* Any text as a scenario: what is taken can be played, what is refused says where and changes nothing. */
#include "fuzz.h"
#include "rehearse/traffic.h"

/* Only networks that are small and over soon are played. */
#define LINES_MOST   200
#define MINUTES_MOST 30

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
