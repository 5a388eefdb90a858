/* SPDX-License-Identifier: BSD-2-Clause */
/* Reports of each form, and those that letters of the census carry, read back. */
#include "base/mime.h"
#include "census/letter/letter.h"
#include "census/letter/letterreport.h"
#include "letter_fixture.h"
#include "report_show.h"

#include <errno.h>
#include <zlib.h>

#define ARF(fields)                                                                                \
	"From: Loop <loop@agency.example>\nMessage-ID: <1@agency.example>\n"                       \
	"Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n"              \
	"--b\n\ntext\n--b\nContent-Type: message/feedback-report\n\n" fields                       \
	"\n--b\nContent-Type: text/rfc822-headers\n\nSubject: x\n--b--\n"

static void
fields_of_arf_are_read(void **state)
{
	expect_reports(TEXT(ARF("Feedback-Type: abuse\nUser-Agent: x\nVersion: 1\n"
				"Source-IP: 192.0.2.7\nSource-Port: 40001\n"
				"arrival-date: Tue, 19 Jan 2016 12:42:56 +0100\nNew-Field: y\n"
				"New-Field: z\n")),
		"192.0.2.7/32 2016-01-19T11:42:56.000Z 40001 arf spam abuse loop@agency.example "
		"1@agency.example\n");
	expect_reports(TEXT(ARF("Version: 0.1\nFeedback-Type: not-spam\nSource-IP: 2001:db8::7\n"
				"Received-Date: Tue, 19 Jan 2016 12:42:56 -0500 (EST)\n")),
		"2001:db8::7/128 2016-01-19T17:42:56.000Z 0 arf other not-spam "
		"loop@agency.example 1@agency.example\n");
	expect_reports(TEXT(ARF("Feedback-Type: fraud\nSource-IP: [IPv6:2001:db8::7]\n")),
		"2001:db8::7/128 - 0 arf spam fraud loop@agency.example 1@agency.example\n");
	(void)state;
}

static void
malformed_arf_is_none(void **state)
{
	expect_reports(TEXT(ARF("Feedback-Type: abuse\nSource-IP: 192.0.2.7\n"
				"Source-IP: 192.0.2.8\n")),
		"! a report of ARF has Source-IP twice\n");
	expect_reports(TEXT(ARF("Feedback-Type: abuse\nSource-IP: 192.0.2.7\n"
				"Arrival-Date: Tue, 19 Jan 2016 12:42:56 +0100\n"
				"Received-Date: Tue, 19 Jan 2016 12:42:56 +0100\n")),
		"! a report of ARF has both Arrival-Date and Received-Date\n");
	expect_reports(
		TEXT(ARF("Source-IP: 192.0.2.7\n")), "! a report of ARF has no Feedback-Type\n");
	expect_reports(TEXT(ARF("Feedback-Type: abuse\nSource-IP: 192.0.2.0/24\n")),
		"! a report of ARF has no Source-IP that is an address\n");
	expect_reports(TEXT(ARF("Feedback-Type: abuse\nSource-IP: 192.0.2.7\n"
				"Arrival-Date: yesterday\n")),
		"! the date of a report of ARF is none\n");
	expect_reports(TEXT(ARF("Feedback-Type: abuse\nSource-IP: 192.0.2.7\n"
				"Source-Port: 65536\n")),
		"! the Source-Port of a report of ARF is none\n");
	expect_reports(TEXT("From: a@example.org\n\nSource-IP: 192.0.2.7\n"), "");
	(void)state;
}

#define XARF(json)                                                                                 \
	"From: cert@agency.example\nContent-Type: multipart/mixed; boundary=b\n\n"                 \
	"--b\nContent-Type: application/json\n\n" json "\n--b--\n"

