/* SPDX-License-Identifier: BSD-2-Clause */
#include "datagram.h"
#include "source/export/exportstream.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>

struct connection {
	struct station s;
	struct exportstream *stream;
	uint8_t bytes[16384];
	size_t size;
};

static struct connection *
open_connection(void)
{
	struct connection *c = xcalloc(1, sizeof(*c));

	station_open_default(&c->s);
	c->stream = exportstream_new(c->s.export_, &c->s.from);
	return c;
}

static void
close_connection(struct connection *c)
{
	exportstream_free(c->stream);
	station_close(&c->s);
	free(c);
}

static int
setup(void **state)
{
	*state = open_connection();
	return 0;
}

static int
teardown(void **state)
{
	close_connection(*state);
	return 0;
}

static void
add_message(struct connection *c, struct datagram *d)
{
	size_t size = datagram_end(d);

	assert_true(c->size + size <= sizeof(c->bytes));
	memcpy(c->bytes + c->size, d->bytes, size);
	c->size += size;
}

static void
add_template(struct connection *c, uint32_t number, uint16_t id, unsigned fields)
{
	struct datagram d;

	datagram_begin(&d, DIALECT_IPFIX, number, 7);
	datagram_template(&d, id, plain_fields, fields);
	add_message(c, &d);
}

static void
add_flow(struct connection *c, uint32_t number, uint16_t id)
{
	struct datagram d;

	datagram_begin(&d, DIALECT_IPFIX, number, 7);
	datagram_set_begin(&d, id);
	datagram_plain(&d, (uint8_t)number, 25, 6);
	datagram_set_end(&d);
	add_message(c, &d);
}

/* A withdrawal: set 2 or 3, and the template's id. */
static void
add_withdrawal(struct connection *c, uint32_t number, uint16_t set, uint16_t id)
{
	struct datagram d;

	datagram_begin(&d, DIALECT_IPFIX, number, 7);
	datagram_set_begin(&d, set);
	writer_u16(&d.w, id);
	writer_u16(&d.w, 0);
	datagram_set_end(&d);
	add_message(c, &d);
}

/* Hands in what was added, in pieces. */
static int
hand_in(struct connection *c, size_t piece)
{
	int messages = 0;

	for (size_t at = 0; at < c->size; at += piece) {
		size_t size = c->size - at < piece ? c->size - at : piece;
		uint8_t *exact = xcalloc(1, size);
		int r;

		memcpy(exact, c->bytes + at, size);
		r = exportstream_add(c->stream, c->s.from.received, exact, size);
		free(exact);
		if (r < 0)
			return r;
		messages += r;
	}
	c->size = 0;
	return messages;
}

static const char *
last_error(const struct connection *c)
{
	size_t count;
	const struct intake_error *errors = intake_errors(c->s.intake, &count);

	assert_true(count > 0);
	return errors[count - 1].what;
}

static void
messages_are_found_however_the_stream_is_cut(void **state)
{
	for (size_t piece = 1; piece < 300; piece++) {
		struct connection *c = open_connection();

		add_template(c, 0, 256, PLAIN_FIELDS);
		for (uint32_t i = 0; i < 10; i++)
			add_flow(c, i, 256);
		assert_int_equal(hand_in(c, piece), 11);
		assert_int_equal(exportstream_waits(c->stream), 0);
		assert_int_equal(station_counts(&c->s)->mail_records, 10);
		assert_int_equal(station_counts(&c->s)->lost_records, 0);
		assert_int_equal(station_counts(&c->s)->errors, 0);
		close_connection(c);
	}
}

static void
the_longest_message_fits(void **state)
{
	struct connection *c = *state;
	static uint8_t bytes[2 * EXPORTSTREAM_MOST];
	struct writer w = writer_on(bytes, sizeof(bytes));

	for (int i = 0; i < 2; i++) {
		writer_u16(&w, 10);
		writer_u16(&w, EXPORTSTREAM_MOST);
		writer_u32(&w, DATAGRAM_SECONDS);
		writer_u32(&w, 0);
		writer_u32(&w, 7);
		writer_u16(&w, 4);
		writer_u16(&w, EXPORTSTREAM_MOST - 16);
		assert_non_null(writer_take(&w, EXPORTSTREAM_MOST - 20));
	}
	assert_int_equal(exportstream_add(c->stream, c->s.from.received, bytes, 100), 0);
	assert_int_equal(exportstream_waits(c->stream), 100);
	assert_int_equal(
		exportstream_add(c->stream, c->s.from.received, bytes + 100, sizeof(bytes) - 100),
		2);
	assert_int_equal(export_counts(c->s.export_)->malformed, 0);
}

static void
no_message_ends_the_connection(void **state)
{
	/* A version that is none, NetFlow v9, sFlow, and a header that is too short. */
	static const uint8_t wrong[][4] = {
		{'G', 'E', 'T', ' '}, {0, 9, 0, 1}, {0, 0, 0, 5}, {0, 10, 0, 15}};

	for (unsigned i = 0; i < 4; i++) {
		struct connection *c = open_connection();

		add_template(c, 0, 256, PLAIN_FIELDS);
		add_flow(c, 0, 256);
		memcpy(c->bytes + c->size, wrong[i], 4);
		c->size += 4;
		add_flow(c, 1, 256);
		assert_int_equal(hand_in(c, 7), -EBADMSG);
		assert_int_equal(station_counts(&c->s)->mail_records, 1);
		assert_int_equal(station_counts(&c->s)->errors, 1);
		assert_int_equal(export_counts(c->s.export_)->malformed, 1);
		/* Nothing more is read. */
		c->size = 0;
		add_flow(c, 1, 256);
		assert_int_equal(hand_in(c, 1000), -EBADMSG);
		assert_int_equal(station_counts(&c->s)->mail_records, 1);
		close_connection(c);
	}
}

