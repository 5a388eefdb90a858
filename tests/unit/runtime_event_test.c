/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/event.h"
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
quotes_only_what_needs_it(void **state)
{
	char line[EVENT_LINE];

	event_format(line, EVENT_CASE_OPENED, "case=%llu line=%016llx to=%s score=%.1f", 12ULL,
		0xc0ffeeULL, "suspect", 9.25);
	assert_string_equal(
		line, "event=case-opened case=12 line=0000000000c0ffee to=suspect score=9.2");
	event_format(line, EVENT_LEDGER_FAILED, "text=%s file=%s", "the disk is full", "/a=b");
	assert_string_equal(line, "event=ledger-failed text=\"the disk is full\" file=\"/a=b\"");
	event_format(line, EVENT_STARTED, "%s", "");
	assert_string_equal(line, "event=started \"\"");
	event_format(line, EVENT_STARTED, "pid=%d", -3);
	assert_string_equal(line, "event=started pid=-3");
}

static void
no_value_can_begin_a_line_or_a_key_of_its_own(void **state)
{
	char line[EVENT_LINE];

	event_format(line, EVENT_EXPORT_ERROR, "text=%s", "a\nevent=forged x=\"y\"\x1b[1m\\");
	assert_string_equal(
		line, "event=export-error text=\"a\\nevent=forged x=\\\"y\\\"\\x1b[1m\\\\\"");
	assert_null(strchr(line, '\n'));
}

static void
a_line_that_is_too_long_is_cut(void **state)
{
	char line[EVENT_LINE], *value = malloc(100000);

	memset(value, 'x', 99999);
	value[99999] = '\0';
	assert_true(event_format(line, EVENT_EXPORT_ERROR, "text=%s", value) < EVENT_LINE);
	free(value);
}

/* What comes out of standard error while `say` runs. */
static void catch (char *into, size_t size, void (*say)(void))
{
	char path[] = "/tmp/lazaret-event-XXXXXX";
	int file = mkstemp(path), kept = dup(STDERR_FILENO);
	ssize_t n;

	assert_true(file >= 0);
	unlink(path);
	fflush(stderr);
	dup2(file, STDERR_FILENO);
	say();
	dup2(kept, STDERR_FILENO);
	close(kept);
	n = pread(file, into, size - 1, 0);
	into[n < 0 ? 0 : n] = '\0';
	close(file);
}

static void
say_often(void)
{
	event_begin("test");
	for (int i = 0; i < 1000; i++)
		event(EVENT_EXPORT_ERROR, "text=%s", "bad");
	event(EVENT_STARTED, "pid=%d", 1);
}

static void
a_flood_is_cut_off_and_others_still_speak(void **state)
{
	char out[65536];
	unsigned lines = 0;

	catch (out, sizeof(out), say_often);
	for (const char *at = out; (at = strstr(at, "event=export-error")) != NULL; at++)
		lines++;
	/* The minute may change in the middle. */
	assert_in_range(lines, EVENT_MINUTE, 2 * EVENT_MINUTE);
	assert_non_null(strstr(out, "event=started pid=1 process=test"));
}

/* The test ends by its alarm if a line waits. */
static void
a_log_that_nobody_takes_is_not_waited_for(void **state)
{
	int ends[2], kept = dup(STDERR_FILENO);
	char bytes[4096] = "", line[EVENT_LINE + 128];
	ssize_t n;

	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	while (write(ends[1], bytes, sizeof(bytes)) > 0)
		continue;
	assert_int_equal(fcntl(ends[1], F_SETFL, 0), 0);
	alarm(20);
	dup2(ends[1], STDERR_FILENO);
	event(EVENT_STARTED, "pid=%d", 1);
	event(EVENT_STARTED, "pid=%d", 2);
	while (read(ends[0], bytes, sizeof(bytes)) > 0)
		continue;
	event(EVENT_STARTED, "pid=%d", 3);
	dup2(kept, STDERR_FILENO);
	alarm(0);
	n = read(ends[0], line, sizeof(line) - 1);
	assert_true(n > 0);
	line[n] = '\0';
	assert_non_null(strstr(line, "event=started pid=3"));
	assert_non_null(strstr(line, " left_out=2"));
	close(kept);
	close(ends[0]);
	close(ends[1]);
}

static void
every_event_has_a_name(void **state)
{
	for (int i = 0; i < EVENT_COUNT; i++) {
		assert_non_null(event_rows[i].name);
		assert_in_range(event_rows[i].severity, SEVERITY_ERROR, SEVERITY_INFO);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(event_rows[i].name, event_rows[j].name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quotes_only_what_needs_it),
		cmocka_unit_test(no_value_can_begin_a_line_or_a_key_of_its_own),
		cmocka_unit_test(a_line_that_is_too_long_is_cut),
		cmocka_unit_test(a_flood_is_cut_off_and_others_still_speak),
		cmocka_unit_test(a_log_that_nobody_takes_is_not_waited_for),
		cmocka_unit_test(every_event_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
