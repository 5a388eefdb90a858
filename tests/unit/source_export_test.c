/* SPDX-License-Identifier: BSD-2-Clause */
#include "datagram.h"
#include "source/export/export.h"
#include "unit.h"

#include <stdio.h>

static void
finds_mail_in_netflow_5(void **state)
{
	struct station s;
	struct datagram d;

	station_open_default(&s);
	datagram_begin(&d, DIALECT_NETFLOW5, 1, 0x00014064);
	for (int i = 0; i < 3; i++) {
		writer_u32(&d.w, 0x0a000001U + (uint32_t)i);
		writer_u32(&d.w, 0xc0000209);
		writer_bytes(&d.w, "\0\0\0\0\0\1\0\2", 8);
		writer_u32(&d.w, 5);
		writer_u32(&d.w, 300);
		writer_u32(&d.w, DATAGRAM_UPTIME - 2000);
		writer_u32(&d.w, DATAGRAM_UPTIME - 1500);
		writer_u16(&d.w, 40000);
		writer_u16(&d.w, i == 1 ? 587 : 443);
		writer_bytes(&d.w, "\0\x1b\6\0\0\0\0\0\0\0\0\0", 12);
	}
	station_send(&s, &d);
	assert_int_equal(station_take(&s), 1);
	assert_int_equal(s.seen[0].server_port, 587);
	assert_int_equal(s.seen[0].client.byte[15], 2);
	assert_int_equal(s.seen[0].sampling, 100);
	assert_int_equal(s.seen[0].duration_ms, 500);
	assert_true(s.seen[0].time.us == (DATAGRAM_SECONDS - 2) * WALL_SECOND);
	assert_int_equal(station_counts(&s)->records, 3);
	assert_int_equal(station_counts(&s)->mail_records, 1);
	assert_int_equal(station_counts(&s)->errors, 0);
	station_close(&s);
}

/* Two bits of mode, and one in how many; 0 is not "all" but not told (as Huawei writes it). */
static void
the_header_of_netflow_5_tells_the_sampling(void **state)
{
	static const uint16_t told[][2] = {
		{0x4064, 100}, {0x0064, 100}, {0xc001, 1}, {0x4000, 0}, {0, 0}};

	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		struct export_settings settings = EXPORT_DEFAULTS;
		struct station s;
		struct datagram d;

		station_open(&s, &settings);
		datagram_begin(&d, DIALECT_NETFLOW5, 1, told[i][0]);
		writer_u32(&d.w, 0x0a000001U);
		writer_u32(&d.w, 0xc0000209);
		memset(writer_take(&d.w, 24), 0, 24);
		writer_u16(&d.w, 40000);
		writer_u16(&d.w, 25);
		writer_bytes(&d.w, "\0\x1b\6\0\0\0\0\0\0\0\0\0", 12);
		station_send(&s, &d);
		assert_int_equal(station_take(&s), 1);
		assert_int_equal(s.seen[0].sampling, told[i][1]);
		station_close(&s);
	}
}

static void
finds_mail_among_many_records(void **state)
{
	for (enum dialect dialect = DIALECT_NETFLOW9; dialect <= DIALECT_IPFIX; dialect++) {
		struct station s;
		struct datagram d;

		station_open_default(&s);
		station_send_template(&s, dialect, 0, 256);
		datagram_begin(&d, dialect, dialect == DIALECT_IPFIX ? 0 : 1, 7);
		datagram_set_begin(&d, 256);
		for (unsigned i = 0; i < 43; i++)
			datagram_plain(&d, (uint8_t)i, i % 6 == 5 ? 25 : 443, 6);
		datagram_set_end(&d);
		station_send(&s, &d);
		assert_int_equal(station_counts(&s)->records, 43);
		assert_int_equal(station_take(&s), 7);
		for (unsigned i = 0; i < 7; i++)
			assert_int_equal(s.seen[i].client.byte[15], 6 * i + 5);
		station_close(&s);
	}
}

