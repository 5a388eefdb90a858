/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/redisreply.h"

#include <errno.h>
#include <hiredis/hiredis.h>
#include <stdlib.h>

struct redis_reader {
	redisReader *inner;
	size_t values; /* of the answer that is read */
	size_t bytes;
};

/* Puts a value where it belongs in the array around it. NULL is an error of the inner reader: there are too many. */
static struct redis_value *
make(const redisReadTask *task, enum redis_kind kind, size_t bytes)
{
	struct redis_reader *reader = task->privdata;
	struct redis_value *value;

	reader->bytes += bytes;
	if (reader->bytes > REDIS_REPLY_MOST || ++reader->values > REDIS_VALUES)
		return NULL;
	value = xcalloc(1, sizeof(*value));
	value->kind = kind;
	if (task->parent != NULL) {
		struct redis_value *parent = task->parent->obj;

		parent->of[task->idx] = value;
	}
	return value;
}

static void *
make_text(const redisReadTask *task, char *bytes, size_t size)
{
	struct redis_value *value = make(task,
		task->type == REDIS_REPLY_ERROR            ? REDIS_ERROR
			: task->type == REDIS_REPLY_STATUS ? REDIS_STATUS
							   : REDIS_TEXT,
		size);
	char *copy;

	if (value == NULL)
		return NULL;
	copy = xcalloc(1, size + 1);
	if (size > 0)
		memcpy(copy, bytes, size);
	value->text = (struct text){copy, size};
	return value;
}

static void *
make_array(const redisReadTask *task, int elements)
{
	struct redis_value *value;

	if (elements < 0 || elements > REDIS_VALUES)
		return NULL;
	value = make(task, REDIS_ARRAY, (size_t)elements * sizeof(void *));
	if (value == NULL)
		return NULL;
	value->count = (size_t)elements;
	value->of = xcalloc(value->count + 1, sizeof(struct redis_value *));
	return value;
}

static void *
make_number(const redisReadTask *task, long long number)
{
	struct redis_value *value = make(task, REDIS_NUMBER, 0);

	if (value != NULL)
		value->number = number;
	return value;
}

static void *
make_nil(const redisReadTask *task)
{
	return make(task, REDIS_NIL, 0);
}

static void
free_value(void *value)
{
	redis_value_free(value);
}

static redisReplyObjectFunctions functions = {.createString = make_text,
	.createArray = make_array,
	.createInteger = make_number,
	.createNil = make_nil,
	.freeObject = free_value};

struct redis_reader *
redis_reader_new(void)
{
	struct redis_reader *reader = xcalloc(1, sizeof(*reader));

	reader->inner = redisReaderCreateWithFunctions(&functions);
	must(reader->inner != NULL);
	reader->inner->privdata = reader;
	return reader;
}

struct redis_reader *
redis_reader_free(struct redis_reader *reader)
{
	if (reader == NULL)
		return NULL;
	redisReaderFree(reader->inner);
	free(reader);
	return NULL;
}

int
redis_reader_feed(struct redis_reader *reader, const void *bytes, size_t size)
{
	if (reader->inner->len - reader->inner->pos + size > REDIS_REPLY_MOST)
		return -EBADMSG;
	return redisReaderFeed(reader->inner, bytes, size) == REDIS_OK ? 0 : -EBADMSG;
}

int
redis_reader_next(struct redis_reader *reader, struct redis_value **ret)
{
	void *value = NULL;

	if (redisReaderGetReply(reader->inner, &value) != REDIS_OK)
		return -EBADMSG;
	*ret = value;
	if (value == NULL)
		return 0;
	reader->values = 0;
	reader->bytes = 0;
	return 1;
}

/* No deeper than a reader makes them. */
struct redis_value *
redis_value_free(struct redis_value *value)
{
	if (value == NULL)
		return NULL;
	for (size_t i = 0; i < value->count; i++)
		redis_value_free(value->of[i]);
	free(value->of);
	free((char *)value->text.at);
	free(value);
	return NULL;
}

const struct redis_value *
redis_element(const struct redis_value *value, size_t at)
{
	return value != NULL && at < value->count ? value->of[at] : NULL;
}

struct text
redis_text(const struct redis_value *value)
{
	if (value == NULL || (value->kind != REDIS_TEXT && value->kind != REDIS_STATUS))
		return (struct text){"", 0};
	return value->text;
}
