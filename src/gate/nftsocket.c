/* SPDX-License-Identifier: BSD-2-Clause */
#include "gate/nftinside.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* A piece of a list is at most this long (NLMSG_GOODSIZE of large pages is less); an error has the header alone. */
#define RECEIVED 65536
/* Errors wait here: NFTSOCKET_ORDERS of them, three messages an order, about 1 KiB each as the kernel counts. */
#define RECEIVE_QUEUE (4 << 20)
/* Rounds of one nftsocket_apply: what was removed by others meanwhile is left out, what was lost is sent again. */
#define ROUNDS 4

static int
set_option(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) < 0 ? -errno : 0;
}

int
nftsocket_open(struct nftsocket *nft, size_t most, struct fail *fail)
{
	const struct timeval wait = {
		.tv_sec = NFTSOCKET_WAIT_MS / 1000, .tv_usec = NFTSOCKET_WAIT_MS % 1000 * 1000};
	const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	struct nftsocket opened = {.sequence = 1,
		.size = most * ELEMENTS_EACH + (size_t)NFTSOCKET_ORDERS * 3 * ELEMENTS_ALONE +
			ELEMENTS_FRAME};
	int r;

	opened.fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	if (opened.fd < 0) {
		r = -errno;
		fail_what(fail, "the kernel gives no socket to nf_tables: %s", strerror(-r));
		return r;
	}
	/* Without these an error would come with all of its message, and without words. */
	r = set_option(opened.fd, SOL_NETLINK, NETLINK_CAP_ACK, 1);
	if (r >= 0)
		r = set_option(opened.fd, SOL_NETLINK, NETLINK_EXT_ACK, 1);
	if (r >= 0)
		r = set_option(opened.fd, SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_QUEUE);
	if (r >= 0 && setsockopt(opened.fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) < 0)
		r = -errno;
	/* Who is shut in may send on connected sockets only. */
	if (r >= 0 && connect(opened.fd, (const struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		r = -errno;
	if (r < 0) {
		fail_what(fail, "the socket to nf_tables cannot be set: %s", strerror(-r));
		fail_hint(fail, "this needs CAP_NET_ADMIN; without it only `observe` is possible");
		close(opened.fd);
		return r;
	}
	opened.room = memory_map(1, opened.size);
	opened.received = xcalloc(1, RECEIVED);
	*nft = opened;
	return 0;
}

void
nftsocket_close(struct nftsocket *nft)
{
	if (nft->room == NULL)
		return;
	close(nft->fd);
	memory_unmap(nft->room, 1, nft->size);
	free(nft->received);
	*nft = (struct nftsocket){.fd = -1};
}

/* A transaction is one datagram, so the queue must hold all of it. */
int
nftinside_send(struct nftsocket *nft, const uint8_t *bytes, size_t size)
{
	bool has_grown = false;

	for (;;) {
		ssize_t sent = send(nft->fd, bytes, size, 0);

		if (sent == (ssize_t)size)
			return 0;
		if (sent >= 0)
			return -EIO;
		if (errno == EINTR)
			continue;
		if ((errno != EMSGSIZE && errno != ENOBUFS) || has_grown || size > INT_MAX / 4)
			return -errno;
		has_grown = true;
		if (set_option(nft->fd, SOL_SOCKET, SO_SNDBUFFORCE, (int)size + 65536) < 0)
			return -errno;
	}
}

int
nftinside_receive(struct nftsocket *nft, int flags, struct reader *ret)
{
	struct sockaddr_nl from;
	struct iovec piece = {.iov_base = nft->received, .iov_len = RECEIVED};
	struct msghdr message = {.msg_name = &from, .msg_iov = &piece, .msg_iovlen = 1};
	ssize_t length;

	for (;;) {
		message.msg_namelen = sizeof(from);
		length = recvmsg(nft->fd, &message, flags);
		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		if ((message.msg_flags & MSG_TRUNC) != 0)
			return -EMSGSIZE;
		/* Others than the kernel may send here, too. */
		if (message.msg_namelen == sizeof(from) && from.nl_pid == 0)
			break;
	}
	*ret = reader_on(nft->received, (size_t)length);
	return 0;
}

/* Answers to the sequence numbers first to last; what else comes was left by an earlier one that was given up. */
struct taking {
	uint32_t first;
	uint32_t last;
	nftinside_taker on_answer;
	void *context;
	bool is_lost;
};

/* 1: that was the end: an answer to the last, an error of the first, the end of a list. 0: more is to come. */
static int
take(struct taking *taking, struct reader *received)
{
	struct nftanswer answer;
	int r;

	while ((r = nftanswer_read(received, &answer)) > 0) {
		if (answer.sequence - taking->first > taking->last - taking->first)
			continue;
		r = taking->on_answer(taking->context, &answer);
		if (r < 0)
			return r;
		if (answer.kind == NFTANSWER_DONE)
			return answer.error < 0 ? answer.error : 1;
		if (answer.kind != NFTANSWER_SAID)
			continue;
		if (answer.sequence == taking->first && answer.error < 0)
			return answer.error;
		if (answer.sequence == taking->last)
			return 1;
	}
	return r;
}

static int
take_answers(struct nftsocket *nft, struct taking *taking)
{
	int r;

	do {
		struct reader received;

		r = nftinside_receive(nft, taking->is_lost ? MSG_DONTWAIT : 0, &received);
		if (r == -ENOBUFS) {
			taking->is_lost = true;
			r = 0;
			continue;
		}
		if (r >= 0)
			r = take(taking, &received);
		/* What is there is taken, so that no more than that has to be asked again. */
	} while (r == 0);
	return taking->is_lost && (r > 0 || r == -ETIMEDOUT) ? -ENOBUFS : r;
}

int
nftinside_ask(struct nftsocket *nft, const uint8_t *question, size_t size,
	nftinside_taker on_answer, void *context)
{
	uint32_t sequence = nft->sequence++;
	struct taking taking = {
		.first = sequence, .last = sequence, .on_answer = on_answer, .context = context};
	int r = nftinside_send(nft, question, size);

	if (r >= 0)
		r = take_answers(nft, &taking);
	return r < 0 ? r : 0;
}

/* One transaction and its outcome. order_of: the message's order, by its number after the first. */
struct outcome {
	struct nftsocket_order *orders; /* NULL: errors have no order */
	const uint16_t *order_of;
	uint32_t first;
	unsigned idle;
	int error; /* the first that counts */
	struct fail *fail;
};

static void
note_error(struct outcome *outcome, const struct nftanswer *answer)
{
	if (outcome->error < 0)
		return;
	outcome->error = answer->error;
	fail_what(outcome->fail, "the kernel refuses a change of the sets: %s%s%.*s",
		answer->error == -ENFILE ? "one is full" : strerror(-answer->error),
		answer->words.length > 0 ? ": " : "", (int)answer->words.length,
		answer->words.length > 0 ? answer->words.at : "");
	if (answer->error == -EPERM)
		fail_hint(outcome->fail, "this needs CAP_NET_ADMIN");
	else if (answer->error == -ENFILE)
		fail_hint(outcome->fail, "the size of a set is part of the rules");
	else if (answer->error == -ENOENT)
		fail_hint(outcome->fail, "the table inet " LINESET_TABLE " is not loaded");
}

/* It is as the order wants it, without it. */
static bool
is_idle(const struct nftsocket_order *order, int error)
{
	return (order->verb == NFTSOCKET_REMOVE && error == -ENOENT) ||
		(order->verb == NFTSOCKET_ADD && error == -EEXIST);
}

static int
on_outcome(void *context, struct nftanswer *answer)
{
	struct outcome *outcome = context;
	struct nftsocket_order *order = NULL;

	if (answer->kind != NFTANSWER_SAID || answer->error == 0)
		return 0;
	if (outcome->orders != NULL && answer->sequence != outcome->first)
		order = &outcome->orders[outcome->order_of[answer->sequence - outcome->first - 1]];
	if (order != NULL && is_idle(order, answer->error)) {
		order->result = 0;
		outcome->idle++;
		return 0;
	}
	if (order != NULL && order->result == 1)
		order->result = answer->error;
	note_error(outcome, answer);
	return 0;
}

/* 1: the kernel took it. 0: some were idle, and it took nothing. */
static int
transact(struct nftsocket *nft, struct elements_batch *batch, struct outcome *outcome)
{
	int64_t size = elements_end(batch);
	struct taking taking = {.first = batch->first,
		.last = elements_last(batch),
		.on_answer = on_outcome,
		.context = outcome};
	int r;

	if (size <= 0)
		return size < 0 ? (int)size : 1;
	nft->sequence = elements_last(batch) + 2;
	outcome->first = batch->first;
	r = nftinside_send(nft, nft->room, (size_t)size);
	if (r >= 0)
		r = take_answers(nft, &taking);
	if (outcome->error < 0)
		return outcome->error;
	if (r < 0) {
		fail_what(outcome->fail, "nf_tables gives no answer: %s", strerror(-r));
		return r;
	}
	if (outcome->idle > 0)
		return 0;
	nft->transactions++;
	return 1;
}

static int
write_order(struct elements_batch *batch, const struct nftsocket_order *order)
{
	int r;

	switch (order->verb) {
	case NFTSOCKET_ADD:
		return elements_create(batch, &order->element);
	case NFTSOCKET_REMOVE:
		return elements_remove(batch, &order->element);
	case NFTSOCKET_RENEW:
		/* It may be there or not: so it is added, if it is not; then it can be removed. */
		r = elements_add(batch, &order->element);
		if (r >= 0)
			r = elements_remove(batch, &order->element);
		return r >= 0 ? elements_add(batch, &order->element) : r;
	case NFTSOCKET_VERBS:
		break;
	}
	return -EINVAL;
}

static int
apply_once(struct nftsocket *nft, struct nftsocket_order *orders, size_t count, struct fail *fail)
{
	uint16_t order_of[NFTSOCKET_ORDERS * 3];
	struct outcome outcome = {.orders = orders, .order_of = order_of, .fail = fail};
	struct elements_batch batch;

	elements_begin(&batch, nft->room, nft->size, nft->sequence, true);
	for (size_t i = 0; i < count; i++) {
		uint32_t before = elements_last(&batch);
		int r = orders[i].result == 0 ? 0 : write_order(&batch, &orders[i]);

		if (r < 0) {
			orders[i].result = r;
			fail_what(fail, "order %zu of %zu cannot be: no such line of that set",
				i + 1, count);
			return r;
		}
		for (; before < elements_last(&batch); before++)
			order_of[before - batch.first] = (uint16_t)i;
	}
	return transact(nft, &batch, &outcome);
}

/* The kernel has one word for an element and for a table that is not there. */
static int
look_for_idle(struct nftsocket *nft, const struct nftsocket_order *orders, struct fail *fail)
{
	enum lineset set;
	int r;

	while (orders->result != 0)
		orders++;
	set = orders->element.set;
	r = nftinside_look(nft, set);
	if (r < 0) {
		fail_what(fail, "the set %s is not there: %s", linesets[set].name, strerror(-r));
		fail_hint(fail, "the table inet " LINESET_TABLE " is not loaded");
	}
	return r;
}

static void
end_orders(struct nftsocket *nft, struct nftsocket_order *orders, size_t count, int r)
{
	for (size_t i = 0; i < count; i++) {
		if (r < 0 && orders[i].result >= 0)
			orders[i].result = -ECANCELED;
		nft->idle += orders[i].result == 0;
	}
}

int
nftsocket_apply(
	struct nftsocket *nft, struct nftsocket_order *orders, size_t count, struct fail *fail)
{
	int r = 0;

	if (count > NFTSOCKET_ORDERS)
		return -E2BIG;
	for (size_t i = 0; i < count; i++)
		orders[i].result = 1;
	for (int round = 0; round < ROUNDS && r == 0; round++) {
		r = apply_once(nft, orders, count, fail);
		if (r == 0)
			r = look_for_idle(nft, orders, fail);
		if (r == -ENOBUFS) {
			/* Whether it was taken is not known; all may be said twice. */
			nft->lost++;
			r = 0;
		}
	}
	if (r == 0) {
		fail_what(fail, "others change the same sets all the time, or answers are lost");
		r = count > 0 ? -EAGAIN : 0;
	}
	end_orders(nft, orders, count, r);
	return r < 0 ? r : 0;
}

/* Set by set, each as few messages. */
static int
write_new(struct elements_batch *batch, const struct nftsocket_order *orders, size_t count)
{
	uint32_t left = 0;
	int r = 0;

	for (size_t i = 0; i < count; i++) {
		if ((unsigned)orders[i].element.set >= LINESET_COUNT)
			return -EINVAL;
		left |= 1U << orders[i].element.set;
	}
	for (; left != 0 && r >= 0; left &= left - 1) {
		enum lineset set = (enum lineset)__builtin_ctz(left);

		for (size_t i = 0; i < count && r >= 0; i++) {
			if (orders[i].element.set == set)
				r = elements_create(batch, &orders[i].element);
		}
	}
	return r;
}

int
nftsocket_create(
	struct nftsocket *nft, struct nftsocket_order *orders, size_t count, struct fail *fail)
{
	struct outcome outcome = {.fail = fail};
	struct elements_batch batch;
	int r;

	if (count > NFTSOCKET_ORDERS)
		return -E2BIG;
	elements_begin(&batch, nft->room, nft->size, nft->sequence, false);
	r = write_new(&batch, orders, count);
	if (r < 0)
		fail_what(fail, "no such line of that set");
	else
		r = transact(nft, &batch, &outcome);
	for (size_t i = 0; i < count; i++)
		orders[i].result = r < 0 ? -ECANCELED : 1;
	return r < 0 ? r : 0;
}

/* Empty sets that stay empty would be no change, of which the kernel counts none (nftsocket.h). */
static int
change_nothing(struct elements_batch *batch, uint32_t sets)
{
	enum lineset set = (enum lineset)__builtin_ctz(sets);
	const uint8_t zero[16] = {0};
	struct element element = {
		.address = address_from_bytes(zero, linesets[set].key == 4 ? 4 : 16), .set = set};
	int r = elements_add(batch, &element);

	return r >= 0 ? elements_remove(batch, &element) : r;
}

static int64_t
fill(struct elements_batch *batch, uint32_t sets, nftsocket_next next, void *context)
{
	int64_t count = 0;
	struct element element;
	int r;

	for (unsigned set = 0; set < LINESET_COUNT; set++) {
		if ((sets >> set & 1) != 0 && elements_flush(batch, (enum lineset)set) < 0)
			return -EINVAL;
	}
	while ((r = next(context, &element)) > 0) {
		if ((unsigned)element.set >= LINESET_COUNT || (sets >> element.set & 1) == 0)
			return -EINVAL;
		r = elements_add(batch, &element);
		if (r < 0)
			return r;
		if (batch->writer.failed)
			return -E2BIG;
		count++;
	}
	if (r == 0 && count == 0)
		r = change_nothing(batch, sets);
	return r < 0 ? r : count;
}

int64_t
nftsocket_replace(
	struct nftsocket *nft, uint32_t sets, nftsocket_next next, void *context, struct fail *fail)
{
	struct outcome outcome = {.fail = fail};
	struct elements_batch batch;
	int64_t count;
	int r;

	elements_begin(&batch, nft->room, nft->size, nft->sequence, false);
	count = fill(&batch, sets, next, context);
	if (count < 0) {
		r = (int)count;
		fail_what(fail, "the sets cannot be filled: %s", strerror(-r));
	} else {
		r = transact(nft, &batch, &outcome);
		r = r == -ENOBUFS && batch.writer.failed ? -E2BIG : r;
	}
	/* The kernel has a copy. */
	(void)madvise(nft->room, nft->size, MADV_DONTNEED);
	return r < 0 ? r : count;
}
