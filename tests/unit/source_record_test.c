/* SPDX-License-Identifier: BSD-2-Clause */
#include "datagram.h"
#include "source/export/record.h"
#include "unit.h"

#define ENTERPRISE_REVERSE (29305U << 16)
#define ENTERPRISE_CERT    (6871U << 16)

/* One record of its own template, in a message of its own. */
static void
send_one(struct station *s, enum dialect dialect, const uint32_t (*fields)[2], unsigned count,
	const void *bytes, size_t size)
{
	struct datagram d;

	datagram_begin(&d, dialect, 0, 7);
	datagram_template(&d, 256, fields, count);
	datagram_set_begin(&d, 256);
	writer_bytes(&d.w, bytes, size);
	datagram_set_end(&d);
	station_send(s, &d);
}

#define SEND(s, dialect, fields, bytes)                                                            \
	send_one(s, dialect, fields, sizeof(fields) / sizeof(*(fields)), bytes, sizeof(bytes) - 1)

/* 10.0.0.1 to 192.0.2.9, ports 40000 and 25. */
#define ENDS "\x0a\0\0\1\xc0\0\2\x09\x9c\x40\0\x19"
#define ENDS_FIELDS                                                                                \
	{8, 4}, {12, 4}, {7, 2},                                                                   \
	{                                                                                          \
		11, 2                                                                              \
	}

static void
ports_mean_mail_only_with_tcp(void **state)
{
	static const uint32_t fields[][2] = {ENDS_FIELDS, {4, 1}};
	struct station s;

	station_open_default(&s);
	SEND(&s, DIALECT_IPFIX, fields, ENDS "\x11" ENDS "\1" ENDS "\0" ENDS "\6");
	assert_int_equal(station_counts(&s)->records, 4);
	assert_int_equal(station_counts(&s)->mail_records, 1);
	station_close(&s);
}

static void
counters_and_flags_of_any_size_are_read(void **state)
{
	static const uint32_t fields[][2] = {ENDS_FIELDS, {4, 1}, {1, 3}, {2, 1}, {6, 2}};
	struct station s;

	station_open_default(&s);
	/* 70,000 bytes in 60 packets, and bits above the eighth that RFC 7125 leaves open. */
	SEND(&s, DIALECT_IPFIX, fields, ENDS "\6\x01\x11\x70\x3c\x01\x1b");
	assert_int_equal(station_take(&s), 1);
	assert_int_equal(s.seen[0].outcome, OUTCOME_ACCEPTED);
	station_close(&s);
}

/* What a template of one direction alone tells is read in one go; with a field more, which says nothing here, piece by
 * piece. */
static void
plain_records_mean_the_same_as_others(void **state)
{
	static const uint32_t plain[][2] = {
		ENDS_FIELDS, {4, 1}, {1, 4}, {2, 4}, {6, 1}, {153, 8}, {152, 8}};
	static const uint32_t more[][2] = {
		ENDS_FIELDS, {4, 1}, {1, 4}, {2, 4}, {6, 1}, {153, 8}, {152, 8}, {89, 1}};
	static const uint8_t flags[] = {0, 0x02, 0x12, 0x14, 0x1a, 0x1b, 0xdb};
	static const uint8_t bytes[][2] = {{0, 0}, {0, 60}, {1, 0x90}, {7, 0x78}};

	for (unsigned i = 0; i < sizeof(flags) * 4 * 4; i++) {
		uint8_t record[64] = ENDS "\6\0\0\0\0\0\0\0\0\0\0\0\1\x8b\xcf\xe5\x68\0\0\0\1\x8b"
					  "\xcf\xe5\x60\0\x40";
		struct station s[2];

		record[15] = bytes[i / 4 % 4][0];
		record[16] = bytes[i / 4 % 4][1];
		record[20] = (uint8_t)(i % 4 * 3);
		record[21] = flags[i / 16];
		for (unsigned j = 0; j < 2; j++) {
			station_open_default(&s[j]);
			send_one(&s[j], DIALECT_IPFIX, j ? more : plain, j ? 11 : 10, record,
				j ? 39 : 38);
			assert_int_equal(station_counts(&s[j])->mail_records, 1);
			assert_int_equal(station_take(&s[j]), 1);
		}
		assert_memory_equal(&s[0].seen[0], &s[1].seen[0], sizeof(struct observation));
		station_close(&s[0]);
		station_close(&s[1]);
	}
}