static void
both_versions_of_xarf_are_read(void **state)
{
	expect_reports(
		TEXT(XARF("{\"xarf_version\":\"4.2.0\",\"report_id\":\"r-1\",\"timestamp\":"
			  "\"2026-11-20T10:00:00.5Z\",\"source_identifier\":\"192.0.2.7\","
			  "\"source_port\":40001,\"category\":\"messaging\",\"type\":\"spam\","
			  "\"evidence\":[{\"type\":\"x\"}]}")),
		"192.0.2.7/32 2026-11-20T10:00:00.500Z 40001 xarf spam messaging/spam "
		"cert@agency.example r-1\n");
	expect_reports(TEXT(XARF("{\"xarf_version\":\"4.2.0\",\"source_identifier\":"
				 "\"2001:db8::/64\",\"timestamp\":\"2026-11-20T10:00:00Z\","
				 "\"category\":\"infrastructure\",\"type\":\"botnet\"}")),
		"2001:db8::/64 2026-11-20T10:00:00.000Z 0 xarf bot infrastructure/botnet "
		"cert@agency.example \n");
	expect_reports(TEXT(XARF("{\"Version\":\"3.0.0\",\"Report\":{\"ReportClass\":"
				 "\"Messaging\",\"ReportType\":\"spam\",\"Date\":"
				 "\"2024-01-15T14:30:25Z\",\"Source\":{\"IP\":\"192.0.2.8\","
				 "\"Port\":25,\"Type\":\"ip\"}}}")),
		"192.0.2.8/32 2024-01-15T14:30:25.000Z 25 xarf spam Messaging/spam "
		"cert@agency.example \n");
	expect_reports(TEXT(XARF("{\"Version\":\"3\",\"Report\":{\"ReportType\":\"PortScan\","
				 "\"Date\":\"2024-01-15T14:30:25+01:00\",\"SourceIp\":"
				 "\"192.0.2.9\",\"SourcePort\":\"4000\"}}")),
		"192.0.2.9/32 2024-01-15T13:30:25.000Z 4000 xarf other /PortScan "
		"cert@agency.example \n");
	(void)state;
}

static void
other_json_is_no_xarf(void **state)
{
	expect_reports(TEXT(XARF("{\"Version\":\"5\"}")),
		"! an attachment of JSON is no report of XARF\n");
	expect_reports(TEXT(XARF("[1]")), "! an attachment of JSON is no report of XARF\n");
	expect_reports(TEXT(XARF("{\"xarf_version\":\"4\",\"source_identifier\":\"x.example\"}")),
		"! a report of XARF names no address as its source\n");
	expect_reports(TEXT(XARF("{\"xarf_version\":\"4\",\"source_identifier\":\"192.0.2.7\"}")),
		"! a report of XARF has no time\n");
	(void)state;
}

#define TABLE(name, table)                                                                         \
	"From: a@agency.example\nContent-Type: multipart/mixed; boundary=b\n\n"                    \
	"--b\nContent-Type: text/csv; name=\"" name "\"\n\n" table "\n--b--\n"

static void
rows_of_tables_are_read(void **state)
{
	expect_reports(TEXT(TABLE("lazaret.csv",
			       "ip,prefix,first_seen_utc,last_seen_utc,src_port,netname\r\n"
			       "192.0.2.7,192.0.2.0/24,2026-11-19T00:00:00Z,2026-11-20T00:00:00Z,"
			       "40001,\"a, \"\"b\"\"\r\nc\"\r\n2001:db8::/64,,,,,\r\n"
			       "nobody,,,,,\r\n192.0.2.8,,,yesterday,,\r\n192.0.2.9,,,,,\"open")),
		"192.0.2.7/32 2026-11-20T00:00:00.000Z 40001 csv bot lazaret.csv "
		"a@agency.example \n"
		"2001:db8::/64 - 0 csv bot lazaret.csv a@agency.example \n"
		"! line 5 of the table: it names no address\n"
		"! line 6 of the table: its time is none\n"
		"! line 7 of the table: a quote is not closed\n");
	/* Shadowserver's names. */
	expect_reports(TEXT(TABLE("event4_sinkhole.csv",
			       "\"timestamp\",\"protocol\",\"src_ip\",\"src_port\"\n"
			       "\"2022-01-01 00:00:00\",\"tcp\",\"192.0.2.7\",\"4001\"\n")),
		"192.0.2.7/32 2022-01-01T00:00:00.000Z 4001 csv bot event4_sinkhole.csv "
		"a@agency.example \n");
	expect_reports(TEXT(TABLE("scan_smtp_vulnerable.csv", "ip\n192.0.2.7\n")),
		"192.0.2.7/32 - 0 csv other scan_smtp_vulnerable.csv a@agency.example \n");
	expect_reports(TEXT(TABLE("x.csv", "a,b\n1,2\n")),
		"! a table has no column called one of src_ip ip source.ip address source_ip "
		"ip_address ipaddress\n");
	(void)state;
}

