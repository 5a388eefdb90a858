/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/address.h"
#include "runtime/activation.h"
#include "runtime/sockets.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST      8
#define NOT_THERE 99

/* Checks run in a child, whose descriptors from 3 on are what the manager gave: a number tells where one went
 * wrong. */
#define EXPECT(condition)                                                                          \
	do {                                                                                       \
		if (!(condition))                                                                  \
			return __LINE__ & 0x7f;                                                    \
	} while (0)

static const char *names;
static const char *count_text;
static bool other_process;

static void
handed(const int *descriptors, int count, int (*check)(void))
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		char text[16];
		int copies[MOST];

		for (int i = 0; i < count; i++)
			copies[i] = fcntl(descriptors[i], F_DUPFD, 100);
		for (int i = 0; i < count; i++)
			dup2(copies[i], 3 + i);
		snprintf(text, sizeof(text), "%d", (int)getpid() + other_process);
		setenv("LISTEN_PID", text, 1);
		snprintf(text, sizeof(text), "%d", count);
		setenv("LISTEN_FDS", count_text ? count_text : text, 1);
		if (names)
			setenv("LISTEN_FDNAMES", names, 1);
		_exit(check());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static bool
environment_is_clean(void)
{
	return getenv("LISTEN_PID") == NULL && getenv("LISTEN_FDS") == NULL &&
		getenv("LISTEN_FDNAMES") == NULL;
}

static bool
is_socket(const struct activation_socket *socket, int descriptor, const char *name, int type)
{
	return socket->descriptor == descriptor && socket->type == type &&
		strcmp(socket->name, name) == 0;
}

static int
takes_three(void)
{
	struct activation activation;

	EXPECT(activation_take(&activation, NULL) == 3 && activation.count == 3);
	EXPECT(environment_is_clean());
	EXPECT(is_socket(&activation.sockets[0], 3, "netflow", SOCK_DGRAM));
	EXPECT(is_socket(&activation.sockets[1], 4, "ipfix", SOCK_STREAM));
	EXPECT(is_socket(&activation.sockets[2], 5, "netflow", SOCK_DGRAM));
	EXPECT(activation.sockets[0].family == AF_INET);
	for (int i = 3; i < 6; i++) {
		EXPECT((fcntl(i, F_GETFD) & FD_CLOEXEC) != 0);
		EXPECT((fcntl(i, F_GETFL) & O_NONBLOCK) != 0);
	}
	EXPECT(activation_take(&activation, NULL) == 0 && activation.count == 0);
	return 0;
}

static int
udp(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001)};
	int descriptor = socket(AF_INET, SOCK_DGRAM, 0);

	assert_int_equal(bind(descriptor, (struct sockaddr *)&at, sizeof(at)), 0);
	return descriptor;
}

static void
sockets_are_found_by_name_and_type(void **state)
{
	const struct address local = address_from_v4(0x7f000001);
	int given[3] = {udp(), sockets_open_tcp(&local, 0, 4, NULL), udp()};

	names = "netflow:ipfix:netflow";
	handed(given, 3, takes_three);
	names = NULL;
	for (int i = 0; i < 3; i++)
		close(given[i]);
}

static int
takes_unnamed(void)
{
	struct activation activation;

	EXPECT(activation_take(&activation, NULL) == 2);
	EXPECT(is_socket(&activation.sockets[1], 4, "unknown", SOCK_SEQPACKET));
	EXPECT(activation.sockets[1].family == AF_UNIX);
	return 0;
}

static void
sockets_without_names_are_taken_too(void **state)
{
	char path[64];
	const struct unix_settings settings = {.path = path,
		.type = SOCK_SEQPACKET,
		.mode = 0600,
		.user = (uid_t)-1,
		.group = (gid_t)-1,
		.backlog = 4};
	int given[2];

	snprintf(path, sizeof(path), "/tmp/lazaret-activation-%d", (int)getpid());
	given[0] = udp();
	given[1] = sockets_open_unix(&settings, NULL);
	assert_true(given[1] >= 0);
	handed(given, 2, takes_unnamed);
	unlink(path);
	close(given[0]);
	close(given[1]);
}

static int
takes_nothing(void)
{
	struct activation activation;

	EXPECT(activation_take(&activation, NULL) == 0 && activation.count == 0);
	EXPECT(environment_is_clean());
	/* It may be for somebody else: it is left alone. */
	EXPECT(fcntl(3, F_GETFD) >= 0);
	return 0;
}