static void
every_mail_port_at_either_end_is_found_wherever_the_record_stands(void **state)
{
	static const uint16_t ports[] = {25, 465, 587, 2525, 26, 24, 0x1900, 0xd101, 443, 0};

	for (unsigned at = 0; at < 9; at++) {
		for (unsigned p = 0; p < sizeof(ports) / sizeof(*ports); p++) {
			struct station s;
			struct datagram d;

			station_open_default(&s);
			station_send_template(&s, DIALECT_IPFIX, 0, 256);
			datagram_begin(&d, DIALECT_IPFIX, 0, 7);
			datagram_set_begin(&d, 256);
			for (unsigned i = 0; i < 9; i++)
				datagram_plain(&d, 1, i == at ? ports[p] : 80, 6);
			datagram_set_end(&d);
			station_send(&s, &d);
			assert_int_equal(station_counts(&s)->mail_records, is_mail_port(ports[p]));
			station_close(&s);
		}
	}
}

static void
a_redefined_template_counts_at_once(void **state)
{
	static const uint32_t other[][2] = {{4, 1}, {11, 2}, {7, 2}, {12, 4}, {8, 4}};
	struct station s;
	struct datagram d;

	station_open_default(&s);
	station_send_template(&s, DIALECT_NETFLOW9, 0, 256);
	station_send_flow(&s, DIALECT_NETFLOW9, 1, 256, 1);
	datagram_begin(&d, DIALECT_NETFLOW9, 2, 7);
	datagram_template(&d, 256, other, 5);
	datagram_set_begin(&d, 256);
	writer_u8(&d.w, 6);
	writer_u16(&d.w, 465);
	writer_u16(&d.w, 40000);
	writer_u32(&d.w, 0xc0000209);
	writer_u32(&d.w, 0x0a000002);
	datagram_set_end(&d);
	station_send(&s, &d);
	assert_int_equal(station_take(&s), 2);
	assert_int_equal(s.seen[1].server_port, 465);
	assert_int_equal(s.seen[1].client.byte[15], 2);
	assert_int_equal(export_counts(s.export_)->templates_changed, 1);
	station_close(&s);
}

/* Its data must not be read by the layout before it. */
static void
a_redefinition_that_makes_no_sense_ends_the_old_layout(void **state)
{
	static const enum dialect dialects[] = {DIALECT_NETFLOW9, DIALECT_IPFIX};
	static const uint32_t nothing[][2] = {{8, 0}};

	for (size_t i = 0; i < 2; i++) {
		struct station s;
		struct datagram d;

		station_open_default(&s);
		station_send_template(&s, dialects[i], 0, 256);
		datagram_begin(&d, dialects[i], 1, 7);
		datagram_template(&d, 256, nothing, 1);
		station_send(&s, &d);
		station_send_flow(&s, dialects[i], 2, 256, 1);
		assert_int_equal(station_take(&s), 0);
		assert_int_equal(export_counts(s.export_)->held, 1);
		assert_int_equal(export_counts(s.export_)->templates_refused, 1);
		station_close(&s);
		/* One that was sent before the layout in use and comes late says nothing of it. */
		station_open_default(&s);
		station_send_template(&s, dialects[i], 1, 256);
		datagram_begin(&d, dialects[i], 0, 7);
		datagram_patch(&d, dialects[i] == DIALECT_IPFIX ? 4 : 8, DATAGRAM_SECONDS - 3);
		datagram_template(&d, 256, nothing, 1);
		station_send(&s, &d);
		station_send_flow(&s, dialects[i], 2, 256, 1);
		assert_int_equal(station_take(&s), 1);
		station_close(&s);
	}
}

