/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/askedaddresses.h"

#include "program/complaint.h"
#include "source/textlines.h"

#include <errno.h>
#include <stdlib.h>

#define SHOWN_MOST 60
#define FIRST_ROOM 1024

static void
add(struct askedaddresses *asked, const struct address *address)
{
	if (asked->count == asked->room) {
		asked->room = asked->room > 0 ? asked->room * 2 : FIRST_ROOM;
		asked->at = xrealloc(asked->at, asked->room * sizeof(*asked->at));
	}
	asked->at[asked->count++] = *address;
}

static int
parse(struct text text, struct address *ret)
{
	struct prefix prefix;

	if (prefix_parse(text, &prefix) < 0 || prefix.length != 128)
		return -EINVAL;
	*ret = prefix.address;
	return 0;
}

static void
say_bad(struct text text, struct fail *fail)
{
	fail_what(fail, "\"%.*s\" is no address",
		text.length < SHOWN_MOST ? (int)text.length : SHOWN_MOST, text.at);
}

int
askedaddresses_add(struct askedaddresses *asked, struct text text, struct fail *fail)
{
	struct address address;

	if (parse(text, &address) < 0) {
		say_bad(text, fail);
		fail_hint(fail, "expected one of IPv4 or IPv6, as 192.0.2.7 or 2001:db8::7");
		return -EINVAL;
	}
	add(asked, &address);
	return 0;
}

/* What stands before a blank, or a comment. */
static struct text
first_word(struct text line)
{
	size_t length = 0;

	line = text_trim(line);
	while (length < line.length && strchr(" \t#;", line.at[length]) == NULL)
		length++;
	return (struct text){line.at, length};
}

static void
refuse(struct askedaddresses *asked, const char *name, uint64_t number, const struct fail *why)
{
	struct fail fail = *why;

	if (++asked->bad > ASKEDADDRESSES_TOLD)
		return;
	fail_where(&fail, "%s:%llu", name, (unsigned long long)number);
	complaint_print(&fail);
}

static void
take_line(struct askedaddresses *asked, const char *name, uint64_t number, struct text line)
{
	struct text word = first_word(line);
	struct fail fail = {0};
	struct address address;

	if (word.length == 0)
		return;
	if (parse(word, &address) < 0) {
		say_bad(line, &fail);
		refuse(asked, name, number, &fail);
	} else if (asked->count == ASKEDADDRESSES_MOST) {
		fail_what(&fail, "more than %lu addresses: those from here on are left out",
			ASKEDADDRESSES_MOST);
		refuse(asked, name, number, &fail);
	} else {
		add(asked, &address);
	}
}

int
askedaddresses_read(struct askedaddresses *asked, const char *path, int stop, struct fail *fail)
{
	uint64_t before = asked->bad;
	struct input input;
	struct textlines lines = {.input = &input};
	int r = input_open(&input, path, stop, fail);

	if (r < 0)
		return r;
	for (;;) {
		struct fail too_long = {0};
		struct text line;

		r = textlines_step(&lines, &line, fail);
		if (r < 0 || r == TEXTLINES_END)
			break;
		if (r == TEXTLINES_LINE) {
			take_line(asked, input.name, lines.number, line);
			continue;
		}
		fail_what(&too_long, "the line is longer than any address");
		refuse(asked, input.name, lines.number, &too_long);
	}
	if (asked->bad - before > ASKEDADDRESSES_TOLD) {
		struct fail more = {0};

		fail_where(&more, "%s", input.name);
		fail_what(&more, "%llu lines in all are no addresses, or were left out",
			(unsigned long long)(asked->bad - before));
		complaint_print(&more);
	}
	input_close(&input);
	return r;
}

static int
compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct address));
}

void
askedaddresses_sort(struct askedaddresses *asked)
{
	size_t kept = 0;

	if (asked->count > 0)
		qsort(asked->at, asked->count, sizeof(*asked->at), compare);
	for (size_t i = 0; i < asked->count; i++) {
		if (kept == 0 || !address_equal(&asked->at[kept - 1], &asked->at[i]))
			asked->at[kept++] = asked->at[i];
	}
	asked->count = kept;
}

void
askedaddresses_done(struct askedaddresses *asked)
{
	free(asked->at);
	*asked = (struct askedaddresses){0};
}
