/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/source.h"
#include "source_text.h"
#include "unit.h"

/* As nfdump 1.7.1 writes it, without the columns that follow. */
#define OLD "ts,te,td,sa,da,sp,dp,pr,flg,fwd,stos,ipkt,ibyt,opkt,obyt\n"
/* As nfdump 1.7.3 and later do. */
#define NEW "firstSeen,duration,proto,srcAddr,srcPort,dstAddr,dstPort,packets,bytes,flows\n"
#define SUMMARY                                                                                    \
	"Summary\nflows,bytes,packets,avg_bps,avg_pps,avg_bpp\n4593,241025,4652,58357,140,51\n"

static struct seen seen;

static void
read_all(const char *text)
{
	read_as(&format_nfdump_csv, text, &seen);
	assert_int_equal(seen.result, 0);
}

static void
both_directions_are_joined(void **state)
{
	read_all(OLD
		"2013-12-26 00:18:44,2013-12-26 00:18:45,0.466,10.0.0.1,173.194.68.26,57406,25,TCP,"
		"...AP.SF,0,0,17,2276,0,0\n"
		"2013-12-26 00:18:44,2013-12-26 00:18:45,0.465,173.194.68.26,10.0.0.1,25,57406,TCP,"
		"...AP.SF,0,0,19,5623,0,0\n" SUMMARY);
	assert_int_equal(seen.count, 1);
	assert_string_equal(say(&seen.observations[0]),
		"2013-12-26T00:18:44.000Z 10.0.0.1:57406 173.194.68.26:25 accepted");
	assert_int_equal(seen.observations[0].flags, 0);
	assert_int_equal(seen.counts.records, 2);
	assert_int_equal(seen.counts.errors, 0);
}

static void
refused_and_unanswered_attempts_are_failures(void **state)
{
	read_all(OLD "2010-07-04 20:24:17,2010-07-04 "
		     "20:24:17,0.000,172.16.0.8,64.13.134.52,36050,25,TCP,"
		     "......S.,0,0,1,44,0,0\n"
		     "2010-07-04 20:24:17,2010-07-04 "
		     "20:24:17,0.000,64.13.134.52,172.16.0.8,25,36050,TCP,"
		     "...A.R..,0,0,1,40,0,0\n"
		     "2010-07-04 20:24:18,2010-07-04 "
		     "20:24:18,0.000,172.16.0.8,64.13.134.52,36050,465,TCP,"
		     "0x02,0,0,1,44,0,0\n");
	assert_int_equal(seen.count, 2);
	assert_int_equal(seen.observations[0].outcome, OUTCOME_FAILED);
	assert_int_equal(seen.observations[0].flags, 0);
	assert_int_equal(seen.observations[1].outcome, OUTCOME_FAILED);
	assert_int_equal(seen.observations[1].flags, OBSERVATION_ONE_SIDED);
}

static void
newer_headers_and_times_are_understood(void **state)
{
	read_all(
		NEW "2026-04-15 03:42:01.250,12.5,TCP,2001:db8::1,40000,2001:db8::2,587,12,5000,1\n"
		    "2026-04-15 03:42:01.250,12.5,ICMP,10.0.0.1,0,10.0.0.2,8.0,12,5000,1\n");
	assert_int_equal(seen.count, 1);
	assert_string_equal(say(&seen.observations[0]),
		"2026-04-15T03:42:01.250Z 2001:db8::1:40000 2001:db8::2:587 accepted");
	assert_int_equal(seen.observations[0].duration_ms, 12500);
	read_all(
		"cnt,af,firstSeen,lastSeen,proto,srcAddr,srcPort,dstAddr,dstPort,srcAS,dstAS,input,"
		"output,flags,srcTos,packets,bytes\n"
		"1,2,1776224521250,1776224523250,6,10.0.0.1,40000,10.0.0.2,25,0,0,0,0,......S.,0,3,"
		"180\n");
	assert_string_equal(say(&seen.observations[0]),
		"2026-04-15T03:42:01.250Z 10.0.0.1:40000 10.0.0.2:25 failed");
	assert_int_equal(seen.observations[0].duration_ms, 2000);
}

