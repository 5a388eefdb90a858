/* mailtoken - the words of which structured fields are made
 *
 * What:    takes what comes next from the front of a value: a word, a quoted string, or one character that is special
 *          there. White space, ends of lines and comments, which may be within each other, are stepped over
 *          (RFC 5322 s3.2, RFC 2045 s5.1). A quote or comment that is not closed ends with the value.
 * Owns:    nothing; pieces are valid as long as the value. Quoted pairs stay as they are: mailtoken_plain.
 * Limits:  none of its own; any nesting of comments takes one pass.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_SOURCE_MAIL_MAILTOKEN_H
#define LAZARET_SOURCE_MAIL_MAILTOKEN_H

#include "base/text.h"

enum mailtoken_kind { MAILTOKEN_WORD, MAILTOKEN_QUOTED, MAILTOKEN_SPECIAL };

struct mailtoken {
	enum mailtoken_kind kind;
	struct text text; /* QUOTED: between the quotes; SPECIAL: the character */
};

/* Characters that stand alone, beside blanks, quotes and parentheses: of addresses and dates (RFC 5322 s3.2.3), and of
 * MIME (RFC 2045 s5.1). In those of MIME nothing but what separates is special, since senders are not exact. */
#define MAILTOKEN_ADDRESS "<>[]:;,@"
#define MAILTOKEN_MIME    ";="

/* False: there is nothing any more. */
bool mailtoken_next(struct text *rest, const char *specials, struct mailtoken *ret);

static inline bool
mailtoken_is(const struct mailtoken *token, char special)
{
	return token->kind == MAILTOKEN_SPECIAL && *token->text.at == special;
}

/* Adds its text, without the backslashes of a quoted string. */
void mailtoken_plain(const struct mailtoken *token, struct buffer *into);

#endif
