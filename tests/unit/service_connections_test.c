/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/sockets.h"
#include "service/connections.h"
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define NOW (INT64_C(20000) * WALL_DAY)

/* An IPFIX message with a template (RFC 7011 s3.1, s3.4.1). */
static const uint8_t template[] = {
	0, 10, 0, 28, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7, 0, 2, 0, 12, 1, 0, 0, 1, 0, 7, 0, 2};

struct house {
	struct intake *intake;
	struct export *export_;
	struct connections_in *in;
	int listener;
	struct sockaddr_in at;
	uint64_t bytes;
};

static void
begin(struct house *house, const struct export_settings *settings)
{
	struct address loopback = address_from_v4(0x7f000001);
	struct intake_settings intake = INTAKE_DEFAULTS;
	struct fail fail = {0};

	*house = (struct house){.at = {.sin_family = AF_INET, .sin_addr = {htonl(0x7f000001)}}};
	house->intake = intake_new(&intake);
	house->export_ = export_new(settings, house->intake);
	house->in = connections_in_new(house->export_);
	house->listener = sockets_open_tcp(&loopback, 0, 128, &fail);
	assert_true(house->listener >= 0);
	house->at.sin_port = htons((uint16_t)sockets_port(house->listener));
}

static void
end(struct house *house)
{
	connections_in_free(house->in);
	export_free(house->export_);
	intake_free(house->intake);
	close(house->listener);
}

/* From another address of the loopback. */
static int
call_from(struct house *house, uint32_t address, int64_t us)
{
	struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr = {htonl(address)}};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&own, sizeof(own)), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&house->at, sizeof(house->at)), 0);
	assert_int_equal(
		connections_in_accept(house->in, house->listener, (struct wall){NOW + us}), 0);
	return fd;
}

static int
call(struct house *house)
{
	return call_from(house, 0x7f000001, 0);
}

static void
say(int fd)
{
	assert_int_equal(send(fd, template, sizeof(template), 0), sizeof(template));
}

/* Polls once, and reads. Returns how many connections there are afterwards. */
static size_t
serve(struct house *house, int64_t us)
{
	struct pollfd polled[CONNECTIONS];
	size_t count = connections_in_poll(house->in, polled);

	assert_true(poll(polled, count, 1000) >= 0);
	(void)connections_in_read(house->in, polled, count, (struct wall){NOW + us}, &house->bytes);
	return connections_in_poll(house->in, polled);
}

static void
without_descriptors_connections_wait_and_are_taken_later(void **state)
{
	struct export_settings settings = EXPORT_DEFAULTS;
	struct rlimit before, none;
	struct house house;
	int fd;

	begin(&house, &settings);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&house.at, sizeof(house.at)), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(
		connections_in_accept(house.in, house.listener, (struct wall){NOW}), -EMFILE);
	assert_int_equal(connections_in_refused(house.in), 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(connections_in_accept(house.in, house.listener, (struct wall){NOW}), 0);
	assert_int_equal(send(fd, template, sizeof(template), 0), sizeof(template));
	assert_int_equal(serve(&house, 0), 1);
	assert_int_equal(export_counts(house.export_)->templates, 1);
	close(fd);
	end(&house);
}

static void
reads_messages_in_whatever_portions_they_come(void **state)
{
	struct export_settings settings = EXPORT_DEFAULTS;
	struct house house;
	int fd;

	begin(&house, &settings);
	fd = call(&house);
	for (size_t i = 0; i < sizeof(template); i++) {
		assert_int_equal(send(fd, template + i, 1, 0), 1);
		assert_int_equal(serve(&house, 0), 1);
	}
	assert_int_equal(house.bytes, sizeof(template));
	assert_int_equal(export_counts(house.export_)->templates, 1);
	close(fd);
	assert_int_equal(serve(&house, 0), 0);
	end(&house);
}

static void
one_that_sends_garbage_is_closed_and_others_go_on(void **state)
{
	struct export_settings settings = EXPORT_DEFAULTS;
	struct house house;
	int good, bad;
	char byte;

	begin(&house, &settings);
	good = call(&house);
	bad = call(&house);
	assert_int_equal(send(bad, "GET / HTTP/1.1\r\n\r\n", 18, 0), 18);
	assert_int_equal(serve(&house, 0), 1);
	assert_true(recv(bad, &byte, 1, 0) <= 0);
	assert_int_equal(send(good, template, sizeof(template), 0), sizeof(template));
	assert_int_equal(serve(&house, 0), 1);
	assert_int_equal(export_counts(house.export_)->templates, 1);
	close(good);
	close(bad);
	end(&house);
}

