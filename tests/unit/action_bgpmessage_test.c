/* SPDX-License-Identifier: BSD-2-Clause */
#include "action/bgpmessage.h"
#include "unit.h"

#include <errno.h>

#define MARKER         "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
#define BYTES(literal) (literal), sizeof(literal) - 1

/* BIRD 2.0.12, AS 64501, hold time 240: families 1/1, 1/133 and 2/133, refresh, extended messages (6), graceful
 * restart with a time, four octets, enhanced refresh (70), long-lived restart (71). */
static const char of_bird[] =
	MARKER "\x00\x4b\x01\x04\xfb\xf5\x00\xf0\x0a\x63\x00\x02\x2e\x02\x2c"
	       "\x01\x04\x00\x01\x00\x01\x01\x04\x00\x01\x00\x85\x01\x04\x00\x02\x00\x85"
	       "\x02\x00\x06\x00\x40\x02\x00\x78\x41\x04\x00\x00\xfb\xf5\x46\x00\x47\x00"
	       "\x05\x06\x00\x01\x00\x01\x00\x02";

static void
check_bytes(const struct writer *writer, const void *expected, size_t size)
{
	assert_false(writer->failed);
	assert_int_equal(writer_length(writer), size);
	assert_memory_equal(writer->begin, expected, size);
}

static int
read_one(const void *bytes, size_t size, struct bgp_message *ret, struct bgp_error *error)
{
	struct reader reader = reader_on(bytes, size);

	return bgp_read(&reader, ret, error);
}

static int
read_open(const void *bytes, size_t size, struct bgp_open *ret, struct bgp_error *error)
{
	struct bgp_message message;

	assert_int_equal(read_one(bytes, size, &message, error), 1);
	assert_int_equal(message.type, BGP_OPEN);
	return bgp_read_open(message.body, ret, error);
}

static void
an_open_has_the_capabilities_that_are_asked_for(void **state)
{
	struct bgp_open open = {.as = 64500,
		.identifier = 0x0a630001,
		.hold = 90,
		.families = 1U << BGP_FLOW4 | 1U << BGP_FLOW6,
		.has_four_octets = true,
		.has_refresh = true,
		.has_long = true,
		.has_restart = true};
	uint8_t bytes[BGP_MESSAGE];
	struct writer writer = writer_on(bytes, sizeof(bytes));

	bgp_write_open(&writer, &open);
	check_bytes(&writer,
		BYTES(MARKER "\x00\x39\x01\x04\xfb\xf4\x00\x5a\x0a\x63\x00\x01\x1c\x02\x1a"
			     "\x01\x04\x00\x01\x00\x85\x01\x04\x00\x02\x00\x85\x02\x00\x06\x00"
			     "\x40\x02\x00\x00\x41\x04\x00\x00\xfb\xf4"));
	(void)state;
}

static void
an_open_says_for_how_long_which_families_are_to_be_kept(void **state)
{
	struct bgp_open open = {.as = 64500,
		.identifier = 0x0a630001,
		.hold = 90,
		.families = 1U << BGP_FLOW6 | 1U << BGP_UNICAST4,
		.has_restart = true,
		.restart = 60,
		.is_restarted = true};
	uint8_t bytes[BGP_MESSAGE];
	struct writer writer = writer_on(bytes, sizeof(bytes));

	bgp_write_open(&writer, &open);
	check_bytes(&writer,
		BYTES(MARKER "\x00\x37\x01\x04\xfb\xf4\x00\x5a\x0a\x63\x00\x01\x1a\x02\x18"
			     "\x01\x04\x00\x02\x00\x85\x01\x04\x00\x01\x00\x01"
			     "\x40\x0a\x80\x3c\x00\x02\x85\x80\x00\x01\x01\x80"));
	open.is_restarted = false;
	writer = writer_on(bytes, sizeof(bytes));
	bgp_write_open(&writer, &open);
	assert_memory_equal(bytes + 45, "\x00\x3c", 2);
	(void)state;
}

