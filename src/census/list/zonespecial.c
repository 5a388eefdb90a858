/* SPDX-License-Identifier: BSD-2-Clause */
/* The special entries of zones, and A values: rbldnsd(8), "Special Entries" and "Resulting A values". */
#include "base/addressscan.h"
#include "base/wall.h"
#include "census/list/listformat.h"

#include <errno.h>

#define LOCAL_127_0_0 0x7f000000U

const char *const zonetype_names[ZONETYPE_COUNT] = {
	"any", "ip4set", "ip4trie", "ip4tset", "ip6trie", "ip6tset"};

static struct text
take_word(struct text *rest)
{
	size_t begin = 0, end;

	while (begin < rest->length && (rest->at[begin] == ' ' || rest->at[begin] == '\t'))
		begin++;
	end = begin;
	while (end < rest->length && rest->at[end] != ' ' && rest->at[end] != '\t')
		end++;
	*rest = (struct text){rest->at + end, rest->length - end};
	return (struct text){rest->at - (end - begin), end - begin};
}

int
zonespecial_value(struct text text, uint32_t inherited, uint32_t *ret)
{
	struct text rest = {text.at + 1, text.length - 1}, value = text_cut(&rest, ':');
	uint64_t number;
	uint32_t address;

	value = text_trim(value);
	if (value.length == 0)
		*ret = inherited;
	else if (text_parse_u64(value, 255, &number) == 0 && number > 0)
		*ret = LOCAL_127_0_0 | (uint32_t)number;
	else if (addressscan_four(value, &address) == value.length)
		*ret = address;
	else
		return -EINVAL;
	return 0;
}

bool
zonespecial_wants(const struct listreader *reader, uint32_t value)
{
	const struct listorder *order = reader->order;

	for (unsigned i = 0; i < order->values_count; i++) {
		if (order->values[i] == value)
			return true;
	}
	return order->values_count == 0;
}

/* A number with a unit behind it: s, m, h, d, w. */
static int
parse_duration(struct text text, uint64_t *ret)
{
	static const char units[] = "smhdw";
	static const uint32_t seconds[] = {1, 60, 3600, 86400, 604800};
	uint32_t unit = 1;
	uint64_t number;
	const char *found;

	if (text.length > 1 && (found = strchr(units, text.at[text.length - 1])) != NULL &&
		*found != '\0') {
		unit = seconds[found - units];
		text.length--;
	}
	if (text_parse_u64(text, UINT32_MAX, &number) < 0)
		return -EINVAL;
	*ret = number * unit;
	return 0;
}

/* yyyy:mm:dd[:hh[:mi[:ss]]], also with dashes or with nothing between the parts; 0 and - are no time. */
static int
parse_stamp(struct text text, uint32_t *ret)
{
	int part[6] = {0, 1, 1, 0, 0, 0};
	struct wall wall;
	size_t at = 0;
	unsigned parts = 0;

	*ret = 0;
	if (text_is(text, "0") || text_is(text, "-"))
		return 0;
	while (at < text.length && parts < 6) {
		size_t digits = parts == 0 ? 4 : 2;
		uint64_t number;

		if (text.length - at < digits ||
			text_parse_u64((struct text){text.at + at, digits}, 2105, &number) < 0)
			return -EINVAL;
		part[parts++] = (int)number;
		at += digits;
		if (at < text.length && (text.at[at] == ':' || text.at[at] == '-'))
			at++;
	}
	if (at < text.length || parts < 3 || part[0] < 1970 ||
		wall_from_date(&wall, part[0], part[1], part[2], part[3], part[4], part[5]) < 0)
		return -EINVAL;
	*ret = wall_seconds(wall);
	return 0;
}

