/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/registry/systemnames.h"

#include "base/hash.h"

#include <stdlib.h>

#define FIRST_ROOM 4096

static uint64_t
key_of(uint32_t system)
{
	return hash_fast(&system, sizeof(system), 0);
}

void
systemnames_init(struct systemnames *names)
{
	table_init_small(&names->table, SYSTEMNAMES_MOST, 64);
	names->texts = xcalloc(FIRST_ROOM, 1);
	names->size = FIRST_ROOM;
	names->length = sizeof(uint16_t);
}

void
systemnames_done(struct systemnames *names)
{
	table_done(&names->table);
	free(names->texts);
}

/* Of CSV: a quote that was doubled is one. */
static uint16_t
copy_name(char into[SYSTEMNAMES_LONGEST], struct text name)
{
	uint16_t length = 0;

	for (size_t i = 0; i < name.length && length < SYSTEMNAMES_LONGEST; i++) {
		into[length++] = name.at[i];
		if (name.at[i] == '"' && i + 1 < name.length && name.at[i + 1] == '"')
			i++;
	}
	return length;
}

void
systemnames_add(struct systemnames *names, uint32_t system, struct text name)
{
	char copy[SYSTEMNAMES_LONGEST];
	struct table_slot *slot;
	uint16_t length = copy_name(copy, text_trim(name));

	if (length == 0 || table_add(&names->table, key_of(system), &slot) <= 0)
		return;
	while (names->size - names->length < sizeof(length) + length) {
		names->size *= 2;
		names->texts = xrealloc(names->texts, names->size);
	}
	slot->value = names->length;
	memcpy(names->texts + names->length, &length, sizeof(length));
	memcpy(names->texts + names->length + sizeof(length), copy, length);
	names->length += (uint32_t)sizeof(length) + length;
}

uint32_t
systemnames_find(const struct systemnames *names, uint32_t system)
{
	const struct table_slot *slot = table_find(&names->table, key_of(system));

	return slot != NULL ? slot->value : 0;
}
