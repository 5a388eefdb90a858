/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/channel.h"
#include "runtime/sandbox.h"
#include "service/shutin.h"
#include "unit.h"

#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Each check runs in a child that is shut in as that process is. */
typedef int check(void);

enum { NOT_ENTERED = 200, NO_FILTER };

static const enum counter_owner readers[] = {
	OWNER_RECEIVER, OWNER_JUDGE, OWNER_KEEPER, OWNER_DESK, OWNER_GARDEN, OWNER_PORTAL};

#define READERS (sizeof(readers) / sizeof(*readers))

/* As a receiver has it: bound, and connected to nobody. */
static int udp;
static struct sockaddr_in to = {.sin_family = AF_INET};
static int ends[2];

static int
run(enum counter_owner owner, check *inside)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		struct sandbox_report report;
		const struct sandbox sandbox = {.calls = shutin_calls(owner)};

		if (sandbox_enter(&sandbox, &report, NULL) < 0)
			_exit(NOT_ENTERED);
		if (report.filter != SANDBOX_FILTER_KILLS)
			_exit(NO_FILTER);
		_exit(inside());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NO_FILTER) {
		print_message("seccomp is not in this build or kernel\n");
		skip();
	}
	return status;
}

static int
sends_to(void)
{
	return sendto(udp, "x", 1, 0, (struct sockaddr *)&to, sizeof(to)) != 1;
}

static struct msghdr
message(void)
{
	static char byte;
	static struct iovec piece = {.iov_base = &byte, .iov_len = 1};

	return (struct msghdr){
		.msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = &piece, .msg_iovlen = 1};
}

static int
sends_a_message_to(void)
{
	struct msghdr one = message();

	return sendmsg(udp, &one, 0) != 1;
}

static int
sends_messages_to(void)
{
	struct mmsghdr one = {.msg_hdr = message()};

	return sendmmsg(udp, &one, 1, 0) != 1;
}

static int
connects(void)
{
	return connect(udp, (struct sockaddr *)&to, sizeof(to)) < 0;
}

static void
who_reads_what_others_send_cannot_send_to_an_address(void **state)
{
	static check *const forbidden[] = {
		sends_to, sends_a_message_to, sends_messages_to, connects};

	for (size_t i = 0; i < READERS; i++) {
		for (size_t k = 0; k < sizeof(forbidden) / sizeof(*forbidden); k++) {
			int status = run(readers[i], forbidden[k]);

			assert_true(WIFSIGNALED(status));
			assert_int_equal(WTERMSIG(status), SIGSYS);
		}
	}
}

static int
asks_and_hears(void)
{
	uint16_t type = 0;
	uint8_t body[8];

	if (channel_send(ends[0], 3, "abc", 3) < 0)
		return 1;
	return channel_receive(ends[1], &type, body, sizeof(body)) != 3 || type != 3;
}

static void
everybody_has_his_channels(void **state)
{
	for (size_t i = 0; i < READERS; i++)
		assert_int_equal(run(readers[i], asks_and_hears), 0);
	assert_int_equal(run(OWNER_PARENT, asks_and_hears), 0);
}

static int
open_sockets(void **state)
{
	socklen_t size = sizeof(to);

	udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return udp < 0 || bind(udp, (struct sockaddr *)&to, sizeof(to)) < 0 ||
		getsockname(udp, (struct sockaddr *)&to, &size) < 0 || channel_pair(ends) < 0;
}

static int
close_sockets(void **state)
{
	close(ends[0]);
	close(ends[1]);
	return close(udp);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_reads_what_others_send_cannot_send_to_an_address),
		cmocka_unit_test(everybody_has_his_channels),
	};

	return cmocka_run_group_tests(tests, open_sockets, close_sockets);
}
