/* SPDX-License-Identifier: BSD-2-Clause */
#include "radius_packets.h"

#include <errno.h>

static void
a_request_of_radclient_is_read_and_its_authenticators_hold(void **state)
{
	static const char *const requests[] = {
		packet_start, packet_interim, packet_on, packet_coa, packet_disconnect};
	struct radius_key *key = key_of(SECRET);

	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
		uint8_t bytes[RADIUS_MOST];
		size_t length = bytes_of(requests[i], bytes);
		struct radius_packet packet;

		assert_int_equal(radius_read(bytes, length, &packet), RADIUS_NO_FAULT);
		assert_int_equal(packet.code, bytes[0]);
		assert_int_equal(packet.identifier, bytes[1]);
		assert_int_equal(packet.length, length);
		assert_int_equal(radius_check_request(key, &packet), RADIUS_NO_FAULT);
	}
	(void)radius_key_free(key);
	(void)state;
}

static void
responses_of_freeradius_hold_for_their_requests_alone(void **state)
{
	static const char *const pairs[][2] = {{packet_start, packet_start_response},
		{packet_coa, packet_coa_ack}, {packet_disconnect, packet_disconnect_nak}};
	struct radius_key *key = key_of(SECRET);

	for (size_t i = 0; i < 3; i++) {
		uint8_t bytes[RADIUS_MOST], answer[RADIUS_MOST], others[RADIUS_MOST];
		struct radius_packet request, response, other;

		assert_int_equal(radius_read(bytes, bytes_of(pairs[i][0], bytes), &request),
			RADIUS_NO_FAULT);
		assert_int_equal(radius_read(answer, bytes_of(pairs[i][1], answer), &response),
			RADIUS_NO_FAULT);
		assert_int_equal(
			radius_read(others, bytes_of(pairs[(i + 1) % 3][0], others), &other),
			RADIUS_NO_FAULT);
		assert_int_equal(radius_check_response(key, &response, request.authenticator),
			RADIUS_NO_FAULT);
		assert_int_equal(radius_check_response(key, &response, other.authenticator),
			RADIUS_BAD_AUTHENTICATOR);
	}
	(void)radius_key_free(key);
	(void)state;
}

