/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/export/template.h"

#include <errno.h>
#include <stdlib.h>

#define ENTERPRISE_BIT     0x8000
#define ENTERPRISE_REVERSE 29305 /* RFC 5103 s6.1 */
#define ENTERPRISE_CERT    6871  /* YAF; its reverse elements have bit 14 set */
#define CERT_REVERSE       0x4000

/* The firewall event of older Cisco ASA, before the number 233 was given. */
#define ASA_FIREWALL_EVENT 40005

/* A record has to fit a set, and the length of a set has 16 bits. */
#define RECORD_MOST 65531

const struct layout layout_netflow5 = {
	.count = 20,
	.dialect = DIALECT_NETFLOW5,
	.field = {{0, 8, 4}, {0, 12, 4}, {0, 15, 4}, {0, 10, 2}, {0, 14, 2}, {0, 2, 4}, {0, 1, 4},
		{0, 22, 4}, {0, 21, 4}, {0, 7, 2}, {0, 11, 2}, {0, 210, 1}, {0, 6, 1}, {0, 4, 1},
		{0, 5, 1}, {0, 16, 2}, {0, 17, 2}, {0, 9, 1}, {0, 13, 1}, {0, 210, 2}},
};

static const uint8_t slot_of_element[] = {
	[1] = SLOT_BYTES,
	[2] = SLOT_PACKETS,
	[4] = SLOT_PROTOCOL,
	[6] = SLOT_TCP_FLAGS,
	[7] = SLOT_SOURCE_PORT,
	[8] = SLOT_SOURCE_V4,
	[10] = SLOT_INTERFACE_IN,
	[11] = SLOT_DESTINATION_PORT,
	[12] = SLOT_DESTINATION_V4,
	[21] = SLOT_END_UPTIME,
	[22] = SLOT_START_UPTIME,
	[23] = SLOT_BYTES_POST,
	[24] = SLOT_PACKETS_POST,
	[27] = SLOT_SOURCE_V6,
	[28] = SLOT_DESTINATION_V6,
	[34] = SLOT_SAMPLING_INTERVAL,
	[48] = SLOT_SAMPLER,
	[50] = SLOT_SAMPLER_INTERVAL,
	[60] = SLOT_IP_VERSION,
	[61] = SLOT_DIRECTION,
	[85] = SLOT_BYTES_TOTAL,
	[86] = SLOT_PACKETS_TOTAL,
	[89] = SLOT_FORWARDING,
	[104] = SLOT_FRAME,
	[145] = SLOT_TEMPLATE_ID,
	[150] = SLOT_START_SECONDS,
	[151] = SLOT_END_SECONDS,
	[152] = SLOT_START_MILLI,
	[153] = SLOT_END_MILLI,
	[154] = SLOT_START_MICRO,
	[155] = SLOT_END_MICRO,
	[156] = SLOT_START_NANO,
	[157] = SLOT_END_NANO,
	[158] = SLOT_START_DELTA,
	[159] = SLOT_END_DELTA,
	[160] = SLOT_BOOT_MILLI,
	[161] = SLOT_DURATION_MILLI,
	[162] = SLOT_DURATION_MICRO,
	[182] = SLOT_SOURCE_PORT,
	[183] = SLOT_DESTINATION_PORT,
	[225] = SLOT_NAT_SOURCE_V4,
	[227] = SLOT_NAT_SOURCE_PORT,
	[230] = SLOT_NAT_EVENT,
	[231] = SLOT_BYTES_INITIATOR,
	[232] = SLOT_BYTES_RESPONDER,
	[233] = SLOT_FIREWALL_EVENT,
	[239] = SLOT_BIFLOW_DIRECTION,
	[281] = SLOT_NAT_SOURCE_V6,
	[298] = SLOT_PACKETS_INITIATOR,
	[299] = SLOT_PACKETS_RESPONDER,
	[302] = SLOT_SELECTOR,
	[305] = SLOT_PACKET_INTERVAL,
	[306] = SLOT_PACKET_SPACE,
	[309] = SLOT_SAMPLING_SIZE,
	[310] = SLOT_SAMPLING_POPULATION,
	[311] = SLOT_SAMPLING_PROBABILITY,
	[313] = SLOT_PACKET,
	[315] = SLOT_FRAME,
	[322] = SLOT_EVENT_SECONDS,
	[323] = SLOT_EVENT_MILLI,
	[324] = SLOT_EVENT_MICRO,
	[325] = SLOT_EVENT_NANO,
	[361] = SLOT_RANGE_START,
	[362] = SLOT_RANGE_END,
	[363] = SLOT_RANGE_STEP,
	[364] = SLOT_RANGE_COUNT,
};

