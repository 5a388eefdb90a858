/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/registry/columns.h"

#include "census/registry/delegated.h"

#include <stdlib.h>

#define FIRST_ROOM   1024
#define DATE_DIGITS  14
#define STAMP_LENGTH 20

const char *const registry_names[REGISTRY_COUNT] = {
	[REGISTRY_NONE] = "",
	[REGISTRY_RIPENCC] = "ripencc",
	[REGISTRY_APNIC] = "apnic",
	[REGISTRY_AFRINIC] = "afrinic",
	[REGISTRY_ARIN] = "arin",
	[REGISTRY_LACNIC] = "lacnic",
};

/* What an attribute's value is. */
enum meaning {
	MEANING_NONE,
	MEANING_HANDLES, /* a list of them */
	MEANING_MAILBOX,
	MEANING_NAME,
	MEANING_COUNTRY,
	MEANING_LANGUAGE,
	MEANING_TYPE,
	MEANING_MAINTAINERS,
	MEANING_REMARK,
	MEANING_DATE
};

static const uint8_t meanings[RPSL_NAME_COUNT] = {
	[RPSL_ABUSE_C] = MEANING_HANDLES,
	[RPSL_ORG] = MEANING_HANDLES,
	[RPSL_MNT_IRT] = MEANING_HANDLES,
	[RPSL_SPONSORING_ORG] = MEANING_HANDLES,
	[RPSL_ORGID] = MEANING_HANDLES,
	[RPSL_PARENT] = MEANING_HANDLES,
	[RPSL_ABUSEHANDLE] = MEANING_HANDLES,
	[RPSL_ORGABUSEHANDLE] = MEANING_HANDLES,
	[RPSL_ABUSE_MAILBOX] = MEANING_MAILBOX,
	[RPSL_E_MAIL] = MEANING_MAILBOX,
	[RPSL_MAILBOX] = MEANING_MAILBOX,
	[RPSL_ORG_TYPE] = MEANING_TYPE,
	[RPSL_ORG_NAME] = MEANING_NAME,
	[RPSL_ORGNAME] = MEANING_NAME,
	[RPSL_NETNAME] = MEANING_NAME,
	[RPSL_COUNTRY] = MEANING_COUNTRY,
	[RPSL_LANGUAGE] = MEANING_LANGUAGE,
	[RPSL_MNT_BY] = MEANING_MAINTAINERS,
	[RPSL_MNT_LOWER] = MEANING_MAINTAINERS,
	[RPSL_COMMENT] = MEANING_REMARK,
	[RPSL_LAST_MODIFIED] = MEANING_DATE,
	[RPSL_CHANGED] = MEANING_DATE,
	[RPSL_UPDATED] = MEANING_DATE,
};

/* A class of a registry: what it is, and the attribute that has its key. */
struct class {
	enum { CLASS_NONE, CLASS_NETWORK, CLASS_SYSTEM, CLASS_HOLDER } what;
	enum holder_kind kind;
	enum rpsl_name key;
};

#define NETWORK(name)                                                                              \
	{                                                                                          \
		.what = CLASS_NETWORK, .key = (name)                                               \
	}
#define SYSTEM(name)                                                                               \
	{                                                                                          \
		.what = CLASS_SYSTEM, .key = (name)                                                \
	}
#define HOLDER(_kind, name)                                                                        \
	{                                                                                          \
		.what = CLASS_HOLDER, .kind = (_kind), .key = (name)                               \
	}

static const struct class rpsl_classes[RPSL_CLASS_LAST + 1] = {
	[RPSL_INETNUM] = NETWORK(RPSL_INETNUM),
	[RPSL_INET6NUM] = NETWORK(RPSL_INET6NUM),
	[RPSL_AUT_NUM] = SYSTEM(RPSL_AUT_NUM),
	[RPSL_ROLE] = HOLDER(HOLDER_ROLE, RPSL_NIC_HDL),
	[RPSL_ORGANISATION] = HOLDER(HOLDER_ORGANISATION, RPSL_ORGANISATION),
	[RPSL_IRT] = HOLDER(HOLDER_TEAM, RPSL_IRT),
};

