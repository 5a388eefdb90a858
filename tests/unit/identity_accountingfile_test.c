/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/accountingfile.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

/* As FreeRADIUS 3.2.1 wrote them. */
static const char detail[] = "Thu Nov 26 17:52:26 2026\n"
			     "\tUser-Name = \"anna@example.net\"\n"
			     "\tNAS-IP-Address = 192.0.2.1\n"
			     "\tNAS-Identifier = \"bng1\"\n"
			     "\tAcct-Session-Id = \"0000002a\"\n"
			     "\tAcct-Multi-Session-Id = \"m7\"\n"
			     "\tAcct-Status-Type = Start\n"
			     "\tCalling-Station-Id = \"02:00:00:00:00:07\"\n"
			     "\tFramed-IP-Address = 198.51.100.7\n"
			     "\tFramed-IPv6-Prefix = 2001:db8:1:200::/64\n"
			     "\tFramed-Interface-Id = 0:0:0:7\n"
			     "\tFramed-IPv6-Address = 2001:db8:1:300::9\n"
			     "\tDelegated-IPv6-Prefix = 2001:db8:2:200::/56\n"
			     "\tEvent-Timestamp = \"Nov 26 2026 17:00:00 UTC\"\n"
			     "\tAcct-Delay-Time = 3\n"
			     "\tCisco-AVPair = \"connect-progress=Call Up\"\n"
			     "\tProxy-State = 0x0102\n"
			     "\tNAS-Port-Id = \"lag-1:10.300\"\n"
			     "\tMessage-Authenticator = 0xd0f14bf29ec5402e026feada06482ff1\n"
			     "\tTimestamp = 1795715546\n"
			     "\n"
			     "Thu Nov 26 17:52:26 2026\n"
			     "\tUser-Name = \"an\\\"na\\\\ \303\251\\nx\"\n"
			     "\tAcct-Session-Id = \"0000002a\"\n"
			     "\tAcct-Status-Type = Interim-Update\n"
			     "\tEvent-Timestamp = \"Nov 26 2026 17:00:00 UTC\"\n"
			     "\tFramed-Interface-Id = 2001:db8:12:7\n"
			     "\tAcct-Input-Octets = 4000000000\n"
			     "\tClass = 0x0102\n"
			     "\tCalled-Station-Id = \"a'b\"\n"
			     "\tTimestamp = 1795715546\n"
			     "\n"
			     "Thu Nov 26 17:52:26 2026\n"
			     "\tAcct-Status-Type = Accounting-On\n"
			     "\tNAS-IPv6-Address = 2001:db8::1\n"
			     "\tAcct-Session-Id = \"00\"\n"
			     "\tTunnel-Client-Endpoint:0 = \"x\"\n"
			     "\tAttr-200 = 0x0405\n"
			     "\tAttr-26.99999.7 = 0x0607\n"
			     "\tTimestamp = 1795715546\n"
			     "\n"
			     "Thu Nov 26 17:52:26 2026\n"
			     "\tAcct-Status-Type = Failed\n"
			     "\tAcct-Session-Id = \"00\"\n"
			     "\tTimestamp = 1795715546\n"
			     "\n";

static struct accountingfile *
file_of(const struct zone *zone)
{
	static struct accountingfile file;
	struct accounting_settings settings = ACCOUNTING_DEFAULTS;

	accountingfile_init(&file, &settings, zone);
	return &file;
}

static const char *
prefix_text(const struct accounting_held *held)
{
	static char text[PREFIX_TEXT];

	return prefix_format(&held->prefix, text);
}

/* One record, whole; true: it is an event. */
static bool
read_one(struct accountingfile *file, const char *text, struct accounting_event *ret)
{
	bool has_event;
	size_t length = strlen(text);

	assert_int_equal(accountingfile_read(file, text_of(text), true, &has_event, ret), length);
	return has_event;
}

