/* SPDX-License-Identifier: BSD-2-Clause */
/* Reports by mail: each that is about spam, or a host that sends it, is a listing with its time and port. */
#include "census/list/listformat.h"
#include "source/mail/maildir.h"
#include "source/mail/mailhead.h"
#include "source/mail/mbox.h"
#include "source/reports/reports.h"

#include <errno.h>

/* In which a message must say whom it is from, to be known as one. */
#define HEAD (64UL << 10)

bool
maillist_is_mail(struct text head)
{
	struct mailfield field;
	struct text first, value;

	if (text_starts(head, "From "))
		(void)mailhead_line(&head);
	first = head;
	head = mailhead_cut(&head);
	/* The first line is a field; lists of IPv6 have colons, too, but nobody whom they are from. */
	return mailhead_next(&first, &field) && field.name.at == head.at &&
		mailhead_find(head, "From", &value);
}

static uint64_t
number_of(const uint8_t bytes[8])
{
	return (uint64_t)bytes_u32(bytes) << 32 | bytes_u32(bytes + 4);
}

static struct addressform
form_of(const struct prefix *source)
{
	const uint8_t *byte = source->address.byte;
	struct addressform form = {.is_six = !address_is_v4(&source->address)};

	form.length = form.is_six ? source->length : 32;
	form.low = form.high = form.is_six ? number_of(byte) : bytes_u32(byte + 12);
	form.below = form.is_six ? number_of(byte + 8) : 0;
	return form;
}

static void
take_report(void *context, const struct report *report)
{
	struct listreader *reader = context;
	struct addressform form = form_of(&report->source);
	int64_t seconds = report->time.us / WALL_SECOND;

	if (report->kind == REPORT_OTHER)
		reader->notes->unwanted++;
	else
		listformat_entry(
			reader, &form, seconds <= UINT32_MAX ? (uint32_t)seconds : 0, report->port);
	if (reader->order->carried != NULL && report->kind == REPORT_SPAM &&
		report->carried.length > 0)
		reader->order->carried(reader->order->context, report);
}

static void
take_sentence(void *context, const struct fail *fail)
{
	struct listreader *reader = context;

	listnotes_say(reader->notes, LISTNOTE_BAD, listformat_number(reader), "%s", fail->what);
}

/* All messages of a file. is_numbered: messages are counted, as in a folder, where lines say nothing. */
static int
take_file(struct listreader *reader, struct reports *reports, struct input *input, bool is_numbered)
{
	struct reports_sink sink = {take_report, take_sentence, reader};
	struct fail fail = {0};
	struct text message;
	struct mbox mbox;
	int r;

	mbox_init(&mbox, input);
	while ((r = mbox_next(&mbox, &message, &fail)) > 0) {
		reader->line = is_numbered ? reader->line + 1 : mbox.from;
		if (mbox.is_cut && input->error == 0)
			listnotes_say(reader->notes, LISTNOTE_LONG, listformat_number(reader),
				"the message is longer than %zu bytes: the rest is left out",
				MBOX_MESSAGE);
		(void)reports_read(reports, message, &sink);
	}
	if (!is_numbered)
		reader->line = mbox.line;
	if (fail.what[0] != '\0')
		listnotes_say(reader->notes, LISTNOTE_FILE, 0, "%s", fail.what);
	mbox_done(&mbox);
	return r;
}

int
maillist_take(struct listreader *reader, struct input *input)
{
	struct reports *reports = reports_new();
	int r = take_file(reader, reports, input, false);

	(void)reports_free(reports);
	return r;
}

/* is_any: it lies where anything may lie, so it is looked at what it is. */
static int
take_path(
	struct listreader *reader, struct reports *reports, const char *path, int stop, bool is_any)
{
	struct fail fail = {0};
	struct input input;
	int r = input_open(&input, path, stop, &fail);

	reader->notes->file = path;
	if (r < 0) {
		listnotes_say(reader->notes, LISTNOTE_FILE, 0, "%s", fail.what);
		return r;
	}
	if (is_any)
		(void)input_need(&input, HEAD, &fail);
	if (is_any && !maillist_is_mail((struct text){(const char *)input.at, input.left})) {
		listnotes_say(reader->notes, LISTNOTE_FILE, 0,
			"this is no mail, and a list that is a folder is one of mail");
		r = -EINVAL;
	} else {
		r = take_file(reader, reports, &input, true);
	}
	input_close(&input);
	return r;
}

/* A file that cannot be read does not end the folder, but is what is returned. */
int
maillist_take_folder(struct listreader *reader, const char *path, int stop)
{
	struct reports *reports;
	struct maildir maildir;
	struct fail fail = {0};
	const char *file;
	int r = maildir_open(&maildir, path, &fail);

	if (r < 0) {
		listnotes_say(reader->notes, LISTNOTE_FILE, 0, "%s", fail.what);
		return r;
	}
	if (maildir.is_cut)
		listnotes_say(reader->notes, LISTNOTE_FILE, 0,
			"the folder has more than %u files: the rest is not read", MAILDIR_MOST);
	if (maildir.count == 0 && !maildir.is_maildir) {
		listnotes_say(reader->notes, LISTNOTE_FILE, 0,
			"the folder has no mail in it, and a list that is a folder is one of mail");
		r = -EINVAL;
	}
	reports = reports_new();
	while (r != -EINTR && (file = maildir_next(&maildir)) != NULL) {
		int ended = take_path(reader, reports, file, stop, !maildir.is_maildir);

		r = ended < 0 ? ended : r;
	}
	reader->notes->file = path;
	(void)reports_free(reports);
	maildir_close(&maildir);
	return r;
}
