/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "ledger/transition.h"
#include "unit.h"

#include <errno.h>

struct buffers {
	struct buffer channels;
	struct buffer facts;
};

static void
buffers_init(struct buffers *buffers)
{
	buffer_init(&buffers->channels, TRANSITION_TEXT);
	buffer_init(&buffers->facts, TRANSITION_TEXT);
}

static void
buffers_done(struct buffers *buffers)
{
	buffer_done(&buffers->channels);
	buffer_done(&buffers->facts);
}

/* Every field of its own value, and nothing between the fields. */
static void
fill(struct verdict *verdict, struct random *random)
{
	struct flow_facts *facts = &verdict->facts;

	memset(verdict, 0, sizeof(*verdict));
	verdict->time.us = (int64_t)(random_u64(random) >> 2);
	verdict->line = random_u64(random);
	verdict->parameters = (uint32_t)random_u64(random);
	verdict->from = (uint8_t)random_below(random, STATE_COUNT);
	verdict->to = (uint8_t)random_below(random, STATE_COUNT);
	verdict->highest = (uint8_t)random_below(random, STATE_COUNT);
	verdict->role = (uint8_t)random_below(random, ROLE_COUNT);
	verdict->score = (float)random_uniform(random, -100, 1000);
	verdict->threshold = (float)random_uniform(random, 0, 20);
	for (size_t i = 0; i < CHANNEL_COUNT; i++)
		verdict->channels[i] = (float)random_uniform(random, -100, 1000);
	verdict->active_lines = (uint32_t)random_u64(random);
	facts->first_seen.us = (int64_t)(random_u64(random) >> 1);
	facts->last_seen.us = -(int64_t)(random_u64(random) >> 1);
	facts->attempts = random_u64(random);
	facts->failed = random_u64(random);
	facts->refused = random_u64(random);
	facts->accepted = random_u64(random);
	facts->contacts = (uint32_t)random_u64(random);
	facts->contacts_bad = (uint32_t)random_u64(random);
	facts->networks = (uint32_t)random_u64(random);
	facts->addresses = (uint32_t)random_u64(random);
	facts->sources = (uint32_t)random_u64(random);
	facts->rate = (float)random_uniform(random, -100, 1000);
	facts->failure = (float)random_uniform(random, -1e20, 1e20);
	facts->chances = (float)random_uniform(random, 0, 9);
	facts->expected_a_day = (float)random_uniform(random, 0, 1e-6);
	facts->role = (uint8_t)random_u64(random);
	facts->sampled = (uint8_t)random_u64(random);
	facts->frozen = (uint8_t)random_u64(random);
	facts->meter_rate = (uint32_t)random_u64(random);
	facts->meter_minutes = (uint32_t)random_u64(random);
}

static void
every_field_comes_back(void **state)
{
	struct verdict verdict, back;
	struct transition transition;
	struct random random;
	struct buffers buffers;

	buffers_init(&buffers);
	random_seed(&random, 1);
	for (int i = 0; i < 1000; i++) {
		fill(&verdict, &random);
		assert_int_equal(
			transition_encode(&verdict, &buffers.channels, &buffers.facts, &transition),
			0);
		memset(&back, 0, sizeof(back));
		assert_int_equal(transition_decode(&transition, &back), 0);
		assert_memory_equal(&back, &verdict, sizeof(back));
	}
	buffers_done(&buffers);
}

/* A field that is added to the facts and not kept would be found missing by nobody else. */
static void
the_facts_have_no_other_fields(void **state)
{
	struct flow_facts facts;
	size_t fields = sizeof(facts.first_seen) + sizeof(facts.last_seen) +
		sizeof(facts.attempts) + sizeof(facts.failed) + sizeof(facts.refused) +
		sizeof(facts.accepted) + sizeof(facts.contacts) + sizeof(facts.contacts_bad) +
		sizeof(facts.networks) + sizeof(facts.addresses) + sizeof(facts.sources) +
		sizeof(facts.rate) + sizeof(facts.failure) + sizeof(facts.chances) +
		sizeof(facts.expected_a_day) + sizeof(facts.role) + sizeof(facts.sampled) +
		sizeof(facts.frozen) + sizeof(facts.meter_rate) + sizeof(facts.meter_minutes);

	assert_int_equal((fields + 7) / 8 * 8, sizeof(facts));
}

