/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/sockets.h"
#include "service/given.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct address local = {.byte = {[10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1}};

static void
give(struct activation *activation, int descriptor, int family, int type, const char *name)
{
	struct activation_socket *one = &activation->sockets[activation->count++];

	assert_true(descriptor >= 0);
	*one = (struct activation_socket){.descriptor = descriptor, .family = family, .type = type};
	snprintf(one->name, sizeof(one->name), "%s", name);
}

static void
take_back(const struct activation *activation)
{
	for (size_t i = 0; i < activation->count; i++)
		close(activation->sockets[i].descriptor);
}

static void
give_group(struct activation *activation, uint16_t count)
{
	const struct udp_settings settings = {.address = local, .count = count};
	int descriptors[SOCKETS_GROUP];

	assert_int_equal(sockets_open_udp(&settings, descriptors, NULL, NULL), 0);
	for (uint16_t i = 0; i < count; i++)
		give(activation, descriptors[i], AF_INET, SOCK_DGRAM, "export");
}

static void
sockets_on_one_port_are_a_group(void **state)
{
	struct activation activation = {0};
	struct given given;

	give_group(&activation, 3);
	give_group(&activation, 1);
	give(&activation, sockets_open_tcp(&local, 0, 4, NULL), AF_INET, SOCK_STREAM, "export");
	give(&activation, sockets_open_tcp(&local, 0, 4, NULL), AF_INET, SOCK_STREAM, "metrics");
	give(&activation, socket(AF_UNIX, SOCK_STREAM, 0), AF_UNIX, SOCK_STREAM, "export");
	assert_int_equal(given_sort(&given, &activation, 3, NULL), 0);
	assert_int_equal(given.count, 3);
	assert_int_equal(given.place[0].count, 3);
	assert_int_equal(given.place[0].descriptor[2], activation.sockets[2].descriptor);
	assert_true(address_equal(&given.place[0].listen.address, &local));
	assert_int_equal(given.place[1].count, 1);
	assert_int_equal(given.place[2].listen.kind, LISTEN_TCP);
	assert_int_equal(given.metrics, activation.sockets[5].descriptor);
	assert_int_equal(given.control, activation.sockets[6].descriptor);
	take_back(&activation);
}

static void
what_nobody_would_read_is_refused(void **state)
{
	struct activation activation = {0};
	struct given given;
	struct fail fail = {0};

	give_group(&activation, 2);
	assert_int_equal(given_sort(&given, &activation, 1, &fail), -EINVAL);
	assert_non_null(strstr(fail.what, "than there are receivers"));
	take_back(&activation);
	activation.count = 0;
	give(&activation, socket(AF_UNIX, SOCK_DGRAM, 0), AF_UNIX, SOCK_DGRAM, "control");
	assert_int_equal(given_sort(&given, &activation, 1, &fail), -EINVAL);
	take_back(&activation);
}

static void
all_addresses_cover_each(void **state)
{
	struct given_place place = {.listen = {.kind = LISTEN_UDP, .port = 2055}};
	struct listen listen = {.kind = LISTEN_UDP, .port = 2055, .address = local};

	assert_true(given_covers(&place, &listen));
	place.only_v6 = true;
	assert_false(given_covers(&place, &listen));
	place.listen.address = address_from_v4(0);
	assert_true(given_covers(&place, &listen));
	listen.address = (struct address){.byte = {0x20, 1}};
	assert_false(given_covers(&place, &listen));
	listen.address = place.listen.address;
	listen.kind = LISTEN_TCP;
	assert_false(given_covers(&place, &listen));
	listen.kind = LISTEN_UDP;
	listen.port = 4739;
	assert_false(given_covers(&place, &listen));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sockets_on_one_port_are_a_group),
		cmocka_unit_test(what_nobody_would_read_is_refused),
		cmocka_unit_test(all_addresses_cover_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
