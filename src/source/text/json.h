/* json - a walk over JSON text in place (RFC 8259)
 *
 * What:    goes through the members of an object or the items of an array one by one and gives each value
 *          as a piece of the text. Nothing is copied or allocated. A value that the caller skips is
 *          stepped over without being checked beyond its brackets and strings.
 * Owns:    nothing; pieces are valid as long as the text.
 * Limits:  JSON_DEPTH brackets inside each other; deeper text is an error.
 * Thread:  any.
 */
#ifndef LAZARET_SOURCE_TEXT_JSON_H
#define LAZARET_SOURCE_TEXT_JSON_H

#include "base/text.h"

#define JSON_DEPTH 32

enum json_type {
	JSON_NULL,
	JSON_TRUE,
	JSON_FALSE,
	JSON_NUMBER,
	JSON_STRING, /* text: between the quotes, escapes as they are */
	JSON_OBJECT, /* text: with its brackets */
	JSON_ARRAY,
	JSON_TYPE_COUNT
};

struct json_value {
	enum json_type type;
	struct text text;
};

struct json_walk {
	struct text rest;
	char end; /* the bracket that closes it */
	bool started;
};

/* Begins at the bracket of an object or an array (blanks before it are allowed): -EINVAL if there is
 * none. */
int json_walk_object(struct text text, struct json_walk *ret) MUST_USE;
int json_walk_array(struct text text, struct json_walk *ret) MUST_USE;

/* 1 with the next member or item, 0 at the end, -EINVAL where the text is no JSON. Keys are given as they
 * stand between their quotes. */
int json_member(struct json_walk *walk, struct text *key, struct json_value *ret) MUST_USE;
int json_item(struct json_walk *walk, struct json_value *ret) MUST_USE;

/* Whole numbers from 0 to most; also where the number stands in a string. -EINVAL or -ERANGE. */
int json_u64(const struct json_value *value, uint64_t most, uint64_t *ret) MUST_USE;

#endif
