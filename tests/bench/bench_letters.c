/* SPDX-License-Identifier: BSD-2-Clause */
/* Letters of a census, made and summed for the manifest, on one thread: short ones of 3 addresses, and ones of 267, as
 * 20 million addresses in 75 thousand letters have. Each is in Norwegian and English. Beside them the table alone, and
 * the limit: SHA-256 of as many bytes, which the manifest needs whatever makes them. Argument: a folder of texts. */
#include "census/letter/letter.h"
#include "census/letter/lettercsv.h"
#include "census/letter/manifest.h"
#include "measure.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#define RUNS    MEASURE_RUNS
#define LETTERS 400
#define SHORT   3
#define USUAL   267
#define MOMENT  INT64_C(1764237600)

static struct letterrow rows[USUAL];

static const struct lettersender sender = {
	.name = {"Example Agency", 14},
	.mailbox = {"census@agency.example", 21},
	.verify = {"https://agency.example/census", 29},
	.check = {"https://agency.example/check", 28},
	.keep_days = 400,
	.list = {{"list-a", 6}, {"list-b", 6}},
};

static void
make_rows(void)
{
	for (unsigned i = 0; i < USUAL; i++)
		rows[i] = (struct letterrow){.address = address_from_v4(0xc6120000 + 97 * i),
			.prefix = {address_from_v4(0xc6120000), 96 + 15},
			.asn = 64500,
			.lists = 1 + i % 3,
			.netname = TEXT("EXAMPLE-BROADBAND-4"),
			.first = {(MOMENT - 86400 * (int64_t)(i % 9)) * WALL_SECOND},
			.last = {(MOMENT - 31 * (int64_t)i) * WALL_SECOND},
			.port = (uint16_t)(1024 + i),
			.score = 9250,
			.country = {'N', 'O'},
			.status = (uint8_t)(i % 2)};
}

static struct letterwords *
read_words(const char *texts)
{
	static char bytes[PHRASES_BYTES];
	struct letterwords *words = letterwords_new();
	struct fail fail = {0};
	char path[1024];
	FILE *file;
	size_t size;

	snprintf(path, sizeof(path), "%s/nb/" LETTERWORDS_FILE, texts);
	file = fopen(path, "re");
	must(file != NULL);
	size = fread(bytes, 1, sizeof(bytes), file);
	(void)fclose(file);
	must(letterwords_add(words, TEXT("nb"), (struct text){bytes, size}, path, &fail) == 0);
	return words;
}

/* CPU seconds of all letters; ret_bytes: of one. */
static double
write_letters(struct letter_bench *bench, const struct lettercase *first,
	const struct letterwords *words, size_t *ret_bytes)
{
	struct manifest *manifest = manifest_new();
	struct lettercase of = *first;
	struct letter_made made;
	struct buffer into;
	struct fail fail;
	char code[32];
	double since = measure_cpu();

	buffer_init(&into, LETTER_BYTES);
	for (int i = 0; i < LETTERS; i++) {
		snprintf(code, sizeof(code), "LZ-2026-%06d", i);
		of.code = text_of(code);
		buffer_clear(&into);
		must(letter_make(bench, &of, words, NULL, &into, &made, &fail) == 0);
		must(manifest_add(manifest, of.code, 1, of.mailbox,
			     (struct text){into.at, into.length}) == 0);
	}
	since = measure_cpu() - since;
	*ret_bytes = into.length;
	buffer_done(&into);
	manifest = manifest_free(manifest);
	return since;
}

static double
sum_only(size_t size)
{
	unsigned char *bytes = xcalloc(1, size), sum[32];
	double since = measure_cpu();

	for (int i = 0; i < LETTERS; i++) {
		must(EVP_Digest(bytes, size, sum, NULL, EVP_sha256(), NULL) == 1);
		bytes[0] = sum[0];
	}
	since = measure_cpu() - since;
	free(bytes);
	return since;
}

static double
table_only(const struct lettercase *of)
{
	struct buffer into;
	double since = measure_cpu();

	buffer_init(&into, 1 << 24);
	for (int i = 0; i < LETTERS; i++) {
		buffer_clear(&into);
		lettercsv_make(of, of->rows, &into);
	}
	buffer_done(&into);
	return measure_cpu() - since;
}

static void
measure_letters(const struct letterwords *words, size_t count)
{
	const struct lettercase of = {.sender = &sender,
		.number = 1,
		.written = {MOMENT * WALL_SECOND},
		.mailbox = TEXT("abuse@provider.example"),
		.code = TEXT("LZ-2026-000001"),
		.holder = TEXT("Example Provider"),
		.language = {TEXT("nb")},
		.languages = 1,
		.begin = {(MOMENT - 86400) * WALL_SECOND},
		.end = {MOMENT * WALL_SECOND},
		.row = rows,
		.rows = count};
	double letters[RUNS], table[RUNS], limit[RUNS];
	struct letter_bench *bench = letter_bench_new();
	size_t bytes;

	for (int i = 0; i < RUNS; i++) {
		letters[i] = LETTERS / write_letters(bench, &of, words, &bytes);
		table[i] = (double)(LETTERS * count) / table_only(&of) / 1e6;
		limit[i] = LETTERS / sum_only(bytes);
	}
	printf("letters of %zu addresses, %zu bytes\n", count, bytes);
	measure_print("  letters with their sums", "letters/s", letters);
	measure_print("  rows of the table alone", "million/s", table);
	measure_print("    limit: the sums alone", "letters/s", limit);
	bench = letter_bench_free(bench);
}

int
main(int argc, char **argv)
{
	struct letterwords *words;

	must(argc == 2);
	words = read_words(argv[1]);
	make_rows();
	measure_letters(words, SHORT);
	measure_letters(words, USUAL);
	words = letterwords_free(words);
	return 0;
}
