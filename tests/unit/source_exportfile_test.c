/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/bytes.h"
#include "source/export/decode.h"
#include "source/format.h"
#include "source/source.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* One IPFIX template (256: source address, port) and two records of it. */
static const uint8_t template_set[] = {0, 2, 0, 16, 1, 0, 0, 2, 0, 8, 0, 4, 0, 7, 0, 2};
static const uint8_t data_set[] = {1, 0, 0, 16, 10, 0, 0, 1, 0, 25, 10, 0, 0, 2, 0, 26};

struct state {
	struct intake *intake;
	struct decode_visitor visitor;
	unsigned v5, v9, ipfix, sflow;
	uint8_t bytes[4096];
	struct writer writer;
};

static void
on_begin(void *context, const struct decode_origin *origin)
{
	struct state *s = context;

	assert_false(origin->has_exporter);
	s->v5 += strcmp(origin->version, "v5") == 0;
	s->v9 += strcmp(origin->version, "v9") == 0;
	s->ipfix += strcmp(origin->version, "ipfix") == 0;
	s->sflow += strcmp(origin->version, "sflow") == 0;
}

static void
on_field(
	void *context, const struct element *element, bool scope, const uint8_t *value, size_t size)
{
	assert_non_null(element);
}

static void
on_end(void *context)
{
}

static int
setup(void **state)
{
	struct state *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	s->intake = intake_new(&INTAKE_DEFAULTS);
	s->visitor = (struct decode_visitor){s, on_begin, on_field, on_end};
	intake_decode(s->intake, &s->visitor);
	s->writer = writer_on(s->bytes, sizeof(s->bytes));
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct state *s = *state;

	intake_free(s->intake);
	free(s);
	return 0;
}

static void
add_ipfix(struct state *s, uint32_t seconds, const uint8_t *set, size_t size)
{
	writer_u16(&s->writer, 10);
	writer_u16(&s->writer, (uint16_t)(16 + size));
	writer_u32(&s->writer, seconds);
	writer_u32(&s->writer, 0);
	writer_u32(&s->writer, 7);
	writer_bytes(&s->writer, set, size);
}

static void
add_netflow5(struct state *s, uint16_t count, unsigned records)
{
	writer_u16(&s->writer, 5);
	writer_u16(&s->writer, count);
	writer_u32(&s->writer, 1000);
	writer_u32(&s->writer, 1600000000);
	for (unsigned i = 0; i < 12 + 48 * records; i++)
		writer_u8(&s->writer, 0);
}

static void
add_netflow9(struct state *s)
{
	static const uint8_t v9_template[] = {0, 0, 0, 16, 1, 0, 0, 2, 0, 8, 0, 4, 0, 7, 0, 2};

	writer_u16(&s->writer, 9);
	writer_u16(&s->writer, 3);
	writer_u32(&s->writer, 1000);
	writer_u32(&s->writer, 1600000000);
	writer_u32(&s->writer, 0);
	writer_u32(&s->writer, 7);
	writer_bytes(&s->writer, v9_template, sizeof(v9_template));
	writer_bytes(&s->writer, data_set, sizeof(data_set));
}

static void
add_sflow(struct state *s)
{
	static const uint32_t words[] = {
		5, 1, 0x0a000001, 0, 1, 1000, 2, 2, 4, 0, 1, 32, 1, 3, 512, 1, 0, 1, 2, 0};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		writer_u32(&s->writer, words[i]);
}

/* Writes what was added to a file and reads it; what the last source_read said. */
static int
read_file(struct state *s)
{
	char path[] = "/tmp/exportfile_test_XXXXXX";
	struct observation unused[4];
	struct fail fail = {.what = ""};
	struct source *source;
	int fd = mkstemp(path), r;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, s->bytes, writer_length(&s->writer)), writer_length(&s->writer));
	close(fd);
	source = source_open_into(path, s->intake, &fail);
	unlink(path);
	s->writer = writer_on(s->bytes, sizeof(s->bytes));
	if (source == NULL)
		return -ENOENT;
	assert_string_equal(source_format(source), format_export.name);
	while ((r = source_read(source, unused, 4)) > 0)
		;
	source_close(source);
	return r;
}

