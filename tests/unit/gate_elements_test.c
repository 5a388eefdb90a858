/* SPDX-License-Identifier: BSD-2-Clause */
#include "gate/elements.h"
#include "unit.h"

#include <errno.h>

static struct element
element_of(enum lineset set, const char *address, uint64_t left_ms)
{
	struct element element = {.set = set, .left_ms = left_ms};

	assert_int_equal(address_parse(text_of(address), &element.address), 0);
	return element;
}

/* Integers of a message are the machine's: these bytes are those of one of little end. */
static void
an_address_added_is_these_bytes(void **state)
{
	/* clang-format off */
	static const uint8_t expected[] = {
		/* begin: 20 bytes, type 0x10, request, number 7, port 0; family 0, version 0, subsystem 10 */
		20, 0, 0, 0, 0x10, 0, 1, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10,
		/* NFT_MSG_NEWSETELEM of subsystem 10: request, acknowledge, create; family inet */
		72, 0, 0, 0, 12, 10, 0x05, 0x04, 8, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0,
		/* table, set */
		12, 0, 1, 0, 'l', 'a', 'z', 'a', 'r', 'e', 't', 0, 7, 0, 2, 0, 'q', '4', 0, 0,
		/* list of elements, element, key, value */
		32, 0, 3, 0x80, 28, 0, 1, 0x80, 12, 0, 1, 0x80, 8, 0, 1, 0, 192, 0, 2, 1,
		/* 300,000 ms, of network order */
		12, 0, 4, 0, 0, 0, 0, 0, 0, 4, 0x93, 0xe0,
		/* end */
		20, 0, 0, 0, 0x11, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10};
	/* clang-format on */
	struct element element = element_of(LINESET_Q4, "192.0.2.1", 300000);
	struct elements_batch batch;
	uint8_t room[256];

	elements_begin(&batch, room, sizeof(room), 7, true);
	assert_int_equal(elements_add(&batch, &element), 0);
	assert_int_equal(elements_end(&batch), (int64_t)sizeof(expected));
	assert_int_equal(elements_last(&batch), 8);
	for (size_t i = 0; i < sizeof(expected); i++)
		assert_int_equal(room[i], expected[i]);
	/* Created, it has NLM_F_EXCL as well, and a message of its own beside one that may be there. */
	elements_begin(&batch, room, sizeof(room), 7, false);
	assert_int_equal(elements_create(&batch, &element), 0);
	assert_int_equal(elements_add(&batch, &element), 0);
	assert_true(elements_end(&batch) > 0);
	assert_int_equal(elements_last(&batch), 9);
	for (size_t i = 0; i < 40; i++)
		assert_int_equal(room[i], i == 27 ? 6 : i == 26 ? 1 : expected[i]);
	(void)state;
}

/* Takes a batch apart: every length is inside the one around it, and all ends where it should. */
struct shape {
	unsigned messages;
	unsigned elements;
	unsigned acknowledged;
	unsigned removals;
	uint32_t last;
	size_t key;
	struct address keys[8];
};

static uint16_t
own16(struct reader *reader)
{
	const uint8_t *at = reader_take(reader, 2);
	uint16_t v = 0;

	if (at != NULL)
		memcpy(&v, at, 2);
	return v;
}

static uint32_t
own32(struct reader *reader)
{
	const uint8_t *at = reader_take(reader, 4);
	uint32_t v = 0;

	if (at != NULL)
		memcpy(&v, at, 4);
	return v;
}

static struct reader
attribute(struct reader *reader, unsigned type)
{
	uint16_t length = own16(reader);
	struct reader value;

	assert_int_equal(own16(reader), type);
	assert_true(length >= 4);
	value = reader_sub(reader, length - 4U);
	assert_false(value.failed);
	reader_skip(reader, (4 - length % 4) % 4);
	assert_false(reader->failed);
	return value;
}

static void
read_list(struct reader *list, struct shape *shape)
{
	while (reader_left(list) > 0) {
		struct reader element = attribute(list, NFTA_LIST_ELEM | NLA_F_NESTED);
		struct reader key = attribute(&element, NFTA_SET_ELEM_KEY | NLA_F_NESTED);
		struct reader value = attribute(&key, NFTA_DATA_VALUE);

		shape->key = reader_left(&value);
		assert_true(shape->key == 4 || (shape->key >= 6 && shape->key <= 8) ||
			shape->key == 16);
		if (shape->elements < 8)
			must(lineset_address(value.at, shape->key, &shape->keys[shape->elements]) ==
				0);
		assert_int_equal(reader_left(&key), 0);
		if (reader_left(&element) > 0) {
			value = attribute(&element, NFTA_SET_ELEM_TIMEOUT);
			assert_int_equal(reader_left(&value), 8);
		}
		assert_int_equal(reader_left(&element), 0);
		shape->elements++;
	}
}

