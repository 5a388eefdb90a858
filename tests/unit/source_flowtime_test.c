/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/export/flowtime.h"
#include "unit.h"

#define SECONDS INT64_C(1700000000)
#define NTP     ((uint64_t)SECONDS + 2208988800)

struct made {
	struct place place[SLOT_COUNT];
	uint8_t bytes[64];
	uint16_t used;
};

static const struct moment moment = {{SECONDS * WALL_SECOND}, SECONDS, 5000};

static void
put(struct made *made, enum slot slot, uint64_t value, uint16_t size)
{
	for (unsigned i = 0; i < size; i++)
		made->bytes[made->used + i] = (uint8_t)(value >> 8 * (size - 1 - i));
	made->place[slot] = (struct place){made->used, size};
	made->used += size;
}

static void
expect(const struct made *made, bool netflow, int64_t started, int64_t start, int64_t end)
{
	struct wall a, b;

	flowtime_parse(&moment, netflow, started, made->place, made->bytes, &a, &b);
	assert_true(a.us == start);
	assert_true(b.us == end);
}

static void
all_units_mean_the_same_moment(void **state)
{
	int64_t start = (SECONDS - 8) * WALL_SECOND, end = (SECONDS - 2) * WALL_SECOND;
	struct made seconds = {0}, milli = {0}, micro = {0}, nano = {0}, delta = {0};

	put(&seconds, SLOT_START_SECONDS, SECONDS - 8, 4);
	put(&seconds, SLOT_END_SECONDS, SECONDS - 2, 4);
	expect(&seconds, false, 0, start, end);
	put(&milli, SLOT_START_MILLI, (SECONDS - 8) * 1000, 8);
	put(&milli, SLOT_END_MILLI, (SECONDS - 2) * 1000, 8);
	expect(&milli, false, 0, start, end);
	put(&micro, SLOT_START_MICRO, (NTP - 8) << 32, 8);
	put(&micro, SLOT_END_MICRO, (NTP - 2) << 32, 8);
	expect(&micro, false, 0, start, end);
	put(&nano, SLOT_START_NANO, (NTP - 8) << 32, 8);
	put(&nano, SLOT_END_NANO, (NTP - 2) << 32, 8);
	expect(&nano, false, 0, start, end);
	put(&delta, SLOT_START_DELTA, 8000000, 4);
	put(&delta, SLOT_END_DELTA, 2000000, 4);
	expect(&delta, false, 0, start, end);
}

static void
ntp_has_a_fraction_an_era_and_noise(void **state)
{
	struct made micro = {0};

	assert_true(flowtime_from_ntp(NTP << 32 | 0x80000000).us == SECONDS * WALL_SECOND + 500000);
	/* 2036-02-07T06:28:16Z, when the seconds begin anew. */
	assert_true(flowtime_from_ntp(0).us == INT64_C(2085978496) * WALL_SECOND);
	put(&micro, SLOT_START_MICRO, (NTP - 8) << 32 | 0x7ff, 8);
	expect(&micro, false, 0, (SECONDS - 8) * WALL_SECOND, (SECONDS - 8) * WALL_SECOND);
}

static void
two_uptimes_alone_mean_the_same_on_the_short_way(void **state)
{
	/* Also what is after the header, far before it, wrapped, and ends before it begins. */
	static const uint32_t at[] = {0, 1, 2000, 4999, 5000, 5001, 3605000, 3605001, 700000000,
		0x80000000, UINT32_MAX - 604795000, UINT32_MAX - 604794998, UINT32_MAX};
	const size_t count = sizeof(at) / sizeof(*at);

	for (size_t i = 0; i < count * count; i++) {
		struct made made = {0};
		struct wall start, end;

		put(&made, SLOT_START_UPTIME, at[i / count], 4);
		put(&made, SLOT_END_UPTIME, at[i % count], 4);
		flowtime_parse_uptimes(&moment, at[i / count], at[i % count], &start, &end);
		expect(&made, true, 0, start.us, end.us);
	}
}

