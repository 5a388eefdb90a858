/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/join/state.h"
#include "program/censusdeed.h"
#include "program/censusnames.h"
#include "program/censusoptions.h"
#include "program/censusruns.h"
#include "program/censussending.h"
#include "program/censussurvey.h"
#include "program/censusverbs.h"
#include "program/complaint.h"
#include "program/settings.h"
#include "program/verboptions.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define TEXT_MOST  (1UL << 20)
#define SHOWN_MOST 50
#define LATE_DAYS  7

static const char usage[] =
	"usage: lazaret census send [--day DAY] [--late] [--json]\n"
	"       lazaret census send --really [--day DAY] [--late] [--go-on] [--json]\n"
	"       lazaret census send --resolve LETTER sent|not-sent [--reason TEXT] [--by NAME]\n"
	"\n"
	"Hands the letters that were approved, and nothing else, to the agency's mail server\n"
	"(census.mta.server), at the pace of census.mta.an-hour and census.mta.domain-an-hour.\n"
	"Without --really it tells what would be sent.\n"
	"\n"
	"  --really    send\n"
	"  --day DAY   the run of that day (the newest that has letters)\n"
	"  --late      although the run is more than a week old: what it tells may be over\n"
	"  --go-on     although more than 5 % of this run's letters came back or were refused\n"
	"  --resolve   a letter that was handed over, of which nobody knows whether the server "
	"took\n"
	"              it, since something ended right then: look into the server's log for its\n"
	"              Message-ID, and say it. not-sent: the next send sends it\n"
	"  --by NAME   who says so (who is at the keyboard)\n"
	"  --out DIR   the folder of the census\n"
	"  -c FILE     the configuration (/etc/lazaret/lazaret.yaml)\n"
	"  --json      one JSON object\n"
	"\n"
	"A letter is sent once: that it is handed over is on the disk before it is, and what "
	"became\n"
	"of it after. Before each, its sum, who is never written to and the state of the contact\n"
	"are looked at again. What the server will not take now (4xx) is tried by the next send.\n"
	"SIGINT ends it behind the letter in hand. Letters of a run that another one followed are\n"
	"not sent: those of the last run say what is there now. The exit status is 1 if nothing\n"
	"may be sent, 3 if the server takes no letters, letters are damaged, or wait for "
	"--resolve.\n";

struct wish {
	const char *out, *settings, *day, *resolve, *reason, *by;
	bool really, late, goes_on, is_json;
};

/* The letters of a run and who approved them. */
struct approved {
	struct censusfolder folder;
	struct censusletters letters;
	struct censusstore *store;
	char by[CENSUS_TEXT + 1];
	struct wall at;
};

/* Exit code, with fail where it is none. */
static int
find_approval(struct approved *approved, struct fail *fail)
{
	const char *sum = manifest_sum(approved->letters.manifest);
	char day[WALL_TEXT];
	struct censusrows rows;
	bool is_found = false;
	int r = censusstore_approvals(approved->store, &rows, fail);

	if (r < 0)
		return EXIT_INPUT;
	for (size_t i = 0; i < rows.count; i++) {
		const struct census_approval *it = census_approval_at(&rows, i);

		if (strcmp(it->sum, sum) != 0)
			continue;
		snprintf(approved->by, sizeof(approved->by), "%.*s", (int)it->by.length, it->by.at);
		approved->at = it->at;
		is_found = true;
	}
	censusrows_done(&rows);
	if (is_found)
		return EXIT_DONE;
	fail_what(fail, "nobody approved the letters of %s",
		censusletters_day(approved->letters.day, day));
	fail_hint(fail, "lazaret census approve shows them and their hash");
	return EXIT_NOT_FOUND;
}

/* Do the letters still say what is there? Exit code, with fail where they do not. */
static int
check_age(const struct wish *wish, const struct approved *approved, struct fail *fail)
{
	uint16_t of = approved->letters.number, last = of, today;
	char day[WALL_TEXT], last_day[WALL_TEXT];
	int r = censusruns_latest(&approved->folder, &last, fail);

	if (r < 0)
		return EXIT_INPUT;
	if (last > of) {
		fail_what(fail, "the run of %s was followed by that of %s",
			censusletters_day(approved->letters.day, day),
			censusletters_day(state_day_begin(last), last_day));
		fail_hint(fail,
			"approve and send the letters of the last run, which say what is "
			"there now: those that were not sent are written anew by it");
		return EXIT_NOT_FOUND;
	}
	if (!wish->late && state_day(censusdeed_now(), &today) == 0 && today > of + LATE_DAYS) {
		fail_what(fail, "the run of %s is %d days old",
			censusletters_day(approved->letters.day, day), today - of);
		fail_hint(fail,
			"make a run of today, whose letters say what is there now; --late "
			"sends these all the same");
		return EXIT_NOT_FOUND;
	}
	return EXIT_DONE;
}

