/* SPDX-License-Identifier: BSD-2-Clause */
#include "gate/containing.h"

#include "runtime/clock.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>

/* Who changes rules all the time is waited for so often. */
#define BEGIN_MOST 100
#define HEAD       offsetof(struct orders, element)

int
containing_open(struct containing *containing, size_t most, const struct gaterules_filter *filter,
	const struct gaterules_network *network, struct fail *fail)
{
	int r = nftsocket_open(&containing->nft, most, fail);

	network_make(&containing->network, network);
	if (r == 0)
		r = nftlist_open(&containing->over, fail);
	containxdp_open(&containing->xdp, filter, r == 0 && containing->kept->is_loaded);
	return r;
}

/* Are the rules those that were loaded? -ENOENT: there are none. */
static enum containing_outcome
compare(struct containing *containing, int r, const struct nftsocket_standing *standing)
{
	struct containing_kept *kept = containing->kept;

	if (r == 0 && kept->standing == 0)
		kept->standing = standing->digest;
	kept->is_crowded = r == 0 && standing->chains > kept->chains;
	return r == -ENOENT || (r == 0 && (kept->is_crowded || standing->digest != kept->standing))
		? CONTAINING_LOST
		: CONTAINING_DONE;
}

int
containing_begin(struct containing *containing, struct fail *fail)
{
	struct nftsocket_standing standing;
	int r = -EAGAIN;

	for (int i = 0; i < BEGIN_MOST && r == -EAGAIN; i++) {
		r = nftsocket_generation(&containing->nft, &containing->generation);
		if (r == 0)
			r = nftsocket_standing(&containing->nft, &standing);
	}
	if (r < 0 && r != -ENOENT) {
		fail_what(fail, "the kernel does not say which rules there are: %s", strerror(-r));
		return r;
	}
	if (compare(containing, r, &standing) == CONTAINING_LOST)
		return CONTAINING_LOST;
	containxdp_begin(&containing->xdp);
	return CONTAINING_DONE;
}

_Static_assert(GATERULES_KINDS == LINESET_KINDS && LINESET_QUARANTINE * 4 == (int)LINESET_Q4 &&
		LINESET_EXEMPT * 4 == (int)LINESET_EXEMPT4,
	"each kind of lines has four sets");

static void
show(uint64_t *figure, uint64_t value)
{
	__atomic_store_n(figure, value, __ATOMIC_RELAXED);
}

static void
count_up(uint64_t *counter, uint64_t by)
{
	show(counter, *counter + by);
}

/* Nothing came: is that the end, or a message of no bytes? */
static bool
is_end(int orders)
{
	struct pollfd polled = {.fd = orders, .events = POLLRDHUP};

	return poll(&polled, 1, 0) > 0;
}

