/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/fieldprinter.h"
#include "source/export/element.h"
#include "unit.h"

#include <stdlib.h>

/* What a value of an element looks like; the bytes are a literal of size bytes. */
#define VALUE(id, bytes) value_of(element_find(0, id), bytes, sizeof(bytes) - 1)

static const char *
value_of(const struct element *element, const char *bytes, size_t size)
{
	static char text[512];
	struct buffer buffer;
	uint8_t *copy = malloc(size ? size : 1);

	assert_non_null(element);
	assert_non_null(copy);
	memcpy(copy, bytes, size);
	buffer_init(&buffer, sizeof(text) - 1);
	fieldprinter_value(&buffer, element, copy, size, true);
	assert_false(buffer.failed);
	memcpy(text, buffer_string(&buffer), buffer.length + 1);
	buffer_done(&buffer);
	free(copy);
	return text;
}

static void
numbers_of_any_size_are_numbers(void **state)
{
	assert_string_equal(VALUE(1, "\xff"), "255");
	assert_string_equal(VALUE(1, "\x01\x00\x00"), "65536");
	assert_string_equal(VALUE(1, "\xff\xff\xff\xff\xff\xff\xff\xff"), "18446744073709551615");
	assert_string_equal(VALUE(434, "\xff"), "-1");
	assert_string_equal(VALUE(434, "\xff\xff\xff\xfe"), "-2");
	assert_string_equal(VALUE(434, "\x80\x00\x00\x00\x00\x00\x00\x00"), "-9223372036854775808");
	assert_string_equal(VALUE(311, "\x3f\xe0\x00\x00\x00\x00\x00\x00"), "0.5");
	assert_string_equal(VALUE(311, "\x3e\x80\x00\x00"), "0.25");
	assert_string_equal(VALUE(276, "\x01"), "true");
	assert_string_equal(VALUE(276, "\x02"), "false");
}

