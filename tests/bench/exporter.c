/* SPDX-License-Identifier: BSD-2-Clause */
#include "exporter.h"

#include "base/fail.h"

void
exporter_add(struct exporter *e, uint16_t id, uint16_t size)
{
	must(e->count < EXPORTER_FIELDS);
	e->id[e->count] = id;
	e->size[e->count++] = size;
	e->length = (uint16_t)(e->length + size);
}

uint16_t
exporter_offset(const struct exporter *e, uint16_t id)
{
	uint16_t at = 0;

	for (unsigned i = 0; i < e->count; i++) {
		if (e->id[i] == id)
			return at;
		at = (uint16_t)(at + e->size[i]);
	}
	return 0;
}

/* count: of the records, also where the header does not tell it but the sequence does. */
static void
write_head(struct writer *w, struct exporter *e, uint16_t count)
{
	writer_u16(w, e->kind == KIND_V5 ? 5 : e->kind == KIND_V9 ? 9 : 10);
	writer_u16(w, count);
	if (e->kind != KIND_IPFIX)
		writer_u32(w, e->uptime);
	writer_u32(w, e->seconds);
	if (e->kind == KIND_V5)
		writer_u32(w, 0);
	writer_u32(w, e->sequence);
	writer_u32(w, e->domain);
}

size_t
exporter_end(const struct exporter *e, struct writer *w)
{
	size_t size = writer_length(w);

	must(!w->failed);
	if (e->kind == KIND_IPFIX) {
		struct writer length = writer_on(w->begin + 2, 2);

		writer_u16(&length, (uint16_t)size);
	}
	return size;
}

size_t
exporter_template(struct exporter *e, uint8_t at[EXPORTER_SLOT])
{
	struct writer w = writer_on(at, EXPORTER_SLOT);

	write_head(&w, e, 1);
	e->sequence += e->kind == KIND_V9;
	writer_u16(&w, e->kind == KIND_V9 ? 0 : 2);
	writer_u16(&w, (uint16_t)(8 + 4 * e->count));
	writer_u16(&w, e->template_id);
	writer_u16(&w, (uint16_t)e->count);
	for (unsigned i = 0; i < e->count; i++) {
		writer_u16(&w, e->id[i]);
		writer_u16(&w, e->size[i]);
	}
	return exporter_end(e, &w);
}

size_t
exporter_unsampled(struct exporter *e, uint8_t at[EXPORTER_SLOT])
{
	/* NetFlow v9: scope 1 (the system); interval (34) and algorithm (35); then a record of these. */
	static const uint16_t v9[] = {1, 24, 0, 4, 8, 1, 4, 34, 4, 35, 1, 0, 0, 16, 0, 0, 0, 1};
	/* IPFIX: two fields, the first of them scope: domain (149) and interval (34). */
	static const uint16_t ipfix[] = {3, 18, 0, 2, 1, 149, 4, 34, 4, 0, 12};
	uint16_t id = e->template_id + 1U;
	struct writer w = writer_on(at, EXPORTER_SLOT);

	write_head(&w, e, 2);
	e->sequence++;
	if (e->kind == KIND_IPFIX) {
		for (size_t i = 0; i < sizeof(ipfix) / sizeof(*ipfix); i++)
			writer_u16(&w, i == 2 || i == 9 ? id : ipfix[i]);
		writer_u32(&w, e->domain);
		writer_u32(&w, 1);
		return exporter_end(e, &w);
	}
	for (size_t i = 0; i < sizeof(v9) / sizeof(*v9); i++)
		writer_u16(&w, i == 2 || i == 12 ? id : v9[i]);
	writer_u32(&w, 0x01000000);
	return exporter_end(e, &w);
}

struct writer
exporter_begin(struct exporter *e, uint8_t at[EXPORTER_SLOT])
{
	struct writer w = writer_on(at, EXPORTER_SLOT);

	write_head(&w, e, EXPORTER_RECORDS);
	e->sequence += e->kind == KIND_V9 ? 1 : EXPORTER_RECORDS;
	if (e->kind != KIND_V5) {
		writer_u16(&w, e->template_id);
		writer_u16(&w, (uint16_t)(4 + EXPORTER_RECORDS * e->length));
	}
	return w;
}
