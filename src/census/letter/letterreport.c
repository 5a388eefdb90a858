/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/letter/letterreport.h"

#include "base/mime.h"
#include "census/letter/letterhead.h"
#include "census/letter/letterxarf.h"

#include <errno.h>

#define AGENT     "Lazaret-Census/1"
#define TEXT_MOST 65536

static int
refuse(struct fail *fail, int error, const char *what, const char *hint)
{
	fail_what(fail, "%s", what);
	fail_hint(fail, "%s", hint);
	return error;
}

/* Everything that the fields say, in words (RFC 6650 s5.3), and how to get no more of it (s5.1). */
static void
add_text(const struct lettercase *of, size_t row, const struct address *address, uint16_t port,
	struct wall seen, struct buffer *into)
{
	const struct lettersender *sender = of->sender;
	struct text reply = lettercase_reply(sender);
	char from[ADDRESS_TEXT], time[WALL_TEXT];
	struct buffer text;

	buffer_init(&text, TEXT_MOST);
	buffer_print(&text, "[%.*s] %.*s reports spam from an address of yours.\n\nAddress: %s\n",
		(int)of->code.length, of->code.at, (int)sender->name.length, sender->name.at,
		address_format(address, from));
	if (port != 0)
		buffer_print(&text, "Port: %u\n", port);
	buffer_print(&text,
		"Time: %s (UTC)\n\nTo verify who sent this: %.*s\nFor no more such reports, answer "
		"STOP to %.*s and leave [%.*s] in the subject.\n",
		wall_format(seen, time), (int)sender->verify.length, sender->verify.at,
		(int)reply.length, reply.at, (int)of->code.length, of->code.at);
	letterhead_text_part(of, row + 1, TEXT("en"), (struct text){text.at, text.length}, into);
	buffer_done(&text);
}

static void
add_fields(const struct lettercase *of, size_t row, const char *type, const struct address *address,
	uint16_t port, struct wall seen, struct buffer *into)
{
	char from[ADDRESS_TEXT];

	letterhead_part(of, row + 1, into);
	buffer_print(into,
		"Content-Type: message/feedback-report\r\n\r\n"
		"Feedback-Type: %s\r\nUser-Agent: " AGENT "\r\nVersion: 1\r\nSource-IP: %s\r\n",
		type, address_format(address, from));
	if (port != 0)
		buffer_print(into, "Source-Port: %u\r\n", port);
	buffer_text(into, TEXT("Arrival-Date: "));
	mime_date(into, seen);
	buffer_text(into, TEXT("\r\n"));
}

/* Of the envelope; both are redacted, and what is no address stays away. */
static void
add_envelope(const struct lettertrap *trap, const struct letterredact *redact, struct buffer *into)
{
	buffer_text(into, TEXT("Original-Mail-From: <"));
	if (mime_check_address(trap->from) == 0)
		letterredact_address(redact, trap->from, into);
	buffer_text(into, TEXT(">\r\n"));
	if (mime_check_address(trap->to) == 0) {
		buffer_text(into, TEXT("Original-Rcpt-To: <"));
		letterredact_address(redact, trap->to, into);
		buffer_text(into, TEXT(">\r\n"));
	}
}

/* The subject of the message; where it has none, our own. */
static void
add_head(const struct lettercase *of, size_t row, const struct letterredact *redact,
	struct buffer *into)
{
	const struct lettertrap *trap = of->row[row].trap;
	struct buffer subject, line;

	buffer_init(&subject, TEXT_MOST);
	buffer_init(&line, TEXT_MOST);
	if (trap != NULL)
		letterredact_field(redact, trap->message, "Subject", &subject);
	buffer_line(&line,
		subject.length > 0 ? (struct text){subject.at, subject.length}
				   : TEXT("Report of spam"),
		LETTERHEAD_SUBJECT);
	letterhead_fields(of, (struct text){line.at, line.length}, row + 1, into);
	letterhead_multipart(of, row + 1, "report; report-type=feedback-report", into);
	buffer_done(&line);
	buffer_done(&subject);
}

/* With what is secret of the trap that got this row's message. */
static struct letterredact
redact_for(const struct letterredact *redact, const struct letterrow *row)
{
	struct letterredact ours = *redact;

	if (row->trap != NULL)
		ours.trap = row->trap->to;
	return ours;
}

static int
end(const struct lettercase *of, size_t row, struct buffer *into, struct fail *fail)
{
	letterhead_end(of, row + 1, into);
	return into->failed ? refuse(fail, -EMSGSIZE, "the report does not fit", "a larger buffer")
			    : 0;
}

int
letterreport_arf(const struct lettercase *of, size_t row, const struct letterredact *redact,
	struct buffer *into, struct fail *fail)
{
	const struct lettertrap *trap;
	struct letterredact ours;
	int r = lettercase_check(of, fail);

	if (r < 0)
		return r;
	must(row < of->rows);
	trap = of->row[row].trap;
	ours = redact_for(redact, &of->row[row]);
	if (trap == NULL || trap->message.length == 0)
		return refuse(fail, -EINVAL, "no trap has a message from this address",
			"RFC 5965 wants the message; without one, there are the table and XARF");
	add_head(of, row, &ours, into);
	add_text(of, row, &trap->address, trap->port, trap->arrived, into);
	add_fields(of, row, "abuse", &trap->address, trap->port, trap->arrived, into);
	add_envelope(trap, &ours, into);
	letterhead_part(of, row + 1, into);
	buffer_text(into, TEXT("Content-Type: text/rfc822-headers\r\n\r\n"));
	letterredact_head(&ours, trap->message, into);
	return end(of, row, into, fail);
}

int
letterreport_xarf(const struct lettercase *of, size_t row, const struct letterredact *redact,
	struct buffer *into, struct fail *fail)
{
	const struct letterrow *from;
	struct letterredact ours;
	struct buffer json;
	int r = lettercase_check(of, fail);

	if (r < 0)
		return r;
	must(row < of->rows);
	from = &of->row[row];
	ours = redact_for(redact, from);
	if (!of->wants_xarf)
		return refuse(fail, -EINVAL, "the contact did not ask for XARF",
			"RFC 5965 s6: types that are not registered are for those who agreed");
	add_head(of, row, &ours, into);
	add_text(of, row, &from->address, from->port, from->last, into);
	add_fields(of, row, "xarf", &from->address, from->port, from->last, into);
	letterhead_part(of, row + 1, into);
	buffer_text(into,
		TEXT("Content-Type: application/json; charset=utf-8\r\n"
		     "Content-Disposition: attachment; filename=\"xarf.json\"\r\n"
		     "Content-Transfer-Encoding: base64\r\n\r\n"));
	buffer_init(&json, TEXT_MOST);
	letterxarf_make(of, from, &ours, &json);
	mime_base64(into, json.at, json.length);
	buffer_done(&json);
	return end(of, row, into, fail);
}