static void
a_plain_record_without_an_end_is_skipped(void **state)
{
	static const uint32_t plain[][2] = {ENDS_FIELDS, {4, 1}, {1, 4}, {2, 4}, {6, 1}};
	struct station s;

	station_open_default(&s);
	SEND(&s, DIALECT_IPFIX, plain,
		"\0\0\0\0\xc0\0\2\x09\x9c\x40\0\x19\6\0\0\0\x3c\0\0\0\1\2"
		"\x0a\0\0\1\0\0\0\0\x9c\x40\0\x19\6\0\0\0\x3c\0\0\0\1\2");
	assert_int_equal(station_counts(&s)->records, 2);
	assert_int_equal(station_counts(&s)->skipped_records, 2);
	assert_int_equal(station_counts(&s)->mail_records, 0);
	station_close(&s);
}

static void
one_template_may_have_room_for_both_families(void **state)
{
	static const uint32_t fields[][2] = {ENDS_FIELDS, {27, 16}, {28, 16}, {4, 1}};
	static const uint32_t versions[][2] = {ENDS_FIELDS, {27, 16}, {28, 16}, {4, 1}, {60, 1}};
	struct station s;

	station_open_default(&s);
	SEND(&s, DIALECT_IPFIX, fields,
		"\0\0\0\0\0\0\0\0\x9c\x40\0\x19"
		"\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\2\6");
	SEND(&s, DIALECT_IPFIX, versions,
		ENDS
		"\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\3\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\4\6\6");
	SEND(&s, DIALECT_IPFIX, fields,
		ENDS "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\6");
	assert_int_equal(station_take(&s), 3);
	assert_int_equal(s.seen[0].client.byte[0], 0x20);
	assert_int_equal(s.seen[0].server.byte[15], 2);
	assert_int_equal(s.seen[1].client.byte[15], 3);
	assert_true(address_is_v4(&s.seen[2].client));
	station_close(&s);
}

static void
a_record_without_addresses_is_skipped(void **state)
{
	static const uint32_t fields[][2] = {ENDS_FIELDS, {4, 1}};
	struct station s;

	station_open_default(&s);
	SEND(&s, DIALECT_IPFIX, fields, "\0\0\0\0\0\0\0\0\x9c\x40\0\x19\6");
	assert_int_equal(station_counts(&s)->skipped_records, 1);
	assert_int_equal(station_counts(&s)->mail_records, 0);
	station_close(&s);
}

static const uint32_t biflow[][2] = {ENDS_FIELDS, {4, 1}, {1, 4}, {2, 4}, {6, 1},
	{ENTERPRISE_REVERSE | 1, 4}, {ENTERPRISE_REVERSE | 2, 4}, {ENTERPRISE_REVERSE | 6, 1},
	{239, 1}};

static void
reverse_counters_of_zero_are_no_answer(void **state)
{
	struct station s;

	station_open_default(&s);
	SEND(&s, DIALECT_IPFIX, biflow, ENDS "\6\0\0\0\x78\0\0\0\2\2\0\0\0\0\0\0\0\0\0\1");
	assert_int_equal(station_take(&s), 1);
	assert_int_equal(s.seen[0].outcome, OUTCOME_FAILED);
	assert_int_equal(s.seen[0].flags & OBSERVATION_ONE_SIDED, 0);
	station_close(&s);
}

