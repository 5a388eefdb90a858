/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as the file of contacts: each row is taken or said with its line, what is found of a line can stand in a
 * message and in a letter, and a file that is refused is refused with a sentence. */
#include "fuzz.h"
#include "identity/contacts.h"

#include <errno.h>
#include <stdlib.h>

struct heard {
	uint64_t last, count;
};

static void
complain(void *context, uint64_t line, const char *what)
{
	struct heard *heard = context;

	must(line > heard->last && *what != '\0');
	heard->last = line;
	heard->count++;
}

static void
check_email(struct text email)
{
	size_t ats = 0;

	for (size_t i = 0; i < email.length; i++) {
		must(email.at[i] > ' ' && email.at[i] < 0x7f);
		must(strchr("<>,;:\"\\", email.at[i]) == NULL);
		ats += email.at[i] == '@';
	}
	must(ats == (email.length > 0));
}

static void
check_row(const struct contacts_row *row)
{
	check_email(row->email);
	must(row->phone.length == 0 || (*row->phone.at == '+' && row->phone.length <= 16));
	for (size_t i = 1; i < row->phone.length; i++)
		must(row->phone.at[i] >= '0' && row->phone.at[i] <= '9');
	must(row->language.length <= CONTACTS_FIELD);
	for (unsigned i = 0; i < CONTACTS_ADDRESS; i++) {
		must(row->address[i].length <= CONTACTS_FIELD);
		must(text_check_line(row->address[i]) == 0);
	}
}

/* Whatever stands in the file could be a line's name. */
static size_t
look_for_all(const struct contacts *contacts, struct text file)
{
	struct contacts_row row;
	size_t found = 0;

	while (file.length > 0) {
		struct text line = text_cut(&file, '\n');

		while (line.length > 0) {
			if (!contacts_find(contacts, text_trim(text_cut(&line, ',')), &row))
				continue;
			check_row(&row);
			found++;
		}
	}
	return found;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct text file = {(const char *)bytes, size};
	struct contacts *contacts = NULL;
	struct heard heard = {.last = 1};
	struct fail fail = {0};
	uint64_t lines = 1;
	int r = contacts_parse(file, "file", complain, &heard, &contacts, &fail);

	for (size_t i = 0; i < size; i++)
		lines += bytes[i] == '\n';
	must(heard.last <= lines);
	if (r < 0) {
		must(r == -EINVAL && contacts == NULL);
		must(fail.what[0] != '\0' && fail.hint[0] != '\0');
		return 0;
	}
	must(contacts_count(contacts) + heard.count < lines);
	if (look_for_all(contacts, file) > 0)
		must(contacts_count(contacts) > 0);
	(void)contacts_free(contacts);
	return 0;
}
