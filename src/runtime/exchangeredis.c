/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/exchangeredis.h"

#include "runtime/redisclient.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define STREAM_MOST 256
/* Entries asked for at a time: those that were heard are worked off before anybody else has his turn. And how long a
 * server waits for one. */
#define READ_COUNT "8"
#define BLOCK_MS   "1000"
#define BLOCK_US   1000000
/* Of a command beside its block. */
#define OVERHEAD 512
/* Of the connection on which blocks come: who he is, and one question. */
#define ASKED_MOST 4096

/* An entry's place: milliseconds and a number. */
struct place {
	uint64_t ms;
	uint64_t number;
};

struct block {
	char *at;
	size_t size;
};

struct exchangeredis {
	struct exchange exchange;
	struct exchange_state state;
	struct redisclient *out;
	struct redisclient *in;
	/* Not confirmed, in the order in which they were published. */
	struct block block[EXCHANGEREDIS_WAITING];
	size_t first;
	size_t blocks;
	size_t bytes_most;
	int64_t silence_us;
	struct place heard;
	bool is_reading; /* it has asked for entries, not for the last one there is */
	char keep[24];
	char stream[STREAM_MOST];
	size_t stream_length;
};

static struct text
stream_of(const struct exchangeredis *redis)
{
	return (struct text){redis->stream, redis->stream_length};
}

static int
parse_place(struct text text, struct place *ret)
{
	struct text number = text, ms = text_cut(&number, '-');

	if (text_parse_u64(ms, UINT64_MAX, &ret->ms) < 0 ||
		text_parse_u64(number, UINT64_MAX, &ret->number) < 0)
		return -EINVAL;
	return 0;
}

static bool
is_before(const struct place *a, const struct place *b)
{
	return a->ms != b->ms ? a->ms < b->ms : a->number < b->number;
}

static void
format_place(const struct place *place, char ret[EXCHANGE_POSITION])
{
	(void)snprintf(ret, EXCHANGE_POSITION, "%" PRIu64 "-%" PRIu64, place->ms, place->number);
}

/* XADD stream MAXLEN ~ keep * d block */
static int
say(struct exchangeredis *redis, const struct block *block)
{
	const struct text words[] = {TEXT("XADD"), stream_of(redis), TEXT("MAXLEN"), TEXT("~"),
		text_of(redis->keep), TEXT("*"), TEXT("d"), {block->at, block->size}};

	return redisclient_send(redis->out, words, sizeof(words) / sizeof(*words));
}

static int
publish(struct exchange *exchange, const void *bytes, size_t size)
{
	struct exchangeredis *redis = (struct exchangeredis *)exchange;
	struct block *block = &redis->block[(redis->first + redis->blocks) % EXCHANGEREDIS_WAITING];
	int r;

	must(size > 0 && size <= EXCHANGE_BLOCK);
	if (!redisclient_is_ready(redis->out) || redis->blocks == EXCHANGEREDIS_WAITING ||
		redis->state.waiting + size > redis->bytes_most)
		return -EAGAIN;
	*block = (struct block){.at = xcalloc(1, size), .size = size};
	memcpy(block->at, bytes, size);
	r = say(redis, block);
	if (r < 0) {
		free(block->at);
		return -EAGAIN;
	}
	/* The oldest has its time already. */
	if (redis->blocks == 0)
		redisclient_expect(redis->out, redis->silence_us);
	redis->blocks++;
	redis->state.waiting += size;
	return 0;
}

/* What the server before may not have. */
static void
on_out_ready(void *context)
{
	struct exchangeredis *redis = context;

	for (size_t i = 0; i < redis->blocks; i++)
		must(say(redis, &redis->block[(redis->first + i) % EXCHANGEREDIS_WAITING]) == 0);
	if (redis->blocks > 0)
		redisclient_expect(redis->out, redis->silence_us);
}

static void
on_out_answer(void *context, const struct redis_value *value)
{
	struct exchangeredis *redis = context;
	struct block *block = &redis->block[redis->first];
	struct place place;

	if (redis->blocks == 0 || parse_place(redis_text(value), &place) < 0) {
		redisclient_leave(redis->out, "XADD was answered by what is no entry");
		return;
	}
	redis->state.waiting -= block->size;
	redis->state.published++;
	free(block->at);
	redis->first = (redis->first + 1) % EXCHANGEREDIS_WAITING;
	redis->blocks--;
	redisclient_expect(redis->out, redis->blocks > 0 ? redis->silence_us : 0);
}

/* One question at a time, so that there is always room for it; unless somebody answers what he was not asked. */
static void
ask(struct exchangeredis *redis, const struct text *words, size_t count, int64_t us)
{
	if (redisclient_send(redis->in, words, count) < 0)
		redisclient_leave(
			redis->in, "the server answers, and does not read what it is asked");
	redisclient_expect(redis->in, us);
}

/* Is the place that was read up to still in the stream, or before its end? */
static void
ask_last(struct exchangeredis *redis)
{
	const struct text words[] = {TEXT("XREVRANGE"), stream_of(redis), TEXT("+"), TEXT("-"),
		TEXT("COUNT"), TEXT("1")};

	redis->is_reading = false;
	ask(redis, words, sizeof(words) / sizeof(*words), redis->silence_us);
}

static void
ask_more(struct exchangeredis *redis)
{
	char place[EXCHANGE_POSITION];
	const struct text words[] = {TEXT("XREAD"), TEXT("COUNT"), TEXT(READ_COUNT), TEXT("BLOCK"),
		TEXT(BLOCK_MS), TEXT("STREAMS"), stream_of(redis),
		{place, (format_place(&redis->heard, place), strlen(place))}};

	redis->is_reading = true;
	ask(redis, words, sizeof(words) / sizeof(*words), BLOCK_US + redis->silence_us);
}

