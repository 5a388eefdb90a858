/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/mail/mailcoding.h"

#include "source/mail/mailhead.h"

/* RFC 2047 s2 allows 75; some write more. */
#define WORD_MOST 1024

enum mailcoding
mailcoding_of(struct text value)
{
	value = text_trim(value);
	if (text_same(value, TEXT("base64")))
		return MAILCODING_BASE64;
	if (text_same(value, TEXT("quoted-printable")))
		return MAILCODING_QUOTED;
	if (value.length == 0 || text_same(value, TEXT("7bit")) || text_same(value, TEXT("8bit")) ||
		text_same(value, TEXT("binary")))
		return MAILCODING_NONE;
	return MAILCODING_OTHER;
}

/* Of the alphabet of base64; -1: it is not of it. */
static int
digit_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t
decode_base64(struct text body, struct buffer *into)
{
	unsigned char held[3 * 1024];
	size_t wrong = 0, filled = 0;
	uint32_t bits = 0;
	unsigned count = 0; /* digits of the four at hand */

	for (size_t i = 0; i < body.length; i++) {
		int digit = digit_of(body.at[i]);

		if (digit < 0) {
			/* "=" ends the four; others may follow where pieces were joined. */
			count = body.at[i] == '=' ? 0 : count;
			wrong += body.at[i] != '=' && !is_space(body.at[i]);
			continue;
		}
		bits = bits << 6 | (uint32_t)digit;
		if (++count > 1)
			held[filled++] = (unsigned char)(bits >> (8 - 2 * count));
		count = count < 4 ? count : 0;
		if (filled == sizeof(held)) {
			buffer_add(into, held, filled);
			filled = 0;
		}
	}
	buffer_add(into, held, filled);
	return wrong;
}

