/* SPDX-License-Identifier: BSD-2-Clause */
#include "datagram.h"
#include "source/export/session.h"
#include "unit.h"

static void
data_before_its_template_waits_for_it(void **state)
{
	struct station s;

	station_open_default(&s);
	station_send_flow(&s, DIALECT_NETFLOW9, 0, 256, 1);
	station_send_flow(&s, DIALECT_NETFLOW9, 1, 257, 2);
	station_send_flow(&s, DIALECT_NETFLOW9, 2, 256, 3);
	assert_int_equal(station_counts(&s)->records, 0);
	assert_int_equal(export_counts(s.export_)->held, 3);
	station_send_template(&s, DIALECT_NETFLOW9, 3, 256);
	assert_int_equal(station_take(&s), 2);
	assert_int_equal(s.seen[0].client.byte[15], 1);
	assert_int_equal(s.seen[1].client.byte[15], 3);
	assert_int_equal(station_counts(&s)->skipped_bytes, 0);
	export_flush(s.export_);
	assert_int_equal(station_counts(&s)->skipped_bytes, 13);
	assert_int_equal(station_counts(&s)->errors, 1);
	assert_int_equal(export_counts(s.export_)->held_lost, 1);
	station_close(&s);
}

static void
only_so_much_data_waits(void **state)
{
	struct export_settings settings = EXPORT_DEFAULTS;
	struct station s;

	settings.held_most = 4;
	settings.held_bytes = 3 * 13;
	settings.sampling = 1;
	station_open(&s, &settings);
	for (uint8_t i = 0; i < 10; i++)
		station_send_flow(&s, DIALECT_NETFLOW9, i, 256, i);
	assert_int_equal(export_counts(s.export_)->held, 3);
	assert_int_equal(station_counts(&s)->skipped_bytes, 7 * 13);
	station_send_template(&s, DIALECT_NETFLOW9, 10, 256);
	assert_int_equal(station_take(&s), 3);
	station_close(&s);
	settings.held_bytes = 1 << 20;
	station_open(&s, &settings);
	for (uint8_t i = 0; i < 10; i++)
		station_send_flow(&s, DIALECT_NETFLOW9, i, 256, i);
	station_send_template(&s, DIALECT_NETFLOW9, 10, 256);
	assert_int_equal(station_take(&s), 4);
	assert_int_equal(s.seen[0].client.byte[15], 6);
	station_close(&s);
}

static void
an_expired_template_is_not_used(void **state)
{
	struct station s;

	station_open_default(&s);
	station_send_template(&s, DIALECT_NETFLOW9, 0, 256);
	station_later(&s, 29 * WALL_MINUTE);
	station_send_template(&s, DIALECT_NETFLOW9, 1, 256);
	station_later(&s, 29 * WALL_MINUTE);
	station_send_flow(&s, DIALECT_NETFLOW9, 2, 256, 1);
	assert_int_equal(station_counts(&s)->records, 1);
	station_later(&s, 2 * WALL_MINUTE);
	station_send_flow(&s, DIALECT_NETFLOW9, 3, 256, 2);
	assert_int_equal(station_counts(&s)->records, 1);
	assert_int_equal(export_counts(s.export_)->templates_expired, 1);
	assert_int_equal(export_counts(s.export_)->held, 1);
	station_close(&s);
}

static void
a_new_source_port_is_a_new_session_of_ipfix_but_not_of_v9(void **state)
{
	struct station s;

	station_open_default(&s);
	station_send_template(&s, DIALECT_IPFIX, 0, 256);
	station_send_template(&s, DIALECT_NETFLOW9, 0, 256);
	s.from.port++;
	station_send_flow(&s, DIALECT_IPFIX, 0, 256, 1);
	assert_int_equal(station_counts(&s)->records, 0);
	station_send_flow(&s, DIALECT_NETFLOW9, 1, 256, 2);
	assert_int_equal(station_counts(&s)->records, 1);
	assert_int_equal(export_counts(s.export_)->sessions, 3);
	station_close(&s);
}

