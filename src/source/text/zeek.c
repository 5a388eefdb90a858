/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/format.h"
#include "source/text/columns.h"
#include "source/text/json.h"
#include "source/text/zeekentry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Lines of one call of read. */
#define PORTION 512

/* The names of values that are not set and of empty sets are short. */
#define WORD_MOST 16

struct word {
	char at[WORD_MOST];
	size_t length;
};

struct zeek {
	struct linereader lines;
	/* The rest is said by the header lines of TSV; they come anew in the middle of joined files. */
	enum zeek_log log;
	struct columns columns;
	bool has_columns;
	char separator;
	char set_separator;
	struct word unset;
	struct word empty;
};

static void
word_set(struct word *word, struct text text)
{
	if (text.length > WORD_MOST)
		return;
	memcpy(word->at, text.at, text.length);
	word->length = text.length;
}

static bool
word_is(const struct word *word, struct text text)
{
	return text_equal((struct text){word->at, word->length}, text);
}

static struct zeek *
zeek_new(struct input *input, struct intake *intake)
{
	struct zeek *zeek = xcalloc(1, sizeof(*zeek));

	zeek->lines = (struct linereader){.lines = {.input = input}, .intake = intake};
	zeek->log = ZEEK_OTHER;
	zeek->separator = '\t';
	zeek->set_separator = ',';
	word_set(&zeek->unset, TEXT("-"));
	word_set(&zeek->empty, TEXT("(empty)"));
	return zeek;
}

static void
zeek_close(void *state)
{
	free(state);
}

static enum zeek_log
log_of(struct text path)
{
	if (text_is(path, "conn"))
		return ZEEK_CONN;
	return text_is(path, "smtp") ? ZEEK_SMTP : ZEEK_OTHER;
}

static int
read_fields(struct zeek *zeek, struct text names, const char **missing)
{
	struct column known[ZEEK_FIELD_COUNT];

	for (unsigned i = 0; i < ZEEK_FIELD_COUNT; i++) {
		known[i] = (struct column){.names = zeek_field_names[i], .field = (uint8_t)i};
		known[i].early = i <= ZEEK_RESP_PORT || (i == ZEEK_PROTO && zeek->log == ZEEK_CONN);
		known[i].needed = known[i].early || i == ZEEK_TS || i == ZEEK_ORIG_ADDRESS ||
			i == ZEEK_RESP_ADDRESS;
	}
	return columns_find(
		&zeek->columns, names, zeek->separator, known, ZEEK_FIELD_COUNT, missing);
}

/* "#separator \x09", and then "#name", that separator, and a value. -ENOENT with what is missing. */
static int
read_header(struct zeek *zeek, struct text line, const char **missing)
{
	struct text value = line, name;
	uint64_t byte;
	int result = 0;

	if (text_starts(line, "#separator ")) {
		text_cut(&value, ' ');
		if (text_starts(value, "\\x") &&
			text_parse_hex((struct text){value.at + 2, value.length - 2}, UINT8_MAX,
				&byte) == 0)
			zeek->separator = (char)byte;
		return 0;
	}
	name = text_cut(&value, zeek->separator);
	if (text_is(name, "#set_separator") && value.length == 1)
		zeek->set_separator = *value.at;
	else if (text_is(name, "#empty_field"))
		word_set(&zeek->empty, value);
	else if (text_is(name, "#unset_field"))
		word_set(&zeek->unset, value);
	else if (text_is(name, "#path"))
		zeek->log = log_of(value);
	else if (text_is(name, "#fields") && zeek->log != ZEEK_OTHER) {
		result = read_fields(zeek, value, missing);
		zeek->has_columns = result == 0;
	}
	return result;
}

static bool
tsv_matches(const uint8_t *head, size_t size)
{
	return text_starts(linereader_first(head, size), "#separator ");
}

static void *
tsv_open(struct input *input, struct intake *intake, struct fail *fail)
{
	struct zeek *zeek = zeek_new(input, intake);
	const char *missing = zeek_field_names[ZEEK_TS];
	char names[COLUMNS_NAMES];
	struct text line;
	int result = 0;

	while (!zeek->has_columns && result == 0) {
		if (linereader_next(&zeek->lines, &line) <= 0 || !text_starts(line, "#"))
			break;
		result = read_header(zeek, line, &missing);
	}
	if (zeek->has_columns)
		return zeek;
	fail_where(
		fail, "%s, line %llu", input->name, (unsigned long long)zeek->lines.lines.number);
	if (result < 0) {
		fail_what(fail, "this log of Zeek has no field %s", columns_say(missing, names));
		fail_hint(fail, "log it, or use a log with the fields that Zeek writes by itself");
	} else {
		fail_what(fail, "is a log of Zeek, but not conn.log or smtp.log");
		fail_hint(fail, "the other logs tell nothing of mail connections");
	}
	free(zeek);
	return NULL;
}

static uint64_t
count_set(const struct zeek *zeek, struct text set)
{
	uint64_t count = set.length > 0;

	for (size_t i = 0; i < set.length; i++)
		count += set.at[i] == zeek->set_separator;
	return count;
}