static void
a_damaged_set_costs_its_message_only(void **state)
{
	struct connection *c = *state;
	struct datagram d;

	add_template(c, 0, 256, PLAIN_FIELDS);
	datagram_begin(&d, DIALECT_IPFIX, 0, 7);
	writer_u32(&d.w, 0x0100ffff);
	add_message(c, &d);
	add_flow(c, 0, 256);
	assert_int_equal(hand_in(c, 1000), 3);
	assert_int_equal(station_counts(&c->s)->mail_records, 1);
	assert_int_equal(export_counts(c->s.export_)->malformed, 1);
}

static void
templates_are_withdrawn_and_do_not_age(void **state)
{
	struct connection *c = *state;

	add_template(c, 0, 256, PLAIN_FIELDS);
	add_template(c, 0, 257, PLAIN_FIELDS);
	add_template(c, 0, 258, PLAIN_FIELDS);
	hand_in(c, 1000);
	station_later(&c->s, 24 * WALL_HOUR);
	add_flow(c, 0, 256);
	/* As an options template it is not known. */
	add_withdrawal(c, 1, 3, 257);
	add_flow(c, 1, 257);
	hand_in(c, 1000);
	assert_int_equal(station_counts(&c->s)->mail_records, 2);
	assert_string_equal(last_error(c),
		"exporter 192.0.2.1, domain 7: withdraws template 257, which it has not sent");
	add_withdrawal(c, 2, 2, 256);
	add_flow(c, 2, 256);
	hand_in(c, 1000);
	assert_int_equal(station_counts(&c->s)->mail_records, 2);
	assert_int_equal(export_counts(c->s.export_)->templates_withdrawn, 1);
	add_withdrawal(c, 3, 2, 2);
	add_flow(c, 3, 258);
	hand_in(c, 1000);
	assert_int_equal(station_counts(&c->s)->mail_records, 2);
	assert_int_equal(export_counts(c->s.export_)->templates_withdrawn, 3);
	assert_int_equal(export_counts(c->s.export_)->withdrawals, 0);
	assert_int_equal(station_counts(&c->s)->errors, 1);
}

static void
another_layout_without_withdrawal_is_told_and_taken(void **state)
{
	struct connection *c = *state;

	add_template(c, 0, 256, PLAIN_FIELDS);
	add_template(c, 0, 256, PLAIN_FIELDS);
	hand_in(c, 1000);
	assert_int_equal(station_counts(&c->s)->errors, 0);
	add_template(c, 0, 256, PLAIN_FIELDS - 1);
	hand_in(c, 1000);
	assert_string_equal(last_error(c),
		"exporter 192.0.2.1, domain 7: template 256 has another layout than before and "
		"was not withdrawn");
	add_withdrawal(c, 0, 2, 256);
	add_template(c, 0, 256, PLAIN_FIELDS);
	add_flow(c, 0, 256);
	hand_in(c, 1000);
	assert_int_equal(station_counts(&c->s)->errors, 1);
	assert_int_equal(station_counts(&c->s)->mail_records, 1);
}

static void
on_exporter(void *context, const struct export_exporter *exporter)
{
	size_t *count = context;

	(*count)++;
}

static void
a_new_connection_is_a_new_session(void **state)
{
	struct connection *c = *state;
	size_t count = 0;

	add_template(c, 0, 256, PLAIN_FIELDS);
	add_flow(c, 0, 256);
	hand_in(c, 1000);
	/* Over UDP from the same port nothing is known of it. */
	station_send_flow(&c->s, DIALECT_IPFIX, 0, 256, 1);
	assert_int_equal(station_counts(&c->s)->mail_records, 1);
	exportstream_free(c->stream);
	export_each_exporter(c->s.export_, on_exporter, &count);
	assert_int_equal(count, 1);
	c->stream = exportstream_new(c->s.export_, &c->s.from);
	add_flow(c, 0, 256);
	hand_in(c, 1000);
	assert_int_equal(station_counts(&c->s)->mail_records, 1);
	assert_int_equal(station_counts(&c->s)->lost_records, 0);
	assert_int_equal(export_counts(c->s.export_)->sessions, 3);
}

static void
an_end_in_the_middle_of_a_message_is_told(void **state)
{
	struct connection *c = *state;

	add_template(c, 0, 256, PLAIN_FIELDS);
	c->size -= 5;
	assert_int_equal(hand_in(c, 1000), 0);
	c->stream = exportstream_free(c->stream);
	assert_string_equal(last_error(c),
		"exporter 192.0.2.1: the connection ended in the middle of an IPFIX message "
		"(version 10, length 44)");
	assert_int_equal(station_counts(&c->s)->skipped_bytes, 39);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_are_found_however_the_stream_is_cut),
		cmocka_unit_test_setup_teardown(the_longest_message_fits, setup, teardown),
		cmocka_unit_test(no_message_ends_the_connection),
		cmocka_unit_test_setup_teardown(
			a_damaged_set_costs_its_message_only, setup, teardown),
		cmocka_unit_test_setup_teardown(
			templates_are_withdrawn_and_do_not_age, setup, teardown),
		cmocka_unit_test_setup_teardown(
			another_layout_without_withdrawal_is_told_and_taken, setup, teardown),
		cmocka_unit_test_setup_teardown(a_new_connection_is_a_new_session, setup, teardown),
		cmocka_unit_test_setup_teardown(
			an_end_in_the_middle_of_a_message_is_told, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
