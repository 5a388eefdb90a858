/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as parameters of a deterministic translator, and as a line of a translator's log. A map that is taken
 * leads from any outside port to a subscriber and back to the same block; a block that is taken is one. */
#include "fuzz.h"
#include "identity/natblock.h"
#include "identity/natmap.h"

#include <errno.h>
#include <stdlib.h>

static void
try_map(const struct natmap *map)
{
	static const uint16_t ports[] = {0, 1, 1023, 1024, 5000, 32767, 32768, 65535};
	struct line_name name, back;
	struct fail fail = {0};

	must(natmap_check(map, &fail) == 0);
	for (size_t i = 0; i < sizeof(ports) / sizeof(*ports); i++) {
		struct address outside = map->outside.address;
		int r;

		for (int byte = 12; byte < 16; byte++)
			outside.byte[byte] |= (uint8_t)(ports[i] * 37 >> (byte - 12));
		r = natmap_inside(map, &outside, ports[i], (struct wall){1}, 0, &name);
		must(r == 0 || r == -ENOENT || r == -ENOTUNIQ);
		if (r < 0)
			continue;
		must(prefix_has(&map->inside, &name.address));
		must(natmap_outside(map, &name.address, &back) == 0);
		must(address_equal(&back.address, &outside));
		must(back.low <= ports[i] && ports[i] <= back.high && ports[i] >= map->first);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	char *copy = malloc(size + 1);
	struct text text = {copy, size};
	struct natblock block;
	struct fail fail = {0};
	struct natmap map;
	int r;

	must(copy != NULL);
	if (size > 0)
		memcpy(copy, bytes, size);
	r = natmap_parse(text, &map, &fail);
	must(r == 0 || (r == -EINVAL && fail.what[0] != '\0'));
	if (r == 0)
		try_map(&map);
	fail.what[0] = '\0';
	r = natblock_line(text, &block, &fail);
	must(r == 0 || r == 1 || (r == -EBADMSG && fail.what[0] != '\0'));
	if (r == 1)
		must(address_is_v4(&block.outside.address) && block.outside.high > 0 &&
			block.outside.low <= block.outside.high);
	free(copy);
	return 0;
}
