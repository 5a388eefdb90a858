/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/online/dnsbl.h"

#include <errno.h>
#include <stdio.h>

#define LABEL_MOST 63

static bool
is_label_byte(char c)
{
	c = text_small(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

int
dnsbl_parse_zone(struct text text, char into[DNSBL_ZONE], const char **expected)
{
	size_t label = 0;

	if (text.length > 1 && text.at[text.length - 1] == '.')
		text.length--;
	*expected = "a name such as bl.example.org, of letters, digits, \"-\" and \"_\"";
	for (size_t i = 0; i < text.length; i++) {
		if (text.at[i] == '.' && label > 0)
			label = 0;
		else if (!is_label_byte(text.at[i]) || ++label > LABEL_MOST)
			return -EINVAL;
	}
	if (label == 0)
		return -EINVAL;
	if (text.length >= DNSBL_ZONE) {
		*expected = "a name that leaves room for the digits of an IPv6 address";
		return -EINVAL;
	}
	memcpy(into, text.at, text.length);
	into[text.length] = '\0';
	return 0;
}

char *
dnsbl_name(const struct address *address, bool is_six, const char *zone, char into[DNSBL_NAME])
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *byte = address->byte;
	size_t length = 0;

	if (!is_six) {
		snprintf(into, DNSBL_NAME, "%u.%u.%u.%u.%s", byte[15], byte[14], byte[13], byte[12],
			zone);
		return into;
	}
	for (size_t i = sizeof(address->byte); i-- > 0;) {
		into[length++] = digits[byte[i] & 15];
		into[length++] = '.';
		into[length++] = digits[byte[i] >> 4];
		into[length++] = '.';
	}
	snprintf(into + length, DNSBL_NAME - length, "%s", zone);
	return into;
}

struct dnsbl_verdict
dnsbl_decide(const uint32_t *values, size_t count)
{
	struct dnsbl_verdict verdict = {.meaning = count > 0 ? DNSBL_FOREIGN : DNSBL_NOT_LISTED};

	for (size_t i = 0; i < count && verdict.count < DNSBL_VALUES; i++) {
		if (values[i] >> 8 == 0x7fffff)
			return (struct dnsbl_verdict){
				.meaning = DNSBL_REFUSED, .count = 1, .value = {values[i]}};
		if (values[i] >> 24 != 127)
			continue;
		verdict.meaning = DNSBL_LISTED;
		verdict.value[verdict.count++] = values[i];
	}
	return verdict;
}

const char *
dnsbl_refusal(uint32_t value)
{
	switch (value & 0xff) {
	case 252:
		return "a name that is wrongly written";
	case 254:
		return "questions that come by a public resolver, or from an address without a "
		       "name";
	case 255:
		return "so many questions";
	default:
		return "to answer";
	}
}

struct address
dnsbl_test_address(bool is_listed)
{
	return address_from_v4(is_listed ? 0x7f000002 : 0x7f000001);
}

void
dnsbl_print_head(struct buffer *into, struct wall now)
{
	char text[WALL_TEXT];

	wall_format(now, text);
	/* The name of the zone is not told: it may have a customer's key in it. */
	buffer_print(into,
		"$TIMESTAMP %.4s:%.2s:%.2s:%.2s:%.2s:%.2s\n"
		"# who is listed by a zone that was asked by lazaret census dnsbl\n",
		text, text + 5, text + 8, text + 11, text + 14, text + 17);
}

void
dnsbl_print(struct buffer *into, const struct address *address, const struct dnsbl_verdict *verdict)
{
	char text[ADDRESS_TEXT];

	address_format(address, text);
	for (size_t i = 0; i < verdict->count; i++) {
		uint32_t value = verdict->value[i];

		buffer_print(into, "%s :%u.%u.%u.%u:\n", text, value >> 24, value >> 16 & 0xff,
			value >> 8 & 0xff, value & 0xff);
	}
}
