/* SPDX-License-Identifier: BSD-2-Clause */
/* lazaret-gate - the one process that keeps privileges
 *
 * What:    opens what needs them, low ports, large queues, the packets of an interface, for the parent that
 *           started it, and hands the descriptors over. With --bpf it loads the filter of export datagrams before it
 *           shuts itself in, and attaches it when it is told where. With --contain it has the rules of containment
 *           loaded, and keeps the elements of their sets as the actor orders (gate/orders.h); what does that is a
 *           worker, which its first process replaces when it dies (gate/warden.h).
 * SECURITY: reads nothing from the network: the only bytes that come are orders of its parent, of a
 *           fixed size, and of the actor. It keeps CAP_NET_ADMIN, CAP_NET_RAW and CAP_NET_BIND_SERVICE as far as it
 *           was started with them (with a filter CAP_BPF too), reaches no file but what the filter of containment has
 *           pinned, and makes no process. A warden, which reads nothing but rules of the parent, runs two programs with
 *           them and makes the worker, keeps the capabilities that these need, and is not shut in otherwise.
 *           An order of the parent that is malformed ends it, since a parent that sends such a one is not to be
 *           trusted any more.
 * LIMITS:   GATE_ORDERS orders in its life. Without a capability the order that needs it is refused, with words.
 */
#include "runtime/gate.h"

#include "action/ruleset.h"
#include "gate/warden.h"
#include "gate/xdp.h"
#include "runtime/clock.h"
#include "runtime/event.h"
#include "runtime/sandbox.h"
#include "runtime/streams.h"
#include "source/export/kernelshare.h"

#include <errno.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A parent that asks more often than once a second for days has gone wrong. */
#define GATE_ORDERS 100000

#define EXIT_MALFORMED 65
#define EXIT_NOT_ASKED 64
#define EXIT_SANDBOX   71
#define GOES_ON        (-1)

#define LOOK_MS 1000

#ifndef CAP_PERFMON
#define CAP_PERFMON 38
#endif
#ifndef CAP_BPF
#define CAP_BPF 39
#endif

#define KEPT                                                                                       \
	(UINT64_C(1) << CAP_NET_ADMIN | UINT64_C(1) << CAP_NET_RAW |                               \
		UINT64_C(1) << CAP_NET_BIND_SERVICE)

_Static_assert(GATE_LISTENERS == KERNEL_LISTENERS && GATE_RINGS == KERNEL_RINGS &&
		(int)GATE_MODE_NATIVE == (int)XDP_MODE_NATIVE &&
		(int)GATE_MODE_GENERIC == (int)XDP_MODE_GENERIC &&
		GATE_FILTER_RINGS + GATE_RINGS + GATE_INTERFACES <= SOCKETS_GROUP,
	"what is ordered is what there is");

/* The filter: loaded, and given away with the first order for it. */
static struct {
	struct xdp *xdp;
	struct fail fail; /* why there is none */
} filter;

/* kept NULL: there is no containment. */
static struct warden warden;

/* what: a few words; fail may be NULL. */
static void
say(const char *what, const struct fail *fail)
{
	if (fail == NULL)
		event(EVENT_GATE, "text=%s", what);
	else
		event(EVENT_GATE, "text=%s where=%s why=%s", what, fail->where, fail->what);
}

/* 1 if there is one, 0 if there will be none, -EPROTO if it is malformed. */
static int
receive(struct gate_order *order)
{
	/* No room for descriptors: the kernel closes those that come, and says so. */
	struct iovec piece = {.iov_base = order, .iov_len = sizeof(*order)};
	struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
	ssize_t length;

	do
		length = recvmsg(GATE_SOCKET, &message, MSG_CMSG_CLOEXEC);
	while (length < 0 && errno == EINTR);
	if (length == 0 || (length < 0 && errno == ECONNRESET))
		return 0;
	if (length != sizeof(*order) || (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 ||
		order->version != GATE_VERSION || order->size != sizeof(*order))
		return -EPROTO;
	return 1;
}

static bool
are_zero(const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (bytes[i] != 0)
			return false;
	}
	return true;
}

static bool
is_filter_well_formed(const struct gate_filter *order)
{
	if (order->interfaces == 0 || order->interfaces > GATE_INTERFACES ||
		order->listeners == 0 || order->listeners > GATE_LISTENERS || order->rings == 0 ||
		order->rings > GATE_RINGS || order->ring_bytes < 4096 ||
		(order->ring_bytes & (order->ring_bytes - 1)) != 0)
		return false;
	for (uint32_t i = 0; i < order->interfaces; i++) {
		const struct gate_interface *interface = &order->interface[i];

		if (interface->mode >= GATE_MODE_COUNT || interface->name[0] == '\0' ||
			memchr(interface->name, '\0', sizeof(interface->name)) == NULL)
			return false;
	}
	for (uint32_t i = 0; i < order->listeners; i++) {
		if (order->listener[i].port == 0 || order->listener[i].port > UINT16_MAX)
			return false;
	}
	return true;
}

