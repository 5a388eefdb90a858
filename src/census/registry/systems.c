/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/registry/systems.h"

#include "source/text/csv.h"

#include <errno.h>

static int
parse_prefix(struct text line, struct announced *ret)
{
	struct text rest = line, head = text_cut(&rest, '\t');
	struct announced announced = {.system = 0};
	struct range system;

	if (range_parse(head, false, &announced.family, &announced.range) < 0 ||
		range_parse_system(rest, &system) < 0 || system.low != system.high)
		return -EINVAL;
	announced.system = (uint32_t)system.low;
	*ret = announced;
	return 1;
}

int
systems_parse(struct text line, struct announced *ret)
{
	struct text first, last, number;
	struct announced announced = {.system = 0};
	int r;
	enum range_family family;
	struct range system;

	if (line.length == 0 || line.at[0] == '#' || line.at[0] == ';')
		return 0;
	if (memchr(line.at, '\t', line.length) != NULL)
		return parse_prefix(line, ret);
	if (csv_take_field(&line, true, &first) <= 0 || csv_take_field(&line, true, &last) <= 0)
		return -EINVAL;
	r = csv_take_field(&line, true, &number);
	if (r < 0)
		return -EINVAL;
	/* Whatever a name is like, the range counts. */
	if (r > 0 && csv_take_field(&line, true, &announced.name) < 0)
		announced.name = (struct text){.length = 0};
	if (range_parse_address(first, &announced.family, &announced.range.low) < 0 ||
		range_parse_address(last, &family, &announced.range.high) < 0 ||
		family != announced.family || announced.range.low > announced.range.high ||
		range_parse_system(number, &system) < 0 || system.low != system.high)
		return -EINVAL;
	announced.system = (uint32_t)system.low;
	*ret = announced;
	return 1;
}