static void
any_bit_that_is_turned_is_found(void **state)
{
	struct radius_key *key = key_of(SECRET);
	uint8_t bytes[RADIUS_MOST];
	size_t length = bytes_of(packet_coa, bytes);

	for (size_t bit = 0; bit < length * 8; bit++) {
		struct radius_packet packet;

		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_true(radius_read(bytes, length, &packet) != RADIUS_NO_FAULT ||
			radius_check_request(key, &packet) != RADIUS_NO_FAULT);
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	(void)radius_key_free(key);
	(void)state;
}

static void
another_secret_proves_nothing(void **state)
{
	struct radius_key *key = key_of(TEXT("testing124"));
	uint8_t bytes[RADIUS_MOST];
	struct radius_packet packet;

	assert_int_equal(
		radius_read(bytes, bytes_of(packet_interim, bytes), &packet), RADIUS_NO_FAULT);
	assert_int_equal(radius_check_request(key, &packet), RADIUS_BAD_AUTHENTICATOR);
	(void)radius_key_free(key);
	(void)state;
}

static void
a_message_authenticator_counts_by_itself(void **state)
{
	struct radius_key *key = key_of(SECRET);
	uint8_t bytes[RADIUS_MOST];
	struct radius_packet packet;
	struct radius_writer writer;
	int length;

	/* With the right Authenticator around a wrong one. */
	radius_begin(&writer, bytes, sizeof(bytes), RADIUS_COA_REQUEST, 7);
	radius_add(&writer, RADIUS_MESSAGE_AUTHENTICATOR, "0123456789abcdef", RADIUS_AUTHENTICATOR);
	radius_add(&writer, RADIUS_USER_NAME, "anna", 4);
	length = radius_sign_request(key, &writer);
	assert_int_equal(radius_read(bytes, (size_t)length, &packet), RADIUS_NO_FAULT);
	assert_int_equal(radius_check_request(key, &packet), RADIUS_BAD_MESSAGE);
	(void)radius_key_free(key);
	(void)state;
}

/* The same attributes in the same order give the same bytes. */
static void
what_is_written_is_what_radclient_and_freeradius_write(void **state)
{
	struct radius_key *key = key_of(SECRET);
	uint8_t expected[RADIUS_MOST], answer[RADIUS_MOST], bytes[RADIUS_MOST];
	size_t length = bytes_of(packet_coa, expected);
	struct radius_writer writer;

	radius_begin(&writer, bytes, sizeof(bytes), RADIUS_COA_REQUEST, 0xd1);
	radius_add(&writer, RADIUS_USER_NAME, "anna@example.net", 16);
	radius_add(&writer, RADIUS_ACCT_SESSION_ID, "0000002a", 8);
	radius_add(&writer, RADIUS_FILTER_ID, "lazaret", 7);
	radius_add_u32(&writer, RADIUS_EVENT_TIMESTAMP, 0x6b086590);
	radius_add_message(&writer);
	assert_int_equal(radius_sign_request(key, &writer), length);
	assert_memory_equal(bytes, expected, length);

	length = bytes_of(packet_start_response, answer);
	(void)bytes_of(packet_start, expected);
	radius_begin(&writer, bytes, sizeof(bytes), RADIUS_ACCOUNTING_RESPONSE, 0xb7);
	radius_add(&writer, RADIUS_PROXY_STATE, "\1\2", 2);
	assert_int_equal(radius_sign_response(key, &writer, expected + 4), length);
	assert_memory_equal(bytes, answer, length);
	(void)radius_key_free(key);
	(void)state;
}

static void
a_signed_response_with_a_message_authenticator_holds(void **state)
{
	struct radius_key *key = key_of(SECRET);
	uint8_t request[RADIUS_MOST], bytes[RADIUS_MOST];
	struct radius_writer writer;
	struct radius_packet packet;
	int length;

	(void)bytes_of(packet_coa, request);
	radius_begin(&writer, bytes, sizeof(bytes), RADIUS_COA_NAK, 0xd1);
	radius_add_message(&writer);
	radius_add_u32(&writer, RADIUS_ERROR_CAUSE, 503);
	length = radius_sign_response(key, &writer, request + 4);
	assert_int_equal(length, RADIUS_HEADER + 18 + 6);
	assert_int_equal(radius_read(bytes, (size_t)length, &packet), RADIUS_NO_FAULT);
	assert_non_null(packet.message);
	assert_int_equal(radius_check_response(key, &packet, request + 4), RADIUS_NO_FAULT);
	request[4] ^= 1;
	assert_int_equal(
		radius_check_response(key, &packet, request + 4), RADIUS_BAD_AUTHENTICATOR);
	(void)radius_key_free(key);
	(void)state;
}

static void
lengths_that_are_wrong_are_told_apart(void **state)
{
	static const struct {
		const char *hex;
		enum radius_fault fault;
	} cases[] = {
		{"", RADIUS_BAD_LENGTH},
		{"04010014000000000000000000000000000000", RADIUS_BAD_LENGTH},
		{"0401001300000000000000000000000000000000", RADIUS_BAD_LENGTH},
		{"0401001500000000000000000000000000000000", RADIUS_BAD_LENGTH},
		{"0401100100000000000000000000000000000000", RADIUS_BAD_LENGTH},
		{"0401001400000000000000000000000000000000", RADIUS_NO_FAULT},
		/* Padding. */
		{"0401001400000000000000000000000000000000ffffff", RADIUS_NO_FAULT},
		/* An attribute of one byte, of length 0, 1, and one that is longer than its packet. */
		{"040100150000000000000000000000000000000001", RADIUS_BAD_ATTRIBUTE},
		{"04010016000000000000000000000000000000000100", RADIUS_BAD_ATTRIBUTE},
		{"04010016000000000000000000000000000000000101", RADIUS_BAD_ATTRIBUTE},
		{"04010016000000000000000000000000000000000103", RADIUS_BAD_ATTRIBUTE},
		{"0401001600000000000000000000000000000000010361", RADIUS_BAD_ATTRIBUTE},
		/* An empty value is none that should be sent, and harmless. */
		{"04010016000000000000000000000000000000000102", RADIUS_NO_FAULT},
		/* A Message-Authenticator of two bytes. */
		{"040100180000000000000000000000000000000050040000", RADIUS_BAD_ATTRIBUTE},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint8_t bytes[RADIUS_MOST];
		struct radius_packet packet;

		assert_int_equal(
			radius_read(bytes, bytes_of(cases[i].hex, bytes), &packet), cases[i].fault);
	}
	(void)state;
}

static void
vendors_attributes_come_one_by_one_and_damaged_ones_whole(void **state)
{
	uint8_t bytes[RADIUS_MOST];
	struct radius_attribute attribute;
	struct radius_packet packet;
	struct radius_walk walk;
	/* 9: 1 "ab", 2 "c"; 10: no attributes; 26 of two bytes; 1 "d" */
	size_t length = bytes_of("0401003a000000000000000000000000000000001a0d00000009010461620203"
				 "631a090000000a0900631a0400010103641a060000000b",
		bytes);

	assert_int_equal(length, 55);
	bytes[3] = (uint8_t)length;
	assert_int_equal(radius_read(bytes, length, &packet), RADIUS_NO_FAULT);
	walk = radius_walk(packet.attributes);
	assert_true(radius_next(&walk, &attribute));
	assert_int_equal(attribute.vendor, 9);
	assert_int_equal(attribute.type, 1);
	assert_true(text_is(radius_text(&attribute), "ab"));
	assert_true(radius_next(&walk, &attribute));
	assert_int_equal(attribute.vendor, 9);
	assert_int_equal(attribute.type, 2);
	assert_true(text_is(radius_text(&attribute), "c"));
	assert_true(radius_next(&walk, &attribute));
	assert_int_equal(attribute.vendor, 10);
	assert_int_equal(attribute.type, 0);
	assert_int_equal(reader_left(&attribute.value), 3);
	assert_true(radius_next(&walk, &attribute));
	assert_int_equal(attribute.vendor, 0);
	assert_int_equal(attribute.type, RADIUS_VENDOR_SPECIFIC);
	assert_true(radius_next(&walk, &attribute));
	assert_int_equal(attribute.type, RADIUS_USER_NAME);
	assert_true(text_is(radius_text(&attribute), "d"));
	assert_true(radius_next(&walk, &attribute));
	assert_int_equal(attribute.type, RADIUS_VENDOR_SPECIFIC);
	assert_false(radius_next(&walk, &attribute));
	(void)state;
}

static void
what_does_not_fit_fails_the_writer(void **state)
{
	struct radius_key *key = key_of(SECRET);
	uint8_t bytes[RADIUS_MOST], value[RADIUS_VALUE + 1] = {0};
	struct radius_writer writer;

	radius_begin(&writer, bytes, RADIUS_HEADER + 5, RADIUS_COA_REQUEST, 1);
	radius_add(&writer, RADIUS_USER_NAME, "anna", 4);
	assert_int_equal(radius_sign_request(key, &writer), -EMSGSIZE);
	radius_begin(&writer, bytes, sizeof(bytes), RADIUS_COA_REQUEST, 1);
	radius_add(&writer, RADIUS_USER_NAME, value, sizeof(value));
	assert_int_equal(radius_sign_request(key, &writer), -EMSGSIZE);
	radius_begin(&writer, bytes, sizeof(bytes), RADIUS_COA_REQUEST, 1);
	radius_add(&writer, RADIUS_USER_NAME, value, 0);
	assert_int_equal(radius_sign_request(key, &writer), -EMSGSIZE);
	radius_begin(&writer, bytes, sizeof(bytes), RADIUS_COA_REQUEST, 1);
	radius_add_vendor(&writer, 9, 1, value, 248);
	assert_int_equal(radius_sign_request(key, &writer), -EMSGSIZE);
	radius_begin(&writer, bytes, sizeof(bytes), RADIUS_COA_REQUEST, 1);
	radius_add_vendor(&writer, 9, 1, value, 247);
	assert_int_equal(radius_sign_request(key, &writer), RADIUS_HEADER + 255);
	(void)radius_key_free(key);
	(void)state;
}

static void
a_secret_must_be_there(void **state)
{
	struct radius_key *key = NULL;
	struct fail fail = {0};
	char secret[RADIUS_SECRET + 1] = {0};

	assert_int_equal(radius_key_new(TEXT(""), &key, &fail), -EINVAL);
	assert_string_equal(fail.what, "a secret of 0 bytes; expected 1 to 256");
	assert_int_equal(
		radius_key_new((struct text){secret, sizeof(secret)}, &key, &fail), -EINVAL);
	assert_null(key);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_of_radclient_is_read_and_its_authenticators_hold),
		cmocka_unit_test(responses_of_freeradius_hold_for_their_requests_alone),
		cmocka_unit_test(any_bit_that_is_turned_is_found),
		cmocka_unit_test(another_secret_proves_nothing),
		cmocka_unit_test(a_message_authenticator_counts_by_itself),
		cmocka_unit_test(what_is_written_is_what_radclient_and_freeradius_write),
		cmocka_unit_test(a_signed_response_with_a_message_authenticator_holds),
		cmocka_unit_test(lengths_that_are_wrong_are_told_apart),
		cmocka_unit_test(vendors_attributes_come_one_by_one_and_damaged_ones_whole),
		cmocka_unit_test(what_does_not_fit_fails_the_writer),
		cmocka_unit_test(a_secret_must_be_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
