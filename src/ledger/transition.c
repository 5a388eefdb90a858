/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/transition.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

#define SCORE_MOST 1e30

enum kind { KIND_U8, KIND_U32, KIND_U64, KIND_WALL, KIND_FLOAT };

struct field {
	const char *name;
	size_t offset;
	enum kind kind;
};

#define FACT(name, kind)                                                                           \
	{                                                                                          \
#name, offsetof(struct flow_facts, name), kind                                     \
	}

/* The names are part of what is kept: a name here is never given another meaning. */
static const struct field fact_fields[] = {
	FACT(first_seen, KIND_WALL),
	FACT(last_seen, KIND_WALL),
	FACT(attempts, KIND_U64),
	FACT(failed, KIND_U64),
	FACT(refused, KIND_U64),
	FACT(accepted, KIND_U64),
	FACT(contacts, KIND_U32),
	FACT(contacts_bad, KIND_U32),
	FACT(networks, KIND_U32),
	FACT(addresses, KIND_U32),
	FACT(sources, KIND_U32),
	FACT(rate, KIND_FLOAT),
	FACT(failure, KIND_FLOAT),
	FACT(chances, KIND_FLOAT),
	FACT(expected_a_day, KIND_FLOAT),
	FACT(role, KIND_U8),
	FACT(sampled, KIND_U8),
	FACT(incomplete, KIND_U8),
	FACT(frozen, KIND_U8),
	FACT(meter_rate, KIND_U32),
	FACT(meter_minutes, KIND_U32),
};

static double
tame(double score)
{
	if (isnan(score))
		return 0;
	/* Engines keep no negative zero; the digest must see what they will give back. */
	return (score > SCORE_MOST ? SCORE_MOST : score < -SCORE_MOST ? -SCORE_MOST : score) + 0.0;
}

static void
add_name(struct buffer *buffer, const char *name)
{
	buffer_text(buffer, buffer->length > 1 ? TEXT(",\"") : TEXT("\""));
	buffer_text(buffer, text_of(name));
	buffer_text(buffer, TEXT("\":"));
}

static void
add_float(struct buffer *buffer, const char *name, float value)
{
	if (value == 0 || isnan(value))
		return;
	add_name(buffer, name);
	buffer_print(buffer, "%.9g", tame((double)value));
}

static void
add_u64(struct buffer *buffer, const char *name, uint64_t value)
{
	char digits[20];
	size_t at = sizeof(digits);

	if (value == 0)
		return;
	add_name(buffer, name);
	for (; value > 0; value /= 10)
		digits[--at] = (char)('0' + value % 10);
	buffer_add(buffer, digits + at, sizeof(digits) - at);
}

static void
add_wall(struct buffer *buffer, const char *name, struct wall time)
{
	if (time.us == 0)
		return;
	add_name(buffer, name);
	buffer_print(buffer, "%lld", (long long)time.us);
}

static void
add_fact(struct buffer *buffer, const struct field *field, const struct flow_facts *facts)
{
	const uint8_t *at = (const uint8_t *)facts + field->offset;
	union {
		uint32_t u32;
		uint64_t u64;
		struct wall wall;
		float real;
	} value;

	switch (field->kind) {
	case KIND_U8:
		add_u64(buffer, field->name, *at);
		break;
	case KIND_U32:
		memcpy(&value.u32, at, sizeof(value.u32));
		add_u64(buffer, field->name, value.u32);
		break;
	case KIND_U64:
		memcpy(&value.u64, at, sizeof(value.u64));
		add_u64(buffer, field->name, value.u64);
		break;
	case KIND_WALL:
		memcpy(&value.wall, at, sizeof(value.wall));
		add_wall(buffer, field->name, value.wall);
		break;
	case KIND_FLOAT:
		memcpy(&value.real, at, sizeof(value.real));
		add_float(buffer, field->name, value.real);
		break;
	}
}

bool
transition_may_keep(const struct verdict *verdict)
{
	return verdict->from < STATE_COUNT && verdict->to < STATE_COUNT &&
		verdict->highest < STATE_COUNT && verdict->role < ROLE_COUNT;
}

int
transition_encode(const struct verdict *verdict, struct buffer *channels, struct buffer *facts,
	struct transition *ret)
{
	if (!transition_may_keep(verdict))
		return -EINVAL;
	buffer_clear(channels);
	buffer_text(channels, TEXT("{"));
	for (size_t i = 0; i < CHANNEL_COUNT; i++)
		add_float(channels, channel_names[i], verdict->channels[i]);
	buffer_text(channels, TEXT("}"));
	buffer_clear(facts);
	buffer_text(facts, TEXT("{"));
	for (size_t i = 0; i < sizeof(fact_fields) / sizeof(*fact_fields); i++)
		add_fact(facts, &fact_fields[i], &verdict->facts);
	buffer_text(facts, TEXT("}"));
	if (channels->failed || facts->failed)
		return -EMSGSIZE;
	*ret = (struct transition){
		.line = verdict->line,
		.time = verdict->time,
		.from = verdict->from,
		.to = verdict->to,
		.highest = verdict->highest,
		.role = verdict->role,
		.parameters = verdict->parameters,
		.active_lines = verdict->active_lines,
		.score = tame((double)verdict->score),
		.threshold = tame((double)verdict->threshold),
		.channels = {channels->at, channels->length},
		.facts = {facts->at, facts->length},
	};
	return 0;
}

