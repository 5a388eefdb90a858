/* SPDX-License-Identifier: BSD-2-Clause */
#include "maillog_show.h"
#include "source/maillog/maillog.h"
#include "source/maillog/mailreason.h"

#include <errno.h>

static void
check_time(const char *line, const char *time)
{
	struct mailevent event = {0};
	char text[WALL_TEXT];

	if (maillog_line(line, &event) != 1)
		fail_msg("not understood: %s", line);
	assert_string_equal(wall_format(event.time, text), time);
	assert_true(text_is(event.queue_id, "3F1A2B3C4D"));
	assert_int_equal(event.server, MAIL_POSTFIX);
	assert_int_equal(event.kind, MAIL_REMOVED);
}

static void
a_line_of_any_syslog_is_found(void **state)
{
	static const char *const lines[] = {
		"Nov 26 10:15:02 mx postfix/qmgr[71]: 3F1A2B3C4D: removed",
		"Nov 26 10:15:02 mx postfix/qmgr[71]: 3F1A2B3C4D: removed\r\n",
		"<22>Nov 26 10:15:02 mx postfix/qmgr[71]: 3F1A2B3C4D: removed",
		"Nov 26 10:15:02 mx postfix-out/relay/qmgr[71]: 3F1A2B3C4D: removed",
		"Nov 26 10:15:02 2001:db8::25 postfix/qmgr: 3F1A2B3C4D: removed",
		"<22>1 2026-11-26T10:15:02+01:00 mx postfix/qmgr 71 - - 3F1A2B3C4D: removed",
		"<22>1 2026-11-26T09:15:02.000Z mx postfix/qmgr 71 - [a@1 b=\"] \\\" x\"][c] "
		"\xef\xbb\xbf"
		"3F1A2B3C4D: removed",
		"2026-11-26T10:15:02+0100 mx postfix/qmgr[71]: 3F1A2B3C4D: removed",
		"2026-11-26T10:15:02+01:00 mx postfix/qmgr[71]: 3F1A2B3C4D: removed",
		"2026-11-26T10:15:02 mx postfix/qmgr[71]: 3F1A2B3C4D: removed",
		"2026-11-26 10:15:02 mx postfix/qmgr[71]: 3F1A2B3C4D: removed",
		"1795684502.000000 mx postfix/qmgr[71]: 3F1A2B3C4D: removed",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		check_time(lines[i], "2026-11-26T09:15:02.000Z");
	check_time("2026-11-26T10:15:02.123456-05:30 mx postfix/qmgr[1]: 3F1A2B3C4D: removed",
		"2026-11-26T15:45:02.123Z");
	check_time("1795684502.987654 mx postfix/qmgr[71]: 3F1A2B3C4D: removed",
		"2026-11-26T09:15:02.987Z");
	check_time("Nov 26 10:15:02.5 mx postfix/qmgr[71]: 3F1A2B3C4D: removed",
		"2026-11-26T09:15:02.500Z");
	(void)state;
}

static void
the_year_that_is_missing_is_the_last_that_can_be(void **state)
{
	check_time("Nov  1 00:30:00 mx postfix/qmgr[71]: 3F1A2B3C4D: removed",
		"2026-10-31T23:30:00.000Z");
	check_time("Nov 1 00:30:00 mx postfix/qmgr[71]: 3F1A2B3C4D: removed",
		"2026-10-31T23:30:00.000Z");
	check_time("Nov 27 12:59:59 mx postfix/qmgr[71]: 3F1A2B3C4D: removed",
		"2026-11-27T11:59:59.000Z");
	check_time("Nov 27 13:00:01 mx postfix/qmgr[71]: 3F1A2B3C4D: removed",
		"2025-11-27T12:00:01.000Z");
	check_time("Dec 31 23:59:60 mx postfix/qmgr[71]: 3F1A2B3C4D: removed",
		"2025-12-31T23:00:00.000Z");
	check_time("Feb 29 01:00:00 mx postfix/qmgr[71]: 3F1A2B3C4D: removed",
		"2024-02-29T00:00:00.000Z");
	(void)state;
}

static void
the_year_turns_before_the_clock_does(void **state)
{
	/* 2026-12-31 23:30 UTC, an hour east: the log is in the new year already. */
	static const struct maillog_clock new_year = {
		.now = {INT64_C(1798759800) * WALL_SECOND}, .offset_us = WALL_HOUR};
	struct mailevent event = {0};
	char text[WALL_TEXT];

	assert_int_equal(
		maillog_read(TEXT("Jan  1 00:30:01 mx postfix/qmgr[71]: 3F1A2B3C4D: removed"),
			&new_year, &event),
		1);
	assert_string_equal(wall_format(event.time, text), "2026-12-31T23:30:01.000Z");
	assert_int_equal(
		maillog_read(TEXT("Dec 31 23:30:01 mx postfix/qmgr[71]: 3F1A2B3C4D: removed"),
			&new_year, &event),
		1);
	assert_string_equal(wall_format(event.time, text), "2026-12-31T22:30:01.000Z");
	(void)state;
}

static void
what_is_no_line_of_a_log_is_said(void **state)
{
	static const char *const lines[] = {
		"",
		"\n",
		"removed",
		"<192>Nov 26 10:15:02 mx postfix/qmgr[71]: 3F1A2B3C4D: removed",
		"<22Nov 26 10:15:02 mx postfix/qmgr[71]: 3F1A2B3C4D: removed",
		"Foo 26 10:15:02 mx postfix/qmgr[71]: 3F1A2B3C4D: removed",
		"Nov 31 10:15:02 mx postfix/qmgr[71]: 3F1A2B3C4D: removed",
		"Nov 26 24:15:02 mx postfix/qmgr[71]: 3F1A2B3C4D: removed",
		"2026-02-29T10:15:02Z mx postfix/qmgr[71]: 3F1A2B3C4D: removed",
		"2026-11-26T10:15:02",
		"<22>1 - mx postfix/qmgr 71 - - 3F1A2B3C4D: removed",
		"99999999999999999999.5 mx postfix/qmgr[71]: 3F1A2B3C4D: removed",
	};
	static char longest[MAILLOG_LINE + 1];
	struct mailevent event;

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		if (maillog_line(lines[i], &event) != -EBADMSG)
			fail_msg("taken: %s", lines[i]);
	}
	memset(longest, 'x', sizeof(longest));
	assert_int_equal(
		maillog_read((struct text){longest, sizeof(longest)}, &maillog_clock, &event),
		-EMSGSIZE);
	assert_int_equal(
		maillog_read((struct text){longest, sizeof(longest) - 1}, &maillog_clock, &event),
		-EBADMSG);
	(void)state;
}

