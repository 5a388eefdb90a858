/* SPDX-License-Identifier: BSD-2-Clause */
#include "action/coaprofileinside.h"

#include <errno.h>

enum kind { KIND_TEXT, KIND_INTEGER, KIND_TAGGED, KINDS };

static const char *const kind_names[KINDS] = {"text", "integer", "tagged"};

/* What may be changed (RFC 5176 s3.6), as far as it has to do with containment. */
#define STANDARD(name, type, kind)                                                                 \
	{                                                                                          \
		{(name), sizeof(name) - 1}, 0, (type), (kind)                                      \
	}

static const struct coaprofile_definition standard[] = {
	STANDARD("Service-Type", RADIUS_SERVICE_TYPE, KIND_INTEGER),
	STANDARD("Filter-Id", RADIUS_FILTER_ID, KIND_TEXT),
	STANDARD("Reply-Message", 18, KIND_TEXT),
	STANDARD("State", RADIUS_STATE, KIND_TEXT),
	STANDARD("Class", RADIUS_CLASS, KIND_TEXT),
	STANDARD("Session-Timeout", RADIUS_SESSION_TIMEOUT, KIND_INTEGER),
	STANDARD("Idle-Timeout", 28, KIND_INTEGER),
	STANDARD("Termination-Action", 29, KIND_INTEGER),
	STANDARD("Acct-Interim-Interval", 85, KIND_INTEGER),
	STANDARD("Framed-Pool", 88, KIND_TEXT),
	STANDARD("NAS-Filter-Rule", RADIUS_NAS_FILTER_RULE, KIND_TEXT),
	STANDARD("Framed-IPv6-Pool", 100, KIND_TEXT),
};

/* Of the standard, or one that the file has defined; NULL: none. */
static const struct coaprofile_definition *
find_definition(const struct coaprofile_reading *reading, struct text name)
{
	for (size_t i = 0; i < sizeof(standard) / sizeof(*standard); i++) {
		if (text_equal(standard[i].name, name))
			return &standard[i];
	}
	for (size_t i = 0; i < reading->defined_count; i++) {
		if (text_equal(reading->defined[i].name, name))
			return &reading->defined[i];
	}
	return NULL;
}

static int
read_kind(const struct coaprofile_reading *reading, struct text text, uint8_t *ret)
{
	for (uint8_t i = 0; i < KINDS; i++) {
		if (text_is(text, kind_names[i])) {
			*ret = i;
			return 0;
		}
	}
	fail_what(reading->fail, "'%.*s' is no kind of value; expected text, integer or tagged",
		coaprofile_shown(text), text.at);
	return coaprofile_wrong(reading, text, EINVAL);
}

int
coaprofile_define(struct coaprofile_reading *reading, struct text rest)
{
	struct text name = coaprofile_word(&rest), vendor = coaprofile_word(&rest),
		    type = coaprofile_word(&rest);
	struct text kind = coaprofile_word(&rest);
	struct coaprofile_definition defined = {.name = name};
	uint64_t number;
	int r;

	if (name.length == 0 || memchr(name.at, ':', name.length) != NULL) {
		fail_what(reading->fail, "expected the name of an attribute, without a colon");
		return coaprofile_wrong(reading, name, EINVAL);
	}
	if (find_definition(reading, name) != NULL) {
		fail_what(
			reading->fail, "'%.*s' is known already", coaprofile_shown(name), name.at);
		return coaprofile_wrong(reading, name, EEXIST);
	}
	r = coaprofile_number(reading, vendor, 1, 0xffffff, "number of a vendor", &number);
	if (r < 0)
		return r;
	defined.vendor = (uint32_t)number;
	r = coaprofile_number(reading, type, 1, UINT8_MAX, "type of an attribute", &number);
	if (r < 0)
		return r;
	defined.type = (uint8_t)number;
	r = read_kind(reading, kind, &defined.kind);
	if (r < 0)
		return r;
	if (reading->defined_count == COAPROFILE_DEFINED) {
		fail_what(reading->fail, "more than %d attributes", COAPROFILE_DEFINED);
		return coaprofile_wrong(reading, name, ENOSPC);
	}
	reading->defined[reading->defined_count++] = defined;
	return coaprofile_expect_end(reading, rest);
}

/* What stands between quotes, to the end of the line; its length. */
static int
read_quoted(const struct coaprofile_reading *reading, struct text text, uint8_t into[RADIUS_VALUE])
{
	size_t length = 0, at = 1;

	while (at < text.length && text.at[at] != '"') {
		char c = text.at[at++];

		if (c == '\\' && at < text.length && (text.at[at] == '"' || text.at[at] == '\\'))
			c = text.at[at++];
		if (length == RADIUS_VALUE) {
			fail_what(reading->fail, "a text of more than %d bytes", RADIUS_VALUE);
			return coaprofile_wrong(reading, text, ERANGE);
		}
		into[length++] = (uint8_t)c;
	}
	if (at != text.length - 1 || length == 0) {
		fail_what(reading->fail, "expected \"text\" up to the end of the line");
		return coaprofile_wrong(reading, text, EINVAL);
	}
	return (int)length;
}

