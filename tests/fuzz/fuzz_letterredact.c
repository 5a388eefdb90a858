/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a message that a trap got: what stays of its head are lines of ASCII, short enough, that begin with a
 * field's name; and neither the trap's name nor its domain are in it. */
#include "census/letter/letterredact.h"
#include "fuzz.h"

#include <stdlib.h>

static void
check_lines(struct text text)
{
	while (text.length > 0) {
		struct text line = text_cut(&text, '\n');

		must(line.length > 0 && line.length <= 999 && line.at[line.length - 1] == '\r');
		must(*line.at >= 'A' && *line.at <= 'Z');
		must(memchr(line.at, ':', line.length) != NULL);
		for (size_t i = 0; i + 1 < line.length; i++)
			must(line.at[i] >= ' ' && line.at[i] < 0x7f);
	}
}

/* As a word of its own, that is: what is inside of another word is no address. */
static void
check_words(const char *text, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = strcasestr(text, word); at != NULL; at = strcasestr(at + 1, word)) {
		char before = at > text ? at[-1] : ' ', behind = at[length];

		must(before != ' ' || (behind != ' ' && behind != '\r' && behind != '\0'));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const struct text own[] = {{"agency.example", 14}};
	const struct letterredact redact = {
		.key = {1}, .own = own, .owns = 1, .trap = {"juniper@trap.agency.example", 27}};
	struct text message = {(const char *)bytes, size};
	struct buffer into;

	buffer_init(&into, 1 << 24);
	letterredact_head(&redact, message, &into);
	must(!into.failed);
	check_lines((struct text){into.at, into.length});
	check_words(buffer_string(&into), "juniper");
	check_words(buffer_string(&into), "trap.agency.example");
	buffer_clear(&into);
	letterredact_field(&redact, message, "Subject", &into);
	check_words(buffer_string(&into), "juniper");
	buffer_done(&into);
	return 0;
}
