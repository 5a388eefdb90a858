/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/sockets.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/lazaret-sockets-XXXXXX";
static char path[64];

static const struct udp_settings local = {
	.address = {.byte = {[10] = 0xff, 0xff, 127, 0, 0, 1}}, .count = 1};

static int
sender_to(int socket_of)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001)};
	int descriptor = socket(AF_INET, SOCK_DGRAM, 0);

	to.sin_port = htons((uint16_t)sockets_port(socket_of));
	assert_int_equal(connect(descriptor, (struct sockaddr *)&to, sizeof(to)), 0);
	return descriptor;
}

static void
a_udp_socket_receives_and_waits_for_nobody(void **state)
{
	int descriptor, sender;
	char got[8];

	assert_int_equal(sockets_open_udp(&local, &descriptor, NULL, NULL), 0);
	assert_int_equal(recv(descriptor, got, sizeof(got), 0), -1);
	assert_int_equal(errno, EAGAIN);
	assert_true(fcntl(descriptor, F_GETFD) & FD_CLOEXEC);
	sender = sender_to(descriptor);
	assert_int_equal(send(sender, "flow", 4, 0), 4);
	assert_int_equal(recv(descriptor, got, sizeof(got), 0), 4);
	close(sender);
	close(descriptor);
}

static void
the_queue_is_as_large_as_it_says(void **state)
{
	struct udp_settings settings = local;
	struct socket_buffer buffer = {0};
	int descriptor, got;
	socklen_t length = sizeof(got);

	settings.buffer = 100000;
	assert_int_equal(sockets_open_udp(&settings, &descriptor, &buffer, NULL), 0);
	assert_int_equal(getsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &got, &length), 0);
	assert_int_equal(buffer.bytes, got / 2);
	assert_int_equal(buffer.is_short, buffer.bytes < 100000);
	close(descriptor);
}

static void
without_privilege_a_queue_that_is_too_large_is_told(void **state)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		struct udp_settings settings = local;
		struct socket_buffer buffer = {0};
		int descriptor;

		if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
			_exit(1);
		settings.buffer = 1U << 30;
		if (sockets_open_udp(&settings, &descriptor, &buffer, NULL) < 0)
			_exit(2);
		/* With CAP_NET_ADMIN it would be all of it. */
		_exit(buffer.bytes < settings.buffer && !buffer.is_short ? 3 : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void
what_the_kernel_drops_is_counted(void **state)
{
	struct udp_settings settings = local;
	int descriptor, sender;
	uint32_t drops = 77;
	char bytes[1000] = {0};

	settings.buffer = 5000;
	assert_int_equal(sockets_open_udp(&settings, &descriptor, NULL, NULL), 0);
	assert_int_equal(sockets_drops(descriptor, &drops), 0);
	assert_int_equal(drops, 0);
	sender = sender_to(descriptor);
	for (int i = 0; i < 100; i++)
		assert_int_equal(send(sender, bytes, sizeof(bytes), 0), sizeof(bytes));
	for (uint32_t taken = 0;; taken++) {
		if (recv(descriptor, bytes, sizeof(bytes), 0) >= 0)
			continue;
		assert_int_equal(sockets_drops(descriptor, &drops), 0);
		assert_int_equal(drops + taken, 100);
		break;
	}
	assert_true(drops > 0);
	close(sender);
	close(descriptor);
}

static void
arrival_is_stamped_where_it_is_asked_for(void **state)
{
	struct udp_settings settings = local;
	char bytes[8], control[128];
	struct iovec piece = {.iov_base = bytes, .iov_len = sizeof(bytes)};
	struct msghdr message = {.msg_iov = &piece,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control)};
	bool stamped = false;
	int descriptor, sender;

	settings.timestamps = 1;
	settings.merge = 1;
	assert_int_equal(sockets_open_udp(&settings, &descriptor, NULL, NULL), 0);
	sender = sender_to(descriptor);
	assert_int_equal(send(sender, "flow", 4, 0), 4);
	assert_int_equal(recvmsg(descriptor, &message, 0), 4);
	for (struct cmsghdr *at = CMSG_FIRSTHDR(&message); at; at = CMSG_NXTHDR(&message, at))
		stamped |= at->cmsg_level == SOL_SOCKET && at->cmsg_type == SCM_TIMESTAMPNS;
	assert_true(stamped);
	close(sender);
	close(descriptor);
}

