/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/letter/letter.h"
#include "census/outbox/letterlook.h"
#include "program/censusletters.h"
#include "program/censusverbs.h"
#include "program/complaint.h"
#include "program/verboptions.h"
#include "source/mail/mailhead.h"
#include "source/mail/mailparts.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>

#define SHOWN_MOST (64UL << 20)
#define LINE_MOST  1000
/* Of a table. */
#define ROWS_SHOWN 20

static const char usage[] =
	"usage: lazaret census letters [--day DAY] [--json] [LETTER...]\n"
	"\n"
	"The letters of a run: to whom, in which language, about how many addresses. With the "
	"name\n"
	"of a letter (LZ-2026-004711.1) what it says, as its recipient reads it, and the "
	"beginning\n"
	"of its table.\n"
	"\n"
	"  --day DAY   the run of that day (the newest that has letters)\n"
	"  --json      one JSON object a letter\n"
	"  --out DIR   the folder of the census\n"
	"  -c FILE     the configuration (/etc/lazaret/lazaret.yaml)\n"
	"\n"
	"The exit status is 1 if there is no such run or letter, 3 if one is not as it was\n"
	"written.\n";

struct wish {
	const char *out, *settings, *day;
	bool is_json;
};

static void
list_one(const struct wish *wish, const struct manifest_letter *letter,
	const struct letterlook *look)
{
	struct buffer line;

	buffer_init(&line, LINE_MOST);
	if (wish->is_json) {
		buffer_print(
			&line, "{\"type\":\"letter\",\"letter\":\"%s\",\"mailbox\":", letter->name);
		buffer_json(&line, text_of(letter->mailbox));
		buffer_print(&line,
			",\"language\":\"%s\",\"country\":\"%s\",\"addresses\":%llu,"
			"\"bytes\":%llu}\n",
			look->language, look->country, (unsigned long long)look->rows,
			(unsigned long long)letter->size);
	} else {
		buffer_print(&line, "%-20s %9llu  %-2s  %-8s ", letter->name,
			(unsigned long long)look->rows, look->country, look->language);
		buffer_line(&line, text_of(letter->mailbox), 254);
		buffer_print(&line, "\n");
	}
	fputs(buffer_string(&line), stdout);
	buffer_done(&line);
}

static int
list_all(const struct wish *wish, struct censusletters *letters)
{
	int code = EXIT_DONE;
	struct buffer scratch;

	buffer_init(&scratch, LETTER_BYTES);
	if (!wish->is_json)
		printf("%-20s %9s  %-2s  %-8s %s\n", "letter", "addresses", "", "", "mailbox");
	for (size_t i = 0; i < manifest_count(letters->manifest); i++) {
		struct letterlook look;
		struct fail fail = {0};
		struct text message;

		if (censusletters_read(letters, i, &message, &fail) < 0) {
			complaint_print(&fail);
			code = EXIT_INPUT;
			continue;
		}
		letterlook_read(message, NULL, 0, &scratch, &look);
		list_one(wish, manifest_at(letters->manifest, i), &look);
	}
	buffer_done(&scratch);
	return code;
}

/* Line by line, so that nothing in it moves the terminal's cursor; at most so many. Returns how many were left out. */
static size_t
add_lines(struct buffer *shown, struct text text, size_t most)
{
	size_t left_out = 0;

	while (text.length > 0) {
		struct text line = mailhead_line(&text);

		if (most == 0) {
			left_out++;
			continue;
		}
		most--;
		buffer_line(shown, line, LINE_MOST);
		buffer_text(shown, TEXT("\n"));
	}
	return left_out;
}

static void
add_head(struct buffer *shown, struct text message)
{
	static const char *const names[] = {"From", "To", "Date", "Subject"};
	struct text head = mailhead_cut(&message), value;
	struct buffer words;

	buffer_init(&words, 1UL << 16);
	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!mailhead_find(head, names[i], &value))
			continue;
		buffer_clear(&words);
		mailcoding_words(value, &words);
		buffer_print(shown, "%s: ", names[i]);
		buffer_line(shown, (struct text){words.at, words.length}, LINE_MOST);
		buffer_text(shown, TEXT("\n"));
	}
	buffer_done(&words);
}

static void
add_part(struct buffer *shown, const struct mailpart *part)
{
	struct buffer decoded;
	struct text text;
	size_t left_out;

	if (part->is_multipart || !text_same(part->type.type, TEXT("text"))) {
		if (!part->is_multipart)
			buffer_print(shown, "\n[a part of type %.*s/%.*s]\n",
				(int)part->type.type.length, part->type.type.at,
				(int)part->type.subtype.length, part->type.subtype.at);
		return;
	}
	buffer_init(&decoded, LETTER_BYTES);
	mailparts_decode(part, &decoded);
	text = (struct text){decoded.at, decoded.length};
	buffer_text(shown, TEXT("\n"));
	if (text_same(part->type.subtype, TEXT("csv"))) {
		left_out = add_lines(shown, text, ROWS_SHOWN);
		if (left_out > 0)
			buffer_print(shown, "... and %zu lines more\n", left_out);
	} else {
		(void)add_lines(shown, text, SIZE_MAX);
	}
	buffer_done(&decoded);
}

static void
show_one(struct text message)
{
	struct mailparts walk;
	struct mailpart part;
	struct buffer shown;

	buffer_init(&shown, SHOWN_MOST);
	add_head(&shown, message);
	mailparts_begin(&walk, message);
	while (mailparts_next(&walk, &part))
		add_part(&shown, &part);
	fputs(buffer_string(&shown), stdout);
	buffer_done(&shown);
}

/* Its place in the manifest; its count: it is not there. */
static size_t
find_letter(const struct manifest *manifest, const char *name)
{
	size_t i = 0;

	while (i < manifest_count(manifest) && strcmp(manifest_at(manifest, i)->name, name) != 0)
		i++;
	return i;
}

static int
show_named(struct censusletters *letters, const char *name)
{
	size_t i = find_letter(letters->manifest, name);
	struct fail fail = {0};
	struct text message;

	if (i == manifest_count(letters->manifest)) {
		fprintf(stderr, "lazaret: this run has no letter \"%.60s\"\n", name);
		return EXIT_NOT_FOUND;
	}
	if (censusletters_read(letters, i, &message, &fail) < 0) {
		complaint_print(&fail);
		return EXIT_INPUT;
	}
	show_one(message);
	return EXIT_DONE;
}

int
census_letters(int argc, char **argv)
{
	struct wish wish = {0};
	const struct verboption rows[] = {{"out", .value = &wish.out}, {"day", .value = &wish.day},
		{"json", .flag = &wish.is_json}};
	const struct verboptions options = {"census letters", usage, NULL, rows, 3, &wish.settings};
	struct censusfolder folder;
	struct censusletters letters;
	struct fail fail = {0};
	int code = verboptions_read(&options, argc, argv), r;

	if (code != VERBOPTIONS_READ)
		return code;
	code = censusfolder_open(&folder, wish.out, wish.settings, CENSUSFOLDER_READ);
	if (code != EXIT_DONE)
		return code;
	r = censusletters_open(&folder, wish.day, &letters, &fail);
	if (r < 0) {
		complaint_print(&fail);
		return censusletters_code(r);
	}
	if (optind == argc)
		code = list_all(&wish, &letters);
	for (int i = optind; i < argc; i++) {
		int one = show_named(&letters, argv[i]);

		code = one > code ? one : code;
	}
	censusletters_close(&letters);
	return code;
}