static void
an_address_has_no_more_than_its_share(void **state)
{
	struct export_settings settings = EXPORT_DEFAULTS;
	int fd[CONNECTIONS_PEER + 5];
	struct pollfd polled[CONNECTIONS];
	struct house house;

	begin(&house, &settings);
	for (size_t i = 0; i < CONNECTIONS_PEER + 5; i++)
		fd[i] = call(&house);
	assert_int_equal(connections_in_poll(house.in, polled), CONNECTIONS_PEER);
	assert_int_equal(connections_in_refused(house.in), 5);
	for (size_t i = 0; i < CONNECTIONS_PEER + 5; i++)
		close(fd[i]);
	end(&house);
}

static void
however_many_are_turned_away_others_have_their_turn(void **state)
{
	struct export_settings settings = EXPORT_DEFAULTS;
	int fd[CONNECTIONS_TURN + 20];
	struct house house;

	begin(&house, &settings);
	for (size_t i = 0; i < CONNECTIONS_TURN + 20; i++) {
		fd[i] = socket(AF_INET, SOCK_STREAM, 0);
		assert_int_equal(connect(fd[i], (struct sockaddr *)&house.at, sizeof(house.at)), 0);
	}
	assert_int_equal(connections_in_accept(house.in, house.listener, (struct wall){NOW}), 0);
	assert_int_equal(connections_in_refused(house.in), CONNECTIONS_TURN - CONNECTIONS_PEER);
	assert_int_equal(connections_in_accept(house.in, house.listener, (struct wall){NOW}), 0);
	assert_int_equal(
		connections_in_refused(house.in), CONNECTIONS_TURN + 20 - CONNECTIONS_PEER);
	for (size_t i = 0; i < CONNECTIONS_TURN + 20; i++)
		close(fd[i]);
	end(&house);
}

static void
who_is_not_allowed_is_not_taken(void **state)
{
	struct export_settings settings = EXPORT_DEFAULTS;
	struct prefix elsewhere;
	struct pollfd polled[CONNECTIONS];
	struct house house;
	int fd;

	assert_int_equal(prefix_parse(TEXT("192.0.2.0/24"), &elsewhere), 0);
	settings.allowed = &elsewhere;
	settings.allowed_count = 1;
	begin(&house, &settings);
	fd = call(&house);
	assert_int_equal(connections_in_poll(house.in, polled), 0);
	assert_int_equal(connections_in_refused(house.in), 1);
	close(fd);
	end(&house);
}

/* Reads what came, and looks at all after so long. Returns how many are left. */
static size_t
serve_after(struct house *house, int64_t us)
{
	struct pollfd polled[CONNECTIONS];
	size_t count = connections_in_poll(house->in, polled);

	assert_true(poll(polled, count, 0) >= 0);
	(void)connections_in_read(house->in, polled, count, (struct wall){NOW + us}, &house->bytes);
	return connections_in_poll(house->in, polled);
}

static void
who_is_silent_for_long_is_let_go(void **state)
{
	struct export_settings settings = EXPORT_DEFAULTS;
	struct house house;
	int fd;

	begin(&house, &settings);
	fd = call(&house);
	say(fd);
	assert_int_equal(serve(&house, 0), 1);
	assert_int_equal(serve_after(&house, 29 * WALL_MINUTE), 1);
	assert_int_equal(serve_after(&house, 31 * WALL_MINUTE), 0);
	close(fd);
	end(&house);
}

static void
who_sends_no_whole_message_for_a_minute_is_let_go(void **state)
{
	/* A message whose set is longer than itself. */
	static const uint8_t bad[] = {
		0, 10, 0, 20, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7, 1, 0, 0, 99};
	struct export_settings settings = EXPORT_DEFAULTS;
	struct house house;
	int mute, slow, wrong;

	begin(&house, &settings);
	mute = call(&house);
	slow = call(&house);
	wrong = call(&house);
	assert_int_equal(send(slow, template, 9, 0), 9);
	assert_int_equal(send(wrong, bad, sizeof(bad), 0), sizeof(bad));
	assert_int_equal(serve_after(&house, 59 * WALL_SECOND), 3);
	assert_int_equal(export_counts(house.export_)->malformed, 1);
	assert_int_equal(send(slow, template + 9, 1, 0), 1);
	assert_int_equal(send(wrong, bad, sizeof(bad), 0), sizeof(bad));
	assert_int_equal(serve_after(&house, 61 * WALL_SECOND), 0);
	close(mute);
	close(slow);
	close(wrong);
	end(&house);
}

