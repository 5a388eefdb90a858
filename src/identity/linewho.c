/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/linewho.h"

#include <errno.h>
#include <stdio.h>

/* Before the name, so that no line by address and no account has the same pseudonym. */
#define KIND 'l'
/* "~" and the digits of a hash. */
#define TAIL (1 + 16)
#define MAC  12

static bool
is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* "0016.3eef.a9c1", "00-16-3E-EF-A9-C1", "00163eefa9c1" and the like. */
static bool
take_hardware(struct text name, struct linewho *ret)
{
	char digits[MAC];
	size_t count = 0, last = 0;

	for (size_t i = 0; i < name.length; i++) {
		char c = text_small(name.at[i]);

		if (is_hex(c)) {
			if (count == MAC)
				return false;
			digits[count++] = c;
		} else if ((c != ':' && c != '-' && c != '.') || count == last || count % 2 != 0) {
			return false;
		} else {
			last = count;
		}
	}
	if (count != MAC || last == MAC)
		return false;
	ret->length = MAC + 5;
	for (size_t i = 0; i < MAC; i += 2)
		snprintf(ret->text + i / 2 * 3, 4, "%c%c%s", digits[i], digits[i + 1],
			i + 2 < MAC ? ":" : "");
	return true;
}

/* A name that is too long, told from others by a hash of it. */
static void
shorten(struct text name, const struct hash_key *key, struct linewho *ret)
{
	ret->length = LINEWHO_MOST;
	snprintf(ret->text + LINEWHO_MOST - TAIL, TAIL + 1, "~%016llx",
		(unsigned long long)hash_keyed(key, name.at, name.length));
}

int
linewho_make(struct linewho *ret, struct text name, const struct hash_key *key)
{
	bool shows;
	size_t length = 0;

	*ret = (struct linewho){.length = 0};
	name = text_trim(name);
	if (name.length == 0)
		return -EINVAL;
	if (take_hardware(name, ret))
		return 0;
	shows = text_check_line(name) == 0;
	for (size_t i = 0; i < name.length; i++) {
		unsigned char c = (unsigned char)name.at[i];
		bool escapes = !shows && (c < 0x20 || c > 0x7e);

		if (length + (escapes ? 4 : 1) > LINEWHO_MOST) {
			/* In the middle of a letter of several bytes would not be a text. */
			while (length > LINEWHO_MOST - TAIL)
				ret->text[--length] = '\0';
			while (length > 0 && ((unsigned char)ret->text[length - 1] & 0x80) != 0)
				ret->text[--length] = '\0';
			while (length < LINEWHO_MOST - TAIL)
				ret->text[length++] = '.';
			shorten(name, key, ret);
			return 0;
		}
		if (escapes)
			length += (size_t)snprintf(ret->text + length, 5, "\\x%02x", c);
		else
			ret->text[length++] = text_small((char)c);
	}
	ret->length = (uint8_t)length;
	return 0;
}

uint64_t
linewho_pseudonym(const struct linewho *who, const struct hash_key *key)
{
	char bytes[1 + LINEWHO_MOST] = {KIND};
	uint64_t hash;

	must(who->length <= LINEWHO_MOST);
	memcpy(bytes + 1, who->text, who->length);
	hash = hash_keyed(key, bytes, 1 + (size_t)who->length);
	return hash != 0 ? hash : 1;
}

int
linewho_find(const struct linetable *names, const struct hash_key *key, uint64_t pseudonym,
	struct linewho *ret)
{
	if (linetable_find(names, pseudonym, ret) < 0 || ret->length == 0 ||
		ret->length > LINEWHO_MOST)
		return -ENOENT;
	ret->text[ret->length] = '\0';
	if (linewho_pseudonym(ret, key) != pseudonym)
		return -ENOENT;
	return text_check_line((struct text){ret->text, ret->length}) == 0 ? 0 : -ENOENT;
}