static void
on_in_ready(void *context)
{
	ask_last(context);
}

static int
take_last(struct exchangeredis *redis, const struct redis_value *value)
{
	struct place last = {0, 0};

	if (value->kind != REDIS_ARRAY)
		return -EBADMSG;
	if (value->count > 0 &&
		parse_place(redis_text(redis_element(redis_element(value, 0), 0)), &last) < 0)
		return -EBADMSG;
	if (is_before(&last, &redis->heard)) {
		redis->heard = (struct place){0, 0};
		redis->state.rewinds++;
	}
	return 0;
}

/* Place, and fields with their values. */
static int
take_entry(struct exchangeredis *redis, const struct redis_value *entry)
{
	const struct redis_value *fields = redis_element(entry, 1);
	struct text block = redis_text(redis_element(fields, 1));
	struct place place;

	if (parse_place(redis_text(redis_element(entry, 0)), &place) < 0 ||
		!is_before(&redis->heard, &place))
		return -EBADMSG;
	redis->heard = place;
	redis->state.heard++;
	if (redis->exchange.hear != NULL)
		redis->exchange.hear(redis->exchange.context, block.at, block.length);
	return 0;
}

/* Of one stream its name and entries. */
static int
take_more(struct exchangeredis *redis, const struct redis_value *value)
{
	const struct redis_value *entries = redis_element(redis_element(value, 0), 1);
	int r = 0;

	if (entries == NULL || entries->count == 0)
		return -EBADMSG;
	for (size_t i = 0; i < entries->count && r == 0; i++)
		r = take_entry(redis, entries->of[i]);
	return r;
}

static void
on_in_answer(void *context, const struct redis_value *value)
{
	struct exchangeredis *redis = context;
	bool is_nothing = redis->is_reading && value->kind == REDIS_NIL;
	int r = 0;

	if (!is_nothing)
		r = redis->is_reading ? take_more(redis, value) : take_last(redis, value);
	if (r < 0)
		redisclient_leave(redis->in, "the stream was answered by what is none");
	else if (is_nothing)
		ask_last(redis);
	else
		ask_more(redis);
}

static void
state(const struct exchange *exchange, struct exchange_state *ret)
{
	const struct exchangeredis *redis = (const struct exchangeredis *)exchange;

	*ret = redis->state;
	ret->is_connected = redisclient_is_ready(redis->out) && redisclient_is_ready(redis->in);
}

static void
position(const struct exchange *exchange, char ret[EXCHANGE_POSITION])
{
	format_place(&((const struct exchangeredis *)exchange)->heard, ret);
}

static void
end(struct exchange *exchange)
{
	struct exchangeredis *redis = (struct exchangeredis *)exchange;

	redisclient_free(redis->out);
	redisclient_free(redis->in);
	for (size_t i = 0; i < redis->blocks; i++)
		free(redis->block[(redis->first + i) % EXCHANGEREDIS_WAITING].at);
	free(redis);
}

static const struct exchange_kind kind = {
	.publish = publish, .state = state, .position = position, .end = end};

static int
check(const struct exchangeredis_settings *settings, struct place *from, struct fail *fail)
{
	if (settings->servers == 0 || settings->servers > EXCHANGEREDIS_SERVERS)
		fail_what(fail, "there are %zu servers; expected 1 to %d", settings->servers,
			EXCHANGEREDIS_SERVERS);
	else if (settings->stream.length == 0 || settings->stream.length > STREAM_MOST)
		fail_what(fail, "the stream's key has %zu bytes; expected 1 to %d",
			settings->stream.length, STREAM_MOST);
	else if (settings->from.length > 0 && parse_place(settings->from, from) < 0)
		fail_what(fail, "'%.*s' is no place in a stream",
			(int)(settings->from.length < 40 ? settings->from.length : 40),
			settings->from.at);
	else
		return 0;
	return -EINVAL;
}

int
exchangeredis_new(struct event_base *base, const struct exchangeredis_settings *settings,
	struct exchange **ret, struct fail *fail)
{
	struct place from = {0, 0};
	int r = check(settings, &from, fail);
	struct exchangeredis *redis;
	struct redisclient_settings client = {.servers = settings->servers,
		.user = settings->user,
		.password = settings->password,
		.output_most = 2 * settings->bytes_most + EXCHANGEREDIS_WAITING * OVERHEAD +
			EXCHANGE_BLOCK,
		.silence_us = settings->silence_us};

	if (r < 0)
		return r;
	redis = xcalloc(1, sizeof(*redis));
	redis->exchange.kind = &kind;
	redis->bytes_most = settings->bytes_most;
	redis->silence_us = settings->silence_us;
	redis->heard = from;
	redis->stream_length = settings->stream.length;
	memcpy(redis->stream, settings->stream.at, settings->stream.length);
	(void)snprintf(redis->keep, sizeof(redis->keep), "%" PRIu64, settings->keep);
	memcpy(client.server, settings->server, sizeof(client.server));
	client.state = &redis->state;
	redis->out = redisclient_new(base, &client,
		&(struct redisclient_user){
			.ready = on_out_ready, .answer = on_out_answer, .context = redis});
	client.output_most = ASKED_MOST;
	redis->in = redisclient_new(base, &client,
		&(struct redisclient_user){
			.ready = on_in_ready, .answer = on_in_answer, .context = redis});
	*ret = &redis->exchange;
	return 0;
}
