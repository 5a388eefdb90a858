/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/source.h"
#include "source_text.h"
#include "unit.h"

#define CONN                                                                                       \
	"#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n"            \
	"#path\tconn\n#open\t2022-01-11-16-32-34\n"                                                \
	"#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\t" \
	"orig_bytes\tresp_bytes\tconn_state\tmissed_bytes\thistory\torig_pkts\torig_ip_bytes\t"    \
	"resp_pkts\tresp_ip_bytes\n"                                                               \
	"#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\tcount\t"     \
	"string\tcount\tstring\tcount\tcount\tcount\tcount\n"
#define SMTP                                                                                       \
	"#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n"            \
	"#path\tsmtp\n"                                                                            \
	"#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\ttrans_depth\tmailfrom\t"    \
	"rcptto\tsubject\tlast_reply\ttls\n"

static struct seen seen;

static void
one(const struct format *format, const char *text, const char *expected)
{
	read_as(format, text, &seen);
	assert_int_equal(seen.result, 0);
	assert_int_equal(seen.count, 1);
	assert_string_equal(say(&seen.observations[0]), expected);
}

static void
conn_with(const char *state, const char *history, const char *counts, const char *outcome)
{
	char text[2000], expected[200];

	snprintf(text, sizeof(text),
		CONN "1641918754.5\tC1\t10.0.0.1\t40000\t10.0.0.2\t25\ttcp\tsmtp\t2.5\t100\t200\t%s"
		     "\t0\t%s\t%s\n#close\t2022-01-11-16-40-00\n",
		state, history, counts);
	snprintf(expected, sizeof(expected),
		"2022-01-11T16:32:34.500Z 10.0.0.1:40000 10.0.0.2:25 %s", outcome);
	one(&format_zeek_tsv, text, expected);
}

static void
states_and_histories_tell_the_outcome(void **state)
{
	conn_with("SF", "ShADadfF", "20\t5000\t18\t1200", "accepted");
	assert_int_equal(seen.observations[0].duration_ms, 2500);
	conn_with("SF", "ShADadfF", "8\t600\t8\t700", "refused");
	conn_with("S0", "S", "3\t180\t0\t0", "failed");
	conn_with("REJ", "Sr", "1\t60\t1\t40", "failed");
	conn_with("S0", "-", "3\t180\t0\t0", "failed");
	conn_with("REJ", "-", "1\t60\t1\t40", "failed");
	conn_with("RSTOS0", "-", "2\t100\t0\t0", "failed");
	conn_with("SF", "-", "20\t5000\t18\t1200", "accepted");
	conn_with("OTH", "DadA", "4\t300\t4\t400", "unknown");
	assert_int_equal(seen.observations[0].flags, OBSERVATION_CUT);
	conn_with("SF", "ShADadfF", "-\t-\t-\t-", "unknown");
}

static void
answers_alone_leave_the_outcome_open(void **state)
{
	one(&format_zeek_tsv,
		CONN
		"1641918754.5\tC1\t10.0.0.1\t40000\t10.0.0.2\t25\ttcp\t-\t-\t-\t-\tSHR\t0\t^hadf\t"
		"0\t0\t9\t800\n",
		"2022-01-11T16:32:34.500Z 10.0.0.1:40000 10.0.0.2:25 unknown");
	assert_int_equal(seen.observations[0].flags, OBSERVATION_ONE_SIDED);
}

static void
smtp_tells_recipients_refusals_and_tls(void **state)
{
	one(&format_zeek_tsv,
		SMTP "1641918754.5\tC1\t10.0.0.1\t40000\t10.0.0.2\t25\t1\ta@b.example\t"
		     "c@d.example,e@d.example\t-\t550 5.1.1 unknown user\tF\n",
		"2022-01-11T16:32:34.500Z 10.0.0.1:40000 10.0.0.2:25 refused");
	assert_int_equal(seen.observations[0].recipients, 2);
	assert_int_equal(seen.observations[0].refusals, 1);
	assert_int_equal(seen.observations[0].flags, OBSERVATION_DETAIL);
	one(&format_zeek_tsv,
		SMTP
		"1641918754.5\tC1\t10.0.0.1\t40000\t10.0.0.2\t587\t1\t-\t(empty)\t-\t220 OK\tT\n",
		"2022-01-11T16:32:34.500Z 10.0.0.1:40000 10.0.0.2:587 unknown");
	assert_int_equal(seen.observations[0].flags, OBSERVATION_DETAIL | OBSERVATION_STARTTLS);
	assert_int_equal(seen.observations[0].recipients, 0);
	one(&format_zeek_tsv,
		SMTP
		"1641918754.5\tC1\t10.0.0.1\t40000\t10.0.0.2\t25\t1\ta@b.example\tc@d.example\t"
		"Hello\t250 queued\tF\n",
		"2022-01-11T16:32:34.500Z 10.0.0.1:40000 10.0.0.2:25 accepted");
	one(&format_zeek_tsv,
		SMTP
		"1641918754.5\tC1\t10.0.0.1\t40000\t10.0.0.2\t25\t1\ta@b.example\tc@d.example\t-\t"
		"451 greylisted\tF\n",
		"2022-01-11T16:32:34.500Z 10.0.0.1:40000 10.0.0.2:25 refused");
	assert_int_equal(seen.observations[0].refusals, 0);
}

