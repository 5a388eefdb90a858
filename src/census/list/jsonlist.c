/* SPDX-License-Identifier: BSD-2-Clause */
/* JSON, one object a line: the members that are the address, the time and the port. */
#include "census/list/listformat.h"
#include "source/text/json.h"

#include <stdio.h>

static void
take_member(const struct listreader *reader, struct text key, const struct json_value *member,
	int best[MAPPED_COUNT], struct text value[MAPPED_COUNT])
{
	if (member->type != JSON_STRING && member->type != JSON_NUMBER)
		return;
	for (unsigned i = 0; i < MAPPED_COUNT; i++) {
		int rank = mapped_find(listformat_names(reader->order, (enum mapped)i), key);

		if (rank >= 0 && (best[i] < 0 || rank < best[i])) {
			best[i] = rank;
			value[i] = member->text;
		}
	}
}

static void
take_line(struct listreader *reader, struct text line)
{
	struct text value[MAPPED_COUNT] = {{0}}, key;
	int best[MAPPED_COUNT] = {-1, -1, -1}, r;
	char expected[LISTREADER_NAMES + 64];
	struct json_walk walk;
	struct json_value member;

	line = text_trim(line);
	if (line.length == 0)
		return;
	r = json_walk_object(line, &walk);
	if (r == 0) {
		while ((r = json_member(&walk, &key, &member)) > 0)
			take_member(reader, key, &member, best, value);
	}
	if (r < 0) {
		listformat_refuse(reader, "an object of JSON", line);
		return;
	}
	if (best[MAPPED_ADDRESS] >= 0) {
		listformat_record(reader, value);
		return;
	}
	snprintf(expected, sizeof(expected), "an object with a member called one of %s",
		listformat_names(reader->order, MAPPED_ADDRESS));
	listformat_refuse(reader, expected, line);
}

const struct listformat jsonlist_format = {.take = listlines_take, .line = take_line};
