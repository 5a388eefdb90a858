/* SPDX-License-Identifier: BSD-2-Clause */
/* A ring of two blocks as a kernel would leave it that has lost its mind. */
#include "fuzz.h"
#include "runtime/packetring.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK  512
#define BLOCKS 2

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	uint8_t *blocks = xcalloc(BLOCKS, BLOCK);
	struct packetring ring = {
		.descriptor = -1, .blocks = blocks, .block_size = BLOCK, .block_count = BLOCKS};
	struct packetring_packet packet;
	unsigned count = 0, sum = 0;

	memcpy(blocks, bytes, size < BLOCK * BLOCKS ? size : BLOCK * BLOCKS);
	while (packetring_next(&ring, &packet)) {
		must(packet.bytes >= blocks);
		must(packet.captured <= (size_t)(blocks + BLOCK * BLOCKS - packet.bytes));
		must(packet.captured <= packet.wire);
		for (uint32_t i = 0; i < packet.captured; i++)
			sum += packet.bytes[i];
		/* Each packet moves on by a header at least, and each block is given out once. */
		must(++count <= BLOCK * BLOCKS / 48);
	}
	must(sum <= 255U * BLOCK * BLOCKS * count);
	must(ring.packets == count && ring.broken <= BLOCKS);
	free(blocks);
	return 0;
}
