/* SPDX-License-Identifier: BSD-2-Clause */
/* Templates, and records of them: the first byte chooses the dialect and whether they are
 * options, two bytes give the length of the template set, the rest is data. Every field that is
 * found must lie in its record. */
#include "fuzz.h"
#include "source/export/template.h"

#include <errno.h>

static void
check_record(const struct template *template, const uint8_t *at, size_t left)
{
	struct place scratch[SLOT_COUNT];
	const struct place *place;
	struct reader record;
	size_t length = template_length(template, at, left);

	must(length <= left);
	if (length == 0)
		return;
	place = template_locate(template, at, length, scratch);
	for (unsigned slot = 0; slot < SLOT_COUNT; slot++)
		must(place[slot].size == 0 ||
			(size_t)place[slot].offset + place[slot].size <= length);
	if (template->has & TEMPLATE_NEAR)
		must(template->source_port + 2U <= length &&
			template->destination_port + 2U <= length);
	record = reader_on(at, length);
	for (unsigned i = 0; i < template->count; i++) {
		size_t size;

		must(template_take(template, i, &record, &size) != NULL);
	}
	must(reader_left(&record) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct reader reader = reader_on(bytes, size), set;
	uint8_t choice = reader_u8(&reader);
	size_t length = reader_u16(&reader);
	enum dialect dialect = choice & 1 ? DIALECT_IPFIX : DIALECT_NETFLOW9;

	if (length > reader_left(&reader))
		length = reader_left(&reader);
	set = reader_sub(&reader, length);
	for (;;) {
		struct layout layout;
		struct fail fail = {0};
		int r = layout_parse(&set, dialect, choice & 2, &layout, &fail);
		struct template *template;

		if (r == 0 || r == -EINVAL)
			return 0;
		if (r < 0 || layout.count == 0)
			continue;
		template = template_new(&layout, &fail);
		must(template_is(template, &layout));
		check_record(template, reader.at, reader_left(&reader));
		template_free(template);
	}
}
