/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/export/sflowextended.h"

#include "base/text.h"
#include "source/export/element.h"

#include <errno.h>

#define ITEMS_MOST 7

/* The two kinds of segments of an AS path (RFC 4271 s4.3). */
#define SEGMENT_SET 1

enum kind { KIND_END, KIND_NUMBER, KIND_STRING, KIND_ADDRESS, KIND_NUMBERS, KIND_PATH };

/* One field: its IANA number, and the one that it has beside an IPv6 address; or a name of our own. */
struct item {
	uint8_t kind;
	uint16_t v4;
	uint16_t v6;
	const char *name;
};

/* clang-format off */
#define IANA(kind, id)     {KIND_##kind, id, id, NULL}
#define PAIR(kind, v4, v6) {KIND_##kind, v4, v6, NULL}
#define OWN(kind, text)    {KIND_##kind, 0, 0, text}

static const struct record {
	uint32_t format;
	struct item item[ITEMS_MOST + 1];
} records[] = {
	/* Switch: of the frame as it came in, and as it went out. */
	{1001, {IANA(NUMBER, 58), IANA(NUMBER, 244), IANA(NUMBER, 59), OWN(NUMBER, "sflowPostDot1qPriority")}},
	/* Router. */
	{1002, {PAIR(ADDRESS, 15, 62), PAIR(NUMBER, 9, 29), PAIR(NUMBER, 13, 30)}},
	/* Gateway. */
	{1003, {PAIR(ADDRESS, 18, 63), OWN(NUMBER, "sflowRouterAsNumber"), IANA(NUMBER, 16), IANA(NUMBER, 129),
		OWN(PATH, "sflowAsPath"), IANA(NUMBERS, 483), OWN(NUMBER, "sflowLocalPreference")}},
	/* User. */
	{1004, {OWN(NUMBER, "sflowSourceCharacterSet"), IANA(STRING, 371),
		OWN(NUMBER, "sflowDestinationCharacterSet"), OWN(STRING, "sflowDestinationUserName")}},
	/* URL. */
	{1005, {OWN(NUMBER, "sflowUrlDirection"), IANA(STRING, 461), IANA(STRING, 460)}},
	/* MPLS: whole entries of the stacks, with the time to live, which those of IPFIX do not have. */
	{1006, {PAIR(ADDRESS, 47, 140), OWN(NUMBERS, "sflowMplsInStackEntry"),
		OWN(NUMBERS, "sflowMplsOutStackEntry")}},
	/* NAT, as of after the translation. */
	{1007, {PAIR(ADDRESS, 225, 281), PAIR(ADDRESS, 226, 282)}},
	{1008, {OWN(STRING, "sflowMplsTunnelName"), OWN(NUMBER, "sflowMplsTunnelId"),
		OWN(NUMBER, "sflowMplsTunnelCos")}},
	{1009, {OWN(STRING, "sflowMplsVcName"), OWN(NUMBER, "sflowMplsVcId"),
		OWN(NUMBER, "sflowMplsVcLabelCos")}},
	{1010, {OWN(STRING, "sflowMplsFtnDescription"), OWN(NUMBER, "sflowMplsFtnMask")}},
	{1011, {OWN(NUMBER, "sflowMplsFecPrefixLength")}},
	/* VLAN tunnel: the tags that were taken off, TPID and TCI as one number. */
	{1012, {OWN(NUMBERS, "sflowVlanTag")}},
	/* Ports of NAT. */
	{1020, {IANA(NUMBER, 227), IANA(NUMBER, 228)}},
};
/* clang-format on */

#define RECORD_COUNT (sizeof(records) / sizeof(records[0]))

static void
show(const struct decode_visitor *visitor, const struct item *item, bool is_v6,
	const uint8_t *value, size_t size)
{
	const bool is_text = item->kind == KIND_STRING || item->kind == KIND_PATH;
	const struct element own = {
		.type = is_text ? ELEMENT_STRING : ELEMENT_UNSIGNED, .name = item->name};
	const struct element *element =
		item->name != NULL ? &own : element_find(0, is_v6 ? item->v6 : item->v4);

	if (element != NULL)
		visitor->field(visitor->context, element, false, value, size);
}

/* An address of type 0 is not known: no field. is_v6: what the fields behind it belong to. */
static bool
show_address(const struct decode_visitor *visitor, const struct item *item, struct reader *record,
	bool *is_v6)
{
	uint32_t type = reader_u32(record);
	size_t size = type == 1 ? 4 : type == 2 ? 16 : 0;
	const uint8_t *at = reader_take(record, size);

	if (at == NULL || type > 2)
		return false;
	*is_v6 = type == 2;
	if (size > 0)
		show(visitor, item, *is_v6, at, size);
	return true;
}

static bool
show_numbers(const struct decode_visitor *visitor, const struct item *item, struct reader *record,
	uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		const uint8_t *at = reader_take(record, 4);

		if (at == NULL)
			return false;
		show(visitor, item, false, at, 4);
	}
	return true;
}

static bool
show_string(const struct decode_visitor *visitor, const struct item *item, struct reader *record)
{
	uint32_t size = reader_u32(record);
	const uint8_t *at = reader_take(record, size);

	if (at == NULL)
		return false;
	show(visitor, item, false, at, size);
	reader_skip(record, -size & 3);
	return !record->failed;
}

/* "64500 64501 {64510 64511}", as routers write it: an unordered set stands in braces. */
static bool
show_path(const struct decode_visitor *visitor, const struct item *item, struct reader *record)
{
	uint32_t segments = reader_u32(record);
	struct buffer path;

	buffer_init(&path, SFLOWEXTENDED_PATH);
	for (uint32_t i = 0; i < segments && !record->failed; i++) {
		bool is_set = reader_u32(record) == SEGMENT_SET;
		uint32_t count = reader_u32(record);

		buffer_print(&path, "%s%s", i > 0 ? " " : "", is_set ? "{" : "");
		for (uint32_t j = 0; j < count && !record->failed; j++)
			buffer_print(&path, "%s%u", j > 0 ? " " : "", reader_u32(record));
		buffer_print(&path, "%s", is_set ? "}" : "");
	}
	if (!record->failed)
		show(visitor, item, false, (const uint8_t *)buffer_string(&path), path.length);
	buffer_done(&path);
	return !record->failed;
}

static bool
show_item(const struct decode_visitor *visitor, const struct item *item, struct reader *record,
	bool *is_v6)
{
	const uint8_t *at;

	switch ((enum kind)item->kind) {
	case KIND_NUMBER:
		at = reader_take(record, 4);
		if (at != NULL)
			show(visitor, item, *is_v6, at, 4);
		return at != NULL;
	case KIND_STRING:
		return show_string(visitor, item, record);
	case KIND_ADDRESS:
		return show_address(visitor, item, record, is_v6);
	case KIND_NUMBERS:
		return show_numbers(visitor, item, record, reader_u32(record));
	case KIND_PATH:
		return show_path(visitor, item, record);
	case KIND_END:
		break;
	}
	return true;
}

int
sflowextended_show(const struct decode_visitor *visitor, uint32_t format, struct reader *record)
{
	const struct item *item = NULL;
	bool is_v6 = false;

	for (size_t i = 0; i < RECORD_COUNT && item == NULL; i++) {
		if (records[i].format == format)
			item = records[i].item;
	}
	if (item == NULL)
		return 0;
	for (; item->kind != KIND_END; item++) {
		if (!show_item(visitor, item, record, &is_v6))
			return -EBADMSG;
	}
	return 1;
}
