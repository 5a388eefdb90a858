/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/letter/letter.h"

#include "base/mime.h"
#include "census/letter/lettercsv.h"
#include "census/letter/letterhead.h"
#include "census/letter/letterreport.h"
#include "census/letter/lettertext.h"
#include "census/letter/letterxarf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define TEXT_MOST (1 << 20)

struct letter_bench {
	struct buffer table;
	struct buffer packed;
	struct buffer text; /* also of a report */
};

struct letter_bench *
letter_bench_new(void)
{
	struct letter_bench *bench = xcalloc(1, sizeof(*bench));

	buffer_init(&bench->table, LETTER_TABLE);
	buffer_init(&bench->packed, LETTERCSV_PACKED + (1 << 16));
	buffer_init(&bench->text, TEXT_MOST);
	return bench;
}

struct letter_bench *
letter_bench_free(struct letter_bench *bench)
{
	if (bench != NULL) {
		buffer_done(&bench->table);
		buffer_done(&bench->packed);
		buffer_done(&bench->text);
	}
	free(bench);
	return NULL;
}

/* The code goes first, where no program cuts it. */
static void
add_fields(struct letter_bench *bench, const struct lettercase *of, const struct phrases *phrases,
	struct buffer *into)
{
	buffer_clear(&bench->text);
	buffer_print(&bench->text, "[%.*s] ", (int)of->code.length, of->code.at);
	buffer_line(&bench->text, lettertext_subject(of->kind, phrases), LETTERHEAD_SUBJECT);
	letterhead_fields(of, (struct text){bench->text.at, bench->text.length}, 0, into);
	letterhead_multipart(of, 0, "mixed", into);
}

static void
add_text(struct letter_bench *bench, const struct lettercase *of,
	const struct lettertext_table *table, const struct phrases *phrases, struct text tag,
	struct buffer *into)
{
	char tags[LETTERWORDS_TAG + 8];

	buffer_clear(&bench->text);
	if (phrases != NULL) {
		lettertext_make(of, table, phrases, true, &bench->text);
		buffer_text(&bench->text, TEXT("\n----------\n\n"));
	}
	lettertext_make(of, table, NULL, false, &bench->text);
	snprintf(tags, sizeof(tags), "%.*s%s", (int)tag.length, tag.at,
		phrases != NULL ? ", en" : "");
	letterhead_text_part(
		of, 0, text_of(tags), (struct text){bench->text.at, bench->text.length}, into);
}

static void
add_attachment(const struct lettercase *of, const char *type, const char *file,
	const struct buffer *bytes, struct buffer *into)
{
	letterhead_part(of, 0, into);
	buffer_print(into,
		"Content-Type: %s\r\n"
		"Content-Disposition: attachment; filename=\"%s\"\r\n"
		"Content-Transfer-Encoding: base64\r\n\r\n",
		type, file);
	mime_base64(into, bytes->at, bytes->length);
}

/* What traps got, for every contact: ARF is what mail systems read (RFC 5965), each a message of its own. */
static int
add_messages(struct letter_bench *bench, const struct lettercase *of,
	const struct letterredact *redact, struct buffer *into, struct letter_made *made,
	struct fail *fail)
{
	for (size_t i = 0; redact != NULL && i < of->rows && made->messages < LETTER_MESSAGES;
		i++) {
		int r;

		if (of->row[i].trap == NULL)
			continue;
		buffer_clear(&bench->text);
		r = letterreport_arf(of, i, redact, &bench->text, fail);
		if (r < 0)
			return r;
		letterhead_part(of, 0, into);
		buffer_print(into,
			"Content-Type: message/rfc822\r\n"
			"Content-Disposition: attachment; filename=\"report-%zu.eml\"\r\n\r\n",
			i + 1);
		buffer_text(into, (struct text){bench->text.at, bench->text.length});
		made->messages++;
	}
	return 0;
}

static void
add_reports(struct letter_bench *bench, const struct lettercase *of,
	const struct letterredact *redact, struct buffer *into, struct letter_made *made)
{
	char file[32];

	for (size_t i = 0; of->wants_xarf && i < of->rows && i < LETTER_REPORTS; i++) {
		struct letterrow row = of->row[i];

		if (redact == NULL)
			row.trap = NULL;
		buffer_clear(&bench->text);
		letterxarf_make(of, &row, redact, &bench->text);
		snprintf(file, sizeof(file), "xarf-%zu.json", i + 1);
		add_attachment(of, "application/json", file, &bench->text, into);
		made->reports++;
	}
}

int
letter_make(struct letter_bench *bench, const struct lettercase *of,
	const struct letterwords *words, const struct letterredact *redact, struct buffer *into,
	struct letter_made *ret, struct fail *fail)
{
	bool is_packed = of->rows > LETTERCSV_PLAIN;
	struct letter_made made = {.rows = of->rows};
	struct lettertext_table table = {is_packed ? LETTERCSV_FILE_GZ : LETTERCSV_FILE, 0};
	const struct phrases *phrases;
	size_t before = into->length;
	int r = lettercase_check(of, fail);

	if (r < 0)
		return r;
	phrases = letterwords_choose(words, of->language, of->languages, &made.language);
	buffer_clear(&bench->table);
	if (is_packed)
		made.rows = lettercsv_pack(of, &bench->table, &bench->packed);
	else
		lettercsv_make(of, of->rows, &bench->table);
	table.rows = made.rows;
	add_fields(bench, of, phrases, into);
	add_text(bench, of, &table, phrases, made.language, into);
	if (of->rows > 0)
		add_attachment(of,
			is_packed ? "application/gzip" : "text/csv; charset=utf-8; header=present",
			table.file, is_packed ? &bench->packed : &bench->table, into);
	r = add_messages(bench, of, redact, into, &made, fail);
	if (r < 0)
		return r;
	add_reports(bench, of, redact, into, &made);
	letterhead_end(of, 0, into);
	if (into->failed || bench->table.failed || bench->text.failed ||
		into->length - before > LETTER_BYTES) {
		fail_what(fail, "the letter has more than %d bytes", LETTER_BYTES);
		fail_hint(fail, "mail servers refuse what is larger");
		return -EMSGSIZE;
	}
	*ret = made;
	return 0;
}
