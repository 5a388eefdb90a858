/* SPDX-License-Identifier: BSD-2-Clause */
/* Real reports of the data folder, which LAZARET_DATA names. */
#include "base/mime.h"
#include "data.h"
#include "report_show.h"
#include "source/mail/maildir.h"
#include "source/mail/mbox.h"

#include <stdio.h>
#include <stdlib.h>

static size_t
read_file(struct report_show *show, const char *path)
{
	struct fail fail = {0};
	struct input input;
	struct text message;
	struct mbox mbox;
	size_t count = 0;

	if (input_open(&input, path, 0, &fail) < 0)
		fail_msg("%s: %s", path, fail.what);
	mbox_init(&mbox, &input);
	while (mbox_next(&mbox, &message, &fail) > 0) {
		(void)report_read(show, message);
		count++;
	}
	mbox_done(&mbox);
	input_close(&input);
	return count;
}

/* Every message of a folder; how many there are. */
static size_t
read_folder(struct report_show *show, const char *name)
{
	struct maildir maildir;
	struct fail fail = {0};
	const char *path;
	size_t count = 0;

	*show = (struct report_show){.refused = 0};
	buffer_init(&show->said, 1U << 20);
	if (maildir_open(&maildir, data_path(name), &fail) < 0)
		fail_msg("%s: %s", name, fail.what);
	while ((path = maildir_next(&maildir)) != NULL)
		count += read_file(show, path);
	maildir_close(&maildir);
	return count;
}

struct known {
	const char *folder;
	size_t messages, spam, bots, others, refused;
};

static void
what_notifiers_sent_is_read(void **state)
{
	static const struct known folders[] = {
		{"feedback-loop", 24, 24, 0, 0, 0},
		{"spamexperts", 11, 11, 0, 0, 0},
		{"shadowserver", 18, 0, 8, 107, 0},
		{"abusehub", 2, 0, 0, 4, 0},
		/* Notices of copyright, and text for people. */
		{"ip-echelon", 16, 0, 0, 0, 0},
		{"copyrightcompliance", 2, 0, 0, 0, 0},
		{"netcraft", 7, 0, 0, 0, 0},
		{"cleanmx", 4, 0, 0, 0, 0},
		{"projecthoneypot", 4, 0, 0, 0, 0},
		{"webiron", 3, 0, 0, 0, 0},
		{"blocklistde", 2, 0, 0, 0, 0},
		{"cyscon", 2, 0, 0, 0, 0},
		{"google", 2, 0, 0, 0, 0},
	};
	size_t messages = 0;

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		const struct known *known = &folders[i];
		struct report_show show;
		char name[128];
		size_t count;

		snprintf(name, sizeof(name), "reports/abuseio/extra/notifier-samples/%s",
			known->folder);
		count = read_folder(&show, name);
		if (count != known->messages || show.kinds[REPORT_SPAM] != known->spam ||
			show.kinds[REPORT_BOT] != known->bots ||
			show.kinds[REPORT_OTHER] != known->others || show.refused != known->refused)
			fail_msg("%s: %zu messages, %zu of spam, %zu of bots, %zu others, %zu "
				 "sentences: %s",
				known->folder, count, show.kinds[REPORT_SPAM],
				show.kinds[REPORT_BOT], show.kinds[REPORT_OTHER], show.refused,
				buffer_string(&show.said));
		messages += count;
		buffer_done(&show.said);
	}
	assert_int_equal(messages, 97);
	(void)state;
}

/* The samples of a version, each as an attachment. */
static void
read_samples(struct report_show *show, const char *name)
{
	struct maildir maildir;
	struct fail fail = {0};
	const char *path;
	struct buffer message;

	*show = (struct report_show){.refused = 0};
	buffer_init(&show->said, 1U << 20);
	buffer_init(&message, 1U << 20);
	if (maildir_open(&maildir, data_path(name), &fail) < 0)
		fail_msg("%s: %s", name, fail.what);
	while ((path = maildir_next(&maildir)) != NULL) {
		struct input input;

		if (strstr(path, ".json") == NULL)
			continue;
		assert_int_equal(input_open(&input, path, 0, &fail), 0);
		(void)input_need(&input, 1U << 16, &fail);
		buffer_clear(&message);
		buffer_text(&message,
			TEXT("Content-Type: application/json\n"
			     "Content-Transfer-Encoding: base64\n\n"));
		mime_base64(&message, input.at, input.left);
		input_close(&input);
		(void)report_read(show, (struct text){message.at, message.length});
	}
	maildir_close(&maildir);
	buffer_done(&message);
}

static void
samples_of_xarf_are_read(void **state)
{
	struct report_show show;

	read_samples(&show, "reports/xarf-v4/samples/v4");
	assert_int_equal(show.kinds[REPORT_SPAM], 1);
	assert_int_equal(show.kinds[REPORT_BOT], 2);
	assert_int_equal(show.kinds[REPORT_OTHER], 20);
	/* Those that name a host, among them one that sends in bulk. */
	assert_int_equal(show.refused, 9);
	buffer_done(&show.said);
	read_samples(&show, "reports/xarf-v4/samples/v3");
	assert_int_equal(show.kinds[REPORT_SPAM], 1);
	assert_int_equal(show.kinds[REPORT_BOT], 1);
	assert_int_equal(show.kinds[REPORT_OTHER] + show.refused, 2);
	buffer_done(&show.said);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_notifiers_sent_is_read),
		cmocka_unit_test(samples_of_xarf_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