static void
an_older_layout_that_comes_late_is_not_taken(void **state)
{
	static const uint32_t other[][2] = {{4, 1}, {11, 2}, {7, 2}, {12, 4}, {8, 4}};
	struct station s;
	struct datagram d;

	station_open_default(&s);
	station_send_template(&s, DIALECT_IPFIX, 0, 256);
	datagram_begin(&d, DIALECT_IPFIX, 0, 7);
	datagram_patch(&d, 4, DATAGRAM_SECONDS - 3);
	datagram_template(&d, 256, other, 5);
	station_send(&s, &d);
	station_send_flow(&s, DIALECT_IPFIX, 0, 256, 1);
	assert_int_equal(station_take(&s), 1);
	assert_int_equal(export_counts(s.export_)->templates_late, 1);
	station_close(&s);
}

/* The message that tells a layout, sent so many seconds later than it came. */
static void
send_layout(struct station *s, enum dialect dialect, uint32_t number, uint32_t later,
	const uint32_t fields[][2], unsigned count)
{
	struct datagram d;

	datagram_begin(&d, dialect, number, 7);
	datagram_patch(&d, dialect == DIALECT_NETFLOW9 ? 8 : 4, DATAGRAM_SECONDS + later);
	datagram_template(&d, 256, fields, count);
	station_send(s, &d);
}

/* A header says that it was sent 20 seconds later than it can have been: what comes next would seem older. */
static void
a_damaged_time_keeps_no_template_out(void **state)
{
	static const uint32_t other[][2] = {{4, 1}, {11, 2}, {7, 2}, {12, 4}, {8, 4}};
	static const struct {
		uint32_t later[2]; /* another layout's, the right one's behind it */
		bool is_first;     /* there was none before */
		uint32_t before;   /* of the message before them */
	} cases[] = {{{20, 0}, true, 0}, {{20, 0}, false, 0}, {{0, 20}, false, 0},
		{{20, 0}, false, 5177344}, {{0, 20}, false, 5177344}};

	for (unsigned i = 0; i < 2 * sizeof(cases) / sizeof(*cases); i++) {
		enum dialect dialect = i % 2 == 0 ? DIALECT_NETFLOW9 : DIALECT_IPFIX;
		uint32_t step = dialect == DIALECT_NETFLOW9, number = 0;
		struct station s;

		station_open_default(&s);
		if (!cases[i / 2].is_first) {
			send_layout(&s, dialect, number, cases[i / 2].before, plain_fields,
				PLAIN_FIELDS);
			number += step;
		}
		send_layout(&s, dialect, number, cases[i / 2].later[0], other, 5);
		number += step;
		send_layout(&s, dialect, number, cases[i / 2].later[1], plain_fields, PLAIN_FIELDS);
		number += step;
		station_send_flow(&s, dialect, number, 256, 1);
		assert_int_equal(station_counts(&s)->records, 1);
		assert_int_equal(export_counts(s.export_)->templates_late, 0);
		station_close(&s);
	}
}

static void
a_withdrawal_over_udp_is_ignored(void **state)
{
	static const uint16_t words[][4] = {{2, 8, 256, 0}, {2, 8, 2, 0}, {3, 8, 3, 0}};
	struct station s;
	struct datagram d;

	station_open_default(&s);
	station_send_template(&s, DIALECT_IPFIX, 0, 256);
	for (unsigned i = 0; i < 3; i++) {
		datagram_begin(&d, DIALECT_IPFIX, 0, 7);
		for (unsigned j = 0; j < 4; j++)
			writer_u16(&d.w, words[i][j]);
		station_send(&s, &d);
	}
	station_send_flow(&s, DIALECT_IPFIX, 0, 256, 1);
	assert_int_equal(station_take(&s), 1);
	assert_int_equal(export_counts(s.export_)->withdrawals, 3);
	assert_int_equal(station_counts(&s)->errors, 0);
	station_close(&s);
}

