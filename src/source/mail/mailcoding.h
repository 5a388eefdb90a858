/* mailcoding - bytes that mail carries as text, and text in other character sets
 *
 * What:    base64 and quoted-printable of bodies (RFC 2045 s6), encoded words of head fields (RFC 2047), and the
 *          character sets that need no table: UTF-8, US-ASCII, and ISO 8859-1, as which windows-1252 counts, too. What
 *          is wrong is stepped over and counted, as RFC 2045 asks of who reads: characters that are not of the alphabet
 *          are left out of base64, and "=" that begins no pair of digits stays in quoted-printable.
 * Owns:    nothing.
 * Limits:  those of the buffer. One pass.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_SOURCE_MAIL_MAILCODING_H
#define LAZARET_SOURCE_MAIL_MAILCODING_H

#include "base/text.h"

enum mailcoding {
	MAILCODING_NONE, /* 7bit, 8bit, binary */
	MAILCODING_BASE64,
	MAILCODING_QUOTED,
	MAILCODING_OTHER /* that nobody knows: its bytes are not what they are meant to be */
};

/* The value of Content-Transfer-Encoding. */
enum mailcoding mailcoding_of(struct text value);

/* Adds what the body stands for; returns how many characters were wrong. Of an unknown coding, the body itself. */
size_t mailcoding_decode(enum mailcoding coding, struct text body, struct buffer *into);

/* Adds text of that character set as UTF-8. False: it is none that is known; nothing is added. */
bool mailcoding_charset(struct text charset, struct text bytes, struct buffer *into);

/* Adds the value of a field, unfolded, its encoded words as UTF-8. Words in other character sets, or that are wrong,
 * stay as they stand. What comes out is a text of strangers: bytes may be any. */
void mailcoding_words(struct text value, struct buffer *into);

#endif
