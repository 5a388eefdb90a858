/* SPDX-License-Identifier: BSD-2-Clause */
/* The output of `ipset save`: a line "create NAME TYPE ..." for each set, and "add NAME ENTRY ..." for each entry
 * (ipset(8)). A host or network is the first part of an entry, before any comma; "nomatch" excludes a network. */
#include "census/list/listformat.h"

static const char a_line[] = "\"create NAME TYPE\" or \"add NAME ENTRY\" of ipset";

static struct text
take_word(struct text *rest)
{
	struct text word;

	while (rest->length > 0 && *rest->at == ' ') {
		rest->at++;
		rest->length--;
	}
	word = text_cut(rest, ' ');
	return word;
}

/* A word of the options behind an entry; a comment in quotes may have any. */
static bool
has_option(struct text rest, const char *option)
{
	while (rest.length > 0) {
		struct text word = take_word(&rest);

		if (text_is(word, option))
			return true;
		if (word.length > 0 && *word.at == '"')
			return false;
	}
	return false;
}

static void
take_create(struct listreader *reader, struct text rest)
{
	char shown[LISTNOTES_SHOWN];
	struct text type;

	listformat_end_set(reader);
	take_word(&rest);
	type = take_word(&rest);
	if (type.length == 0) {
		listformat_refuse(reader, a_line, rest);
		return;
	}
	reader->is_other_set = !text_starts(type, "hash:ip") && !text_starts(type, "hash:net") &&
		!text_starts(type, "bitmap:ip");
	if (reader->is_other_set)
		listnotes_say(reader->notes, LISTNOTE_DATASET, listformat_number(reader),
			"a set of the type \"%s\" holds no addresses, and is left out",
			listnotes_show(type, shown));
}

static void
take_add(struct listreader *reader, struct text line, struct text rest)
{
	const char *expected = a_line;
	struct addressform form;
	struct text entry;

	if (reader->is_other_set)
		return;
	take_word(&rest);
	entry = take_word(&rest);
	if (addressform_take(&entry, false, &form, &expected) < 0 ||
		(entry.length > 0 && *entry.at != ','))
		listformat_refuse(reader, expected, line);
	else if (has_option(rest, "nomatch"))
		listformat_exclude(reader, &form);
	else
		listformat_entry(reader, &form, 0, 0);
}

static void
take_line(struct listreader *reader, struct text line)
{
	struct text rest = line, word = take_word(&rest);

	if (text_is(word, "add"))
		take_add(reader, line, rest);
	else if (text_is(word, "create"))
		take_create(reader, rest);
	else if (word.length > 0 && *word.at != '#')
		listformat_refuse(reader, a_line, line);
}

const struct listformat ipsetsave_format = {.take = listlines_take, .line = take_line};
