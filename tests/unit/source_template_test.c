/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/export/template.h"
#include "unit.h"

#include <errno.h>

/* What layout_parse makes of the given 16-bit words. */
static int
parse(const uint16_t *words, size_t count, enum dialect dialect, bool options, struct layout *ret,
	size_t *left)
{
	uint8_t bytes[2048];
	struct writer w = writer_on(bytes, sizeof(bytes));
	struct reader reader;
	struct fail fail = {0};
	int r;

	for (size_t i = 0; i < count; i++)
		writer_u16(&w, words[i]);
	assert_false(w.failed);
	reader = reader_on(bytes, count * 2);
	r = layout_parse(&reader, dialect, options, ret, &fail);
	*left = reader_left(&reader);
	assert_true(r >= 0 || fail.what[0] != '\0');
	return r;
}

#define PARSE(words, dialect, options, ret, left)                                                  \
	parse(words, sizeof(words) / sizeof(*(words)), dialect, options, ret, left)

static void
the_options_template_of_v9_counts_bytes(void **state)
{
	static const uint16_t words[] = {300, 4, 8, 2, 4, 34, 4, 35, 1, 0};
	struct layout layout;
	size_t left;

	assert_int_equal(PARSE(words, DIALECT_NETFLOW9, true, &layout, &left), 1);
	assert_int_equal(layout.id, 300);
	assert_int_equal(layout.count, 3);
	assert_int_equal(layout.scopes, 1);
	assert_int_equal(layout.field[2].id, 35);
	assert_int_equal(left, 2);
}

static void
the_options_template_of_ipfix_counts_fields(void **state)
{
	static const uint16_t words[] = {300, 3, 1, 149, 4, 305, 4, 306, 4};
	struct layout layout;
	size_t left;

	assert_int_equal(PARSE(words, DIALECT_IPFIX, true, &layout, &left), 1);
	assert_int_equal(layout.count, 3);
	assert_int_equal(layout.scopes, 1);
	assert_int_equal(layout.field[0].id, 149);
	assert_int_equal(layout.field[2].id, 306);
	assert_int_equal(left, 0);
}

static void
the_enterprise_bit_is_one_of_ipfix_only(void **state)
{
	static const uint16_t ipfix[] = {256, 2, 0x8001, 4, 0, 29305, 4, 1};
	static const uint16_t v9[] = {256, 2, 0x80e8, 4, 4, 1};
	struct layout layout;
	size_t left;

	assert_int_equal(PARSE(ipfix, DIALECT_IPFIX, false, &layout, &left), 1);
	assert_int_equal(layout.field[0].enterprise, 29305);
	assert_int_equal(layout.field[0].id, 1);
	assert_int_equal(layout.field[1].enterprise, 0);
	assert_int_equal(PARSE(v9, DIALECT_NETFLOW9, false, &layout, &left), 1);
	assert_int_equal(layout.field[0].enterprise, 0);
	assert_int_equal(layout.field[0].id, 0x80e8);
}

static void
a_template_without_fields_is_a_withdrawal_in_ipfix_and_an_error_in_v9(void **state)
{
	static const uint16_t words[] = {256, 0, 257, 0};
	struct layout layout;
	size_t left;

	assert_int_equal(PARSE(words, DIALECT_IPFIX, false, &layout, &left), 1);
	assert_int_equal(layout.count, 0);
	assert_int_equal(left, 4);
	/* A withdrawal in an options template set has no scope count (RFC 7011 s8.1). */
	assert_int_equal(PARSE(words, DIALECT_IPFIX, true, &layout, &left), 1);
	assert_int_equal(left, 4);
	assert_int_equal(PARSE(words, DIALECT_NETFLOW9, false, &layout, &left), -ENOTSUP);
	assert_int_equal(left, 4);
}

static void
templates_that_make_no_sense_are_stepped_over(void **state)
{
	static const uint16_t low[] = {255, 1, 8, 4, 7};
	static const uint16_t nothing[] = {256, 1, 8, 0, 7};
	static const uint16_t endless[] = {256, 2, 8, 65534, 12, 65534, 7};
	static const uint16_t scopeless[] = {256, 1, 0, 8, 4, 7};
	static const uint16_t scopes[] = {256, 1, 2, 8, 4, 7};
	static const uint16_t odd[] = {256, 4, 6, 1, 4, 34, 4, 0, 7};
	struct layout layout;
	size_t left;

	assert_int_equal(PARSE(low, DIALECT_IPFIX, false, &layout, &left), -ENOTSUP);
	assert_int_equal(left, 2);
	assert_int_equal(PARSE(nothing, DIALECT_IPFIX, false, &layout, &left), -ENOTSUP);
	assert_int_equal(left, 2);
	assert_int_equal(PARSE(endless, DIALECT_IPFIX, false, &layout, &left), -ENOTSUP);
	assert_int_equal(left, 2);
	assert_int_equal(PARSE(scopeless, DIALECT_IPFIX, true, &layout, &left), -ENOTSUP);
	assert_int_equal(left, 2);
	assert_int_equal(PARSE(scopes, DIALECT_IPFIX, true, &layout, &left), -ENOTSUP);
	assert_int_equal(left, 2);
	assert_int_equal(PARSE(odd, DIALECT_NETFLOW9, true, &layout, &left), -ENOTSUP);
	assert_int_equal(left, 2);
}

