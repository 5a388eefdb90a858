/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a packet of RADIUS: it is refused, or every attribute lies inside it, all of them together are as long
 * as it, and what is written again from them is the same packet, which then is signed and believed. */
#include "fuzz.h"
#include "source/radius/radiuskey.h"

#include <stdlib.h>

static void
check_inside(const struct radius_packet *packet, const struct reader *value)
{
	must(value->at >= packet->bytes + RADIUS_HEADER && value->at <= value->end);
	must(value->end <= packet->bytes + packet->length);
}

static void
walk(const struct radius_packet *packet)
{
	struct radius_walk walk = radius_walk(packet->attributes);
	struct radius_attribute attribute;
	size_t sum = 0;
	uint32_t number;

	while (radius_next(&walk, &attribute)) {
		check_inside(packet, &attribute.value);
		must(attribute.type != 0 || attribute.vendor != 0 ||
			reader_left(&attribute.value) <= RADIUS_VALUE);
		must(radius_u32(&attribute, &number) == (reader_left(&attribute.value) == 4));
		sum += reader_left(&attribute.value) + 1;
	}
	must(sum <= packet->length);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct radius_key *key;
	uint8_t *copy = malloc(size + 1), again[RADIUS_MOST];
	struct radius_packet packet, other;
	struct radius_writer writer;
	enum radius_fault fault;
	struct fail fail;
	int length;

	must(copy != NULL);
	must(key != NULL || radius_key_new(TEXT("testing123"), &key, &fail) == 0);
	if (size > 0)
		memcpy(copy, bytes, size);
	fault = radius_read(copy, size, &packet);
	must(fault <= RADIUS_BAD_ATTRIBUTE);
	if (fault != RADIUS_NO_FAULT) {
		free(copy);
		return 0;
	}
	must(packet.length <= size && packet.length >= RADIUS_HEADER);
	walk(&packet);
	fault = radius_check_request(key, &packet);
	must(fault == RADIUS_NO_FAULT || fault >= RADIUS_BAD_AUTHENTICATOR);
	radius_begin(&writer, again, sizeof(again), packet.code, packet.identifier);
	radius_add_all(&writer, packet.attributes.at, reader_left(&packet.attributes));
	length = radius_sign_response(key, &writer, packet.authenticator);
	must(length == (int)packet.length);
	must(radius_read(again, (size_t)length, &other) == RADIUS_NO_FAULT);
	must(memcmp(again + RADIUS_HEADER, copy + RADIUS_HEADER, packet.length - RADIUS_HEADER) ==
		0);
	fault = radius_check_response(key, &other, packet.authenticator);
	must(fault == (other.message ? RADIUS_BAD_MESSAGE : RADIUS_NO_FAULT) ||
		(other.message != NULL && fault == RADIUS_NO_FAULT));
	free(copy);
	return 0;
}
