/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists that come as mail: mailboxes, messages, folders. */
#include "census_list.h"
#include "data.h"
#include "source/reports/report.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define ARF(address, type) ARF_OF(address, type, "Fri, 20 Nov 2026 12:30:00 +0000")
#define ARF_OF(address, type, time)                                                                \
	"From: loop@agency.example\nContent-Type: multipart/report; boundary=b\n\n"                \
	"--b\nContent-Type: message/feedback-report\n\nFeedback-Type: " type                       \
	"\nSource-IP: " address "\nSource-Port: 40001\n"                                           \
	"Arrival-Date: " time "\n\n--b--\n"
#define FROM "From loop@agency.example Fri Nov 20 12:30:00 2026\n"

static void
reports_of_a_mailbox_are_listed(void **state)
{
	struct list_read read;

	read_list(&read,
		FROM ARF("11.0.0.1", "abuse") "\n" FROM ARF("11.0.0.2", "not-spam") "\n" FROM ARF(
			"2a02:db8::7", "virus") "\n" FROM ARF("nobody", "abuse"),
		NULL);
	assert_int_equal(read.form, LISTFORM_MAIL);
	assert_string_equal(say_listings(&read), "11.0.0.1 2a02:db8:: ");
	assert_int_equal(read.listings.four[0].time, 1795177800);
	assert_int_equal(read.listings.four[0].port, 40001);
	assert_int_equal(read.listings.four[0].line, 2);
	assert_int_equal(read.listings.six[0].line, 30);
	assert_int_equal(read.listings.six[0].port, 40001);
	assert_int_equal(read.notes.unwanted, 1);
	assert_int_equal(read.notes.entries, 2);
	assert_int_equal(read.notes.count[LISTNOTE_BAD], 1);
	assert_string_equal(read.first.where, "test:44");
	assert_string_equal(read.first.what, "a report of ARF has no Source-IP that is an address");
	list_read_done(&read);
	(void)state;
}

/* Seconds of a listing have no sign, and 32 bits. */
static void
a_time_that_no_listing_can_have_is_none(void **state)
{
	struct list_read read;

	read_list(&read,
		FROM ARF_OF("11.0.0.1", "abuse",
			"Wed, 31 Dec 1969 23:59:59 +0000") "\n" FROM ARF_OF("11.0.0.2", "abuse",
			"Sun, 07 Feb 2106 06:28:16 +0000"),
		NULL);
	assert_string_equal(say_listings(&read), "11.0.0.2 ");
	assert_int_equal(read.listings.four[0].time, 0);
	assert_int_equal(read.notes.count[LISTNOTE_BAD], 1);
	list_read_done(&read);
	(void)state;
}

static void
take_carried(void *context, const struct report *report)
{
	struct buffer *said = context;

	buffer_print(
		said, "%u %.*s\n", report->port, (int)report->carried.length, report->carried.at);
}

#define CARRYING(address, type)                                                                    \
	"From: loop@agency.example\nContent-Type: multipart/report; boundary=b\n\n"                \
	"--b\nContent-Type: message/feedback-report\n\nFeedback-Type: " type                       \
	"\nSource-IP: " address "\nSource-Port: 40001\n\n"                                         \
	"--b\nContent-Type: text/rfc822-headers\n\nSubject: " type "\n--b--\n"

static void
who_asks_gets_the_messages_of_spam(void **state)
{
	struct buffer said;
	struct listorder order = {.carried = take_carried, .context = &said};
	struct list_read read;

	buffer_init(&said, 4096);
	read_list(&read,
		FROM ARF("11.0.0.1", "abuse") "\n" FROM CARRYING(
			"11.0.0.2", "abuse") "\n" FROM CARRYING("11.0.0.3", "not-spam"),
		&order);
	assert_string_equal(say_listings(&read), "11.0.0.1 11.0.0.2 ");
	assert_string_equal(buffer_string(&said), "40001 Subject: abuse\n");
	list_read_done(&read);
	buffer_done(&said);
	(void)state;
}

static void
bogons_are_told_of_as_in_other_lists(void **state)
{
	expect_refused(ARF("10.0.0.1", "abuse"), NULL, LISTNOTE_BOGON, "test:1",
		"no mail can come from what the entry names: private use (RFC 1918)");
	(void)state;
}

static void
lists_are_not_taken_for_mail(void **state)
{
	expect_order("2a02:db8:0:1::1\n2a02:db8:0:2::1\n", NULL, "2a02:db8:0:1:: 2a02:db8:0:2:: ");
	expect_order("# From: nobody\n11.0.0.1\n", NULL, "11.0.0.1 ");
	(void)state;
}