static void
padding_is_no_record(void **state)
{
	struct station s;
	struct datagram d;

	station_open_default(&s);
	datagram_begin(&d, DIALECT_NETFLOW9, 0, 7);
	datagram_template(&d, 256, plain_fields, PLAIN_FIELDS);
	writer_u32(&d.w, 0);
	d.set[3] = (uint8_t)(d.set[3] + 4);
	datagram_set_begin(&d, 256);
	datagram_plain(&d, 1, 25, 6);
	writer_bytes(&d.w, "\0\0\0\0\0\0\0\0\0\0\0\0", 12);
	datagram_set_end(&d);
	/* Some exporters fill the datagram with zeros. */
	for (int i = 0; i < 50; i++)
		writer_u32(&d.w, 0);
	station_send(&s, &d);
	assert_int_equal(station_counts(&s)->records, 1);
	assert_int_equal(station_counts(&s)->errors, 0);
	assert_int_equal(station_counts(&s)->skipped_bytes, 0);
	assert_int_equal(station_take(&s), 1);
	station_close(&s);
}

static void
what_is_too_short_for_a_set_is_counted(void **state)
{
	static const enum dialect dialects[] = {DIALECT_NETFLOW9, DIALECT_IPFIX};

	for (size_t i = 0; i < 2; i++) {
		struct station s;
		struct datagram d;

		station_open_default(&s);
		station_send_template(&s, dialects[i], 0, 256);
		for (uint8_t last = 0; last <= 1; last++) {
			datagram_begin(&d, dialects[i], 1U + last, 7);
			datagram_set_begin(&d, 256);
			datagram_plain(&d, (uint8_t)(1 + last), 25, 6);
			datagram_set_end(&d);
			writer_u16(&d.w, 0);
			writer_u8(&d.w, last);
			station_send(&s, &d);
			assert_int_equal(station_counts(&s)->skipped_bytes, 3 * last);
		}
		assert_int_equal(station_take(&s), 2);
		assert_int_equal(station_counts(&s)->errors, 0);
		station_close(&s);
	}
}

static void
sets_of_one_message_apply_in_order(void **state)
{
	static const uint32_t options[][2] = {{1, 4}, {48, 1}, {50, 4}};
	static const uint32_t sampled[][2] = {{8, 4}, {12, 4}, {7, 2}, {11, 2}, {4, 1}, {48, 1}};
	struct station s;
	struct datagram d;

	station_open_default(&s);
	datagram_begin(&d, DIALECT_NETFLOW9, 0, 7);
	datagram_template(&d, 256, sampled, 6);
	datagram_options(&d, 257, options, 3, 1);
	datagram_set_begin(&d, 257);
	writer_u32(&d.w, 0);
	writer_u8(&d.w, 3);
	writer_u32(&d.w, 1000);
	datagram_set_end(&d);
	datagram_set_begin(&d, 256);
	datagram_plain(&d, 1, 25, 6);
	writer_u8(&d.w, 3);
	datagram_plain(&d, 2, 25, 6);
	writer_u8(&d.w, 4);
	datagram_set_end(&d);
	station_send(&s, &d);
	assert_int_equal(station_take(&s), 2);
	assert_int_equal(s.seen[0].sampling, 1000);
	/* Sampler 4 was not announced: what the settings say of the unknown. */
	assert_int_equal(s.seen[1].sampling, 1);
	assert_int_equal(export_counts(s.export_)->options, 1);
	station_close(&s);
}

static void
a_wrong_length_spoils_a_whole_message_of_ipfix(void **state)
{
	static const uint16_t lengths[] = {0, 3, 200, 65535};

	for (unsigned i = 0; i < 4; i++) {
		struct station s;
		struct datagram d;

		station_open_default(&s);
		station_send_template(&s, DIALECT_IPFIX, 0, 256);
		datagram_begin(&d, DIALECT_IPFIX, 0, 7);
		datagram_set_begin(&d, 256);
		datagram_plain(&d, 1, 25, 6);
		datagram_set_end(&d);
		writer_u16(&d.w, 256);
		writer_u16(&d.w, lengths[i]);
		writer_u32(&d.w, 0);
		station_send(&s, &d);
		assert_int_equal(station_counts(&s)->records, 0);
		assert_int_equal(station_counts(&s)->errors, 1);
		assert_true(station_counts(&s)->skipped_bytes > 0);
		assert_int_equal(export_counts(s.export_)->malformed, 1);
		station_close(&s);
	}
}