static const struct class arin_classes[RPSL_CLASS_LAST + 1] = {
	[RPSL_NETHANDLE] = NETWORK(RPSL_NETRANGE),
	[RPSL_V6NETHANDLE] = NETWORK(RPSL_NETRANGE),
	[RPSL_ASHANDLE] = SYSTEM(RPSL_ASNUMBER),
	[RPSL_POCHANDLE] = HOLDER(HOLDER_ROLE, RPSL_POCHANDLE),
	[RPSL_ORGID] = HOLDER(HOLDER_ORGANISATION, RPSL_ORGID),
};

static const struct class lacnic_classes[RPSL_CLASS_LAST + 1] = {
	[RPSL_INETNUM] = NETWORK(RPSL_INETNUM),
	[RPSL_INET6NUM] = NETWORK(RPSL_INET6NUM),
	[RPSL_AUT_NUM] = SYSTEM(RPSL_AUT_NUM),
	[RPSL_NIC_HDL] = HOLDER(HOLDER_ROLE, RPSL_NIC_HDL),
	[RPSL_PERSON] = HOLDER(HOLDER_ROLE, RPSL_NIC_HDL),
	[RPSL_ROLE] = HOLDER(HOLDER_ROLE, RPSL_NIC_HDL),
};

static const struct class *const classes[REGISTRY_COUNT] = {
	[REGISTRY_RIPENCC] = rpsl_classes,
	[REGISTRY_APNIC] = rpsl_classes,
	[REGISTRY_AFRINIC] = rpsl_classes,
	[REGISTRY_ARIN] = arin_classes,
	[REGISTRY_LACNIC] = lacnic_classes,
};

static const enum rpsl_name dates[REGISTRY_COUNT] = {
	[REGISTRY_RIPENCC] = RPSL_LAST_MODIFIED,
	[REGISTRY_APNIC] = RPSL_LAST_MODIFIED,
	[REGISTRY_AFRINIC] = RPSL_LAST_MODIFIED,
	[REGISTRY_ARIN] = RPSL_UPDATED,
	[REGISTRY_LACNIC] = RPSL_CHANGED,
};

/* The maintainers of the RIPE NCC that stop the way up, as its whois has them. */
static const char *const fixing[] = {"ripe-ncc-end-mnt", "ripe-ncc-legacy-mnt", "ripe-ncc-hm-mnt"};

#define FIXING_LEAST (sizeof("ripe-ncc-hm-mnt") - 1)

/* What ARIN writes into a POC that does not answer. */
static const char unanswered[] = "has received no response";

/* Room for so many networks of the family. */
static void
make_room(struct networks *networks, enum range_family family, bool has_handles, uint32_t size)
{
	networks->size = size;
	networks->at = memory_grow(networks->at, size * sizeof(*networks->at));
	if (family == RANGE_IPV6)
		networks->sixes = memory_grow(networks->sixes, size * sizeof(*networks->sixes));
	else
		networks->fours = memory_grow(networks->fours, size * sizeof(*networks->fours));
	if (has_handles)
		networks->handles =
			memory_grow(networks->handles, size * sizeof(*networks->handles));
}

struct columns *
columns_new(enum registry_name registry)
{
	struct columns *columns = xcalloc(1, sizeof(*columns));

	columns->registry = registry;
	words_init(&columns->handles, true);
	words_init(&columns->mailboxes, false);
	stringtable_init(&columns->names);
	for (size_t i = 0; i < RANGE_FAMILY_COUNT; i++) {
		struct networks *networks = &columns->networks[i];

		make_room(networks, (enum range_family)i, registry == REGISTRY_ARIN, FIRST_ROOM);
		networks->at[0] = (struct entry){.name = 0};
		if (networks->sixes != NULL)
			networks->sixes[0] = (struct range){.low = 0};
		else
			networks->fours[0] = (struct range4){.low = 0};
		if (networks->handles != NULL)
			networks->handles[0] = 0;
	}
	columns->holder_size = columns->holder_of_size = columns->reference_size = FIRST_ROOM;
	columns->holders = xcalloc(FIRST_ROOM, sizeof(*columns->holders));
	columns->references = xcalloc(FIRST_ROOM, sizeof(*columns->references));
	for (size_t i = 0; i < HOLDER_KIND_COUNT; i++)
		columns->holder_of[i] = xcalloc(FIRST_ROOM, sizeof(*columns->holder_of[i]));
	return columns;
}