static void
the_source_of_a_biflow_need_not_have_opened_it(void **state)
{
	struct station s;

	/* Both ends have mail ports; element 239 says that the destination opened. */
	station_open_default(&s);
	SEND(&s, DIALECT_IPFIX, biflow,
		"\x0a\0\0\1\xc0\0\2\x09\0\x19\0\x19\6\0\0\7\x78\0\0\0\x0a\x1b\0\0\1\0\0\0\0\x0a\x1b"
		"\2");
	assert_int_equal(station_take(&s), 1);
	assert_int_equal(s.seen[0].client.byte[12], 0xc0);
	assert_int_equal(s.seen[0].server.byte[12], 0x0a);
	station_close(&s);
	/* Perimeter (3): the source is outside, and who opened it is not said. */
	station_open_default(&s);
	SEND(&s, DIALECT_IPFIX, biflow,
		"\x0a\0\0\1\xc0\0\2\x09\0\x19\x9c\x40\6\0\0\7\x78\0\0\0\x0a\x1b\0\0\1\0\0\0\0\x0a"
		"\x1b\3");
	assert_int_equal(station_take(&s), 1);
	assert_int_equal(s.seen[0].client.byte[12], 0xc0);
	station_close(&s);
}

static void
reverse_fields_without_a_key_are_dropped_and_told(void **state)
{
	static const uint32_t fields[][2] = {{1, 4}, {ENTERPRISE_REVERSE | 1, 4}};
	struct station s;

	station_open_default(&s);
	SEND(&s, DIALECT_IPFIX, fields, "\0\0\0\1\0\0\0\2\0\0\0\1\0\0\0\2");
	assert_int_equal(station_counts(&s)->skipped_records, 2);
	assert_int_equal(station_counts(&s)->errors, 1);
	station_close(&s);
}

static void
first_flags_of_yaf_tell_who_opened(void **state)
{
	static const uint32_t fields[][2] = {ENDS_FIELDS, {4, 1}, {1, 4}, {2, 4},
		{ENTERPRISE_CERT | 14, 1}, {ENTERPRISE_CERT | 15, 1}, {ENTERPRISE_REVERSE | 1, 4},
		{ENTERPRISE_REVERSE | 2, 4}, {ENTERPRISE_CERT | 0x400e, 1},
		{ENTERPRISE_CERT | 0x400f, 1}};
	struct station s;

	station_open_default(&s);
	SEND(&s, DIALECT_IPFIX, fields,
		"\x0a\0\0\1\xc0\0\2\x09\0\x19\0\x19\6\0\0\7\x78\0\0\0\x0a\2\x1b\0\0\1\0\0\0\0\x0a"
		"\x12\x1b");
	assert_int_equal(station_take(&s), 1);
	assert_int_equal(s.seen[0].client.byte[12], 0x0a);
	assert_int_equal(s.seen[0].outcome, OUTCOME_ACCEPTED);
	station_close(&s);
}

static const uint32_t firewall[][2] = {ENDS_FIELDS, {4, 1}, {233, 1}, {231, 4}, {232, 4}};

static void
a_firewall_counts_a_connection_once_and_a_denied_one_as_blocked(void **state)
{
	struct station s;
	struct export_settings settings = EXPORT_DEFAULTS;

	station_open(&s, &settings);
	SEND(&s, DIALECT_NETFLOW9, firewall,
		ENDS "\6\1\0\0\0\0\0\0\0\0" ENDS "\6\5\0\0\0\0\0\0\0\0");
	assert_int_equal(station_counts(&s)->mail_records, 0);
	SEND(&s, DIALECT_NETFLOW9, firewall,
		ENDS "\6\2\0\0\x10\0\0\0\1\0"
		     "\x0a\0\0\2\xc0\0\2\x09\x9c\x40\0\x19\6\3\0\0\0\0\0\0\0\0");
	assert_int_equal(station_take(&s), 2);
	assert_int_equal(s.seen[0].outcome, OUTCOME_ACCEPTED);
	assert_int_equal(s.seen[0].sampling, 1);
	assert_int_equal(s.seen[1].outcome, OUTCOME_BLOCKED);
	station_close(&s);
}