static struct buffer
packed(struct text table)
{
	struct buffer into;
	char portion[4096];
	z_stream stream = {
		.next_in = (z_const Bytef *)(uintptr_t)table.at, .avail_in = (uInt)table.length};
	int r = Z_OK;

	buffer_init(&into, 1U << 20);
	assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	while (r == Z_OK) {
		stream.next_out = (Bytef *)portion;
		stream.avail_out = sizeof(portion);
		r = deflate(&stream, Z_FINISH);
		buffer_add(&into, portion, sizeof(portion) - stream.avail_out);
	}
	assert_int_equal(r, Z_STREAM_END);
	(void)deflateEnd(&stream);
	return into;
}

/* A message with these bytes attached. */
static struct buffer
attached(const char *name, const struct buffer *bytes, size_t length)
{
	struct buffer message;

	buffer_init(&message, 4U << 20);
	buffer_print(&message,
		"From: a@agency.example\nContent-Type: application/gzip; name=%s\n"
		"Content-Transfer-Encoding: base64\n\n",
		name);
	mime_base64(&message, bytes->at, length);
	return message;
}

static void
packed_tables_are_unpacked(void **state)
{
	struct buffer bytes = packed(TEXT("ip\n192.0.2.7\n192.0.2.8\n")),
		      message = attached("lazaret.csv.gz", &bytes, bytes.length);

	expect_reports((struct text){message.at, message.length},
		"192.0.2.7/32 - 0 csv bot lazaret.csv.gz a@agency.example \n"
		"192.0.2.8/32 - 0 csv bot lazaret.csv.gz a@agency.example \n");
	buffer_done(&message);
	message = attached("lazaret.csv.gz", &bytes, 12);
	expect_reports((struct text){message.at, message.length},
		"! a packed table is damaged\n! a table has no column called one of src_ip ip "
		"source.ip address source_ip ip_address ipaddress\n");
	buffer_done(&message);
	buffer_done(&bytes);
	(void)state;
}

/* 200 MB of zeros that are a few hundred kilobytes while they are packed. */
static void
what_grows_without_end_is_cut_off(void **state)
{
	struct report_show show = {.refused = 0};
	size_t size = 200UL << 20;
	char *zeros = calloc(1, size);
	struct buffer bytes, message;

	assert_non_null(zeros);
	memcpy(zeros, "ip\n192.0.2.7\n", 13);
	bytes = packed((struct text){zeros, size});
	free(zeros);
	message = attached("lazaret.csv.gz", &bytes, bytes.length);
	buffer_init(&show.said, 1U << 20);
	assert_int_equal(report_read(&show, (struct text){message.at, message.length}), 1);
	assert_non_null(strstr(buffer_string(&show.said), "the rest is left out"));
	buffer_done(&show.said);
	buffer_done(&message);
	buffer_done(&bytes);
	(void)state;
}

static const struct text own[] = {{"agency.example", 14}};
static const struct letterredact redact = {.key = {7}, .own = own, .owns = 1};

