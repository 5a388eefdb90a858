/* SPDX-License-Identifier: BSD-2-Clause */
/* Which columns of CSV, or members of JSON, are the address, the time and the port; and what their values say. */
#include "base/wall.h"
#include "census/list/listformat.h"
#include "source/text/stamp.h"

#include <errno.h>
#include <strings.h>

/* Shadowserver's names, IntelMQ's, those of the CERT files of Spamhaus, and what others call the same. */
static const char *const known[MAPPED_COUNT] = {
	[MAPPED_ADDRESS] = "src_ip ip source.ip address source_ip ip_address ipaddress",
	[MAPPED_TIME] = "timestamp time.source lastseen last_seen last time",
	[MAPPED_PORT] = "src_port source.port local_port port",
};

const char *
listformat_names(const struct listorder *order, enum mapped column)
{
	const char *const told[MAPPED_COUNT] = {[MAPPED_ADDRESS] = order->address,
		[MAPPED_TIME] = order->time,
		[MAPPED_PORT] = order->port};

	return *told[column] != '\0' ? told[column] : known[column];
}

int
listformat_find_name(const char *names, struct text name)
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

int
listformat_time(struct text text, uint32_t *ret)
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

/* "25", and 1660 of "192.0.2.8:1660:tool". */
uint16_t
listformat_port(struct text text)
{
	uint64_t port;

	text = text_trim(text);
	if (text_parse_u64(text, UINT16_MAX, &port) == 0)
		return (uint16_t)port;
	text_cut(&text, ':');
	return text_parse_u64(text_cut(&text, ':'), UINT16_MAX, &port) == 0 ? (uint16_t)port : 0;
}

void
listformat_record(struct listreader *reader, const struct text value[MAPPED_COUNT])
{
	struct text rest = text_trim(value[MAPPED_ADDRESS]);
	const char *expected = "an address";
	struct addressform form;
	uint32_t time;

	if (addressform_take(&rest, false, &form, &expected) < 0 || rest.length > 0)
		listformat_refuse(reader, expected, value[MAPPED_ADDRESS]);
	else if (listformat_time(value[MAPPED_TIME], &time) < 0)
		listformat_refuse(reader, "a time since 1970", value[MAPPED_TIME]);
	else
		listformat_entry(reader, &form, time, listformat_port(value[MAPPED_PORT]));
}
