/* SPDX-License-Identifier: BSD-2-Clause */
/* Any messages of an actor, each with two bytes of length before it: the gate takes them all, has answered each
 * question once at the most, and each error is one; what cannot be is counted. There is no kernel behind it. */
#include "base/fail.h"
#include "fuzz.h"
#include "gate/containing.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROOM (1 << 20)

static struct containing gate;
static struct containing_kept kept;
static struct gaterules_told told;

static void
begin(int orders)
{
	static void *room, *received;
	static struct network network;

	if (room == NULL) {
		/* Half of all addresses. */
		static struct gaterules_network of = {
			.count = 1, .at = {{.prefix.length = 1, .line_length = 56}}};

		network_make(&network, &of);
		room = memory_map(1, ROOM);
		received = xcalloc(1, ROOM);
	}
	told = (struct gaterules_told){.malformed = 0};
	kept = (struct containing_kept){.epoch = 1, .is_loaded = true};
	gate = (struct containing){.kept = &kept,
		.told = &told,
		.orders = orders,
		.network = network,
		.nft = {.fd = -1, .room = room, .size = ROOM, .received = received}};
}

/* How many of them were sent. */
static unsigned
send_all(int to, const uint8_t *bytes, size_t size)
{
	unsigned count = 0;

	while (size >= 2) {
		size_t length = (size_t)bytes[0] << 8 | bytes[1];

		bytes += 2;
		size -= 2;
		length = length < size ? length : size;
		if (send(to, bytes, length, MSG_DONTWAIT) < 0)
			break;
		count++;
		bytes += length;
		size -= length;
	}
	must(shutdown(to, SHUT_WR) == 0);
	return count;
}

static unsigned
check_answers(int from)
{
	static struct orders_answer answer;
	unsigned count = 0;

	while (recv(from, &answer, sizeof(answer), MSG_DONTWAIT) == sizeof(answer)) {
		must(answer.version == ORDERS_VERSION && answer.epoch == 1);
		must(answer.kind > 0 && answer.kind < ORDERS_KINDS);
		must(answer.error <= 0 && answer.error >= -4095);
		count++;
	}
	return count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	enum containing_outcome outcome;
	unsigned sent, taken = 0, answers = 0, malformed = 0;
	int ends[2];

	must(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
	begin(ends[1]);
	sent = send_all(ends[0], bytes, size);
	do {
		outcome = containing_take(&gate);
		taken++;
		must(taken <= sent + 1);
		answers += check_answers(ends[0]);
		malformed += outcome == CONTAINING_MALFORMED;
	} while (outcome == CONTAINING_DONE || outcome == CONTAINING_MALFORMED);
	must(answers <= sent && malformed <= sent && told.malformed == malformed);
	close(ends[0]);
	close(ends[1]);
	return 0;
}
