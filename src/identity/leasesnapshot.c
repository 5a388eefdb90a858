/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/leasesnapshot.h"

#include "base/table.h"

#include <errno.h>
#include <stdlib.h>

struct entry {
	struct line_name name;
	uint64_t pseudonym;
	uint64_t hash;
	uint64_t round;
};

struct leasesnapshot {
	struct hash_key key;
	struct table by_name; /* -> index of entries */
	struct entry *entries;
	size_t count;
	size_t most;
	uint64_t round;
};

struct leasesnapshot *
leasesnapshot_new(size_t most, const struct hash_key *key)
{
	struct leasesnapshot *snapshot = xcalloc(1, sizeof(*snapshot));

	snapshot->key = *key;
	snapshot->most = most;
	table_init(&snapshot->by_name, most);
	snapshot->entries = memory_map(most, sizeof(*snapshot->entries));
	return snapshot;
}

struct leasesnapshot *
leasesnapshot_free(struct leasesnapshot *snapshot)
{
	if (snapshot == NULL)
		return NULL;
	table_done(&snapshot->by_name);
	memory_unmap(snapshot->entries, snapshot->most, sizeof(*snapshot->entries));
	free(snapshot);
	return NULL;
}

void
leasesnapshot_begin(struct leasesnapshot *snapshot)
{
	snapshot->round++;
}

int
leasesnapshot_add(struct leasesnapshot *snapshot, const struct line_name *name, uint64_t pseudonym)
{
	uint64_t hash = line_name_pseudonym(name, &snapshot->key);
	struct table_slot *slot;
	struct entry *entry;
	bool is_new;
	int r = table_add(&snapshot->by_name, hash, &slot);

	if (r < 0)
		return r;
	if (r == 1) {
		slot->value = (uint32_t)snapshot->count;
		snapshot->entries[snapshot->count++] = (struct entry){.name = *name, .hash = hash};
	}
	entry = &snapshot->entries[slot->value];
	if (entry->round == snapshot->round)
		return -EEXIST;
	is_new = entry->pseudonym != pseudonym;
	entry->round = snapshot->round;
	entry->pseudonym = pseudonym;
	return is_new;
}

/* The last entry takes its place. */
static void
remove_entry(struct leasesnapshot *snapshot, size_t at)
{
	struct entry *last = &snapshot->entries[--snapshot->count];
	struct table_slot *slot = table_find(&snapshot->by_name, snapshot->entries[at].hash);

	if (slot != NULL)
		table_remove(&snapshot->by_name, slot);
	if (last == &snapshot->entries[at])
		return;
	snapshot->entries[at] = *last;
	slot = table_find(&snapshot->by_name, last->hash);
	if (slot != NULL)
		slot->value = (uint32_t)at;
}

void
leasesnapshot_end(struct leasesnapshot *snapshot, leasesnapshot_gone give, void *context)
{
	for (size_t at = 0; at < snapshot->count;) {
		struct entry *entry = &snapshot->entries[at];

		if (entry->round == snapshot->round) {
			at++;
			continue;
		}
		give(context, &entry->name, entry->pseudonym);
		remove_entry(snapshot, at);
	}
}

size_t
leasesnapshot_count(const struct leasesnapshot *snapshot)
{
	return snapshot->count;
}