static void
what_a_letter_carries_is_read_back(void **state)
{
	struct letterrow rows[] = {
		letter_row("192.0.2.7", LETTER_NEW), letter_row("2001:db8::", LETTER_STILL)};
	struct lettercase of = letter_case(rows, 2);
	struct letter_bench *bench = letter_bench_new();
	struct letter_made made;
	struct fail fail = {0};
	struct buffer into;

	buffer_init(&into, 1U << 20);
	assert_int_equal(letter_make(bench, &of, NULL, NULL, &into, &made, &fail), 0);
	expect_reports((struct text){into.at, into.length},
		"192.0.2.7/32 2025-11-27T10:00:00.000Z 40001 csv bot lazaret.csv "
		"census@agency.example LZ-2026-004711.1@agency.example\n"
		"2001:db8::/64 2025-11-27T10:00:00.000Z 40001 csv bot lazaret.csv "
		"census@agency.example LZ-2026-004711.1@agency.example\n");
	(void)letter_bench_free(bench);
	buffer_done(&into);
	(void)state;
}

#define TRAPPED                                                                                    \
	"192.0.2.7/32 2025-11-27T10:00:00.000Z 40002 arf spam abuse census@agency.example "        \
	"LZ-2026-004711.1.r1@agency.example\n"
#define LISTED(address, reference)                                                                 \
	address " 2025-11-27T10:00:00.000Z 40001 csv bot lazaret.csv "                             \
		"census@agency.example " reference "\n"

/* A letter of two rows, of which a trap has a message of the first. */
static struct buffer
trapped_letter(bool is_table_called_so)
{
	struct letterrow rows[] = {
		letter_row("192.0.2.7", LETTER_NEW), letter_row("2001:db8::", LETTER_STILL)};
	struct lettercase of = letter_case(rows, 2);
	struct letter_bench *bench = letter_bench_new();
	struct lettertrap trap = letter_trap;
	struct letter_made made;
	struct fail fail = {0};
	struct buffer into;
	char *name;

	trap.message = TEXT("Subject: x\r\n");
	trap.port = 40002;
	rows[0].trap = &trap;
	buffer_init(&into, 1U << 20);
	assert_int_equal(letter_make(bench, &of, NULL, &redact, &into, &made, &fail), 0);
	assert_int_equal(made.messages, 1);
	name = strstr(buffer_string(&into), "filename=\"lazaret.csv\"");
	assert_non_null(name);
	if (!is_table_called_so)
		name[10] = 'x';
	(void)letter_bench_free(bench);
	return into;
}

static void
what_a_trap_got_is_read_back_from_the_letter(void **state)
{
	struct buffer letter = trapped_letter(true);

	expect_reports((struct text){letter.at, letter.length},
		LISTED("192.0.2.7/32", "LZ-2026-004711.1@agency.example")
			LISTED("2001:db8::/64", "LZ-2026-004711.1@agency.example") TRAPPED);
	buffer_done(&letter);
	(void)state;
}

/* It may be the spam that somebody complains of, and say of anybody what it likes. */
static void
what_another_message_brings_is_not_looked_into(void **state)
{
	struct buffer letter = trapped_letter(false);
	struct report_show show = {.refused = 0};

	buffer_init(&show.said, 65536);
	/* A table of another name is one of other things. */
	assert_int_equal(report_read(&show, (struct text){letter.at, letter.length}), 2);
	assert_int_equal(show.kinds[REPORT_OTHER], 2);
	buffer_done(&show.said);
	buffer_done(&letter);
	(void)state;
}

static void
take_carried(void *context, const struct report *report)
{
	buffer_print(context, "%.*s|%.*s|%.*s\n", (int)report->from.length, report->from.at,
		(int)report->to.length, report->to.at, (int)report->carried.length,
		report->carried.at);
}

#define CARRYING(more, coding, message)                                                            \
	"From: loop@agency.example\nContent-Type: multipart/report; boundary=b\n\n"                \
	"--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n"                     \
	"Source-IP: 192.0.2.7\nOriginal-Mail-From: <a@spam.example>\n" more                        \
	"\n--b\nContent-Type: message/rfc822\n" coding "\n" message "\n--b--\n"

