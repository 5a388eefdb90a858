/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/source.h"
#include "source_text.h"
#include "unit.h"

#define FLOW(flow, tcp)                                                                            \
	"{\"timestamp\":\"2021-06-06T16:00:00.000000+0200\",\"flow_id\":1,\"event_type\":"         \
	"\"flow\","                                                                                \
	"\"src_ip\":\"10.0.0.1\",\"src_port\":40000,\"dest_ip\":\"10.0.0.2\",\"dest_port\":25,"    \
	"\"proto\":\"TCP\",\"flow\":{" flow                                                        \
	",\"start\":\"2021-06-06T15:59:46.457984+0200\",\"end\":\"2021-06-06T15:59:48+0200\"},"    \
	"\"tcp\":{" tcp "}}\n"

static struct seen seen;

static void
one(const char *text, const char *outcome)
{
	char expected[200];

	read_as(&format_suricata, text, &seen);
	assert_int_equal(seen.result, 0);
	assert_int_equal(seen.count, 1);
	snprintf(expected, sizeof(expected),
		"2021-06-06T13:59:46.457Z 10.0.0.1:40000 10.0.0.2:25 %s", outcome);
	assert_string_equal(say(&seen.observations[0]), expected);
}

static void
flows_tell_the_outcome(void **state)
{
	one(FLOW("\"pkts_toserver\":2,\"pkts_toclient\":2,\"bytes_toserver\":120,\"bytes_"
		 "toclient\":120",
		    "\"tcp_flags\":\"16\",\"tcp_flags_ts\":\"02\",\"tcp_flags_tc\":\"14\""),
		"failed");
	assert_int_equal(seen.observations[0].duration_ms, 1542);
	one(FLOW("\"pkts_toserver\":3,\"pkts_toclient\":0,\"bytes_toserver\":222,\"bytes_"
		 "toclient\":0",
		    "\"tcp_flags\":\"02\",\"tcp_flags_ts\":\"02\",\"tcp_flags_tc\":\"00\""),
		"failed");
	one(FLOW("\"pkts_toserver\":20,\"pkts_toclient\":18,\"bytes_toserver\":5000,"
		 "\"bytes_toclient\":1800",
		    "\"tcp_flags\":\"1b\",\"tcp_flags_ts\":\"1b\",\"tcp_flags_tc\":\"1b\""),
		"accepted");
	one(FLOW("\"pkts_toserver\":8,\"pkts_toclient\":8,\"bytes_toserver\":700,\"bytes_"
		 "toclient\":"
		 "900",
		    "\"tcp_flags\":\"1b\",\"tcp_flags_ts\":\"1b\",\"tcp_flags_tc\":\"1b\""),
		"refused");
	one(FLOW("\"action\":\"drop\",\"pkts_toserver\":1,\"pkts_toclient\":0,\"bytes_toserver\":"
		 "74,"
		 "\"bytes_toclient\":0",
		    "\"tcp_flags_ts\":\"02\",\"tcp_flags_tc\":\"00\""),
		"blocked");
}

static void
smtp_events_are_details_of_their_flow(void **state)
{
	one("{\"timestamp\":\"2021-06-06T15:59:47.000000+0200\",\"event_type\":\"smtp\",\"src_ip\":"
	    "\"10.0.0.1\",\"src_port\":40000,\"dest_ip\":\"10.0.0.2\",\"dest_port\":25,\"proto\":"
	    "\"TCP\",\"smtp\":{\"helo\":\"x\",\"mail_from\":\"a\",\"rcpt_to\":[\"b\",\"c\"]},"
	    "\"email\":{\"status\":\"PARSE_DONE\"}}\n" FLOW(
		    "\"pkts_toserver\":8,\"pkts_toclient\":8,\"bytes_toserver\":700,"
		    "\"bytes_toclient\":900",
		    "\"tcp_flags\":\"1b\",\"tcp_flags_ts\":\"1b\",\"tcp_flags_tc\":\"1b\""),
		"accepted");
	assert_int_equal(seen.observations[0].recipients, 2);
	assert_int_equal(seen.observations[0].flags, 0);
}

static void
other_events_are_only_counted(void **state)
{
	read_as(&format_suricata,
		"{\"timestamp\":\"x\",\"event_type\":\"alert\",\"src_ip\":\"10.0.0.1\",\"src_"
		"port\":1,"
		"\"dest_ip\":\"10.0.0.2\",\"dest_port\":25,\"proto\":\"TCP\"}\n"
		"{\"timestamp\":\"x\",\"event_type\":\"flow\",\"src_ip\":\"10.0.0.1\",\"src_port\":"
		"1,"
		"\"dest_ip\":\"10.0.0.2\",\"dest_port\":25,\"proto\":\"UDP\"}\n"
		"{\"event_type\":\"stats\",\"stats\":{}}\n",
		&seen);
	assert_int_equal(seen.counts.records, 3);
	assert_int_equal(seen.counts.mail_records, 0);
	assert_int_equal(seen.counts.errors, 0);
}

static void
damaged_lines_are_told_and_the_rest_goes_on(void **state)
{
	read_as(&format_suricata,
		"{\"event_type\":\"flow\",\"src_port\":40000,\"dest_port\":25,\"proto\":\"TC\n"
		"{\"timestamp\":\"yesterday\",\"event_type\":\"flow\",\"src_ip\":\"10.0.0.1\","
		"\"src_port\":1,\"dest_ip\":\"10.0.0.2\",\"dest_port\":25,\"proto\":\"TCP\"}\n"
		"{\"timestamp\":\"2021-06-06T15:59:47+0200\",\"event_type\":\"flow\",\"src_ip\":"
		"\"x\","
		"\"src_port\":1,\"dest_ip\":\"10.0.0.2\",\"dest_port\":25,\"proto\":\"TCP\"}\n"
		"\x01\x02\x03\n",
		&seen);
	assert_int_equal(seen.counts.records, 4);
	assert_int_equal(seen.counts.skipped_records, 4);
	assert_string_equal(seen.error.what, "line 1: expected a whole JSON object");
}

static void
a_real_file_gives_its_six_connections(void **state)
{
	struct observation o[8];
	struct fail fail;
	const char *path = data_path("flows/test6-malicious.suricata.json.xz");
	struct source *source;
	int got, sum = 0, failed = 0;

	source = source_open(path, &INTAKE_DEFAULTS, &fail);
	assert_non_null(source);
	assert_true(source_is_unordered(source));
	while ((got = source_read(source, o, 8)) > 0) {
		for (int i = 0; i < got; i++)
			failed += o[i].outcome == OUTCOME_FAILED;
		sum += got;
	}
	assert_int_equal(got, 0);
	assert_int_equal(sum, 6);
	assert_int_equal(failed, 6);
	assert_int_equal(intake_counts(source_intake(source))->records, 5000);
	assert_int_equal(intake_counts(source_intake(source))->errors, 0);
	source_close(source);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flows_tell_the_outcome),
		cmocka_unit_test(smtp_events_are_details_of_their_flow),
		cmocka_unit_test(other_events_are_only_counted),
		cmocka_unit_test(damaged_lines_are_told_and_the_rest_goes_on),
		cmocka_unit_test(a_real_file_gives_its_six_connections),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
