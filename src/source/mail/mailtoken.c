/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/mail/mailtoken.h"

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void
step(struct text *rest, size_t size)
{
	rest->at += size;
	rest->length -= size;
}

/* Behind white space and comments. */
static void
skip(struct text *rest)
{
	size_t depth = 0;

	while (rest->length > 0) {
		char c = *rest->at;

		if (c == '(')
			depth++;
		else if (depth == 0 && !is_space(c))
			return;
		else if (c == ')')
			depth--;
		step(rest, depth > 0 && c == '\\' && rest->length > 1 ? 2 : 1);
	}
}

static struct text
take_quoted(struct text *rest)
{
	struct text text = {rest->at + 1, 0};
	size_t at = 1;

	while (at < rest->length && rest->at[at] != '"')
		at += rest->at[at] == '\\' && at + 1 < rest->length ? 2 : 1;
	text.length = at - 1;
	step(rest, at + (at < rest->length));
	return text;
}

static bool
is_special(char c, const char *specials)
{
	return c != '\0' && strchr(specials, c) != NULL;
}

bool
mailtoken_next(struct text *rest, const char *specials, struct mailtoken *ret)
{
	size_t length = 0;

	skip(rest);
	if (rest->length == 0)
		return false;
	if (*rest->at == '"') {
		*ret = (struct mailtoken){MAILTOKEN_QUOTED, take_quoted(rest)};
		return true;
	}
	if (is_special(*rest->at, specials)) {
		*ret = (struct mailtoken){MAILTOKEN_SPECIAL, {rest->at, 1}};
		step(rest, 1);
		return true;
	}
	while (length < rest->length && !is_space(rest->at[length]) && rest->at[length] != '"' &&
		rest->at[length] != '(' && !is_special(rest->at[length], specials))
		length++;
	*ret = (struct mailtoken){MAILTOKEN_WORD, {rest->at, length}};
	step(rest, length);
	return true;
}

void
mailtoken_plain(const struct mailtoken *token, struct buffer *into)
{
	struct text text = token->text;

	while (text.length > 0) {
		if (token->kind == MAILTOKEN_QUOTED && *text.at == '\\' && text.length > 1)
			step(&text, 1);
		buffer_add(into, text.at, 1);
		step(&text, 1);
	}
}