enum shape { SHAPE_UNSIGNED, SHAPE_EXACT, SHAPE_FLOAT, SHAPE_ANY };

/* What sizes a field may have (RFC 7011 s6.2): integers any up to 8 bytes, the others one. */
static const struct {
	uint8_t shape;
	uint8_t size;
} slot_shape[SLOT_COUNT] = {
	[SLOT_SOURCE_V4] = {SHAPE_EXACT, 4},
	[SLOT_DESTINATION_V4] = {SHAPE_EXACT, 4},
	[SLOT_NAT_SOURCE_V4] = {SHAPE_EXACT, 4},
	[SLOT_SOURCE_V6] = {SHAPE_EXACT, 16},
	[SLOT_DESTINATION_V6] = {SHAPE_EXACT, 16},
	[SLOT_NAT_SOURCE_V6] = {SHAPE_EXACT, 16},
	[SLOT_START_SECONDS] = {SHAPE_EXACT, 4},
	[SLOT_END_SECONDS] = {SHAPE_EXACT, 4},
	[SLOT_START_MILLI] = {SHAPE_EXACT, 8},
	[SLOT_END_MILLI] = {SHAPE_EXACT, 8},
	[SLOT_START_MICRO] = {SHAPE_EXACT, 8},
	[SLOT_END_MICRO] = {SHAPE_EXACT, 8},
	[SLOT_START_NANO] = {SHAPE_EXACT, 8},
	[SLOT_END_NANO] = {SHAPE_EXACT, 8},
	[SLOT_BOOT_MILLI] = {SHAPE_EXACT, 8},
	[SLOT_EVENT_SECONDS] = {SHAPE_EXACT, 4},
	[SLOT_EVENT_MILLI] = {SHAPE_EXACT, 8},
	[SLOT_EVENT_MICRO] = {SHAPE_EXACT, 8},
	[SLOT_EVENT_NANO] = {SHAPE_EXACT, 8},
	[SLOT_SAMPLING_PROBABILITY] = {SHAPE_FLOAT, 0},
	[SLOT_FRAME] = {SHAPE_ANY, 0},
	[SLOT_PACKET] = {SHAPE_ANY, 0},
};

static bool
slot_takes(enum slot slot, size_t size)
{
	switch ((enum shape)slot_shape[slot].shape) {
	case SHAPE_UNSIGNED:
		return size >= 1 && size <= 8;
	case SHAPE_EXACT:
		return size == slot_shape[slot].size;
	case SHAPE_FLOAT:
		return size == 4 || size == 8;
	case SHAPE_ANY:
		return size > 0;
	}
	return false;
}

static enum slot
slot_of_reverse(uint16_t id)
{
	switch (id) {
	case 1:
		return SLOT_REVERSE_BYTES;
	case 2:
		return SLOT_REVERSE_PACKETS;
	case 6:
		return SLOT_REVERSE_TCP_FLAGS;
	case 85:
		return SLOT_REVERSE_BYTES_TOTAL;
	case 86:
		return SLOT_REVERSE_PACKETS_TOTAL;
	default:
		return SLOT_NONE;
	}
}

static enum slot
slot_of_cert(uint16_t id)
{
	switch (id) {
	case 14:
		return SLOT_TCP_FLAGS_FIRST;
	case 15:
		return SLOT_TCP_FLAGS_UNION;
	case 14 | CERT_REVERSE:
		return SLOT_REVERSE_TCP_FLAGS_FIRST;
	case 15 | CERT_REVERSE:
		return SLOT_REVERSE_TCP_FLAGS_UNION;
	default:
		return SLOT_NONE;
	}
}

