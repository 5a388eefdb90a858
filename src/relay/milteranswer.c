/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay/milteranswer.h"

#include <errno.h>

#define LINE        512 /* on the wire, with CR and LF */
#define CODE        3
#define HEADER_LINE 998

/* Where the packet begins, for end_packet: its length is not known before. */
static size_t
begin_packet(struct buffer *into, char letter)
{
	size_t begin = into->length;

	buffer_add(into, "\0\0\0\0", 4);
	buffer_add(into, &letter, 1);
	return begin;
}

static void
end_packet(struct buffer *into, size_t begin)
{
	struct writer writer;

	if (into->failed)
		return;
	writer = writer_on(into->at + begin, 4);
	writer_u32(&writer, (uint32_t)(into->length - begin - 4));
}

static void
add_string(struct buffer *into, struct text text)
{
	buffer_text(into, text);
	buffer_add(into, "", 1);
}

/* The command that waited has its answer. */
static void
end_waiting(struct milter *milter, bool is_message_over)
{
	if (milter->waiting == 'E' || is_message_over) {
		milter->is_in_message = false;
		milter->stale = MILTER_AT_MAIL;
	}
	milter->waiting = 0;
}

void
milter_answer(struct milter *milter, enum milter_verdict verdict, struct buffer *into)
{
	static const char letters[] = {[MILTER_CONTINUE] = 'c',
		[MILTER_ACCEPT] = 'a',
		[MILTER_REJECT] = 'r',
		[MILTER_TEMPFAIL] = 't'};

	if (milter->waiting == 0)
		return;
	end_packet(into, begin_packet(into, letters[verdict]));
	end_waiting(milter,
		verdict == MILTER_ACCEPT || (verdict != MILTER_CONTINUE && milter->waiting == 'M'));
}

/* Bytes that may stand in a reply or a header: printable ASCII (RFC 5321 s4.2, RFC 5322 s2.2), of which one may be
 * left out. */
static bool
is_printable(struct text text, char except)
{
	for (size_t i = 0; i < text.length; i++)
		if (text.at[i] < ' ' || text.at[i] > '~' || text.at[i] == except)
			return false;
	return true;
}

static bool
is_number(struct text text, uint64_t most)
{
	uint64_t number;

	return text.length <= 3 && text_parse_u64(text, most, &number) == 0;
}

/* Cuts "450 4.7.0 Words": begin is what every line begins with, and its words follow. */
static int
cut_reply(struct text reply, struct text *code, struct text *enhanced, struct text *lines,
	struct fail *fail)
{
	struct text rest = reply, class, subject, detail;

	*code = text_cut(&rest, ' ');
	*enhanced = text_cut(&rest, ' ');
	*lines = rest;
	if (code->length != CODE || !is_number(*code, 599) || strchr("45", code->at[0]) == NULL ||
		code->at[1] > '5') {
		fail_what(fail, "no reply code of three digits that begins with 4 or 5");
		return -EINVAL;
	}
	detail = *enhanced;
	class = text_cut(&detail, '.');
	subject = text_cut(&detail, '.');
	if (class.length != 1 || class.at[0] != code->at[0] || !is_number(subject, 999) ||
		!is_number(detail, 999)) {
		fail_what(fail,
			"no enhanced status code such as %c.7.0, of the reply code's class, behind "
			"it",
			code->at[0]);
		return -EINVAL;
	}
	return 0;
}

int
milter_check_reply(struct text reply, struct fail *fail)
{
	struct text code, enhanced, lines;
	unsigned count = 0;
	int r = cut_reply(reply, &code, &enhanced, &lines, fail);

	if (r < 0)
		return r;
	do {
		struct text line = text_cut(&lines, '\n');
		size_t most = LINE - 2 - (CODE + 1 + enhanced.length + 1);

		if (line.length == 0 || !is_printable(line, '\0')) {
			fail_what(fail, "a line of a reply is empty, or not all printable ASCII");
			return -EINVAL;
		}
		if (line.length > most || ++count > MILTER_LINES) {
			fail_what(fail, "a reply of more than %d lines, or a line above %zu bytes",
				MILTER_LINES, most);
			return -EINVAL;
		}
	} while (lines.length > 0);
	return 0;
}

