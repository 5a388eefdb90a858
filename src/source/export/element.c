/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/export/element.h"

#include <stdio.h>

static const struct element scopes[] = {
	{0, 1, ELEMENT_UNSIGNED, "scopeSystem"},
	{0, 2, ELEMENT_UNSIGNED, "scopeInterface"},
	{0, 3, ELEMENT_UNSIGNED, "scopeLineCard"},
	{0, 4, ELEMENT_UNSIGNED, "scopeCache"},
	{0, 5, ELEMENT_UNSIGNED, "scopeTemplate"},
};

static const struct element *
find_enterprise(uint32_t enterprise, uint16_t id)
{
	unsigned low = 0, high = element_enterprise_count;

	while (low < high) {
		unsigned middle = low + (high - low) / 2;
		const struct element *element = &element_enterprise[middle];

		if (element->enterprise == enterprise && element->id == id)
			return element;
		if (element->enterprise < enterprise ||
			(element->enterprise == enterprise && element->id < id))
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct element *
element_find(uint32_t enterprise, uint16_t id)
{
	const struct element *element;

	if (id < element_iana_count && (enterprise == 0 || enterprise == ELEMENT_REVERSE)) {
		element = enterprise == 0 ? &element_iana[id].forward : &element_iana[id].reverse;
		return element->name != NULL ? element : NULL;
	}
	return find_enterprise(enterprise, id);
}

const struct element *
element_find_scope(uint16_t scope)
{
	return scope >= 1 && scope <= sizeof(scopes) / sizeof(*scopes) ? &scopes[scope - 1] : NULL;
}

char *
element_format(const struct element *element, char into[ELEMENT_TEXT])
{
	if (element->name != NULL)
		snprintf(into, ELEMENT_TEXT, "%s", element->name);
	else
		snprintf(into, ELEMENT_TEXT, "%u:%u", element->enterprise, element->id);
	return into;
}
