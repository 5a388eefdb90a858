/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/leasefile.h"

#include "identity/shape.h"

#include <errno.h>

const char *const leasefile_names[LEASEFILE_FORMATS] = {
	"isc", "kea", "kea-log", "dnsmasq", "table"};

void
leasefile_init(struct leasefile *file, enum leasefile_format format, int64_t offset_us)
{
	*file = (struct leasefile){.format = format, .offset_us = offset_us};
}

void
leasefile_begin(struct leasefile *file)
{
	file->columns = 0;
	file->is_v6 = false;
	file->block.kind = 0;
	file->block.depth = 0;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

struct text
leasefile_word(struct text *rest)
{
	struct text word = {rest->at, 0};

	while (word.length < rest->length && !is_blank(rest->at[word.length]))
		word.length++;
	rest->at += word.length;
	rest->length -= word.length;
	while (rest->length > 0 && is_blank(*rest->at)) {
		rest->at++;
		rest->length--;
	}
	return word;
}

int
leasefile_name(struct text text, struct line_name *ret)
{
	struct prefix prefix;

	if (prefix_parse(text, &prefix) < 0)
		return -EINVAL;
	*ret = (struct line_name){.address = prefix.address, .length = prefix.length};
	return 0;
}

int
leasefile_seconds(struct text text, struct wall *ret)
{
	uint64_t number;

	if (text_parse_u64(text, UINT32_MAX, &number) < 0)
		return -EINVAL;
	ret->us = (int64_t)number * WALL_SECOND;
	return 0;
}

int
leasefile_bad(struct leasefile *file, struct fail *fail, struct text found, const char *expected)
{
	char shape[SHAPE_TEXT];

	shape_of(found, shape);
	file->bad++;
	fail_what(fail, "found '%s', expected %s", shape, expected);
	return -EBADMSG;
}

/* "1700000000 00:16:3e:ef:a9:c1 192.0.2.7 name 01:00:16:3e:ef:a9:c1"; behind a line "duid ..." of the server, of v6:
 * "1700000000 [T]IAID 2001:db8::7 name DUID". The time is the end; 0: never. */
static int
dnsmasq_line(
	struct leasefile *file, struct text line, struct leasefile_entry *ret, struct fail *fail)
{
	struct text rest = line, first = leasefile_word(&rest), hardware, address, client;

	if (text_is(first, "duid")) {
		file->is_v6 = true;
		return 0;
	}
	hardware = leasefile_word(&rest);
	address = leasefile_word(&rest);
	/* The client's name: nothing is taken from it. It has no blanks. */
	(void)leasefile_word(&rest);
	client = leasefile_word(&rest);
	if (leasefile_seconds(first, &ret->until) < 0 || leasefile_name(address, &ret->name) < 0 ||
		client.length == 0 || rest.length > 0 ||
		address_is_v4(&ret->name.address) == file->is_v6)
		return leasefile_bad(file, fail, line, "TIME HARDWARE ADDRESS NAME CLIENT");
	if (ret->until.us == 0)
		ret->until.us = UINT32_MAX * WALL_SECOND;
	ret->is_held = true;
	if (!file->is_v6)
		ret->hardware = hardware;
	ret->client = client;
	if (text_is(client, "*"))
		ret->client = file->is_v6 ? hardware : (struct text){0};
	return 1;
}

/* ":1024-2047" behind an IPv4 address. */
static int
table_ports(struct text ports, struct line_name *name)
{
	struct text low = text_cut(&ports, '-');
	uint64_t first, last;

	if (!address_is_v4(&name->address) || name->length != 128 ||
		text_parse_u64(low, UINT16_MAX, &first) < 0 ||
		text_parse_u64(ports, UINT16_MAX, &last) < 0 || first > last || last == 0)
		return -EINVAL;
	name->low = (uint16_t)first;
	name->high = (uint16_t)last;
	return 0;
}

static int
table_line(struct leasefile *file, struct text line, struct leasefile_entry *ret, struct fail *fail)
{
	struct text all = text_trim(text_cut(&line, '#')), rest = all;
	struct text prefix = leasefile_word(&rest);
	struct text name = leasefile_word(&rest), role = leasefile_word(&rest), ports = prefix;
	struct text address = prefix;
	uint8_t number = 0;

	if (prefix.length == 0)
		return 0;
	if (memchr(prefix.at, '.', prefix.length) != NULL) {
		address = text_cut(&ports, ':');
		if (address.length == prefix.length)
			ports.length = 0;
	} else {
		ports.length = 0;
	}
	if (leasefile_name(address, &ret->name) < 0 ||
		(address.length < prefix.length && table_ports(ports, &ret->name) < 0))
		return leasefile_bad(file, fail, prefix,
			"an address, a prefix without further bits, or ADDRESS:LOW-HIGH");
	if (name.length == 0 || rest.length > 0)
		return leasefile_bad(file, fail, all, "PREFIX NAME [ROLE]");
	while (number < ROLE_LINES && !text_is(role, role_names[number]))
		number++;
	if (role.length > 0 && number == ROLE_LINES)
		return leasefile_bad(file, fail, role,
			"residential, static, business, mail-server, mobile, shared or protected");
	ret->role = role.length > 0 ? number : ROLE_STATIC;
	ret->client = name;
	ret->is_held = true;
	ret->until.us = UINT32_MAX * WALL_SECOND;
	return 1;
}

int
leasefile_line(
	struct leasefile *file, struct text line, struct leasefile_entry *ret, struct fail *fail)
{
	struct leasefile_entry entry = {0};
	int r = 0;

	file->lines++;
	if (line.length > 0 && line.at[line.length - 1] == '\r')
		line.length--;
	line = text_trim(line);
	if (line.length > LEASEFILE_LINE) {
		file->bad++;
		fail_what(fail, "a line of more than %d bytes", LEASEFILE_LINE);
		return -EBADMSG;
	}
	if (line.length == 0)
		return 0;
	if (memchr(line.at, '\0', line.length) != NULL)
		return leasefile_bad(file, fail, line, "a line without NUL");
	switch (file->format) {
	case LEASEFILE_ISC:
		r = leasefileisc_line(file, line, &entry, fail);
		break;
	case LEASEFILE_KEA:
		r = leasefilekea_line(file, line, &entry, fail);
		break;
	case LEASEFILE_KEA_LOG:
		r = leasefilekea_log(file, line, &entry, fail);
		break;
	case LEASEFILE_DNSMASQ:
		r = dnsmasq_line(file, line, &entry, fail);
		break;
	case LEASEFILE_TABLE:
		r = table_line(file, line, &entry, fail);
		break;
	case LEASEFILE_FORMATS:
		break;
	}
	if (r == 1) {
		file->entries++;
		*ret = entry;
	}
	return r;
}