static int
take_timestamp(struct listreader *reader, struct text rest)
{
	struct listnotes *notes = reader->notes;
	struct text expires;
	uint64_t length;
	uint32_t time;

	if (parse_stamp(take_word(&rest), &time) < 0)
		return -EINVAL;
	if (time != 0)
		notes->time = time;
	expires = take_word(&rest);
	if (expires.length == 0)
		return 0;
	if (*expires.at != '+') {
		if (parse_stamp(expires, &time) < 0)
			return -EINVAL;
		notes->expires = time;
		return 0;
	}
	expires = (struct text){expires.at + 1, expires.length - 1};
	if (parse_duration(expires, &length) < 0)
		return -EINVAL;
	length += notes->time;
	notes->expires = length < UINT32_MAX ? (uint32_t)length : UINT32_MAX;
	return 0;
}

/* $MAXRANGE4 /24 or $MAXRANGE4 256: it may become less only. Before the first data set of a combined zone it is for
 * all of them. */
static int
take_widest(struct listreader *reader, struct text rest)
{
	struct text word = take_word(&rest);
	uint64_t number;

	if (word.length > 1 && *word.at == '/') {
		word = (struct text){word.at + 1, word.length - 1};
		if (text_parse_u64(word, 32, &number) < 0)
			return -EINVAL;
		number = UINT64_C(1) << (32 - number);
	} else if (text_parse_u64(word, UINT64_C(1) << 32, &number) < 0 || number == 0) {
		return -EINVAL;
	}
	if (number < reader->widest)
		reader->widest = number;
	return 0;
}

/* Is the data set one of those that are to be read? name: what stands behind the type; rest: the subzones. */
static bool
is_wanted(const struct listreader *reader, struct text name, struct text rest)
{
	const char *wanted = reader->order->dataset;

	if (*wanted == '\0' || text_is(name, wanted))
		return true;
	for (;;) {
		struct text subzone = take_word(&rest);

		if (subzone.length == 0)
			return false;
		if (text_is(subzone, wanted))
			return true;
	}
}

/* $DATASET type[:name] subzone... */
static void
take_dataset(struct listreader *reader, struct text rest)
{
	struct text name = take_word(&rest), type = text_cut(&name, ':');
	char shown[LISTNOTES_SHOWN];

	listformat_end_set(reader);
	if (!reader->is_combined)
		reader->widest_zone = reader->widest;
	reader->is_combined = true;
	reader->widest = reader->widest_zone;
	reader->value = LOCAL_127_0_0 | 2;
	for (unsigned i = ZONETYPE_IP4SET; i < ZONETYPE_COUNT; i++) {
		if (!text_is(type, zonetype_names[i]))
			continue;
		reader->type = (enum zonetype)i;
		reader->is_unwanted = !is_wanted(reader, name, rest);
		reader->notes->unwanted += reader->is_unwanted;
		reader->is_missing &= reader->is_unwanted;
		return;
	}
	reader->is_unwanted = true;
	listnotes_say(reader->notes, LISTNOTE_DATASET, listformat_number(reader),
		"a data set of the type \"%s\" holds no addresses and is left out",
		listnotes_show(type, shown));
}

void
zonespecial_take(struct listreader *reader, struct text line)
{
	static const char *const silent[] = {"SOA", "NS", "TTL"};
	struct text rest = line, word;
	int r = 0;

	while (rest.length > 0 && *rest.at != '$') {
		rest.at++;
		rest.length--;
	}
	word = take_word(&rest);
	if (word.length < 2)
		goto refuse;
	word = (struct text){word.at + 1, word.length - 1};
	for (size_t i = 0; i < sizeof(silent) / sizeof(*silent); i++) {
		if (text_is(word, silent[i]))
			return;
	}
	/* Substitutions in texts. */
	if (word.length == 1 && (*word.at == '=' || (*word.at >= '0' && *word.at <= '9')))
		return;
	if (text_is(word, "DATASET"))
		take_dataset(reader, rest);
	else if (text_is(word, "TIMESTAMP"))
		r = take_timestamp(reader, rest);
	else if (text_is(word, "MAXRANGE4"))
		r = take_widest(reader, rest);
	else
		r = -EINVAL;
	if (r == 0)
		return;
refuse:
	/* Behind a comment's sign it may be just that. */
	if (*line.at == '$' && !reader->is_unwanted)
		listformat_refuse(reader, "a special entry of rbldnsd(8)", line);
}
