/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/online/answerlog.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define NOW UINT64_C(1795802046)
#define DAY 86400

static char folder[] = "/tmp/lazaret-answerlog-XXXXXX", path[64];

static int
begin(void **state)
{
	memcpy(folder + sizeof(folder) - 7, "XXXXXX", 6);
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/answers", folder);
	return 0;
}

static int
end(void **state)
{
	unlink(path);
	return rmdir(folder);
}

static ipnumber
number(const char *address)
{
	enum range_family family;
	ipnumber found = 0;

	assert_int_equal(range_parse_address(text_of(address), &family, &found), 0);
	return found;
}

/* An answer to a question for the first address of the range; mailbox: NULL: it has none. */
static void
add(int descriptor, const char *range, enum netanswer_result result, const char *mailbox,
	uint64_t now)
{
	struct netanswer answer = netanswer_begin(RANGE_IPV4);
	struct range found;

	assert_int_equal(range_parse(text_of(range), false, &answer.family, &found), 0);
	answer.country = 'B' << 8 | 'R';
	answer.result = result;
	if (result != NETANSWER_NOTHING)
		assert_true(netanswer_take_range(&answer, &found, found.low));
	if (mailbox != NULL)
		netanswer_add_mailbox(&answer, text_of(mailbox));
	assert_int_equal(answerlog_add(descriptor, &answer, found.low, "rdap.example", now), 0);
}

/* "result mailboxes", or "not known". */
static void
knows(const struct answerlog *log, const char *address, const char *expected)
{
	enum range_family family = strchr(address, ':') != NULL ? RANGE_IPV6 : RANGE_IPV4;
	const struct answerlog_row *row = answerlog_find(log, family, number(address));
	char said[1024] = "not known";

	if (row != NULL)
		snprintf(said, sizeof(said), "%s %.*s", netanswer_results[row->result],
			(int)row->mailboxes.length, row->mailboxes.at);
	assert_string_equal(said, expected);
}

static void
answers_are_kept_by_their_range_the_smallest_and_last_counts(void **state)
{
	struct fail fail = {.what = ""};
	int descriptor = answerlog_open(path, &fail);
	struct answerlog log;

	assert_true(descriptor >= 0);
	add(descriptor, "192.0.2.0/24", NETANSWER_FOUND, "old@isp.example", NOW);
	add(descriptor, "192.0.2.64/26", NETANSWER_FOUND, "small@isp.example", NOW);
	add(descriptor, "192.0.2.0/24", NETANSWER_FOUND, "new@isp.example", NOW + 1);
	add(descriptor, "2001:db8::/32", NETANSWER_NONE, NULL, NOW);
	add(descriptor, "198.51.100.0/24", NETANSWER_NOTHING, NULL, NOW);
	add(descriptor, "203.0.113.0/24", NETANSWER_BUSY, NULL, NOW); /* is no answer */
	close(descriptor);
	assert_int_equal(answerlog_read(&log, path, NOW + 2, &fail), 0);
	assert_int_equal(log.count, 5);
	knows(&log, "192.0.2.1", "found new@isp.example");
	knows(&log, "192.0.2.64", "found small@isp.example");
	knows(&log, "192.0.2.127", "found small@isp.example");
	knows(&log, "192.0.2.128", "found new@isp.example");
	knows(&log, "192.0.3.0", "not known");
	knows(&log, "2001:db8:ffff::1", "none ");
	knows(&log, "198.51.100.0", "nothing ");
	knows(&log, "198.51.100.1", "not known");
	knows(&log, "203.0.113.0", "not known");
	assert_int_equal(log.rows[0].country, 'B' << 8 | 'R');
	assert_true(text_is(log.rows[0].server, "rdap.example"));
	assert_false(log.rows[0].is_for_abuse);
	answerlog_done(&log);
}

