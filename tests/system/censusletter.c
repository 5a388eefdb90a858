/* SPDX-License-Identifier: BSD-2-Clause */
/* Prints a letter of the census, or a report: censusletter letter|xarf MAILBOX [ADDRESS PORT SECONDS]... MAILBOX is the
 * agency's; each address was seen at that second since 1970, from that port. A letter has the table and XARF of each;
 * xarf is the report of the first. */
#include "census/letter/letter.h"
#include "census/letter/letterreport.h"

#include <stdio.h>
#include <stdlib.h>

#define ROWS 16

static int
complain(const struct fail *fail)
{
	fprintf(stderr, "censusletter: %s: %s\n", fail->where, fail->what);
	return 1;
}

static int
take_row(char **word, struct letterrow *ret)
{
	uint64_t port, seconds;
	struct prefix whole;

	*ret = (struct letterrow){.asn = 64500, .lists = 1, .score = 9250, .country = {'N', 'O'}};
	if (address_parse(text_of(word[0]), &ret->address) < 0 ||
		prefix_parse(text_of(word[0]), &whole) < 0 ||
		text_parse_u64(text_of(word[1]), UINT16_MAX, &port) < 0 ||
		text_parse_u64(text_of(word[2]), UINT32_MAX, &seconds) < 0)
		return -1;
	ret->prefix = whole;
	ret->port = (uint16_t)port;
	ret->last.us = (int64_t)seconds * WALL_SECOND;
	ret->first.us = ret->last.us - WALL_DAY;
	return 0;
}

static int
make(const struct lettercase *of, bool is_letter, struct buffer *into, struct fail *fail)
{
	static const struct letterredact redact = {.key = {7}};
	struct letter_bench *bench = letter_bench_new();
	struct letter_made made;
	int r = is_letter ? letter_make(bench, of, NULL, NULL, into, &made, fail)
			  : letterreport_xarf(of, 0, &redact, into, fail);

	(void)letter_bench_free(bench);
	return r;
}

int
main(int argc, char **argv)
{
	static const char country[1][2] = {{'N', 'O'}};
	struct lettersender sender = {.name = TEXT("Example Agency"),
		.verify = TEXT("https://agency.example/census"),
		.check = TEXT("https://agency.example/check"),
		.keep_days = 400,
		.list = {TEXT("list-a")}};
	struct letterrow row[ROWS];
	struct lettercase of = {.sender = &sender,
		.code = TEXT("LZ-2026-004711"),
		.number = 1,
		.mailbox = TEXT("abuse@here.example"),
		.holder = TEXT("Example Provider"),
		.country = country,
		.countries = 1,
		.row = row,
		.wants_xarf = true};
	struct fail fail = {0};
	struct buffer into;

	if (argc < 6 || argc % 3 != 0 || argc > 3 + 3 * ROWS)
		return 2;
	sender.mailbox = text_of(argv[2]);
	for (int at = 3; at < argc; at += 3) {
		if (take_row(argv + at, &row[of.rows++]) < 0)
			return 2;
	}
	of.written = of.end = row[0].last;
	of.begin.us = of.before.us = row[0].last.us - 14 * WALL_DAY;
	buffer_init(&into, LETTER_BYTES);
	if (make(&of, text_is(text_of(argv[1]), "letter"), &into, &fail) < 0)
		return complain(&fail);
	fwrite(into.at, 1, into.length, stdout);
	buffer_done(&into);
	return 0;
}