static void
put(const char *folder, const char *name, const char *text)
{
	char path[256];
	int made;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	made = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	assert_true(made >= 0 && write(made, text, strlen(text)) == (ssize_t)strlen(text));
	assert_int_equal(close(made), 0);
}

static void
a_maildir_is_one_list(void **state)
{
	char folder[] = "/tmp/lazaret-maillist-XXXXXX", path[64], command[64];
	struct list_read read = {.notes = {.tell = note_told}};
	static const struct listorder nothing;

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/new", folder);
	assert_int_equal(mkdir(path, 0700), 0);
	put(path, "1", ARF("11.0.0.1", "abuse"));
	put(path, "2", "From: a@example.org\n\nnothing\n");
	put(path, "3", ARF("11.0.0.3", "abuse") ARF("11.0.0.4", "abuse"));
	put(path, "4", ARF("nobody", "abuse"));
	read.notes.context = &read;
	listings_init(&read.listings, READ_MOST);
	buffer_init(&read.said, 4096);
	read.result = listreader_read(folder, &nothing, 0, &read.listings, &read.notes, &read.form);
	assert_int_equal(read.result, 0);
	assert_int_equal(read.form, LISTFORM_MAIL);
	assert_string_equal(say_listings(&read), "11.0.0.1 11.0.0.3 ");
	assert_int_equal(read.listings.four[1].line, 3);
	assert_int_equal(read.notes.lines, 4);
	snprintf(path, sizeof(path), "%s/new/4:4", folder);
	assert_string_equal(read.first.where, path);
	list_read_done(&read);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	assert_int_equal(system(command), 0);
	(void)state;
}

static void
expect_folder_refused(const char *folder, const char *what)
{
	struct list_read read = {.notes = {.tell = note_told}};
	static const struct listorder nothing;

	read.notes.context = &read;
	listings_init(&read.listings, READ_MOST);
	buffer_init(&read.said, 4096);
	assert_int_equal(
		listreader_read(folder, &nothing, 0, &read.listings, &read.notes, NULL), -EINVAL);
	assert_int_equal(read.told, 1);
	assert_string_equal(read.first.what, what);
	list_read_done(&read);
}

static void
a_folder_of_other_things_is_no_list(void **state)
{
	char folder[] = "/tmp/lazaret-maillist-XXXXXX", command[64];

	assert_non_null(mkdtemp(folder));
	expect_folder_refused(
		folder, "the folder has no mail in it, and a list that is a folder is one of mail");
	put(folder, "list.txt", "11.0.0.1\n");
	put(folder, "message", ARF("11.0.0.2", "abuse"));
	expect_folder_refused(
		folder, "this is no mail, and a list that is a folder is one of mail");
	snprintf(command, sizeof(command), "rm -r %s", folder);
	assert_int_equal(system(command), 0);
	(void)state;
}

/* 97 messages of the data folder, of which a mailbox is made. */
static void
real_reports_are_listed(void **state)
{
	static const struct listorder nothing;
	static const struct {
		const char *folder;
		uint64_t entries, unwanted, bogons;
	} rows[] = {{"feedback-loop", 24, 0, 24}, {"spamexperts", 11, 0, 11},
		{"shadowserver", 8, 107, 0}, {"ip-echelon", 0, 0, 0}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct list_read read = {.notes = {.tell = note_told}};
		const char *path;
		char name[128];

		snprintf(name, sizeof(name), "reports/abuseio/extra/notifier-samples/%s",
			rows[i].folder);
		path = data_path(name);
		read.notes.context = &read;
		listings_init(&read.listings, READ_MOST);
		buffer_init(&read.said, 1U << 16);
		assert_int_equal(
			listreader_read(path, &nothing, 0, &read.listings, &read.notes, &read.form),
			0);
		assert_int_equal(read.notes.entries, rows[i].entries);
		assert_int_equal(read.notes.unwanted, rows[i].unwanted);
		/* Addresses are masked with private ones. */
		assert_int_equal(read.notes.count[LISTNOTE_BOGON], rows[i].bogons);
		assert_int_equal(read.listings.fours + read.listings.sixes,
			rows[i].entries - rows[i].bogons);
		list_read_done(&read);
	}
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reports_of_a_mailbox_are_listed),
		cmocka_unit_test(a_time_that_no_listing_can_have_is_none),
		cmocka_unit_test(who_asks_gets_the_messages_of_spam),
		cmocka_unit_test(bogons_are_told_of_as_in_other_lists),
		cmocka_unit_test(lists_are_not_taken_for_mail),
		cmocka_unit_test(a_maildir_is_one_list),
		cmocka_unit_test(a_folder_of_other_things_is_no_list),
		cmocka_unit_test(real_reports_are_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
