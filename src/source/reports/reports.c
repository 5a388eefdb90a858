/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/reports/reports.h"

#include "source/mail/mailhead.h"
#include "source/mail/mailparts.h"
#include "source/mail/mbox.h"
#include "source/reports/reportsinside.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define FIELDS_MOST (1U << 20)
#define NAME_MOST   1024
/* The table of a census's letter, packed or not. */
#define LETTER_TABLE "lazaret.csv"
/* Of memory that a message needed no more is kept for the next. */
#define KEPT_MOST (4U << 20)

const char *const report_kind_names[REPORT_KINDS] = {
	[REPORT_SPAM] = "spam", [REPORT_BOT] = "bot", [REPORT_OTHER] = "other"};

const char *const report_form_names[REPORT_FORMS] = {
	[REPORT_ARF] = "arf", [REPORT_XARF] = "xarf", [REPORT_CSV] = "csv"};

struct reports *
reports_new(void)
{
	struct reports *reports = xcalloc(1, sizeof(*reports));

	buffer_init(&reports->decoded, MBOX_MESSAGE);
	buffer_init(&reports->unpacked, REPORTS_UNPACKED);
	buffer_init(&reports->fields, FIELDS_MOST);
	buffer_init(&reports->name, NAME_MOST);
	buffer_init(&reports->message, MBOX_MESSAGE);
	return reports;
}

struct reports *
reports_free(struct reports *reports)
{
	if (reports != NULL) {
		buffer_done(&reports->decoded);
		buffer_done(&reports->unpacked);
		buffer_done(&reports->fields);
		buffer_done(&reports->name);
		buffer_done(&reports->message);
	}
	free(reports);
	return NULL;
}

void
reports_give(struct reports *reports, const struct report *report)
{
	if (reports->count == REPORTS_MOST) {
		reports->is_crowded = true;
		return;
	}
	reports->count++;
	reports->sink->take(reports->sink->context, report);
}

void
reports_refuse(struct reports *reports, const char *format, ...)
{
	char sentence[256];
	struct fail fail = {0};
	va_list arguments;

	if (reports->sink->tell == NULL)
		return;
	va_start(arguments, format);
	vsnprintf(sentence, sizeof(sentence), format, arguments);
	va_end(arguments);
	fail_what(&fail, "%s", sentence);
	reports->sink->tell(reports->sink->context, &fail);
}

bool
reports_source(struct text text, struct prefix *ret)
{
	text = text_trim(text);
	if (text.length > 2 && *text.at == '[' && text.at[text.length - 1] == ']')
		text = (struct text){text.at + 1, text.length - 2};
	if (text.length > 5 && text_same((struct text){text.at, 5}, TEXT("IPv6:")))
		text = (struct text){text.at + 5, text.length - 5};
	if (prefix_parse(text, ret) < 0)
		return false;
	return ret->length == 128 || (ret->length >= 64 && !address_is_v4(&ret->address));
}

static bool
ends_with(struct text text, const char *end)
{
	size_t length = strlen(end);

	return text.length >= length &&
		text_same((struct text){text.at + text.length - length, length}, text_of(end));
}

static struct text
text_in(const struct buffer *buffer)
{
	return (struct text){buffer->at, buffer->length};
}

/* What the part says, in reports->decoded. */
static struct text
decode(struct reports *reports, const struct mailpart *part)
{
	size_t wrong;

	buffer_clear(&reports->decoded);
	wrong = mailparts_decode(part, &reports->decoded);
	if (wrong > 0)
		reports_refuse(reports, "%zu characters of a part are not of its coding", wrong);
	return text_in(&reports->decoded);
}

static void
read_packed(struct reports *reports, const struct mailpart *part, struct text file)
{
	int r;

	buffer_clear(&reports->unpacked);
	r = reportunpack(decode(reports, part), &reports->unpacked);
	if (r == -EFBIG)
		reports_refuse(reports,
			"a table has more than %zu bytes once it is unpacked: the "
			"rest is left out",
			REPORTS_UNPACKED);
	else if (r < 0)
		reports_refuse(reports, "a packed table is damaged");
	reportcsv_read(reports, text_in(&reports->unpacked), file);
}

/* Message-ID without < and >. */
static struct text
bare_id(struct text id)
{
	if (id.length > 2 && *id.at == '<' && id.at[id.length - 1] == '>')
		return (struct text){id.at + 1, id.length - 2};
	return id;
}