static void
what_freeradius_wrote_becomes_the_events_that_it_got(void **state)
{
	struct accountingfile *file = file_of(NULL);
	struct text rest = TEXT(detail);
	struct accounting_event event;
	char text[ADDRESS_TEXT];
	bool has_event;
	size_t length;

	length = accountingfile_read(file, rest, false, &has_event, &event);
	assert_true(has_event);
	assert_int_equal(event.kind, ACCOUNTING_START);
	assert_true(text_is(event.line, "anna@example.net"));
	assert_true(text_is(event.session, "0000002a"));
	assert_true(text_is(event.multi_session, "m7"));
	assert_true(text_is(event.station, "02:00:00:00:00:07"));
	assert_string_equal(address_format(&event.nas, text), "192.0.2.1");
	assert_true(event.is_stamped);
	assert_int_equal(event.time.us, INT64_C(1795712400) * WALL_SECOND);
	assert_int_equal(event.arrived.us, INT64_C(1795715546) * WALL_SECOND);
	assert_int_equal(event.held_count, 4);
	assert_string_equal(prefix_text(&event.held[0]), "198.51.100.7/32");
	assert_string_equal(prefix_text(&event.held[1]), "2001:db8:1:200::/64");
	assert_string_equal(prefix_text(&event.held[2]), "2001:db8:1:300::9/128");
	assert_string_equal(prefix_text(&event.held[3]), "2001:db8:2:200::/56");
	assert_memory_equal(event.interface, "\0\0\0\0\0\0\0\7", 8);
	rest = (struct text){rest.at + length, rest.length - length};
	length = accountingfile_read(file, rest, false, &has_event, &event);
	assert_true(has_event);
	assert_int_equal(event.kind, ACCOUNTING_INTERIM);
	assert_true(text_is(event.line, "an\"na\\ \303\251\nx"));
	assert_memory_equal(event.interface, "\x20\1\r\xb8\0\x12\0\7", 8);
	rest = (struct text){rest.at + length, rest.length - length};
	length = accountingfile_read(file, rest, false, &has_event, &event);
	assert_true(has_event);
	assert_int_equal(event.kind, ACCOUNTING_ON);
	assert_string_equal(address_format(&event.nas, text), "2001:db8::1");
	rest = (struct text){rest.at + length, rest.length - length};
	length = accountingfile_read(file, rest, false, &has_event, &event);
	assert_false(has_event);
	assert_int_equal(length, rest.length);
	assert_int_equal(file->counts.records, 4);
	assert_int_equal(file->counts.events.others, 1);
	assert_int_equal(file->counts.damaged, 0);
	(void)state;
}

static void
a_record_that_is_still_being_written_waits(void **state)
{
	struct accountingfile *file = file_of(NULL);
	size_t whole = (size_t)(strstr(detail, "\n\n") - detail) + 2;
	struct accounting_event event;
	bool has_event;

	for (size_t i = 0; i < whole; i++) {
		assert_int_equal(accountingfile_read(
					 file, (struct text){detail, i}, false, &has_event, &event),
			0);
		assert_false(has_event);
	}
	assert_int_equal(
		accountingfile_read(file, (struct text){detail, whole}, false, &has_event, &event),
		whole);
	assert_true(has_event);
	assert_int_equal(file->counts.records, 1);
	(void)state;
}

/* Wherever the last record is cut off, no half value becomes an event. */
static void
a_record_that_was_cut_off_is_no_event(void **state)
{
	struct accountingfile *file = file_of(NULL);
	size_t whole = (size_t)(strstr(detail, "\n\n") - detail) + 1;
	struct accounting_event event;
	bool has_event;

	for (size_t i = 1; i < whole; i++) {
		assert_int_equal(accountingfile_read(
					 file, (struct text){detail, i}, true, &has_event, &event),
			i);
		assert_false(has_event);
	}
	assert_int_equal(file->counts.damaged, whole - 1);
	assert_int_equal(
		accountingfile_read(file, (struct text){detail, whole}, true, &has_event, &event),
		whole);
	assert_true(has_event);
	(void)state;
}

static void
values_that_are_none_damage_their_record(void **state)
{
	static const char *const wrong[] = {
		"Framed-IP-Address = 198.51.100.256",
		"Framed-IP-Address = 2001:db8::1",
		"NAS-IPv6-Address = 192.0.2.1",
		"Framed-IPv6-Prefix = 192.0.2.0/24",
		"Framed-IPv6-Prefix = 2001:db8::/129",
		"Framed-Interface-Id = 0:0:7",
		"Framed-Interface-Id = 0:0:0:0:7",
		"Framed-Interface-Id = 0:0:0:10000",
		"Acct-Status-Type = Whatever",
		"Acct-Delay-Time = -1",
		"Acct-Delay-Time = 4294967296",
		"Event-Timestamp = \"Nov 31 2026 17:00:00 UTC\"",
		"Event-Timestamp = \"Nov 26 1926 17:00:00 UTC\"",
		"Event-Timestamp = \"yesterday\"",
		"Timestamp = soon",
	};
	struct accountingfile *file = file_of(NULL);
	struct accounting_event event;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		char text[512];

		snprintf(text, sizeof(text),
			"Thu\n\tUser-Name = \"a\"\n\tAcct-Session-Id = \"1\"\n"
			"\tAcct-Status-Type = Stop\n\tTimestamp = 1795715546\n\t%s\n\n",
			wrong[i]);
		assert_false(read_one(file, text, &event));
		assert_int_equal(file->counts.damaged, i + 1);
	}
	/* Neither a date at its begin nor a Timestamp. */
	assert_false(read_one(file, "\tAcct-Status-Type = 2\n\tTimestamp = 1\n\n", &event));
	assert_false(read_one(
		file, "Thu\n\tAcct-Status-Type = 2\n\tAcct-Session-Id = \"1\"\n\n", &event));
	assert_int_equal(file->counts.damaged, sizeof(wrong) / sizeof(*wrong) + 2);
	(void)state;
}

