/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/contacts.h"

#include "base/hash.h"
#include "base/table.h"
#include "identity/linename.h"
#include "identity/linewho.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum column {
	COLUMN_LINE,
	COLUMN_EMAIL,
	COLUMN_PHONE,
	COLUMN_LANGUAGE,
	COLUMN_ADDRESS,
	COLUMNS = COLUMN_ADDRESS + CONTACTS_ADDRESS
};

static const char *const names[COLUMNS] = {"line", "email", "phone", "language", "name", "address1",
	"address2", "address3", "address4", "address5"};

/* Columns of the file. */
#define FIELDS 64

struct row {
	char field[FIELDS][CONTACTS_FIELD + 1];
	size_t length[FIELDS];
	size_t count;
	const char *fault; /* NULL: it can be used */
};

struct contacts {
	struct hash_key key;
	struct table table;  /* from names to places in the buffer */
	struct buffer bytes; /* of each row the fields that are kept, each with its end */
	size_t count;
};

/* A field: its bytes, up to its separator. RFC 4180 s2: between quotes all may stand, and a quote stands twice. */
static void
take_byte(struct row *row, char c)
{
	if (row->count >= FIELDS)
		return;
	if (row->length[row->count] == CONTACTS_FIELD)
		row->fault = "a field is longer than 250 bytes";
	else
		row->field[row->count][row->length[row->count]++] = c;
}

static void
end_field(struct row *row)
{
	if (row->count == FIELDS) {
		row->fault = "there are more than 64 fields";
		return;
	}
	row->field[row->count][row->length[row->count]] = '\0';
	row->count++;
}

/* Takes a row, and counts the lines that it was. False: there is none. */
static bool
take_row(struct text *rest, struct row *row, uint64_t *lines)
{
	bool is_quoted = false;
	size_t i = 0;

	if (rest->length == 0)
		return false;
	row->count = 0;
	row->fault = NULL;
	memset(row->length, 0, sizeof(row->length));
	for (; i < rest->length; i++) {
		char c = rest->at[i];

		*lines += c == '\n';
		if (is_quoted && c == '"' && i + 1 < rest->length && rest->at[i + 1] == '"')
			take_byte(row, rest->at[++i]);
		else if (c == '"')
			is_quoted = !is_quoted;
		else if (c == '\n' && !is_quoted)
			break;
		else if (c == ',' && !is_quoted)
			end_field(row);
		else if (c != '\r' || is_quoted)
			take_byte(row, c);
	}
	*lines += i == rest->length;
	end_field(row);
	if (is_quoted)
		row->fault = "a quote is not closed";
	i += i < rest->length;
	rest->at += i;
	rest->length -= i;
	return true;
}

static bool
is_empty(const struct row *row)
{
	return row->count == 1 && row->length[0] == 0 && row->fault == NULL;
}

/* Which field of the file each column is; FIELDS: none. */
static bool
find_columns(const struct row *header, size_t into[COLUMNS])
{
	for (unsigned c = 0; c < COLUMNS; c++) {
		into[c] = FIELDS;
		for (size_t i = 0; i < header->count; i++) {
			if (text_is(text_trim(text_of(header->field[i])), names[c]))
				into[c] = i;
		}
	}
	return header->fault == NULL && into[COLUMN_LINE] < FIELDS;
}

/* In the form that all sources give it (linewho.h), which a prefix has already. */
static bool
make_name(struct text text, const struct hash_key *key, char into[LINEWHO_MOST + 2])
{
	struct line_name name;
	struct linewho who;
	char place[LINE_NAME];

	if (line_name_parse(text, &name) == 0) {
		snprintf(into, LINEWHO_MOST + 2, "%s", line_name_format(&name, place));
		return true;
	}
	if (linewho_make(&who, text, key) < 0)
		return false;
	snprintf(into, LINEWHO_MOST + 2, "%s", who.text);
	return true;
}

/* One '@' between what has neither blanks nor characters of the syntax; the rest is for who writes the message. */
static bool
is_email(struct text text)
{
	size_t ats = 0;

	for (size_t i = 0; i < text.length; i++) {
		unsigned char c = (unsigned char)text.at[i];

		if (c <= ' ' || c >= 0x7f || strchr("<>()[],;:\\\"", c) != NULL)
			return false;
		ats += c == '@';
	}
	return ats == 1 && text.length > 2 && *text.at != '@' && text.at[text.length - 1] != '@';
}

/* Digits behind a plus; blanks, hyphens, dots, slashes and parentheses between are left out. */
static bool
make_phone(const char *text, char into[CONTACTS_FIELD + 1])
{
	size_t digits = 0, length = 0;

	for (; *text != '\0'; text++) {
		if (*text == '+' && length == 0)
			into[length++] = '+';
		else if (*text >= '0' && *text <= '9' && length > 0)
			digits++, into[length++] = *text;
		else if (strchr(" -./()", *text) == NULL)
			return false;
	}
	into[length] = '\0';
	return digits >= 7 && digits <= 15;
}

