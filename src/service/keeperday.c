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
	struct text rest = text, year = text_cut(&rest, '-'), month = text_cut(&rest, '-');
	uint64_t y, m, d;

	*ret = WALL_NONE;
	if (text.length == 0)
		return 0;
	if (year.length != 4 || month.length != 2 || rest.length != 2 ||
		text_parse_u64(year, 9999, &y) < 0 || text_parse_u64(month, 12, &m) < 0 ||
		text_parse_u64(rest, 31, &d) < 0 || y < 1970 ||
		wall_from_date(ret, (int)y, (int)m, (int)d, 0, 0, 0) < 0) {
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
