/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/gateclient.h"

#include "runtime/gaterules.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAP_MS 5

/* Out of the way of those that the gate is started with; dup2 of a descriptor to itself would leave it closed on
 * exec, too. */
static int
put_aside(int descriptor)
{
	return fcntl(descriptor, F_DUPFD_CLOEXEC, GATE_RULES_MEMORY + 1);
}

static _Noreturn void
become_gate(int descriptor, const char *program, bool with_bpf,
	const struct gateclient_contain *contain)
{
	char bpf[] = "--bpf", contains[] = "--contain", name[] = "lazaret-gate";
	char *arguments[4] = {name}, *const environment[] = {NULL};
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC), last = GATE_SOCKET, count = 1;
	int own = put_aside(descriptor), orders = contain != NULL ? put_aside(contain->orders) : -1;
	int rules = contain != NULL ? put_aside(contain->rules) : -1;

	if (nothing < 0 || own < 0 || dup2(nothing, 0) < 0 || dup2(nothing, 1) < 0 ||
		dup2(own, GATE_SOCKET) < 0)
		_exit(126);
	if (with_bpf)
		arguments[count++] = bpf;
	if (contain != NULL) {
		arguments[count++] = contains;
		last = GATE_RULES_MEMORY;
		if (dup2(orders, GATE_ORDERS_SOCKET) < 0 || dup2(rules, GATE_RULES_MEMORY) < 0)
			_exit(126);
	}
	if (close_range((unsigned)last + 1, ~0U, 0) < 0)
		_exit(126);
	execve(program, arguments, environment);
	_exit(127);
}

int
gateclient_start(struct gateclient *ret, const char *program, bool with_bpf,
	const struct gateclient_contain *contain, struct fail *fail)
{
	const struct timeval wait = {.tv_sec = GATECLIENT_WAIT};
	int pair[2], r = 0;
	pid_t process;

	*ret = (struct gateclient){.descriptor = -1};
	if (access(program, X_OK) < 0 ||
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
		r = -errno;
		goto failed;
	}
	if (setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) < 0 ||
		setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)) < 0)
		r = -errno;
	process = r < 0 ? -1 : fork();
	if (process == 0)
		become_gate(pair[1], program, with_bpf, contain);
	if (process < 0) {
		r = r < 0 ? r : -errno;
		close(pair[0]);
		close(pair[1]);
		goto failed;
	}
	close(pair[1]);
	*ret = (struct gateclient){.descriptor = pair[0], .process = process};
	return 0;

failed:
	fail_where(fail, "%s", program);
	fail_what(fail, "cannot be started: %s", strerror(-r));
	return r;
}

static void
give_up(struct gateclient *client)
{
	if (client->descriptor >= 0)
		close(client->descriptor);
	client->descriptor = -1;
}

/* True if it is gone within so many milliseconds. */
static bool
is_gone(pid_t process, int ms)
{
	pid_t ended;

	for (; (ended = waitpid(process, NULL, WNOHANG)) == 0 && ms > 0; ms -= NAP_MS)
		(void)poll(NULL, 0, NAP_MS);
	return ended != 0;
}

void
gateclient_stop(struct gateclient *client)
{
	/* It ends when nobody can give orders any more. One that does not may be out of reach, too: it was there before
	 * this process was shut in. */
	give_up(client);
	if (client->process > 0 && !is_gone(client->process, GATECLIENT_END * 1000)) {
		(void)kill(client->process, SIGKILL);
		(void)is_gone(client->process, 1000);
	}
	client->process = 0;
}

/* Takes the descriptors out of a message: how many, all into `into` if there is room for them, else closed. */
static size_t
take_descriptors(struct msghdr *message, int *into, size_t room)
{
	size_t count = 0;

	for (struct cmsghdr *at = CMSG_FIRSTHDR(message); at != NULL;
		at = CMSG_NXTHDR(message, at)) {
		size_t here = (at->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (at->cmsg_level != SOL_SOCKET || at->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < here; i++) {
			int descriptor;

			memcpy(&descriptor, CMSG_DATA(at) + i * sizeof(int), sizeof(int));
			if (count < room)
				into[count++] = descriptor;
			else
				close(descriptor);
		}
	}
	return count;
}

static int
receive(struct gateclient *client, struct gate_answer *answer, int *descriptors, size_t expected)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int) * SOCKETS_GROUP)];
	} control;
	struct iovec piece = {.iov_base = answer, .iov_len = sizeof(*answer)};
	struct msghdr message = {.msg_iov = &piece,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control)};
	ssize_t length;
	size_t count;

	do
		length = recvmsg(client->descriptor, &message, MSG_CMSG_CLOEXEC);
	while (length < 0 && errno == EINTR);
	if (length < 0)
		return -errno;
	count = take_descriptors(&message, descriptors, expected);
	if (length == sizeof(*answer) && (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0 &&
		answer->version == GATE_VERSION && answer->size == sizeof(*answer) &&
		answer->number == client->number && answer->error <= 0 &&
		count == (answer->error == 0 ? expected : 0) && answer->descriptors == count)
		return 0;
	while (count > 0)
		close(descriptors[--count]);
	return length == 0 ? -EPIPE : -EPROTO;
}