/* What ARF itself is made of. False: this part is none of it. */
static bool
read_arf_part(struct reports *reports, const struct mailpart *part)
{
	struct text message = part->body;

	if (mailtype_is(&part->type, "message", "feedback-report")) {
		buffer_clear(&reports->fields);
		(void)mailparts_decode(part, &reports->fields);
		return true;
	}
	if (!mailtype_is(&part->type, "message", "rfc822") &&
		!mailtype_is(&part->type, "text", "rfc822-headers"))
		return false;
	if (part->coding == MAILCODING_BASE64 || part->coding == MAILCODING_QUOTED) {
		buffer_clear(&reports->message);
		(void)mailparts_decode(part, &reports->message);
		message = text_in(&reports->message);
	}
	reports->carried = mailhead_cut(&message);
	return true;
}

/* A message that a census's letter brings: ARF, and nothing else. Who reports is who wrote the letter. */
static void
read_attached(struct reports *reports, struct text message)
{
	const struct report common = reports->common;
	struct text rest = message, value;
	struct mailparts walk;
	struct mailpart part;

	reports->common.reference = (struct text){0};
	if (mailhead_find(mailhead_cut(&rest), "Message-ID", &value))
		reports->common.reference = bare_id(value);
	buffer_clear(&reports->fields);
	mailparts_begin(&walk, message);
	while (mailparts_next(&walk, &part)) {
		if (!part.is_multipart)
			(void)read_arf_part(reports, &part);
	}
	if (reports->fields.length > 0)
		reportarf_read(reports, text_in(&reports->fields));
	buffer_clear(&reports->fields);
	reports->carried = (struct text){0};
	reports->common = common;
}

/* A part that may hold reports, by its type and the name of its file. */
static void
read_part(struct reports *reports, const struct mailpart *part)
{
	struct text file;

	buffer_clear(&reports->name);
	if (!mailparts_file(part, &reports->name))
		buffer_clear(&reports->name);
	file = text_in(&reports->name);
	reports->is_letter = reports->is_letter || text_starts(file, LETTER_TABLE);
	if (reports->is_letter && mailtype_is(&part->type, "message", "rfc822"))
		read_attached(reports, part->body);
	else if (read_arf_part(reports, part))
		return;
	else if (ends_with(file, ".csv.gz") || ends_with(file, ".csv.zip"))
		read_packed(reports, part, file);
	else if (mailtype_is(&part->type, "text", "csv") || ends_with(file, ".csv"))
		reportcsv_read(reports, decode(reports, part), file);
	else if ((mailtype_is(&part->type, "application", "json") || ends_with(file, ".json")) &&
		!reportxarf_read(reports, decode(reports, part)))
		reports_refuse(reports, "an attachment of JSON is no report of XARF");
}

static void
read_head(struct reports *reports, struct text message)
{
	struct buffer reporter = {.at = reports->reporter,
		.size = sizeof(reports->reporter),
		.most = sizeof(reports->reporter) - 1};
	struct text head = mailhead_cut(&message), value;

	if (mailhead_find(head, "From", &value))
		(void)mailvalue_address(value, &reporter);
	reports->common = (struct report){.reporter = text_in(&reporter)};
	if (mailhead_find(head, "Message-ID", &value))
		reports->common.reference = bare_id(value);
}

/* One large message is no reason to keep its memory. */
static void
shrink(struct buffer *buffer)
{
	size_t most = buffer->most;

	if (buffer->size > KEPT_MOST) {
		buffer_done(buffer);
		buffer_init(buffer, most);
	}
}

size_t
reports_read(struct reports *reports, struct text message, const struct reports_sink *sink)
{
	struct mailparts walk;
	struct mailpart part;

	reports->sink = sink;
	reports->count = 0;
	reports->is_crowded = false;
	reports->is_letter = false;
	reports->carried = (struct text){0};
	buffer_clear(&reports->fields);
	read_head(reports, message);
	mailparts_begin(&walk, message);
	while (mailparts_next(&walk, &part)) {
		if (!part.is_multipart)
			read_part(reports, &part);
	}
	if (reports->count == 0 && reports->fields.length > 0)
		reportarf_read(reports, text_in(&reports->fields));
	if (reports->is_crowded)
		reports_refuse(reports,
			"the message has more than %d reports: the rest is left out", REPORTS_MOST);
	if (walk.is_crowded || walk.is_deep)
		reports_refuse(reports, "the message has more parts than are looked at");
	shrink(&reports->decoded);
	shrink(&reports->unpacked);
	shrink(&reports->message);
	return reports->count;
}
