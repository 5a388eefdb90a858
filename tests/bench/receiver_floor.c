/* SPDX-License-Identifier: BSD-2-Clause */
/* The limit for every collector: receives datagrams and counts them, and the records that their headers tell of,
 * and does nothing else. Three ways: recvmmsg with pauses of 2 ms (so that many come at once), the same with
 * UDP_GRO, and one blocking recvfrom for each datagram, as most collectors do. Ends with SIGINT or SIGTERM and prints
 * one line of JSON. */
#include "base/bytes.h"
#include "base/fail.h"
#include "loopback.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH        64
#define SLOT         2048
#define SLOT_GRO     65536
#define PAUSE_NS     2000000
#define IPFIX_RECORD 56 /* bytes, as sender has them */

struct floor {
	int socket;
	bool gro;
	size_t slot;
	uint8_t *memory;
	uint64_t calls, datagrams, records;
	uint32_t lost; /* the kernel's count of what found no room */
};

static void
count(struct floor *f, const uint8_t *at, size_t size)
{
	f->datagrams++;
	if (size < 24)
		return;
	/* Templates and options stand in sets under 256. */
	if (at[1] == 9)
		f->records += bytes_u16(at + 20) < 256 ? 0 : bytes_u16(at + 2);
	else if (at[1] == 10)
		f->records +=
			bytes_u16(at + 16) < 256 ? 0 : (bytes_u16(at + 18) - 4U) / IPFIX_RECORD;
}

static void
take(struct floor *f, struct msghdr *message, size_t size)
{
	const uint8_t *at = message->msg_iov->iov_base;
	int segment = (int)size;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL)
			memcpy(&f->lost, CMSG_DATA(c), sizeof(f->lost));
		else if (c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_GRO)
			memcpy(&segment, CMSG_DATA(c), sizeof(segment));
	}
	if (segment <= 0)
		return;
	for (size_t done = 0; done < size; done += (size_t)segment) {
		size_t left = size - done;

		count(f, at + done, left < (size_t)segment ? left : (size_t)segment);
	}
}

static void
receive_batches(struct floor *f)
{
	static const struct timespec pause = {.tv_nsec = PAUSE_NS};
	static struct mmsghdr messages[BATCH];
	static struct iovec parts[BATCH];
	static _Alignas(struct cmsghdr) uint8_t control[BATCH][64];
	static struct sockaddr_in from[BATCH];

	for (int i = 0; i < BATCH; i++)
		parts[i] = (struct iovec){f->memory + (size_t)i * f->slot, f->slot};
	while (!loopback_stop) {
		int n;

		for (int i = 0; i < BATCH; i++)
			messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i],
				.msg_iovlen = 1,
				.msg_name = &from[i],
				.msg_namelen = sizeof(from[i]),
				.msg_control = control[i],
				.msg_controllen = sizeof(control[i])};
		n = recvmmsg(f->socket, messages, BATCH, MSG_DONTWAIT, NULL);
		f->calls++;
		for (int i = 0; i < n; i++)
			take(f, &messages[i].msg_hdr, messages[i].msg_len);
		if (n < BATCH)
			nanosleep(&pause, NULL);
	}
}

static void
receive_each(struct floor *f)
{
	while (!loopback_stop) {
		struct sockaddr_in from;
		socklen_t length = sizeof(from);
		ssize_t n = recvfrom(
			f->socket, f->memory, f->slot, 0, (struct sockaddr *)&from, &length);

		f->calls++;
		if (n >= 0)
			count(f, f->memory, (size_t)n);
	}
}

static int
open_socket(uint16_t port, int room, bool gro)
{
	struct sockaddr_in own = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(LOOPBACK), .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0)
		loopback_fail("socket");
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof(on));
	if (gro && setsockopt(fd, SOL_UDP, UDP_GRO, &on, sizeof(on)) < 0)
		loopback_fail("UDP_GRO");
	if (bind(fd, (struct sockaddr *)&own, sizeof(own)) < 0)
		loopback_fail("bind");
	return fd;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {{"port", required_argument, NULL, 'p'},
		{"buffer", required_argument, NULL, 'b'}, {"gro", no_argument, NULL, 'g'},
		{"plain", no_argument, NULL, '1'}, {0}};
	uint16_t port = 0;
	int which, room = 4 << 20;
	bool plain = false;
	struct floor f = {.slot = SLOT};
	struct rusage usage;
	struct sigaction action;
	double cpu;

	while ((which = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (which == 'p')
			port = (uint16_t)loopback_number("port", optarg, 65535);
		else if (which == 'b')
			room = (int)loopback_number("buffer", optarg, 1 << 30);
		else if (which == 'g')
			f.gro = true;
		else if (which == '1')
			plain = true;
		else
			port = 0, optind = argc + 1;
	}
	if (port == 0 || optind != argc || (plain && f.gro)) {
		fputs("usage: receiver_floor --port PORT [--buffer BYTES] [--gro | --plain]\n",
			stderr);
		return 2;
	}
	loopback_catch();
	sigaction(SIGTERM, NULL, &action);
	must(!(action.sa_flags & SA_RESTART));
	if (f.gro)
		f.slot = SLOT_GRO;
	f.memory = xcalloc(BATCH, f.slot);
	f.socket = open_socket(port, room, f.gro);
	if (plain)
		receive_each(&f);
	else
		receive_batches(&f);
	getrusage(RUSAGE_SELF, &usage);
	cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
		(double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
	printf("{\"datagrams\":%lu,\"records\":%lu,\"calls\":%lu,\"lost\":%u,\"cpu\":%.4f,\"ns_per_"
	       "record\":%.1f}\n",
		f.datagrams, f.records, f.calls, f.lost, cpu,
		cpu * 1e9 / (double)(f.records + !f.records));
	close(f.socket);
	free(f.memory);
	return 0;
}