static void
json_lines_tell_the_same(void **state)
{
	one(&format_zeek_json,
		"{\"ts\":1641918754.5,\"uid\":\"C1\",\"id.orig_h\":\"10.0.0.1\",\"id.orig_p\":"
		"40000,"
		"\"id.resp_h\":\"10.0.0.2\",\"id.resp_p\":25,\"proto\":\"tcp\",\"duration\":2.5,"
		"\"conn_state\":\"S0\",\"history\":\"S\",\"orig_pkts\":3,\"orig_ip_bytes\":180,"
		"\"resp_pkts\":0,\"resp_ip_bytes\":0}\n",
		"2022-01-11T16:32:34.500Z 10.0.0.1:40000 10.0.0.2:25 failed");
	one(&format_zeek_json,
		"{\"_path\":\"smtp\",\"ts\":\"2022-01-11T16:32:34.500000Z\",\"id_orig_h\":\"10.0.0."
		"1\","
		"\"id_orig_p\":40000,\"id_resp_h\":\"10.0.0.2\",\"id_resp_p\":25,\"rcptto\":[\"a\","
		"\"b\","
		"\"c\"],\"last_reply\":\"550 no\",\"tls\":false}",
		"2022-01-11T16:32:34.500Z 10.0.0.1:40000 10.0.0.2:25 refused");
	assert_int_equal(seen.observations[0].recipients, 3);
}

static void
other_logs_are_refused_and_other_traffic_left_out(void **state)
{
	read_as(&format_zeek_tsv, "#separator \\x09\n#path\tdns\n#fields\tts\n1\n", &seen);
	assert_int_equal(seen.result, -1000);
	assert_string_equal(seen.fail.what, "is a log of Zeek, but not conn.log or smtp.log");
	read_as(&format_zeek_tsv, "#separator \\x09\n#path\tconn\n#fields\tts\tproto\n", &seen);
	assert_int_equal(seen.result, -1000);
	assert_string_equal(seen.fail.what, "this log of Zeek has no field id.orig_p or id_orig_p");
	read_as(&format_zeek_tsv,
		CONN
		"1.5\tC1\t10.0.0.1\t25\t10.0.0.2\t25\tudp\t-\t-\t-\t-\tSF\t0\tDd\t1\t60\t1\t60\n"
		"1.5\tC1\t10.0.0.1\t4000\t10.0.0.2\t80\ttcp\t-\t-\t-\t-\tSF\t0\tDd\t1\t60\t1\t60\n",
		&seen);
	assert_int_equal(seen.counts.records, 2);
	assert_int_equal(seen.counts.mail_records, 0);
	assert_int_equal(seen.counts.errors, 0);
}

static void
damaged_lines_are_told_without_showing_what_is_private(void **state)
{
	read_as(&format_zeek_tsv,
		SMTP
		"1641918754.5\tC1\t10.0.0.1\t40000\t10.0.0.2\t25\t1\tsecret@b.example\n"
		"x\tC1\t10.0.0.1\t40000\t10.0.0.2\t25\t1\ta@b.example\tc@d.example\t-\t250\tF\n",
		&seen);
	assert_int_equal(seen.counts.skipped_records, 2);
	assert_string_equal(seen.error.what, "line 7: expected as many columns as #fields names");
	read_as(&format_zeek_json, "{\"id.orig_h\":\"10.0.0.1\",\"mailfrom\":\"secret@b.exam\n{}\n",
		&seen);
	assert_int_equal(seen.counts.records, 2);
	assert_int_equal(seen.counts.skipped_records, 1);
	assert_string_equal(seen.error.what, "line 1: expected a whole JSON object");
}

static void
a_real_smtp_log_gives_its_two_connections(void **state)
{
	struct observation o[8];
	struct fail fail;
	const char *path = data_path("flows/test9-zeek/smtp.log");
	struct source *source;

	source = source_open(path, &INTAKE_DEFAULTS, &fail);
	assert_non_null(source);
	assert_int_equal(source_read(source, o, 8), 2);
	assert_int_equal(intake_counts(source_intake(source))->records, 5);
	assert_string_equal(say(&o[0]),
		"2022-01-11T16:32:36.868Z 10.1.11.101:63252 213.165.67.124:587 unknown");
	assert_true(o[0].flags & OBSERVATION_STARTTLS);
	/* Four messages, each with its headers and each turned down with a 554, in one connection. */
	assert_string_equal(
		say(&o[1]), "2022-01-11T16:32:34.936Z 10.1.11.101:63246 80.75.42.226:25 unknown");
	assert_int_equal(o[1].recipients, 4);
	source_close(source);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states_and_histories_tell_the_outcome),
		cmocka_unit_test(answers_alone_leave_the_outcome_open),
		cmocka_unit_test(smtp_tells_recipients_refusals_and_tls),
		cmocka_unit_test(json_lines_tell_the_same),
		cmocka_unit_test(other_logs_are_refused_and_other_traffic_left_out),
		cmocka_unit_test(damaged_lines_are_told_without_showing_what_is_private),
		cmocka_unit_test(a_real_smtp_log_gives_its_two_connections),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