static void
what_an_access_list_dropped_is_blocked(void **state)
{
	static const uint32_t fields[][2] = {ENDS_FIELDS, {4, 1}, {89, 1}};
	struct station s;

	station_open_default(&s);
	SEND(&s, DIALECT_IPFIX, fields, ENDS "\6\x81");
	SEND(&s, DIALECT_IPFIX, fields, "\x0a\0\0\2\xc0\0\2\x09\x9c\x40\0\x19\6\x40");
	assert_int_equal(station_take(&s), 2);
	assert_int_equal(s.seen[0].outcome, OUTCOME_BLOCKED);
	assert_int_equal(s.seen[1].outcome, OUTCOME_UNKNOWN);
	station_close(&s);
}

static void
what_goes_in_and_out_is_one_flow(void **state)
{
	static const uint32_t fields[][2] = {ENDS_FIELDS, {4, 1}, {61, 1}, {150, 4}};
	struct station s;

	station_open_default(&s);
	/* 1,700,000,000 is 0x6553f100: in and out within a second; then another connection. */
	SEND(&s, DIALECT_IPFIX, fields,
		ENDS "\6\0\x65\x53\xf0\xf0" ENDS "\6\1\x65\x53\xf0\xf1" ENDS
		     "\6\0\x65\x53\xf0\xf8");
	assert_int_equal(export_counts(s.export_)->twins, 1);
	assert_int_equal(station_counts(&s)->mail_records, 2);
	station_close(&s);
}

/* natEvent, inside 10.0.0.1, outside 198.51.100.7. */
#define NAT "\x0a\0\0\1\xc6\x33\x64\7"
#define NAT_FIELDS                                                                                 \
	{230, 1}, {8, 4},                                                                          \
	{                                                                                          \
		225, 4                                                                             \
	}

static void
sessions_of_a_nat_open_and_close(void **state)
{
	static const uint32_t fields[][2] = {NAT_FIELDS, {4, 1}, {7, 2}, {227, 2}, {323, 8}};
	struct station s;

	station_open_default(&s);
	/* 1,699,999,995,266 ms. */
	SEND(&s, DIALECT_IPFIX, fields,
		"\4" NAT "\6\x9c\x40\x04\0\0\0\1\x8b\xcf\xe5\x55\x82"
		"\5" NAT "\6\x9c\x40\x04\0\0\0\1\x8b\xcf\xe5\x55\x82"
		"\4" NAT "\x11\x9c\x40\x04\0\0\0\1\x8b\xcf\xe5\x55\x82");
	assert_int_equal(station_take(&s), 2);
	assert_int_equal(s.seen[0].kind, OBSERVATION_BINDING_OPEN);
	assert_int_equal(s.seen[0].client.byte[12], 0x0a);
	assert_int_equal(s.seen[0].server.byte[15], 7);
	assert_int_equal(s.seen[0].client_port, 1024);
	assert_int_equal(s.seen[0].server_port, 1024);
	assert_true(s.seen[0].time.us == INT64_C(1699999995266000));
	assert_int_equal(s.seen[1].kind, OBSERVATION_BINDING_CLOSE);
	assert_int_equal(station_counts(&s)->bindings, 2);
	station_close(&s);
}

static void
sessions_to_other_than_mail_ports_name_nobody(void **state)
{
	static const uint32_t fields[][2] = {NAT_FIELDS, {4, 1}, {227, 2}, {11, 2}};
	struct station s;

	station_open_default(&s);
	SEND(&s, DIALECT_IPFIX, fields,
		"\4" NAT "\6\x04\0\x01\xbb"
		"\4" NAT "\6\x04\0\0\x19");
	assert_int_equal(station_take(&s), 1);
	assert_int_equal(station_counts(&s)->records, 2);
	station_close(&s);
}

