/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/export/sampling.h"
#include "unit.h"

/* A record of 4-byte numbers, one for each slot given. */
struct made {
	struct place place[SLOT_COUNT];
	uint8_t bytes[64];
	uint16_t used;
};

static void
put(struct made *made, enum slot slot, uint32_t value)
{
	struct writer w = writer_on(made->bytes + made->used, 4);

	writer_u32(&w, value);
	made->place[slot] = (struct place){made->used, 4};
	made->used += 4;
}

static void
learn_sampler(
	struct sampling *sampling, enum slot id, uint32_t number, enum slot interval, uint32_t rate)
{
	struct made made = {0};

	put(&made, id, number);
	put(&made, interval, rate);
	sampling_learn(sampling, made.place, made.bytes);
}

static uint32_t
rate_of(const struct sampling *sampling, enum slot id, uint32_t number)
{
	struct made made = {0};

	put(&made, SLOT_BYTES, 1);
	if (id != SLOT_NONE)
		put(&made, id, number);
	return sampling_find(sampling, 256, made.place, made.bytes);
}

static void
a_rate_holds_for_its_sampler_only(void **state)
{
	struct sampling sampling = {0};

	learn_sampler(&sampling, SLOT_SAMPLER, 1, SLOT_SAMPLER_INTERVAL, 100);
	learn_sampler(&sampling, SLOT_SAMPLER, 2, SLOT_SAMPLER_INTERVAL, 1000);
	assert_int_equal(rate_of(&sampling, SLOT_SAMPLER, 1), 100);
	assert_int_equal(rate_of(&sampling, SLOT_SAMPLER, 2), 1000);
	assert_int_equal(rate_of(&sampling, SLOT_SAMPLER, 3), 0);
	assert_int_equal(rate_of(&sampling, SLOT_NONE, 0), 0);
}

static void
a_sampler_that_is_not_known_does_not_take_the_rate_of_all(void **state)
{
	struct sampling sampling = {0};
	struct made made = {0};

	put(&made, SLOT_SAMPLING_INTERVAL, 500);
	sampling_learn(&sampling, made.place, made.bytes);
	assert_int_equal(rate_of(&sampling, SLOT_NONE, 0), 500);
	assert_int_equal(rate_of(&sampling, SLOT_SAMPLER, 7), 0);
	assert_int_equal(rate_of(&sampling, SLOT_SAMPLER, 0), 500);
}

static void
a_change_of_rate_takes_effect(void **state)
{
	struct sampling sampling = {0};

	learn_sampler(&sampling, SLOT_SELECTOR, 5, SLOT_SAMPLING_INTERVAL, 100);
	learn_sampler(&sampling, SLOT_SELECTOR, 5, SLOT_SAMPLING_INTERVAL, 200);
	assert_int_equal(rate_of(&sampling, SLOT_SELECTOR, 5), 200);
	assert_int_equal(sampling.count, 1);
}

static void
interfaces_and_templates_have_rates(void **state)
{
	struct sampling sampling = {0};

	learn_sampler(&sampling, SLOT_INTERFACE_IN, 12, SLOT_SAMPLING_INTERVAL, 64);
	assert_int_equal(rate_of(&sampling, SLOT_INTERFACE_IN, 12), 64);
	assert_int_equal(rate_of(&sampling, SLOT_INTERFACE_IN, 13), 0);
	learn_sampler(&sampling, SLOT_TEMPLATE_ID, 256, SLOT_SAMPLING_INTERVAL, 32);
	assert_int_equal(rate_of(&sampling, SLOT_NONE, 0), 32);
}

static void
all_ways_to_say_one_in_ten_are_read(void **state)
{
	struct made space = {0}, population = {0}, probability = {0}, single = {0};
	static const uint8_t tenth[] = {0x3f, 0xb9, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9a};

	put(&space, SLOT_PACKET_INTERVAL, 10);
	assert_int_equal(sampling_parse(space.place, space.bytes), 0);
	put(&space, SLOT_PACKET_SPACE, 90);
	assert_int_equal(sampling_parse(space.place, space.bytes), 10);
	put(&population, SLOT_SAMPLING_SIZE, 3);
	put(&population, SLOT_SAMPLING_POPULATION, 30);
	assert_int_equal(sampling_parse(population.place, population.bytes), 10);
	memcpy(probability.bytes, tenth, sizeof(tenth));
	probability.place[SLOT_SAMPLING_PROBABILITY] = (struct place){0, 8};
	assert_int_equal(sampling_parse(probability.place, probability.bytes), 10);
	put(&single, SLOT_SAMPLING_PROBABILITY, 0x3dcccccd);
	assert_int_equal(sampling_parse(single.place, single.bytes), 10);
}

static void
nonsense_is_no_rate(void **state)
{
	struct made none = {0}, population = {0}, nan = {0};

	put(&none, SLOT_PACKET_INTERVAL, 0);
	put(&none, SLOT_PACKET_SPACE, 90);
	assert_int_equal(sampling_parse(none.place, none.bytes), 0);
	put(&population, SLOT_SAMPLING_SIZE, 30);
	put(&population, SLOT_SAMPLING_POPULATION, 3);
	assert_int_equal(sampling_parse(population.place, population.bytes), 0);
	put(&nan, SLOT_SAMPLING_PROBABILITY, 0x7fc00000);
	assert_int_equal(sampling_parse(nan.place, nan.bytes), 0);
}

static void
too_many_samplers_drive_out_the_oldest(void **state)
{
	struct sampling sampling = {0};

	for (uint32_t i = 1; i <= SAMPLING_MOST + 1; i++)
		learn_sampler(&sampling, SLOT_SAMPLER, i, SLOT_SAMPLER_INTERVAL, 100 + i);
	assert_int_equal(sampling.count, SAMPLING_MOST);
	assert_int_equal(rate_of(&sampling, SLOT_SAMPLER, 1), 0);
	assert_int_equal(rate_of(&sampling, SLOT_SAMPLER, SAMPLING_MOST + 1), 101 + SAMPLING_MOST);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rate_holds_for_its_sampler_only),
		cmocka_unit_test(a_sampler_that_is_not_known_does_not_take_the_rate_of_all),
		cmocka_unit_test(a_change_of_rate_takes_effect),
		cmocka_unit_test(interfaces_and_templates_have_rates),
		cmocka_unit_test(all_ways_to_say_one_in_ten_are_read),
		cmocka_unit_test(nonsense_is_no_rate),
		cmocka_unit_test(too_many_samplers_drive_out_the_oldest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
