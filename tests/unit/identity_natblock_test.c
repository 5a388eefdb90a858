/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/natblock.h"
#include "unit.h"

#include <errno.h>
#include <stdlib.h>

#define NOW INT64_C(1700000000)

static struct address
address_of(const char *text)
{
	struct address address;

	assert_int_equal(address_parse(text_of(text), &address), 0);
	return address;
}

static struct wall
wall(int64_t at)
{
	return (struct wall){at * WALL_SECOND};
}

static void
events_of_rfc_8158_become_blocks(void **state)
{
	struct address inside = address_of("100.64.0.7"), outside = address_of("203.0.113.1");
	struct address v6 = address_of("2001:db8::1");
	struct natblock block;

	assert_int_equal(
		natblock_from_event(16, &inside, &outside, 1024, 2047, 0, wall(NOW), &block), 0);
	assert_true(block.is_given && block.outside.low == 1024 && block.outside.high == 2047);
	assert_int_equal(
		natblock_from_event(17, &inside, &outside, 1024, 0, 64, wall(NOW), &block), 0);
	assert_true(!block.is_given && block.outside.high == 1087);
	assert_int_equal(natblock_from_event(16, &v6, &outside, 65535, 0, 1, wall(NOW), &block), 0);
	assert_int_equal(
		natblock_from_event(4, &inside, &outside, 1, 2, 0, wall(NOW), &block), -EINVAL);
	assert_int_equal(
		natblock_from_event(16, &inside, &v6, 1, 2, 0, wall(NOW), &block), -EINVAL);
	assert_int_equal(
		natblock_from_event(16, &inside, &outside, 3, 2, 0, wall(NOW), &block), -EINVAL);
	assert_int_equal(
		natblock_from_event(16, &inside, &outside, 3, 0, 0, wall(NOW), &block), -EINVAL);
	assert_int_equal(natblock_from_event(16, &inside, &outside, 65535, 0, 2, wall(NOW), &block),
		-EINVAL);
}

static void
lines_of_logs_become_blocks(void **state)
{
	struct natblock block;
	struct fail fail = {0};
	char text[ADDRESS_TEXT];

	assert_int_equal(natblock_line(TEXT("Nov 26 10:00:00 r1 (FPC Slot 1) {set}[jservices-nat]: "
					    "JSERVICES_NAT_PORT_BLOCK_ALLOC: 100.64.0.7 -> "
					    "203.0.113.1:1024-1087 0x51d2d5a3"),
				 &block, &fail),
		1);
	assert_true(block.is_given && block.outside.low == 1024 && block.outside.high == 1087);
	assert_string_equal(address_format(&block.inside, text), "100.64.0.7");
	assert_string_equal(address_format(&block.outside.address, text), "203.0.113.1");
	assert_int_equal(
		natblock_line(TEXT("X_PORT_BLOCK_RELEASE: 2001:db8::7 -> 203.0.113.1:1024-1087"),
			&block, &fail),
		1);
	assert_false(block.is_given);
	assert_int_equal(natblock_line(TEXT("nothing of that"), &block, &fail), 0);
	assert_int_equal(
		natblock_line(TEXT("X_PORT_BLOCK_RELEASE: a -> 203.0.113.1:1-2"), &block, &fail),
		-EBADMSG);
	assert_int_equal(
		natblock_line(TEXT("X_PORT_BLOCK_ALLOC: 10.0.0.1 203.0.113.1:1-2"), &block, &fail),
		-EBADMSG);
	assert_int_equal(natblock_line(TEXT("X_PORT_BLOCK_ALLOC: 10.0.0.1 -> 203.0.113.1:2-1"),
				 &block, &fail),
		-EBADMSG);
	assert_int_equal(natblock_line(TEXT("X_PORT_BLOCK_ALLOC: 10.0.0.1 -> 203.0.113.1:1-65536"),
				 &block, &fail),
		-EBADMSG);
	assert_int_equal(natblock_line(TEXT("X_PORT_BLOCK_ALLOC: "), &block, &fail), -EBADMSG);
	/* What a log may tell of it. */
	assert_int_equal(
		natblock_line(TEXT("a X_PORT_BLOCK_ALLOC: 10.0.0.1 [203.0.113.1]"), &block, &fail),
		-EBADMSG);
	assert_string_equal(
		fail.what, "found 'x.x.x.x [x.x.x.x]', expected INSIDE -> OUTSIDE:LOW-HIGH");
	assert_int_equal(natblock_line((struct text){"a\0b", 3}, &block, &fail), -EBADMSG);
	assert_true(fail.what[0] != '\0');
}