static void
a_large_as_number_is_23456_in_the_old_field(void **state)
{
	struct bgp_open open = {
		.as = 4200000001, .identifier = 1, .hold = 90, .has_four_octets = true};
	struct bgp_open back;
	struct bgp_error error = {0};
	uint8_t bytes[BGP_MESSAGE];
	struct writer writer = writer_on(bytes, sizeof(bytes));

	bgp_write_open(&writer, &open);
	assert_int_equal(bytes_u16(bytes + 20), BGP_AS_TRANS);
	assert_int_equal(read_open(bytes, writer_length(&writer), &back, &error), 0);
	assert_true(back.as == 4200000001);
	(void)state;
}

static void
every_family_is_written_and_read_back(void **state)
{
	for (unsigned families = 0; families < 1U << BGP_FAMILIES; families++) {
		struct bgp_open open = {.as = 1, .identifier = 9, .families = (uint8_t)families};
		struct bgp_open back;
		struct bgp_error error = {0};
		uint8_t bytes[BGP_MESSAGE];
		struct writer writer = writer_on(bytes, sizeof(bytes));

		bgp_write_open(&writer, &open);
		assert_int_equal(read_open(bytes, writer_length(&writer), &back, &error), 0);
		assert_int_equal(back.families, families);
		assert_false(back.has_four_octets || back.has_refresh || back.has_restart);
	}
	(void)state;
}

static void
an_open_of_bird_is_read(void **state)
{
	struct bgp_open open;
	struct bgp_error error = {0};

	assert_int_equal(read_open(BYTES(of_bird), &open, &error), 0);
	assert_int_equal(open.as, 64501);
	assert_int_equal(open.hold, 240);
	assert_int_equal(open.identifier, 0x0a630002);
	assert_int_equal(open.families, 1U << BGP_UNICAST4 | 1U << BGP_FLOW4 | 1U << BGP_FLOW6);
	assert_true(open.has_four_octets && open.has_refresh && open.has_restart && open.has_long);
	(void)state;
}

static void
capabilities_may_stand_in_several_parameters_and_in_long_ones(void **state)
{
	struct bgp_open open;
	struct bgp_error error = {0};

	assert_int_equal(
		read_open(BYTES(MARKER
				  "\x00\x2b\x01\x04\x00\x01\x00\x03\x00\x00\x00\x01"
				  "\x0e\x02\x06\x01\x04\x00\x01\x00\x85\x02\x04\x01\x02\x00\x00"),
			&open, &error),
		0);
	assert_int_equal(open.families, 1U << BGP_FLOW4);
	/* RFC 9072. */
	assert_int_equal(
		read_open(BYTES(MARKER "\x00\x29\x01\x04\x00\x01\x00\x03\x00\x00\x00\x01"
				       "\xff\xff\x00\x09\x02\x00\x06\x01\x04\x00\x02\x00\x85"),
			&open, &error),
		0);
	assert_int_equal(open.families, 1U << BGP_FLOW6);
	(void)state;
}