static bool
is_well_formed(const struct gate_order *order)
{
	const struct udp_settings *udp = &order->udp;
	struct packetring_settings packets;

	switch (order->kind) {
	case GATE_UDP:
		return are_zero(order->bytes + sizeof(*udp), sizeof(order->bytes) - sizeof(*udp)) &&
			udp->count > 0 && udp->count <= SOCKETS_GROUP && udp->timestamps <= 1 &&
			udp->merge <= 1 && udp->join <= 1 && udp->zero == 0;
	case GATE_PACKETS:
		packets = order->packets;
		/* The default of a zero is put in by the client, who needs to know it. */
		return are_zero(order->bytes + sizeof(packets),
			       sizeof(order->bytes) - sizeof(packets)) &&
			packets.block_size != 0 && packets.block_count != 0 &&
			packets.wait_ms != 0 && packetring_check(&packets, NULL) == 0;
	case GATE_FILTER:
		return are_zero(order->bytes + sizeof(order->filter),
			       sizeof(order->bytes) - sizeof(order->filter)) &&
			is_filter_well_formed(&order->filter);
	case GATE_RULES:
		return are_zero(order->bytes, sizeof(order->bytes)) && warden.kept != NULL;
	case GATE_TRANSPARENT:
		return are_zero(order->bytes + sizeof(order->transparent),
			       sizeof(order->bytes) - sizeof(order->transparent)) &&
			order->transparent.port > 0 && order->transparent.port <= UINT16_MAX &&
			order->transparent.zero == 0;
	default:
		return false;
	}
}

static int
send_answer(const struct gate_answer *answer, const int *descriptors)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int) * SOCKETS_GROUP)];
	} control = {0};
	struct iovec piece = {.iov_base = (void *)(uintptr_t)answer, .iov_len = sizeof(*answer)};
	struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
	size_t bytes = sizeof(int) * answer->descriptors;
	ssize_t length;

	if (answer->descriptors > 0) {
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(bytes);
		control.align = (struct cmsghdr){.cmsg_len = CMSG_LEN(bytes),
			.cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS};
		memcpy(CMSG_DATA(&control.align), descriptors, bytes);
	}
	do
		length = sendmsg(GATE_SOCKET, &message, MSG_NOSIGNAL);
	while (length < 0 && errno == EINTR);
	return length == sizeof(*answer) ? 0 : -EPIPE;
}

/* Attaches the filter; how many descriptors it has, which stay the filter's. */
static int
attach(const struct gate_filter *order, int descriptors[SOCKETS_GROUP], struct gate_answer *answer)
{
	struct xdp_listener listener[GATE_LISTENERS];
	struct xdp_settings settings = {.listener = listener,
		.listeners = order->listeners,
		.rings = order->rings,
		.ring_bytes = order->ring_bytes};
	uint32_t count = GATE_FILTER_RINGS;
	int r;

	if (filter.xdp == NULL) {
		answer->fail = filter.fail;
		return -ENOTSUP;
	}
	for (uint32_t i = 0; i < order->listeners; i++)
		listener[i] = (struct xdp_listener){.address = order->listener[i].address,
			.port = (uint16_t)order->listener[i].port};
	r = xdp_set(filter.xdp, &settings, &answer->fail);
	for (uint32_t i = 0; i < order->interfaces && r >= 0; i++) {
		r = xdp_attach(filter.xdp, order->interface[i].name,
			(enum xdp_mode)order->interface[i].mode, &answer->fail);
		answer->mode[i] = (uint8_t)(r >= 0 ? r : 0);
	}
	if (r < 0)
		return r;
	descriptors[GATE_FILTER_CONTROL] = xdp_control_fd(filter.xdp);
	descriptors[GATE_FILTER_SLOTS] = xdp_slots_fd(filter.xdp);
	for (uint32_t i = 0; i < order->rings; i++)
		descriptors[count++] = xdp_ring_fd(filter.xdp, i);
	for (uint32_t i = 0; i < order->interfaces; i++)
		descriptors[count++] = xdp_link_fd(filter.xdp, i);
	return (int)count;
}

/* One filter in its life: whoever has the descriptors has it from now on, and it ends with him. */
static int
serve_filter(const struct gate_order *order, struct gate_answer *answer)
{
	int descriptors[SOCKETS_GROUP];
	int r = attach(&order->filter, descriptors, answer);

	if (r < 0) {
		answer->error = r;
		say("refused", &answer->fail);
	} else {
		answer->descriptors = (uint32_t)r;
	}
	r = send_answer(answer, descriptors);
	filter.xdp = xdp_free(filter.xdp);
	filter.fail = (struct fail){.what = "the filter was given away already"};
	return r;
}