static int
hex_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = text_small(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte of two digits at the front, or -1. */
static int
pair_of(struct text text)
{
	int high = text.length >= 2 ? hex_of(text.at[0]) : -1;
	int low = high >= 0 ? hex_of(text.at[1]) : -1;

	return low < 0 ? -1 : high << 4 | low;
}

/* Adds a piece in which sign begins pairs of digits; returns how many began none. */
static size_t
add_pairs(struct text text, char sign, struct buffer *into)
{
	size_t wrong = 0;

	while (text.length > 0) {
		const char *at = memchr(text.at, sign, text.length);
		size_t plain = at != NULL ? (size_t)(at - text.at) : text.length;
		char byte = sign;
		int pair;

		buffer_add(into, text.at, plain);
		text = (struct text){text.at + plain, text.length - plain};
		if (at == NULL)
			break;
		pair = pair_of((struct text){text.at + 1, text.length - 1});
		wrong += pair < 0;
		byte = pair < 0 ? sign : (char)pair;
		buffer_add(into, &byte, 1);
		text.at += pair < 0 ? 1 : 3;
		text.length -= pair < 0 ? 1 : 3;
	}
	return wrong;
}

static size_t
decode_quoted(struct text body, struct buffer *into)
{
	size_t wrong = 0;

	while (body.length > 0) {
		const char *begin = body.at;
		struct text line = mailhead_line(&body);
		const char *behind = line.at + line.length;
		bool is_soft;

		/* Blanks at the end were added on the way. */
		while (line.length > 0 && is_space(line.at[line.length - 1]))
			line.length--;
		is_soft = line.length > 0 && line.at[line.length - 1] == '=';
		line.length -= is_soft;
		wrong += add_pairs(line, '=', into);
		if (!is_soft && body.at > begin)
			buffer_add(into, behind, (size_t)(body.at - behind));
	}
	return wrong;
}

size_t
mailcoding_decode(enum mailcoding coding, struct text body, struct buffer *into)
{
	switch (coding) {
	case MAILCODING_BASE64:
		return decode_base64(body, into);
	case MAILCODING_QUOTED:
		return decode_quoted(body, into);
	case MAILCODING_NONE:
	case MAILCODING_OTHER:
		break;
	}
	buffer_text(into, body);
	return 0;
}

static bool
is_latin(struct text charset)
{
	return text_same(charset, TEXT("iso-8859-1")) || text_same(charset, TEXT("latin1")) ||
		text_same(charset, TEXT("windows-1252"));
}

bool
mailcoding_charset(struct text charset, struct text bytes, struct buffer *into)
{
	if (is_latin(charset)) {
		for (size_t i = 0; i < bytes.length; i++) {
			unsigned char c = (unsigned char)bytes.at[i];
			char two[2] = {(char)(0xc0 | c >> 6), (char)(0x80 | (c & 0x3f))};

			buffer_add(into, c < 0x80 ? &bytes.at[i] : two, c < 0x80 ? 1 : 2);
		}
		return true;
	}
	if (charset.length > 0 && !text_same(charset, TEXT("utf-8")) &&
		!text_same(charset, TEXT("us-ascii")))
		return false;
	buffer_text(into, bytes);
	return true;
}

/* "_" is a blank in the words of form Q. */
static void
decode_q(struct text text, struct buffer *into)
{
	while (text.length > 0) {
		struct text piece = text_cut(&text, '_');
		bool has_blank = piece.at + piece.length < text.at;

		add_pairs(piece, '=', into);
		if (has_blank)
			buffer_add(into, " ", 1);
	}
}

/* Takes an encoded word from the front: =?charset?Q?text?= . False: there is none, or not one that can be read. */
static bool
take_word(struct text *rest, struct buffer *into)
{
	char held[WORD_MOST];
	struct buffer bytes = {.at = held, .size = sizeof(held), .most = sizeof(held) - 1};
	struct text word = {rest->at + 2, rest->length - 2}, charset, form, text;
	const char *end;

	if (!text_starts(*rest, "=?"))
		return false;
	word.length = word.length < WORD_MOST ? word.length : WORD_MOST;
	charset = text_cut(&word, '?');
	form = text_cut(&word, '?');
	text = text_cut(&word, '?');
	end = text.at + text.length + 1;
	if (word.length == 0 || *word.at != '=' || form.length != 1 || charset.length == 0 ||
		memchr(charset.at, ' ', charset.length) != NULL)
		return false;
	charset = text_cut(&charset, '*'); /* RFC 2231 s5: a language behind it */
	if (text_small(*form.at) == 'b')
		(void)decode_base64(text, &bytes);
	else if (text_small(*form.at) == 'q')
		decode_q(text, &bytes);
	else
		return false;
	if (bytes.failed ||
		!mailcoding_charset(charset, (struct text){bytes.at, bytes.length}, into))
		return false;
	end++;
	*rest = (struct text){end, rest->length - (size_t)(end - rest->at)};
	return true;
}

/* Blanks and ends of lines in front of the next word. */
static struct text
take_blanks(struct text *rest)
{
	struct text blanks = {rest->at, 0};

	while (blanks.length < rest->length && is_space(blanks.at[blanks.length]))
		blanks.length++;
	rest->at += blanks.length;
	rest->length -= blanks.length;
	return blanks;
}

void
mailcoding_words(struct text value, struct buffer *into)
{
	bool was_word = false;

	while (value.length > 0) {
		struct text blanks = take_blanks(&value), plain = {value.at, 0};
		size_t before = into->length;

		if (!was_word || !text_starts(value, "=?"))
			mailhead_unfold(blanks, into);
		was_word = take_word(&value, into);
		if (was_word)
			continue;
		/* Blanks between two words are left out, but this was none. */
		if (before == into->length)
			mailhead_unfold(blanks, into);
		while (plain.length < value.length && !is_space(value.at[plain.length]))
			plain.length++;
		buffer_text(into, plain);
		value.at += plain.length;
		value.length -= plain.length;
	}
}
