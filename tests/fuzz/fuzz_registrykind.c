/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as the name of a file, up to the first NUL, and as how it begins: a kind of registries' files that there
 * is, or none; and what a list of that name is called. */
#include "census/list/listname.h"
#include "census/registry/registries.h"
#include "census/registry/registrykind.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct text head = {(const char *)bytes, size}, path = text_cut(&head, '\0');
	const char *kind = registrykind_find(path, head);
	char name[LISTNAME_MOST], again[LISTNAME_MOST];
	size_t place = 0;

	while (kind != NULL && strcmp(registries_kind(place), kind) != 0)
		place++;
	if (listname_of(path, name)) {
		must(name[0] != '\0' && strchr(name, '/') == NULL);
		/* What is a name stays one. */
		must(listname_of(text_of(name), again) && strcmp(name, again) == 0);
	}
	return 0;
}
