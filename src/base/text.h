/* text - pieces of text that carry their length, and a growing buffer with a ceiling
 *
 * What:    struct text is a view (never terminated); struct buffer grows up to the maximum that its
 *          maker must give and then fails for good, like the readers of bytes.h.
 * Owns:    a buffer owns its memory: buffer_done frees it. A text owns nothing.
 * Limits:  buffer_init's maximum; parse functions take no sign, no space, no locale.
 * Thread:  any.
 */
#ifndef LAZARET_BASE_TEXT_H
#define LAZARET_BASE_TEXT_H

#include "base/fail.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct text {
	const char *at;
	size_t length;
};

#define TEXT(literal) ((struct text){.at = (literal), .length = sizeof(literal) - 1})

static inline struct text
text_of(const char *terminated)
{
	return (struct text){.at = terminated, .length = strlen(terminated)};
}

static inline bool
text_equal(struct text a, struct text b)
{
	/* An empty text may have no place; memcmp must not see that. */
	return a.length == b.length && (a.length == 0 || memcmp(a.at, b.at, a.length) == 0);
}

static inline bool
text_is(struct text a, const char *terminated)
{
	return text_equal(a, text_of(terminated));
}

/* Of ASCII; other bytes stay. */
static inline char
text_small(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Eight bytes, each as text_small has it: from A to Z are those that reach 0x80 when what is missing from A is added,
 * and not yet when it is what is missing from behind Z. */
static inline uint64_t
text_small_8(uint64_t bytes)
{
	const uint64_t each = UINT64_C(0x0101010101010101), high = each * 0x80;
	uint64_t low = bytes & ~high;

	return bytes |
		((low + each * (0x80 - 'A')) & ~(low + each * (0x80 - 'Z' - 1)) & ~bytes & high) >>
		2;
}

/* Without regard to the case of letters of ASCII. */
static inline bool
text_same(struct text a, struct text b)
{
	if (a.length != b.length)
		return false;
	for (size_t i = 0; i < a.length; i++) {
		if (text_small(a.at[i]) != text_small(b.at[i]))
			return false;
	}
	return true;
}

bool text_starts(struct text text, const char *with);

/* Without blanks and tabs at both ends. */
struct text text_trim(struct text text);

/* Takes what stands before the next separator and leaves the rest behind it in *rest; without a
 * separator takes all and leaves an empty rest whose `at` is the end. */
struct text text_cut(struct text *rest, char separator);

/* Letters to change, add, leave out or swap to come from one word to the other; most if they are as many, or a word is
 * longer than 63. */
unsigned text_distance(struct text a, struct text b, unsigned most);

/* Is it one line that shows as it is? -EILSEQ: it is no UTF-8 (RFC 3629); -EINVAL: it has a control character (also
 * those of U+0080 to U+009F), a line end, or a mark that turns the direction of what follows. */
int text_check_line(struct text text) MUST_USE;

/* Numbers that must fill the text: -EINVAL if it is none, -ERANGE above most. */
int text_parse_u64(struct text text, uint64_t most, uint64_t *ret) MUST_USE;
int text_parse_hex(struct text text, uint64_t most, uint64_t *ret) MUST_USE;
/* Decimal with an optional sign and fraction (no exponent) in millionths, the rest cut off. */
int text_parse_micro(struct text text, int64_t *ret) MUST_USE;
/* A floating point number; refuses inf and nan. */
int text_parse_double(struct text text, double *ret) MUST_USE;

struct buffer {
	char *at;
	size_t length;
	size_t size;
	size_t most;
	bool failed; /* the maximum was reached; what did not fit is not there */
};

void buffer_init(struct buffer *buffer, size_t most);
void buffer_done(struct buffer *buffer);
void buffer_clear(struct buffer *buffer);
void buffer_add(struct buffer *buffer, const void *bytes, size_t length);
void buffer_print(struct buffer *buffer, const char *format, ...) PRINTF(2, 3);
void buffer_text(struct buffer *buffer, struct text text);
/* Free text as one line that shows as it is (text_check_line), cut after so many characters: what is no UTF-8, and
 * marks that turn the direction, become U+FFFD, controls and ends of lines a blank. */
void buffer_line(struct buffer *buffer, struct text text, size_t most);
/* A cell of a table for programs of tables (RFC 4180): free text as a line, cut after so many characters or
 * BUFFER_CELL, in quotes where it needs them. What such a program would take for a formula (it begins with = + - @,
 * also behind blanks or in their wide forms, or with a tab or an end of line) has a ' before it, and a semicolon, which
 * some take for a comma, becomes a blank. */
#define BUFFER_CELL 200
void buffer_cell(struct buffer *buffer, struct text text, size_t most);
/* A JSON string with its quotes (RFC 8259 s7); bytes that are not UTF-8 become U+FFFD. */
void buffer_json(struct buffer *buffer, struct text text);
/* The content as a terminated string; valid until the buffer changes. */
const char *buffer_string(struct buffer *buffer);

#endif
