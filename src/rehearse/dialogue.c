/* SPDX-License-Identifier: BSD-2-Clause */
#include "rehearse/dialogue.h"

#include "base/random.h"
#include "source/flow.h"

/* IP and TCP with timestamps; a SYN has more options. */
#define HEADERS_V4 52
#define HEADERS_V6 72
#define SYN_MORE   8

#define PACKET_MOST 1500
#define DATA_MOST   21

/* One failed connection of so many is reset, the others have no answer. */
#define RESET_ONE_IN 4
#define RESET_WITHIN 40000

static void
say(struct dialogue *dialogue, bool from_server, uint8_t tcp_flags, uint16_t size)
{
	dialogue->packet[dialogue->count++] = (struct dialogue_packet){
		.size = size, .tcp_flags = tcp_flags, .from_server = from_server};
}

/* A command or a reply of so many bytes. */
static void
say_line(struct dialogue *dialogue, bool from_server, uint16_t headers, unsigned length)
{
	say(dialogue, from_server, TCP_PSH | TCP_ACK, (uint16_t)(headers + length));
}

static void
say_hello(struct dialogue *dialogue, uint16_t headers, struct random *random)
{
	say(dialogue, false, TCP_SYN, headers + SYN_MORE);
	say(dialogue, true, TCP_SYN | TCP_ACK, headers + SYN_MORE);
	say(dialogue, false, TCP_ACK, headers);
	say_line(dialogue, true, headers, 40);
	say_line(dialogue, false, headers, 20 + (unsigned)random_below(random, 20));
	say_line(dialogue, true, headers, 150);
	say_line(dialogue, false, headers, 30 + (unsigned)random_below(random, 20));
	say_line(dialogue, true, headers, 14);
	say_line(dialogue, false, headers, 30 + (unsigned)random_below(random, 20));
}

static void
say_bye(struct dialogue *dialogue, uint16_t headers)
{
	say_line(dialogue, false, headers, 6);
	say_line(dialogue, true, headers, 15);
	say(dialogue, false, TCP_FIN | TCP_ACK, headers);
	say(dialogue, true, TCP_FIN | TCP_ACK, headers);
	say(dialogue, false, TCP_ACK, headers);
}

static void
say_message(struct dialogue *dialogue, uint16_t headers, struct random *random)
{
	unsigned full = (unsigned)random_below(random, DATA_MOST);

	say_line(dialogue, true, headers, 14);
	say_line(dialogue, false, headers, 6);
	say_line(dialogue, true, headers, 40);
	for (unsigned i = 0; i < full; i++) {
		say(dialogue, false, TCP_ACK, PACKET_MOST);
		if (i % 2 == 1)
			say(dialogue, true, TCP_ACK, headers);
	}
	/* Even the smallest message is more than a refused client says. */
	say_line(dialogue, false, headers,
		FLOW_ACCEPTED_BYTES + (unsigned)random_below(random, 400));
	say_line(dialogue, true, headers, 50);
}

void
dialogue_make(struct dialogue *ret, uint8_t outcome, uint32_t duration, bool is_v6, uint64_t seed)
{
	uint16_t headers = is_v6 ? HEADERS_V6 : HEADERS_V4;
	struct random random;

	random_seed(&random, seed);
	ret->count = 0;
	switch (outcome) {
	case OUTCOME_ACCEPTED:
		say_hello(ret, headers, &random);
		say_message(ret, headers, &random);
		say_bye(ret, headers);
		break;
	case OUTCOME_REFUSED:
		say_hello(ret, headers, &random);
		say_line(ret, true, headers, 40);
		say_bye(ret, headers);
		break;
	case OUTCOME_UNKNOWN:
		say(ret, false, TCP_SYN, headers + SYN_MORE);
		say(ret, true, TCP_SYN | TCP_ACK, headers + SYN_MORE);
		break;
	default:
		say(ret, false, TCP_SYN, headers + SYN_MORE);
		if (outcome == OUTCOME_FAILED && random_below(&random, RESET_ONE_IN) == 0) {
			say(ret, true, TCP_RST | TCP_ACK, is_v6 ? 60 : 40);
			duration = 1000 + (uint32_t)random_below(&random, RESET_WITHIN);
			break;
		}
		say(ret, false, TCP_SYN, headers + SYN_MORE);
		say(ret, false, TCP_SYN, headers + SYN_MORE);
		break;
	}
	for (unsigned i = 0; i < ret->count; i++)
		ret->packet[i].at = (uint32_t)((uint64_t)duration * i / (ret->count - 1));
}
