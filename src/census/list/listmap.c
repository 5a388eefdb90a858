/* SPDX-License-Identifier: BSD-2-Clause */
/* Records of CSV and JSON: which of their values matter, as was told or is known, and what they say. */
#include "census/list/listformat.h"

const char *
listformat_names(const struct listorder *order, enum mapped column)
{
	const char *const told[MAPPED_COUNT] = {[MAPPED_ADDRESS] = order->address,
		[MAPPED_TIME] = order->time,
		[MAPPED_PORT] = order->port};

	return *told[column] != '\0' ? told[column] : mapped_known[column];
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
	else if (mapped_time(value[MAPPED_TIME], &time) < 0)
		listformat_refuse(reader, "a time since 1970", value[MAPPED_TIME]);
	else
		listformat_entry(reader, &form, time, mapped_port(value[MAPPED_PORT]));
}
