/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The client of RFC 5176 as fast as a NAS answers: keeps so many orders open, and ends each when it was acknowledged.
 * Prints, as JSON, round trips a second, how long they took (of one in sixteen), and the CPU time of this program.
 *
 *     coaload --port PORT [--ports N] [--open N] [--seconds N]
 *     coaload --answer PORT     a NAS that checks each request and acknowledges it, and does nothing else
 *
 * Identifiers are used again at once: the NAS must not remember them.
 */
#include "../loopback.h"
#include "action/coa.h"
#include "base/text.h"

#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>

#define BATCH   32
#define TIMED   16 /* one in so many round trips is timed */
#define SAMPLES (1 << 20)
#define SECRET  "testing123"

struct program {
	struct coa *coa;
	unsigned ports;
	unsigned open;
	uint16_t port;
	int sockets[COA_PORTS_MOST];
	uint64_t next;
	uint64_t done;
	uint64_t other; /* ended without an acknowledgement */
	int64_t *begun; /* of each order, by its number modulo open * 2 */
	uint32_t *took; /* microseconds */
	size_t samples;
};

static double
cpu_seconds(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
		(double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

static struct radius_key *
key_of_all(void)
{
	struct radius_key *key = NULL;
	struct fail fail;

	if (radius_key_new(TEXT(SECRET), &key, &fail) < 0)
		loopback_fail(fail.what);
	return key;
}

/* User-Name, Acct-Session-Id and Filter-Id. */
static void
add_order(struct program *program)
{
	uint8_t bytes[64];
	struct coa_order order = {.id = ++program->next, .attributes = bytes};
	struct radius_writer writer = {.out = writer_on(bytes, sizeof(bytes))};
	char session[17];

	snprintf(session, sizeof(session), "%016llx", (unsigned long long)order.id);
	radius_add(&writer, RADIUS_USER_NAME, "anna@example.net", 16);
	radius_add(&writer, RADIUS_ACCT_SESSION_ID, session, 16);
	radius_add(&writer, RADIUS_FILTER_ID, "quarantine", 10);
	order.length = writer_length(&writer.out);
	if (coa_add(program->coa, &order) < 0)
		loopback_fail("no room for an order");
}

static int64_t *
begun_of(struct program *program, uint64_t order)
{
	return &program->begun[order % (2 * (uint64_t)program->open)];
}

static void
end_order(struct program *program, const struct coa_event *event)
{
	if (event->stage == COA_ASKED) {
		program->done++;
		if (event->order % TIMED == 0 && program->samples < SAMPLES)
			program->took[program->samples++] =
				(uint32_t)(loopback_clock() - *begun_of(program, event->order));
		if (coa_shown(program->coa, event->order) < 0)
			loopback_fail("an order is not there");
		return;
	}
	program->other += event->stage != COA_SHOWN;
	add_order(program);
}

static struct wall
now(void)
{
	return (struct wall){loopback_wall()};
}

/* Which order is it? Its number stands in Acct-Session-Id, behind all but Filter-Id. */
static uint64_t
order_in(const struct coa_event *event)
{
	const char *at = (const char *)event->bytes + event->length - 12 - 16;
	uint64_t order = 0;

	(void)!text_parse_hex((struct text){at, 16}, UINT64_MAX, &order);
	return order;
}

static void
work(struct program *program)
{
	struct coa_event event;

	while (coa_next(program->coa, now(), &event) == 1) {
		if (event.is_told) {
			end_order(program, &event);
			continue;
		}
		if (order_in(&event) % TIMED == 0)
			*begun_of(program, order_in(&event)) = loopback_clock();
		(void)!send(program->sockets[event.port], event.bytes, event.length, 0);
	}
}

/* All that waits at one source port. */
static void
receive(struct program *program, unsigned port)
{
	static uint8_t bytes[BATCH][512];
	struct mmsghdr messages[BATCH];
	struct iovec parts[BATCH];
	int n;

	do {
		for (int i = 0; i < BATCH; i++) {
			parts[i] = (struct iovec){bytes[i], sizeof(bytes[i])};
			messages[i] = (struct mmsghdr){
				.msg_hdr = {.msg_iov = &parts[i], .msg_iovlen = 1}};
		}
		n = recvmmsg(program->sockets[port], messages, BATCH, MSG_DONTWAIT, NULL);
		for (int i = 0; i < n; i++)
			coa_answer(program->coa, 0, port, bytes[i], messages[i].msg_len, now());
	} while (n == BATCH);
}

static int
by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void
report(struct program *program, double seconds, double cpu)
{
	const struct coa_counts *counts = coa_counts(program->coa);
	size_t n = program->samples;

	qsort(program->took, n, sizeof(*program->took), by_value);
	printf("{\"round_trips\":%llu,\"per_second\":%.0f,\"retries\":%llu,\"other\":%llu,"
	       "\"p50_us\":%u,\"p99_us\":%u,\"cpu_us\":%.3f}\n",
		(unsigned long long)program->done, (double)program->done / seconds,
		(unsigned long long)counts->retries, (unsigned long long)program->other,
		n > 0 ? program->took[n / 2] : 0, n > 0 ? program->took[n * 99 / 100] : 0,
		program->done > 0 ? cpu * 1e6 / (double)program->done : 0);
}

static void
run(struct program *program, uint64_t seconds)
{
	struct coa_settings settings = COA_DEFAULTS;
	struct coa_nas nas = {.key = key_of_all()};
	struct pollfd polled[COA_PORTS_MOST];
	int64_t begin, end;
	double cpu;

	settings.ports = program->ports;
	settings.rest = 0;
	settings.orders_most = 2 * (size_t)program->open;
	settings.waiting_most = settings.orders_most;
	program->coa = coa_new(&settings);
	if (coa_add_nas(program->coa, &nas) < 0)
		loopback_fail("no NAS");
	for (unsigned i = 0; i < program->ports; i++) {
		program->sockets[i] = loopback_socket(LOOPBACK, program->port);
		polled[i] = (struct pollfd){.fd = program->sockets[i], .events = POLLIN};
	}
	program->begun = xcalloc(2 * (size_t)program->open, sizeof(*program->begun));
	program->took = xcalloc(SAMPLES, sizeof(*program->took));
	for (unsigned i = 0; i < program->open; i++)
		add_order(program);
	begin = loopback_clock();
	end = begin + (int64_t)seconds * WALL_SECOND;
	cpu = cpu_seconds();
	work(program);
	while (loopback_clock() < end) {
		if (poll(polled, program->ports, 100) < 0 && errno != EINTR)
			loopback_fail("poll");
		for (unsigned i = 0; i < program->ports; i++) {
			if (polled[i].revents != 0)
				receive(program, i);
		}
		work(program);
	}
	report(program, (double)(loopback_clock() - begin) * 1e-6, cpu_seconds() - cpu);
}

/* The least that a NAS can do. */
static void __attribute__((noreturn)) answer_all(uint16_t port)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(LOOPBACK), .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), size = 4 << 20;
	struct radius_key *key = key_of_all();

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)) < 0 ||
		bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0)
		loopback_fail("bind");
	for (;;) {
		uint8_t bytes[RADIUS_MOST], back[64];
		struct sockaddr_in from;
		socklen_t length = sizeof(from);
		struct radius_packet packet;
		struct radius_writer writer;
		ssize_t n =
			recvfrom(fd, bytes, sizeof(bytes), 0, (struct sockaddr *)&from, &length);

		if (n < 0 || radius_read(bytes, (size_t)n, &packet) != RADIUS_NO_FAULT ||
			radius_check_request(key, &packet) != RADIUS_NO_FAULT)
			continue;
		radius_begin(&writer, back, sizeof(back), RADIUS_COA_ACK, packet.identifier);
		n = radius_sign_response(key, &writer, packet.authenticator);
		(void)!sendto(fd, back, (size_t)n, 0, (struct sockaddr *)&from, length);
	}
}

int
main(int argc, char **argv)
{
	static const struct option names[] = {{"port", 1, NULL, 'p'}, {"ports", 1, NULL, 'n'},
		{"open", 1, NULL, 'o'}, {"seconds", 1, NULL, 's'}, {"answer", 1, NULL, 'a'}, {0}};
	static struct program program = {.ports = 4, .open = 128};
	uint64_t seconds = 5;
	int option;

	while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (option == 'p')
			program.port = (uint16_t)loopback_number("--port", optarg, UINT16_MAX);
		else if (option == 'n')
			program.ports =
				(unsigned)loopback_number("--ports", optarg, COA_PORTS_MOST);
		else if (option == 'o')
			program.open = (unsigned)loopback_number("--open", optarg, 65536);
		else if (option == 's')
			seconds = loopback_number("--seconds", optarg, 3600);
		else if (option == 'a')
			answer_all((uint16_t)loopback_number("--answer", optarg, UINT16_MAX));
		else
			return 2;
	}
	if (program.port == 0 || program.ports == 0 || program.open == 0)
		return 2;
	run(&program, seconds);
	return 0;
}
