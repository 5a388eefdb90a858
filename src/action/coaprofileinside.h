/* coaprofileinside - what coaprofile.c and coaprofileattribute.c share
 *
 * What:    where in a profile its readers are, the words of its lines, and mistakes.
 * Owns:    nothing.
 * Limits:  as coaprofile.h.
 * Thread:  as coaprofile.h.
 */
#ifndef LAZARET_ACTION_COAPROFILEINSIDE_H
#define LAZARET_ACTION_COAPROFILEINSIDE_H

#include "action/coaprofile.h"

struct coaprofile_definition {
	struct text name;
	uint32_t vendor; /* 0: of the standard */
	uint8_t type;
	uint8_t kind;
};

struct coaprofile_reading {
	struct coaprofile *profile;
	struct coaprofile_definition defined[COAPROFILE_DEFINED];
	size_t defined_count;
	uint32_t acts;   /* the set whose attributes follow; 0: none */
	unsigned seen;   /* options that were there, as bits */
	size_t line;     /* from 1 */
	struct text all; /* of the line */
	struct coaprofile_place *place;
	struct fail *fail;
};

/* A mistake: -error, and its place. */
int coaprofile_wrong(const struct coaprofile_reading *reading, struct text at, int error);

/* The length of a word as messages show it. */
int coaprofile_shown(struct text text);

/* The next word; empty at the end, where it tells the place. */
struct text coaprofile_word(struct text *rest);
void coaprofile_skip_blanks(struct text *rest);

/* Nothing may follow. */
int coaprofile_expect_end(const struct coaprofile_reading *reading, struct text rest) MUST_USE;

/* what: "port" and so on, as messages call it. */
int coaprofile_number(const struct coaprofile_reading *reading, struct text text, uint64_t least,
	uint64_t most, const char *what, uint64_t *ret) MUST_USE;

/* "attribute NAME VENDOR TYPE KIND" without its first word. */
int coaprofile_define(struct coaprofile_reading *reading, struct text rest) MUST_USE;

/* "NAME = VALUE" or "NAME:TAG = VALUE", for the acts whose attributes follow. */
int coaprofile_attribute(const struct coaprofile_reading *reading, struct text line) MUST_USE;

#endif