static struct shape
shape_of(const uint8_t *bytes, size_t size, uint32_t first)
{
	struct reader all = reader_on(bytes, size);
	struct shape shape = {.messages = 0};

	for (uint32_t number = first; reader_left(&all) > 0; number++) {
		uint32_t length = own32(&all);
		uint16_t type = own16(&all), flags = own16(&all);
		struct reader body;

		assert_int_equal(own32(&all), number);
		assert_false(all.failed);
		body = reader_sub(&all, length - 12);
		assert_false(body.failed);
		reader_skip(&body, 8);
		if (type == NFNL_MSG_BATCH_BEGIN || type == NFNL_MSG_BATCH_END)
			continue;
		shape.messages++;
		shape.last = number;
		shape.acknowledged += (flags & NLM_F_ACK) != 0;
		shape.removals += type == nftwriter_type(NFT_MSG_DELSETELEM);
		attribute(&body, NFTA_SET_ELEM_LIST_TABLE);
		attribute(&body, NFTA_SET_ELEM_LIST_SET);
		if (reader_left(&body) > 0) {
			struct reader list =
				attribute(&body, NFTA_SET_ELEM_LIST_ELEMENTS | NLA_F_NESTED);

			read_list(&list, &shape);
		}
		assert_int_equal(reader_left(&body), 0);
	}
	return shape;
}

static void
a_prefix_is_its_whole_masked_address(void **state)
{
	struct element element = element_of(LINESET_BLOCK6_56, "2001:db8:1:200::", 0);
	struct elements_batch batch;
	uint8_t room[512];
	struct shape shape;

	elements_begin(&batch, room, sizeof(room), 1, true);
	assert_int_equal(elements_add(&batch, &element), 0);
	shape = shape_of(room, (size_t)elements_end(&batch), 1);
	assert_int_equal(shape.elements, 1);
	assert_int_equal(shape.key, 7);
	assert_true(address_equal(&shape.keys[0], &element.address));
	(void)state;
}

static void
alone_each_change_has_a_number_of_its_own(void **state)
{
	struct element first = element_of(LINESET_BLOCK4, "192.0.2.1", 0);
	struct element second = element_of(LINESET_BLOCK4, "192.0.2.2", 0);
	struct elements_batch batch;
	uint8_t room[1024];
	struct shape shape;

	elements_begin(&batch, room, sizeof(room), 100, true);
	assert_int_equal(elements_add(&batch, &first), 0);
	assert_int_equal(elements_last(&batch), 101);
	assert_int_equal(elements_add(&batch, &second), 0);
	assert_int_equal(elements_last(&batch), 102);
	assert_int_equal(elements_remove(&batch, &first), 0);
	assert_int_equal(elements_last(&batch), 103);
	shape = shape_of(room, (size_t)elements_end(&batch), 100);
	assert_int_equal(shape.messages, 3);
	assert_int_equal(shape.removals, 1);
	assert_int_equal(shape.elements, 3);
	/* Only the last one asks to be acknowledged. */
	assert_int_equal(shape.acknowledged, 1);
	assert_int_equal(shape.last, 103);
	(void)state;
}

static void
grouped_a_message_is_filled_before_the_next_begins(void **state)
{
	enum { COUNT = 10000 };
	static uint8_t room[COUNT * ELEMENTS_EACH + ELEMENTS_FRAME];
	struct elements_batch batch;
	struct shape shape;

	for (int timed = 0; timed < 2; timed++) {
		elements_begin(&batch, room, sizeof(room), 1, false);
		assert_int_equal(elements_flush(&batch, LINESET_Q6_64), 0);
		for (unsigned i = 0; i < COUNT; i++) {
			struct element element = element_of(LINESET_Q6_64, "2001:db8::", 0);

			element.left_ms = timed ? 1000 : 0;
			element.address.byte[6] = (uint8_t)(i >> 8);
			element.address.byte[7] = (uint8_t)i;
			assert_int_equal(elements_add(&batch, &element), 0);
		}
		shape = shape_of(room, (size_t)elements_end(&batch), 1);
		assert_int_equal(shape.elements, COUNT);
		/* 20 or 32 bytes an element, 65,535 a message, and the one that empties the set. */
		assert_int_equal(shape.messages, timed ? 6 : 5);
		assert_int_equal(shape.removals, 1);
		assert_int_equal(shape.acknowledged, 1);
	}
	(void)state;
}

