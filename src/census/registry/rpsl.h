/* rpsl - the objects of a registry's dump, with the attributes that matter
 *
 * What:    reads text in the Routing Policy Specification Language (RFC 2622 s2) from an input, packed or not, and
 *          gives one object after the other: its class and key, and those attributes that rpslname.h lists, in order,
 *          each as often as it occurs. Objects of other classes are counted.
 *          A value is without its comment, which begins at the first "#" of each line, and without blanks, tabs and CR
 *          at its ends. Continuation lines (blank, tab or "+" first) are joined to it with one blank, those without
 *          text are not. A comment from the first column on, with "#" or the "%" of whois servers, belongs to no
 *          value and interrupts none. Lists, separated by commas, are left as they are. What the bytes mean (UTF-8,
 *          Latin-1, even NUL) is not asked.
 *          An empty line ends an object. So does one of blanks, tabs and CR alone, which RFC 2622 leaves open: that is
 *          counted. The end of the file does it too, if its last line has an end; else the object is taken for cut off.
 * Faults:  a damaged object loses only itself; the first RPSL_TOLD_MOST are kept with their line, all are counted.
 * Owns:    its buffers. An object given, with its texts, is valid until the next rpsl_next; the input is the
 *          caller's, and must be at its beginning.
 * Limits:  rpsl_settings, and INPUT_WINDOW (input.h): twice object_most, and portion, fit into it.
 *          What comes out does not depend on the portions in which the file is read.
 * Thread:  one reader.
 */
#ifndef LAZARET_CENSUS_REGISTRY_RPSL_H
#define LAZARET_CENSUS_REGISTRY_RPSL_H

#include "base/fail.h"
#include "base/text.h"
#include "census/registry/rpslname.h"
#include "source/input.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rpsl_settings {
	size_t object_most;     /* bytes of an object, and so of a line, that matters */
	size_t value_most;      /* bytes of a value; at most object_most */
	size_t attributes_most; /* of an object, those that matter */
	size_t portion;         /* bytes that are asked of the input at a time */
	bool portable;          /* without what only some processors can */
};

#define RPSL_DEFAULTS                                                                              \
	((struct rpsl_settings){.object_most = 1 << 20,                                            \
		.value_most = 1 << 16,                                                             \
		.attributes_most = 4096,                                                           \
		.portion = 256 << 10})

struct rpsl_attribute {
	enum rpsl_name name;
	struct text value;
};

struct rpsl_object {
	enum rpsl_name class;
	uint64_t line; /* of the file, from 1: where it begins */
	size_t count;  /* at least 1: the first attribute has the key */
	const struct rpsl_attribute *attributes;
};

/* Why an object was lost. */
enum rpsl_fault {
	RPSL_NO_CLASS,        /* its first line is no attribute that names a class */
	RPSL_OBJECT_LONG,     /* more than object_most bytes, or a line of so many */
	RPSL_VALUE_LONG,      /* more than value_most bytes */
	RPSL_MANY_ATTRIBUTES, /* more than attributes_most */
	RPSL_CUT,             /* the file ends in it */
	RPSL_FAULT_COUNT
};

struct rpsl_counts {
	uint64_t objects;     /* given */
	uint64_t others;      /* of classes that do not matter */
	uint64_t white_lines; /* that are not empty, and ended an object all the same */
	uint64_t faults[RPSL_FAULT_COUNT];
};

#define RPSL_TOLD_MOST 10

struct rpsl;

struct rpsl *rpsl_new(struct input *input, const struct rpsl_settings *settings);
struct rpsl *rpsl_free(struct rpsl *rpsl);

/* 1 with the next object; 0 at the end of the file; -errno, with fail filled, where the rest cannot be read: the file
 * is damaged (input.h), or in UTF-16 (-EILSEQ). */
int rpsl_next(struct rpsl *rpsl, struct rpsl_object *ret, struct fail *fail) MUST_USE;

const struct rpsl_counts *rpsl_counts(const struct rpsl *rpsl);

/* The fault of that index as a sentence, with file and line; false where so many are not kept. */
bool rpsl_tell(const struct rpsl *rpsl, size_t index, struct fail *fail);

#endif