static void
a_wrong_length_ends_a_message_of_v9_where_it_stands(void **state)
{
	static const uint16_t lengths[] = {1, 3, 200, 65535};

	for (unsigned i = 0; i < 4; i++) {
		struct station s;
		struct datagram d;

		station_open_default(&s);
		station_send_template(&s, DIALECT_NETFLOW9, 0, 256);
		datagram_begin(&d, DIALECT_NETFLOW9, 1, 7);
		datagram_set_begin(&d, 256);
		datagram_plain(&d, 1, 25, 6);
		datagram_set_end(&d);
		writer_u16(&d.w, 256);
		writer_u16(&d.w, lengths[i]);
		writer_u32(&d.w, 1);
		station_send(&s, &d);
		assert_int_equal(station_counts(&s)->records, 1);
		assert_int_equal(station_counts(&s)->errors, 1);
		assert_int_equal(station_counts(&s)->skipped_bytes, 8);
		station_close(&s);
	}
}

static void
several_messages_of_ipfix_may_stand_in_one_file(void **state)
{
	struct station s;
	struct datagram d, all = {0};
	size_t size = 0;

	station_open_default(&s);
	for (unsigned i = 0; i < 3; i++) {
		size_t one;

		datagram_begin(&d, DIALECT_IPFIX, i > 0 ? i - 1 : 0, 7);
		if (i == 0) {
			datagram_template(&d, 256, plain_fields, PLAIN_FIELDS);
		} else {
			datagram_set_begin(&d, 256);
			datagram_plain(&d, (uint8_t)i, 25, 6);
			datagram_set_end(&d);
		}
		one = datagram_end(&d);
		memcpy(all.bytes + size, d.bytes, one);
		size += one;
	}
	export_datagram(s.export_, &s.from, all.bytes, size);
	assert_int_equal(station_counts(&s)->errors, 0);
	assert_int_equal(station_counts(&s)->lost_records, 0);
	assert_int_equal(station_take(&s), 2);
	export_datagram(s.export_, &s.from, all.bytes, size - 5);
	assert_int_equal(station_counts(&s)->errors, 1);
	station_close(&s);
}

static void
a_clock_that_was_never_set_gives_way_to_the_receipt(void **state)
{
	struct station s;
	struct datagram d;

	station_open_default(&s);
	datagram_begin(&d, DIALECT_IPFIX, 0, 7);
	datagram_patch(&d, 4, 4000);
	datagram_template(&d, 256, plain_fields, PLAIN_FIELDS);
	datagram_set_begin(&d, 256);
	datagram_plain(&d, 1, 25, 6);
	datagram_set_end(&d);
	station_send(&s, &d);
	assert_int_equal(station_take(&s), 1);
	assert_true(s.seen[0].time.us == DATAGRAM_SECONDS * WALL_SECOND);
	station_close(&s);
}

static void
junk_is_told_and_counted(void **state)
{
	static const uint8_t junk[] = {
		0, 7, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2};
	struct station s;

	station_open_default(&s);
	for (size_t size = 0; size <= sizeof(junk); size++)
		export_datagram(s.export_, &s.from, junk, size);
	for (unsigned version = 5; version <= 10; version += version == 5 ? 4 : 1) {
		uint8_t head[24] = {0, (uint8_t)version};

		for (size_t size = 2; size < 16; size++)
			export_datagram(s.export_, &s.from, head, size);
	}
	assert_int_equal(station_counts(&s)->records, 0);
	assert_int_equal(station_counts(&s)->errors, sizeof(junk) + 1 + 3 * 14);
	assert_true(station_counts(&s)->skipped_bytes > 0);
	station_close(&s);
}

