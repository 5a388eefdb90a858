/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/registry/mailbox.h"

#include <stdbool.h>

#define LOCAL_MOST 64
#define LABEL_MOST 63

const char *const mailbox_verdicts[MAILBOX_VERDICT_COUNT] = {
	[MAILBOX_GOOD] = "good",
	[MAILBOX_NONE] = "no mailbox",
	[MAILBOX_PLACEHOLDER] = "a placeholder",
	[MAILBOX_REGISTRY] = "a registry's",
	[MAILBOX_NATIONAL] = "a national registry's",
};

static const char *const placeholders[] = {
	"unread@ripe.net", "abuse@lacnic.net", "removed@lacnic.net"};
static const char *const placeholder_words[] = {"redacted", "not disclosed", "please query"};
static const char *const registries[] = {
	"ripe.net", "apnic.net", "afrinic.net", "arin.net", "lacnic.net", "iana.org"};
static const char *const nationals[] = {"nic.or.kr", "krnic.or.kr", "kisa.or.kr", "nic.ad.jp",
	"cnnic.cn", "cnnic.net.cn", "twnic.tw", "twnic.net", "twnic.net.tw", "vnnic.vn",
	"vnnic.net.vn", "idnic.net", "apjii.or.id", "irinn.in", "nixi.in", "registro.br", "nic.br",
	"nic.mx"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool
begins_small(struct text text, const char *with)
{
	size_t length = strlen(with);

	if (text.length < length)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (text_small(text.at[i]) != with[i])
			return false;
	}
	return true;
}

static bool
is_placeholder(struct text text)
{
	for (size_t i = 0; i < COUNT(placeholders); i++) {
		if (text.length == strlen(placeholders[i]) && begins_small(text, placeholders[i]))
			return true;
	}
	for (size_t i = 0; i < text.length; i++) {
		struct text rest = {.at = text.at + i, .length = text.length - i};
		char small = text_small(*rest.at);

		for (size_t k = 0; k < COUNT(placeholder_words); k++) {
			if (small == *placeholder_words[k] &&
				begins_small(rest, placeholder_words[k]))
				return true;
		}
	}
	return false;
}

static bool
is_letter_or_digit(char c)
{
	char small = text_small(c);

	return (small >= 'a' && small <= 'z') || (c >= '0' && c <= '9');
}

/* RFC 5322 s3.2.3 atext. */
static bool
is_atext(char c)
{
	return is_letter_or_digit(c) || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static bool
is_dot_string(struct text text)
{
	bool in_atom = false;

	for (size_t i = 0; i < text.length; i++) {
		if (text.at[i] != '.' && !is_atext(text.at[i]))
			return false;
		if (text.at[i] == '.' && !in_atom)
			return false;
		in_atom = text.at[i] != '.';
	}
	return in_atom && text.length <= LOCAL_MOST;
}

/* Let-dig [Ldh-str]; digits: are they all? */
static bool
is_label(struct text text, bool *digits)
{
	*digits = true;
	if (text.length == 0 || text.length > LABEL_MOST || text.at[0] == '-' ||
		text.at[text.length - 1] == '-')
		return false;
	for (size_t i = 0; i < text.length; i++) {
		if (text.at[i] != '-' && !is_letter_or_digit(text.at[i]))
			return false;
		*digits = *digits && text.at[i] >= '0' && text.at[i] <= '9';
	}
	return true;
}

static bool
is_domain(struct text text)
{
	size_t labels = 0;
	bool digits = false;

	for (;;) {
		bool is_last = text.length == 0 || memchr(text.at, '.', text.length) == NULL;
		struct text label = text_cut(&text, '.');

		if (!is_label(label, &digits))
			return false;
		labels++;
		if (is_last)
			return labels >= 2 && !digits;
	}
}

/* domain: in small letters. At one of these, or below? */
static bool
is_at(struct text domain, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(names[i]);
		size_t before = domain.length - length;

		if (domain.length >= length && memcmp(domain.at + before, names[i], length) == 0 &&
			(before == 0 || domain.at[before - 1] == '.'))
			return true;
	}
	return false;
}

enum mailbox_verdict
mailbox_check(struct text text, char into[MAILBOX_MOST], struct text *ret)
{
	struct text domain = text, local = text_cut(&domain, '@');
	bool good = text.length <= MAILBOX_MOST && local.length < text.length &&
		is_dot_string(local) && is_domain(domain);

	if (good) {
		memcpy(into, text.at, text.length);
		for (size_t i = local.length; i < text.length; i++)
			into[i] = text_small(text.at[i]);
		*ret = (struct text){.at = into, .length = text.length};
		domain.at = into + local.length + 1;
	}
	if (is_placeholder(text))
		return MAILBOX_PLACEHOLDER;
	if (!good)
		return MAILBOX_NONE;
	if (is_at(domain, registries, COUNT(registries)))
		return MAILBOX_REGISTRY;
	if (is_at(domain, nationals, COUNT(nationals)))
		return MAILBOX_NATIONAL;
	return MAILBOX_GOOD;
}
