/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/portalask.h"

static bool
ends(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

static bool
is_word(const char *text, size_t size)
{
	for (size_t i = 0; i < size && text[i] != '\0'; i++) {
		bool is_letter = text_small(text[i]) >= 'a' && text_small(text[i]) <= 'z';

		if (!is_letter && (text[i] < '0' || text[i] > '9') && text[i] != '-')
			return false;
	}
	return ends(text, size);
}

static bool
are_steps(const struct portalask *ask)
{
	if (ask->steps > CARECASE_STEPS || (ask->steps > 0 && ask->deed != PORTAL_TICK))
		return false;
	for (unsigned i = 0; i < ask->steps; i++) {
		const struct carecase_step *step = &ask->step[i];

		if (step->topic != ask->topic || *step->name == '\0' ||
			!is_word(step->name, sizeof(step->name)))
			return false;
	}
	return true;
}

bool
portalask_check(const struct portalask *ask)
{
	return ask->version == PORTALASK_VERSION && ask->deed <= PORTAL_SAY_WRONG &&
		ask->by_code <= 1 && ask->page < PORTAL_PAGES && ask->topic <= TOPIC_DEVICES &&
		(ask->deed != PORTAL_TICK || ask->topic < TOPIC_DEVICES) &&
		(ask->by_code != 0 || ask->port != 0) && ends(ask->code, sizeof(ask->code)) &&
		ends(ask->pin, sizeof(ask->pin)) && is_word(ask->language, sizeof(ask->language)) &&
		are_steps(ask) && ends(ask->says, sizeof(ask->says));
}