struct columns *
columns_free(struct columns *columns)
{
	if (columns == NULL)
		return NULL;
	words_done(&columns->handles);
	words_done(&columns->mailboxes);
	stringtable_done(&columns->names);
	for (size_t i = 0; i < RANGE_FAMILY_COUNT; i++) {
		struct networks *networks = &columns->networks[i];

		free(networks->at);
		free(networks->fours);
		free(networks->sixes);
		free(networks->handles);
		if (networks->up != networks->inside)
			free(networks->up);
		free(networks->inside);
		free(networks->order);
	}
	for (size_t i = 0; i < HOLDER_KIND_COUNT; i++)
		free(columns->holder_of[i]);
	free(columns->holders);
	free(columns->references);
	free(columns->known);
	free(columns);
	return NULL;
}

/* "2004-01-31T12:00:00Z", as RIPE and those after it write it: its digits, or 0 where it is none. */
static uint64_t
pack_stamp(const char *at)
{
	static const uint8_t places[DATE_DIGITS] = {0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18};
	uint64_t packed = 0;
	unsigned most = 0;

	for (size_t i = 0; i < DATE_DIGITS; i++) {
		unsigned digit = (unsigned)(uint8_t)at[places[i]] - '0';

		most |= digit > 9;
		packed = packed * 10 + digit;
	}
	return most == 0 && at[4] == '-' && at[7] == '-' && at[10] == 'T' && at[13] == ':' &&
			at[16] == ':'
		? packed
		: 0;
}

/* The first 14 digits of a date, to the second; what is missing counts as 0. */
static uint64_t
pack_date(struct text text)
{
	uint64_t packed = text.length == STAMP_LENGTH ? pack_stamp(text.at) : 0;
	unsigned digits = 0;

	if (packed != 0)
		return packed;
	for (size_t i = 0; i < text.length && digits < DATE_DIGITS; i++) {
		if (text.at[i] >= '0' && text.at[i] <= '9') {
			packed = packed * 10 + (uint64_t)(text.at[i] - '0');
			digits++;
		}
	}
	for (; digits < DATE_DIGITS; digits++)
		packed *= 10;
	return packed;
}

bool
entry_is_rather(const struct entry *a, const struct entry *b)
{
	if (a->changed != b->changed)
		return a->changed > b->changed;
	return a->file < b->file;
}

static bool
is_small_text(struct text text, const char *small)
{
	size_t i = 0;

	while (i < text.length && small[i] != '\0' && text_small(text.at[i]) == small[i])
		i++;
	return i == text.length && small[i] == '\0';
}

static bool
has_fixing(struct text list)
{
	if (list.length < FIXING_LEAST)
		return false;
	while (list.length > 0) {
		struct text one = text_trim(text_cut(&list, ','));

		for (size_t i = 0; i < sizeof(fixing) / sizeof(*fixing); i++) {
			if (is_small_text(one, fixing[i]))
				return true;
		}
	}
	return false;
}

static void
refer(struct columns *columns, struct entry *entry, enum rpsl_name name, uint32_t word)
{
	if (word == 0)
		return;
	if (entry->reference_count == COLUMNS_REFERENCES) {
		columns->refused++;
		return;
	}
	if (columns->reference_count == columns->reference_size) {
		if (columns->reference_size > UINT32_MAX / 2) {
			columns->refused++;
			return;
		}
		columns->reference_size *= 2;
		columns->references = memory_grow(columns->references,
			columns->reference_size * sizeof(*columns->references));
	}
	columns->references[columns->reference_count++] =
		(struct reference){.name = name, .word = word & WORDS_MOST};
	entry->reference_count++;
}

static struct words *
words_of(struct columns *columns, enum rpsl_name name)
{
	return meanings[name] == MEANING_MAILBOX ? &columns->mailboxes : &columns->handles;
}

static void
refer_waiting(struct columns *columns, struct entry *entry)
{
	for (uint32_t i = 0; i < columns->waiting_count; i++) {
		const struct columns_waiting *one = &columns->waiting[i];
		struct words *words = words_of(columns, one->name);

		refer(columns, entry, one->name, words_add_hashed(words, 0, one->text, one->hash));
	}
	columns->waiting_count = 0;
}

static void
refer_later(struct columns *columns, struct entry *entry, enum rpsl_name name, struct text text)
{
	if (columns->waiting_count == COLUMNS_REFERENCES)
		refer_waiting(columns, entry);
	columns->waiting[columns->waiting_count++] = (struct columns_waiting){.text = text,
		.hash = words_prefetch(words_of(columns, name), 0, text),
		.name = name};
}

