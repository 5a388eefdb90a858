/* SPDX-License-Identifier: BSD-2-Clause */
/* Where messages lie: mailboxes, single files, folders. */
#include "source/mail/maildir.h"
#include "source/mail/mbox.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* "line:message" of each, with | between. */
static void
expect_messages(const char *bytes, const char *wanted)
{
	struct input input = {
		.at = (const uint8_t *)bytes, .left = strlen(bytes), .ended = true, .name = "test"};
	struct fail fail = {0};
	struct buffer said;
	struct mbox mbox;
	struct text message;
	int r;

	buffer_init(&said, 1U << 16);
	mbox_init(&mbox, &input);
	while ((r = mbox_next(&mbox, &message, &fail)) > 0) {
		buffer_print(&said, "%u:", (unsigned)mbox.from);
		buffer_text(&said, message);
		buffer_text(&said, TEXT("|"));
		assert_false(mbox.is_cut);
	}
	assert_int_equal(r, 0);
	assert_string_equal(buffer_string(&said), wanted);
	mbox_done(&mbox);
	buffer_done(&said);
}

static void
a_mailbox_has_messages_and_quotes(void **state)
{
	expect_messages("From a@example.org Tue Jan 19 17:20:37 2016\nSubject: 1\n\none\n"
			">From here\n>>From there\n> From nowhere\nFrom now on\n\n"
			"From now on, too\nFrom b@example.org Tue Jan 19 17:20:38 2016\n\n"
			"From b@example.org Tue Jan 19 17:20:38 2016\r\nSubject: 2\r\n\r\ntwo",
		"2:Subject: 1\n\none\nFrom here\n>From there\n> From nowhere\nFrom now on\n\n"
		"From now on, too\nFrom b@example.org Tue Jan 19 17:20:38 2016\n\n|14:Subject: "
		"2\r\n\r\ntwo|");
	(void)state;
}

static void
any_other_file_is_one_message(void **state)
{
	expect_messages("Subject: 1\n\n>From here\n\nFrom a Tue Jan 19 17:20:37 2016\n",
		"1:Subject: 1\n\n>From here\n\nFrom a Tue Jan 19 17:20:37 2016\n|");
	expect_messages("", "");
	expect_messages("\n", "1:\n|");
	(void)state;
}

static void
what_is_too_long_is_cut_off_and_the_next_is_whole(void **state)
{
	static const char head[] = "From a Tue Jan 19 17:20:37 2016\n",
			  next[] = "\n\nFrom b Tue Jan 19 17:20:38 2016\nSubject: 2\n";
	size_t size = MBOX_MESSAGE + 3, end = sizeof(head) - 1 + size;
	char *bytes = malloc(end + sizeof(next));
	struct input input = {.at = (const uint8_t *)bytes, .ended = true, .name = "test"};
	struct fail fail = {0};
	struct text message;
	struct mbox mbox;

	assert_non_null(bytes);
	memcpy(bytes, head, sizeof(head));
	memset(bytes + sizeof(head) - 1, 'a', size);
	memcpy(bytes + end, next, sizeof(next));
	input.left = end + sizeof(next) - 1;
	mbox_init(&mbox, &input);
	assert_int_equal(mbox_next(&mbox, &message, &fail), 1);
	assert_true(mbox.is_cut && message.length == MBOX_MESSAGE);
	assert_int_equal(mbox_next(&mbox, &message, &fail), 1);
	assert_false(mbox.is_cut);
	assert_true(text_is(message, "Subject: 2\n"));
	assert_int_equal(mbox.from, 5);
	assert_int_equal(mbox_next(&mbox, &message, &fail), 0);
	mbox_done(&mbox);
	free(bytes);
	(void)state;
}

static void
damage_is_told_behind_what_came_before(void **state)
{
	static const char bytes[] = "Subject: 1\n\ncut";
	struct input input = {.at = (const uint8_t *)bytes,
		.left = sizeof(bytes) - 1,
		.ended = true,
		.error = -EBADMSG,
		.name = "test"};
	struct fail fail = {0};
	struct text message;
	struct mbox mbox;

	mbox_init(&mbox, &input);
	assert_int_equal(mbox_next(&mbox, &message, &fail), 1);
	assert_true(mbox.is_cut && text_is(message, bytes));
	assert_int_equal(mbox_next(&mbox, &message, &fail), -EBADMSG);
	mbox_done(&mbox);
	(void)state;
}

static void
make(const char *folder, const char *name)
{
	char path[256];
	int made;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (path[strlen(path) - 1] == '/') {
		assert_int_equal(mkdir(path, 0700), 0);
		return;
	}
	made = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	assert_true(made >= 0 && close(made) == 0);
}

static void
expect_files(const char *folder, const char *wanted)
{
	struct maildir maildir;
	struct fail fail = {0};
	struct buffer said;
	const char *path;

	buffer_init(&said, 4096);
	assert_int_equal(maildir_open(&maildir, folder, &fail), 0);
	while ((path = maildir_next(&maildir)) != NULL)
		buffer_print(&said, "%s ", path + strlen(folder));
	assert_string_equal(buffer_string(&said), wanted);
	assert_false(maildir.is_cut);
	maildir_close(&maildir);
	buffer_done(&said);
}

static void
a_folder_is_read_in_order(void **state)
{
	char folder[] = "/tmp/lazaret-maildir-XXXXXX", command[64];
	struct maildir maildir;
	struct fail fail = {0};

	assert_non_null(mkdtemp(folder));
	make(folder, "b");
	make(folder, ".hidden");
	make(folder, "a");
	make(folder, "inside/");
	expect_files(folder, "/a /b ");
	make(folder, "cur/");
	make(folder, "cur/1.x:2,S");
	make(folder, "new/");
	make(folder, "new/0.x");
	make(folder, "new/2.x");
	expect_files(folder, "/new/0.x /cur/1.x:2,S /new/2.x ");
	snprintf(command, sizeof(command), "rm -r %s", folder);
	assert_int_equal(system(command), 0);
	assert_int_equal(maildir_open(&maildir, folder, &fail), -ENOENT);
	assert_true(fail.what[0] != '\0');
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mailbox_has_messages_and_quotes),
		cmocka_unit_test(any_other_file_is_one_message),
		cmocka_unit_test(what_is_too_long_is_cut_off_and_the_next_is_whole),
		cmocka_unit_test(damage_is_told_behind_what_came_before),
		cmocka_unit_test(a_folder_is_read_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