static void
another_set_or_direction_begins_another_message(void **state)
{
	struct element block = element_of(LINESET_BLOCK4, "192.0.2.1", 0);
	struct element quarantine = element_of(LINESET_Q4, "192.0.2.1", 0);
	struct elements_batch batch;
	uint8_t room[1024];
	struct shape shape;

	elements_begin(&batch, room, sizeof(room), 1, false);
	assert_int_equal(elements_add(&batch, &block), 0);
	assert_int_equal(elements_add(&batch, &quarantine), 0);
	assert_int_equal(elements_remove(&batch, &quarantine), 0);
	assert_int_equal(elements_remove(&batch, &quarantine), 0);
	shape = shape_of(room, (size_t)elements_end(&batch), 1);
	assert_int_equal(shape.messages, 3);
	assert_int_equal(shape.elements, 4);
	(void)state;
}

static void
emptying_a_set_names_no_element(void **state)
{
	struct elements_batch batch;
	uint8_t room[256];
	struct shape shape;

	elements_begin(&batch, room, sizeof(room), 1, false);
	assert_int_equal(elements_flush(&batch, LINESET_Q4), 0);
	shape = shape_of(room, (size_t)elements_end(&batch), 1);
	assert_int_equal(shape.messages, 1);
	assert_int_equal(shape.removals, 1);
	assert_int_equal(shape.elements, 0);
	assert_int_equal(shape.acknowledged, 1);
	(void)state;
}

static void
what_a_set_cannot_hold_is_refused_and_not_written(void **state)
{
	const struct element wrong[] = {element_of(LINESET_Q4, "2001:db8::", 0),
		element_of(LINESET_Q6_64, "192.0.2.1", 0),
		element_of(LINESET_Q6_64, "2001:db8::1", 0),
		/* A block has no end of its own. */
		element_of(LINESET_BLOCK4, "192.0.2.1", 1000),
		/* The kernel writes these. */
		element_of(LINESET_OVER4, "192.0.2.1", 0),
		element_of(LINESET_COUNT, "192.0.2.1", 0),
		element_of((enum lineset)1000, "192.0.2.1", 0)};
	struct elements_batch batch;
	uint8_t room[256];

	elements_begin(&batch, room, sizeof(room), 1, true);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(elements_add(&batch, &wrong[i]), -EINVAL);
	assert_int_equal(elements_flush(&batch, LINESET_COUNT), -EINVAL);
	assert_int_equal(elements_end(&batch), 0);
	(void)state;
}

static void
a_batch_that_does_not_fit_is_none(void **state)
{
	struct element element = element_of(LINESET_BLOCK6_64, "2001:db8::", 0);
	struct elements_batch batch;
	uint8_t room[512];

	for (size_t size = 0; size < 112; size++) {
		elements_begin(&batch, room, size, 1, true);
		assert_int_equal(elements_add(&batch, &element), 0);
		assert_int_equal(elements_end(&batch), -ENOBUFS);
	}
	elements_begin(&batch, room, 112, 1, true);
	assert_int_equal(elements_add(&batch, &element), 0);
	assert_int_equal(elements_end(&batch), 112);
	(void)state;
}

static void
no_change_is_longer_than_what_the_header_says(void **state)
{
	struct elements_batch batch;
	uint8_t room[1024];

	for (int set = 0; set < LINESET_COUNT; set++) {
		struct element element = element_of((enum lineset)set,
			linesets[set].key == 4 ? "192.0.2.1" : "2001:db8::",
			linesets[set].timed ? 1 : 0);

		if (linesets[set].is_read)
			continue;
		elements_begin(&batch, room, sizeof(room), 1, true);
		assert_int_equal(elements_add(&batch, &element), 0);
		assert_true(elements_end(&batch) <= 40 + ELEMENTS_ALONE);
	}
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_added_is_these_bytes),
		cmocka_unit_test(a_prefix_is_its_whole_masked_address),
		cmocka_unit_test(alone_each_change_has_a_number_of_its_own),
		cmocka_unit_test(grouped_a_message_is_filled_before_the_next_begins),
		cmocka_unit_test(another_set_or_direction_begins_another_message),
		cmocka_unit_test(emptying_a_set_names_no_element),
		cmocka_unit_test(what_a_set_cannot_hold_is_refused_and_not_written),
		cmocka_unit_test(a_batch_that_does_not_fit_is_none),
		cmocka_unit_test(no_change_is_longer_than_what_the_header_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
