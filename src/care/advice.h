/* advice - a text for people: one topic in one language
 *
 * What:    reads a file of texts/LANG/, a small part of Markdown, into blocks, and says what is wrong with it, where:
 *
 *              title: Your router            a head of "key: value", up to an empty line
 *              version: 1
 *              reviewed: no
 *
 *              ## Is it the router?          a heading
 *              Words of *a paragraph*, by {provider}. A link: {link:safety-scanner}.
 *              - an item
 *              1. [power] A step, which a customer ticks by this name.
 *                 Its lines go on behind blanks.
 *
 *          What it reads is text alone: nothing in it can become markup of a page, or a line of a mail's head.
 * Owns:    a copy of the file; texts point into it, as long as the advice is there.
 * Limits:  ADVICE_BYTES of a file, ADVICE_BLOCKS, ADVICE_STEP bytes of a step's name, which no two have.
 * Thread:  any, once it is made. Pure.
 */
#ifndef LAZARET_CARE_ADVICE_H
#define LAZARET_CARE_ADVICE_H

#include "base/text.h"

#define ADVICE_BYTES  65536
#define ADVICE_BLOCKS 400
#define ADVICE_STEP   16

/* What stands between braces: from the settings, or from the case. */
enum advice_value {
	ADVICE_PROVIDER,
	ADVICE_TELEPHONE,
	ADVICE_HOURS,
	ADVICE_HELP,
	ADVICE_PORTAL,
	ADVICE_CASE,
	ADVICE_PIN,
	ADVICE_SINCE,
	ADVICE_UNTIL,
	ADVICE_VALUES
};

/* "provider" and so on. */
extern const char *const advice_value_names[ADVICE_VALUES];

enum advice_kind { ADVICE_HEADING, ADVICE_PARAGRAPH, ADVICE_ITEM, ADVICE_TASK };

struct advice_block {
	enum advice_kind kind;
	struct text step; /* of a task: its name */
	struct text text; /* as it stands in the file: see advice_next */
};

struct advice {
	struct text title;
	uint32_t version;
	bool is_reviewed;
	size_t count;
	const struct advice_block *block;
};

/* where is the file's name, for fail. -EINVAL: something in it is not as it must be; -E2BIG: it is above a limit. */
int advice_parse(
	struct text file, const char *where, struct advice **ret, struct fail *fail) MUST_USE;
struct advice *advice_free(struct advice *advice);

/* Is there a step of that name? */
bool advice_has_step(const struct advice *advice, struct text name);

/* A block's text, piece by piece. */
enum advice_piece_kind {
	ADVICE_WORDS,
	ADVICE_BLANK,  /* a line's end in the file */
	ADVICE_STRONG, /* begins or ends */
	ADVICE_VALUE,
	ADVICE_LINK
};

struct advice_piece {
	enum advice_piece_kind kind;
	struct text text; /* of words; the key of a link */
	enum advice_value value;
};

/* Takes the next piece from the front. False: there is none. */
bool advice_next(struct text *rest, struct advice_piece *ret);

#endif