static void
the_text_is_the_documented_one(void **state)
{
	struct verdict verdict = {.to = STATE_SUSPECT};
	struct transition transition;
	struct buffers buffers;

	verdict.channels[CHANNEL_FLOW] = 12.5f;
	verdict.facts.attempts = 40;
	verdict.facts.rate = -0.5f;
	buffers_init(&buffers);
	assert_int_equal(
		transition_encode(&verdict, &buffers.channels, &buffers.facts, &transition), 0);
	assert_true(text_is(transition.channels, "{\"flow\":12.5}"));
	assert_true(text_is(transition.facts, "{\"attempts\":40,\"rate\":-0.5}"));
	buffers_done(&buffers);
}

static void
names_of_later_versions_are_skipped(void **state)
{
	struct transition transition = {.channels = TEXT("{\"telepathy\":3,\"flow\":2.5}"),
		.facts = TEXT("{\"attempts\":40,\"mood\":-1.5e3,\"failed\":2}")};
	struct verdict verdict;

	assert_int_equal(transition_decode(&transition, &verdict), 0);
	assert_int_equal(verdict.facts.attempts, 40);
	assert_int_equal(verdict.facts.failed, 2);
	assert_true(verdict.channels[CHANNEL_FLOW] == 2.5f);
}

static void
refuses_texts_that_it_never_wrote(void **state)
{
	static const char *const texts[] = {"", "{", "}", "[]", "{\"attempts\"}", "{\"attempts\":}",
		"{\"attempts\":-1}", "{\"attempts\":18446744073709551616}", "{\"attempts\":\"4\"}",
		"{attempts:4}", "{\"attempts\":4,}", "{\"attempts\":4.5}", "{\"role\":256}",
		"{\"contacts\":4294967296}", "{\"rate\":x}", "{\"first_seen\":9223372036854775808}",
		"{\"a\":{\"b\":1}}x"};
	struct verdict verdict;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct transition transition = {.channels = TEXT("{}"), .facts = text_of(texts[i])};

		assert_int_equal(transition_decode(&transition, &verdict), -EINVAL);
	}
}

static void
the_digest_sees_every_field(void **state)
{
	struct transition transition = {.channels = TEXT("{}"), .facts = TEXT("{}")}, changed[14];
	uint8_t digest[DIGEST_SIZE], other[DIGEST_SIZE];

	for (size_t i = 0; i < 14; i++)
		changed[i] = transition;
	changed[0].number++;
	changed[1].of_case++;
	changed[2].line++;
	changed[3].time.us++;
	changed[4].from++;
	changed[5].to++;
	changed[6].highest++;
	changed[7].role++;
	changed[8].parameters++;
	changed[9].active_lines++;
	changed[10].score = 0x1p-1074;
	changed[11].threshold = 0x1p-1074;
	changed[12].channels = TEXT("{} ");
	changed[13].facts = TEXT("{}{");
	transition_digest(&transition, digest);
	for (size_t i = 0; i < 14; i++) {
		transition_digest(&changed[i], other);
		assert_memory_not_equal(digest, other, sizeof(digest));
	}
	/* What moves from one text to the next is another row. */
	transition.channels = TEXT("{}{");
	transition.facts = TEXT("}");
	transition_digest(&transition, digest);
	transition.channels = TEXT("{}");
	transition.facts = TEXT("{}");
	transition_digest(&transition, other);
	assert_memory_not_equal(digest, other, sizeof(digest));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_comes_back),
		cmocka_unit_test(the_facts_have_no_other_fields),
		cmocka_unit_test(the_text_is_the_documented_one),
		cmocka_unit_test(names_of_later_versions_are_skipped),
		cmocka_unit_test(refuses_texts_that_it_never_wrote),
		cmocka_unit_test(the_digest_sees_every_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