static void
messages_of_every_version_follow_each_other(void **state)
{
	struct state *s = *state;

	add_netflow5(s, 2, 2);
	add_netflow9(s);
	add_ipfix(s, 1600000000, template_set, sizeof(template_set));
	add_sflow(s);
	add_ipfix(s, 1600000000, data_set, sizeof(data_set));
	add_netflow9(s);
	add_netflow5(s, 1, 1);
	assert_int_equal(read_file(s), 0);
	assert_int_equal(s->v5, 3);
	assert_int_equal(s->v9, 4);
	assert_int_equal(s->ipfix, 2);
	assert_int_equal(s->sflow, 1);
	assert_int_equal(intake_counts(s->intake)->errors, 0);
}

static void
templates_hold_for_the_files_that_follow_however_much_later(void **state)
{
	struct state *s = *state;

	add_ipfix(s, 1477531785, template_set, sizeof(template_set));
	assert_int_equal(read_file(s), 0);
	add_ipfix(s, 1478866159, data_set, sizeof(data_set));
	assert_int_equal(read_file(s), 0);
	intake_flush(s->intake);
	assert_int_equal(s->ipfix, 2);
	assert_int_equal(intake_counts(s->intake)->errors, 0);
}

static void
data_without_a_template_is_told_at_the_end(void **state)
{
	struct state *s = *state;

	add_ipfix(s, 1600000000, data_set, sizeof(data_set));
	assert_int_equal(read_file(s), 0);
	assert_int_equal(intake_counts(s->intake)->errors, 0);
	intake_flush(s->intake);
	assert_int_equal(s->ipfix, 0);
	assert_int_equal(intake_counts(s->intake)->errors, 1);
}

static void
junk_behind_a_message_is_told_and_not_read(void **state)
{
	struct state *s = *state;
	size_t count;

	add_netflow5(s, 1, 1);
	for (int i = 0; i < 100; i++)
		writer_u8(&s->writer, 0x55);
	assert_int_equal(read_file(s), -EBADMSG);
	assert_int_equal(s->v5, 1);
	assert_int_equal(intake_counts(s->intake)->skipped_bytes, 100);
	assert_int_equal(intake_errors(s->intake, &count)->offset, 72);
	assert_int_equal(count, 1);
}

static void
a_count_that_lies_costs_nothing_but_an_error(void **state)
{
	struct state *s = *state;

	add_netflow5(s, 55582, 30);
	assert_int_equal(read_file(s), 0);
	assert_int_equal(s->v5, 30);
	assert_int_equal(intake_counts(s->intake)->errors, 1);
}

static void
a_message_that_was_cut_is_told(void **state)
{
	struct state *s = *state;

	add_ipfix(s, 1600000000, template_set, sizeof(template_set));
	s->writer.at -= 3;
	assert_int_equal(read_file(s), 0);
	assert_int_equal(intake_counts(s->intake)->errors, 1);
}

static void
other_files_are_not_taken(void **state)
{
	struct state *s = *state;
	static const uint8_t reserved_set[] = {0, 200, 0, 8, 0, 0, 0, 0};

	add_ipfix(s, 1600000000, reserved_set, sizeof(reserved_set));
	assert_int_equal(read_file(s), -ENOENT);
	add_netflow5(s, 0, 1);
	assert_int_equal(read_file(s), -ENOENT);
	writer_bytes(&s->writer, "\0\5", 2);
	assert_int_equal(read_file(s), -ENOENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			messages_of_every_version_follow_each_other, setup, teardown),
		cmocka_unit_test_setup_teardown(
			templates_hold_for_the_files_that_follow_however_much_later, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			data_without_a_template_is_told_at_the_end, setup, teardown),
		cmocka_unit_test_setup_teardown(
			junk_behind_a_message_is_told_and_not_read, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_count_that_lies_costs_nothing_but_an_error, setup, teardown),
		cmocka_unit_test_setup_teardown(a_message_that_was_cut_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(other_files_are_not_taken, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
