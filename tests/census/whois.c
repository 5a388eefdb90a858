/* SPDX-License-Identifier: BSD-2-Clause */
/* Who answers for an address, as oracle.py says it, but by registry.lzr.
 *
 * usage: whois REGISTRY.LZR KIND:FILE...
 *
 * Makes the file, opens it, and prints a line of JSON for each address of standard input, with the chain of reasons. */
#include "census/registry/registryfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void
tell(void *context, uint16_t file, const struct fail *fail)
{
	(void)context;
	(void)file;
	fprintf(stderr, "%s: %s; %s\n", fail->where, fail->what, fail->hint);
}

static void
add_contact(
	struct buffer *line, const char *name, const struct registryfile *file, uint32_t contact)
{
	buffer_print(line, ", \"%s\": ", name);
	if (contact != 0)
		buffer_json(line, registryfile_text(file, file->contacts[contact].mailbox));
	else
		buffer_print(line, "null");
}

static void
add_object(struct buffer *line, const struct registryfile_answer *row)
{
	char text[RANGE_TEXT];

	if (row->registry == REGISTRY_NONE)
		buffer_print(line, ", \"object\": null");
	else
		buffer_print(
			line, ", \"object\": \"%s\"", range_format(row->family, &row->range, text));
}

static void
answer(struct buffer *line, const struct registryfile *file, const struct answers *answers,
	struct text address)
{
	enum range_family family;
	struct buffer chain;
	ipnumber number;
	uint32_t found;
	struct registryfile_answer row;

	buffer_clear(line);
	if (range_parse_address(address, &family, &number) < 0)
		return;
	found = registryfile_find(file, family, number);
	row = registryfile_answer(file, found);
	buffer_init(&chain, 1 << 20);
	answers_explain(answers, found, &chain);
	buffer_print(line, "{\"address\": ");
	buffer_json(line, address);
	add_object(line, &row);
	add_contact(line, "contact", file, row.contact);
	add_contact(line, "contact2", file, row.contact2);
	buffer_print(line,
		", \"rule\": \"%s\", \"quality\": \"%s\", \"chain\": ", contact_rules[row.rule],
		contact_qualities[row.quality]);
	buffer_json(line, (struct text){.at = chain.at, .length = chain.length});
	buffer_print(line, "}");
	puts(buffer_string(line));
	buffer_done(&chain);
}

static void
answer_all(const struct registryfile *file, const struct answers *answers)
{
	struct buffer line;
	char *address = NULL;
	size_t size = 0;
	ssize_t length;

	buffer_init(&line, 4 << 20);
	while ((length = getline(&address, &size, stdin)) > 0) {
		struct text text = {.at = address, .length = (size_t)length};

		if (address[length - 1] == '\n')
			text.length--;
		answer(&line, file, answers, text);
	}
	free(address);
	buffer_done(&line);
}

int
main(int count, char **argument)
{
	struct registries *registries = registries_new(tell, NULL);
	struct registryfile file;
	struct answers answers;
	struct fail fail = {.hint = ""};
	int r = 0;

	if (count < 3) {
		fprintf(stderr, "usage: whois REGISTRY.LZR KIND:FILE...\n");
		return 2;
	}
	for (int i = 2; i < count; i++) {
		struct text path = text_of(argument[i]), name = text_cut(&path, ':');

		if (registries_read(registries, name, path.at, &fail) < 0)
			tell(NULL, 0, &fail);
	}
	registries_settle(registries);
	answers_init(&answers, registries);
	r = registryfile_write(argument[1], &answers, &fail);
	if (r == 0)
		r = registryfile_open(argument[1], &file, &fail);
	if (r == 0) {
		answer_all(&file, &answers);
		registryfile_close(&file);
	} else {
		tell(NULL, 0, &fail);
	}
	answers_done(&answers);
	registries_free(registries);
	return r < 0;
}