static void
more_fields_than_allowed_are_read_but_refused(void **state)
{
	uint16_t words[2 + 2 * (TEMPLATE_FIELDS_MOST + 1) + 1] = {256, TEMPLATE_FIELDS_MOST + 1};
	struct layout layout;
	size_t left;

	for (size_t i = 0; i <= TEMPLATE_FIELDS_MOST; i++)
		words[2 + 2 * i] = words[3 + 2 * i] = 1;
	assert_int_equal(PARSE(words, DIALECT_IPFIX, false, &layout, &left), -ENOTSUP);
	assert_int_equal(left, 2);
	words[1] = TEMPLATE_FIELDS_MOST;
	assert_int_equal(PARSE(words, DIALECT_IPFIX, false, &layout, &left), 1);
	assert_int_equal(left, 6);
}

static void
a_template_cut_short_ends_its_set(void **state)
{
	static const uint16_t words[] = {256, 3, 8, 4, 12, 4};
	static const uint16_t huge[] = {256, 65535, 8, 4};
	static const uint16_t v9[] = {256, 4, 65532, 1, 4};
	struct layout layout;
	size_t left;

	assert_int_equal(PARSE(words, DIALECT_IPFIX, false, &layout, &left), -EINVAL);
	assert_int_equal(PARSE(huge, DIALECT_NETFLOW9, false, &layout, &left), -EINVAL);
	assert_int_equal(PARSE(v9, DIALECT_NETFLOW9, true, &layout, &left), -EINVAL);
}

static void
zeros_are_padding(void **state)
{
	static const uint16_t words[] = {0, 0, 0, 0};
	static const uint16_t then[] = {0, 0, 0, 1};
	struct layout layout;
	size_t left;

	assert_int_equal(PARSE(words, DIALECT_NETFLOW9, false, &layout, &left), 0);
	assert_int_equal(left, 0);
	assert_int_equal(parse(words, 1, DIALECT_NETFLOW9, true, &layout, &left), 0);
	assert_int_equal(PARSE(then, DIALECT_NETFLOW9, false, &layout, &left), -EINVAL);
}

static struct template *
compile(const struct specifier *fields, unsigned count, struct fail *fail)
{
	struct layout layout = {.id = 256, .count = (uint16_t)count, .dialect = DIALECT_IPFIX};

	memcpy(layout.field, fields, count * sizeof(*fields));
	return template_new(&layout, fail);
}

#define COMPILE(fields, fail) compile(fields, sizeof(fields) / sizeof(*(fields)), fail)

static void
a_plain_flow_is_compiled_to_two_offsets(void **state)
{
	static const struct specifier fields[] = {
		{0, 8, 4}, {0, 12, 4}, {0, 4, 1}, {0, 11, 2}, {0, 1, 8}, {0, 7, 2}};
	struct fail fail = {0};
	struct template *t = COMPILE(fields, &fail);

	assert_int_equal(t->plan, PLAN_PORTS);
	assert_int_equal(t->length, 21);
	assert_int_equal(t->destination_port, 9);
	assert_int_equal(t->source_port, 19);
	assert_int_equal(t->place[SLOT_PROTOCOL].offset, 8);
	assert_int_equal(t->place[SLOT_BYTES].size, 8);
	assert_string_equal(fail.what, "");
	template_free(t);
}

static void
what_tells_no_flow_is_skipped(void **state)
{
	static const struct specifier no_ports[] = {{0, 8, 4}, {0, 12, 4}, {0, 4, 1}};
	static const struct specifier no_protocol[] = {
		{0, 8, 4}, {0, 12, 4}, {0, 7, 2}, {0, 11, 2}};
	static const struct specifier one_address[] = {{0, 8, 4}, {0, 4, 1}, {0, 7, 2}, {0, 11, 2}};
	static const struct specifier tcp[] = {{0, 8, 4}, {0, 12, 4}, {0, 182, 2}, {0, 183, 2}};
	struct fail fail = {0};
	struct template *t[] = {COMPILE(no_ports, &fail), COMPILE(no_protocol, &fail),
		COMPILE(one_address, &fail), COMPILE(tcp, &fail)};

	assert_int_equal(t[0]->plan, PLAN_SKIP);
	assert_int_equal(t[1]->plan, PLAN_SKIP);
	assert_int_equal(t[2]->plan, PLAN_SKIP);
	assert_int_equal(t[3]->plan, PLAN_PORTS);
	for (int i = 0; i < 4; i++)
		template_free(t[i]);
}