static bool
is_closed(int fd)
{
	struct pollfd polled = {.fd = fd, .events = POLLIN};

	return poll(&polled, 1, 0) == 1;
}

/* All places, each address with its share; they connect a millisecond after each other. */
static void
fill(struct house *house, int fd[CONNECTIONS])
{
	for (size_t i = 0; i < CONNECTIONS; i++)
		fd[i] = call_from(
			house, 0x7f000002 + (uint32_t)(i / CONNECTIONS_PEER), (int64_t)i * 1000);
}

static void
close_all(const int *fd, size_t count)
{
	for (size_t i = 0; i < count; i++)
		close(fd[i]);
}

static void
a_few_addresses_that_say_nothing_keep_no_other_out(void **state)
{
	struct export_settings settings = EXPORT_DEFAULTS;
	int fd[CONNECTIONS], other, more;
	struct house house;

	begin(&house, &settings);
	fill(&house, fd);
	say(fd[0]);
	assert_int_equal(serve_after(&house, WALL_SECOND), CONNECTIONS);
	other = call_from(&house, 0x7f000009, WALL_SECOND);
	assert_false(is_closed(other));
	/* The first that has said nothing. */
	assert_false(is_closed(fd[0]));
	assert_true(is_closed(fd[1]));
	assert_int_equal(connections_in_refused(house.in), 1);
	say(other);
	assert_int_equal(serve_after(&house, WALL_SECOND), CONNECTIONS);
	assert_int_equal(export_counts(house.export_)->templates, 2);
	/* Nobody gives way to who has a place. */
	more = call_from(&house, 0x7f000009, WALL_SECOND);
	assert_true(is_closed(more));
	assert_int_equal(connections_in_refused(house.in), 2);
	close(other);
	close(more);
	close_all(fd, CONNECTIONS);
	end(&house);
}

static void
however_much_a_few_addresses_say_an_exporter_with_one_connection_stays(void **state)
{
	struct export_settings settings = EXPORT_DEFAULTS;
	int fd[CONNECTIONS], other[4];
	struct house house;

	begin(&house, &settings);
	other[0] = call_from(&house, 0x7f000009, 0);
	say(other[0]);
	assert_int_equal(serve(&house, 0), 1);
	fill(&house, fd);
	assert_true(is_closed(fd[CONNECTIONS - 1]));
	for (size_t i = 0; i + 1 < CONNECTIONS; i++)
		say(fd[i]);
	assert_int_equal(serve_after(&house, WALL_MINUTE), CONNECTIONS);
	for (uint32_t i = 1; i < 4; i++) {
		other[i] = call_from(&house, 0x7f000009 + i, WALL_MINUTE);
		say(other[i]);
		assert_int_equal(serve_after(&house, WALL_MINUTE), CONNECTIONS);
	}
	for (uint32_t i = 0; i < 4; i++)
		assert_false(is_closed(other[i]));
	close_all(other, 4);
	close_all(fd, CONNECTIONS);
	end(&house);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_descriptors_connections_wait_and_are_taken_later),
		cmocka_unit_test(reads_messages_in_whatever_portions_they_come),
		cmocka_unit_test(one_that_sends_garbage_is_closed_and_others_go_on),
		cmocka_unit_test(an_address_has_no_more_than_its_share),
		cmocka_unit_test(however_many_are_turned_away_others_have_their_turn),
		cmocka_unit_test(who_is_not_allowed_is_not_taken),
		cmocka_unit_test(who_is_silent_for_long_is_let_go),
		cmocka_unit_test(who_sends_no_whole_message_for_a_minute_is_let_go),
		cmocka_unit_test(a_few_addresses_that_say_nothing_keep_no_other_out),
		cmocka_unit_test(
			however_much_a_few_addresses_say_an_exporter_with_one_connection_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
