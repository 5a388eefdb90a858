/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/sockets.h"
#include "service/opening.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const struct address local = {.byte = {[10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1}};
static const struct address other = {.byte = {[10] = 0xff, [11] = 0xff, [12] = 127, [15] = 2}};
static const struct address all_of_v4 = {.byte = {[10] = 0xff, [11] = 0xff}};

static struct daemon_settings
settings_of(uint32_t receivers)
{
	return (struct daemon_settings){.estate = {.receivers = receivers, .judges = 1}};
}

static void
listen_at(struct daemon_settings *settings, enum listen_kind kind, struct address address,
	uint16_t port)
{
	settings->listen[settings->listen_count++] =
		(struct listen){.kind = kind, .address = address, .port = port};
}

/* A port that was free just now. */
static uint16_t
free_port(void)
{
	const struct udp_settings settings = {.address = all_of_v4, .count = 1};
	int descriptor, port;

	assert_int_equal(sockets_open_udp(&settings, &descriptor, NULL, NULL), 0);
	port = sockets_port(descriptor);
	assert_true(port > 0);
	close(descriptor);
	return (uint16_t)port;
}

static void
what_stays_keeps_its_sockets(void **state)
{
	struct opening opening = OPENING_NONE;
	struct daemon_settings settings = settings_of(2);
	int before[2];

	listen_at(&settings, LISTEN_UDP, local, free_port());
	assert_int_equal(opening_change(&opening, &settings, NULL, NULL), 0);
	memcpy(before, opening.entry[0].descriptor, sizeof(before));
	listen_at(&settings, LISTEN_TCP, local, 0);
	assert_int_equal(opening_change(&opening, &settings, NULL, NULL), 0);
	assert_int_equal(opening.count, 2);
	assert_memory_equal(opening.entry[0].descriptor, before, sizeof(before));
	settings.listen_count = 0;
	assert_int_equal(opening_change(&opening, &settings, NULL, NULL), 0);
	assert_int_equal(fcntl(before[0], F_GETFD), -1);
	assert_int_equal(fcntl(before[1], F_GETFD), -1);
	opening_close(&opening);
}

static void
the_same_place_twice_is_refused_at_the_start_and_later(void **state)
{
	struct opening opening = OPENING_NONE;
	struct daemon_settings settings = settings_of(1);
	struct fail fail = {0};
	int before;

	listen_at(&settings, LISTEN_UDP, local, free_port());
	assert_int_equal(opening_change(&opening, &settings, NULL, NULL), 0);
	before = opening.entry[0].descriptor[0];
	listen_at(&settings, LISTEN_UDP, local, settings.listen[0].port);
	assert_int_equal(opening_change(&opening, &settings, NULL, &fail), -EEXIST);
	assert_string_equal(fail.where, "receive.listen");
	assert_non_null(strstr(fail.what, "is there twice"));
	assert_int_equal(opening.count, 1);
	assert_int_equal(opening.entry[0].descriptor[0], before);
	assert_true(fcntl(before, F_GETFD) >= 0);
	opening_close(&opening);
	assert_int_equal(opening_change(&opening, &settings, NULL, &fail), -EEXIST);
	opening_close(&opening);
}

static void
two_free_ports_are_two_after_a_reload_too(void **state)
{
	struct opening opening = OPENING_NONE;
	struct daemon_settings settings = settings_of(1);

	listen_at(&settings, LISTEN_UDP, local, 0);
	assert_int_equal(opening_change(&opening, &settings, NULL, NULL), 0);
	listen_at(&settings, LISTEN_UDP, local, 0);
	assert_int_equal(opening_change(&opening, &settings, NULL, NULL), 0);
	assert_int_equal(opening.count, 2);
	assert_int_not_equal(opening.entry[0].descriptor[0], opening.entry[1].descriptor[0]);
	assert_int_not_equal(opening.entry[0].port, opening.entry[1].port);
	opening_close(&opening);
}

/* One that nobody takes from in time is short for everybody. */
static void
as_many_exporters_wait_as_the_system_lets(void **state)
{
	struct opening opening = OPENING_NONE;
	struct daemon_settings settings = settings_of(1);
	struct tcp_info info = {0};
	socklen_t size = sizeof(info);
	FILE *file = fopen("/proc/sys/net/core/somaxconn", "re");
	char line[32] = "";
	struct text rest = {.at = line};
	uint64_t most = 0;

	assert_non_null(file);
	assert_non_null(fgets(line, sizeof(line), file));
	fclose(file);
	rest.length = strlen(line);
	assert_int_equal(text_parse_u64(text_cut(&rest, '\n'), UINT32_MAX, &most), 0);
	listen_at(&settings, LISTEN_TCP, local, 0);
	assert_int_equal(opening_change(&opening, &settings, NULL, NULL), 0);
	/* Of a socket that listens this is how many may wait. */
	assert_int_equal(
		getsockopt(opening.entry[0].descriptor[0], IPPROTO_TCP, TCP_INFO, &info, &size), 0);
	assert_int_equal(info.tcpi_sacked, most < SOMAXCONN ? most : SOMAXCONN);
	opening_close(&opening);
}