static void
domains_and_exporters_have_their_own_templates(void **state)
{
	struct station s;
	struct datagram d;

	station_open_default(&s);
	station_send_template(&s, DIALECT_NETFLOW9, 0, 256);
	datagram_begin(&d, DIALECT_NETFLOW9, 0, 8);
	datagram_set_begin(&d, 256);
	datagram_plain(&d, 1, 25, 6);
	datagram_set_end(&d);
	station_send(&s, &d);
	s.from.address.byte[15]++;
	station_send_flow(&s, DIALECT_NETFLOW9, 0, 256, 1);
	assert_int_equal(station_counts(&s)->records, 0);
	assert_int_equal(export_counts(s.export_)->held, 2);
	station_close(&s);
}

static void
a_restarted_exporter_lost_nothing_but_its_templates(void **state)
{
	struct station s;
	struct datagram d;

	station_open_default(&s);
	station_send_template(&s, DIALECT_NETFLOW9, 5000, 256);
	station_send_flow(&s, DIALECT_NETFLOW9, 5001, 256, 1);
	/* Ten minutes later it has been up for a minute. */
	station_later(&s, 10 * WALL_MINUTE);
	datagram_begin(&d, DIALECT_NETFLOW9, 3, 7);
	datagram_set_uptime(&d, 60000, DATAGRAM_SECONDS + 600);
	datagram_set_begin(&d, 256);
	datagram_plain(&d, 2, 25, 6);
	datagram_set_end(&d);
	station_send(&s, &d);
	assert_int_equal(station_counts(&s)->records, 1);
	assert_int_equal(station_counts(&s)->lost_records, 0);
	assert_int_equal(export_counts(s.export_)->restarts, 1);
	assert_int_equal(export_counts(s.export_)->held, 1);
	station_close(&s);
}

static void
the_end_of_uptime_after_49_days_is_no_restart(void **state)
{
	struct station s;
	struct datagram d;

	station_open_default(&s);
	datagram_begin(&d, DIALECT_NETFLOW9, 0, 7);
	datagram_set_uptime(&d, UINT32_MAX - 2000, DATAGRAM_SECONDS);
	datagram_template(&d, 256, plain_fields, PLAIN_FIELDS);
	station_send(&s, &d);
	station_later(&s, 10 * WALL_SECOND);
	datagram_begin(&d, DIALECT_NETFLOW9, 1, 7);
	datagram_set_uptime(&d, 8000, DATAGRAM_SECONDS + 10);
	datagram_set_begin(&d, 256);
	datagram_plain(&d, 1, 25, 6);
	datagram_set_end(&d);
	station_send(&s, &d);
	assert_int_equal(station_counts(&s)->records, 1);
	assert_int_equal(export_counts(s.export_)->restarts, 0);
	station_close(&s);
}

static void
several_exporters_behind_one_address_are_told_about(void **state)
{
	struct station s;
	struct datagram d;
	size_t count;

	station_open_default(&s);
	station_send_template(&s, DIALECT_NETFLOW9, 0, 256);
	for (uint32_t i = 0; i < 20; i++) {
		datagram_begin(&d, DIALECT_NETFLOW9, i % 2 ? 900000 + i : i, 7);
		datagram_set_uptime(&d, i % 2 ? 8000000 + i : 60000 + i, DATAGRAM_SECONDS);
		datagram_template(&d, 256, plain_fields, PLAIN_FIELDS);
		datagram_set_begin(&d, 256);
		datagram_plain(&d, (uint8_t)i, 25, 6);
		datagram_set_end(&d);
		station_send(&s, &d);
	}
	assert_int_equal(station_counts(&s)->records, 20);
	assert_int_equal(station_counts(&s)->errors, 1);
	assert_non_null(strstr(intake_errors(s.intake, &count)->what, "192.0.2.1, domain 7"));
	station_close(&s);
}