static void
an_open_that_must_be_refused_gets_the_code_of_the_rfc(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
		unsigned subcode;
	} wrong[] = {
		{BYTES("\x00\x1d\x01\x03\x00\x01\x00\x5a\x00\x00\x00\x01\x00"),
			BGP_OPEN_BAD_VERSION},
		{BYTES("\x00\x1d\x01\x04\x00\x00\x00\x5a\x00\x00\x00\x01\x00"), BGP_OPEN_BAD_AS},
		{BYTES("\x00\x1d\x01\x04\x00\x01\x00\x02\x00\x00\x00\x01\x00"), BGP_OPEN_BAD_HOLD},
		{BYTES("\x00\x1d\x01\x04\x00\x01\x00\x5a\x00\x00\x00\x00\x00"),
			BGP_OPEN_BAD_IDENTIFIER},
		/* The old parameter "authentication". */
		{BYTES("\x00\x20\x01\x04\x00\x01\x00\x5a\x00\x00\x00\x01\x03\x01\x01\x00"),
			BGP_OPEN_BAD_PARAMETER},
		/* Lengths that do not fit: of all parameters, of one, of a capability. */
		{BYTES("\x00\x1d\x01\x04\x00\x01\x00\x5a\x00\x00\x00\x01\x01"), 0},
		{BYTES("\x00\x1f\x01\x04\x00\x01\x00\x5a\x00\x00\x00\x01\x02\x02\x01"), 0},
		{BYTES("\x00\x21\x01\x04\x00\x01\x00\x5a\x00\x00\x00\x01\x04\x02\x02\x01\x04"), 0},
		{BYTES("\x00\x20\x01\x04\x00\x01\x00\x5a\x00\x00\x00\x01\x03\x02\x01\x01"), 0},
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct bgp_open open = {.as = 77};
		struct bgp_error error = {0};
		uint8_t bytes[64];

		memcpy(bytes, MARKER, 16);
		memcpy(bytes + 16, wrong[i].bytes, wrong[i].size);
		assert_int_equal(read_open(bytes, 16 + wrong[i].size, &open, &error), -EBADMSG);
		assert_int_equal(error.code, BGP_OPEN_ERROR);
		assert_int_equal(error.subcode, wrong[i].subcode);
		assert_int_equal(open.as, 77);
	}
	(void)state;
}

static void
a_message_that_is_not_whole_takes_nothing(void **state)
{
	struct bgp_message message;
	struct bgp_error error = {0};

	for (size_t i = 0; i < sizeof(of_bird) - 1; i++) {
		struct reader reader = reader_on(of_bird, i);

		assert_int_equal(bgp_read(&reader, &message, &error), 0);
		assert_int_equal(reader_left(&reader), i);
	}
	(void)state;
}

/* FRR 8.4 sends some of 4104 bytes. */
static void
a_long_update_is_read(void **state)
{
	static uint8_t bytes[4104] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x10, 0x08, BGP_UPDATE};
	struct bgp_message message;
	struct bgp_error error = {0};

	assert_int_equal(read_one(bytes, sizeof(bytes) - 1, &message, &error), 0);
	assert_int_equal(read_one(bytes, sizeof(bytes), &message, &error), 1);
	assert_int_equal(reader_left(&message.body), 4104 - BGP_HEADER);
	(void)state;
}

static void
a_header_that_is_wrong_gets_the_code_of_the_rfc(void **state)
{
	static const struct {
		const char *bytes;
		unsigned subcode;
		unsigned length;
	} wrong[] = {
		{"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe\x00\x13\x04",
			BGP_HEADER_NOT_SYNCHRONIZED, 0},
		{MARKER "\x00\x12\x04", BGP_HEADER_BAD_LENGTH, 2},
		{MARKER "\x10\x01\x01", BGP_HEADER_BAD_LENGTH, 2},
		{MARKER "\x00\x14\x04", BGP_HEADER_BAD_LENGTH, 2},
		{MARKER "\x00\x1c\x01", BGP_HEADER_BAD_LENGTH, 2},
		{MARKER "\x00\x16\x02", BGP_HEADER_BAD_LENGTH, 2},
		{MARKER "\x00\x14\x03", BGP_HEADER_BAD_LENGTH, 2},
		{MARKER "\x00\x16\x05", BGP_HEADER_BAD_LENGTH, 2},
		{MARKER "\x00\x13\x00", BGP_HEADER_BAD_TYPE, 1},
		{MARKER "\x00\x13\x06", BGP_HEADER_BAD_TYPE, 1},
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct bgp_message message;
		struct bgp_error error = {0};

		assert_int_equal(read_one(wrong[i].bytes, BGP_HEADER, &message, &error), -EBADMSG);
		assert_int_equal(error.code, BGP_HEADER_ERROR);
		assert_int_equal(error.subcode, wrong[i].subcode);
		assert_int_equal(error.length, wrong[i].length);
		assert_memory_equal(error.data, wrong[i].bytes + (wrong[i].length == 1 ? 18 : 16),
			error.length);
	}
	(void)state;
}