static void
a_port_that_we_have_ourselves_is_not_another_processs(void **state)
{
	struct opening opening = OPENING_NONE;
	struct daemon_settings settings = settings_of(1);
	struct fail fail = {0};
	char expected[96];

	listen_at(&settings, LISTEN_UDP, local, free_port());
	assert_int_equal(opening_change(&opening, &settings, NULL, NULL), 0);
	snprintf(expected, sizeof(expected), "this daemon itself has udp:127.0.0.1:%u",
		settings.listen[0].port);
	settings.listen[0].address = all_of_v4;
	assert_int_equal(opening_change(&opening, &settings, NULL, &fail), -EADDRINUSE);
	assert_non_null(strstr(fail.what, expected));
	assert_null(strstr(fail.hint, "another process"));
	assert_int_equal(opening.count, 1);
	opening_close(&opening);
}

static void
a_change_that_fails_leaves_no_socket_file(void **state)
{
	struct opening opening = OPENING_NONE;
	struct daemon_settings settings = settings_of(1);
	char folder[] = "/tmp/lazaret-opening-XXXXXX", first[64];
	int taken;

	assert_non_null(mkdtemp(folder));
	snprintf(first, sizeof(first), "%s/first", folder);
	snprintf(settings.control, sizeof(settings.control), "%s", first);
	assert_int_equal(opening_change(&opening, &settings, NULL, NULL), 0);
	assert_int_equal(access(first, F_OK), 0);
	/* The metrics' port, which is opened after the control socket, is somebody else's. */
	taken = sockets_open_tcp(&other, 0, 1, NULL);
	assert_true(taken >= 0);
	settings.metrics = (struct listen){
		.kind = LISTEN_TCP, .address = other, .port = (uint16_t)sockets_port(taken)};
	snprintf(settings.control, sizeof(settings.control), "%s/second", folder);
	assert_int_equal(opening_change(&opening, &settings, NULL, NULL), -EADDRINUSE);
	assert_int_equal(access(settings.control, F_OK), -1);
	assert_int_equal(access(first, F_OK), 0);
	assert_string_equal(opening.control_path, first);
	close(taken);
	assert_int_equal(opening_change(&opening, &settings, NULL, NULL), 0);
	assert_int_equal(access(settings.control, F_OK), 0);
	assert_int_equal(access(first, F_OK), -1);
	opening_close(&opening);
	assert_int_equal(access(settings.control, F_OK), -1);
	assert_int_equal(rmdir(folder), 0);
}

/* Does somebody answer there? */
static bool
is_served(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), r;

	snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	r = connect(client, (struct sockaddr *)&at, sizeof(at));
	close(client);
	return r == 0;
}