static int
read_hex(const struct coaprofile_reading *reading, struct text text, uint8_t into[RADIUS_VALUE])
{
	size_t length = text.length / 2 - 1;

	if (text.length % 2 != 0 || length == 0 || length > RADIUS_VALUE) {
		fail_what(reading->fail,
			"expected 0x and an even number of hexadecimal digits, at most %d",
			2 * RADIUS_VALUE);
		return coaprofile_wrong(reading, text, EINVAL);
	}
	for (size_t i = 0; i < length; i++) {
		uint64_t byte;

		if (text_parse_hex((struct text){text.at + 2 + 2 * i, 2}, UINT8_MAX, &byte) < 0) {
			fail_what(reading->fail, "'%.2s' is no hexadecimal number",
				text.at + 2 + 2 * i);
			return coaprofile_wrong(
				reading, (struct text){text.at + 2 + 2 * i, 2}, EINVAL);
		}
		into[i] = (uint8_t)byte;
	}
	return (int)length;
}

/* The bytes of a value: their number. */
static int
read_value(const struct coaprofile_reading *reading, const struct coaprofile_definition *definition,
	struct text text, uint8_t into[RADIUS_VALUE])
{
	struct writer writer = writer_on(into, RADIUS_VALUE);
	uint64_t number;
	int r;

	if (text_starts(text, "0x")) {
		r = read_hex(reading, text, into);
		if (r < 0 || definition->kind != KIND_INTEGER || r == sizeof(uint32_t))
			return r;
		fail_what(reading->fail, "a number has 8 hexadecimal digits");
		return coaprofile_wrong(reading, text, EINVAL);
	}
	if (definition->kind != KIND_INTEGER && text_starts(text, "\""))
		return read_quoted(reading, text, into);
	if (definition->kind != KIND_INTEGER) {
		fail_what(reading->fail, "'%.*s' is no text; expected it between quotes",
			coaprofile_shown(text), text.at);
		return coaprofile_wrong(reading, text, EINVAL);
	}
	r = coaprofile_number(reading, text, 0, UINT32_MAX, "number", &number);
	if (r < 0)
		return r;
	writer_u32(&writer, (uint32_t)number);
	return (int)writer_length(&writer);
}

/* Adds an attribute to all acts of the section. */
static int
add_attribute(const struct coaprofile_reading *reading,
	const struct coaprofile_definition *definition, struct text name, const uint8_t *value,
	size_t size)
{
	for (int i = 0; i < COA_ACTS; i++) {
		struct coaprofile_act *act = &reading->profile->acts[i];
		struct radius_writer writer = {
			.out = writer_on(act->attributes, sizeof(act->attributes))};

		if (!(reading->acts & 1U << i))
			continue;
		if (act->is_disconnect) {
			fail_what(reading->fail,
				"a disconnect has no attributes but those of its session "
				"(RFC 5176 s3)");
			return coaprofile_wrong(reading, name, EINVAL);
		}
		(void)writer_take(&writer.out, act->length);
		if (definition->vendor != 0)
			radius_add_vendor(
				&writer, definition->vendor, definition->type, value, size);
		else
			radius_add(&writer, definition->type, value, size);
		if (writer.out.failed) {
			fail_what(reading->fail,
				"this value is too long, or all together are: %d bytes an act",
				COAPROFILE_ACT);
			return coaprofile_wrong(reading, name, ENOSPC);
		}
		act->length = (uint16_t)writer_length(&writer.out);
	}
	return 0;
}

static int
find_for_act(const struct coaprofile_reading *reading, struct text name,
	const struct coaprofile_definition **ret)
{
	*ret = find_definition(reading, name);
	if (*ret != NULL)
		return 0;
	for (int i = 0; i < COA_IDENTITIES; i++) {
		if (text_is(name, coa_identity_names[i])) {
			fail_what(reading->fail,
				"%s says which session is meant and changes none (RFC 5176 s3.6); "
				"see identify",
				coa_identity_names[i]);
			return coaprofile_wrong(reading, name, EINVAL);
		}
	}
	fail_what(reading->fail,
		"'%.*s' is not known; expected an attribute of RFC 5176, or a line before: "
		"attribute NAME VENDOR TYPE text|integer|tagged",
		coaprofile_shown(name), name.at);
	return coaprofile_wrong(reading, name, EINVAL);
}

/* The tag before a value. */
static int
read_tag(const struct coaprofile_reading *reading, const struct coaprofile_definition *definition,
	struct text name, struct text tag, uint8_t *ret)
{
	bool is_tagged = definition->kind == KIND_TAGGED;
	uint64_t number;
	int r;

	if (is_tagged != (tag.length > 0)) {
		fail_what(reading->fail, "expected %s",
			is_tagged ? "NAME:TAG, with a number from 1 to 31"
				  : "a name without a tag");
		return coaprofile_wrong(reading, name, EINVAL);
	}
	if (!is_tagged)
		return 0;
	r = coaprofile_number(reading, tag, 1, 31, "tag", &number);
	if (r < 0)
		return r;
	*ret = (uint8_t)number;
	return 1;
}

int
coaprofile_attribute(const struct coaprofile_reading *reading, struct text line)
{
	struct text rest = line, tag = coaprofile_word(&rest), whole = tag,
		    equal = coaprofile_word(&rest);
	struct text name = text_cut(&tag, ':');
	const struct coaprofile_definition *definition;
	uint8_t value[1 + RADIUS_VALUE];
	int tags, r;

	r = find_for_act(reading, name, &definition);
	if (r < 0)
		return r;
	if (!text_is(equal, "=")) {
		fail_what(reading->fail, "expected NAME = VALUE");
		return coaprofile_wrong(reading, equal, EINVAL);
	}
	tags = read_tag(reading, definition, whole, tag, value);
	if (tags < 0)
		return tags;
	coaprofile_skip_blanks(&rest);
	r = read_value(reading, definition, rest, value + tags);
	if (r < 0)
		return r;
	return add_attribute(reading, definition, whole, value, (size_t)(r + tags));
}
