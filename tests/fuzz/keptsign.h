/* keptsign - a kept file that says of itself what it should: for targets whose bytes are what stands behind the head */
#ifndef LAZARET_FUZZ_KEPTSIGN_H
#define LAZARET_FUZZ_KEPTSIGN_H

#include "base/fail.h"
#include "base/hash.h"
#include "census/registry/keptfile.h"

#include <stdlib.h>
#include <string.h>

/* head.size is that of the head with these bytes; to be freed. */
static inline uint8_t *
keptsign(struct keptfile_head head, const uint8_t *bytes)
{
	size_t size = head.size - sizeof(head);
	struct hash_stream *hash = hash_stream_new();
	uint8_t *file = malloc(head.size);

	must(file != NULL);
	head.order = KEPTFILE_ORDER;
	if (size > 0)
		memcpy(file + sizeof(head), bytes, size);
	hash_stream_add(hash, file + sizeof(head), size);
	hash_stream_add(hash, &head, offsetof(struct keptfile_head, checksum));
	hash_stream_end(hash, head.checksum);
	hash_stream_free(hash);
	memcpy(file, &head, sizeof(head));
	return file;
}

#endif
