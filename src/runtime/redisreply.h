/* redisreply - what a Redis server answers, out of bytes as they come
 *
 * What:    values of RESP2 (the protocol of Redis up to 5, and of later ones that are not asked for another). hiredis
 *          takes the bytes apart; the values are made here, so that what a server claims costs no more memory than
 *          an answer may have.
 * Owns:    a value is the caller's, who frees it.
 * Limits:  REDIS_REPLY_MOST bytes, REDIS_VALUES values and 7 arrays in each other an answer.
 * Thread:  one a reader.
 */
#ifndef LAZARET_RUNTIME_REDISREPLY_H
#define LAZARET_RUNTIME_REDISREPLY_H

#include "base/text.h"

#define REDIS_REPLY_MOST (16U << 20)
#define REDIS_VALUES     65536

enum redis_kind { REDIS_TEXT, REDIS_ARRAY, REDIS_NUMBER, REDIS_NIL, REDIS_STATUS, REDIS_ERROR };

struct redis_value {
	enum redis_kind kind;
	int64_t number;
	struct text text; /* TEXT, STATUS, ERROR */
	size_t count;     /* of an array */
	struct redis_value **of;
};

struct redis_reader;

struct redis_reader *redis_reader_new(void);
struct redis_reader *redis_reader_free(struct redis_reader *reader);

/* More bytes. -EBADMSG: they are no answers, now and for good. */
int redis_reader_feed(struct redis_reader *reader, const void *bytes, size_t size) MUST_USE;

/* 1 and the next value; 0: it is not whole yet; -EBADMSG. */
int redis_reader_next(struct redis_reader *reader, struct redis_value **ret) MUST_USE;

struct redis_value *redis_value_free(struct redis_value *value);

/* An element of an array, or NULL; of nothing there is none. */
const struct redis_value *redis_element(const struct redis_value *value, size_t at);

/* Its text, if it is one or a status; empty otherwise. */
struct text redis_text(const struct redis_value *value);

#endif