static void
a_socket_of_the_service_manager_keeps_its_larger_queue(void **state)
{
	struct udp_settings settings = local;
	struct socket_buffer before = {0}, after = {0};
	int descriptor;
	uint32_t drops;

	settings.buffer = 100000;
	assert_int_equal(sockets_open_udp(&settings, &descriptor, &before, NULL), 0);
	settings.buffer = 50000;
	assert_int_equal(sockets_prepare_udp(descriptor, &settings, &after, NULL), 0);
	assert_int_equal(after.bytes, before.bytes);
	assert_false(after.is_short);
	settings.buffer = 120000;
	assert_int_equal(sockets_prepare_udp(descriptor, &settings, &after, NULL), 0);
	assert_true(after.bytes > before.bytes || after.is_short);
	assert_int_equal(sockets_drops(descriptor, &drops), 0);
	close(descriptor);
	assert_true(sockets_prepare_udp(descriptor, &settings, &after, NULL) < 0);
}

static void
a_port_that_is_taken_is_told(void **state)
{
	struct udp_settings settings = local;
	struct fail fail = {0};
	int first, group[4], port;
	char expected[64];

	assert_int_equal(sockets_open_udp(&settings, &first, NULL, NULL), 0);
	port = sockets_port(first);
	settings.port = (uint16_t)port;
	assert_int_equal(sockets_open_udp(&settings, group, NULL, &fail), -EADDRINUSE);
	snprintf(expected, sizeof(expected), "UDP port %d at 127.0.0.1", port);
	assert_string_equal(fail.where, expected);
	assert_true(*fail.hint != '\0');
	settings.count = 4;
	assert_int_equal(sockets_open_udp(&settings, group, NULL, NULL), -EADDRINUSE);
	close(first);
	assert_int_equal(sockets_open_udp(&settings, group, NULL, NULL), 0);
	/* A group is not joined by accident, but on purpose. */
	assert_int_equal(sockets_open_udp(&settings, &first, NULL, NULL), -EADDRINUSE);
	settings.count = 1;
	settings.join = 1;
	assert_int_equal(sockets_open_udp(&settings, &first, NULL, NULL), 0);
	close(first);
	for (int i = 0; i < 4; i++)
		close(group[i]);
}

static void
counts_of_nothing_and_of_too_many_are_refused(void **state)
{
	struct udp_settings settings = local;
	int descriptor;

	settings.count = 0;
	assert_int_equal(sockets_open_udp(&settings, &descriptor, NULL, NULL), -EINVAL);
	settings.count = SOCKETS_GROUP + 1;
	assert_int_equal(sockets_open_udp(&settings, &descriptor, NULL, NULL), -EINVAL);
}

static void
a_group_that_cannot_be_whole_leaves_nothing(void **state)
{
	struct udp_settings settings = local;
	struct rlimit before, one;
	int descriptors[3] = {-1, -1, -1}, next = dup(0);

	/* There is room for the first two. */
	close(next);
	settings.count = 3;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	one = before;
	one.rlim_cur = (rlim_t)next + 2;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &one), 0);
	assert_int_equal(sockets_open_udp(&settings, descriptors, NULL, NULL), -EMFILE);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(descriptors[i], -1);
	assert_int_equal(fcntl(next, F_GETFD), -1);
	assert_int_equal(fcntl(next + 1, F_GETFD), -1);
}

static void
a_low_port_needs_its_capability(void **state)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		struct udp_settings settings = local;
		struct fail fail = {0};
		int descriptor, r;

		if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
			_exit(1);
		settings.port = 79;
		r = sockets_open_udp(&settings, &descriptor, NULL, &fail);
		if (r == 0)
			_exit(0); /* this machine lets everybody */
		_exit(r == -EACCES && strstr(fail.hint, "CAP_NET_BIND_SERVICE") ? 0 : 2);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void
a_tcp_socket_listens(void **state)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001)};
	int descriptor = sockets_open_tcp(&local.address, 0, 8, NULL), client, accepted;
	struct fail fail = {0};

	assert_true(descriptor >= 0);
	to.sin_port = htons((uint16_t)sockets_port(descriptor));
	client = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(client, (struct sockaddr *)&to, sizeof(to)), 0);
	accepted = accept4(descriptor, NULL, NULL, SOCK_CLOEXEC);
	assert_true(accepted >= 0);
	assert_int_equal(
		sockets_open_tcp(&local.address, ntohs(to.sin_port), 8, &fail), -EADDRINUSE);
	assert_int_equal(memcmp(fail.where, "TCP port", 8), 0);
	close(accepted);
	close(client);
	close(descriptor);
}

static int
connected(void)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
	if (connect(descriptor, (struct sockaddr *)&to, sizeof(to)) < 0) {
		close(descriptor);
		return -1;
	}
	return descriptor;
}

static struct unix_settings
control(void)
{
	return (struct unix_settings){.path = path,
		.type = SOCK_STREAM,
		.mode = 0660,
		.user = (uid_t)-1,
		.group = (gid_t)-1,
		.backlog = 8};
}