static void
other_programs_are_passed_over(void **state)
{
	static const char *const rows[][2] = {
		{"mx cron[7]: 3F1A2B3C4D: removed", NULL},
		{"mx qmgr[7]: 3F1A2B3C4D: removed", NULL},
		{"mx postfix/qmgr[x]: 3F1A2B3C4D: removed", NULL},
		{"mx postfix/qmgr[7] 3F1A2B3C4D: removed", NULL},
		{"mx postfix/anvil[7]: statistics: max connection rate 1/60s", NULL},
		{"mx postfix/qmgr[7]: 3F1A: removed", NULL},
		{"mx sshd[7]: x dovecot: imap-login: Login: user=<a>, rip=192.0.2.7", NULL},
		{"mx", NULL},
		{"postfix/qmgr[7]: 3F1A2B3C4D: removed", NULL},
	};

	CHECK("Nov 26 10:15:02 ", rows);
	(void)state;
}

static void
the_codes_say_why(void **state)
{
	static const struct {
		struct mail_dsn dsn;
		unsigned code;
		bool to_rcpt;
		enum mail_reason reason;
	} rows[] = {
		{{2, 0, 0}, 250, true, MAIL_REASON_NONE},
		{{0}, 250, true, MAIL_REASON_NONE},
		{{5, 1, 1}, 550, true, MAIL_REASON_UNKNOWN_USER},
		{{5, 1, 1}, 0, false, MAIL_REASON_UNKNOWN_USER},
		{{5, 1, 10}, 556, true, MAIL_REASON_UNKNOWN_USER},
		{{5, 1, 6}, 0, true, MAIL_REASON_UNKNOWN_USER},
		{{5, 1, 0}, 550, true, MAIL_REASON_OTHER},
		{{5, 1, 8}, 550, true, MAIL_REASON_OTHER},
		{{5, 2, 1}, 550, true, MAIL_REASON_OTHER},
		{{5, 2, 2}, 552, true, MAIL_REASON_FULL},
		{{4, 2, 2}, 452, true, MAIL_REASON_FULL},
		{{4, 1, 1}, 450, true, MAIL_REASON_TEMPORARY},
		{{4, 7, 1}, 450, true, MAIL_REASON_TEMPORARY},
		{{4, 0, 0}, 0, false, MAIL_REASON_TEMPORARY},
		{{5, 7, 1}, 550, true, MAIL_REASON_POLICY},
		{{5, 7, 26}, 550, false, MAIL_REASON_POLICY},
		{{5, 7, 511}, 550, false, MAIL_REASON_POLICY},
		{{5, 7, 8}, 535, false, MAIL_REASON_OTHER},
		{{5, 0, 0}, 550, true, MAIL_REASON_UNKNOWN_USER},
		{{5, 0, 0}, 550, false, MAIL_REASON_OTHER},
		{{5, 0, 0}, 0, false, MAIL_REASON_OTHER},
		{{0}, 551, false, MAIL_REASON_UNKNOWN_USER},
		{{0}, 552, true, MAIL_REASON_FULL},
		{{0}, 554, true, MAIL_REASON_OTHER},
		{{0}, 421, false, MAIL_REASON_TEMPORARY},
		{{0}, 0, false, MAIL_REASON_OTHER},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (mailreason_of(rows[i].dsn, rows[i].code, rows[i].to_rcpt) != rows[i].reason)
			fail_msg("row %zu", i);
	}
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_of_any_syslog_is_found),
		cmocka_unit_test(the_year_that_is_missing_is_the_last_that_can_be),
		cmocka_unit_test(the_year_turns_before_the_clock_does),
		cmocka_unit_test(what_is_no_line_of_a_log_is_said),
		cmocka_unit_test(other_programs_are_passed_over),
		cmocka_unit_test(the_codes_say_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