static int
set_integer(const struct field *field, struct text value, uint8_t *at)
{
	uint64_t most = field->kind == KIND_U8 ? UINT8_MAX
		: field->kind == KIND_U32      ? UINT32_MAX
		: field->kind == KIND_WALL     ? INT64_MAX
					       : UINT64_MAX;
	bool negative = field->kind == KIND_WALL && text_starts(value, "-");
	uint64_t number;
	uint32_t narrow;
	int r;

	if (negative)
		value.at++, value.length--;
	r = text_parse_u64(value, most, &number);
	if (r < 0)
		return r;
	if (negative)
		number = -number;
	narrow = (uint32_t)number;
	if (field->kind == KIND_U8)
		*at = (uint8_t)number;
	else if (field->kind == KIND_U32)
		memcpy(at, &narrow, sizeof(narrow));
	else
		memcpy(at, &number, sizeof(number));
	return 0;
}

static int
set_fact(struct text name, struct text value, void *into)
{
	for (size_t i = 0; i < sizeof(fact_fields) / sizeof(*fact_fields); i++) {
		const struct field *field = &fact_fields[i];
		uint8_t *at = (uint8_t *)into + field->offset;
		double real;
		float narrow;

		if (!text_is(name, field->name))
			continue;
		if (field->kind != KIND_FLOAT)
			return set_integer(field, value, at);
		if (text_parse_double(value, &real) < 0)
			return -EINVAL;
		narrow = (float)tame(real);
		memcpy(at, &narrow, sizeof(narrow));
		return 0;
	}
	return 0;
}

static int
set_channel(struct text name, struct text value, void *into)
{
	float *channels = into;
	double real;

	if (text_parse_double(value, &real) < 0)
		return -EINVAL;
	for (size_t i = 0; i < CHANNEL_COUNT; i++) {
		if (text_is(name, channel_names[i]))
			channels[i] = (float)tame(real);
	}
	return 0;
}

/* {"name":number,...} as transition_encode writes it: no spaces, no escapes, nothing nested. */
static int
each_member(
	struct text object, int (*set)(struct text name, struct text value, void *into), void *into)
{
	int r = 0;

	if (object.length < 2 || object.at[0] != '{' || object.at[object.length - 1] != '}')
		return -EINVAL;
	object.at++, object.length -= 2;
	if (object.length > 0 && object.at[object.length - 1] == ',')
		return -EINVAL;
	while (object.length > 0 && r == 0) {
		struct text member = text_cut(&object, ','), name = text_cut(&member, ':');

		if (name.length < 2 || name.at[0] != '"' || name.at[name.length - 1] != '"' ||
			member.length == 0)
			return -EINVAL;
		name.at++, name.length -= 2;
		r = set(name, member, into);
	}
	return r < 0 ? -EINVAL : 0;
}

int
transition_decode(const struct transition *transition, struct verdict *ret)
{
	struct verdict verdict = {
		.time = transition->time,
		.line = transition->line,
		.parameters = transition->parameters,
		.from = transition->from,
		.to = transition->to,
		.highest = transition->highest,
		.role = transition->role,
		.score = (float)transition->score,
		.threshold = (float)transition->threshold,
		.active_lines = transition->active_lines,
	};
	int r = each_member(transition->channels, set_channel, verdict.channels);

	if (r == 0)
		r = each_member(transition->facts, set_fact, &verdict.facts);
	if (r == 0)
		*ret = verdict;
	return r;
}

void
transition_init_silent(struct transition *ret, const struct transition *last, unsigned days,
	char facts[TRANSITION_SILENT])
{
	snprintf(facts, TRANSITION_SILENT, "{\"silent_days\":%u}", days);
	*ret = (struct transition){
		.line = last->line,
		.time = last->time,
		.from = last->to,
		.to = STATE_CLEAR,
		.highest = last->highest,
		.role = last->role,
		.parameters = last->parameters,
		.channels = TEXT("{}"),
		.facts = text_of(facts),
	};
}

#define DECIDED "{\"decided\":1}"

void
transition_init_decided(
	struct transition *ret, const struct transition *last, enum state to, struct wall when)
{
	*ret = (struct transition){
		.line = last->line,
		.time = when,
		.from = last->to,
		.to = (uint8_t)to,
		.highest = state_gravity[to] > state_gravity[last->highest] ? (uint8_t)to
									    : last->highest,
		.role = last->role,
		.parameters = last->parameters,
		.channels = TEXT("{}"),
		.facts = TEXT(DECIDED),
	};
}

bool
transition_is_decided(const struct transition *transition)
{
	return text_is(transition->facts, DECIDED);
}

static int
set_silent_days(struct text name, struct text value, void *into)
{
	uint64_t days;

	if (text_is(name, "silent_days") && text_parse_u64(value, UINT32_MAX, &days) == 0)
		*(unsigned *)into = (unsigned)days;
	return 0;
}

unsigned
transition_silent_days(const struct transition *transition)
{
	unsigned days = 0;

	(void)!each_member(transition->facts, set_silent_days, &days);
	return days;
}

void
transition_digest(const struct transition *transition, uint8_t into[DIGEST_SIZE])
{
	struct digest digest;

	digest_init(&digest, "lazaret transition 1", NULL);
	digest_u64(&digest, transition->number);
	digest_u64(&digest, transition->of_case);
	digest_u64(&digest, transition->line);
	digest_wall(&digest, transition->time);
	digest_text(&digest, text_of(state_names[transition->from]));
	digest_text(&digest, text_of(state_names[transition->to]));
	digest_text(&digest, text_of(state_names[transition->highest]));
	digest_text(&digest, text_of(role_names[transition->role]));
	digest_u64(&digest, transition->parameters);
	digest_u64(&digest, transition->active_lines);
	digest_double(&digest, transition->score);
	digest_double(&digest, transition->threshold);
	digest_text(&digest, transition->channels);
	digest_text(&digest, transition->facts);
	digest_done(&digest, into);
}