static void
a_gap_is_counted_and_marks_what_follows(void **state)
{
	struct station s;

	station_open_default(&s);
	station_send_template(&s, DIALECT_IPFIX, 0, 256);
	station_send_flow(&s, DIALECT_IPFIX, 0, 256, 1);
	station_send_flow(&s, DIALECT_IPFIX, 11, 256, 2);
	station_later(&s, 2 * WALL_MINUTE);
	station_send_flow(&s, DIALECT_IPFIX, 12, 256, 3);
	assert_int_equal(station_counts(&s)->lost_records, 10);
	assert_int_equal(export_counts(s.export_)->gaps, 1);
	assert_int_equal(station_take(&s), 3);
	assert_false(s.seen[0].flags & OBSERVATION_INCOMPLETE);
	assert_true(s.seen[1].flags & OBSERVATION_INCOMPLETE);
	assert_false(s.seen[2].flags & OBSERVATION_INCOMPLETE);
	station_close(&s);
}

static void
a_set_without_template_makes_no_loss(void **state)
{
	struct station s;

	station_open_default(&s);
	station_send_template(&s, DIALECT_IPFIX, 0, 256);
	station_send_flow(&s, DIALECT_IPFIX, 0, 256, 1);
	station_send_flow(&s, DIALECT_IPFIX, 1, 999, 2);
	station_send_flow(&s, DIALECT_IPFIX, 25, 256, 3);
	assert_int_equal(station_counts(&s)->lost_records, 0);
	station_close(&s);
}

static void
a_datagram_that_comes_twice_counts_once(void **state)
{
	struct station s;

	station_open_default(&s);
	station_send_template(&s, DIALECT_NETFLOW9, 0, 256);
	for (uint8_t i = 1; i < 4; i++) {
		station_send_flow(&s, DIALECT_NETFLOW9, i, 256, i);
		station_send_flow(&s, DIALECT_NETFLOW9, i, 256, i);
	}
	assert_int_equal(station_counts(&s)->records, 3);
	assert_int_equal(export_counts(s.export_)->duplicates, 3);
	assert_int_equal(station_counts(&s)->lost_records, 0);
	station_close(&s);
}

static void
datagrams_of_an_exporter_that_does_not_count_are_no_duplicates(void **state)
{
	struct station s;

	station_open_default(&s);
	station_send_template(&s, DIALECT_IPFIX, 0, 256);
	for (uint8_t i = 0; i < 20; i++)
		station_send_flow(&s, DIALECT_IPFIX, 0, 256, i / 2);
	assert_int_equal(station_counts(&s)->records, 20);
	assert_int_equal(export_counts(s.export_)->duplicates, 0);
	assert_int_equal(station_counts(&s)->lost_records, 0);
	station_close(&s);
}

static void
forged_sessions_do_not_drive_out_a_real_one(void **state)
{
	struct export_settings settings = EXPORT_DEFAULTS;
	struct station s;
	struct datagram d;

	settings.sessions_most = 32;
	settings.sessions_per_exporter = 8;
	station_open(&s, &settings);
	station_send_template(&s, DIALECT_NETFLOW9, 0, 256);
	for (uint32_t i = 1; i <= 8; i++)
		station_send_flow(&s, DIALECT_NETFLOW9, i, 256, 1);
	/* One address, many domains: it may have eight, and the newest of them stay. */
	for (uint32_t i = 100; i < 200; i++) {
		datagram_begin(&d, DIALECT_NETFLOW9, 0, i);
		datagram_template(&d, 256, plain_fields, PLAIN_FIELDS);
		station_send(&s, &d);
	}
	assert_int_equal(export_counts(s.export_)->sessions, 101);
	assert_int_equal(export_counts(s.export_)->sessions_displaced, 93);
	/* Many addresses: the rest is theirs, but no more. */
	for (uint32_t i = 0; i < 1000; i++) {
		s.from.address = address_from_v4(0xcb007100 + i);
		station_send_template(&s, DIALECT_NETFLOW9, 0, 256);
	}
	assert_int_equal(export_counts(s.export_)->sessions, 1101);
	assert_int_equal(export_counts(s.export_)->sessions_displaced, 1101 - 32);
	s.from.address = address_from_v4(0xc0000201);
	station_send_flow(&s, DIALECT_NETFLOW9, 9, 256, 1);
	assert_int_equal(station_counts(&s)->records, 9);
	assert_int_equal(station_counts(&s)->lost_records, 0);
	station_close(&s);
}