static int
who(const struct leases *leases, uint16_t port, int64_t at)
{
	struct address address = address_of("203.0.113.1");
	struct lease_holder holder;
	int r = leasefind_holder(leases, &address, port, wall(at), &holder);

	return r == 0 ? (int)holder.line.pseudonym : r;
}

static void
a_block_is_of_the_line_that_had_the_inside_address_then(void **state)
{
	struct leases_settings settings = LEASES_DEFAULTS;
	struct natblock block = {.is_given = true,
		.inside = address_of("100.64.0.7"),
		.outside = {.address = address_of("203.0.113.1"),
			.low = 1024,
			.high = 2047,
			.length = 128}};
	struct lease lease = {
		.name = {.address = block.inside, .length = 128}, .line = {.pseudonym = 5}};
	struct leases leases;
	void *memory;

	settings.leases_most = 100;
	settings.key = (struct hash_key){{7, 77, 177, 3, 33, 133, 9, 99, 199, 1, 11, 111}};
	memory = aligned_alloc(64, leases_bytes(&settings));
	memset(memory, 0, leases_bytes(&settings));
	assert_int_equal(leases_make(&leases, &settings, memory, leases_bytes(&settings)), 0);
	leases_tick(&leases, wall(NOW));
	assert_int_equal(leases_start(&leases, &lease, wall(NOW - 9000), wall(NOW + 9000)), 0);
	block.at = wall(NOW - 8000);
	assert_int_equal(natblock_tell(&leases, &block, 86400), 0);
	assert_int_equal(who(&leases, 1500, NOW - 7000), 5);
	assert_int_equal(who(&leases, 3000, NOW - 7000), -ENOTUNIQ);
	block.is_given = false;
	block.at = wall(NOW - 6000);
	assert_int_equal(natblock_tell(&leases, &block, 86400), 0);
	assert_int_equal(who(&leases, 1500, NOW - 6001), 5);
	assert_int_equal(who(&leases, 1500, NOW - 5000), -ENOTUNIQ);
	/* To somebody who is not known: also who had it has it no more. */
	block.is_given = true;
	block.at = wall(NOW - 4000);
	assert_int_equal(natblock_tell(&leases, &block, 86400), 0);
	block.inside = address_of("100.64.0.8");
	block.at = wall(NOW - 3000);
	assert_int_equal(natblock_tell(&leases, &block, 86400), -ENOENT);
	assert_int_equal(who(&leases, 1500, NOW - 3500), 5);
	assert_int_equal(who(&leases, 1500, NOW - 2000), -ENOTUNIQ);
	free(memory);
}

static void
an_entry_of_flow_export_is_a_block_of_one_port_or_many_or_all_of_the_address(void **state)
{
	struct observation entry = {.kind = OBSERVATION_BINDING_OPEN,
		.time = {5 * WALL_SECOND},
		.client = address_from_v4(0x64400001),
		.server = address_from_v4(0xc6336401),
		.client_port = 2048,
		.server_port = 3071};
	struct natblock block;

	assert_int_equal(natblock_from_binding(&entry, &block), 0);
	assert_true(block.is_given);
	assert_int_equal(block.outside.low, 2048);
	assert_int_equal(block.outside.high, 3071);
	assert_int_equal(block.at.us, 5 * WALL_SECOND);
	entry.kind = OBSERVATION_BINDING_CLOSE;
	entry.client_port = 0;
	entry.server_port = UINT16_MAX;
	assert_int_equal(natblock_from_binding(&entry, &block), 0);
	assert_false(block.is_given);
	assert_int_equal(block.outside.high, 0);
	entry.client_port = 7;
	entry.server_port = 6;
	assert_int_equal(natblock_from_binding(&entry, &block), -EINVAL);
	entry.server_port = 8;
	entry.server.byte[0] = 0x20;
	assert_int_equal(natblock_from_binding(&entry, &block), -EINVAL);
	entry.server = entry.client;
	entry.kind = OBSERVATION_MAIL;
	assert_int_equal(natblock_from_binding(&entry, &block), -EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			an_entry_of_flow_export_is_a_block_of_one_port_or_many_or_all_of_the_address),
		cmocka_unit_test(events_of_rfc_8158_become_blocks),
		cmocka_unit_test(lines_of_logs_become_blocks),
		cmocka_unit_test(a_block_is_of_the_line_that_had_the_inside_address_then),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