static void
addresses_are_text(void **state)
{
	assert_string_equal(VALUE(8, "\xc0\x00\x02\x07"), "\"192.0.2.7\"");
	assert_string_equal(
		VALUE(27, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"), "\"2001:db8::1\"");
	assert_string_equal(VALUE(56, "\x00\x1b\x21\xAB\xcd\xef"), "\"00:1b:21:ab:cd:ef\"");
}

static void
times_are_rfc_3339_with_milliseconds_truncated(void **state)
{
	assert_string_equal(VALUE(150, "\x4e\x4a\x3f\x78"), "\"2011-08-16T09:59:20.000Z\"");
	assert_string_equal(
		VALUE(152, "\x00\x00\x01\x31\xd2\x11\xb2\x41"), "\"2011-08-16T10:10:00.385Z\"");
	/* Seconds since 1900, and a fraction of 0.9999. */
	assert_string_equal(
		VALUE(154, "\xd1\xf4\xbd\xf8\xff\xfc\x00\x00"), "\"2011-08-16T09:59:20.999Z\"");
	assert_string_equal(
		VALUE(156, "\x00\x00\x00\x01\x00\x00\x00\x00"), "\"2036-02-07T06:28:17.000Z\"");
	assert_string_equal(VALUE(156, "\0\0\0\0\0\0\0\0"), "null");
	assert_string_equal(
		VALUE(152, "\xff\xff\xff\xff\xff\xff\xff\xff"), "\"9999-12-31T23:59:59.999Z\"");
}

static void
text_is_escaped_and_loses_its_padding(void **state)
{
	assert_string_equal(VALUE(82, "eth0\0\0\0"), "\"eth0\"");
	assert_string_equal(VALUE(82, ""), "\"\"");
	assert_string_equal(VALUE(82, "a\"\n\0b"), "\"a\\\"\\u000a\\u0000b\"");
}

static void
what_does_not_fit_its_type_is_hex(void **state)
{
	struct element unknown = {.enterprise = 3054, .id = 110, .type = ELEMENT_UNSIGNED};

	assert_string_equal(VALUE(8, "\xc0\x00\x02"), "\"c00002\"");
	assert_string_equal(VALUE(1, "\1\2\3\4\5\6\7\x8\x9"), "\"010203040506070809\"");
	assert_string_equal(VALUE(276, "\x03"), "\"03\"");
	assert_string_equal(VALUE(311, "\x7f\xf8\0\0\0\0\0\0"), "\"7ff8000000000000\"");
	assert_string_equal(VALUE(313, "\x45\x00"), "\"4500\"");
	assert_string_equal(VALUE(291, ""), "\"\"");
	assert_string_equal(VALUE(1, ""), "null");
	assert_string_equal(VALUE(8, ""), "null");
	assert_string_equal(value_of(&unknown, "\x0a\xff", 2), "\"0aff\"");
}

static void
show(struct fieldprinter *printer, uint32_t enterprise, uint16_t id, const char *bytes, size_t size)
{
	struct element unknown = {.enterprise = enterprise, .id = id};
	const struct element *element = element_find(enterprise, id);

	printer->visitor.field(printer->visitor.context, element != NULL ? element : &unknown,
		false, (const uint8_t *)bytes, size);
}

/* Prints one record; what was printed, to free. */
static char *
printed(bool is_json, bool has_exporter)
{
	struct fieldprinter *printer = calloc(1, sizeof(*printer));
	struct decode_origin origin = {.exporter = address_from_v4(0xc0000201),
		.has_exporter = has_exporter,
		.domain = 7,
		.version = "ipfix",
		.time = {1313489400 * WALL_SECOND},
		.is_options = !has_exporter};
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(printer);
	assert_non_null(out);
	fieldprinter_init(printer, out, is_json);
	for (int i = 0; i < 2; i++) {
		printer->visitor.begin(printer->visitor.context, &origin);
		show(printer, 0, 8, "\x0a\x00\x00\x01", 4);
		show(printer, 0, 8, "\x0a\x00\x00\x02", 4);
		show(printer, 3054, 110, "\x01", 1);
		show(printer, 3054, 110, "\x02", 1);
		show(printer, 0, 468, "a b", 3);
		show(printer, 6871, 111, "c", 1);
		printer->visitor.end(printer->visitor.context);
	}
	assert_int_equal(printer->records, 2);
	fieldprinter_done(printer);
	fclose(out);
	free(printer);
	return text;
}

static void
names_that_come_again_stay_apart(void **state)
{
	static const char line[] =
		"{\"exporter\":\"192.0.2.1\",\"domain\":7,\"version\":\"ipfix\","
		"\"time\":\"2011-08-16T10:10:00.000Z\",\"sourceIPv4Address\":\"10.0.0.1\","
		"\"sourceIPv4Address#2\":\"10.0.0.2\",\"3054:110\":\"01\",\"3054:110#2\":\"02\","
		"\"httpUserAgent\":\"a b\",\"httpUserAgent#2\":\"c\"}\n";
	char *text = printed(true, true);

	assert_int_equal(strlen(text), 2 * strlen(line));
	assert_memory_equal(text, line, strlen(line));
	assert_string_equal(text + strlen(line), line);
	free(text);
}

static void
an_unknown_exporter_is_null_and_options_say_so(void **state)
{
	static const char begin[] = "{\"exporter\":null,\"domain\":7,\"version\":\"ipfix\","
				    "\"time\":\"2011-08-16T10:10:00.000Z\",\"options\":true,";
	char *text = printed(true, false);

	assert_memory_equal(text, begin, strlen(begin));
	free(text);
}

static void
a_record_without_exporter_and_time_says_so(void **state)
{
	struct fieldprinter *printer = calloc(1, sizeof(*printer));
	struct decode_origin origin = {.domain = 4, .version = "sflow"};
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(printer);
	assert_non_null(out);
	fieldprinter_init(printer, out, true);
	printer->visitor.begin(printer->visitor.context, &origin);
	printer->visitor.end(printer->visitor.context);
	fieldprinter_done(printer);
	fclose(out);
	assert_string_equal(
		text, "{\"exporter\":null,\"domain\":4,\"version\":\"sflow\",\"time\":null}\n");
	free(text);
	free(printer);
}

static void
people_get_names_and_values(void **state)
{
	static const char line[] =
		"2011-08-16T10:10:00.000Z 192.0.2.1 domain 7 ipfix sourceIPv4Address=10.0.0.1 "
		"sourceIPv4Address#2=10.0.0.2 3054:110=01 3054:110#2=02 httpUserAgent=\"a b\" "
		"httpUserAgent#2=\"c\"\n";
	char *text = printed(false, true);

	assert_memory_equal(text, line, strlen(line));
	free(text);
}

static void
fields_beyond_the_ceiling_are_told(void **state)
{
	struct fieldprinter *printer = calloc(1, sizeof(*printer));
	struct decode_origin origin = {.version = "sflow"};
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(printer);
	assert_non_null(out);
	fieldprinter_init(printer, out, true);
	printer->visitor.begin(printer->visitor.context, &origin);
	for (int i = 0; i < FIELDPRINTER_FIELDS + 5; i++)
		show(printer, 0, 4, "\x06", 1);
	printer->visitor.end(printer->visitor.context);
	fieldprinter_done(printer);
	fclose(out);
	assert_non_null(strstr(text, "\"protocolIdentifier#1024\":6,\"truncated\":true}\n"));
	assert_null(strstr(text, "\"protocolIdentifier#4097\""));
	free(text);
	free(printer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_of_any_size_are_numbers),
		cmocka_unit_test(addresses_are_text),
		cmocka_unit_test(times_are_rfc_3339_with_milliseconds_truncated),
		cmocka_unit_test(text_is_escaped_and_loses_its_padding),
		cmocka_unit_test(what_does_not_fit_its_type_is_hex),
		cmocka_unit_test(names_that_come_again_stay_apart),
		cmocka_unit_test(an_unknown_exporter_is_null_and_options_say_so),
		cmocka_unit_test(a_record_without_exporter_and_time_says_so),
		cmocka_unit_test(people_get_names_and_values),
		cmocka_unit_test(fields_beyond_the_ceiling_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