/* Sends the order and waits; expected: descriptors that come if it is done. */
static int
ask(struct gateclient *client, struct gate_order *order, int *descriptors, size_t expected,
	struct gate_answer *answer, struct fail *fail)
{
	int r = -EPIPE;

	order->version = GATE_VERSION;
	order->size = sizeof(*order);
	order->number = ++client->number;
	if (client->descriptor >= 0) {
		r = send(client->descriptor, order, sizeof(*order), MSG_NOSIGNAL) < 0 ? -errno : 0;
		if (r == 0)
			r = receive(client, answer, descriptors, expected);
	}
	if (r < 0) {
		give_up(client);
		fail_where(fail, "gate");
		fail_what(fail, "gives no answer: %s", strerror(-r));
		fail_hint(fail, "it says why in the log; restart the daemon");
		return -EPIPE;
	}
	if (answer->error < 0 && fail != NULL) {
		*fail = answer->fail;
		fail->where[sizeof(fail->where) - 1] = '\0';
		fail->what[sizeof(fail->what) - 1] = '\0';
		fail->hint[sizeof(fail->hint) - 1] = '\0';
	}
	return answer->error;
}

/* Every byte, since the gate takes none that means nothing: an initialiser need not clear what a union has beyond
 * it. */
static void
order_begin(struct gate_order *order, enum gate_order_kind kind)
{
	memset(order, 0, sizeof(*order));
	order->kind = (uint16_t)kind;
}

int
gateclient_udp(struct gateclient *client, const struct udp_settings *settings, int *descriptors,
	struct socket_buffer *ret, struct fail *fail)
{
	struct gate_order order;
	struct gate_answer answer;
	int r;

	if (settings->count == 0 || settings->count > SOCKETS_GROUP)
		return -EINVAL;
	/* What is malformed would end the gate. */
	order_begin(&order, GATE_UDP);
	order.udp = *settings;
	order.udp.timestamps = settings->timestamps != 0;
	order.udp.merge = settings->merge != 0;
	order.udp.join = settings->join != 0;
	order.udp.zero = 0;
	r = ask(client, &order, descriptors, settings->count, &answer, fail);
	if (r == 0 && ret != NULL)
		*ret = answer.buffer;
	return r;
}

int
gateclient_packets(
	struct gateclient *client, struct packetring_settings *settings, struct fail *fail)
{
	struct gate_order order;
	struct gate_answer answer;
	int descriptor = -1, r = packetring_check(settings, fail);

	if (r < 0)
		return r;
	order_begin(&order, GATE_PACKETS);
	order.packets = *settings;
	r = ask(client, &order, &descriptor, 1, &answer, fail);
	return r < 0 ? r : descriptor;
}

int
gateclient_transparent(struct gateclient *client, uint16_t port, struct fail *fail)
{
	struct gate_order order;
	struct gate_answer answer;
	int descriptor = -1, r;

	if (port == 0)
		return -EINVAL;
	order_begin(&order, GATE_TRANSPARENT);
	order.transparent.port = port;
	r = ask(client, &order, &descriptor, 1, &answer, fail);
	return r < 0 ? r : descriptor;
}

int
gateclient_filter(struct gateclient *client, struct gate_filter *settings, int *descriptors,
	struct fail *fail)
{
	size_t expected = GATE_FILTER_RINGS + settings->rings + settings->interfaces;
	struct gate_answer answer;
	struct gate_order order;
	int r;

	order_begin(&order, GATE_FILTER);
	order.filter = *settings;
	r = ask(client, &order, descriptors, expected, &answer, fail);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < settings->interfaces; i++)
		settings->interface[i].mode = answer.mode[i] < GATE_MODE_COUNT ? answer.mode[i] : 0;
	return (int)expected;
}

int
gateclient_rules(struct gateclient *client, struct fail *fail)
{
	struct gate_answer answer;
	struct gate_order order;

	order_begin(&order, GATE_RULES);
	return ask(client, &order, NULL, 0, &answer, fail);
}