static int
open_approved(const struct wish *wish, struct approved *approved, struct fail *fail)
{
	char path[CENSUSFOLDER_PATH];
	int r = censusletters_open(&approved->folder, wish->day, &approved->letters, fail);

	if (r < 0)
		return censusletters_code(r);
	censusfolder_file(&approved->folder, CENSUS_STORE, path);
	r = censusstore_open(
		&approved->store, path, wish->really ? SQLITE_TO_WRITE : SQLITE_TO_READ, fail);
	if (r == -ENOENT) {
		fail_what(fail, "nobody approved any letters");
		fail_hint(fail, "lazaret census approve shows them and their hash");
	}
	if (r < 0)
		return r == -ENOENT ? EXIT_NOT_FOUND : EXIT_INPUT;
	r = find_approval(approved, fail);
	return r == EXIT_DONE ? check_age(wish, approved, fail) : r;
}

/* Those of the run that wait for a person; how many. */
static uint64_t
list_open(struct approved *approved, struct buffer *into, bool is_json, struct fail *fail)
{
	struct censusrows rows;
	uint64_t count = 0;

	if (censusstore_letters(approved->store, &rows, fail) < 0)
		return 0;
	for (size_t i = 0; i < rows.count; i++) {
		const struct census_letter *it = census_letter_at(&rows, i);

		if (it->outcome != OUTCOME_OPEN)
			continue;
		count++;
		if (is_json)
			buffer_print(into, "%s\"%s\"", count > 1 ? "," : "", it->name);
		else if (count <= SHOWN_MOST)
			buffer_print(into, "%-12s%s to %.*s: nobody knows whether it was sent\n",
				count == 1 ? "waits" : "", it->name, (int)it->mailbox.length,
				it->mailbox.at);
	}
	censusrows_done(&rows);
	return count;
}

static void
print_run(const struct approved *approved, struct buffer *into)
{
	char day[WALL_TEXT], at[WALL_TEXT];

	wall_format(approved->at, at);
	buffer_print(into, "%-12s%s, approved by %s at %.16s\n", "run",
		censusletters_day(approved->letters.day, day), approved->by, at);
}

static int
show_dry(const struct wish *wish, struct approved *approved, struct fail *fail)
{
	struct censussurvey *survey = xcalloc(1, sizeof(*survey));
	struct buffer text;
	uint64_t waiting = 0;
	char day[WALL_TEXT];
	int r = censussurvey_make(&approved->letters, approved->store, survey, fail);

	buffer_init(&text, TEXT_MOST);
	if (r == 0 && wish->is_json) {
		buffer_print(&text,
			"{\"type\":\"would-send\",\"day\":\"%s\",\"hash\":\"%s\","
			"\"would_send\":%" PRIu64 ",\"sent\":%" PRIu64 ",\"refused\":%" PRIu64
			",\"waits\":[",
			censusletters_day(approved->letters.day, day),
			manifest_sum(approved->letters.manifest), survey->word[WORD_YES],
			survey->outcome[OUTCOME_SENT], survey->outcome[OUTCOME_REFUSED]);
		waiting = list_open(approved, &text, true, fail);
		buffer_print(&text, "]");
		censussurvey_json(survey, &text);
		buffer_print(&text, "}\n");
	} else if (r == 0) {
		print_run(approved, &text);
		censussurvey_text(survey, &text);
		buffer_print(&text,
			"%-12s%" PRIu64 " sent, %" PRIu64 " refused, %" PRIu64
			" to be tried again\n",
			"before", survey->outcome[OUTCOME_SENT], survey->outcome[OUTCOME_REFUSED],
			survey->outcome[OUTCOME_LATER]);
		waiting = list_open(approved, &text, false, fail);
		buffer_print(&text,
			"Would send %" PRIu64 " letters. Nothing was sent: --really sends.\n",
			survey->word[WORD_YES]);
	}
	fputs(buffer_string(&text), stdout);
	buffer_done(&text);
	r = r < 0 || survey->damaged > 0 || waiting > 0 ? EXIT_INPUT : EXIT_DONE;
	free(survey);
	return r;
}

/* How many letters of the store wait for a person. */
static uint64_t
show_sent(const struct wish *wish, struct approved *approved,
	const struct censussending_ended *ended, struct fail *fail)
{
	static const char *const ends[CENSUSSENDING_ENDS] = {
		"all", "interrupted", "away", "broken", "failed"};
	struct buffer text;
	uint64_t waiting;

	buffer_init(&text, TEXT_MOST);
	if (wish->is_json) {
		buffer_print(&text,
			"{\"type\":\"sent\",\"end\":\"%s\",\"sent\":%" PRIu64 ",\"later\":%" PRIu64
			",\"refused\":%" PRIu64 ",\"unknown\":%" PRIu64 ",\"not_sent\":%" PRIu64
			",\"damaged\":%" PRIu64 ",\"left\":%" PRIu64 ",\"waits\":[",
			ends[ended->end], ended->sent, ended->later, ended->refused, ended->unknown,
			ended->skipped, ended->damaged, ended->left);
		waiting = list_open(approved, &text, true, fail);
		buffer_print(&text, "]}\n");
	} else {
		print_run(approved, &text);
		buffer_print(&text, "%-12s%" PRIu64 "\n%-12s%" PRIu64 "\n", "sent", ended->sent,
			"refused", ended->refused);
		if (ended->later > 0)
			buffer_print(&text, "%-12s%" PRIu64 ", which the server will take later\n",
				"try again", ended->later);
		if (ended->skipped > 0)
			buffer_print(&text, "%-12s%" PRIu64 " to who is not written to any more\n",
				"not sent", ended->skipped);
		if (ended->damaged > 0)
			buffer_print(&text, "%-12s%" PRIu64 " that are not as they were approved\n",
				"not sent", ended->damaged);
		if (ended->left > 0)
			buffer_print(&text, "%-12s%" PRIu64 " for the next lazaret census send\n",
				"left", ended->left);
		waiting = list_open(approved, &text, false, fail);
	}
	fputs(buffer_string(&text), stdout);
	buffer_done(&text);
	return waiting;
}

