/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/keeperday.h"

#include <errno.h>

/* Of a text in a sentence. */
#define SHOWN 80

static int
shown(struct text text)
{
	return text.length < SHOWN ? (int)text.length : SHOWN;
}

int
keeperday(struct text text, struct wall now, struct wall *ret, struct fail *fail)
{
	*ret = WALL_NONE;
	if (text.length == 0)
		return 0;
	if (wall_from_day(ret, text) < 0) {
		fail_what(
			fail, "'%.*s' is no day; expected one as 2026-12-31", shown(text), text.at);
		return -EINVAL;
	}
	ret->us += WALL_DAY;
	if (ret->us > now.us)
		return 0;
	fail_what(fail, "%.*s is over (days are those of UTC)", shown(text), text.at);
	return -EINVAL;
}
