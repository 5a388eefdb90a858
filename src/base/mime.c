/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/mime.h"

#include <errno.h>
#include <time.h>

#define LINE_MOST 76
/* RFC 2047 s2: a line with an encoded word has at most 76 characters; so a word, behind a blank, has at most 75. */
#define WORD_BEGIN "=?UTF-8?Q?"
#define WORD_END   "?="
/* Bytes that make a line of base64. */
#define BASE64_LINE (LINE_MOST / 4 * 3)

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
mime_check_address(struct text address)
{
	struct text domain = address, local = text_cut(&domain, '@');

	return address.length <= MIME_ADDRESS && is_local(local) && is_domain(domain) ? 0 : -EINVAL;
}

int
mime_check_id(struct text id)
{
	for (size_t i = 0; i < id.length; i++) {
		if (!is_letter(id.at[i]) && id.at[i] != '-' && (id.at[i] != '.' || i == 0))
			return -EINVAL;
	}
	return id.length > 0 && id.length <= 64 ? 0 : -EINVAL;
}

int
mime_check_tag(struct text tag)
{
	for (size_t i = 0; i < tag.length; i++) {
		if (!is_letter(tag.at[i]) && tag.at[i] != '-')
			return -EINVAL;
	}
	return tag.length > 0 && tag.length < 36 ? 0 : -EINVAL;
}

struct text
mime_domain(struct text address)
{
	(void)text_cut(&address, '@');
	return address;
}

static void
print_byte(struct buffer *into, char byte)
{
	static const char digits[] = "0123456789ABCDEF";
	unsigned char c = (unsigned char)byte;
	char text[3] = {'=', digits[c >> 4], digits[c & 15]};

	buffer_add(into, text, sizeof(text));
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
				buffer_add(into, *text.at == ' ' ? "_" : text.at, 1);
		}
		used += size;
		text.at += n;
		text.length -= n;
	}
	buffer_text(into, TEXT(WORD_END));
}

/* With ": " behind it. Returns the length of both. */
static size_t
print_name(struct buffer *into, const char *name)
{
	size_t length = strlen(name);

	buffer_add(into, name, length);
	buffer_text(into, TEXT(": "));
	return length + 2;
}

void
mime_text_field(struct buffer *into, const char *name, struct text text)
{
	size_t before = print_name(into, name);

	if (!is_ascii(text) || before + text.length > LINE_MOST ||
		memmem(text.at, text.length, "=?", 2) != NULL)
		print_words(into, text, before);
	else
		buffer_text(into, text);
	buffer_text(into, TEXT("\r\n"));
}

void
mime_mailbox_field(struct buffer *into, const char *name, struct text title, struct text address)
{
	size_t before = print_name(into, name);

	/* Quoting would be one more thing to get wrong. */
	if (title.length > 0) {
		print_words(into, title, before);
		buffer_text(into, TEXT("\r\n "));
	}
	buffer_text(into, TEXT("<"));
	buffer_text(into, address);
	buffer_text(into, TEXT(">\r\n"));
}

void
mime_date(struct buffer *into, struct wall date)
{
	static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char months[][4] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t seconds = (time_t)(date.us / WALL_SECOND);
	struct tm utc = {0};

	(void)gmtime_r(&seconds, &utc);
	buffer_print(into, "%s, %02d %s %d %02d:%02d:%02d +0000", days[utc.tm_wday], utc.tm_mday,
		months[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

void
mime_date_field(struct buffer *into, struct wall date)
{
	(void)print_name(into, "Date");
	mime_date(into, date);
	buffer_text(into, TEXT("\r\n"));
}

/* May it stand as it is (RFC 2045 s6.7)? A blank may, but at the end of a line. */
static bool
stands(char c, bool is_last)
{
	return (c >= ' ' && c < 0x7f && c != '=') && (c != ' ' || !is_last);
}

/* How many bytes from here on may stand as they are, of at most so many. */
static size_t
run_of(struct text line, size_t from, size_t most)
{
	size_t end = line.length - from < most ? line.length : from + most, at = from;

	while (at < end && stands(line.at[at], false))
		at++;
	if (at == line.length && at > from && line.at[at - 1] == ' ')
		at--;
	return at - from;
}

/* RFC 2045 s6.7: rules 1 to 3 and 5. */
static void
print_line(struct buffer *into, struct text line)
{
	size_t used = 0;

	for (size_t i = 0; i < line.length;) {
		size_t run = run_of(line, i, LINE_MOST - 1 - used);

		buffer_add(into, line.at + i, run);
		used += run;
		i += run;
		if (i == line.length)
			break;
		if (used + (stands(line.at[i], i + 1 == line.length) ? 1 : 3) > LINE_MOST - 1) {
			buffer_text(into, TEXT("=\r\n"));
			used = 0;
			continue;
		}
		print_byte(into, line.at[i++]);
		used += 3;
	}
	buffer_text(into, TEXT("\r\n"));
}

void
mime_quoted_printable(struct buffer *into, struct text text)
{
	while (text.length > 0)
		print_line(into, text_cut(&text, '\n'));
}

/* A line of base64 (RFC 4648 s4) of so many bytes, at most BASE64_LINE. Returns its length. */
static size_t
encode_line(const unsigned char *at, size_t n, char *line)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t used = 0, i = 0;

	for (; i + 3 <= n; i += 3, used += 4) {
		unsigned value = (unsigned)at[i] << 16 | (unsigned)at[i + 1] << 8 | at[i + 2];

		line[used] = letters[value >> 18];
		line[used + 1] = letters[value >> 12 & 63];
		line[used + 2] = letters[value >> 6 & 63];
		line[used + 3] = letters[value & 63];
	}
	if (i < n) {
		unsigned value = (unsigned)at[i] << 16 | (i + 1 < n ? (unsigned)at[i + 1] << 8 : 0);

		line[used++] = letters[value >> 18];
		line[used++] = letters[value >> 12 & 63];
		line[used++] = (char)(i + 1 < n ? letters[value >> 6 & 63] : '=');
		line[used++] = '=';
	}
	line[used++] = '\r';
	line[used++] = '\n';
	return used;
}

void
mime_base64(struct buffer *into, const void *bytes, size_t size)
{
	const unsigned char *at = bytes;
	char line[LINE_MOST + 2];

	while (size > 0) {
		size_t n = size < BASE64_LINE ? size : BASE64_LINE;

		buffer_add(into, line, encode_line(at, n, line));
		at += n;
		size -= n;
	}
}
