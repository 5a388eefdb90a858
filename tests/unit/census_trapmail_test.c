/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/letter/trapmail.h"
#include "unit.h"

#include <stdio.h>

#define TRAP "juniper@trap.agency.example"

static void
add(struct trapmail *mail, const char *address, uint32_t time, uint16_t port, const char *head)
{
	struct trapmail_message message = {.time = time,
		.port = port,
		.from = TEXT("a@spam.example"),
		.to = TEXT(TRAP),
		.head = text_of(head)};

	assert_int_equal(address_parse(text_of(address), &message.address), 0);
	trapmail_add(mail, &message);
}

static void
expect(const struct trapmail *mail, size_t i, const char *address, uint32_t time, uint16_t port,
	const char *head)
{
	const struct trapmail_message message = trapmail_at(mail, i);
	char text[ADDRESS_TEXT];

	assert_string_equal(address_format(&message.address, text), address);
	assert_int_equal(message.time, time);
	assert_int_equal(message.port, port);
	assert_true(text_is(message.from, "a@spam.example"));
	assert_true(text_is(message.to, TRAP));
	assert_true(text_is(message.head, head));
}

static void
the_newest_of_each_address_stays(void **state)
{
	struct trapmail *mail = trapmail_new();

	add(mail, "192.0.2.8", 100, 1, "Subject: a\r\n");
	add(mail, "192.0.2.7", 100, 2, "Subject: b\r\n");
	add(mail, "192.0.2.8", 101, 3, "Subject: longer than the one before\r\n");
	add(mail, "192.0.2.8", 101, 4, "Subject: of the same second\r\n");
	add(mail, "192.0.2.7", 99, 5, "Subject: older\r\n");
	trapmail_sort(mail);
	assert_int_equal(trapmail_count(mail), 2);
	expect(mail, 0, "192.0.2.7", 100, 2, "Subject: b\r\n");
	expect(mail, 1, "192.0.2.8", 101, 3, "Subject: longer than the one before\r\n");
	/* What was sorted can be added to. */
	add(mail, "192.0.2.7", 102, 6, "Subject: c\r\n");
	assert_int_equal(trapmail_count(mail), 2);
	expect(mail, 0, "192.0.2.7", 102, 6, "Subject: c\r\n");
	(void)trapmail_free(mail);
	(void)state;
}

static void
a_network_of_ipv6_is_one_row(void **state)
{
	struct trapmail *mail = trapmail_new();

	add(mail, "2001:db8::7", 100, 1, "Subject: a\n");
	add(mail, "2001:db8::8", 101, 2, "Subject: b\n");
	add(mail, "2001:db8:0:1::8", 99, 3, "Subject: c\n");
	assert_int_equal(trapmail_count(mail), 2);
	expect(mail, 0, "2001:db8::8", 101, 2, "Subject: b\r\n");
	(void)trapmail_free(mail);
	(void)state;
}

static void
what_could_betray_the_trap_is_not_kept(void **state)
{
	struct trapmail *mail = trapmail_new();
	struct trapmail_message message = {.time = 1,
		.address = address_from_v4(7),
		.from = TEXT("not an address"),
		.to = TEXT(TRAP),
		.head = TEXT("Received: for juniper\r\nMessage-ID: <juniper>\r\nsubject: x\r\n\ty"
			     "\r\nTo: juniper\r\n\r\nFrom: juniper\r\n")};

	trapmail_add(mail, &message);
	assert_int_equal(trapmail_count(mail), 1);
	assert_true(text_is(trapmail_at(mail, 0).head, "Subject: x y\r\n"));
	assert_int_equal(trapmail_at(mail, 0).from.length, 0);
	assert_int_equal(trapmail_unfit(mail), 0);
	message.address = address_from_v4(8);
	message.to = TEXT("");
	trapmail_add(mail, &message);
	message.to = TEXT(TRAP);
	message.time = 0;
	trapmail_add(mail, &message);
	message.time = 1;
	message.head = TEXT("Received: x\r\n");
	trapmail_add(mail, &message);
	assert_int_equal(trapmail_count(mail), 1);
	assert_int_equal(trapmail_unfit(mail), 3);
	(void)trapmail_free(mail);
	(void)state;
}

static void
a_head_has_a_ceiling(void **state)
{
	static char head[40 * 1000];
	struct trapmail *mail = trapmail_new();
	size_t length = 0;

	for (int i = 0; i < 40; i++)
		length += (size_t)snprintf(
			head + length, sizeof(head) - length, "Subject: %0500d\n", i);
	add(mail, "192.0.2.7", 1, 0, head);
	/* Of whole lines. */
	assert_int_equal(trapmail_at(mail, 0).head.length, TRAPMAIL_HEAD / 511 * 511);
	(void)trapmail_free(mail);
	(void)state;
}

static void
what_has_no_room_is_counted(void **state)
{
	struct trapmail *mail = trapmail_new(), *all = trapmail_new();
	struct trapmail_message message = {
		.time = 5, .to = TEXT(TRAP), .head = TEXT("Subject: x\r\n")};

	for (uint32_t i = 0; i < TRAPMAIL_MOST + 3; i++) {
		message.address = address_from_v4(i);
		trapmail_add(mail, &message);
	}
	assert_int_equal(trapmail_count(mail), TRAPMAIL_MOST);
	assert_int_equal(trapmail_crowded(mail), 3);
	/* One that is there may still become newer. */
	message.address = address_from_v4(0);
	message.time = 6;
	trapmail_add(mail, &message);
	assert_int_equal(trapmail_crowded(mail), 3);
	assert_int_equal(trapmail_at(mail, 0).time, 6);
	message.address = address_from_v4(UINT32_MAX);
	trapmail_add(all, &message);
	trapmail_join(all, mail, 7);
	assert_int_equal(trapmail_count(all), 1);
	trapmail_join(all, mail, 5);
	assert_int_equal(trapmail_count(all), TRAPMAIL_MOST);
	assert_int_equal(trapmail_crowded(all), 3 + 1 + 3);
	(void)trapmail_free(mail);
	(void)trapmail_free(all);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_newest_of_each_address_stays),
		cmocka_unit_test(a_network_of_ipv6_is_one_row),
		cmocka_unit_test(what_could_betray_the_trap_is_not_kept),
		cmocka_unit_test(a_head_has_a_ceiling),
		cmocka_unit_test(what_has_no_room_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
