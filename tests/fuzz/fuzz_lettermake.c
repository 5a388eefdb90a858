/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as what a letter is made of, with 0xff between: mailbox, code, language, the sender's name, and free text:
 * holder, netname, name of a list. It is refused with a sentence, or its head has the fields that it should, each once,
 * and its parts are as many; the table has one row, of as many cells as it has names, and no cell is a formula. */
#include "census/letter/letter.h"
#include "census/letter/lettercsv.h"
#include "fuzz.h"

#include <errno.h>
#include <stdlib.h>

#define BETWEEN  '\xff'
#define LINE_MAX 998 /* RFC 5322 s2.1.1 */
#define CELLS    13

static const char *const fields[] = {"Date: ", "From: ", "To: <", "Subject: ", "Message-ID: <",
	"Auto-Submitted: auto-generated", "MIME-Version: 1.0", "Content-Type: multipart/mixed;"};

enum { FIELDS = sizeof(fields) / sizeof(*fields) };

/* A line up to CR LF, without these. */
static struct text
take_line(struct text *rest)
{
	struct text line = text_cut(rest, '\n');

	must(line.length > 0 && line.at[line.length - 1] == '\r');
	line.length--;
	must(line.length <= LINE_MAX);
	for (size_t i = 0; i < line.length; i++)
		must(line.at[i] >= ' ' && line.at[i] < 0x7f);
	return line;
}

static void
check_message(struct text rest)
{
	unsigned field = 0, boundaries = 0;

	for (struct text line = take_line(&rest); line.length > 0; line = take_line(&rest)) {
		if (*line.at == ' ')
			must(field > 0 && line.length > 1);
		else
			must(field < FIELDS && text_starts(line, fields[field++]));
	}
	must(field == FIELDS);
	while (rest.length > 0) {
		struct text line = take_line(&rest);

		boundaries += text_starts(line, "--=_");
	}
	/* Text, table, the report, and the end. */
	must(boundaries == 4);
}

/* RFC 4180: the next cell, without quotes around it. Returns what stands behind it. */
static char
take_cell(struct text *rest, struct text *ret)
{
	bool is_quoted = rest->length > 0 && *rest->at == '"';
	size_t at = is_quoted;

	while (at < rest->length) {
		char c = rest->at[at];

		if (is_quoted && c == '"' && at + 1 < rest->length && rest->at[at + 1] == '"')
			at++;
		else if (is_quoted ? c == '"' : c == ',' || c == '\r')
			break;
		must(is_quoted || c != '"');
		at++;
	}
	*ret = (struct text){rest->at + is_quoted, at - is_quoted};
	at += is_quoted;
	must(at < rest->length);
	rest->at += at;
	rest->length -= at;
	return *rest->at;
}

static void
skip(struct text *rest, size_t n)
{
	must(rest->length >= n);
	rest->at += n;
	rest->length -= n;
}

static void
check_table(const struct lettercase *of)
{
	struct buffer table;
	struct text rest, cell;

	buffer_init(&table, 1 << 20);
	lettercsv_make(of, of->rows, &table);
	rest = (struct text){table.at, table.length};
	(void)text_cut(&rest, '\n');
	for (int i = 0; i < CELLS; i++) {
		must(take_cell(&rest, &cell) == (i + 1 < CELLS ? ',' : '\r'));
		must(text_check_line(cell) == 0);
		must(memchr(cell.at, ';', cell.length) == NULL);
		cell = text_trim(cell);
		must(cell.length == 0 || memchr("=+-@", *cell.at, 4) == NULL);
		skip(&rest, 1);
	}
	must(rest.length == 1 && *rest.at == '\n');
	buffer_done(&table);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const char country[1][2] = {{'N', 'O'}};
	static struct letter_bench *bench;
	struct text rest = {(const char *)bytes, size};
	struct letterrow row = {.address = address_from_v4(0xc0000207), .lists = 3};
	struct lettersender sender = {
		.mailbox = TEXT("census@agency.example"), .verify = TEXT("https://agency.example")};
	struct lettercase of = {.sender = &sender,
		.number = 1,
		.languages = 1,
		.country = country,
		.countries = 1,
		.row = &row,
		.rows = 1,
		.wants_xarf = true};
	struct letter_made made;
	struct fail fail = {0};
	struct buffer into;
	int r;

	if (bench == NULL)
		bench = letter_bench_new();
	of.mailbox = text_cut(&rest, BETWEEN);
	of.code = text_cut(&rest, BETWEEN);
	of.language[0] = text_cut(&rest, BETWEEN);
	sender.name = text_cut(&rest, BETWEEN);
	of.holder = text_cut(&rest, BETWEEN);
	sender.list[1] = text_cut(&rest, BETWEEN);
	row.netname = rest;
	buffer_init(&into, LETTER_BYTES);
	r = letter_make(bench, &of, NULL, NULL, &into, &made, &fail);
	must(r == 0 || r == -EINVAL);
	if (r == 0) {
		must(made.rows == 1 && made.reports == 1);
		check_message((struct text){into.at, into.length});
		check_table(&of);
	} else {
		must(into.length == 0 && fail.what[0] != '\0');
	}
	buffer_done(&into);
	return 0;
}