static enum slot
slot_of(const struct layout *layout, unsigned i)
{
	const struct specifier *s = &layout->field[i];

	/* Scopes of NetFlow v9 have numbers of their own (RFC 3954 s6.1). */
	if (layout->dialect == DIALECT_NETFLOW9 && i < layout->scopes)
		return s->id == 2 ? SLOT_INTERFACE_IN : s->id == 5 ? SLOT_TEMPLATE_ID : SLOT_NONE;
	if (s->enterprise == ENTERPRISE_REVERSE)
		return slot_of_reverse(s->id);
	if (s->enterprise == ENTERPRISE_CERT)
		return slot_of_cert(s->id);
	if (s->enterprise != 0)
		return SLOT_NONE;
	if (layout->dialect == DIALECT_NETFLOW9 && s->id == ASA_FIREWALL_EVENT)
		return SLOT_FIREWALL_EVENT;
	return s->id < sizeof(slot_of_element) ? slot_of_element[s->id] : SLOT_NONE;
}

/* Of a tunnel's two headers the inner one is who talks to whom, and it comes last. */
static bool
is_of_inner_header(enum slot slot)
{
	return slot >= SLOT_SOURCE_PORT && slot <= SLOT_DESTINATION_V6;
}

/* The field specifiers of a template record, count of them; those that do not fit the layout are
 * read and dropped. -EINVAL if they are not all there. */
static int
parse_fields(struct reader *reader, struct layout *layout, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct specifier s = {.id = reader_u16(reader), .length = reader_u16(reader)};

		if (layout->dialect == DIALECT_IPFIX && (s.id & ENTERPRISE_BIT)) {
			s.id &= (uint16_t)~ENTERPRISE_BIT;
			s.enterprise = reader_u32(reader);
		}
		if (reader->failed)
			return -EINVAL;
		if (i < TEMPLATE_FIELDS_MOST)
			layout->field[i] = s;
	}
	return 0;
}

static size_t
shortest_record(const struct layout *layout)
{
	size_t length = 0;

	for (unsigned i = 0; i < layout->count; i++)
		length += layout->field[i].length == FIELD_VARIABLE ? 1 : layout->field[i].length;
	return length;
}

/* Looks at the rest only where it begins like padding: so a set of many records is not read
 * again for each. */
static bool
is_padding(const struct reader *reader)
{
	for (const uint8_t *at = reader->at; at < reader->end; at++) {
		if (*at != 0)
			return false;
	}
	return true;
}

int
layout_check(const struct layout *layout, unsigned count, struct fail *fail)
{
	if (layout->id < TEMPLATE_FIRST) {
		fail_what(fail, "template number %u, expected 256 or above", layout->id);
		return -ENOTSUP;
	}
	if (count == 0) {
		fail_what(fail, "template %u has no fields", layout->id);
		return -ENOTSUP;
	}
	if (count > TEMPLATE_FIELDS_MOST) {
		fail_what(fail, "template %u has %u fields, expected %d at the most", layout->id,
			count, TEMPLATE_FIELDS_MOST);
		return -ENOTSUP;
	}
	if (layout->scopes > count ||
		(layout->is_options && layout->dialect == DIALECT_IPFIX && layout->scopes == 0)) {
		fail_what(fail, "options template %u has %u scope fields of %u, expected 1 to %u",
			layout->id, layout->scopes, count, count);
		return -ENOTSUP;
	}
	if (shortest_record(layout) == 0 || shortest_record(layout) > RECORD_MOST) {
		fail_what(fail, "template %u has records of %zu bytes, expected 1 to %d",
			layout->id, shortest_record(layout), RECORD_MOST);
		return -ENOTSUP;
	}
	return 1;
}

/* NetFlow v9 gives the lengths of the two parts in bytes (RFC 3954 s6.1), IPFIX gives numbers of
 * fields (RFC 7011 s3.4.2.2). */