static void
established_sessions_make_room_only_after_long_silence(void **state)
{
	struct export_settings settings = EXPORT_DEFAULTS;
	struct station s;

	settings.sessions_most = 4;
	station_open(&s, &settings);
	for (uint32_t i = 0; i < 4; i++) {
		s.from.address = address_from_v4(0xcb007100 + i);
		station_send_template(&s, DIALECT_NETFLOW9, 0, 256);
		for (uint32_t number = 1; number <= 7; number++)
			station_send_flow(&s, DIALECT_NETFLOW9, number, 256, 1);
	}
	for (uint32_t i = 0; i < 100; i++) {
		s.from.address = address_from_v4(0xcb007200 + i);
		station_send_template(&s, DIALECT_NETFLOW9, 0, 256);
	}
	assert_int_equal(export_counts(s.export_)->sessions, 4);
	assert_int_equal(export_counts(s.export_)->sessions_refused, 100);
	assert_int_equal(station_counts(&s)->errors, 1);
	station_later(&s, 31 * WALL_MINUTE);
	station_send_template(&s, DIALECT_NETFLOW9, 0, 256);
	assert_int_equal(export_counts(s.export_)->sessions, 5);
	assert_int_equal(export_counts(s.export_)->sessions_ended, 4);
	station_close(&s);
}

static void
data_of_strangers_that_waits_gives_way_to_other_data(void **state)
{
	struct export_settings settings = EXPORT_DEFAULTS;
	struct station s;

	/* Room for three sets of one plain record. */
	settings.held_bytes = 3 * 13;
	station_open(&s, &settings);
	station_send_template(&s, DIALECT_NETFLOW9, 0, 256);
	for (uint32_t i = 1; i <= 8; i++)
		station_send_flow(&s, DIALECT_NETFLOW9, i, 256, 1);
	for (uint32_t i = 0; i < 10; i++) {
		s.from.address = address_from_v4(0xcb007100 + i);
		station_send_flow(&s, DIALECT_NETFLOW9, 0, 300, 1);
	}
	assert_int_equal(export_counts(s.export_)->held, 10);
	assert_int_equal(export_counts(s.export_)->held_lost, 7);
	/* The known one may have all of it, and what is its own stays. */
	s.from.address = address_from_v4(0xc0000201);
	for (uint32_t i = 9; i < 13; i++)
		station_send_flow(&s, DIALECT_NETFLOW9, i, 301, (uint8_t)i);
	assert_int_equal(export_counts(s.export_)->sessions_displaced, 10);
	station_send_template(&s, DIALECT_NETFLOW9, 13, 301);
	assert_int_equal(export_counts(s.export_)->released, 3);
	assert_int_equal(station_counts(&s)->mail_records, 8 + 3);
	station_close(&s);
}