static const char winter[] = "Thu\n\tUser-Name = \"a\"\n\tAcct-Session-Id = \"1\"\n"
			     "\tAcct-Status-Type = Stop\n\tAcct-Delay-Time = 6\n"
			     "\tEvent-Timestamp = \"Nov 26 2026 18:52:20 CET\"\n"
			     "\tTimestamp = 1795715546\n\n";

static void
a_local_time_is_read_by_the_zone_of_the_writer_or_not_at_all(void **state)
{
	static const struct zone_span hour = {{0}, 3600 * WALL_SECOND};
	static const struct zone zone = {&hour, 1};
	struct accountingfile *file = file_of(&zone);
	struct accounting_event event;

	assert_true(read_one(file, winter, &event));
	assert_true(event.is_stamped);
	assert_int_equal(event.time.us, INT64_C(1795715540) * WALL_SECOND);
	assert_int_equal(file->counts.zones, 0);
	file = file_of(NULL);
	assert_true(read_one(file, winter, &event));
	assert_false(event.is_stamped);
	assert_int_equal(event.time.us, INT64_C(1795715540) * WALL_SECOND);
	assert_int_equal(file->counts.zones, 1);
	(void)state;
}

static void
a_record_beyond_the_limit_is_passed_over_and_the_next_is_read(void **state)
{
	struct accountingfile *file = file_of(NULL);
	size_t size = 3 * ACCOUNTINGFILE_RECORD, at = 0;
	char *bytes = malloc(size + sizeof(winter));
	struct accounting_event event;
	int events = 0;

	assert_non_null(bytes);
	memset(bytes, 'x', size);
	memcpy(bytes + size - 2, "\n\n", 2);
	memcpy(bytes + size, winter, sizeof(winter));
	size += sizeof(winter) - 1;
	/* In portions, as a file is read. */
	for (size_t have = 0; at < size;) {
		bool has_event;
		size_t n;

		have = have + 70000 < size ? have + 70000 : size;
		while ((n = accountingfile_read(file, (struct text){bytes + at, have - at},
				have == size, &has_event, &event)) > 0) {
			at += n;
			events += has_event;
		}
	}
	assert_int_equal(events, 1);
	assert_int_equal(file->counts.records, 2);
	assert_int_equal(file->counts.damaged, 1);
	free(bytes);
	(void)state;
}

static void
words_and_numbers_of_the_status_are_the_same(void **state)
{
	static const struct {
		const char *word;
		enum accounting_kind kind;
	} words[] = {{"Alive", ACCOUNTING_INTERIM}, {"3", ACCOUNTING_INTERIM},
		{"1", ACCOUNTING_START}, {"Accounting-Off", ACCOUNTING_OFF}};
	struct accountingfile *file = file_of(NULL);
	struct accounting_event event;

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		char text[256];

		snprintf(text, sizeof(text),
			"Thu\n\tUser-Name = \"a\\101\\t\"\n\tAcct-Session-Id = \"1\"\n"
			"\tPacket-Src-IP-Address = 192.0.2.9\n"
			"\tAcct-Status-Type = %s\n\tTimestamp = 1795715546\n\n",
			words[i].word);
		assert_true(read_one(file, text, &event));
		assert_int_equal(event.kind, words[i].kind);
		assert_true(text_is(event.user, "aA\t"));
		assert_int_equal(event.source.byte[15], 9);
		assert_true(address_equal(&event.source, &event.nas));
	}
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_freeradius_wrote_becomes_the_events_that_it_got),
		cmocka_unit_test(a_record_that_is_still_being_written_waits),
		cmocka_unit_test(a_record_that_was_cut_off_is_no_event),
		cmocka_unit_test(values_that_are_none_damage_their_record),
		cmocka_unit_test(a_local_time_is_read_by_the_zone_of_the_writer_or_not_at_all),
		cmocka_unit_test(a_record_beyond_the_limit_is_passed_over_and_the_next_is_read),
		cmocka_unit_test(words_and_numbers_of_the_status_are_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