static void
read_tsv_line(struct zeek *zeek, struct text line)
{
	struct zeek_entry entry = {0};
	struct columns_cursor cursor = {.rest = line};
	struct text found = TEXT("");
	char names[COLUMNS_NAMES];
	const char *missing;

	if (line.length == 0)
		return;
	if (*line.at == '#') {
		if (read_header(zeek, line, &missing) < 0)
			intake_error(zeek->lines.intake, zeek->lines.lines.input->name,
				zeek->lines.lines.offset,
				"line %llu: the log has no field %s from here",
				(unsigned long long)zeek->lines.lines.number,
				columns_say(missing, names));
		return;
	}
	intake_counts(zeek->lines.intake)->records++;
	if (zeek->log == ZEEK_OTHER || !zeek->has_columns)
		return;
	if (columns_cut(&zeek->columns, &cursor, zeek->columns.early, entry.fields)) {
		if (!zeek_entry_is_mail(&entry) ||
			(zeek->log == ZEEK_CONN && !text_is(entry.fields[ZEEK_PROTO], "tcp")))
			return;
		if (columns_cut(&zeek->columns, &cursor, zeek->columns.end, entry.fields)) {
			for (unsigned i = 0; i < ZEEK_FIELD_COUNT; i++) {
				if (word_is(&zeek->unset, entry.fields[i]) ||
					word_is(&zeek->empty, entry.fields[i]))
					entry.fields[i] = TEXT("");
			}
			entry.recipients = count_set(zeek, entry.fields[ZEEK_RECIPIENTS]);
			zeek_entry_read(&entry, zeek->log, &zeek->lines, line);
			return;
		}
	}
	linereader_refuse(&zeek->lines, line, found, "as many columns as #fields names");
}

static int
tsv_read(void *state)
{
	struct zeek *zeek = state;
	struct text line;
	int result = 1;

	for (int i = 0; i < PORTION && result == 1; i++) {
		result = linereader_next(&zeek->lines, &line);
		if (result == 1)
			read_tsv_line(zeek, line);
	}
	return result;
}

const struct format format_zeek_tsv = {
	.name = "Zeek log",
	.matches = tsv_matches,
	.open = tsv_open,
	.read = tsv_read,
	.close = zeek_close,
	.has_details = true,
};

static bool
has(struct text line, const char *word)
{
	return memmem(line.at, line.length, word, strlen(word)) != NULL;
}

static bool
json_matches(const uint8_t *head, size_t size)
{
	struct text line = text_trim(linereader_first(head, size));

	return text_starts(line, "{") && (has(line, "\"id.orig_h\"") || has(line, "\"id_orig_h\""));
}

static void *
json_open(struct input *input, struct intake *intake, struct fail *fail)
{
	return zeek_new(input, intake);
}

static bool
is_one_of(struct text name, const char *names)
{
	struct text rest = text_of(names);

	while (rest.length > 0) {
		if (text_equal(text_cut(&rest, ' '), name))
			return true;
	}
	return false;
}

static unsigned
field_of(struct text key)
{
	unsigned i = 0;

	while (i < ZEEK_FIELD_COUNT && !is_one_of(key, zeek_field_names[i]))
		i++;
	return i;
}

static uint64_t
count_items(struct json_value *value)
{
	struct json_walk walk;
	struct json_value item;
	uint64_t count = 0;

	if (value->type != JSON_ARRAY || json_walk_array(value->text, &walk) < 0)
		return value->type == JSON_STRING;
	while (json_item(&walk, &item) == 1)
		count++;
	return count;
}

/* One object a line. 1: it is wanted; 0: it is not about mail; -EINVAL: it is no object, or cut. */
static int
read_object(struct text line, struct zeek_entry *entry, enum zeek_log *log)
{
	struct json_walk walk;
	struct json_value value;
	struct text key;
	bool has_orig = false, has_resp = false;
	int result = json_walk_object(line, &walk);

	*log = ZEEK_OTHER;
	while (result >= 0 && (result = json_member(&walk, &key, &value)) == 1) {
		unsigned field = field_of(key);

		if (text_is(key, "_path"))
			*log = log_of(value.text);
		if (field == ZEEK_FIELD_COUNT || value.type == JSON_NULL)
			continue;
		entry->fields[field] = value.text;
		has_orig = has_orig || field == ZEEK_ORIG_PORT;
		has_resp = has_resp || field == ZEEK_RESP_PORT;
		if (has_orig && has_resp && !zeek_entry_is_mail(entry))
			return 0;
		if (field == ZEEK_RECIPIENTS)
			entry->recipients = count_items(&value);
		if (*log == ZEEK_OTHER && field == ZEEK_CONN_STATE)
			*log = ZEEK_CONN;
		if (*log == ZEEK_OTHER && field == ZEEK_TRANS_DEPTH)
			*log = ZEEK_SMTP;
	}
	if (result < 0)
		return -EINVAL;
	return has_orig && has_resp && *log != ZEEK_OTHER;
}

static void
read_json_line(struct zeek *zeek, struct text line)
{
	struct zeek_entry entry = {0};
	enum zeek_log log;
	int result;

	if (line.length == 0)
		return;
	intake_counts(zeek->lines.intake)->records++;
	result = read_object(line, &entry, &log);
	if (result < 0)
		linereader_refuse(&zeek->lines, line, TEXT(""), "a whole JSON object");
	if (result <= 0 || (log == ZEEK_CONN && !text_is(entry.fields[ZEEK_PROTO], "tcp")))
		return;
	zeek_entry_read(&entry, log, &zeek->lines, line);
}

static int
json_read(void *state)
{
	struct zeek *zeek = state;
	struct text line;
	int result = 1;

	for (int i = 0; i < PORTION && result == 1; i++) {
		result = linereader_next(&zeek->lines, &line);
		if (result == 1)
			read_json_line(zeek, line);
	}
	return result;
}

const struct format format_zeek_json = {
	.name = "Zeek log as JSON",
	.matches = json_matches,
	.open = json_open,
	.read = json_read,
	.close = zeek_close,
	.has_details = true,
};
