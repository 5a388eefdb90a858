/* SPDX-License-Identifier: BSD-2-Clause */
#include "action/coanases.h"

#include "source/radius/radiuskey.h"

#include <errno.h>

static struct text
next_word(struct text *rest)
{
	size_t length = 0;
	struct text word;

	*rest = text_trim(*rest);
	while (length < rest->length && rest->at[length] != ' ' && rest->at[length] != '\t')
		length++;
	word = (struct text){rest->at, length};
	*rest = (struct text){rest->at + length, rest->length - length};
	return word;
}

static int
wrong(struct fail *fail, const char *what)
{
	fail_what(fail, "%s; expected PREFIX SECRET PROFILE [port N] [rate N]", what);
	return -EINVAL;
}

static int
take_more(struct coanas *row, struct text rest, struct fail *fail)
{
	struct text word;

	while ((word = next_word(&rest)).length > 0) {
		struct text value = next_word(&rest);
		bool is_port = text_is(word, "port");
		uint64_t number;

		if (!is_port && !text_is(word, "rate"))
			return wrong(fail, "no word that is known here");
		if (text_parse_u64(value, is_port ? UINT16_MAX : 1000000, &number) < 0 ||
			number == 0)
			return wrong(fail, is_port ? "no port" : "no rate from 1 to 1000000");
		if (is_port)
			row->port = (uint16_t)number;
		else
			row->rate = (uint32_t)number;
	}
	return 0;
}

static int
parse_row(struct text line, struct coanas *ret, struct fail *fail)
{
	struct text rest = line, prefix = next_word(&rest);

	*ret = (struct coanas){.secret = next_word(&rest)};
	ret->profile = next_word(&rest);
	if (prefix_parse(prefix, &ret->prefix) < 0)
		return wrong(fail, "no address or prefix of a NAS");
	if (ret->secret.length == 0 || ret->secret.length > RADIUS_SECRET)
		return wrong(fail, "no secret, or one of more than 256 bytes");
	if (ret->profile.length == 0)
		return wrong(fail, "no profile");
	return take_more(ret, rest, fail);
}

int
coanases_parse(struct text text, struct coanases *ret, size_t *line, struct fail *fail)
{
	ret->count = 0;
	for (*line = 1; text.length > 0; ++*line) {
		struct text row = text_cut(&text, '\n');
		int r;

		/* A secret may have a #: a comment is a line of its own. */
		row = text_trim(row);
		if (row.length > 0 && row.at[row.length - 1] == '\r')
			row.length--;
		if (row.length == 0 || *row.at == '#')
			continue;
		if (ret->count == COANASES) {
			fail_what(fail, "more than %d rows of NASes", COANASES);
			return -E2BIG;
		}
		r = parse_row(row, &ret->row[ret->count], fail);
		if (r < 0)
			return r;
		for (size_t i = 0; i < ret->count; i++) {
			const struct prefix *a = &ret->row[i].prefix;
			const struct prefix *b = &ret->row[ret->count].prefix;

			if (a->length == b->length && address_equal(&a->address, &b->address)) {
				fail_what(fail, "the same NASes twice");
				return -EEXIST;
			}
		}
		ret->count++;
	}
	return 0;
}

int
coanases_find(const struct coanases *nases, const struct address *nas)
{
	int found = -1;

	for (size_t i = 0; i < nases->count; i++) {
		const struct prefix *prefix = &nases->row[i].prefix;

		if (prefix_has(prefix, nas) &&
			(found < 0 || prefix->length > nases->row[found].prefix.length))
			found = (int)i;
	}
	return found;
}
