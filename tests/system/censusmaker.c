/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes the letters of a run, as lazaret census run does, with a manifest, and their cases into the store:
 *
 *     censusmaker FOLDER DAY MAKER SENDER <MAILBOXES
 *
 * One letter about one address for each mailbox, one a line. Prints the manifest's hash. */
#include "census/join/state.h"
#include "census/letter/letter.h"
#include "census/letter/manifest.h"
#include "census/outbox/censusstore.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define ROOM  4096
#define FIRST UINT32_C(0xc6336400) /* 198.51.100.0 */

struct maker {
	char folder[ROOM];
	struct lettersender sender;
	struct wall day;
	uint16_t number;
	struct letter_bench *bench;
	struct manifest *manifest;
	struct censusstore *store;
	struct censusrows cases;
	uint32_t last;
	uint32_t made;
};

static void
fail_hard(const char *what, const struct fail *fail)
{
	fprintf(stderr, "%s: %s: %s\n", what, fail->where, fail->what);
	exit(1);
}

static void
write_file(const char *path, const struct buffer *bytes)
{
	FILE *file = fopen(path, "we");

	if (file == NULL || fwrite(bytes->at, 1, bytes->length, file) != bytes->length ||
		fclose(file) != 0) {
		perror(path);
		exit(1);
	}
}

/* The open case of a mailbox, or a new one. */
static struct census_case
case_of(struct maker *maker, struct text mailbox)
{
	struct census_case it = {
		.number = maker->last + 1, .mailbox = mailbox, .opened = maker->number};
	struct fail fail = {0};

	for (size_t i = 0; i < maker->cases.count; i++) {
		const struct census_case *there = census_case_at(&maker->cases, i);

		if (there->closed == 0 && text_equal(there->mailbox, mailbox))
			return *there;
	}
	if (censusstore_put_cases(maker->store, &it, 1, &fail) < 0)
		fail_hard("case", &fail);
	maker->last++;
	return it;
}

static void
make_letter(struct maker *maker, struct text mailbox)
{
	static const char country[1][2] = {{'N', 'O'}};
	struct census_case it = case_of(maker, mailbox);
	struct letterrow row = {.address = address_from_v4(FIRST + maker->made++ % 256),
		.first = maker->day,
		.last = maker->day,
		.score = 9000,
		.country = {'N', 'O'},
		.netname = TEXT("")};
	char code[CENSUS_CODE], path[ROOM + 128];
	struct lettercase of = {.sender = &maker->sender,
		.code = text_of(census_case_code(it.number, it.opened, code)),
		.number = it.letters + 1U,
		.written = maker->day,
		.before = maker->day,
		.mailbox = mailbox,
		.holder = TEXT("Example"),
		.country = country,
		.countries = 1,
		.begin = maker->day,
		.end = maker->day,
		.row = &row,
		.rows = 1};
	struct letter_made made;
	struct fail fail = {0};
	struct buffer bytes;

	buffer_init(&bytes, LETTER_BYTES);
	if (letter_make(maker->bench, &of, NULL, NULL, &bytes, &made, &fail) < 0)
		fail_hard("letter", &fail);
	snprintf(path, sizeof(path), "%s/letters/%s.%u.eml", maker->folder, code, of.number);
	write_file(path, &bytes);
	if (manifest_add(maker->manifest, of.code, of.number, mailbox,
		    (struct text){bytes.at, bytes.length}) < 0)
		fail_hard("manifest", &fail);
	buffer_done(&bytes);
}

static void
begin(struct maker *maker, const char *folder, const char *day, struct text sender)
{
	struct fail fail = {0};
	char path[ROOM];

	if (wall_from_day(&maker->day, text_of(day)) < 0 ||
		state_day(maker->day, &maker->number) < 0)
		exit(2);
	(void)mkdir(folder, 0700);
	snprintf(path, sizeof(path), "%s/runs", folder);
	(void)mkdir(path, 0700);
	snprintf(maker->folder, sizeof(maker->folder), "%s/runs/%s", folder, day);
	(void)mkdir(maker->folder, 0700);
	snprintf(path, sizeof(path), "%s/runs/%s/letters", folder, day);
	(void)mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/census.sqlite", folder);
	if (censusstore_open(&maker->store, path, SQLITE_TO_MAKE, &fail) < 0 ||
		censusstore_cases(maker->store, &maker->cases, &fail) < 0 ||
		censusstore_last_case(maker->store, &maker->last, &fail) < 0)
		fail_hard("store", &fail);
	maker->sender = (struct lettersender){.name = TEXT("Example Agency"),
		.mailbox = sender,
		.verify = TEXT("https://agency.example/census"),
		.keep_days = 400};
	maker->bench = letter_bench_new();
	maker->manifest = manifest_new();
}

static void
end(struct maker *maker, const char *by)
{
	char path[ROOM + 16];
	struct fail fail = {0};
	struct buffer bytes;

	buffer_init(&bytes, MANIFEST_BYTES);
	if (manifest_end(maker->manifest, text_of(by), maker->day, &bytes, &fail) < 0)
		fail_hard("manifest", &fail);
	snprintf(path, sizeof(path), "%s/manifest", maker->folder);
	write_file(path, &bytes);
	puts(manifest_sum(maker->manifest));
	buffer_done(&bytes);
	maker->manifest = manifest_free(maker->manifest);
	maker->bench = letter_bench_free(maker->bench);
	censusrows_done(&maker->cases);
	maker->store = censusstore_close(maker->store);
}

int
main(int argc, char **argv)
{
	static struct maker maker;
	struct fail fail = {0};
	char line[ROOM];

	if (argc != 5)
		return 2;
	begin(&maker, argv[1], argv[2], text_of(argv[4]));
	if (censusstore_begin(maker.store, &fail) < 0)
		fail_hard("store", &fail);
	while (fgets(line, sizeof(line), stdin) != NULL)
		make_letter(&maker, text_trim((struct text){line, strcspn(line, "\n")}));
	if (censusstore_end(maker.store, true, &fail) < 0)
		fail_hard("store", &fail);
	end(&maker, argv[3]);
	return 0;
}