static void
refer_all(struct columns *columns, struct entry *entry, enum rpsl_name name, struct text list)
{
	while (list.length > 0)
		refer_later(columns, entry, name, text_trim(text_cut(&list, ',')));
}

/* Its place. Of those that follow one another the same stands once. */
static uint32_t
add_name(struct columns *columns, struct text name)
{
	struct text last = stringtable_get(&columns->names, columns->last_name);

	name.length = name.length < STRINGTABLE_LONGEST ? name.length : STRINGTABLE_LONGEST;
	if (name.length == 0)
		return 0;
	if (last.length != name.length || memcmp(last.at, name.at, name.length) != 0) {
		columns->last_name = stringtable_add(&columns->names, name);
		columns->refused += columns->last_name == 0;
	}
	return columns->last_name;
}

/* What came already. */
struct seen {
	bool date, type;
};

static void
take_type(struct entry *entry, struct seen *seen, struct text value)
{
	if (seen->type)
		return;
	seen->type = true;
	if (is_small_text(value, "lir"))
		entry->type = ORGANISATION_LIR;
	else if (is_small_text(value, "rir"))
		entry->type = ORGANISATION_RIR;
}

/* The first of a list, where none was before. */
static uint16_t
take_letters(uint16_t letters, struct text list)
{
	return letters != 0 ? letters : delegated_country(text_trim(text_cut(&list, ',')));
}

static void
take_attribute(struct columns *columns, struct entry *entry, struct seen *seen,
	const struct rpsl_attribute *attribute)
{
	struct text value = attribute->value;

	switch ((enum meaning)meanings[attribute->name]) {
	case MEANING_HANDLES:
		refer_all(columns, entry, attribute->name, value);
		break;
	case MEANING_MAILBOX:
		refer_later(columns, entry, attribute->name, value);
		break;
	case MEANING_NAME:
		if (entry->name == 0)
			entry->name = add_name(columns, value);
		break;
	case MEANING_COUNTRY:
		entry->country = take_letters(entry->country, value);
		break;
	case MEANING_LANGUAGE:
		entry->language = take_letters(entry->language, value);
		break;
	case MEANING_TYPE:
		take_type(entry, seen, value);
		break;
	case MEANING_MAINTAINERS:
		entry->is_fixed = entry->is_fixed ||
			(columns->registry == REGISTRY_RIPENCC && has_fixing(value));
		break;
	case MEANING_REMARK:
		entry->is_unanswered = entry->is_unanswered ||
			(value.length > 0 &&
				memmem(value.at, value.length, unanswered,
					sizeof(unanswered) - 1) != NULL);
		break;
	case MEANING_DATE:
		if (attribute->name == dates[columns->registry] && !seen->date) {
			entry->changed = pack_date(value);
			seen->date = true;
		}
		break;
	case MEANING_NONE:
		break;
	}
}

static struct text
first_of(const struct rpsl_object *object, enum rpsl_name name)
{
	for (size_t i = 0; i < object->count; i++) {
		if (object->attributes[i].name == name)
			return object->attributes[i].value;
	}
	return (struct text){.length = 0};
}

/* What follows one another in a dump often says the same: then the list stands once. */
static void
share_references(struct columns *columns, struct entry *entry)
{
	uint32_t before = columns->last_references, count = entry->reference_count;

	if (count == 0)
		return;
	if (entry->references - before == count &&
		memcmp(columns->references + before, columns->references + entry->references,
			count * sizeof(*columns->references)) == 0) {
		columns->reference_count = entry->references;
		entry->references = before;
	}
	columns->last_references = entry->references;
}

static void
fill_entry(struct columns *columns, struct entry *entry, const struct rpsl_object *object)
{
	struct seen seen = {.date = false};

	entry->references = columns->reference_count;
	for (size_t i = 1; i < object->count; i++)
		take_attribute(columns, entry, &seen, &object->attributes[i]);
	refer_waiting(columns, entry);
	share_references(columns, entry);
}

