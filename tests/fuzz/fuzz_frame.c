/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames: the first byte names the link, the second how much longer than captured it was; fragments go on to
 * be put together. What the parser points at must lie in the frame. */
#include "fuzz.h"
#include "source/packet/fragment.h"

static uint64_t touched;

static void
check(const struct frame *frame, const uint8_t *bytes, size_t size)
{
	must(frame->captured <= frame->wire);
	must(frame->address_size == 4 || frame->address_size == 16);
	must(frame->source >= bytes && frame->destination + frame->address_size <= bytes + size);
	for (size_t i = 0; i < frame->captured; i++)
		touched += frame->payload[i];
	if (frame->captured > 0)
		must(frame->payload >= bytes && frame->payload + frame->captured <= bytes + size);
	touched += frame_source(frame).byte[15] + frame_destination(frame).byte[15];
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct fragments *fragments;
	const uint8_t *whole;
	size_t length;
	struct frame frame;
	enum link link;

	if (size < 2)
		return 0;
	if (fragments == NULL)
		fragments = fragments_new();
	link = (enum link)(bytes[0] % LINK_COUNT);
	length = size - 2;
	if (frame_parse(link, bytes + 2, length, length + bytes[1] * 8U, &frame) < 0)
		return 0;
	check(&frame, bytes + 2, length);
	if ((frame.known & FRAME_FRAGMENT) != 0 && frame.protocol == 17 &&
		fragments_add(fragments, (struct wall){(int64_t)touched}, &frame, true, &whole,
			&length) == 1 &&
		frame_parse_transport(&frame, whole, length, length) == 0) {
		for (size_t i = 0; i < frame.captured; i++)
			touched += frame.payload[i];
	}
	return 0;
}
