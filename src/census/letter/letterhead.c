/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/letter/letterhead.h"

#include "base/mime.h"

static void
print_id(struct buffer *into, const struct lettercase *of, unsigned number, size_t report)
{
	struct text domain = mime_domain(of->sender->mailbox);

	buffer_print(into, "<%.*s.%u", (int)of->code.length, of->code.at, number);
	if (report > 0)
		buffer_print(into, ".r%zu", report);
	buffer_print(into, "@%.*s>\r\n", (int)domain.length, domain.at);
}

/* The first letter and the latest, which is enough for a thread. */
static void
print_references(struct buffer *into, const struct lettercase *of, size_t report)
{
	unsigned last = report > 0 ? of->number : of->number - 1;
	unsigned from = last > LETTERHEAD_REFERENCES ? last - LETTERHEAD_REFERENCES + 2 : 2;

	if (last == 0)
		return;
	buffer_text(into, TEXT("In-Reply-To: "));
	print_id(into, of, last, 0);
	buffer_text(into, TEXT("References: "));
	print_id(into, of, 1, 0);
	for (unsigned i = from; i <= last; i++) {
		buffer_text(into, TEXT(" "));
		print_id(into, of, i, 0);
	}
}

void
letterhead_fields(
	const struct lettercase *of, struct text subject, size_t report, struct buffer *into)
{
	const struct lettersender *sender = of->sender;

	mime_date_field(into, of->written);
	mime_mailbox_field(into, "From", sender->name, sender->mailbox);
	if (!text_equal(lettercase_reply(sender), sender->mailbox))
		mime_mailbox_field(into, "Reply-To", TEXT(""), sender->reply);
	mime_mailbox_field(into, "To", TEXT(""), of->mailbox);
	mime_text_field(into, "Subject", subject);
	buffer_text(into, TEXT("Message-ID: "));
	print_id(into, of, of->number, report);
	print_references(into, of, report);
	buffer_text(into, TEXT("Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"));
}

/* That of a report stands inside of the letter, so none may begin as the other does (RFC 2046 s5.1.1). */
static void
print_boundary(struct buffer *into, const struct lettercase *of, size_t report)
{
	buffer_text(into, TEXT("=_"));
	if (report > 0)
		buffer_print(into, "r%zu.", report);
	buffer_print(into, "%.*s.%u", (int)of->code.length, of->code.at, of->number);
}

void
letterhead_multipart(
	const struct lettercase *of, size_t report, const char *multipart, struct buffer *into)
{
	buffer_print(into, "Content-Type: multipart/%s;\r\n boundary=\"", multipart);
	print_boundary(into, of, report);
	buffer_text(into, TEXT("\"\r\n"));
}

void
letterhead_part(const struct lettercase *of, size_t report, struct buffer *into)
{
	buffer_text(into, TEXT("\r\n--"));
	print_boundary(into, of, report);
	buffer_text(into, TEXT("\r\n"));
}

void
letterhead_end(const struct lettercase *of, size_t report, struct buffer *into)
{
	buffer_text(into, TEXT("\r\n--"));
	print_boundary(into, of, report);
	buffer_text(into, TEXT("--\r\n"));
}

void
letterhead_text_part(const struct lettercase *of, size_t report, struct text tags, struct text text,
	struct buffer *into)
{
	letterhead_part(of, report, into);
	buffer_text(into, TEXT("Content-Type: text/plain; charset=UTF-8\r\n"));
	if (tags.length > 0)
		buffer_print(into, "Content-Language: %.*s\r\n", (int)tags.length, tags.at);
	buffer_text(into, TEXT("Content-Transfer-Encoding: quoted-printable\r\n\r\n"));
	mime_quoted_printable(into, text);
}
