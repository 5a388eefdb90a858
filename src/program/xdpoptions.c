/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/xdpoptions.h"

#include <errno.h>
#include <string.h>

/* "INTERFACE" or "INTERFACE:MODE". */
static int
parse(struct text word, struct gate_interface *ret)
{
	static const char *const modes[GATE_MODE_COUNT] = {
		[GATE_MODE_NATIVE] = "native", [GATE_MODE_GENERIC] = "generic"};
	struct text mode = word, name = text_cut(&mode, ':');

	*ret = (struct gate_interface){.mode = GATE_MODE_ANY};
	if (name.length == 0 || name.length >= sizeof(ret->name))
		return -EINVAL;
	memcpy(ret->name, name.at, name.length);
	if (name.length == word.length)
		return 0;
	for (uint32_t i = GATE_MODE_NATIVE; i < GATE_MODE_COUNT; i++) {
		if (text_is(mode, modes[i])) {
			ret->mode = i;
			return 0;
		}
	}
	return -EINVAL;
}

/* The next one, behind those that are taken. */
static int
take(struct text word, struct gate_interface *ret, uint32_t count, struct fail *fail)
{
	if (parse(word, &ret[count]) < 0) {
		fail_what(fail, "\"%.*s\" is no interface for the filter in the kernel",
			(int)word.length, word.at);
		fail_hint(fail, "expected eth0, eth0:native or eth0:generic");
		return -EINVAL;
	}
	if (xdpoptions_both(&ret[count], 1, ret, count) != NULL) {
		fail_what(fail, "%s is there twice", ret[count].name);
		return -EINVAL;
	}
	return 0;
}

int
xdpoptions(const struct config *config, const char *option, struct gate_interface *ret,
	uint32_t most, struct fail *fail)
{
	struct text rest = text_of(config_string(config, option));
	uint32_t count = 0;
	int r;

	while (rest.length > 0) {
		struct text word = text_cut(&rest, ' ');

		if (word.length == 0)
			continue;
		r = count == most ? -E2BIG : take(word, ret, count, fail);
		if (r == -E2BIG)
			fail_what(fail, "more than %u interfaces", most);
		if (r < 0) {
			fail_where(fail, "%s", option);
			return r;
		}
		count++;
	}
	return (int)count;
}

const char *
xdpoptions_both(const struct gate_interface *these, uint32_t count,
	const struct gate_interface *those, uint32_t others)
{
	for (uint32_t i = 0; i < count; i++) {
		for (uint32_t j = 0; j < others; j++) {
			if (strcmp(these[i].name, those[j].name) == 0)
				return these[i].name;
		}
	}
	return NULL;
}