static int
serve(const struct gate_order *order)
{
	struct gate_answer answer = {.version = GATE_VERSION,
		.kind = order->kind,
		.size = sizeof(answer),
		.number = order->number};
	int descriptors[SOCKETS_GROUP], r;
	uint32_t count = 1;

	if (order->kind == GATE_FILTER)
		return serve_filter(order, &answer);
	if (order->kind == GATE_UDP) {
		count = order->udp.count;
		r = sockets_open_udp(&order->udp, descriptors, &answer.buffer, &answer.fail);
	} else if (order->kind == GATE_TRANSPARENT) {
		r = sockets_open_transparent(
			(uint16_t)order->transparent.port, SOMAXCONN, &answer.fail);
		descriptors[0] = r;
	} else {
		r = packetring_open(&order->packets, &answer.fail);
		descriptors[0] = r;
	}
	if (r < 0) {
		answer.error = r;
		say("refused", &answer.fail);
		return send_answer(&answer, NULL);
	}
	answer.descriptors = count;
	r = send_answer(&answer, descriptors);
	while (count > 0)
		close(descriptors[--count]);
	return r;
}

/* folder: where containment's filter is pinned; NULL: there is none. */
static int
enter(bool with_bpf, const char *folder)
{
	const struct sandbox_path path = {folder, SANDBOX_READ | SANDBOX_WRITE | SANDBOX_MAKE};
	const struct sandbox sandbox = {.calls = SANDBOX_SOCKETS_OPEN | SANDBOX_DESCRIPTORS |
			SANDBOX_CHANNELS | (with_bpf ? SANDBOX_BPF : 0U) |
			(folder != NULL ? SANDBOX_FILES_READ | SANDBOX_FILES_WRITE : 0U),
		.paths = &path,
		.path_count = folder != NULL,
		.capabilities = KEPT | (with_bpf ? UINT64_C(1) << CAP_BPF : 0),
		/* The filter is loaded, and has some twenty of its own. */
		.descriptors = SOCKETS_GROUP + 64};
	struct sandbox_report report;
	struct fail fail = {0};
	struct buffer words;
	int r = sandbox_enter(&sandbox, &report, &fail);

	if (r < 0) {
		say("cannot shut itself in", &fail);
		return r;
	}
	buffer_init(&words, 1000);
	sandbox_report_print(&report, &words);
	say(buffer_string(&words), NULL);
	buffer_done(&words);
	return 0;
}

/* One order of the parent: GOES_ON, or an exit code. */
static int
serve_parent(void)
{
	struct gate_order order;
	int r = receive(&order);

	if (r == 0)
		return 0;
	if (r < 0 || !is_well_formed(&order)) {
		say("an order is malformed: no more are taken", NULL);
		return EXIT_MALFORMED;
	}
	if (order.kind == GATE_RULES && warden.kept != NULL) {
		/* Only the warden can run a program; the next worker answers. */
		warden.kept->asked = order.number;
		return WARDEN_RULES;
	}
	return serve(&order) < 0 ? 0 : GOES_ON;
}

static int
serve_all(void)
{
	for (unsigned orders = 0; orders < GATE_ORDERS; orders++) {
		int r = serve_parent();

		if (r != GOES_ON)
			return r;
	}
	say("too many orders: no more are taken", NULL);
	return EXIT_MALFORMED;
}

/* The answer to an order to load rules, which the worker before this one took. */
static int
answer_rules(struct warden_kept *kept)
{
	struct gate_answer answer = {.version = GATE_VERSION,
		.kind = GATE_RULES,
		.size = sizeof(answer),
		.number = kept->asked,
		.error = kept->result,
		.fail = kept->fail};

	if (kept->asked == 0)
		return 0;
	kept->asked = 0;
	return send_answer(&answer, NULL);
}

/* The actor's end cannot be hurt by what becomes of this process, nor its parent's by what the actor says. */
static int
serve_actor(struct containing *containing, bool has_message)
{
	enum containing_outcome outcome =
		has_message ? containing_take(containing) : containing_look(containing);

	switch (outcome) {
	case CONTAINING_DONE:
	case CONTAINING_MALFORMED:
		return GOES_ON;
	case CONTAINING_LOST:
		say("the rules of containment are not there as they were loaded", NULL);
		return WARDEN_RULES;
	case CONTAINING_ENDED:
		return 0;
	}
	return EXIT_MALFORMED;
}