#define OTHER_ARF_HEAD "From: x@spam.example\nContent-Type: multipart/report; boundary=c\n"
#define OTHER_ARF                                                                                  \
	OTHER_ARF_HEAD "\n--c\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n"    \
		       "Source-IP: 192.0.2.8\n\n--c--\n"

static void
expect_carried(struct text message, const char *wanted)
{
	struct reports *reports = reports_new();
	struct buffer said;

	buffer_init(&said, 65536);
	assert_int_equal(
		reports_read(reports, message, &(struct reports_sink){take_carried, NULL, &said}),
		1);
	assert_string_equal(buffer_string(&said), wanted);
	buffer_done(&said);
	(void)reports_free(reports);
}

static void
the_head_of_the_message_is_carried(void **state)
{
	expect_carried(TEXT(CARRYING("Original-Rcpt-To: <t@x.example>\n", "",
			       "Subject: x\nFrom: y\n\nbody\n")),
		"<a@spam.example>|<t@x.example>|Subject: x\nFrom: y\n\n");
	expect_carried(
		TEXT(CARRYING("Original-Rcpt-To: <t@x.example>\nOriginal-Rcpt-To: <u>\n",
			"Content-Transfer-Encoding: base64\n", "U3ViamVjdDogeAoKYm9keQo=\n")),
		"<a@spam.example>||Subject: x\n\n");
	/* A report that somebody sent to a trap is a message like another, and reports nobody. */
	expect_carried(TEXT(CARRYING("Original-Rcpt-To: <t@x.example>\n", "", OTHER_ARF)),
		"<a@spam.example>|<t@x.example>|" OTHER_ARF_HEAD "\n");
	(void)state;
}

static void
reports_of_one_incident_are_read_back(void **state)
{
	struct letterrow row = letter_row("192.0.2.7", LETTER_NEW);
	struct lettertrap trap = letter_trap;
	struct lettercase of = letter_case(&row, 1);
	struct report_show show = {.refused = 0};
	struct fail fail = {0};
	struct buffer into;

	of.wants_xarf = true;
	buffer_init(&into, 1U << 20);
	buffer_init(&show.said, 65536);
	assert_int_equal(letterreport_xarf(&of, 0, &redact, &into, &fail), 0);
	/* The fields of ARF are there, too, and are no report of their own. */
	assert_int_equal(report_read(&show, (struct text){into.at, into.length}), 1);
	assert_int_equal(show.kinds[REPORT_BOT], 1);
	buffer_clear(&into);
	buffer_clear(&show.said);
	trap.message = TEXT("Subject: x\r\n\r\n");
	row.trap = &trap;
	assert_int_equal(letterreport_arf(&of, 0, &redact, &into, &fail), 0);
	assert_int_equal(report_read(&show, (struct text){into.at, into.length}), 1);
	assert_string_equal(buffer_string(&show.said),
		"192.0.2.7/32 2025-11-27T10:00:00.000Z 40001 arf spam abuse "
		"census@agency.example LZ-2026-004711.1.r1@agency.example\n");
	buffer_done(&show.said);
	buffer_done(&into);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_of_arf_are_read),
		cmocka_unit_test(malformed_arf_is_none),
		cmocka_unit_test(both_versions_of_xarf_are_read),
		cmocka_unit_test(other_json_is_no_xarf),
		cmocka_unit_test(rows_of_tables_are_read),
		cmocka_unit_test(packed_tables_are_unpacked),
		cmocka_unit_test(what_grows_without_end_is_cut_off),
		cmocka_unit_test(what_a_letter_carries_is_read_back),
		cmocka_unit_test(what_a_trap_got_is_read_back_from_the_letter),
		cmocka_unit_test(what_another_message_brings_is_not_looked_into),
		cmocka_unit_test(the_head_of_the_message_is_carried),
		cmocka_unit_test(reports_of_one_incident_are_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