static void
port_blocks_need_their_end(void **state)
{
	static const uint32_t block[][2] = {NAT_FIELDS, {361, 2}, {362, 2}};
	static const uint32_t endless[][2] = {NAT_FIELDS, {361, 2}};
	static const uint32_t counted[][2] = {NAT_FIELDS, {361, 2}, {364, 2}};
	static const uint32_t blockless[][2] = {NAT_FIELDS};
	struct station s;

	station_open_default(&s);
	SEND(&s, DIALECT_IPFIX, block,
		"\x10" NAT "\x08\0\x0b\xff"
		"\x11" NAT "\x08\0\x0b\xff");
	SEND(&s, DIALECT_IPFIX, endless, "\x10" NAT "\x08\0");
	SEND(&s, DIALECT_IPFIX, counted, "\x10" NAT "\x08\0\x04\0");
	SEND(&s, DIALECT_IPFIX, block, "\x10" NAT "\x08\0\x07\xff");
	assert_int_equal(station_take(&s), 3);
	assert_int_equal(s.seen[0].client_port, 2048);
	assert_int_equal(s.seen[0].server_port, 3071);
	assert_int_equal(s.seen[1].kind, OBSERVATION_BINDING_CLOSE);
	assert_int_equal(s.seen[2].server_port, 3071);
	assert_int_equal(station_counts(&s)->skipped_records, 2);
	/* A block without any port would be the whole address, and so everybody's behind it. */
	SEND(&s, DIALECT_IPFIX, blockless, "\x10" NAT);
	assert_int_equal(station_take(&s), 0);
	assert_int_equal(station_counts(&s)->skipped_records, 3);
	station_close(&s);
}

static void
the_older_numbers_of_nat_events_are_understood_by_their_fields(void **state)
{
	static const uint32_t block[][2] = {NAT_FIELDS, {361, 2}, {362, 2}};
	static const uint32_t binding[][2] = {NAT_FIELDS};
	static const uint32_t session[][2] = {NAT_FIELDS, {227, 2}};
	struct station s;

	station_open_default(&s);
	/* Draft 2: 14 and 15 are port blocks. RFC 8158: they bind addresses. 1 and 2 are both's sessions. */
	SEND(&s, DIALECT_IPFIX, block,
		"\x0e" NAT "\x08\0\x0b\xff"
		"\x0f" NAT "\x08\0\x0b\xff");
	SEND(&s, DIALECT_IPFIX, binding, "\x0e" NAT "\x0f" NAT);
	SEND(&s, DIALECT_IPFIX, session,
		"\1" NAT "\x04\0"
		"\2" NAT "\x04\0");
	assert_int_equal(station_take(&s), 6);
	assert_int_equal(s.seen[0].server_port, 3071);
	assert_int_equal(s.seen[1].kind, OBSERVATION_BINDING_CLOSE);
	assert_int_equal(s.seen[2].client_port, 0);
	assert_int_equal(s.seen[2].server_port, 65535);
	assert_int_equal(s.seen[3].kind, OBSERVATION_BINDING_CLOSE);
	assert_int_equal(s.seen[4].kind, OBSERVATION_BINDING_OPEN);
	assert_int_equal(s.seen[4].client_port, 1024);
	assert_int_equal(s.seen[5].kind, OBSERVATION_BINDING_CLOSE);
	station_close(&s);
}

static void
exhausted_pools_and_quotas_bind_nobody(void **state)
{
	static const uint32_t fields[][2] = {NAT_FIELDS};
	struct station s;

	station_open_default(&s);
	SEND(&s, DIALECT_IPFIX, fields,
		"\x0c\0\0\0\0\xc6\x33\x64\7"
		"\x0d\x0a\0\0\1\0\0\0\0"
		"\3" NAT "\x12" NAT "\0" NAT "\xff" NAT);
	assert_int_equal(station_take(&s), 0);
	assert_int_equal(station_counts(&s)->records, 6);
	station_close(&s);
}

static void
a_nat64_binds_an_ipv6_line(void **state)
{
	static const uint32_t fields[][2] = {{230, 1}, {27, 16}, {225, 4}, {4, 1}, {227, 2}};
	struct station s;

	station_open_default(&s);
	SEND(&s, DIALECT_IPFIX, fields,
		"\6\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1\xc6\x33\x64\7\6\x04\0");
	assert_int_equal(station_take(&s), 1);
	assert_int_equal(s.seen[0].client.byte[0], 0x20);
	assert_true(address_is_v4(&s.seen[0].server));
	station_close(&s);
}