static void
templates_have_a_ceiling(void **state)
{
	struct export_settings settings = EXPORT_DEFAULTS;
	struct station s;

	settings.templates_most = 50;
	settings.templates_total = 80;
	station_open(&s, &settings);
	for (uint16_t i = 0; i < 200; i++)
		station_send_template(&s, DIALECT_NETFLOW9, i, 256 + i);
	assert_int_equal(export_counts(s.export_)->templates, 50);
	for (uint16_t i = 200; i < 208; i++)
		station_send_flow(&s, DIALECT_NETFLOW9, i, 256, 1);
	s.from.address.byte[15]++;
	for (uint16_t i = 0; i < 200; i++)
		station_send_template(&s, DIALECT_NETFLOW9, i, 256 + i);
	assert_int_equal(export_counts(s.export_)->templates, 80);
	assert_int_equal(export_counts(s.export_)->templates_refused, 320);
	/* Those that are known can still be redefined. */
	s.from.address.byte[15]--;
	station_send_flow(&s, DIALECT_NETFLOW9, 208, 305, 1);
	assert_int_equal(station_counts(&s)->records, 9);
	/* What strangers hold gives way. */
	s.from.address.byte[15] += 2;
	station_send_template(&s, DIALECT_NETFLOW9, 0, 256);
	assert_int_equal(export_counts(s.export_)->templates, 81);
	assert_int_equal(export_counts(s.export_)->sessions_displaced, 1);
	station_close(&s);
}

/* Established by a record and enough messages, with so many templates. */
static void
station_establish(struct station *s, uint32_t address, uint16_t templates)
{
	s->from.address = address_from_v4(address);
	for (uint16_t i = 0; i < templates; i++)
		station_send_template(s, DIALECT_NETFLOW9, i, 256 + i);
	for (uint16_t i = 0; i < 8; i++)
		station_send_flow(s, DIALECT_NETFLOW9, templates + i, 256, 1);
}

static void
what_is_older_than_a_templates_life_gives_way_to_a_new_template(void **state)
{
	struct export_settings settings = EXPORT_DEFAULTS;
	struct station s;

	settings.templates_total = 40;
	station_open(&s, &settings);
	station_establish(&s, 0xc0000201, 20);
	station_establish(&s, 0xc0000202, 20);
	assert_int_equal(export_counts(s.export_)->templates, 40);
	/* No stranger, and not old enough. */
	station_later(&s, 29 * WALL_MINUTE);
	station_establish(&s, 0xc0000203, 1);
	assert_int_equal(export_counts(s.export_)->templates, 40);
	assert_int_equal(export_counts(s.export_)->templates_refused, 1);
	/* One goes on with a single template, the other is silent. */
	s.from.address = address_from_v4(0xc0000201);
	station_send_template(&s, DIALECT_NETFLOW9, 28, 256);
	station_later(&s, 2 * WALL_MINUTE);
	s.from.address = address_from_v4(0xc0000203);
	for (uint16_t i = 0; i < 39; i++)
		station_send_template(&s, DIALECT_NETFLOW9, 9 + i, 256 + i);
	assert_int_equal(export_counts(s.export_)->templates, 79);
	assert_int_equal(export_counts(s.export_)->templates_refused, 1);
	assert_int_equal(export_counts(s.export_)->templates_expired, 19);
	assert_int_equal(export_counts(s.export_)->sessions_ended, 1);
	/* What was refreshed is still known. */
	s.from.address = address_from_v4(0xc0000201);
	station_send_flow(&s, DIALECT_NETFLOW9, 29, 256, 1);
	assert_int_equal(station_counts(&s)->records, 8 + 8 + 8 + 1);
	station_close(&s);
}

static void
data_that_waited_longer_than_a_template_lives_gives_way_to_other_data(void **state)
{
	struct export_settings settings = EXPORT_DEFAULTS;
	struct station s;

	/* Room for three sets of one plain record. */
	settings.held_bytes = 3 * 13;
	station_open(&s, &settings);
	station_establish(&s, 0xc0000201, 1);
	for (uint16_t i = 0; i < 3; i++)
		station_send_flow(&s, DIALECT_NETFLOW9, 9 + i, 300, 1);
	station_later(&s, 20 * WALL_MINUTE);
	station_send_template(&s, DIALECT_NETFLOW9, 12, 256);
	station_establish(&s, 0xc0000202, 1);
	station_send_flow(&s, DIALECT_NETFLOW9, 9, 300, 1);
	assert_int_equal(export_counts(s.export_)->held, 3);
	station_later(&s, 11 * WALL_MINUTE);
	station_send_flow(&s, DIALECT_NETFLOW9, 10, 300, 1);
	assert_int_equal(export_counts(s.export_)->held, 4);
	assert_int_equal(export_counts(s.export_)->held_lost, 4);
	assert_int_equal(export_counts(s.export_)->sessions_ended, 0);
	station_send_template(&s, DIALECT_NETFLOW9, 11, 300);
	assert_int_equal(export_counts(s.export_)->released, 1);
	station_close(&s);
}

