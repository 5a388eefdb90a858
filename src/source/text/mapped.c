/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/text/mapped.h"

#include "source/text/csv.h"
#include "source/text/stamp.h"

#include <errno.h>
#include <strings.h>

const char *const mapped_known[MAPPED_COUNT] = {
	[MAPPED_ADDRESS] = "src_ip ip source.ip address source_ip ip_address ipaddress",
	[MAPPED_TIME] = "timestamp time.source lastseen last_seen last_seen_utc last time",
	[MAPPED_PORT] = "src_port source.port local_port port",
};

int
mapped_find(const char *names, struct text name)
{
	for (int i = 0; *names != '\0'; i++) {
		size_t length = 0;

		while (names[length] != '\0' && names[length] != ' ')
			length++;
		if (length == name.length && strncasecmp(names, name.at, length) == 0)
			return i;
		for (names += length; *names == ' ';)
			names++;
	}
	return -1;
}

void
mapped_columns(
	const char *const names[MAPPED_COUNT], struct text header, uint32_t place[MAPPED_COUNT])
{
	int best[MAPPED_COUNT] = {-1, -1, -1}, more = header.length > 0;

	for (uint32_t i = 0; i < MAPPED_COUNT; i++)
		place[i] = MAPPED_NONE;
	for (uint32_t at = 0; more > 0 && at < MAPPED_FIELDS; at++) {
		struct text name;

		more = csv_take_field(&header, true, &name);
		for (unsigned i = 0; more >= 0 && i < MAPPED_COUNT; i++) {
			int rank = mapped_find(names[i], text_trim(name));

			if (rank >= 0 && (best[i] < 0 || rank < best[i])) {
				best[i] = rank;
				place[i] = at;
			}
		}
	}
}

int
mapped_time(struct text text, uint32_t *ret)
{
	struct wall wall;

	text = text_trim(text);
	*ret = 0;
	if (text.length == 0 || text_is(text, "-") || text_is(text, "?") || text_is(text, "0"))
		return 0;
	if (stamp_parse(text, NULL, &wall) < 0 || wall.us <= 0 ||
		wall.us / WALL_SECOND > UINT32_MAX)
		return -EINVAL;
	*ret = wall_seconds(wall);
	return 0;
}

uint16_t
mapped_port(struct text text)
{
	uint64_t port;

	text = text_trim(text);
	if (text_parse_u64(text, UINT16_MAX, &port) == 0)
		return (uint16_t)port;
	text_cut(&text, ':');
	return text_parse_u64(text_cut(&text, ':'), UINT16_MAX, &port) == 0 ? (uint16_t)port : 0;
}
