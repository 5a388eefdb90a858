/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/packetsin.h"

#include "runtime/event.h"
#include "source/capture/packets.h"

#include <stdlib.h>
#include <string.h>

/* Packets between two calls of pump. */
#define PUMP_EVERY 256

struct packets_in {
	struct packetring ring;
	enum packetring_state state;
	const char *interface; /* NULL: no ring has this number */
	bool is_loopback;
};

struct packetsin {
	struct packets *packets;
	struct wall time; /* of the last packet */
	struct packets_in of[DAEMON_LISTEN];
};

struct packetsin *
packetsin_new(struct intake *intake)
{
	struct packetsin *in = xcalloc(1, sizeof(*in));

	in->packets = packets_new("", intake);
	packets_ignore_export(in->packets);
	return in;
}

struct packetsin *
packetsin_free(struct packetsin *in)
{
	if (in == NULL)
		return NULL;
	for (size_t i = 0; i < DAEMON_LISTEN; i++) {
		if (in->of[i].interface != NULL)
			packetring_close(&in->of[i].ring);
	}
	packets_free(in->packets);
	free(in);
	return NULL;
}

int
packetsin_add(struct packetsin *in, size_t number, const struct receiver_socket *socket,
	struct fail *fail)
{
	struct packets_in *one = &in->of[number];
	int r = packetring_map(&one->ring, socket->descriptor, &socket->packets, fail);

	if (r < 0)
		return r;
	one->interface = socket->packets.interface;
	one->is_loopback = strcmp(one->interface, "lo") == 0;
	return 0;
}

static void
look_for_loss(struct packetsin *in, struct packets_in *one, struct wall now)
{
	uint64_t before = one->ring.dropped;
	bool is_losing = one->ring.is_losing;

	(void)!packetring_count(&one->ring);
	if (is_losing || one->ring.dropped > before)
		packets_lost(in->packets, now);
}

/* The kernel's time of a packet may be set back; the next one's never is. */
static void
read_packet(struct packetsin *in, const struct packetring_packet *seen, struct wall now)
{
	struct packet packet = {.link = LINK_ETHERNET,
		.bytes = seen->bytes,
		.captured = seen->captured,
		.wire = seen->wire};

	if (seen->time.us > in->time.us)
		in->time = seen->time.us < now.us ? seen->time : now;
	packet.time = in->time;
	packets_add(in->packets, &packet);
}

size_t
packetsin_take(struct packetsin *in, size_t number, struct wall now, void (*pump)(void *context),
	void *context)
{
	struct packets_in *one = &in->of[number];
	struct packetring_packet seen;
	size_t count = 0;

	while (count < PACKETSIN_PORTION && packetring_next(&one->ring, &seen)) {
		/* Before what came after it: a reset may end what was lost in between. */
		if (one->ring.is_losing)
			look_for_loss(in, one, now);
		/* On the loopback every packet is seen twice. */
		if (!one->is_loopback || !seen.outgoing)
			read_packet(in, &seen, now);
		if (++count % PUMP_EVERY == 0)
			pump(context);
	}
	pump(context);
	return count;
}

void
packetsin_clock(struct packetsin *in, struct wall now)
{
	packets_clock(in->packets, now);
}

void
packetsin_look(struct packetsin *in, struct duty *duty)
{
	static const char *const words[] = {[PACKETRING_UP] = "",
		[PACKETRING_DOWN] = "is down: no packets can be read of it",
		[PACKETRING_GONE] = "was taken away; when it is there again, reload"};
	const char *bad = NULL;
	enum packetring_state worst = PACKETRING_UP;
	bool is_changed = false;

	for (size_t i = 0; i < DAEMON_LISTEN; i++) {
		struct packets_in *one = &in->of[i];
		enum packetring_state state;

		if (one->interface == NULL)
			continue;
		state = packetring_look(one->ring.descriptor);
		if (state > worst) {
			worst = state;
			bad = one->interface;
		}
		if (state == one->state)
			continue;
		one->state = state;
		is_changed = true;
		if (state == PACKETRING_UP)
			event(EVENT_INTERFACE_UP, "interface=%s", one->interface);
		else
			event(EVENT_INTERFACE_DOWN, "interface=%s text=%s", one->interface,
				words[state]);
	}
	if (is_changed && bad == NULL)
		duty_trouble(duty, "%s", "");
	else if (is_changed)
		duty_trouble(duty, "the interface %s %s", bad, words[worst]);
}

void
packetsin_show(struct packetsin *in, struct duty *duty)
{
	uint64_t packets = 0, dropped = 0;

	for (size_t i = 0; i < DAEMON_LISTEN; i++) {
		struct packets_in *one = &in->of[i];

		if (one->interface == NULL)
			continue;
		look_for_loss(in, one, duty->clock.now);
		packets += one->ring.packets;
		dropped += one->ring.dropped;
	}
	duty_count(duty, COUNT_PACKETS, packets);
	duty_count(duty, COUNT_PACKETS_DROPPED, dropped);
}
