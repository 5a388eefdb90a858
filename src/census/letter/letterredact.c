/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/letter/letterredact.h"

#include <sodium.h>
#include <strings.h>

/* Bytes of a hash: no = at the end of its base64. */
#define HASH      18
#define HASH_TEXT 25
/* Of a value; with the name of a field and CR LF it has fewer than 1000 bytes. */
#define LINE_MOST 900

static const char *const kept[] = {"From", "Sender", "Reply-To", "Subject", "Date", "MIME-Version",
	"X-Mailer", "User-Agent", "X-Originating-IP"};

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		(c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~.", c) != NULL);
}

static bool
is_host(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		c == '-' || c == '.' || c == '_';
}

static bool
is_inside(struct text host, struct text own)
{
	return own.length > 0 && host.length >= own.length &&
		strncasecmp(host.at + host.length - own.length, own.at, own.length) == 0 &&
		(host.length == own.length || host.at[host.length - own.length - 1] == '.');
}

/* Is it one of the agency's, or inside of one? */
static bool
is_own(const struct letterredact *redact, struct text host)
{
	struct text domain = redact->trap, local = text_cut(&domain, '@');

	while (host.length > 0 && host.at[host.length - 1] == '.')
		host.length--;
	for (unsigned i = 0; i < redact->owns; i++) {
		if (is_inside(host, redact->own[i]))
			return true;
	}
	return is_inside(host, domain) || is_inside(host, local);
}

/* The hash of an address, letters small: in most mail systems both cases are one. */
static void
add_hash(const struct letterredact *redact, struct text address, struct buffer *into)
{
	crypto_generichash_state state;
	unsigned char hash[HASH];
	char text[HASH_TEXT];

	(void)crypto_generichash_init(&state, redact->key, sizeof(redact->key), sizeof(hash));
	for (size_t i = 0; i < address.length; i++) {
		unsigned char c = (unsigned char)text_small(address.at[i]);

		(void)crypto_generichash_update(&state, &c, 1);
	}
	(void)crypto_generichash_final(&state, hash, sizeof(hash));
	sodium_bin2base64(
		text, sizeof(text), hash, sizeof(hash), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	buffer_text(into, text_of(text));
}

static void
add_host(const struct letterredact *redact, struct text host, struct buffer *into)
{
	buffer_text(into, is_own(redact, host) ? TEXT(LETTERREDACT_GONE) : host);
}

void
letterredact_address(const struct letterredact *redact, struct text address, struct buffer *into)
{
	struct text host = address;

	(void)text_cut(&host, '@');
	add_hash(redact, address, into);
	if (host.length > 0) {
		buffer_add(into, "@", 1);
		add_host(redact, host, into);
	}
}

static size_t
run_of(struct text text, bool (*is_of)(char c))
{
	size_t n = 0;

	while (n < text.length && is_of(text.at[n]))
		n++;
	return n;
}

static void
skip(struct text *text, size_t n)
{
	text->at += n;
	text->length -= n;
}

/* RFC 2047: what is encoded cannot be looked into, so none of it stays; without its end, nothing behind it. */
static void
drop_encoded(struct text *line, struct buffer *into)
{
	struct text rest = *line;

	skip(&rest, 2);
	for (int i = 0; i < 3; i++)
		(void)text_cut(&rest, '?');
	if (rest.length > 0 && *rest.at == '=')
		skip(&rest, 1);
	else
		rest.length = 0;
	buffer_text(into, TEXT("[encoded]"));
	*line = rest;
}

void
letterredact_line(const struct letterredact *redact, struct text line, struct buffer *into)
{
	while (line.length > 0) {
		struct text word = {line.at, run_of(line, is_word)}, rest = line;

		if (text_starts(line, "=?")) {
			drop_encoded(&line, into);
			continue;
		}
		skip(&rest, word.length);
		if (rest.length > 1 && *rest.at == '@') {
			size_t host;

			skip(&rest, 1);
			host = run_of(rest, is_host);
			word.length += 1 + host;
			letterredact_address(redact, word, into);
		} else if (word.length > 0) {
			/* A word may hold a host among other signs, as in a list of words. */
			struct text host = {word.at, run_of(word, is_host)};

			if (host.length == 0) {
				host.length = 1;
				buffer_text(into, host);
			} else {
				add_host(redact, host, into);
			}
			word.length = host.length;
		} else {
			char c = *line.at >= ' ' && *line.at < 0x7f ? *line.at : '?';

			buffer_add(into, *line.at == '\t' ? " " : &c, 1);
			word.length = 1;
		}
		skip(&line, word.length);
	}
}

/* The next field of a head: its name and its value on one line. False: the head has ended. */
static bool
take_field(struct text *rest, struct text *ret_name, struct buffer *value)
{
	struct text line;

	buffer_clear(value);
	if (rest->length == 0)
		return false;
	line = text_cut(rest, '\n');
	if (line.length > 0 && line.at[line.length - 1] == '\r')
		line.length--;
	if (line.length == 0)
		return false;
	*ret_name = text_cut(&line, ':');
	for (;;) {
		line = text_trim(line);
		if (line.length > 0 && line.at[line.length - 1] == '\r')
			line.length--;
		if (value->length > 0 && line.length > 0)
			buffer_add(value, " ", 1);
		if (line.length > LETTERREDACT_FIELD - value->length)
			line.length = LETTERREDACT_FIELD - value->length;
		buffer_text(value, line);
		if (rest->length == 0 || (*rest->at != ' ' && *rest->at != '\t'))
			return true;
		line = text_cut(rest, '\n');
	}
}

static bool
is_name(struct text name, const char *wanted)
{
	name = text_trim(name);
	return name.length == strlen(wanted) && strncasecmp(name.at, wanted, name.length) == 0;
}

static struct text
head_of(struct text message)
{
	if (message.length > LETTERREDACT_HEAD)
		message.length = LETTERREDACT_HEAD;
	return message;
}

/* Hashes are longer than what they stand for: what no longer fits into a line is left out. */
static void
add_value(const struct letterredact *redact, const struct buffer *value, struct buffer *into)
{
	struct buffer line;

	buffer_init(&line, LINE_MOST);
	letterredact_line(redact, (struct text){value->at, value->length}, &line);
	buffer_text(into, (struct text){line.at, line.length});
	buffer_done(&line);
}

/* The name of a field that stays; NULL: it does not. */
static const char *
kept_name(struct text name)
{
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++) {
		if (is_name(name, kept[i]))
			return kept[i];
	}
	return NULL;
}

