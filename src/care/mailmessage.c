/* SPDX-License-Identifier: BSD-2-Clause */
#include "care/mailmessage.h"

#include <errno.h>
#include <time.h>

#define LINE_MOST 76
/* RFC 2047 s2: a line with an encoded word has at most 76 characters; so a word, behind a blank, has at most 75. */
#define WORD_BEGIN "=?UTF-8?Q?"
#define WORD_END   "?="

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* RFC 5321 s4.1.2: an atom's characters, with dots between. */
static bool
is_local(struct text local)
{
	char before = '.';

	for (size_t i = 0; i < local.length; i++) {
		char c = local.at[i];

		if (c == '.' ? before == '.'
			     : !is_letter(c) &&
					(c == '\0' || strchr("!#$%&'*+-/=?^_`{|}~", c) == NULL))
			return false;
		before = c;
	}
	return local.length > 0 && local.length <= 64 && before != '.';
}

static bool
is_domain(struct text domain)
{
	while (domain.length > 0) {
		struct text label = text_cut(&domain, '.');

		if (label.length == 0 || label.length > 63 || label.at[0] == '-' ||
			label.at[label.length - 1] == '-')
			return false;
		for (size_t i = 0; i < label.length; i++) {
			if (!is_letter(label.at[i]) && label.at[i] != '-')
				return false;
		}
		if (domain.length == 0)
			return label.at + label.length == domain.at;
	}
	return false;
}

int
mailmessage_check_address(struct text address)
{
	struct text domain = address, local = text_cut(&domain, '@');

	return address.length <= MAILMESSAGE_ADDRESS && is_local(local) && is_domain(domain)
		? 0
		: -EINVAL;
}

static void
print_byte(struct buffer *into, char byte)
{
	buffer_print(into, "=%02X", (unsigned)(unsigned char)byte);
}

static bool
is_ascii(struct text text)
{
	for (size_t i = 0; i < text.length; i++) {
		if ((unsigned char)text.at[i] >= 0x80)
			return false;
	}
	return true;
}

/* Bytes of the character that begins here; what is given is UTF-8. */
static size_t
character(struct text text)
{
	size_t n = 1;

	while (n < text.length && ((unsigned char)text.at[n] & 0xc0) == 0x80)
		n++;
	return n;
}

/* RFC 2047 s5: what may stand as it is in a word, wherever the word stands. */
static bool
is_plain(char c)
{
	return is_letter(c) || (c != '\0' && strchr("!*+-/", c) != NULL);
}

/* Encoded words, each of whole characters, on a line of its own; before the first one are so many characters. */
static void
print_words(struct buffer *into, struct text text, size_t before)
{
	size_t used = 0;

	while (text.length > 0) {
		size_t n = character(text);
		size_t size = n == 1 && (is_plain(*text.at) || *text.at == ' ') ? 1 : 3 * n;

		if (used > 0 && before + used + size + sizeof(WORD_END) - 1 > LINE_MOST) {
			buffer_text(into, TEXT(WORD_END "\r\n "));
			before = 1;
			used = 0;
		}
		if (used == 0) {
			buffer_text(into, TEXT(WORD_BEGIN));
			used = sizeof(WORD_BEGIN) - 1;
		}
		for (size_t i = 0; i < n; i++) {
			if (size > 1)
				print_byte(into, text.at[i]);
			else
				buffer_print(into, "%c", *text.at == ' ' ? '_' : *text.at);
		}
		used += size;
		text.at += n;
		text.length -= n;
	}
	buffer_text(into, TEXT(WORD_END));
}

/* The field's name is on the line already. A text that could be taken for a word is made one. */
static void
print_subject(struct buffer *into, struct text subject)
{
	if (!is_ascii(subject) || subject.length > 60 ||
		memmem(subject.at, subject.length, "=?", 2) != NULL)
		print_words(into, subject, strlen("Subject: "));
	else
		buffer_text(into, subject);
}

static void
print_from(struct buffer *into, const struct mailmessage *message)
{
	buffer_text(into, TEXT("From: "));
	/* Quoting would be one more thing to get wrong. */
	if (message->name.length > 0) {
		print_words(into, message->name, strlen("From: "));
		buffer_text(into, TEXT("\r\n "));
	}
	buffer_print(into, "<%.*s>\r\n", (int)message->from.length, message->from.at);
}

/* RFC 5322 s3.3, in UTC. */
static void
print_date(struct buffer *into, struct wall date)
{
	static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char months[][4] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t seconds = (time_t)(date.us / WALL_SECOND);
	struct tm utc = {0};

	(void)gmtime_r(&seconds, &utc);
	buffer_print(into, "Date: %s, %02d %s %d %02d:%02d:%02d +0000\r\n", days[utc.tm_wday],
		utc.tm_mday, months[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min,
		utc.tm_sec);
}

/* RFC 2045 s6.7: rules 1 to 3 and 5. */
static void
print_line(struct buffer *into, struct text line)
{
	size_t used = 0;

	for (size_t i = 0; i < line.length; i++) {
		unsigned char c = (unsigned char)line.at[i];
		bool is_last = i + 1 == line.length;
		bool stands = (c > ' ' && c < 0x7f && c != '=') || (c == ' ' && !is_last);
		size_t size = stands ? 1 : 3;

		if (used + size > LINE_MOST - 1) {
			buffer_text(into, TEXT("=\r\n"));
			used = 0;
		}
		if (stands)
			buffer_add(into, &line.at[i], 1);
		else
			print_byte(into, line.at[i]);
		used += size;
	}
	buffer_text(into, TEXT("\r\n"));
}

static bool
is_id(struct text id)
{
	for (size_t i = 0; i < id.length; i++) {
		if (!is_letter(id.at[i]) && id.at[i] != '-' && (id.at[i] != '.' || i == 0))
			return false;
	}
	return id.length > 0 && id.length <= 64;
}

static bool
is_tag(struct text tag)
{
	for (size_t i = 0; i < tag.length; i++) {
		if (!is_letter(tag.at[i]) && tag.at[i] != '-')
			return false;
	}
	return tag.length > 0 && tag.length < 36;
}

int
mailmessage_make(const struct mailmessage *message, struct buffer *into)
{
	struct text domain = message->from, rest = message->body;

	if (mailmessage_check_address(message->from) < 0 ||
		mailmessage_check_address(message->to) < 0 || text_check_line(message->name) < 0 ||
		text_check_line(message->subject) < 0 || !is_id(message->id) ||
		!is_tag(message->language))
		return -EINVAL;
	(void)text_cut(&domain, '@');
	print_date(into, message->date);
	print_from(into, message);
	buffer_print(into, "To: <%.*s>\r\nSubject: ", (int)message->to.length, message->to.at);
	print_subject(into, message->subject);
	buffer_print(into,
		"\r\nMessage-ID: <%.*s@%.*s>\r\n"
		"Auto-Submitted: auto-generated\r\n"
		"MIME-Version: 1.0\r\n"
		"Content-Language: %.*s\r\n"
		"Content-Type: text/plain; charset=UTF-8\r\n"
		"Content-Transfer-Encoding: quoted-printable\r\n\r\n",
		(int)message->id.length, message->id.at, (int)domain.length, domain.at,
		(int)message->language.length, message->language.at);
	while (rest.length > 0)
		print_line(into, text_cut(&rest, '\n'));
	return into->failed ? -EMSGSIZE : 0;
}
