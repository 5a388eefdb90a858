/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/noticeask.h"

#include <string.h>

static bool
ends(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

static bool
is_tag(const char *text)
{
	for (; *text != '\0'; text++) {
		bool is_letter = text_small(*text) >= 'a' && text_small(*text) <= 'z';

		if (!is_letter && *text != '-' && (*text < '0' || *text > '9'))
			return false;
	}
	return true;
}

bool
noticeask_check(const struct noticeask *ask)
{
	return ask->version == NOTICEASK_VERSION && ask->verb < NOTICEASK_VERBS &&
		ask->kind < NOTICE_KINDS &&
		(ask->verb != NOTICEASK_SENT ||
			(ask->channel >= CARE_EMAIL && ask->channel < CARE_CHANNELS)) &&
		ask->of_two <= 1 && ends(ask->language, sizeof(ask->language)) &&
		is_tag(ask->language);
}

bool
noticeanswer_check(const struct noticeanswer *answer)
{
	return answer->version == NOTICEASK_VERSION && answer->outcome < NOTICEASK_OUTCOMES &&
		answer->kind < NOTICE_KINDS &&
		(answer->outcome != NOTICEASK_ONE || answer->lot == 'A' || answer->lot == 'B') &&
		ends(answer->code, sizeof(answer->code)) &&
		ends(answer->pin, sizeof(answer->pin)) && ends(answer->name, sizeof(answer->name));
}