static void
a_unix_socket_has_its_mode_and_leaves_nothing_beside_it(void **state)
{
	struct unix_settings settings = control();
	int descriptor, client;
	struct stat is;

	descriptor = sockets_open_unix(&settings, NULL);
	assert_true(descriptor >= 0);
	assert_int_equal(stat(path, &is), 0);
	assert_int_equal(is.st_mode & 07777, 0660);
	client = connected();
	assert_true(client >= 0);
	close(client);
	close(descriptor);
	assert_int_equal(unlink(path), 0);
	/* Only its own name was there. */
	assert_int_equal(rmdir(folder), 0);
	assert_int_equal(mkdir(folder, 0700), 0);
}

static void
a_stale_unix_socket_is_replaced_and_a_living_one_is_not(void **state)
{
	struct unix_settings settings = control();
	struct fail fail = {0};
	int first, second;

	first = sockets_open_unix(&settings, NULL);
	assert_true(first >= 0);
	assert_int_equal(sockets_open_unix(&settings, &fail), -EADDRINUSE);
	assert_string_equal(fail.where, path);
	assert_true(*fail.what != '\0' && *fail.hint != '\0');
	settings.type = SOCK_SEQPACKET;
	assert_int_equal(sockets_open_unix(&settings, NULL), -EADDRINUSE);
	settings.type = SOCK_STREAM;
	close(first);
	assert_int_equal(connected(), -1);
	second = sockets_open_unix(&settings, NULL);
	assert_true(second >= 0);
	close(second);
	assert_int_equal(unlink(path), 0);
}

static void
a_living_socket_with_a_full_queue_is_not_replaced(void **state)
{
	struct unix_settings settings = control();
	int clients[64], count = 0, first;

	settings.backlog = 1;
	first = sockets_open_unix(&settings, NULL);
	assert_true(first >= 0);
	while (count < 64) {
		struct sockaddr_un to = {.sun_family = AF_UNIX};

		snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
		clients[count] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
		if (connect(clients[count++], (struct sockaddr *)&to, sizeof(to)) < 0)
			break;
	}
	assert_true(count < 64);
	assert_int_equal(sockets_open_unix(&settings, NULL), -EADDRINUSE);
	while (count > 0)
		close(clients[--count]);
	close(first);
	assert_int_equal(unlink(path), 0);
}

static void
a_file_in_its_place_is_left_alone(void **state)
{
	struct unix_settings settings = control();
	struct fail fail = {0};
	int file = open(path, O_WRONLY | O_CREAT, 0600);

	assert_true(file >= 0);
	close(file);
	assert_int_equal(sockets_open_unix(&settings, &fail), -EEXIST);
	assert_string_equal(fail.what, "is there and is no socket");
	assert_int_equal(unlink(path), 0);
}

static void
a_path_that_is_too_long_or_leads_nowhere_is_told(void **state)
{
	struct unix_settings settings = control();
	struct fail fail = {0};
	char longer[200];

	memset(longer, 'x', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	settings.path = longer;
	assert_int_equal(sockets_open_unix(&settings, NULL), -ENAMETOOLONG);
	settings.path = "/no/such/folder/control";
	assert_int_equal(sockets_open_unix(&settings, &fail), -ENOENT);
	assert_true(*fail.what != '\0');
}

static int
make_folder(void **state)
{
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/control", folder);
	return 0;
}

static int
remove_folder(void **state)
{
	unlink(path);
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_udp_socket_receives_and_waits_for_nobody),
		cmocka_unit_test(the_queue_is_as_large_as_it_says),
		cmocka_unit_test(without_privilege_a_queue_that_is_too_large_is_told),
		cmocka_unit_test(what_the_kernel_drops_is_counted),
		cmocka_unit_test(arrival_is_stamped_where_it_is_asked_for),
		cmocka_unit_test(a_socket_of_the_service_manager_keeps_its_larger_queue),
		cmocka_unit_test(a_port_that_is_taken_is_told),
		cmocka_unit_test(counts_of_nothing_and_of_too_many_are_refused),
		cmocka_unit_test(a_group_that_cannot_be_whole_leaves_nothing),
		cmocka_unit_test(a_low_port_needs_its_capability),
		cmocka_unit_test(a_tcp_socket_listens),
		cmocka_unit_test(a_unix_socket_has_its_mode_and_leaves_nothing_beside_it),
		cmocka_unit_test(a_stale_unix_socket_is_replaced_and_a_living_one_is_not),
		cmocka_unit_test(a_living_socket_with_a_full_queue_is_not_replaced),
		cmocka_unit_test(a_file_in_its_place_is_left_alone),
		cmocka_unit_test(a_path_that_is_too_long_or_leads_nowhere_is_told),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