#define IP_TCP                                                                                     \
	"\x45\0\0\x28\0\1\0\0\x40\6\0\0\x0a\0\0\1\xc0\0\2\x09\x9c\x40\0\x19\0\0\0\1\0\0\0\0\x50\2" \
	"\0\0\0\0\0\0"

static void
a_section_of_a_packet_is_taken_apart(void **state)
{
	static const uint32_t ethernet[][2] = {{315, 65535}, {34, 4}};
	static const uint32_t packet[][2] = {{313, 40}, {34, 4}};
	struct station s;

	station_open_default(&s);
	SEND(&s, DIALECT_IPFIX, ethernet, "\x36\0\0\0\0\0\1\0\0\0\0\0\2\x08\0" IP_TCP "\0\0\0\x80");
	assert_int_equal(station_take(&s), 1);
	assert_int_equal(s.seen[0].client.byte[12], 0x0a);
	assert_int_equal(s.seen[0].server_port, 25);
	assert_int_equal(s.seen[0].sampling, 128);
	SEND(&s, DIALECT_IPFIX, packet, IP_TCP "\0\0\0\x40");
	assert_int_equal(station_take(&s), 1);
	assert_int_equal(s.seen[0].sampling, 64);
	station_close(&s);
}

static void
a_variable_field_before_the_ports_hides_no_mail(void **state)
{
	static const uint32_t fields[][2] = {{82, 65535}, ENDS_FIELDS, {4, 1}};
	struct station s;

	station_open_default(&s);
	SEND(&s, DIALECT_IPFIX, fields,
		"\3eth" ENDS "\6"
		"\xff\0\4eth1\x0a\0\0\2\xc0\0\2\x09\x9c\x40\x01\xbb\6"
		"\0\x0a\0\0\3\xc0\0\2\x09\x9c\x40\x02\x4b\6");
	assert_int_equal(station_counts(&s)->records, 3);
	assert_int_equal(station_take(&s), 2);
	assert_int_equal(s.seen[1].server_port, 587);
	/* A length beyond the set. */
	SEND(&s, DIALECT_IPFIX, fields, "\xff\xff\xff" ENDS "\6");
	assert_int_equal(station_counts(&s)->records, 3);
	assert_int_equal(station_counts(&s)->errors, 1);
	assert_int_equal(station_counts(&s)->skipped_records, 1);
	station_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ports_mean_mail_only_with_tcp),
		cmocka_unit_test(counters_and_flags_of_any_size_are_read),
		cmocka_unit_test(plain_records_mean_the_same_as_others),
		cmocka_unit_test(a_plain_record_without_an_end_is_skipped),
		cmocka_unit_test(one_template_may_have_room_for_both_families),
		cmocka_unit_test(a_record_without_addresses_is_skipped),
		cmocka_unit_test(reverse_counters_of_zero_are_no_answer),
		cmocka_unit_test(the_source_of_a_biflow_need_not_have_opened_it),
		cmocka_unit_test(reverse_fields_without_a_key_are_dropped_and_told),
		cmocka_unit_test(first_flags_of_yaf_tell_who_opened),
		cmocka_unit_test(a_firewall_counts_a_connection_once_and_a_denied_one_as_blocked),
		cmocka_unit_test(what_an_access_list_dropped_is_blocked),
		cmocka_unit_test(what_goes_in_and_out_is_one_flow),
		cmocka_unit_test(sessions_of_a_nat_open_and_close),
		cmocka_unit_test(sessions_to_other_than_mail_ports_name_nobody),
		cmocka_unit_test(port_blocks_need_their_end),
		cmocka_unit_test(the_older_numbers_of_nat_events_are_understood_by_their_fields),
		cmocka_unit_test(exhausted_pools_and_quotas_bind_nobody),
		cmocka_unit_test(a_nat64_binds_an_ipv6_line),
		cmocka_unit_test(a_section_of_a_packet_is_taken_apart),
		cmocka_unit_test(a_variable_field_before_the_ports_hides_no_mail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