static void
a_notification_is_said_in_words_with_the_reason_that_was_given(void **state)
{
	static const char down[] = MARKER "\x00\x1d\x03\x06\x02\x07tonight";
	struct bgp_message message;
	struct bgp_error error = {0};
	struct buffer words;

	buffer_init(&words, 4096);
	assert_int_equal(read_one(BYTES(down), &message, &error), 1);
	bgp_read_notification(message.body, &error);
	bgp_error_print(&error, &words);
	assert_string_equal(buffer_string(&words),
		"the session was shut down by the administrator (NOTIFICATION 6/2): \"tonight\"");
	buffer_clear(&words);
	error = bgp_error_of(BGP_OPEN_ERROR, 99);
	bgp_error_print(&error, &words);
	assert_string_equal(buffer_string(&words), "the OPEN is wrong (NOTIFICATION 2/99)");
	buffer_clear(&words);
	error = bgp_error_of(200, 1);
	bgp_error_print(&error, &words);
	assert_string_equal(buffer_string(&words),
		"an error of a kind that is not known here (NOTIFICATION 200/1)");
	buffer_done(&words);
	(void)state;
}

static void
a_reason_that_would_not_show_as_it_is_is_left_out(void **state)
{
	struct bgp_error error = bgp_error_of(BGP_CEASE, BGP_CEASE_SHUTDOWN);
	struct buffer words;

	buffer_init(&words, 4096);
	error.length = 4;
	memcpy(error.data, "\x03\x1b[m", 4);
	bgp_error_print(&error, &words);
	memcpy(error.data, "\x04[m]", 4);
	bgp_error_print(&error, &words);
	assert_null(strchr(buffer_string(&words), '['));
	buffer_done(&words);
	(void)state;
}

static void
notifications_and_keepalives_are_written(void **state)
{
	struct bgp_error error = bgp_error_of(BGP_HEADER_ERROR, BGP_HEADER_BAD_TYPE);
	uint8_t bytes[64];
	struct writer writer = writer_on(bytes, sizeof(bytes));

	error.length = 1;
	error.data[0] = 9;
	bgp_write_keepalive(&writer);
	bgp_write_notification(&writer, &error);
	check_bytes(&writer, BYTES(MARKER "\x00\x13\x04" MARKER "\x00\x16\x03\x01\x03\x09"));
	(void)state;
}

static void
a_refresh_names_its_family(void **state)
{
	static const char bytes[] = MARKER "\x00\x17\x05\x00\x02\x00\x85";
	struct bgp_message message;
	struct bgp_error error = {0};
	enum bgp_family family;

	assert_int_equal(read_one(BYTES(bytes), &message, &error), 1);
	assert_int_equal(message.type, BGP_ROUTE_REFRESH);
	assert_int_equal(bgp_read_refresh(message.body, &family, &error), 0);
	assert_int_equal(family, BGP_FLOW6);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_open_has_the_capabilities_that_are_asked_for),
		cmocka_unit_test(an_open_says_for_how_long_which_families_are_to_be_kept),
		cmocka_unit_test(a_large_as_number_is_23456_in_the_old_field),
		cmocka_unit_test(every_family_is_written_and_read_back),
		cmocka_unit_test(an_open_of_bird_is_read),
		cmocka_unit_test(capabilities_may_stand_in_several_parameters_and_in_long_ones),
		cmocka_unit_test(an_open_that_must_be_refused_gets_the_code_of_the_rfc),
		cmocka_unit_test(a_message_that_is_not_whole_takes_nothing),
		cmocka_unit_test(a_long_update_is_read),
		cmocka_unit_test(a_header_that_is_wrong_gets_the_code_of_the_rfc),
		cmocka_unit_test(a_notification_is_said_in_words_with_the_reason_that_was_given),
		cmocka_unit_test(a_reason_that_would_not_show_as_it_is_is_left_out),
		cmocka_unit_test(notifications_and_keepalives_are_written),
		cmocka_unit_test(a_refresh_names_its_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