static void
a_field_of_an_impossible_size_is_not_read(void **state)
{
	/* An IPv4 address of 50 bytes once made a collector copy them all. */
	static const struct specifier fields[] = {
		{0, 8, 50}, {0, 12, 4}, {0, 7, 2}, {0, 11, 2}, {0, 4, 1}, {0, 152, 4}};
	struct fail fail = {0};
	struct template *t = COMPILE(fields, &fail);

	assert_int_equal(t->place[SLOT_SOURCE_V4].size, 0);
	assert_int_equal(t->place[SLOT_START_MILLI].size, 0);
	assert_int_equal(t->plan, PLAN_SKIP);
	assert_string_not_equal(fail.what, "");
	template_free(t);
}

static void
of_fields_that_come_twice_the_inner_addresses_and_the_first_counters_count(void **state)
{
	static const struct specifier fields[] = {{0, 8, 4}, {0, 12, 4}, {0, 4, 1}, {0, 1, 4},
		{0, 8, 4}, {0, 12, 4}, {0, 4, 1}, {0, 1, 4}, {0, 7, 2}, {0, 11, 2}};
	struct fail fail = {0};
	struct template *t = COMPILE(fields, &fail);

	assert_int_equal(t->place[SLOT_SOURCE_V4].offset, 13);
	assert_int_equal(t->place[SLOT_DESTINATION_V4].offset, 17);
	assert_int_equal(t->place[SLOT_PROTOCOL].offset, 21);
	assert_int_equal(t->place[SLOT_BYTES].offset, 9);
	template_free(t);
}

static void
variable_lengths_are_walked_in_both_forms(void **state)
{
	static const struct specifier fields[] = {
		{0, 8, 4}, {0, 82, 65535}, {0, 7, 2}, {9, 1, 65535}, {0, 11, 2}};
	static const uint8_t record[] = {
		1, 2, 3, 4, 3, 'a', 'b', 'c', 0, 25, 255, 0, 2, 'x', 'y', 1, 2};
	struct fail fail = {0};
	struct template *t = COMPILE(fields, &fail);
	struct place scratch[SLOT_COUNT];
	const struct place *place;

	assert_true(t->is_variable);
	assert_int_equal(t->length, 10);
	assert_int_equal(template_length(t, record, sizeof(record)), sizeof(record));
	for (size_t left = 0; left < sizeof(record); left++)
		assert_int_equal(template_length(t, record, left), 0);
	place = template_locate(t, record, sizeof(record), scratch);
	assert_int_equal(place[SLOT_SOURCE_V4].offset, 0);
	assert_int_equal(place[SLOT_SOURCE_PORT].offset, 8);
	assert_int_equal(place[SLOT_SOURCE_PORT].size, 2);
	assert_int_equal(place[SLOT_DESTINATION_PORT].offset, 15);
	template_free(t);
}

static void
scope_numbers_of_v9_are_no_elements(void **state)
{
	struct layout layout = {.id = 256,
		.count = 3,
		.scopes = 2,
		.is_options = true,
		.dialect = DIALECT_NETFLOW9,
		.field = {{0, 1, 4}, {0, 2, 4}, {0, 34, 4}}};
	struct fail fail = {0};
	struct template *t = template_new(&layout, &fail);

	assert_int_equal(t->place[SLOT_BYTES].size, 0);
	assert_int_equal(t->place[SLOT_PACKETS].size, 0);
	assert_int_equal(t->place[SLOT_INTERFACE_IN].offset, 4);
	assert_int_equal(t->plan, PLAN_OPTIONS);
	template_free(t);
}

static void
records_of_netflow_5_have_48_bytes(void **state)
{
	struct fail fail = {0};
	struct template *t = template_new(&layout_netflow5, &fail);

	assert_int_equal(t->length, 48);
	assert_int_equal(t->plan, PLAN_PORTS);
	assert_int_equal(t->source_port, 32);
	assert_int_equal(t->destination_port, 34);
	assert_int_equal(t->place[SLOT_TCP_FLAGS].offset, 37);
	assert_int_equal(t->place[SLOT_PROTOCOL].offset, 38);
	assert_string_equal(fail.what, "");
	template_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_options_template_of_v9_counts_bytes),
		cmocka_unit_test(the_options_template_of_ipfix_counts_fields),
		cmocka_unit_test(the_enterprise_bit_is_one_of_ipfix_only),
		cmocka_unit_test(
			a_template_without_fields_is_a_withdrawal_in_ipfix_and_an_error_in_v9),
		cmocka_unit_test(templates_that_make_no_sense_are_stepped_over),
		cmocka_unit_test(more_fields_than_allowed_are_read_but_refused),
		cmocka_unit_test(a_template_cut_short_ends_its_set),
		cmocka_unit_test(zeros_are_padding),
		cmocka_unit_test(a_plain_flow_is_compiled_to_two_offsets),
		cmocka_unit_test(what_tells_no_flow_is_skipped),
		cmocka_unit_test(a_field_of_an_impossible_size_is_not_read),
		cmocka_unit_test(
			of_fields_that_come_twice_the_inner_addresses_and_the_first_counters_count),
		cmocka_unit_test(variable_lengths_are_walked_in_both_forms),
		cmocka_unit_test(scope_numbers_of_v9_are_no_elements),
		cmocka_unit_test(records_of_netflow_5_have_48_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
