/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/registry/stringtable.h"

#include <stdlib.h>

#define FIRST_ROOM 1024

void
stringtable_init(struct stringtable *table)
{
	*table = (struct stringtable){
		.at = xcalloc(FIRST_ROOM, 1), .length = sizeof(uint16_t), .size = FIRST_ROOM};
}

void
stringtable_done(struct stringtable *table)
{
	free(table->at);
	*table = (struct stringtable){0};
}

uint32_t
stringtable_add(struct stringtable *table, struct text text)
{
	uint16_t length =
		(uint16_t)(text.length < STRINGTABLE_LONGEST ? text.length : STRINGTABLE_LONGEST);
	uint32_t place = table->length;

	if (length == 0 || place > STRINGTABLE_MOST - sizeof(length) - STRINGTABLE_LONGEST)
		return 0;
	while (table->size - place < sizeof(length) + length) {
		table->size *= 2;
		table->at = memory_grow(table->at, table->size);
	}
	memcpy(table->at + place, &length, sizeof(length));
	memcpy(table->at + place + sizeof(length), text.at, length);
	table->length += (uint32_t)sizeof(length) + length;
	return place;
}