static void
files_put_together_are_read_through_their_summaries(void **state)
{
	read_all(OLD
		"No matching flows\n" SUMMARY OLD
		"2010-07-04 20:24:17,2010-07-04 20:24:17,0.000,172.16.0.8,64.13.134.52,36050,25,"
		"TCP,......S.,0,0,1,44,0,0\n" SUMMARY NEW
		"2010-07-04 20:24:18,1,TCP,172.16.0.8,36051,64.13.134.52,25,12,5000,1\n");
	assert_int_equal(seen.count, 2);
	assert_int_equal(seen.counts.records, 2);
	assert_int_equal(seen.counts.errors, 0);
}

static void
a_common_factor_of_all_packets_is_the_sampling(void **state)
{
	static char text[8192] = OLD;

	for (int i = 0; i < 20; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			"2010-07-04 20:24:17,2010-07-04 20:24:17,0,10.0.0.%d,10.9.9.9,4000,25,TCP,"
			"......S.,0,0,%d,%d,0,0\n",
			i, 100 * (i + 1), 4400 * (i + 1));
	read_all(text);
	assert_int_equal(seen.count, 20);
	assert_int_equal(seen.observations[0].sampling, 100);
	assert_int_equal(seen.observations[0].outcome, OUTCOME_UNKNOWN);
}

/* Nor may one make the program compute with what no number can hold. */
static void
times_that_no_clock_tells_are_refused(void **state)
{
	read_all(
		OLD "9223372036854774,x,9223372036853,10.0.0.1,10.9.9.9,4000,25,TCP,...AP.S.,0,0,9,"
		    "900,0,0\n"
		    "253402300799,x,9223372036853,10.0.0.1,10.9.9.9,4001,25,TCP,...AP.S.,0,0,9,900,"
		    "0,0\n"
		    "-62135596800,253402300799999,1,10.0.0.1,10.9.9.9,4002,25,TCP,...AP.S.,0,0,9,"
		    "900,0,0\n");
	assert_int_equal(seen.count, 2);
	assert_int_equal(seen.counts.skipped_records, 1);
	assert_string_equal(seen.error.what,
		"line 2: expected a time such as 2018-01-12 15:37:30 "
		"as the first seen, found \"9223372036854774\"");
}

static void
damaged_lines_are_told_and_the_rest_goes_on(void **state)
{
	read_all(OLD "2010-07-04,2010-07-04,0,10.0.0.1,10.9.9.9,4000,25,TCP,......S.,0,0,1,44,0,0\n"
		     "2010-07-04 20:24:17,2010-07-04 20:24:17,0,10.0.0,10.9.9.9,4000,25,TCP,"
		     "......S.,0,0,1,44,0,0\n"
		     "2010-07-04 20:24:17,2010\n"
		     "2010-07-04 20:24:17,2010-07-04 20:24:17,0,10.0.0.1,10.9.9.9,4000,25,TCP,"
		     "......S.,0,0,1,44,0,0\n");
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.counts.skipped_records, 3);
	assert_int_equal(seen.counts.errors, 3);
	assert_string_equal(seen.error.what,
		"line 2: expected a time such as 2018-01-12 15:37:30 "
		"as the first seen, found \"2010-07-04\"");
}

static void
a_binary_file_is_refused_with_the_command_that_converts_it(void **state)
{
	struct source *source;
	struct fail fail;
	char expected[1200];
	const char *path = data_path("flows/test1-malicious.nfdump");

	source = source_open(path, &INTAKE_DEFAULTS, &fail);
	assert_null(source);
	snprintf(expected, sizeof(expected), "convert it first: nfdump -r %s -o csv > %s.csv", path,
		path);
	assert_string_equal(fail.hint, expected);
}

static void
a_column_that_is_missing_is_named(void **state)
{
	read_as(&format_nfdump_csv, "ts,te,sa,da,sp,pr\n", &seen);
	assert_int_equal(seen.result, -1000);
	assert_string_equal(
		seen.fail.what, "looks like nfdump CSV, but has no column dp or dstPort");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_directions_are_joined),
		cmocka_unit_test(refused_and_unanswered_attempts_are_failures),
		cmocka_unit_test(newer_headers_and_times_are_understood),
		cmocka_unit_test(files_put_together_are_read_through_their_summaries),
		cmocka_unit_test(a_common_factor_of_all_packets_is_the_sampling),
		cmocka_unit_test(times_that_no_clock_tells_are_refused),
		cmocka_unit_test(damaged_lines_are_told_and_the_rest_goes_on),
		cmocka_unit_test(a_binary_file_is_refused_with_the_command_that_converts_it),
		cmocka_unit_test(a_column_that_is_missing_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