/* With a control socket in a new folder. */
static void
begin_control(struct opening *opening, struct daemon_settings *settings, char folder[64])
{
	snprintf(folder, 64, "/tmp/lazaret-opening-XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(settings->control, sizeof(settings->control), "%s/control", folder);
	assert_int_equal(opening_change(opening, settings, NULL, NULL), 0);
}

static void
a_control_socket_that_was_removed_is_made_again_by_a_change(void **state)
{
	struct opening opening = OPENING_NONE;
	struct daemon_settings settings = settings_of(1);
	char folder[64];
	int before;

	begin_control(&opening, &settings, folder);
	before = opening.control;
	assert_int_equal(opening_change(&opening, &settings, NULL, NULL), 0);
	assert_int_equal(opening.control, before);
	assert_int_equal(unlink(settings.control), 0);
	assert_int_equal(opening_change(&opening, &settings, NULL, NULL), 0);
	assert_true(is_served(settings.control));
	before = opening.control;
	assert_int_equal(opening_change(&opening, &settings, NULL, NULL), 0);
	assert_int_equal(opening.control, before);
	opening_close(&opening);
	assert_int_equal(rmdir(folder), 0);
}

static void
a_control_socket_of_somebody_else_is_told_and_never_removed(void **state)
{
	struct opening opening = OPENING_NONE;
	struct daemon_settings settings = settings_of(1);
	struct unix_settings theirs = {.type = SOCK_STREAM,
		.mode = 0600,
		.user = (uid_t)-1,
		.group = (gid_t)-1,
		.backlog = 8};
	struct fail fail = {0};
	char folder[64], path[DAEMON_PATH];
	int other_one;

	begin_control(&opening, &settings, folder);
	memcpy(path, settings.control, sizeof(path));
	assert_int_equal(unlink(path), 0);
	theirs.path = path;
	other_one = sockets_open_unix(&theirs, NULL);
	assert_true(other_one >= 0);
	assert_int_equal(opening_change(&opening, &settings, NULL, &fail), -EADDRINUSE);
	assert_non_null(strstr(fail.what, "somebody answers there already"));
	snprintf(settings.control, sizeof(settings.control), "%s/second", folder);
	assert_int_equal(opening_change(&opening, &settings, NULL, NULL), 0);
	assert_true(is_served(settings.control));
	assert_true(is_served(path));
	assert_int_equal(rename(path, settings.control), 0);
	opening_close(&opening);
	assert_true(is_served(settings.control));
	close(other_one);
	assert_int_equal(unlink(settings.control), 0);
	assert_int_equal(rmdir(folder), 0);
}

static void
a_control_socket_whose_folder_is_gone_is_told_with_what_to_do(void **state)
{
	struct opening opening = OPENING_NONE;
	struct daemon_settings settings = settings_of(1);
	struct fail fail = {0};
	char folder[64];

	begin_control(&opening, &settings, folder);
	/* Only the last folder of a path is made. */
	snprintf(settings.control, sizeof(settings.control), "%s/gone/too/control", folder);
	assert_int_equal(opening_change(&opening, &settings, NULL, &fail), -ENOENT);
	assert_non_null(strstr(fail.hint, "restart the daemon"));
	opening_close(&opening);
	assert_int_equal(rmdir(folder), 0);
}

/* More than the smallest buffer takes; what was dropped of it. */
static uint32_t
overfill(int descriptor, uint16_t port)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
	int out = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	static const char bytes[1000];
	uint32_t drops = 0;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (int i = 0; i < 200; i++)
		assert_int_equal(
			sendto(out, bytes, sizeof(bytes), 0, (struct sockaddr *)&to, sizeof(to)),
			sizeof(bytes));
	close(out);
	assert_int_equal(sockets_drops(descriptor, &drops), 0);
	assert_true(drops > 0);
	return drops;
}

static void
what_a_socket_had_dropped_is_known_when_it_is_closed(void **state)
{
	struct opening opening = OPENING_NONE;
	struct daemon_settings settings = settings_of(1);
	struct receiver_sockets sockets;
	uint32_t first, second;

	settings.receive.buffer_bytes = 4096;
	listen_at(&settings, LISTEN_UDP, local, 0);
	listen_at(&settings, LISTEN_UDP, local, free_port());
	assert_int_equal(opening_change(&opening, &settings, NULL, NULL), 0);
	first = overfill(opening.entry[0].descriptor[0], opening.entry[0].port);
	second = overfill(opening.entry[1].descriptor[0], opening.entry[1].port);
	opening_of(&opening, 0, &sockets);
	assert_int_equal(sockets.dropped, 0);
	settings.listen_count = 1;
	assert_int_equal(opening_change(&opening, &settings, NULL, NULL), 0);
	opening_of(&opening, 0, &sockets);
	assert_int_equal(sockets.dropped, second);
	/* It adds up. */
	settings.listen_count = 0;
	assert_int_equal(opening_change(&opening, &settings, NULL, NULL), 0);
	opening_of(&opening, 0, &sockets);
	assert_int_equal(sockets.dropped, first + second);
	opening_close(&opening);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_stays_keeps_its_sockets),
		cmocka_unit_test(the_same_place_twice_is_refused_at_the_start_and_later),
		cmocka_unit_test(two_free_ports_are_two_after_a_reload_too),
		cmocka_unit_test(as_many_exporters_wait_as_the_system_lets),
		cmocka_unit_test(a_port_that_we_have_ourselves_is_not_another_processs),
		cmocka_unit_test(a_change_that_fails_leaves_no_socket_file),
		cmocka_unit_test(a_control_socket_that_was_removed_is_made_again_by_a_change),
		cmocka_unit_test(a_control_socket_of_somebody_else_is_told_and_never_removed),
		cmocka_unit_test(a_control_socket_whose_folder_is_gone_is_told_with_what_to_do),
		cmocka_unit_test(what_a_socket_had_dropped_is_known_when_it_is_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