/* The lines as they stand in the packet. The server takes '%' for the begin of a format, so it is doubled. */
static void
add_lines(struct buffer *into, struct text code, struct text enhanced, struct text lines)
{
	do {
		struct text line = text_cut(&lines, '\n');

		buffer_text(into, code);
		buffer_add(into, lines.length > 0 ? "-" : " ", 1);
		buffer_text(into, enhanced);
		buffer_add(into, " ", 1);
		for (size_t i = 0; i < line.length; i++) {
			buffer_add(into, &line.at[i], 1);
			if (line.at[i] == '%')
				buffer_add(into, "%", 1);
		}
		if (lines.length > 0)
			buffer_add(into, "\r\n", 2);
	} while (lines.length > 0);
	buffer_add(into, "", 1);
}

int
milter_refuse(struct milter *milter, struct text reply, struct buffer *into, struct fail *fail)
{
	struct text code, enhanced, lines;
	size_t begin;

	if (milter_check_reply(reply, fail) < 0 ||
		cut_reply(reply, &code, &enhanced, &lines, fail) < 0)
		return -EINVAL;
	if (milter->waiting == 0)
		return 0;
	begin = begin_packet(into, 'y');
	add_lines(into, code, enhanced, lines);
	end_packet(into, begin);
	end_waiting(milter, milter->waiting == 'M');
	return 0;
}

/* Is this the end of a message, and did the server agree to that? */
static int
check_action(const struct milter *milter, uint32_t action, struct fail *fail)
{
	if (milter->waiting == 'E' && (milter->actions & action))
		return 0;
	fail_what(fail,
		milter->waiting == 'E' ? "the mail server does not let a milter do this"
				       : "this can be done at the end of a message only");
	return -EPERM;
}

int
milter_insert_header(struct milter *milter, uint32_t before, struct text name, struct text value,
	struct buffer *into, struct fail *fail)
{
	uint8_t number[4];
	struct writer writer = writer_on(number, sizeof(number));
	size_t begin;

	if (name.length == 0 || !is_printable(name, ':') ||
		memchr(name.at, ' ', name.length) != NULL) {
		fail_what(fail, "no name of a header field");
		return -EINVAL;
	}
	if (value.length == 0 || !is_printable(value, '\0') ||
		name.length + 2 + value.length > HEADER_LINE) {
		fail_what(fail,
			"the value of a header field is empty, too long or not printable ASCII");
		return -EINVAL;
	}
	if (check_action(milter, MILTER_ACTION_HEADER, fail) < 0)
		return -EPERM;
	writer_u32(&writer, before);
	begin = begin_packet(into, 'i');
	buffer_add(into, number, sizeof(number));
	add_string(into, name);
	add_string(into, value);
	end_packet(into, begin);
	return 0;
}

int
milter_quarantine(struct milter *milter, struct text reason, struct buffer *into, struct fail *fail)
{
	size_t begin;

	if (reason.length == 0 || reason.length > LINE || !is_printable(reason, '\0')) {
		fail_what(fail, "the reason is empty, longer than %d bytes or not printable ASCII",
			LINE);
		return -EINVAL;
	}
	if (check_action(milter, MILTER_ACTION_QUARANTINE, fail) < 0)
		return -EPERM;
	begin = begin_packet(into, 'q');
	add_string(into, reason);
	end_packet(into, begin);
	return 0;
}

void
milter_progress(struct milter *milter, struct buffer *into)
{
	if (milter->waiting == 'E')
		end_packet(into, begin_packet(into, 'p'));
}
