/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/phrases.h"

#include <errno.h>
#include <stdlib.h>

struct entry {
	struct text english, words;
	unsigned line;
};

struct phrases {
	struct buffer memory; /* of all texts, without quotes and escapes */
	struct text head;
	size_t count;
	struct entry entry[PHRASES_MOST];
};

/* Which text the quoted lines belong to. */
enum part { PART_NONE, PART_ID, PART_STR };

struct reader {
	struct phrases *phrases;
	const char *where;
	unsigned line;
	enum part part;
	bool is_fuzzy;
	unsigned begun; /* line */
	size_t id, str; /* where they begin in the memory */
	struct fail *fail;
};

static int
wrong(const struct reader *reader, const char *what, const char *hint)
{
	fail_where(reader->fail, "%s:%u", reader->where, reader->line);
	fail_what(reader->fail, "%s", what);
	fail_hint(reader->fail, "%s", hint);
	return -EINVAL;
}

/* A quoted text's bytes go to the end of the memory. */
static int
take_quoted(struct reader *reader, struct text text)
{
	static const char from[] = "nt\"\\", to[] = "\n\t\"\\";
	const char *found;

	if (text.length < 2 || text.at[0] != '"' || text.at[text.length - 1] != '"')
		return wrong(reader, "a text has no quotes around it", "msgid \"WORDS\"");
	for (size_t i = 1; i + 1 < text.length; i++) {
		char c = text.at[i];

		if (c == '"')
			return wrong(reader, "a quote stands in a text", "\\\"");
		if (c == '\\') {
			c = text.at[++i];
			found = i + 1 < text.length ? memchr(from, c, sizeof(from) - 1) : NULL;
			if (found == NULL)
				return wrong(reader, "an escape is none", "\\n, \\t, \\\" or \\\\");
			c = to[found - from];
		}
		buffer_add(&reader->phrases->memory, &c, 1);
	}
	return 0;
}

/* The entry that was read; its texts are places in the memory as long as that grows. */
static int
end_entry(struct reader *reader)
{
	struct phrases *phrases = reader->phrases;
	struct entry *entry = &phrases->entry[phrases->count];
	bool was_id = reader->part == PART_ID;

	if (reader->part == PART_NONE)
		return 0;
	reader->part = PART_NONE;
	if (was_id)
		return wrong(reader, "a msgid has no msgstr", "each has one, which may be empty");
	if (phrases->count == PHRASES_MOST)
		return wrong(reader, "there are too many entries", "4,000 are read");
	*entry = (struct entry){.english = {NULL, reader->str - reader->id},
		.words = {NULL, phrases->memory.length - reader->str},
		.line = reader->begun};
	if (reader->is_fuzzy && entry->english.length > 0) {
		phrases->memory.length = reader->str;
		entry->words.length = 0;
	}
	reader->is_fuzzy = false;
	phrases->count++;
	return 0;
}

static int
take_keyword(struct reader *reader, struct text line)
{
	struct text rest = line, word = text_cut(&rest, ' ');
	int r = 0;

	if (text_is(word, "msgid")) {
		r = end_entry(reader);
		reader->part = PART_ID;
		reader->begun = reader->line;
		reader->id = reader->phrases->memory.length;
	} else if (text_is(word, "msgstr") && reader->part == PART_ID) {
		reader->part = PART_STR;
		reader->str = reader->phrases->memory.length;
	} else {
		return wrong(reader, "this is no line of a catalogue",
			"msgid \"WORDS\", then msgstr \"WORDS\"; no plurals, no contexts");
	}
	return r < 0 ? r : take_quoted(reader, text_trim(rest));
}

static int
take_line(struct reader *reader, struct text line)
{
	line = text_trim(line);
	if (line.length > 0 && line.at[line.length - 1] == '\r')
		line.length--;
	if (line.length == 0 || *line.at == '#') {
		int r = reader->part == PART_STR ? end_entry(reader) : 0;

		if (text_starts(line, "#,") && memmem(line.at, line.length, "fuzzy", 5) != NULL)
			reader->is_fuzzy = true;
		return r;
	}
	if (text_check_line(line) < 0)
		return wrong(reader, "a character that cannot be shown", "text in UTF-8");
	if (*line.at != '"')
		return take_keyword(reader, line);
	if (reader->part == PART_NONE)
		return wrong(reader, "a quoted text belongs to nothing", "msgid or msgstr");
	return take_quoted(reader, line);
}

static int
compare(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;
	size_t least = left->english.length < right->english.length ? left->english.length
								    : right->english.length;
	int order = least > 0 ? memcmp(left->english.at, right->english.at, least) : 0;

	if (order != 0)
		return order;
	return left->english.length < right->english.length
		? -1
		: left->english.length > right->english.length;
}

/* The memory grows no more: places become texts. The head is the entry without English. */
static int
settle(struct reader *reader)
{
	struct phrases *phrases = reader->phrases;
	const char *at = phrases->memory.length > 0 ? phrases->memory.at : "";

	for (size_t i = 0; i < phrases->count; i++) {
		struct entry *entry = &phrases->entry[i];

		entry->english.at = at;
		entry->words.at = at + entry->english.length;
		at += entry->english.length + entry->words.length;
	}
	qsort(phrases->entry, phrases->count, sizeof(*phrases->entry), compare);
	for (size_t i = 1; i < phrases->count; i++) {
		if (compare(&phrases->entry[i - 1], &phrases->entry[i]) == 0) {
			reader->line = phrases->entry[i].line;
			return wrong(reader, "two entries have one msgid", "");
		}
	}
	if (phrases->count > 0 && phrases->entry[0].english.length == 0) {
		phrases->head = phrases->entry[0].words;
		phrases->count--;
		memmove(phrases->entry, phrases->entry + 1,
			phrases->count * sizeof(*phrases->entry));
	}
	return 0;
}

int
phrases_parse(struct text file, const char *where, struct phrases **ret, struct fail *fail)
{
	struct reader reader = {.where = where, .fail = fail};
	int r = 0;

	*ret = NULL;
	if (file.length > PHRASES_BYTES) {
		fail_where(fail, "%s", where);
		fail_what(fail, "%zu bytes", file.length);
		fail_hint(fail, "a catalogue has at most %d", PHRASES_BYTES);
		return -E2BIG;
	}
	reader.phrases = xcalloc(1, sizeof(*reader.phrases));
	buffer_init(&reader.phrases->memory, PHRASES_BYTES);
	while (r == 0 && file.length > 0) {
		reader.line++;
		r = take_line(&reader, text_cut(&file, '\n'));
	}
	if (r == 0)
		r = end_entry(&reader);
	if (r == 0)
		r = settle(&reader);
	if (r < 0)
		(void)phrases_free(reader.phrases);
	else
		*ret = reader.phrases;
	return r;
}

struct phrases *
phrases_free(struct phrases *phrases)
{
	if (phrases != NULL)
		buffer_done(&phrases->memory);
	free(phrases);
	return NULL;
}

struct text
phrases_find(const struct phrases *phrases, struct text english)
{
	const struct entry wanted = {.english = english};
	const struct entry *found = phrases == NULL
		? NULL
		: bsearch(&wanted, phrases->entry, phrases->count, sizeof(wanted), compare);

	return found == NULL || found->words.length == 0 ? english : found->words;
}

struct text
phrases_head(const struct phrases *phrases, const char *wanted)
{
	struct text rest = phrases->head;

	while (rest.length > 0) {
		struct text value = text_cut(&rest, '\n'), key = text_cut(&value, ':');

		if (text_is(key, wanted))
			return text_trim(value);
	}
	return TEXT("");
}