static int
send_all(const struct wish *wish, struct approved *approved, struct fail *fail)
{
	struct censussending_ended ended = {0};
	struct config *config = NULL;
	struct censusmail mail;
	struct censusdeed deed;
	int code = settings_load(&config, wish->settings, NULL), r;

	if (code != EXIT_DONE)
		return code;
	r = censusoptions_mail(config, &mail, fail);
	code = EXIT_USAGE;
	if (r == 0)
		code = censusdeed_make(wish->by, wish->goes_on ? "send --go-on" : "send",
			manifest_sum(approved->letters.manifest), wish->reason, false, &deed);
	if (r == 0 && code == EXIT_DONE) {
		const struct censussending_settings settings = {.mail = &mail,
			.letters = &approved->letters,
			.store = approved->store,
			.deed = &deed.deed,
			.goes_on = wish->goes_on};

		r = censussending_run(&settings, &ended, fail);
		code = show_sent(wish, approved, &ended, fail) > 0 || r < 0 || ended.damaged > 0
			? EXIT_INPUT
			: EXIT_DONE;
	}
	censusmail_done(&mail);
	config_free(config);
	return code;
}

static int
run(const struct wish *wish)
{
	struct approved *approved = xcalloc(1, sizeof(*approved));
	struct fail fail = {0};
	int code = censusfolder_open(&approved->folder, wish->out, wish->settings,
		wish->really ? CENSUSFOLDER_WRITE : CENSUSFOLDER_READ);

	if (code == EXIT_DONE) {
		code = open_approved(wish, approved, &fail);
		if (code == EXIT_DONE)
			code = wish->really ? send_all(wish, approved, &fail)
					    : show_dry(wish, approved, &fail);
		if (*fail.what != '\0')
			complaint_print(&fail);
		censusfolder_close(&approved->folder);
	}
	censusletters_close(&approved->letters);
	approved->store = censusstore_close(approved->store);
	free(approved);
	return code;
}

static int
resolve(const struct wish *wish, const char *word)
{
	bool was_sent = strcmp(word, "sent") == 0;
	struct censusstore *store;
	struct censusdeed deed;
	struct fail fail = {0};
	int code, r;

	if (!was_sent && strcmp(word, "not-sent") != 0) {
		fprintf(stderr, "lazaret: census send --resolve: sent or not-sent, not \"%.40s\"\n",
			word);
		return EXIT_USAGE;
	}
	code = censusdeed_make(wish->by, was_sent ? "resolve sent" : "resolve not-sent",
		wish->resolve, wish->reason, false, &deed);
	if (code != EXIT_DONE)
		return code;
	code = censusnames_store(wish->out, wish->settings, false, &store);
	if (code != EXIT_DONE)
		return code;
	store = censusstore_close(store);
	code = censusnames_store(wish->out, wish->settings, true, &store);
	if (code != EXIT_DONE)
		return code;
	r = censusstore_settle(store, wish->resolve, was_sent ? OUTCOME_SENT : OUTCOME_LATER, 0,
		deed.deed.at, &deed.deed, &fail);
	store = censusstore_close(store);
	if (r < 0)
		complaint_print(&fail);
	return r == -ENOENT ? EXIT_NOT_FOUND : r < 0 ? EXIT_INPUT : EXIT_DONE;
}

int
census_send(int argc, char **argv)
{
	struct wish wish = {0};
	const struct verboption rows[] = {
		{"out", .value = &wish.out},
		{"day", .value = &wish.day},
		{"resolve", .value = &wish.resolve},
		{"reason", .value = &wish.reason},
		{"by", .value = &wish.by},
		{"really", .flag = &wish.really},
		{"late", .flag = &wish.late},
		{"go-on", .flag = &wish.goes_on},
		{"json", .flag = &wish.is_json},
	};
	const struct verboptions options = {
		"census send", usage, NULL, rows, sizeof(rows) / sizeof(*rows), &wish.settings};
	int code = verboptions_read(&options, argc, argv);

	if (code != VERBOPTIONS_READ)
		return code;
	if (wish.resolve != NULL && argc - optind != 1) {
		fputs("lazaret: census send --resolve LETTER sent|not-sent\n", stderr);
		return EXIT_USAGE;
	}
	if (wish.resolve != NULL)
		return resolve(&wish, argv[optind]);
	if (argc > optind)
		return complaint_excess("census send", "no argument", argv[optind]);
	return run(&wish);
}