static int
parse_options_v9(struct reader *reader, struct layout *layout, struct fail *fail)
{
	unsigned scope = reader_u16(reader), option = reader_u16(reader);
	struct reader fields = reader_sub(reader, scope + option);

	if (reader->failed) {
		fail_what(fail, "options template %u ends before its fields (%u + %u bytes)",
			layout->id, scope, option);
		return -EINVAL;
	}
	if (scope % 4 != 0 || option % 4 != 0) {
		fail_what(fail, "options template %u has parts of %u and %u bytes, expected fours",
			layout->id, scope, option);
		return -ENOTSUP;
	}
	layout->scopes = (uint16_t)(scope / 4);
	if (parse_fields(&fields, layout, (scope + option) / 4) < 0)
		return -EINVAL;
	return (int)(scope + option) / 4;
}

int
layout_parse(struct reader *reader, enum dialect dialect, bool is_options, struct layout *ret,
	struct fail *fail)
{
	size_t head = dialect == DIALECT_NETFLOW9 && is_options ? 6 : 4;
	int count;

	if (reader_left(reader) < head || is_padding(reader)) {
		reader_skip(reader, reader_left(reader));
		return 0;
	}
	if (bytes_u32(reader->at) == 0) {
		fail_what(fail, "template number 0, expected 256 or above");
		return -EINVAL;
	}
	ret->dialect = dialect;
	ret->is_options = is_options;
	ret->scopes = 0;
	ret->count = 0;
	ret->id = reader_u16(reader);
	if (dialect == DIALECT_NETFLOW9 && is_options) {
		count = parse_options_v9(reader, ret, fail);
		if (count < 0)
			return count;
	} else {
		count = reader_u16(reader);
		if (count == 0 && dialect == DIALECT_IPFIX)
			return 1;
		if (is_options)
			ret->scopes = reader_u16(reader);
		if (parse_fields(reader, ret, (unsigned)count) < 0) {
			fail_what(fail, "template %u ends before its %d fields", ret->id, count);
			return -EINVAL;
		}
	}
	ret->count = (uint16_t)(count < TEMPLATE_FIELDS_MOST ? count : TEMPLATE_FIELDS_MOST);
	return layout_check(ret, (unsigned)count, fail);
}

/* Gives each field its slot, so that no slot is given twice. */
static void
assign_slots(struct template *template, const struct layout *layout, struct fail *fail)
{
	uint8_t at[SLOT_COUNT] = {0}; /* number of the field + 1 */

	for (unsigned i = 0; i < layout->count; i++) {
		struct template_field *field = &template->field[i];
		enum slot slot = slot_of(layout, i);

		field->specifier = layout->field[i];
		if (slot == SLOT_NONE)
			continue;
		if (field->specifier.length != FIELD_VARIABLE &&
			!slot_takes(slot, field->specifier.length)) {
			/* Length 0 stands for "not there" with some exporters. */
			if (field->specifier.length != 0)
				fail_what(fail,
					"template %u gives field %u %u bytes, which it cannot have",
					layout->id, field->specifier.id, field->specifier.length);
			continue;
		}
		if (at[slot] != 0 && !is_of_inner_header(slot))
			continue;
		if (at[slot] != 0)
			template->field[at[slot] - 1].slot = SLOT_NONE;
		field->slot = (uint8_t)slot;
		at[slot] = (uint8_t)(i + 1);
		if (slot == SLOT_SOURCE_PORT || slot == SLOT_DESTINATION_PORT)
			template->has |= field->specifier.id > 181 ? TEMPLATE_TCP : 0;
	}
	_Static_assert(TEMPLATE_FIELDS_MOST < UINT8_MAX, "a field's number fits a byte");
}

static void
place_fields(struct template *template)
{
	uint32_t at = 0;

	template->variable = template->count;
	for (unsigned i = 0; i < template->count; i++) {
		const struct template_field *field = &template->field[i];
		bool variable = field->specifier.length == FIELD_VARIABLE;

		if (variable && !template->is_variable) {
			template->is_variable = true;
			template->variable = (uint16_t)i;
			template->variable_at = (uint16_t)at;
		}
		if (!template->is_variable && field->slot != SLOT_NONE)
			template->place[field->slot] =
				(struct place){(uint16_t)at, field->specifier.length};
		at += variable ? 1 : field->specifier.length;
	}
	template->length = at;
}