static void
sockets_for_another_process_are_not_taken(void **state)
{
	int given = udp();

	other_process = true;
	handed(&given, 1, takes_nothing);
	other_process = false;
	close(given);
}

static int refused_error;
static const char *refused_word;

static int
is_refused(void)
{
	struct activation activation;
	struct fail fail = {0};

	EXPECT(activation_take(&activation, &fail) == refused_error && activation.count == 0);
	EXPECT(strstr(fail.what, refused_word) != NULL && *fail.where != '\0');
	EXPECT(environment_is_clean());
	return 0;
}

static void
refuses(int descriptor, int error, const char *word)
{
	int given[2] = {udp(), descriptor};

	assert_true(descriptor >= 0);
	refused_error = error;
	refused_word = word;
	handed(given, 2, is_refused);
	close(given[0]);
	close(given[1]);
}

static void
what_is_no_socket_for_flow_export_or_control_is_refused(void **state)
{
	refuses(open("/dev/null", O_RDONLY), -ENOTSOCK, "no socket");
	refuses(socket(AF_INET, SOCK_STREAM, 0), -EINVAL, "does not listen");
	refuses(socket(AF_NETLINK, SOCK_RAW, 0), -EAFNOSUPPORT, "neither");
}

static void
a_count_that_is_none_is_refused(void **state)
{
	static const char *const counts[] = {"65", "-1", "many", "", "99999999999999999999"};

	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		count_text = counts[i];
		refuses(udp(), -EINVAL, "no number");
	}
	count_text = "4"; /* more than there are */
	refuses(udp(), -ENOTSOCK, "no socket");
	count_text = NULL;
}

/* What systemd-socket-activate starts: 0 if the socket is what it was asked for, and has the datagram. */
static int
activated(void)
{
	struct activation activation;
	struct pollfd wait = {.events = POLLIN};
	char got[8];

	EXPECT(activation_take(&activation, NULL) == 1);
	EXPECT(is_socket(activation.sockets, 3, "export", SOCK_DGRAM));
	EXPECT(activation.sockets[0].family == AF_INET && environment_is_clean());
	wait.fd = activation.sockets[0].descriptor;
	EXPECT(poll(&wait, 1, 10000) == 1);
	EXPECT(recv(wait.fd, got, sizeof(got), 0) == 4 && memcmp(got, "flow", 4) == 0);
	return 0;
}

static char self[] = "/proc/self/exe";

static void
sockets_of_systemd_are_taken(void **state)
{
	char program[512], address[64];
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001)};
	int sender = socket(AF_INET, SOCK_DGRAM, 0), probe = udp(), status = 0;
	ssize_t length = readlink(self, program, sizeof(program) - 1);
	pid_t child, ended = 0;

	assert_true(length > 0);
	program[length] = '\0';
	to.sin_port = htons((uint16_t)sockets_port(probe));
	snprintf(address, sizeof(address), "127.0.0.1:%d", sockets_port(probe));
	close(probe);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		execlp("systemd-socket-activate", "systemd-socket-activate", "-d", "-l", address,
			"--fdname=export", program, "activated", NULL);
		_exit(NOT_THERE);
	}
	assert_int_equal(connect(sender, (struct sockaddr *)&to, sizeof(to)), 0);
	/* Until it listens nothing arrives. */
	while (ended == 0) {
		(void)send(sender, "flow", 4, 0);
		poll(NULL, 0, 20);
		ended = waitpid(child, &status, WNOHANG);
	}
	assert_int_equal(ended, child);
	close(sender);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_THERE) {
		print_message("systemd-socket-activate is not installed\n");
		skip();
	}
	assert_int_equal(status, 0);
}

int
main(int count, char **arguments)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sockets_are_found_by_name_and_type),
		cmocka_unit_test(sockets_without_names_are_taken_too),
		cmocka_unit_test(sockets_for_another_process_are_not_taken),
		cmocka_unit_test(what_is_no_socket_for_flow_export_or_control_is_refused),
		cmocka_unit_test(sockets_of_systemd_are_taken),
		cmocka_unit_test(a_count_that_is_none_is_refused),
	};

	if (count == 2 && strcmp(arguments[1], "activated") == 0)
		return activated();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