void
letterredact_head(const struct letterredact *redact, struct text message, struct buffer *into)
{
	struct text rest = head_of(message), name;
	struct buffer value;

	buffer_init(&value, LETTERREDACT_FIELD + 1);
	while (take_field(&rest, &name, &value)) {
		const char *is = kept_name(name);

		if (is == NULL)
			continue;
		buffer_print(into, "%s: ", is);
		add_value(redact, &value, into);
		buffer_text(into, TEXT("\r\n"));
	}
	buffer_done(&value);
}

void
letterredact_keep(struct text message, struct buffer *into)
{
	struct text rest = head_of(message), name;
	struct buffer value, line;

	buffer_init(&value, LETTERREDACT_FIELD + 1);
	buffer_init(&line, LINE_MOST);
	while (take_field(&rest, &name, &value)) {
		const char *is = kept_name(name);

		if (is == NULL)
			continue;
		/* As a whole: of one that does not fit nothing is there. */
		buffer_clear(&line);
		buffer_print(&line, "%s: ", is);
		buffer_text(&line, (struct text){value.at, value.length});
		buffer_text(&line, TEXT("\r\n"));
		buffer_text(into, (struct text){line.at, line.length});
	}
	buffer_done(&line);
	buffer_done(&value);
}

void
letterredact_key(struct letterredact *redact, const uint8_t *secret, size_t size)
{
	static const char use[] = "lazaret census letterredact";

	(void)crypto_generichash(redact->key, sizeof(redact->key), (const unsigned char *)use,
		sizeof(use) - 1, secret, size);
}

void
letterredact_field(const struct letterredact *redact, struct text message, const char *wanted,
	struct buffer *into)
{
	struct text rest = head_of(message), name;
	struct buffer value;
	bool is_found = false;

	buffer_init(&value, LETTERREDACT_FIELD + 1);
	while (!is_found && take_field(&rest, &name, &value)) {
		is_found = is_name(name, wanted);
		if (is_found)
			add_value(redact, &value, into);
	}
	buffer_done(&value);
}
