/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/effect/partners.h"

#include <errno.h>
#include <stdlib.h>

static int
take(struct text line, struct partner *ret, struct fail *fail)
{
	struct text code = text_cut(&line, ' '), page;

	line = text_trim(line);
	page = text_cut(&line, ' ');
	line = text_trim(line);
	ret->country = code.length == 2
		? country_find(
			  (uint16_t)((unsigned char)code.at[0] << 8 | (unsigned char)code.at[1]))
		: NULL;
	if (ret->country == NULL) {
		fail_what(fail, "it does not begin with a country");
		fail_hint(fail,
			"expected: two capital letters of ISO 3166, a page or -, and the agency's "
			"name");
		return -EINVAL;
	}
	if (text_is(page, "-")) {
		page = TEXT("");
	} else if (!text_starts(page, "https://") && !text_starts(page, "http://")) {
		fail_what(fail, "behind the country there is no page");
		fail_hint(fail, "expected: an address that begins with https:// or http://, or -");
		return -EINVAL;
	}
	if (line.length == 0 || text_check_line(line) < 0 || text_check_line(page) < 0) {
		fail_what(fail, "the agency has no name, or one that cannot be shown");
		return -EINVAL;
	}
	ret->page = page;
	ret->agency = line;
	return 0;
}

/* qsort is not stable; rows of one file are in the order of their texts' places. */
static int
compare(const void *a, const void *b)
{
	const struct partner *one = a, *other = b;
	int order = strcmp(one->country->name, other->country->name);

	return order != 0                           ? order
		: one->agency.at < other->agency.at ? -1
						    : one->agency.at > other->agency.at;
}

int
partners_parse(struct text file, const char *where, struct partners *ret, struct fail *fail)
{
	int result = 0;

	ret->count = 0;
	for (unsigned number = 1; file.length > 0; number++) {
		struct text line = text_trim(text_cut(&file, '\n'));
		struct fail why = {0};
		int r;

		if (line.length > 0 && line.at[line.length - 1] == '\r')
			line = text_trim((struct text){line.at, line.length - 1});
		if (line.length == 0 || *line.at == '#')
			continue;
		if (ret->count == PARTNERS_MOST) {
			fail_what(&why, "there are more than %d agencies", PARTNERS_MOST);
			r = -EINVAL;
		} else {
			r = take(line, &ret->row[ret->count], &why);
		}
		ret->count += r == 0;
		if (r < 0 && result == 0) {
			*fail = why;
			fail_where(fail, "%s:%u", where, number);
			result = r;
		}
	}
	qsort(ret->row, ret->count, sizeof(*ret->row), compare);
	return result;
}
