/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a file of leases, of the format that the first byte says: each line gives an entry that can be,
 * nothing, or a sentence about what is wrong; and the lines of a good file go on being read behind it. */
#include "fuzz.h"
#include "identity/leasefile.h"

#include <errno.h>
#include <stdlib.h>

static void
check_text(struct text text, struct text line, const struct leasefile *file)
{
	const char *from = (const char *)file, *to = (const char *)(file + 1);

	must(text.length <= LEASEFILE_LINE);
	must(text.length == 0 ||
		(text.at >= line.at && text.at + text.length <= line.at + line.length) ||
		(text.at >= from && text.at + text.length <= to));
}

static void
check_entry(const struct leasefile_entry *entry, struct text line, const struct leasefile *file)
{
	struct address masked = address_mask(&entry->name.address, entry->name.length);
	char into[LINE_NAME];

	must(address_equal(&masked, &entry->name.address));
	must(entry->name.length <= 128 && entry->name.low <= entry->name.high);
	must(entry->name.high == 0 || address_is_v4(&entry->name.address));
	must(line_name_format(&entry->name, into)[0] != '\0');
	must(entry->at.us >= 0 && entry->until.us >= 0);
	must(entry->until.us <= UINT32_MAX * WALL_SECOND);
	must(!entry->is_length || (entry->is_held && entry->at.us == 0));
	must(entry->role < ROLE_LINES);
	check_text(entry->client, line, file);
	check_text(entry->hardware, line, file);
	check_text(entry->circuit, line, file);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct leasefile *file;
	struct text rest;
	char *copy;

	if (size == 0)
		return 0;
	file = calloc(1, sizeof(*file));
	copy = malloc(size);
	must(file != NULL && copy != NULL);
	memcpy(copy, bytes + 1, size - 1);
	rest = (struct text){copy, size - 1};
	leasefile_init(file, (enum leasefile_format)(bytes[0] % LEASEFILE_FORMATS), 0);
	while (rest.length > 0) {
		struct text line = text_cut(&rest, '\n');
		uint64_t entries = file->entries, bad = file->bad;
		struct leasefile_entry entry;
		struct fail fail = {0};
		int r = leasefile_line(file, line, &entry, &fail);

		must(r == 0 || r == 1 || r == -EBADMSG || r == -ENOTSUP);
		must(file->entries == entries + (r == 1) && file->bad == bad + (r == -EBADMSG));
		must(r >= 0 || fail.what[0] != '\0');
		must(file->block.depth <= 8);
		if (r == 1)
			check_entry(&entry, line, file);
		if (r == -ENOTSUP)
			break;
	}
	free(copy);
	free(file);
	return 0;
}
