/* SPDX-License-Identifier: BSD-2-Clause */
/* The samples of fail2ban: a line "# failJSON: {...}" says address and time of the line behind it. What is told here
 * must have the same, and lines that tell nothing here are counted by what they are. */
#include "maillog_show.h"
#include "source/maillog/maillog.h"
#include "source_text.h"

/* The samples without a year are of the year before this, 2005-08-14 12:00. */
static const struct maillog_clock clock_of_samples = {.now = {INT64_C(1124020800) * WALL_SECOND}};

struct tally {
	unsigned kinds[MAIL_KINDS];
	unsigned checked;  /* events whose address and time are those of the sample */
	unsigned harmless; /* events of lines that fail2ban lets pass */
	unsigned passed;   /* lines that tell nothing here */
	unsigned no_line;  /* not read: -EBADMSG */
};

/* The text in quotes behind "key": in a line of JSON that is written in one way. */
static struct text
json_of(const char *json, const char *key)
{
	const char *at = strstr(json, key), *end;

	if (at == NULL)
		return (struct text){0};
	at = strchr(at + strlen(key), ':');
	assert_non_null(at);
	at = strchr(at, '"');
	assert_non_null(at);
	end = strchr(at + 1, '"');
	assert_non_null(end);
	return (struct text){at + 1, (size_t)(end - at - 1)};
}

/* "2005-03-7T02:09:33" is there too. */
static struct wall
time_of(struct text text)
{
	uint64_t part[6] = {0};
	struct wall wall;

	for (int i = 0; i < 6; i++) {
		static const char separators[] = "--T:::";

		assert_int_equal(text_parse_u64(text_cut(&text, separators[i]), 9999, &part[i]), 0);
	}
	assert_int_equal(wall_from_date(&wall, (int)part[0], (int)part[1], (int)part[2],
				 (int)part[3], (int)part[4], (int)part[5]),
		0);
	return wall;
}

static void
check_sample(const char *json, const char *line, struct tally *tally)
{
	struct text host = json_of(json, "\"host\""), time = json_of(json, "\"time\"");
	struct mailevent event = {0};
	struct address address;
	int r = maillog_read(text_of(line), &clock_of_samples, &event);

	if (r < 0)
		tally->no_line++;
	if (r == 0)
		tally->passed++;
	if (r != 1)
		return;
	tally->kinds[event.kind]++;
	if (strstr(json, "\"match\": true") == NULL) {
		tally->harmless++;
		return;
	}
	assert_int_equal(address_parse(host, &address), 0);
	if (!event.has_address || !address_equal(&address, &event.address))
		fail_msg("not the address %.*s: %s", (int)host.length, host.at, line);
	if (event.time.us != time_of(time).us)
		fail_msg("not the time %.*s: %s", (int)time.length, time.at, line);
	tally->checked++;
}

static struct tally
read_samples(const char *name)
{
	char path[64], line[4096], json[4096] = "";
	struct tally tally = {0};
	FILE *file;

	snprintf(path, sizeof(path), "maillog/fail2ban/logs/%s", name);
	file = fopen(data_path(path), "r");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL) {
		if (strstr(line, "failJSON:") != NULL && *line == '#') {
			snprintf(json, sizeof(json), "%s", line);
		} else if (*line != '#' && *line != '\n') {
			assert_true(*json != '\0');
			check_sample(json, line, &tally);
			*json = '\0';
		}
	}
	fclose(file);
	return tally;
}

/* Passed over: five commands that came too early, four tests of postscreen, three logins that could not be tried. The
 * one that fail2ban lets pass is a client lost in DATA. */
static void
samples_of_postfix_have_the_address_and_time_they_should(void **state)
{
	struct tally tally = read_samples("postfix");

	assert_int_equal(tally.kinds[MAIL_REFUSED], 23);
	assert_int_equal(tally.kinds[MAIL_LOGIN_FAILED], 10);
	assert_int_equal(tally.kinds[MAIL_LOST], 7);
	assert_int_equal(tally.kinds[MAIL_DISCONNECTED], 2);
	assert_int_equal(tally.checked, 41);
	assert_int_equal(tally.harmless, 1);
	assert_int_equal(tally.passed, 5 + 4 + 3);
	assert_int_equal(tally.no_line, 0);
	(void)state;
}

/* Passed over: 18 sessions without a login that failed, three that would have sent a password in the clear, one line of
 * PAM; four with the time of multilog are no lines. */
static void
samples_of_dovecot_have_the_address_and_time_they_should(void **state)
{
	struct tally tally = read_samples("dovecot");

	assert_int_equal(tally.kinds[MAIL_LOGIN_FAILED], 32);
	assert_int_equal(tally.checked, 32);
	assert_int_equal(tally.harmless, 0);
	assert_int_equal(tally.passed, 18 + 3 + 1);
	assert_int_equal(tally.no_line, 4);
	(void)state;
}

/* Passed over: seven errors of the protocol, two of synchronization, two clients with too many of them, five sessions
 * without a message, four that an ACL dropped, three senders that were not verified, four names that were not found. */
static void
samples_of_exim_have_the_address_and_time_they_should(void **state)
{
	struct tally tally = read_samples("exim");

	assert_int_equal(tally.kinds[MAIL_LOGIN_FAILED], 10);
	assert_int_equal(tally.kinds[MAIL_REFUSED], 4);
	assert_int_equal(tally.checked, 14);
	assert_int_equal(tally.harmless, 0);
	assert_int_equal(tally.passed, 7 + 2 + 2 + 5 + 4 + 3 + 4);
	assert_int_equal(tally.no_line, 0);
	(void)state;
}

/* Passed over: three lines of a scanner of spam. */
static void
samples_of_exim_that_refuses_spam_too(void **state)
{
	struct tally tally = read_samples("exim-spam");

	assert_int_equal(tally.kinds[MAIL_REFUSED], 5);
	assert_int_equal(tally.checked, 5);
	assert_int_equal(tally.passed, 3);
	assert_int_equal(tally.no_line, 0);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_of_postfix_have_the_address_and_time_they_should),
		cmocka_unit_test(samples_of_dovecot_have_the_address_and_time_they_should),
		cmocka_unit_test(samples_of_exim_have_the_address_and_time_they_should),
		cmocka_unit_test(samples_of_exim_that_refuses_spam_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
