/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as what a message is made of, with 0xff between: it is refused, or it has the fields of the head that it
 * should, each once, no other line, and subject and text are read back as they were given. */
#include "care/mailmessage.h"
#include "fuzz.h"

#include <errno.h>
#include <stdlib.h>

#define BETWEEN  '\xff'
#define MOST     (1U << 22)
#define HEAD     76  /* RFC 2047 s2; but where an address is, which cannot be parted */
#define HEAD_MAX 998 /* RFC 5322 s2.1.1 */

static const char *const fields[] = {"Date: ", "From: ", "To: <", "Subject: ", "Message-ID: <",
	"Auto-Submitted: auto-generated", "MIME-Version: 1.0",
	"Content-Language: ", "Content-Type: text/plain; charset=UTF-8",
	"Content-Transfer-Encoding: quoted-printable"};

enum { SUBJECT = 3, FIELDS = sizeof(fields) / sizeof(*fields) };

static int
digit(char c)
{
	must((c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'));
	return c <= '9' ? c - '0' : c - 'A' + 10;
}

/* A line up to CR LF, without these; neither stands anywhere else. */
static struct text
take_line(struct text *rest)
{
	struct text line = text_cut(rest, '\n');

	must(line.length > 0 && line.at[line.length - 1] == '\r');
	line.length--;
	for (size_t i = 0; i < line.length; i++)
		must(line.at[i] >= ' ' && line.at[i] < 0x7f);
	must(line.length <= HEAD_MAX);
	return line;
}

/* RFC 2047: the encoded words of a line, or its text. */
static void
read_words(struct text line, struct buffer *into)
{
	if (!text_starts(line, "=?UTF-8?Q?")) {
		buffer_text(into, line);
		return;
	}
	must(line.length > 12 && memcmp(line.at + line.length - 2, "?=", 2) == 0);
	must(line.length <= 75);
	for (size_t i = 10; i < line.length - 2; i++) {
		char c = line.at[i] == '_' ? ' ' : line.at[i];

		must(line.at[i] != ' ' && line.at[i] != '?');
		if (line.at[i] == '=') {
			c = (char)(digit(line.at[i + 1]) << 4 | digit(line.at[i + 2]));
			i += 2;
		}
		buffer_add(into, &c, 1);
	}
}

static void
check_head(struct text *rest, struct text subject)
{
	struct buffer read;
	size_t field = 0;

	buffer_init(&read, MOST);
	for (struct text line = take_line(rest); line.length > 0; line = take_line(rest)) {
		bool is_more = *line.at == ' ';

		must(field > 0 || !is_more);
		if (is_more) {
			must(line.length > 1);
			line.at++, line.length--;
		} else {
			must(field < FIELDS && text_starts(line, fields[field++]));
		}
		must(line.length + is_more <= HEAD || memchr(line.at, '<', line.length) != NULL);
		if (field - 1 != SUBJECT)
			continue;
		if (!is_more)
			line.at += 9, line.length -= 9;
		read_words(line, &read);
	}
	must(field == FIELDS);
	must(read.length == subject.length &&
		memcmp(buffer_string(&read), subject.at, subject.length) == 0);
	buffer_done(&read);
}

/* RFC 2045 s6.7: as whoever gets it reads it. */
static void
check_body(struct text rest, struct text body)
{
	struct buffer read;

	buffer_init(&read, MOST);
	while (rest.length > 0) {
		struct text line = take_line(&rest);
		bool is_soft = line.length > 0 && line.at[line.length - 1] == '=';

		must(line.length <= 76 && (line.length == 0 || line.at[line.length - 1] != ' '));
		for (size_t i = 0; i < line.length - is_soft; i++) {
			char c = line.at[i];

			if (c == '=') {
				c = (char)(digit(line.at[i + 1]) << 4 | digit(line.at[i + 2]));
				i += 2;
			}
			buffer_add(&read, &c, 1);
		}
		if (!is_soft)
			buffer_text(&read, TEXT("\n"));
	}
	if (body.length > 0 && body.at[body.length - 1] != '\n')
		must(read.length == body.length + 1);
	else
		must(read.length == body.length);
	must(memcmp(buffer_string(&read), body.at, body.length) == 0);
	buffer_done(&read);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct text rest = {(const char *)bytes, size};
	struct mailmessage message = {.date = {INT64_C(1795737600) * WALL_SECOND}};
	struct buffer into;
	int r;

	message.name = text_cut(&rest, BETWEEN);
	message.from = text_cut(&rest, BETWEEN);
	message.to = text_cut(&rest, BETWEEN);
	message.subject = text_cut(&rest, BETWEEN);
	message.id = text_cut(&rest, BETWEEN);
	message.language = text_cut(&rest, BETWEEN);
	message.body = rest;
	buffer_init(&into, MOST);
	r = mailmessage_make(&message, &into);
	must(r == 0 || r == -EINVAL || r == -EMSGSIZE);
	if (r == 0) {
		rest = (struct text){buffer_string(&into), into.length};
		check_head(&rest, message.subject);
		check_body(rest, message.body);
	}
	buffer_done(&into);
	return 0;
}
