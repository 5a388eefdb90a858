/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/timezone.h"

#include <errno.h>
#include <stdlib.h>

/* "+02:00" or "-0530", as what is to be added to local time to give UTC. */
static int
parse_offset(struct text text, int64_t *ret)
{
	uint64_t hours, minutes = 0;
	bool east = text_starts(text, "+");
	struct text head;

	text.at++, text.length--;
	head = text;
	if (memchr(text.at, ':', text.length) != NULL) {
		head = text_cut(&text, ':');
	} else if (text.length > 2) {
		head.length = 2;
		text.at += 2, text.length -= 2;
	} else {
		text.length = 0;
	}
	if (text_parse_u64(head, 14, &hours) < 0 ||
		(text.length > 0 && text_parse_u64(text, 59, &minutes) < 0))
		return -EINVAL;
	*ret = (int64_t)(hours * 60 + minutes) * WALL_MINUTE * (east ? -1 : 1);
	return 0;
}

int
timezone_set(const char *name, struct intake_settings *settings, struct fail *fail)
{
	if (*name == '\0' || strcmp(name, "UTC") == 0 || strcmp(name, "Z") == 0) {
		settings->zone_us = 0;
		return 0;
	}
	if ((*name == '+' || *name == '-') && parse_offset(text_of(name), &settings->zone_us) == 0)
		return 0;
	fail_what(fail, "--timezone: there is no zone \"%s\"", name);
	fail_hint(fail, "expected UTC or an offset such as +02:00");
	return -EINVAL;
}