static bool
is_tag(const char *text)
{
	for (; *text != '\0'; text++) {
		bool is_letter = text_small(*text) >= 'a' && text_small(*text) <= 'z';

		if (!is_letter && *text != '-' && (*text < '0' || *text > '9'))
			return false;
	}
	return true;
}

static const char *
check_fields(const char *const field[COLUMNS], char phone[CONTACTS_FIELD + 1])
{
	if (*field[COLUMN_EMAIL] != '\0' && !is_email(text_of(field[COLUMN_EMAIL])))
		return "email is no address of ASCII as local@domain";
	if (*field[COLUMN_PHONE] != '\0' && !make_phone(field[COLUMN_PHONE], phone))
		return "phone is no number as +4722334455";
	if (!is_tag(field[COLUMN_LANGUAGE]))
		return "language is no tag as nb";
	for (unsigned c = COLUMN_ADDRESS; c < COLUMNS; c++) {
		if (text_check_line(text_of(field[c])) < 0)
			return "name and address are one line of UTF-8 each";
	}
	return NULL;
}

/* NULL, or why it is left out; "": it was there. */
static const char *
add_row(struct contacts *contacts, const struct row *row, const size_t column[COLUMNS])
{
	char name[LINEWHO_MOST + 2], phone[CONTACTS_FIELD + 1] = "";
	const char *field[COLUMNS], *fault = row->fault;
	struct table_slot *slot;
	int r;

	if (fault != NULL)
		return fault;
	for (unsigned c = 0; c < COLUMNS; c++)
		field[c] = column[c] < row->count ? row->field[column[c]] : "";
	if (!make_name(text_trim(text_of(field[COLUMN_LINE])), &contacts->key, name))
		return "line has no name";
	fault = check_fields(field, phone);
	if (fault != NULL)
		return fault;
	r = table_add(&contacts->table, hash_keyed(&contacts->key, name, strlen(name)), &slot);
	if (r != 1)
		return r == 0 ? "the line is there twice, and the first row counts" : "";
	field[COLUMN_PHONE] = phone;
	slot->value = (uint32_t)contacts->bytes.length;
	for (unsigned c = COLUMN_EMAIL; c < COLUMNS; c++)
		buffer_add(&contacts->bytes, field[c], strlen(field[c]) + 1);
	contacts->count++;
	return contacts->bytes.failed ? "" : NULL;
}

int
contacts_parse(struct text file, const char *where, contacts_complain *complain, void *context,
	struct contacts **ret, struct fail *fail)
{
	struct contacts *contacts = xcalloc(1, sizeof(*contacts));
	struct row *row = xcalloc(1, sizeof(*row));
	uint64_t lines = 0, line = 1;
	size_t column[COLUMNS];
	const char *fault = NULL;
	int r = 0;

	hash_key_random(&contacts->key);
	table_init_small(&contacts->table, CONTACTS_MOST, 64);
	buffer_init(&contacts->bytes, CONTACTS_BYTES);
	fail_where(fail, "%s", where);
	if (text_starts(file, "\xef\xbb\xbf"))
		file.at += 3, file.length -= 3;
	if (!take_row(&file, row, &lines) || !find_columns(row, column)) {
		fail_what(fail, "has no header with a column \"line\"");
		fail_hint(fail, "expected: line,email,phone,language,name,address1,address2");
		r = -EINVAL;
	}
	while (r == 0 && (line = lines + 1, take_row(&file, row, &lines))) {
		if (is_empty(row))
			continue;
		fault = add_row(contacts, row, column);
		if (fault != NULL && *fault != '\0')
			complain(context, line, fault);
		if (fault == NULL || *fault != '\0')
			continue;
		fail_what(fail, "has more than %u lines of the network", CONTACTS_MOST);
		r = -E2BIG;
	}
	free(row);
	*ret = r == 0 ? contacts : contacts_free(contacts);
	return r;
}

struct contacts *
contacts_free(struct contacts *contacts)
{
	if (contacts != NULL) {
		table_done(&contacts->table);
		buffer_done(&contacts->bytes);
	}
	free(contacts);
	return NULL;
}

size_t
contacts_count(const struct contacts *contacts)
{
	return contacts->count;
}

static struct text
next(const char **at)
{
	struct text text = text_of(*at);

	*at += text.length + 1;
	return text;
}

bool
contacts_find(const struct contacts *contacts, struct text name, struct contacts_row *ret)
{
	char made[LINEWHO_MOST + 2];
	const struct table_slot *slot;
	const char *at;

	if (!make_name(name, &contacts->key, made))
		return false;
	slot = table_find(&contacts->table, hash_keyed(&contacts->key, made, strlen(made)));
	if (slot == NULL)
		return false;
	at = contacts->bytes.at + slot->value;
	ret->email = next(&at);
	ret->phone = next(&at);
	ret->language = next(&at);
	for (unsigned i = 0; i < CONTACTS_ADDRESS; i++)
		ret->address[i] = next(&at);
	return true;
}
