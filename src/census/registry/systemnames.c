/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/registry/systemnames.h"

#include "base/hash.h"

static uint64_t
key_of(uint32_t system)
{
	return hash_fast(&system, sizeof(system), 0);
}

void
systemnames_init(struct systemnames *names)
{
	table_init_small(&names->table, SYSTEMNAMES_MOST, 64);
	stringtable_init(&names->texts);
}

void
systemnames_done(struct systemnames *names)
{
	table_done(&names->table);
	stringtable_done(&names->texts);
}

/* Of CSV: a quote that was doubled is one. */
static struct text
undouble(struct text name, char into[SYSTEMNAMES_LONGEST])
{
	size_t length = 0;

	for (size_t i = 0; i < name.length && length < SYSTEMNAMES_LONGEST; i++) {
		into[length++] = name.at[i];
		if (name.at[i] == '"' && i + 1 < name.length && name.at[i + 1] == '"')
			i++;
	}
	return (struct text){.at = into, .length = length};
}

void
systemnames_add(struct systemnames *names, uint32_t system, struct text name)
{
	char undoubled[SYSTEMNAMES_LONGEST];
	struct table_slot *slot;

	name = text_trim(name);
	if (name.length > 0 && table_add(&names->table, key_of(system), &slot) > 0)
		slot->value = stringtable_add(&names->texts, undouble(name, undoubled));
}

uint32_t
systemnames_find(const struct systemnames *names, uint32_t system)
{
	const struct table_slot *slot = table_find(&names->table, key_of(system));

	return slot != NULL ? slot->value : 0;
}