static void
uptimes_of_netflow_count_from_the_header(void **state)
{
	struct made made = {0}, wrapped = {0};
	struct moment young = moment;
	struct wall start, end;

	put(&made, SLOT_START_UPTIME, 1000, 4);
	put(&made, SLOT_END_UPTIME, 4000, 4);
	expect(&made, true, 0, (SECONDS - 4) * WALL_SECOND, (SECONDS - 1) * WALL_SECOND);
	/* sysUpTime began anew between the flow and its export. */
	young.uptime = 2000;
	put(&wrapped, SLOT_START_UPTIME, UINT32_MAX - 999, 4);
	put(&wrapped, SLOT_END_UPTIME, 1000, 4);
	flowtime_parse(&young, true, 0, wrapped.place, wrapped.bytes, &start, &end);
	assert_true(start.us == (SECONDS - 3) * WALL_SECOND);
	assert_true(end.us == (SECONDS - 1) * WALL_SECOND);
}

static void
uptimes_of_ipfix_need_a_start_of_the_exporter(void **state)
{
	int64_t started = SECONDS * 1000 - (INT64_C(1) << 32) - 50000;
	struct made made = {0};

	put(&made, SLOT_START_UPTIME, 40000, 4);
	put(&made, SLOT_END_UPTIME, 45000, 4);
	/* Not known: it lasted five seconds and ended when it was exported. */
	expect(&made, false, 0, (SECONDS - 5) * WALL_SECOND, SECONDS * WALL_SECOND);
	/* Known from options, and more than 49.7 days ago. */
	expect(&made, false, started, (SECONDS - 10) * WALL_SECOND, (SECONDS - 5) * WALL_SECOND);
	/* The record's own is better. */
	put(&made, SLOT_BOOT_MILLI, (uint64_t)(SECONDS * 1000 - 60000), 8);
	expect(&made, false, started, (SECONDS - 20) * WALL_SECOND, (SECONDS - 15) * WALL_SECOND);
}

static void
a_duration_stands_in_for_either_end(void **state)
{
	struct made start = {0}, end = {0};

	put(&start, SLOT_START_MILLI, (SECONDS - 8) * 1000, 8);
	put(&start, SLOT_DURATION_MILLI, 3000, 4);
	expect(&start, false, 0, (SECONDS - 8) * WALL_SECOND, (SECONDS - 5) * WALL_SECOND);
	put(&end, SLOT_END_MILLI, (SECONDS - 5) * 1000, 8);
	put(&end, SLOT_DURATION_MICRO, 3000000, 4);
	expect(&end, false, 0, (SECONDS - 8) * WALL_SECOND, (SECONDS - 5) * WALL_SECOND);
}

static void
absurd_times_become_the_export_time(void **state)
{
	struct made far = {0}, back = {0}, none = {0}, huge = {0};

	put(&far, SLOT_START_SECONDS, 4000000000, 4);
	put(&far, SLOT_END_SECONDS, 1, 4);
	expect(&far, false, 0, SECONDS * WALL_SECOND, SECONDS * WALL_SECOND);
	put(&huge, SLOT_START_MILLI, UINT64_MAX, 8);
	put(&huge, SLOT_END_MILLI, 0, 8);
	expect(&huge, false, 0, SECONDS * WALL_SECOND, SECONDS * WALL_SECOND);
	put(&back, SLOT_START_SECONDS, SECONDS - 2, 4);
	put(&back, SLOT_END_SECONDS, SECONDS - 8, 4);
	expect(&back, false, 0, (SECONDS - 2) * WALL_SECOND, (SECONDS - 2) * WALL_SECOND);
	expect(&none, false, 0, SECONDS * WALL_SECOND, SECONDS * WALL_SECOND);
}

static void
an_event_has_its_own_time(void **state)
{
	struct made made = {0};

	put(&made, SLOT_START_MILLI, (SECONDS - 8) * 1000, 8);
	assert_true(flowtime_parse_event(&moment, false, 0, made.place, made.bytes).us ==
		(SECONDS - 8) * WALL_SECOND);
	put(&made, SLOT_EVENT_MILLI, (SECONDS - 1) * 1000 + 5, 8);
	assert_true(flowtime_parse_event(&moment, false, 0, made.place, made.bytes).us ==
		(SECONDS - 1) * WALL_SECOND + 5000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_units_mean_the_same_moment),
		cmocka_unit_test(ntp_has_a_fraction_an_era_and_noise),
		cmocka_unit_test(two_uptimes_alone_mean_the_same_on_the_short_way),
		cmocka_unit_test(uptimes_of_netflow_count_from_the_header),
		cmocka_unit_test(uptimes_of_ipfix_need_a_start_of_the_exporter),
		cmocka_unit_test(a_duration_stands_in_for_either_end),
		cmocka_unit_test(absurd_times_become_the_export_time),
		cmocka_unit_test(an_event_has_its_own_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