static void
answers_end(void **state)
{
	struct fail fail = {.what = ""};
	int descriptor = answerlog_open(path, &fail);
	struct answerlog log;

	add(descriptor, "192.0.2.0/24", NETANSWER_FOUND, "a@isp.example", NOW);
	add(descriptor, "198.51.100.0/32", NETANSWER_NOTHING, NULL, NOW);
	add(descriptor, "203.0.113.0/24", NETANSWER_WITHHELD, NULL, NOW);
	close(descriptor);
	assert_int_equal(answerlog_read(&log, path, NOW, &fail), 0);
	knows(&log, "203.0.113.1", "not known"); /* it may be asked again at once */
	knows(&log, "198.51.100.0", "nothing ");
	answerlog_done(&log);
	assert_int_equal(answerlog_read(&log, path, NOW + ANSWERLOG_DAYS_NOTHING * DAY, &fail), 0);
	knows(&log, "198.51.100.0", "not known");
	knows(&log, "192.0.2.1", "found a@isp.example");
	answerlog_done(&log);
	assert_int_equal(answerlog_read(&log, path, NOW + ANSWERLOG_DAYS * DAY, &fail), 0);
	knows(&log, "192.0.2.1", "not known");
	assert_int_equal(log.ended, 3);
	answerlog_done(&log);
}

static void
half_a_line_is_lost_and_the_next_one_is_not(void **state)
{
	struct fail fail = {.what = ""};
	int descriptor = answerlog_open(path, &fail);
	struct answerlog log;
	off_t size;

	add(descriptor, "192.0.2.0/24", NETANSWER_FOUND, "a@isp.example", NOW);
	size = lseek(descriptor, 0, SEEK_END);
	add(descriptor, "198.51.100.0/24", NETANSWER_FOUND, "b@isp.example", NOW);
	assert_int_equal(ftruncate(descriptor, size + 20), 0);
	close(descriptor);
	descriptor = answerlog_open(path, &fail);
	add(descriptor, "203.0.113.0/24", NETANSWER_FOUND, "c@isp.example", NOW);
	close(descriptor);
	assert_int_equal(answerlog_read(&log, path, NOW, &fail), -EBADMSG);
	assert_string_equal(fail.what, "1 lines are no answers");
	knows(&log, "192.0.2.1", "found a@isp.example");
	knows(&log, "198.51.100.1", "not known");
	knows(&log, "203.0.113.1", "found c@isp.example");
	answerlog_done(&log);
}

static void
lines_of_others_are_not_believed(void **state)
{
	static const char lines[] =
		"192.0.2.0/24\ts\t1\t4000000000\tfound\tabuse\tNO\tx@isp.example,y@isp.example\n"
		"192.0.3.0/24\ts\t1\t4000000000\tfound\tabuse\tNO\tx@isp.example, y\n"
		"192.0.4.0/24\ts\t1\t4000000000\tfound\tabuse\tNO\t\n"
		"192.0.5.0/24\ts\t1\t4000000000\tbusy\tabuse\tNO\t\n"
		"192.0.6.0/24\ts\t1\t40000000000\tnone\tabuse\tNO\t\n"
		"192.0.7.1/24\ts\t1\t4000000000\tnone\tabuse\tNO\t\n"
		"192.0.8.0/24\ts\t1\t4000000000\tnone\tabuse\tNO\t\tmore\n"
		"AS1\ts\t1\t4000000000\tnone\tabuse\tNO\t\n";
	FILE *file = fopen(path, "wb");
	struct fail fail = {.what = ""};
	struct answerlog log;

	assert_non_null(file);
	assert_int_equal(fwrite(lines, 1, sizeof(lines) - 1, file), sizeof(lines) - 1);
	fclose(file);
	assert_int_equal(answerlog_read(&log, path, NOW, &fail), -EBADMSG);
	assert_int_equal(log.count, 1);
	assert_int_equal(log.lost, 7);
	knows(&log, "192.0.2.1", "found x@isp.example,y@isp.example");
	assert_true(text_is(answerlog_mailbox(&log.rows[0]), "x@isp.example"));
	assert_true(log.rows[0].is_for_abuse);
	answerlog_done(&log);
}

static void
of_a_file_that_is_not_there_nothing_is_known(void **state)
{
	struct fail fail = {.what = ""};
	struct answerlog log;

	assert_int_equal(answerlog_read(&log, path, NOW, &fail), 0);
	knows(&log, "192.0.2.1", "not known");
	answerlog_done(&log);
	assert_int_equal(answerlog_open("/nowhere/answers", &fail), -ENOENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			answers_are_kept_by_their_range_the_smallest_and_last_counts, begin, end),
		cmocka_unit_test_setup_teardown(answers_end, begin, end),
		cmocka_unit_test_setup_teardown(
			half_a_line_is_lost_and_the_next_one_is_not, begin, end),
		cmocka_unit_test_setup_teardown(lines_of_others_are_not_believed, begin, end),
		cmocka_unit_test_setup_teardown(
			of_a_file_that_is_not_there_nothing_is_known, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
