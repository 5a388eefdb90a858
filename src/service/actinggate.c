/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/actinggate.h"

#include "runtime/clock.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>

/* Room in the socket is waited for as answers are: -ETIMEDOUT, -EPIPE. */
static int
send_message(struct actinggate *gate, enum orders_kind kind)
{
	size_t size = offsetof(struct orders, element) +
		gate->message.count * sizeof(*gate->message.element);
	struct pollfd polled = {.fd = gate->socket, .events = POLLOUT};

	gate->message.version = ORDERS_VERSION;
	gate->message.kind = (uint16_t)kind;
	gate->message.number = gate->number;
	for (;;) {
		ssize_t n = send(gate->socket, &gate->message, size, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n == (ssize_t)size)
			return 0;
		if (n < 0 && errno == EINTR)
			continue;
		if (n >= 0 || errno != EAGAIN)
			return n < 0 ? -errno : -EIO;
		if (poll(&polled, 1, ACTINGGATE_WAIT_MS) <= 0)
			return -ETIMEDOUT;
	}
}

/* An answer to an earlier message comes late, when the gate's worker was replaced, or the actor, whose numbers begin
 * again: it is left out. */
static bool
is_answer(const struct actinggate *gate, ssize_t length)
{
	return length == sizeof(gate->answer) && gate->answer.version == ORDERS_VERSION &&
		gate->answer.kind == gate->message.kind && gate->answer.number == gate->number &&
		gate->answer.error <= 0;
}

static int
receive_answer(struct actinggate *gate)
{
	int64_t end = clock_steady() + ACTINGGATE_WAIT_MS * 1000;
	struct pollfd polled = {.fd = gate->socket, .events = POLLIN};
	struct iovec piece = {.iov_base = &gate->answer, .iov_len = sizeof(gate->answer)};
	struct msghdr head = {.msg_iov = &piece, .msg_iovlen = 1};

	for (;;) {
		int64_t left = end - clock_steady();
		ssize_t n = recvmsg(gate->socket, &head, MSG_DONTWAIT);

		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			return -EPIPE;
		if (n > 0 && is_answer(gate, n))
			return 0;
		if (n > 0)
			continue;
		if (left <= 0 || poll(&polled, 1, (int)(left / 1000) + 1) == 0)
			return -ETIMEDOUT;
	}
}

/* What came of it, and what the gate says beside. */
static int
outcome(struct actinggate *gate, int r, struct fail *fail)
{
	struct fail *told = &gate->answer.fail;

	gate->message.count = 0;
	if (r < 0) {
		fail_what(fail, "the gate does not answer: %s", strerror(-r));
		return r;
	}
	gate->epoch = gate->answer.epoch;
	gate->foreign = gate->answer.foreign;
	if (gate->answer.error == 0)
		return 0;
	told->where[sizeof(told->where) - 1] = told->what[sizeof(told->what) - 1] = '\0';
	told->hint[sizeof(told->hint) - 1] = '\0';
	*fail = *told;
	if (*fail->what == '\0')
		fail_what(fail, "the gate refuses: %s", strerror(-gate->answer.error));
	return gate->answer.error;
}

static int
ask(struct actinggate *gate, enum orders_kind kind, struct fail *fail)
{
	int r = gate->socket < 0 ? -EPIPE : 0;

	gate->number++;
	if (r == 0)
		r = send_message(gate, kind);
	if (r == 0)
		r = receive_answer(gate);
	return outcome(gate, r, fail);
}

bool
actinggate_add(struct actinggate *gate, const struct orders_element *element)
{
	if (gate->message.count == ORDERS_MOST)
		return false;
	gate->message.element[gate->message.count++] = *element;
	return true;
}

int
actinggate_change(struct actinggate *gate, struct fail *fail)
{
	return gate->message.count == 0 ? 0 : ask(gate, ORDERS_CHANGE, fail);
}

static int
send_new(struct actinggate *gate, bool is_last)
{
	struct orders *message = &gate->message;
	int r = gate->socket < 0 ? -EPIPE : 0;

	gate->number += !gate->is_adding;
	message->is_first = !gate->is_adding;
	message->is_last = is_last;
	if (r == 0)
		r = send_message(gate, ORDERS_NEW);
	message->is_first = message->is_last = 0;
	gate->is_adding = r == 0 && !is_last;
	return r;
}

int
actinggate_more(struct actinggate *gate, struct fail *fail)
{
	int r = send_new(gate, false);

	if (r < 0)
		return outcome(gate, r, fail);
	gate->message.count = 0;
	return 0;
}

int64_t
actinggate_last(struct actinggate *gate, struct fail *fail)
{
	int r;

	if (!gate->is_adding && gate->message.count == 0)
		return 0;
	r = send_new(gate, true);
	if (r == 0)
		r = receive_answer(gate);
	r = outcome(gate, r, fail);
	return r < 0 ? r : (int64_t)gate->answer.filled;
}

int
actinggate_find(struct actinggate *gate, struct fail *fail)
{
	return gate->message.count == 0 ? 0 : ask(gate, ORDERS_FIND, fail);
}

int
actinggate_counters(struct actinggate *gate, struct fail *fail)
{
	gate->message.count = 0;
	return ask(gate, ORDERS_COUNTERS, fail);
}

int
actinggate_over(struct actinggate *gate, enum lineset set, bool is_first, struct fail *fail)
{
	struct orders_overs *page = &gate->answer.over;
	int r;

	gate->message.count = 0;
	gate->message.set = (uint8_t)set;
	gate->message.is_first = is_first;
	r = ask(gate, ORDERS_OVER, fail);
	gate->message.set = gate->message.is_first = 0;
	if (r == 0 && page->count > ORDERS_OVER_MOST) {
		fail_what(fail, "the gate gives a page of %u sources", page->count);
		return -EPROTO;
	}
	return r;
}

int64_t
actinggate_fill(struct actinggate *gate, enum lineset set, actinggate_next next, void *context,
	struct fail *fail)
{
	struct orders *message = &gate->message;
	int r = gate->socket < 0 ? -EPIPE : 0;

	gate->number++;
	message->count = 0;
	message->set = (uint8_t)set;
	message->is_first = 1;
	message->is_last = 0;
	while (r == 0 && !message->is_last) {
		while (message->count < ORDERS_MOST &&
			next(context, &message->element[message->count]) > 0)
			message->count++;
		message->is_last = message->count < ORDERS_MOST;
		r = send_message(gate, ORDERS_FILL);
		message->count = 0;
		message->is_first = 0;
	}
	message->is_last = message->set = 0;
	if (r == 0)
		r = receive_answer(gate);
	r = outcome(gate, r, fail);
	return r < 0 ? r : (int64_t)gate->answer.filled;
}