static bool
has_slot(const struct template *template, enum slot slot)
{
	for (unsigned i = 0; i < template->count; i++) {
		if (template->field[i].slot == slot)
			return true;
	}
	return false;
}

static bool
has_any_slot(const struct template *template, enum slot first, enum slot last)
{
	for (unsigned i = 0; i < template->count; i++) {
		if (template->field[i].slot >= first && template->field[i].slot <= last)
			return true;
	}
	return false;
}

/* RFC 8158 s4.6: an event, who it was inside, and what he was given outside. */
static bool
is_nat_log(const struct template *t)
{
	return has_slot(t, SLOT_NAT_EVENT) &&
		(has_slot(t, SLOT_NAT_SOURCE_V4) || has_slot(t, SLOT_NAT_SOURCE_V6)) &&
		(has_slot(t, SLOT_SOURCE_V4) || has_slot(t, SLOT_SOURCE_V6));
}

static bool
is_flow(const struct template *t)
{
	bool v4 = has_slot(t, SLOT_SOURCE_V4) && has_slot(t, SLOT_DESTINATION_V4);
	bool v6 = has_slot(t, SLOT_SOURCE_V6) && has_slot(t, SLOT_DESTINATION_V6);

	return (v4 || v6) && has_slot(t, SLOT_SOURCE_PORT) && has_slot(t, SLOT_DESTINATION_PORT) &&
		(has_slot(t, SLOT_PROTOCOL) || (t->has & TEMPLATE_TCP));
}

static bool
is_plain(const struct template *t)
{
	const struct place *place = t->place;

	return !t->is_variable && place[SLOT_SOURCE_V4].size == 4 &&
		place[SLOT_DESTINATION_V4].size == 4 && place[SLOT_BYTES].size != 0 &&
		place[SLOT_PACKETS].size != 0 && place[SLOT_TCP_FLAGS].size != 0 &&
		!has_any_slot(t, SLOT_SOURCE_V6, SLOT_DESTINATION_V6) &&
		!has_any_slot(t, SLOT_BYTES_INITIATOR, SLOT_BYTES_RESPONDER) &&
		!has_any_slot(t, SLOT_PACKETS_INITIATOR, SLOT_PACKETS_RESPONDER) &&
		!has_any_slot(t, SLOT_TCP_FLAGS_FIRST, SLOT_REVERSE_TCP_FLAGS_UNION) &&
		!has_slot(t, SLOT_BIFLOW_DIRECTION) && !has_slot(t, SLOT_FIREWALL_EVENT) &&
		!has_slot(t, SLOT_FORWARDING);
}

/* What need not be asked of each record. */
static void
note_fields(struct template *t)
{
	bool has_both =
		t->place[SLOT_START_UPTIME].size == 4 && t->place[SLOT_END_UPTIME].size == 4;

	if (has_any_slot(t, SLOT_SAMPLER_INTERVAL, SLOT_SAMPLING_PROBABILITY))
		t->has |= TEMPLATE_RATE;
	if (has_both && !t->is_variable && t->dialect != DIALECT_IPFIX &&
		!has_any_slot(t, SLOT_START_SECONDS, SLOT_EVENT_NANO))
		t->has |= TEMPLATE_UPTIMES;
	if (is_plain(t))
		t->has |= TEMPLATE_PLAIN;
}