static enum columns_result
add_holder(struct columns *columns, const struct class *class, struct entry entry,
	const struct rpsl_object *object)
{
	uint32_t handle = words_add(&columns->handles, 0, first_of(object, class->key)), *place;

	if (handle == 0)
		return COLUMNS_NO_KEY;
	if (columns->holder_count + 2 > columns->holder_size) {
		if (columns->holder_size > UINT32_MAX / 2)
			return COLUMNS_FULL;
		columns->holder_size *= 2;
		columns->holders = memory_grow(
			columns->holders, columns->holder_size * sizeof(*columns->holders));
	}
	while (columns->holder_of_size <= handle) {
		uint32_t size = columns->holder_of_size;

		for (size_t i = 0; i < HOLDER_KIND_COUNT; i++) {
			columns->holder_of[i] = memory_grow(
				columns->holder_of[i], 2UL * size * sizeof(*columns->holder_of[i]));
			memset(columns->holder_of[i] + size, 0,
				size * sizeof(*columns->holder_of[i]));
		}
		columns->holder_of_size = 2 * size;
	}
	fill_entry(columns, &entry, object);
	place = &columns->holder_of[class->kind][handle];
	if (*place == 0 || entry_is_rather(&entry, &columns->holders[*place].entry)) {
		*place = ++columns->holder_count;
		columns->holders[*place] = (struct holder){.entry = entry, .handle = handle};
	}
	return COLUMNS_TAKEN;
}

/* Registries have such a network for what they know nothing of: it is nobody's. */
static bool
is_whole(enum range_family family, const struct range *range)
{
	return family != RANGE_SYSTEM && range->low == 0 && range->high == range_highest(family);
}

static enum columns_result
add_network(struct columns *columns, const struct class *class, struct entry entry,
	const struct rpsl_object *object)
{
	struct text key = first_of(object, class->key), handle = object->attributes[0].value;
	enum range_family family = RANGE_SYSTEM;
	struct networks *networks;
	struct range range;
	uint32_t number;
	int r;

	r = class->what == CLASS_SYSTEM
		? range_parse_system(key, &range)
		: range_parse(key, columns->registry == REGISTRY_LACNIC, &family, &range);
	if (r < 0)
		return COLUMNS_NO_RANGE;
	if (is_whole(family, &range))
		return COLUMNS_PASSED;
	networks = &columns->networks[family];
	if (networks->count + 2 > networks->size) {
		if (networks->size > UINT32_MAX / 2)
			return COLUMNS_FULL;
		make_room(networks, family, networks->handles != NULL, 2 * networks->size);
	}
	number = ++networks->count;
	if (networks->handles != NULL)
		networks->handles[number] = words_add(&columns->handles, 0, handle);
	fill_entry(columns, &entry, object);
	if (entry.name == 0 && networks->handles != NULL)
		entry.name = add_name(columns, handle);
	networks->at[number] = entry;
	if (networks->sixes != NULL)
		networks->sixes[number] = range;
	else
		networks->fours[number] =
			(struct range4){(uint32_t)range.low, (uint32_t)range.high};
	return COLUMNS_TAKEN;
}

enum columns_result
columns_add(struct columns *columns, uint16_t file, const struct rpsl_object *object)
{
	const struct class *class;
	struct entry entry = {.file = file, .class = object->class};
	enum columns_result result = COLUMNS_PASSED;

	if (columns->registry == REGISTRY_NONE)
		return COLUMNS_PASSED;
	class = &classes[columns->registry][object->class];
	if (class->what == CLASS_HOLDER)
		result = add_holder(columns, class, entry, object);
	else if (class->what != CLASS_NONE)
		result = add_network(columns, class, entry, object);
	columns->refused += result == COLUMNS_FULL;
	return result;
}

void
columns_settle(struct columns *columns, struct words *all, const struct words *suspects)
{
	columns->known = xcalloc(columns->mailboxes.count + 1UL, sizeof(*columns->known));
	for (uint32_t i = 1; i <= columns->mailboxes.count; i++) {
		struct mailbox_known *known = &columns->known[i];
		struct text small = {.length = 0};
		char into[MAILBOX_MOST];

		known->verdict =
			(uint8_t)mailbox_check(words_text(&columns->mailboxes, i), into, &small);
		if (small.length == 0)
			continue;
		known->mailbox = words_add(all, 0, small);
		known->is_suspect = suspects != NULL && words_find(suspects, 0, small) != 0;
	}
	words_settle(&columns->handles);
	words_settle(&columns->mailboxes);
}

uint64_t
columns_refused(const struct columns *columns)
{
	return columns->refused + columns->handles.refused + columns->mailboxes.refused;
}

const struct holder *
columns_holder(const struct columns *columns, enum holder_kind kind, uint32_t handle)
{
	uint32_t place = handle < columns->holder_of_size ? columns->holder_of[kind][handle] : 0;

	return place != 0 ? &columns->holders[place] : NULL;
}