/* A message of an exporter that has been up for so long now. */
static void
station_send_uptime(struct station *s, uint32_t number, uint32_t uptime_ms)
{
	struct datagram d;

	datagram_begin(&d, DIALECT_NETFLOW9, number, 7);
	datagram_set_uptime(&d, uptime_ms, (uint32_t)(s->from.received.us / WALL_SECOND));
	datagram_set_begin(&d, 256);
	datagram_plain(&d, 1, 25, 6);
	datagram_set_end(&d);
	station_send(s, &d);
}

static void
an_exporter_that_crashed_often_is_one_again_after_an_hour(void **state)
{
	struct station s;
	uint32_t number = 1;

	station_open_default(&s);
	station_send_template(&s, DIALECT_NETFLOW9, 0, 256);
	station_later(&s, WALL_HOUR);
	for (int i = 0; i < 6; i++) {
		station_later(&s, 10 * WALL_SECOND);
		station_send_uptime(&s, number++, 9000 - (uint32_t)i * 1000);
	}
	assert_int_equal(export_counts(s.export_)->restarts, 3);
	for (uint32_t i = 1; i <= 65; i++) {
		station_later(&s, WALL_MINUTE);
		station_send_uptime(&s, number++, 4000 + i * 60000);
	}
	assert_int_equal(export_counts(s.export_)->restarts, 3);
	assert_int_equal(station_counts(&s)->lost_records, 0);
	/* Its losses can be told again, and its restarts. */
	number += 5;
	station_send_uptime(&s, number++, 5000 + 65 * 60000);
	assert_int_equal(station_counts(&s)->lost_records, 5);
	station_later(&s, WALL_MINUTE);
	station_send_uptime(&s, number, 2000);
	assert_int_equal(export_counts(s.export_)->restarts, 4);
	station_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(data_before_its_template_waits_for_it),
		cmocka_unit_test(only_so_much_data_waits),
		cmocka_unit_test(an_expired_template_is_not_used),
		cmocka_unit_test(a_new_source_port_is_a_new_session_of_ipfix_but_not_of_v9),
		cmocka_unit_test(domains_and_exporters_have_their_own_templates),
		cmocka_unit_test(a_restarted_exporter_lost_nothing_but_its_templates),
		cmocka_unit_test(the_end_of_uptime_after_49_days_is_no_restart),
		cmocka_unit_test(several_exporters_behind_one_address_are_told_about),
		cmocka_unit_test(a_gap_is_counted_and_marks_what_follows),
		cmocka_unit_test(a_set_without_template_makes_no_loss),
		cmocka_unit_test(a_datagram_that_comes_twice_counts_once),
		cmocka_unit_test(datagrams_of_an_exporter_that_does_not_count_are_no_duplicates),
		cmocka_unit_test(forged_sessions_do_not_drive_out_a_real_one),
		cmocka_unit_test(established_sessions_make_room_only_after_long_silence),
		cmocka_unit_test(data_of_strangers_that_waits_gives_way_to_other_data),
		cmocka_unit_test(templates_have_a_ceiling),
		cmocka_unit_test(what_is_older_than_a_templates_life_gives_way_to_a_new_template),
		cmocka_unit_test(
			data_that_waited_longer_than_a_template_lives_gives_way_to_other_data),
		cmocka_unit_test(an_exporter_that_crashed_often_is_one_again_after_an_hour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