static void
recognises_its_messages_by_version_and_lengths(void **state)
{
	static const uint8_t dns[] = {0, 5, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3, 'w', 'w', 'w', 0, 0, 1,
		0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0};
	struct datagram d;
	size_t size;

	for (enum dialect dialect = DIALECT_NETFLOW9; dialect <= DIALECT_IPFIX; dialect++) {
		datagram_begin(&d, dialect, 0, 0);
		datagram_template(&d, 256, plain_fields, PLAIN_FIELDS);
		size = datagram_end(&d);
		assert_true(export_matches(d.bytes, size));
		assert_false(export_matches(d.bytes, size - 1));
		d.bytes[1] = 7;
		assert_false(export_matches(d.bytes, size));
	}
	datagram_begin(&d, DIALECT_NETFLOW5, 0, 0);
	assert_false(export_matches(d.bytes, datagram_end(&d)));
	for (int i = 0; i < 12; i++)
		writer_u32(&d.w, 0);
	size = datagram_end(&d);
	assert_true(export_matches(d.bytes, size));
	assert_false(export_matches(d.bytes, size - 1));
	for (size_t i = 0; i <= sizeof(dns); i++)
		assert_false(export_matches(dns, i));
}

/* What a visitor was shown, as text. */
struct shown {
	char text[2048];
	size_t used;
};

static void show(struct shown *shown, const char *format, ...) PRINTF(2, 3);

static void
show(struct shown *shown, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	shown->used += (size_t)vsnprintf(
		shown->text + shown->used, sizeof(shown->text) - shown->used, format, args);
	va_end(args);
	assert_true(shown->used < sizeof(shown->text));
}

static void
on_begin(void *context, const struct decode_origin *origin)
{
	show(context, "%s %u%s:", origin->version, origin->domain,
		origin->is_options ? " options" : "");
}

static void
on_field(
	void *context, const struct element *element, bool scope, const uint8_t *value, size_t size)
{
	show(context, " %s%s", scope ? "*" : "", element->name ? element->name : "?");
	if (element->name == NULL)
		show(context, "%u:%u", element->enterprise, element->id);
	show(context, "=");
	for (size_t i = 0; i < size; i++)
		show(context, "%02x", value[i]);
}

static void
on_end(void *context)
{
	show(context, "\n");
}

static void
a_visitor_sees_every_field_in_order_and_no_flow_is_put_in(void **state)
{
	static const uint32_t fields[][2] = {
		{11, 2}, {82, 65535}, {0x30390001, 3}, {210, 0}, {8, 4}, {12, 4}, {7, 2}, {4, 1}};
	static const uint32_t options[][2] = {{149, 4}, {34, 4}};
	struct shown shown = {.used = 0};
	struct decode_visitor visitor = {&shown, on_begin, on_field, on_end};
	struct station s;
	struct datagram d;

	station_open_default(&s);
	intake_decode(s.intake, &visitor);
	datagram_begin(&d, DIALECT_IPFIX, 0, 7);
	datagram_template(&d, 256, fields, 8);
	datagram_options(&d, 300, options, 2, 1);
	datagram_set_begin(&d, 256);
	writer_bytes(&d.w, "\0\x19\2ethABC\x0a\0\0\1\xc0\0\2\x09\x9c\x40\6", 21);
	datagram_set_end(&d);
	datagram_set_begin(&d, 300);
	writer_u32(&d.w, 7);
	writer_u32(&d.w, 512);
	datagram_set_end(&d);
	station_send(&s, &d);
	assert_string_equal(shown.text,
		"ipfix 7: destinationTransportPort=0019 interfaceName=6574 ?12345:1=684142"
		" paddingOctets= sourceIPv4Address=430a0000 destinationIPv4Address=01c00002"
		" sourceTransportPort=099c protocolIdentifier=40\n"
		"ipfix 7 options: *observationDomainId=00000007 samplingInterval=00000200\n");
	assert_int_equal(station_counts(&s)->records, 2);
	assert_int_equal(station_take(&s), 0);
	station_close(&s);
}