/* Orders of both; once a second a look whether the rules are there. */
static int
serve_both(struct containing *containing)
{
	struct pollfd polled[] = {{.fd = GATE_SOCKET, .events = POLLIN},
		{.fd = containing->orders, .events = POLLIN}};
	int64_t look_us = 0;
	int r = GOES_ON;

	while (r == GOES_ON) {
		if (poll(polled, 2, LOOK_MS) < 0 && errno != EINTR)
			return EXIT_MALFORMED;
		if (polled[0].revents != 0)
			r = serve_parent();
		if (r == GOES_ON && polled[1].revents != 0)
			r = serve_actor(containing, true);
		if (r == GOES_ON && clock_steady() > look_us) {
			r = serve_actor(containing, false);
			look_us = clock_steady() + LOOK_MS * 1000;
		}
	}
	return r;
}

/* Takes orders of the actor, as long as the rules are loaded; without them its orders wait, and the parent knows. */
static int
contain(struct containing *containing)
{
	struct fail fail = {0};
	int r = answer_rules(warden.kept);

	if (r < 0)
		return 0;
	if (!containing->kept->is_loaded)
		return serve_all();
	r = containing_begin(containing, &fail);
	if (r < 0)
		say("cannot keep the sets of containment", &fail);
	return r < 0 ? serve_all() : r == CONTAINING_LOST ? WARDEN_RULES : serve_both(containing);
}

/* The part that is shut in. */
static int
work(bool with_bpf)
{
	static struct containing containing;
	const char *folder = NULL;
	struct fail fail = {0};

	/* Loading reads files and asks the kernel this and that; afterwards only CAP_BPF and CAP_NET_ADMIN are
	 * needed. */
	if (with_bpf)
		filter.xdp = xdp_new(&filter.fail);
	else
		filter.fail = (struct fail){.what = "the gate was started without --bpf"};
	containing = (struct containing){.counters = ruleset_counters,
		.counter_count = RULESET_COUNTERS,
		.orders = GATE_ORDERS_SOCKET};
	if (warden.kept != NULL) {
		containing.kept = &warden.kept->containing;
		containing.told = warden.told;
		if (containing_open(&containing, warden.rules->most, &warden.filter,
			    &warden.network, &fail) < 0)
			say("cannot keep the sets of containment", &fail);
		if (containing.xdp.xdp != NULL)
			folder = warden.filter.folder;
	}
	if (enter(with_bpf || folder != NULL, folder) < 0)
		return EXIT_SANDBOX;
	return warden.kept != NULL ? contain(&containing) : serve_all();
}

static bool
is_seqpacket(int descriptor)
{
	int type = 0, family = 0;
	socklen_t length = sizeof(type);

	return getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &length) == 0 &&
		getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &family, &length) == 0 &&
		type == SOCK_SEQPACKET && family == AF_UNIX;
}

/* A worker loads the filters before it shuts itself in, and a reload may bring them: so they are kept also where there
 * is none now. */
static int
keep_for_workers(struct fail *fail)
{
	struct sandbox_report report;
	struct buffer words;
	int r = sandbox_keep(
		KEPT | UINT64_C(1) << CAP_BPF | UINT64_C(1) << CAP_PERFMON, &report, fail);

	if (r < 0)
		return r;
	buffer_init(&words, 1000);
	buffer_print(&words, "the warden keeps ");
	sandbox_capabilities_print(&report, &words);
	say(buffer_string(&words), NULL);
	buffer_done(&words);
	return 0;
}

/* Loads the rules and goes on in a worker; in the warden, the exit code at the end. */
static int
begin_containing(bool *is_worker)
{
	struct fail fail = {0};

	*is_worker = false;
	if (!is_seqpacket(GATE_ORDERS_SOCKET) || keep_for_workers(&fail) < 0 ||
		warden_begin(&warden, GATE_RULES_MEMORY, &fail) < 0) {
		say("cannot contain", &fail);
		return EXIT_NOT_ASKED;
	}
	return warden_run(&warden, is_worker);
}

int
main(int count, char **arguments)
{
	bool with_bpf = false, contains = false, is_worker = true;
	int r = 0;

	streams_occupy();
	event_begin("gate");
	for (int i = 1; i < count; i++) {
		with_bpf = with_bpf || strcmp(arguments[i], "--bpf") == 0;
		contains = contains || strcmp(arguments[i], "--contain") == 0;
	}
	if (count > 1 + with_bpf + contains || !is_seqpacket(GATE_SOCKET)) {
		fputs("lazaret-gate is started by lazaretd, and is of no use by hand.\n", stderr);
		return EXIT_NOT_ASKED;
	}
	/* A terminal's interrupt is for the parent; this one ends when the parent has. */
	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	if (contains)
		r = begin_containing(&is_worker);
	if (is_worker)
		r = work(with_bpf);
	/* There is nothing to put in order; and a sanitizer looks for leaks by what the sandbox has taken away. */
	_exit(r);
}