static void
choose_plan(struct template *t)
{
	const struct place *ports = t->place;
	bool counts = has_any_slot(t, SLOT_BYTES, SLOT_PACKETS_RESPONDER);

	if (t->is_options) {
		t->plan = has_any_slot(t, SLOT_SAMPLER_INTERVAL, SLOT_SAMPLING_PROBABILITY) ||
				has_slot(t, SLOT_BOOT_MILLI)
			? PLAN_OPTIONS
			: PLAN_SKIP;
		return;
	}
	if (is_nat_log(t))
		t->has |= TEMPLATE_NAT;
	if (is_flow(t) && (counts || !(t->has & TEMPLATE_NAT)))
		t->has |= TEMPLATE_FLOWS;
	if (has_any_slot(t, SLOT_FRAME, SLOT_PACKET))
		t->has |= TEMPLATE_FRAMES;
	note_fields(t);
	if (ports[SLOT_SOURCE_PORT].size == 2 && ports[SLOT_DESTINATION_PORT].size == 2) {
		t->has |= TEMPLATE_NEAR;
		t->source_port = ports[SLOT_SOURCE_PORT].offset;
		t->destination_port = ports[SLOT_DESTINATION_PORT].offset;
	}
	if (has_any_slot(t, SLOT_REVERSE_BYTES, SLOT_REVERSE_TCP_FLAGS_UNION) &&
		!has_any_slot(t, SLOT_SOURCE_PORT, SLOT_DESTINATION_V6))
		t->has |= TEMPLATE_KEYLESS;
	if (!(t->has & (TEMPLATE_FLOWS | TEMPLATE_NAT | TEMPLATE_FRAMES)))
		t->plan = PLAN_SKIP;
	else if (t->is_variable || (t->has & (TEMPLATE_NAT | TEMPLATE_FRAMES)) ||
		!(t->has & TEMPLATE_NEAR))
		t->plan = PLAN_WALK;
	else
		t->plan = PLAN_PORTS;
}

struct template *
template_new(const struct layout *layout, struct fail *fail)
{
	struct template *template =
		xcalloc(1, sizeof(*template) + layout->count * sizeof(template->field[0]));

	template->id = layout->id;
	template->dialect = (uint8_t)layout->dialect;
	template->is_options = layout->is_options;
	template->count = layout->count;
	template->scopes = layout->scopes;
	assign_slots(template, layout, fail);
	place_fields(template);
	choose_plan(template);
	return template;
}

struct template *
template_free(struct template *template)
{
	free(template);
	return NULL;
}

bool
template_is(const struct template *template, const struct layout *layout)
{
	if (template->count != layout->count || template->scopes != layout->scopes ||
		template->is_options != layout->is_options)
		return false;
	for (unsigned i = 0; i < layout->count; i++) {
		const struct specifier *a = &template->field[i].specifier, *b = &layout->field[i];

		if (a->id != b->id || a->length != b->length || a->enterprise != b->enterprise)
			return false;
	}
	return true;
}

const uint8_t *
template_take(const struct template *template, unsigned i, struct reader *record, size_t *size)
{
	size_t length = template->field[i].specifier.length;

	if (length == FIELD_VARIABLE) {
		length = reader_u8(record);
		if (length == 255)
			length = reader_u16(record);
	}
	*size = length;
	return reader_take(record, length);
}

size_t
template_length(const struct template *template, const uint8_t *at, size_t left)
{
	struct reader record = reader_on(at, left);
	size_t size;

	if (left < template->length)
		return 0;
	if (!template->is_variable)
		return template->length;
	reader_skip(&record, template->variable_at);
	for (unsigned i = template->variable; i < template->count; i++)
		(void)template_take(template, i, &record, &size);
	return record.failed ? 0 : left - reader_left(&record);
}

const struct place *
template_locate(const struct template *template, const uint8_t *record, size_t length,
	struct place scratch[SLOT_COUNT])
{
	struct reader reader = reader_on(record, length);

	if (!template->is_variable)
		return template->place;
	memcpy(scratch, template->place, sizeof(template->place));
	reader_skip(&reader, template->variable_at);
	for (unsigned i = template->variable; i < template->count; i++) {
		enum slot slot = template->field[i].slot;
		size_t size;
		const uint8_t *at = template_take(template, i, &reader, &size);

		if (at == NULL)
			break;
		if (slot != SLOT_NONE && slot_takes(slot, size))
			scratch[slot] = (struct place){(uint16_t)(at - record), (uint16_t)size};
	}
	return scratch;
}
