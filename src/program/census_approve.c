/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/censusdeed.h"
#include "program/censusnames.h"
#include "program/censussurvey.h"
#include "program/censusverbs.h"
#include "program/complaint.h"
#include "program/verboptions.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#define TEXT_MOST (1UL << 20)

static const char usage[] =
	"usage: lazaret census approve [--day DAY] [--json]\n"
	"       lazaret census approve HASH --by NAME [--day DAY] [--json]\n"
	"\n"
	"Looks at each letter of a run, tells what would go out, and its hash. With the hash and "
	"a\n"
	"name these letters, and no others, may be sent: the name is that of a person who has "
	"read\n"
	"some of them, and not of who made the run.\n"
	"\n"
	"  HASH        of the manifest, as lazaret census approve shows it\n"
	"  --by NAME   who approves\n"
	"  --day DAY   the run of that day (the newest that has letters)\n"
	"  --out DIR   the folder of the census\n"
	"  -c FILE     the configuration (/etc/lazaret/lazaret.yaml)\n"
	"  --json      one JSON object\n"
	"\n"
	"Letters that are not as the run wrote them are told; nothing is approved then, and the\n"
	"exit status is 3.\n";

struct wish {
	const char *out, *settings, *day, *by, *hash;
	bool is_json;
};

struct approving {
	const struct wish *wish;
	struct censusfolder folder;
	struct censusletters letters;
	struct censussurvey survey;
	struct censusstore *store; /* NULL: there is none yet */
};

static void
show(const struct approving *approving, bool is_approved)
{
	const struct manifest *manifest = approving->letters.manifest;
	char day[WALL_TEXT];
	struct buffer text;

	buffer_init(&text, TEXT_MOST);
	censusletters_day(approving->letters.day, day);
	if (approving->wish->is_json) {
		buffer_print(&text,
			"{\"type\":\"letters\",\"day\":\"%s\",\"hash\":\"%s\",\"made_by\":", day,
			manifest_sum(manifest));
		buffer_json(&text, manifest_by(manifest));
		buffer_print(&text, ",\"approved\":%s", is_approved ? "true" : "false");
		censussurvey_json(&approving->survey, &text);
		buffer_print(&text, "}\n");
	} else {
		buffer_print(&text, "%-12s%s, made by %.*s\n", "run", day,
			(int)manifest_by(manifest).length, manifest_by(manifest).at);
		censussurvey_text(&approving->survey, &text);
		buffer_print(&text, "%-12s%s\n", "hash", manifest_sum(manifest));
		if (is_approved)
			buffer_print(
				&text, "These letters are approved by %s.\n", approving->wish->by);
		else
			buffer_print(&text,
				"The letters are in %s. Who has read some of them, and did not "
				"make\n"
				"them, approves them with: lazaret census approve HASH --by NAME\n",
				approving->letters.path);
	}
	fputs(buffer_string(&text), stdout);
	buffer_done(&text);
}

/* The store, which may not be there where nothing is to be written. */
static int
open_store(struct approving *approving, struct fail *fail)
{
	char path[CENSUSFOLDER_PATH];
	int r;

	censusfolder_file(&approving->folder, CENSUS_STORE, path);
	r = censusstore_open(&approving->store, path,
		approving->wish->hash != NULL ? SQLITE_TO_MAKE : SQLITE_TO_READ, fail);
	if (r == -ENOENT && approving->wish->hash == NULL) {
		approving->store = NULL;
		return 0;
	}
	return r;
}

static int
approve(struct approving *approving, struct fail *fail)
{
	const struct wish *wish = approving->wish;
	struct census_approval approval = {
		.run = approving->letters.number, .by = text_of(wish->by)};
	char why[CENSUS_TEXT], actor[ACTOR_TEXT];
	struct censusdeed deed;
	int code;

	/* Whoever is at the keyboard may say any name: so that is kept, too. */
	actor_find(actor);
	snprintf(why, sizeof(why), "at the keyboard of %s", actor);
	code = censusdeed_make(wish->by, "approve", wish->hash, why, true, &deed);
	if (code != EXIT_DONE)
		return -EINVAL;
	approval.at = deed.deed.at;
	memcpy(approval.sum, manifest_sum(approving->letters.manifest), sizeof(approval.sum));
	return censusstore_approve(approving->store, &approval, &deed.deed, fail);
}

/* The exit code; what is wrong is in fail. */
static int
do_it(struct approving *approving, struct fail *fail)
{
	const struct wish *wish = approving->wish;
	int r = censusletters_open(&approving->folder, wish->day, &approving->letters, fail);

	if (r < 0)
		return censusletters_code(r);
	if (wish->hash != NULL &&
		manifest_check_approval(approving->letters.manifest, text_of(wish->hash),
			text_of(wish->by), fail) < 0)
		return EXIT_USAGE;
	if (open_store(approving, fail) < 0 ||
		censussurvey_make(&approving->letters, approving->store, &approving->survey, fail) <
			0)
		return EXIT_INPUT;
	if (approving->survey.damaged > 0 && wish->hash != NULL) {
		show(approving, false);
		fail_what(fail, "letters are not as the run wrote them: nothing is approved");
		fail_hint(fail, "run again, and read the letters that it writes");
		return EXIT_INPUT;
	}
	r = wish->hash != NULL ? approve(approving, fail) : 0;
	if (r < 0)
		return r == -EEXIST || r == -EINVAL ? EXIT_USAGE : EXIT_INPUT;
	show(approving, wish->hash != NULL);
	return approving->survey.damaged > 0 ? EXIT_INPUT : EXIT_DONE;
}

static int
run(const struct wish *wish)
{
	struct approving *approving = xcalloc(1, sizeof(*approving));
	struct fail fail = {0};
	int code =
		censusfolder_open(&approving->folder, wish->out, wish->settings, CENSUSFOLDER_READ);

	if (code == EXIT_DONE) {
		approving->wish = wish;
		code = do_it(approving, &fail);
		if (*fail.what != '\0')
			complaint_print(&fail);
		censusfolder_close(&approving->folder);
	}
	censusletters_close(&approving->letters);
	approving->store = censusstore_close(approving->store);
	free(approving);
	return code;
}

int
census_approve(int argc, char **argv)
{
	struct wish wish = {0};
	const struct verboption rows[] = {
		{"out", .value = &wish.out},
		{"day", .value = &wish.day},
		{"by", .value = &wish.by},
		{"json", .flag = &wish.is_json},
	};
	const struct verboptions options = {
		"census approve", usage, NULL, rows, sizeof(rows) / sizeof(*rows), &wish.settings};
	int code = verboptions_read(&options, argc, argv);

	if (code != VERBOPTIONS_READ)
		return code;
	if (argc - optind > 1)
		return complaint_excess("census approve", "one HASH", argv[optind + 1]);
	wish.hash = argc > optind ? argv[optind] : NULL;
	if ((wish.hash == NULL) != (wish.by == NULL)) {
		fputs("lazaret: census approve: a HASH and --by NAME go together\n", stderr);
		return EXIT_USAGE;
	}
	return run(&wish);
}