static void
scopes_of_v9_and_the_fixed_fields_of_v5_have_names(void **state)
{
	static const uint32_t options[][2] = {{2, 4}, {34, 4}};
	struct shown shown = {.used = 0};
	struct decode_visitor visitor = {&shown, on_begin, on_field, on_end};
	struct station s;
	struct datagram d;

	station_open_default(&s);
	intake_decode(s.intake, &visitor);
	datagram_begin(&d, DIALECT_NETFLOW9, 0, 7);
	datagram_options(&d, 300, options, 2, 1);
	datagram_set_begin(&d, 300);
	writer_u32(&d.w, 7);
	writer_u32(&d.w, 512);
	datagram_set_end(&d);
	station_send(&s, &d);
	assert_non_null(strstr(shown.text, "v9 7 options: *"));
	assert_null(strstr(shown.text, "packetDeltaCount"));
	assert_non_null(strstr(shown.text, "=00000007 samplingInterval=00000200\n"));
	shown.used = 0;
	datagram_begin(&d, DIALECT_NETFLOW5, 0, 0x01020000);
	for (uint8_t i = 0; i < 48; i++)
		writer_u8(&d.w, i);
	station_send(&s, &d);
	assert_string_equal(shown.text,
		"v5 258: sourceIPv4Address=00010203 destinationIPv4Address=04050607"
		" ipNextHopIPv4Address=08090a0b ingressInterface=0c0d egressInterface=0e0f"
		" packetDeltaCount=10111213 octetDeltaCount=14151617 flowStartSysUpTime=18191a1b"
		" flowEndSysUpTime=1c1d1e1f sourceTransportPort=2021 destinationTransportPort=2223"
		" tcpControlBits=25 protocolIdentifier=26 ipClassOfService=27 "
		"bgpSourceAsNumber=2829"
		" bgpDestinationAsNumber=2a2b sourceIPv4PrefixLength=2c"
		" destinationIPv4PrefixLength=2d\n");
	station_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_mail_in_netflow_5),
		cmocka_unit_test(the_header_of_netflow_5_tells_the_sampling),
		cmocka_unit_test(finds_mail_among_many_records),
		cmocka_unit_test(every_mail_port_at_either_end_is_found_wherever_the_record_stands),
		cmocka_unit_test(a_redefined_template_counts_at_once),
		cmocka_unit_test(a_redefinition_that_makes_no_sense_ends_the_old_layout),
		cmocka_unit_test(an_older_layout_that_comes_late_is_not_taken),
		cmocka_unit_test(a_damaged_time_keeps_no_template_out),
		cmocka_unit_test(a_withdrawal_over_udp_is_ignored),
		cmocka_unit_test(padding_is_no_record),
		cmocka_unit_test(what_is_too_short_for_a_set_is_counted),
		cmocka_unit_test(sets_of_one_message_apply_in_order),
		cmocka_unit_test(a_wrong_length_spoils_a_whole_message_of_ipfix),
		cmocka_unit_test(a_wrong_length_ends_a_message_of_v9_where_it_stands),
		cmocka_unit_test(several_messages_of_ipfix_may_stand_in_one_file),
		cmocka_unit_test(a_clock_that_was_never_set_gives_way_to_the_receipt),
		cmocka_unit_test(junk_is_told_and_counted),
		cmocka_unit_test(recognises_its_messages_by_version_and_lengths),
		cmocka_unit_test(a_visitor_sees_every_field_in_order_and_no_flow_is_put_in),
		cmocka_unit_test(scopes_of_v9_and_the_fixed_fields_of_v5_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
