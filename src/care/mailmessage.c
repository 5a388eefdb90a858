/* SPDX-License-Identifier: BSD-2-Clause */
#include "care/mailmessage.h"

#include "base/mime.h"

#include <errno.h>

int
mailmessage_make(const struct mailmessage *message, struct buffer *into)
{
	struct text domain = mime_domain(message->from);

	if (mime_check_address(message->from) < 0 || mime_check_address(message->to) < 0 ||
		text_check_line(message->name) < 0 || text_check_line(message->subject) < 0 ||
		mime_check_id(message->id) < 0 || mime_check_tag(message->language) < 0)
		return -EINVAL;
	mime_date_field(into, message->date);
	mime_mailbox_field(into, "From", message->name, message->from);
	mime_mailbox_field(into, "To", TEXT(""), message->to);
	mime_text_field(into, "Subject", message->subject);
	buffer_print(into,
		"Message-ID: <%.*s@%.*s>\r\n"
		"Auto-Submitted: auto-generated\r\n"
		"MIME-Version: 1.0\r\n"
		"Content-Language: %.*s\r\n"
		"Content-Type: text/plain; charset=UTF-8\r\n"
		"Content-Transfer-Encoding: quoted-printable\r\n\r\n",
		(int)message->id.length, message->id.at, (int)domain.length, domain.at,
		(int)message->language.length, message->language.at);
	mime_quoted_printable(into, message->body);
	return into->failed ? -EMSGSIZE : 0;
}