/* 1 and a message in containing->message; 0 at the end; -EPROTO: what cannot be; -EAGAIN: none. */
static int
receive(struct containing *containing, int flags)
{
	struct orders *message = &containing->message;
	/* No room for descriptors: the kernel closes those that come, and says so. */
	struct iovec piece = {.iov_base = message, .iov_len = sizeof(*message)};
	struct msghdr head = {.msg_iov = &piece, .msg_iovlen = 1};
	ssize_t length;

	do
		length = recvmsg(containing->orders, &head, flags);
	while (length < 0 && errno == EINTR);
	if (length < 0)
		return errno == EAGAIN ? -EAGAIN : 0;
	if (length == 0 && is_end(containing->orders))
		return 0;
	if ((size_t)length < HEAD || (head.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 ||
		message->version != ORDERS_VERSION || message->count > ORDERS_MOST ||
		(size_t)length != HEAD + message->count * sizeof(*message->element))
		return -EPROTO;
	return 1;
}

/* What a set can hold, in a set that the actor may change: not those that the kernel writes. */
static bool
is_element(const struct orders_element *element)
{
	return element->set < LINESET_COUNT && !linesets[element->set].is_read &&
		element->removes <= 1 && (element->left_ms == 0 || linesets[element->set].timed) &&
		lineset_holds((enum lineset)element->set, &element->address);
}

static bool
is_message(const struct orders *message)
{
	if (message->kind == 0 || message->kind >= ORDERS_KINDS || message->is_first > 1 ||
		message->is_last > 1 || message->set >= LINESET_COUNT ||
		((message->kind == ORDERS_FILL || message->kind == ORDERS_NEW) &&
			(linesets[message->set].is_read ||
				(message->count == 0 && !message->is_last))) ||
		(message->kind == ORDERS_OVER &&
			(!linesets[message->set].is_read || message->count > 0)))
		return false;
	for (uint32_t i = 0; i < message->count; i++) {
		const struct orders_element *element = &message->element[i];

		if (!is_element(element) || (message->kind == ORDERS_NEW && element->removes) ||
			(message->kind == ORDERS_FILL && element->set != message->set))
			return false;
	}
	return true;
}

/* Of the own network, as far as the set is of lines. What is not is counted. */
static bool
is_own(struct containing *containing, const struct orders_element *element)
{
	bool takes =
		network_takes(&containing->network, (enum lineset)element->set, &element->address);

	if (!takes)
		count_up(&containing->told->refused, 1);
	return takes;
}

static void
answer_begin(struct containing *containing)
{
	struct orders_answer *answer = &containing->answer;

	memset(answer, 0, sizeof(*answer));
	answer->version = ORDERS_VERSION;
	answer->kind = containing->message.kind;
	answer->number = containing->message.number;
	answer->epoch = containing->kept->epoch;
	answer->foreign = containing->foreign;
}

static void
answer_send(struct containing *containing)
{
	ssize_t length;

	containing->answer.refused = containing->told->refused;
	containing->answer.xdp = containing->xdp.fail;
	do
		length = send(containing->orders, &containing->answer, sizeof(containing->answer),
			MSG_NOSIGNAL | MSG_DONTWAIT);
	while (length < 0 && errno == EINTR);
	/* An actor that does not read its answers asks again. */
}

static struct nftsocket_order
order_of(const struct orders_element *element)
{
	return (struct nftsocket_order){.verb = element->removes ? NFTSOCKET_REMOVE
			: element->left_ms > 0                   ? NFTSOCKET_RENEW
								 : NFTSOCKET_ADD,
		.element = {.address = element->address,
			.left_ms = element->left_ms,
			.set = (enum lineset)element->set}};
}

static void
change(struct containing *containing)
{
	struct nftsocket_order order[ORDERS_MOST];
	uint16_t of[ORDERS_MOST];
	const struct orders *message = &containing->message;
	struct orders_answer *answer = &containing->answer;
	size_t count = 0;

	for (uint32_t i = 0; i < message->count; i++) {
		const struct orders_element *element = &message->element[i];

		answer->result[i] = -EACCES;
		if (!is_own(containing, element))
			continue;
		of[count] = (uint16_t)i;
		order[count++] = order_of(element);
	}
	answer->error = nftsocket_apply(&containing->nft, order, count, &answer->fail);
	for (size_t i = 0; i < count; i++)
		answer->result[of[i]] = order[i].result;
	if (answer->error == 0)
		containxdp_apply(&containing->xdp, order, count);
}

/* All of a piece that is ours. */
static void
create(struct containing *containing)
{
	struct nftsocket_order order[ORDERS_MOST];
	const struct orders *message = &containing->message;
	struct containing_new *new = &containing->new;
	size_t count = 0;

	for (uint32_t i = 0; i < message->count; i++) {
		if (is_own(containing, &message->element[i]))
			order[count++] = order_of(&message->element[i]);
	}
	new->error = nftsocket_create(&containing->nft, order, count, &new->fail);
	if (new->error < 0)
		return;
	new->filled += count;
	containxdp_apply(&containing->xdp, order, count);
}

/* True: it was the last piece, and has an answer. */
static bool
take_new(struct containing *containing)
{
	const struct orders *message = &containing->message;
	struct orders_answer *answer = &containing->answer;
	struct containing_new *new = &containing->new;

	if (message->is_first)
		*new = (struct containing_new){.number = message->number};
	if (message->number != new->number) {
		answer->error = -ECANCELED;
		return message->is_last;
	}
	if (new->error == 0)
		create(containing);
	answer->error = new->error;
	answer->fail = new->fail;
	answer->filled = new->filled;
	return message->is_last;
}

/* A content, as it comes piece by piece. */
struct content {
	struct containing *containing;
	uint64_t number;
	int64_t end_us; /* when it must be whole */
	uint32_t next;  /* of the piece */
	uint8_t set;
	bool is_given_up; /* by an actor that ended: containing->message is another one's */
	enum containing_outcome outcome;
};

static bool
goes_on(const struct content *content, const struct orders *message)
{
	return message->kind == ORDERS_FILL && !message->is_first &&
		message->number == content->number && message->set == content->set;
}

/* Waits for the next piece: 1, or -errno, after which nothing is changed. */
static int
next_piece(struct content *content)
{
	struct containing *containing = content->containing;
	struct pollfd polled = {.fd = containing->orders, .events = POLLIN};
	int r;

	if (clock_steady() > content->end_us || poll(&polled, 1, ORDERS_WAIT_MS) <= 0)
		return -ETIMEDOUT;
	r = receive(containing, MSG_DONTWAIT);
	if (r == 0)
		content->outcome = CONTAINING_ENDED;
	if (r < 0 && r != -EAGAIN)
		content->outcome = CONTAINING_MALFORMED;
	if (r == 1 && !is_message(&containing->message))
		content->outcome = CONTAINING_MALFORMED;
	if (r != 1 || content->outcome != CONTAINING_DONE)
		return -EPROTO;
	if (!goes_on(content, &containing->message)) {
		content->is_given_up = true;
		return -ECANCELED;
	}
	content->next = 0;
	return 1;
}

static int
next_element(void *context, struct element *ret)
{
	struct content *content = context;
	const struct orders *message = &content->containing->message;
	const struct orders_element *element;

	do {
		while (content->next == message->count) {
			int r = message->is_last ? 0 : next_piece(content);

			if (r <= 0)
				return r;
		}
		element = &message->element[content->next++];
	} while (!is_own(content->containing, element));
	*ret = (struct element){.address = element->address,
		.left_ms = element->left_ms,
		.set = (enum lineset)content->set};
	containxdp_give(&content->containing->xdp, ret);
	return 1;
}

/* given_up: what came instead of its next piece is to be served. */
static enum containing_outcome
fill(struct containing *containing, bool *given_up)
{
	struct content content = {.containing = containing,
		.number = containing->message.number,
		.set = containing->message.set,
		.end_us = clock_steady() + ORDERS_WHOLE_MS * 1000,
		.outcome = CONTAINING_DONE};
	struct orders_answer *answer = &containing->answer;
	int64_t r;

	/* One stream for both. */
	containxdp_fill(&containing->xdp, (enum lineset)content.set);
	r = nftsocket_replace(
		&containing->nft, 1U << content.set, next_element, &content, &answer->fail);
	containxdp_filled(&containing->xdp, (enum lineset)content.set, r >= 0);
	answer->error = r < 0 ? (int32_t)r : 0;
	answer->filled = r < 0 ? 0 : (uint64_t)r;
	*given_up = content.is_given_up;
	return content.outcome;
}

static void
find(struct containing *containing)
{
	const struct orders *message = &containing->message;
	struct orders_answer *answer = &containing->answer;

	for (uint32_t i = 0; i < message->count && answer->error == 0; i++) {
		const struct orders_element *element = &message->element[i];
		struct nftelement found;
		int r;

		answer->result[i] = -EACCES;
		if (!is_own(containing, element))
			continue;
		r = nftsocket_find(
			&containing->nft, (enum lineset)element->set, &element->address, &found);
		answer->result[i] = r;
		if (r < 0) {
			answer->error = r;
			fail_what(&answer->fail, "the kernel does not say what is in a set: %s",
				strerror(-r));
		}
	}
}

static void
take_counter(void *context, struct text name, uint64_t packets, uint64_t bytes)
{
	struct containing *containing = context;

	for (size_t i = 0; i < containing->counter_count; i++) {
		if (text_is(name, containing->counters[i])) {
			containing->answer.counter[i].packets = packets;
			containing->answer.counter[i].bytes = bytes;
		}
	}
}

/* What the kernel holds, as far as it tells. */
static void
show_held(struct containing *containing)
{
	struct gaterules_told *told = containing->told;
	uint64_t held[LINESET_KINDS] = {0};
	int64_t count = 0;

	for (int set = 0; set < 4 * LINESET_KINDS && count >= 0; set++) {
		if (nftsocket_count(&containing->nft, (enum lineset)set, &count) < 0)
			count = -1;
		held[set / 4] += (uint64_t)count;
	}
	for (int kind = 0; kind < LINESET_KINDS && count >= 0; kind++)
		show(&told->held[kind], held[kind]);
	show(&told->counts, count >= 0);
}

static int
count(struct containing *containing)
{
	struct orders_answer *answer = &containing->answer;
	int r = nftsocket_counters(&containing->nft, take_counter, containing);

	containxdp_count(&containing->xdp, answer->counter);
	show_held(containing);
	answer->counts = containing->told->counts;
	memcpy(answer->held, containing->told->held, sizeof(answer->held));
	return r;
}

/* Torn by a change of the rules, a list may lack somebody, or have him twice: the next one is soon. */
static void
over(struct containing *containing)
{
	const struct orders *message = &containing->message;
	struct orders_answer *answer = &containing->answer;
	struct orders_overs *page = &answer->over;
	struct nftelement element;
	int r = 1;

	if (message->is_first)
		r = nftlist_begin(&containing->over, (enum lineset)message->set);
	while (r > 0 && page->count < ORDERS_OVER_MOST) {
		r = nftlist_next(&containing->over, &element);
		if (r > 0)
			page->source[page->count++] = (struct orders_over){element.address,
				element.left_ms < UINT32_MAX ? (uint32_t)element.left_ms
							     : UINT32_MAX};
	}
	page->is_last = r <= 0;
	answer->error = r < 0 ? r : 0;
	if (r < 0)
		fail_what(&answer->fail, "the kernel does not say who is over the rate: %s",
			strerror(-r));
}

static enum containing_outcome
serve(struct containing *containing, bool *given_up)
{
	struct orders_answer *answer = &containing->answer;
	enum containing_outcome outcome = CONTAINING_DONE;
	bool is_lost;

	*given_up = false;
	/* Of a content that was given up. */
	if (containing->message.kind == ORDERS_FILL && !containing->message.is_first)
		return CONTAINING_DONE;
	answer_begin(containing);
	switch ((enum orders_kind)containing->message.kind) {
	case ORDERS_CHANGE:
		change(containing);
		break;
	case ORDERS_NEW:
		if (!take_new(containing))
			return CONTAINING_DONE;
		break;
	case ORDERS_FILL:
		outcome = fill(containing, given_up);
		break;
	case ORDERS_FIND:
		find(containing);
		break;
	case ORDERS_COUNTERS:
		answer->error = count(containing);
		break;
	case ORDERS_OVER:
		over(containing);
		break;
	case ORDERS_KINDS:
		break;
	}
	is_lost = answer->error == -ENOENT;
	answer_send(containing);
	return outcome != CONTAINING_DONE ? outcome : is_lost ? CONTAINING_LOST : CONTAINING_DONE;
}

static enum containing_outcome
take(struct containing *containing)
{
	int r = receive(containing, MSG_DONTWAIT);
	enum containing_outcome outcome;
	bool again;

	if (r == -EAGAIN)
		return CONTAINING_DONE;
	if (r == 0)
		return CONTAINING_ENDED;
	if (r < 0 || !is_message(&containing->message))
		return CONTAINING_MALFORMED;
	do
		outcome = serve(containing, &again);
	while (again && outcome == CONTAINING_DONE);
	return outcome;
}

enum containing_outcome
containing_take(struct containing *containing)
{
	enum containing_outcome outcome = take(containing);

	if (outcome == CONTAINING_MALFORMED)
		count_up(&containing->told->malformed, 1);
	return outcome;
}

enum containing_outcome
containing_look(struct containing *containing)
{
	struct nftsocket *nft = &containing->nft;
	uint32_t generation;
	struct nftsocket_standing standing;
	uint32_t foreign;
	int r = nftsocket_generation(nft, &generation);

	if (containxdp_look(&containing->xdp))
		containing->kept->epoch++;
	show_held(containing);
	if (r < 0)
		return CONTAINING_DONE;
	/* One of ours whose answer was lost counts as another's. */
	foreign = generation - containing->generation - (uint32_t)nft->transactions -
		(uint32_t)containing->foreign;
	if (foreign == 0)
		return CONTAINING_DONE;
	r = nftsocket_standing(nft, &standing);
	/* The next look sees it whole. */
	if (r == -EAGAIN)
		return CONTAINING_DONE;
	count_up(&containing->told->foreign, foreign);
	containing->foreign += foreign;
	return compare(containing, r, &standing);
}
