/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/letterread.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

static bool
is_id(const char *id)
{
	size_t length = strlen(id);

	return length > 0 && length <= LETTERREAD_ID && *id != '.' &&
		strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.") ==
		length;
}

static bool
is_line(const char *text)
{
	return text != NULL && strlen(text) <= LETTERREAD_LINE;
}

static int
take_address(const json_t *lines, struct letter *letter)
{
	for (size_t i = 0; i < json_array_size(lines); i++) {
		const char *line = json_string_value(json_array_get(lines, i));

		if (!is_line(line) || letter->lines == LETTERPAGE_ADDRESS)
			return -EINVAL;
		letter->address[letter->lines++] = line;
	}
	return letter->lines > 0 ? 0 : -EINVAL;
}

static int
take_letter(json_t *of, struct letter *letter, const char **ret_id)
{
	const char *channel;
	json_t *address;
	int version;

	if (json_unpack(of, "{s:i,s:s,s:s,s:s,s:o,s:s,s:s,s:s,s:s}", "version", &version, "id",
		    ret_id, "channel", &channel, "language", &letter->language, "address", &address,
		    "provider", &letter->provider, "date", &letter->date, "title", &letter->title,
		    "text", &letter->text) < 0)
		return -EINVAL;
	return version == 1 && strcmp(channel, "letter") == 0 && is_id(*ret_id) &&
			is_line(letter->language) && is_line(letter->provider) &&
			is_line(letter->date) && is_line(letter->title) &&
			strlen(letter->text) <= LETTERREAD_TEXT
		? take_address(address, letter)
		: -EINVAL;
}

int
letterread(const char *bytes, size_t size, struct letterread *ret)
{
	json_t *of = json_loadb(bytes, size, 0, NULL);
	struct letterread read = {.object = of};

	if (of == NULL || take_letter(of, &read.letter, &read.id) < 0) {
		json_decref(of);
		return -EINVAL;
	}
	*ret = read;
	return 0;
}

void
letterread_done(struct letterread *read)
{
	json_decref(read->object);
	read->object = NULL;
}
