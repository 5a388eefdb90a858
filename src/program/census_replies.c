/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/mime.h"
#include "census/outbox/reply.h"
#include "program/censusdeed.h"
#include "program/censusnames.h"
#include "program/censusoptions.h"
#include "program/censusverbs.h"
#include "program/complaint.h"
#include "program/progress.h"
#include "program/settings.h"
#include "program/verboptions.h"
#include "source/mail/maildir.h"
#include "source/mail/mailhead.h"
#include "source/mail/mbox.h"
#include "source/reports/authresults.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

static const char usage[] =
	"usage: lazaret census replies [--dry-run] [--out DIR] [-c FILE] [--json] "
	"FILE|FOLDER|-...\n"
	"\n"
	"Reads what came to the mailboxes of the letters: a file of one message or a mailbox\n"
	"(mbox), packed or not, a Maildir, or standard input. Bounces, answers of programs and of\n"
	"persons are told apart, and each is put to its letter; a message counts once, however\n"
	"often it is read. Mail that came back for good ends the letters to a mailbox, and so "
	"does\n"
	"STOP from it, where the own mail server (census.authserv-id) vouches for its domain. "
	"What\n"
	"a person wrote beyond that is listed, since a person must read it.\n"
	"\n"
	"  --dry-run   tell it, and keep nothing\n"
	"  --out DIR   the folder of the census\n"
	"  -c FILE     the configuration (/etc/lazaret/lazaret.yaml)\n"
	"  --json      one JSON object a line\n"
	"\n"
	"A bounce counts where it came to the return address of its letter, which only those know\n"
	"who got the letter. Others are listed as unproven: nothing follows from them.\n";

/* What follows from a message. */
enum effect {
	EFFECT_NONE,
	EFFECT_STATE,
	EFFECT_XARF,
	EFFECT_READ, /* a person must read it */
	EFFECT_UNPROVEN
};

struct wish {
	const char *out, *settings;
	bool dry_run, is_json;
};

struct reading {
	const struct wish *wish;
	struct censusstore *store;
	struct censusrows letters;
	struct reply_place place;
	struct text server; /* that says who sent a message */
	struct buffer scratch, line;
	struct progress progress;
	struct wall now;
	uint64_t messages, again, unmatched, unproven;
	uint64_t kind[ANSWER_COUNT];
	int code;
};

/* The letter that a message is about; NULL: none that went out. */
static const struct census_letter *
find_letter(const struct reading *reading, const struct reply *reply)
{
	const struct census_letter *it = NULL;
	char name[CENSUS_LETTER + 4];
	uint32_t of_case;
	uint16_t number;

	if (*reply->letter == '\0')
		return NULL;
	if (reply->by != REPLY_BY_SUBJECT)
		return census_letter_find(&reading->letters, reply->letter);
	/* Of the case the code is known alone: it is about the latest. */
	snprintf(name, sizeof(name), "%s.1", reply->letter);
	if (census_letter_parse(text_of(name), NULL, &of_case, &number) < 0)
		return NULL;
	it = census_letter_last(&reading->letters, of_case);
	return it != NULL && text_starts(text_of(it->name), reply->letter) ? it : NULL;
}

/* Is it by whom the letter went to? A sender and the code of a case are easily written, and customers of a provider
 * often have mailboxes at its domain. */
static bool
is_by_recipient(const struct reading *reading, struct text message, const struct reply *reply,
	const struct census_letter *letter)
{
	struct text mailbox = text_of(reply->mailbox);
	struct authresults found;

	if (letter == NULL || !text_same(mailbox, letter->mailbox))
		return false;
	authresults_read(mailhead_cut(&message), reading->server, &found);
	for (size_t i = 0; i < found.count; i++) {
		if (authresults_is_of(mime_domain(mailbox), found.domain[i]))
			return true;
	}
	return false;
}

static enum effect
effect_of(const struct census_letter *letter, const struct reply *reply, bool is_by_recipient,
	enum census_contact_state *state)
{
	switch (reply->kind) {
	case ANSWER_BOUNCE:
	case ANSWER_DELAY:
		if (letter == NULL || reply->by != REPLY_BY_RETURN)
			return EFFECT_UNPROVEN;
		*state = CONTACT_BOUNCED;
		return reply->kind == ANSWER_BOUNCE ? EFFECT_STATE : EFFECT_NONE;
	case ANSWER_AUTO:
		return EFFECT_NONE;
	case ANSWER_STOP:
		*state = CONTACT_OPTOUT;
		return is_by_recipient ? EFFECT_STATE : EFFECT_READ;
	case ANSWER_XARF:
		return is_by_recipient ? EFFECT_XARF : EFFECT_READ;
	case ANSWER_DONE:
	case ANSWER_WORKING:
		return letter != NULL ? EFFECT_NONE : EFFECT_READ;
	case ANSWER_WRONG:
	case ANSWER_CONTACT:
	case ANSWER_HUMAN:
	case ANSWER_COUNT:
		break;
	}
	return EFFECT_READ;
}

static void
print_one(struct reading *reading, const struct reply *reply, const struct census_letter *letter,
	enum effect effect)
{
	static const char *const notes[] = {[EFFECT_NONE] = "",
		[EFFECT_STATE] = "",
		[EFFECT_XARF] = "",
		[EFFECT_READ] = "read it",
		[EFFECT_UNPROVEN] = "unproven"};
	static const char *const by[] = {[REPLY_BY_RETURN] = "return-address",
		[REPLY_BY_ID] = "message-id",
		[REPLY_BY_SUBJECT] = "subject",
		[REPLY_BY_NOTHING] = "nothing"};
	const char *name = letter != NULL ? letter->name : "";
	struct buffer *line = &reading->line;

	buffer_clear(line);
	if (reading->wish->is_json) {
		buffer_print(line, "{\"type\":\"reply\",\"kind\":\"%s\",\"by\":\"%s\",\"letter\":",
			census_answer_kinds[reply->kind], by[reply->by]);
		buffer_print(line, letter != NULL ? "\"%s\"" : "null", name);
		buffer_print(line, ",\"mailbox\":");
		buffer_json(line, text_of(reply->mailbox));
		buffer_print(line, ",\"detail\":");
		buffer_json(line, text_of(reply->detail));
		buffer_print(line, ",\"read\":%s,\"unproven\":%s}",
			effect == EFFECT_READ ? "true" : "false",
			effect == EFFECT_UNPROVEN ? "true" : "false");
	} else {
		buffer_print(line, "%-8s  %-18s  %-8s  %s  %s", census_answer_kinds[reply->kind],
			letter != NULL ? name : "-", notes[effect], reply->mailbox, reply->detail);
	}
	progress_done(&reading->progress);
	puts(buffer_string(line));
}

/* What follows from an answer that is new. */
static int
follow(struct reading *reading, const struct census_letter *letter, enum effect effect,
	enum census_contact_state state, struct fail *fail)
{
	int r = 0;

	if (state == CONTACT_OK)
		r = censusstore_set_ok(reading->store, letter->mailbox, reading->now, fail);
	if (r == 0 && effect == EFFECT_STATE)
		r = censusstore_set_state(
			reading->store, letter->mailbox, state, reading->now, NULL, fail);
	if (r == 0 && effect == EFFECT_XARF)
		r = censusstore_set_xarf(
			reading->store, letter->mailbox, true, reading->now, NULL, fail);
	return r;
}

/* In one transaction. 1: it is new. */
static int
keep(struct reading *reading, const struct reply *reply, const struct census_letter *letter,
	enum effect effect, enum census_contact_state state, struct fail *fail)
{
	struct census_answer answer = {.kind = (uint8_t)reply->kind,
		.letter = text_of(letter != NULL && effect != EFFECT_UNPROVEN ? letter->name : ""),
		.mailbox = text_of(reply->mailbox),
		.detail = text_of(reply->detail),
		.at = reply->at};
	int r = censusstore_begin(reading->store, fail), added = 0;

	/* What it says of its time is not believed where that has not come yet. */
	if (reply->at.us == ROW_NO_TIME || reply->at.us > reading->now.us)
		answer.at = reading->now;
	memcpy(answer.sum, reply->sum, sizeof(answer.sum));
	if (r == 0)
		r = added = censusstore_add_answer(reading->store, &answer, fail);
	if (r == 1)
		r = follow(reading, letter, effect, state, fail);
	if (r == 0)
		r = censusstore_end(reading->store, true, fail);
	if (r == 0)
		return added;
	(void)!censusstore_end(reading->store, false, NULL);
	return r;
}

static int
take_message(struct reading *reading, struct text message, struct fail *fail)
{
	enum census_contact_state state = CONTACT_UNKNOWN;
	const struct census_letter *letter;
	struct reply reply;
	enum effect effect;
	bool is_proven;
	int r = 1;

	reply_read(&reading->place, message, &reading->scratch, &reply);
	letter = find_letter(reading, &reply);
	is_proven = is_by_recipient(reading, message, &reply, letter);
	/* Whoever answers is there. */
	if (is_proven && reply.kind >= ANSWER_DONE)
		state = CONTACT_OK;
	effect = effect_of(letter, &reply, is_proven, &state);
	if (!reading->wish->dry_run)
		r = keep(reading, &reply, letter, effect, state, fail);
	if (r < 0)
		return r;
	reading->messages++;
	progress_show(&reading->progress, reading->messages, 0, NULL);
	if (r == 0) {
		reading->again++;
		return 0;
	}
	reading->kind[reply.kind]++;
	reading->unmatched += letter == NULL;
	reading->unproven += effect == EFFECT_UNPROVEN;
	if (reading->wish->is_json || effect != EFFECT_NONE)
		print_one(reading, &reply, letter, effect);
	return 0;
}

static void
tell(struct reading *reading, const struct fail *fail)
{
	progress_done(&reading->progress);
	complaint_print(fail);
	reading->code = EXIT_INPUT;
}

static void
tell_cut(struct reading *reading, const char *path, uint64_t line)
{
	struct fail fail = {0};

	fail_where(&fail, "%s:%" PRIu64, path, line);
	fail_what(&fail, "the message is cut off, or has more than %zu MiB", MBOX_MESSAGE >> 20);
	fail_hint(&fail, "it counts for nothing; read it");
	tell(reading, &fail);
}

/* -errno: the store; what is wrong with the file is told. */
static int
take_file(struct reading *reading, const char *path, struct fail *fail)
{
	struct input input;
	struct text message;
	struct fail wrong = {0};
	struct mbox mbox;
	int r = input_open(&input, path, 0, &wrong), found;

	if (r < 0) {
		tell(reading, &wrong);
		return 0;
	}
	mbox_init(&mbox, &input);
	while ((found = mbox_next(&mbox, &message, &wrong)) == 1 && r == 0) {
		/* What is whole later would count again. */
		if (mbox.is_cut)
			tell_cut(reading, path, mbox.from);
		else
			r = take_message(reading, message, fail);
	}
	if (found < 0)
		tell(reading, &wrong);
	mbox_done(&mbox);
	input_close(&input);
	return r;
}

static int
take_path(struct reading *reading, const char *path, struct fail *fail)
{
	struct maildir maildir;
	struct fail wrong = {0};
	const char *file;
	int r = strcmp(path, "-") == 0 ? -ENOTDIR : maildir_open(&maildir, path, &wrong);

	if (r == -ENOTDIR)
		return take_file(reading, path, fail);
	if (r < 0) {
		fail_where(&wrong, "%s", path);
		tell(reading, &wrong);
		return 0;
	}
	while (r == 0 && (file = maildir_next(&maildir)) != NULL)
		r = take_file(reading, file, fail);
	if (maildir.is_cut) {
		fail_where(&wrong, "%s", path);
		fail_what(&wrong, "the folder has more than %u files", MAILDIR_MOST);
		tell(reading, &wrong);
	}
	maildir_close(&maildir);
	return r;
}

static void
print_summary(const struct reading *reading)
{
	if (reading->wish->is_json) {
		printf("{\"type\":\"summary\",\"messages\":%" PRIu64 ",\"again\":%" PRIu64
		       ",\"unmatched\":%" PRIu64 ",\"unproven\":%" PRIu64,
			reading->messages, reading->again, reading->unmatched, reading->unproven);
		for (int i = 0; i < ANSWER_COUNT; i++)
			printf(",\"%s\":%" PRIu64, census_answer_kinds[i], reading->kind[i]);
		puts("}");
		return;
	}
	printf("%" PRIu64 " messages, %" PRIu64 " of them read before", reading->messages,
		reading->again);
	for (int i = 0; i < ANSWER_COUNT; i++) {
		if (reading->kind[i] > 0)
			printf(", %s %" PRIu64, census_answer_kinds[i], reading->kind[i]);
	}
	printf("; %" PRIu64 " of no letter, %" PRIu64 " bounces unproven\n", reading->unmatched,
		reading->unproven);
}

static int
read_all(struct reading *reading, int count, char **paths, struct fail *fail)
{
	int r = censusstore_letters(reading->store, &reading->letters, fail);

	if (r == 0)
		r = censusstore_key(reading->store, reading->place.key, fail);
	progress_init(&reading->progress, "messages");
	for (int i = 0; r == 0 && i < count; i++)
		r = take_path(reading, paths[i], fail);
	progress_done(&reading->progress);
	censusrows_done(&reading->letters);
	explicit_bzero(reading->place.key, sizeof(reading->place.key));
	return r;
}

static int
run(const struct wish *wish, int count, char **paths)
{
	struct reading reading = {.wish = wish, .now = censusdeed_now()};
	struct config *config = NULL;
	struct fail fail = {0};
	int code = settings_load(&config, wish->settings, NULL), r;

	if (code != EXIT_DONE)
		return code;
	r = censusoptions_place(config, &reading.place, &fail);
	reading.server = text_of(config_string(config, "census.authserv-id"));
	code = r < 0 ? EXIT_USAGE
		     : censusnames_store(wish->out, wish->settings, true, &reading.store);
	if (r == 0 && code == EXIT_DONE) {
		buffer_init(&reading.scratch, REPLY_TEXT);
		buffer_init(&reading.line, CENSUSNAMES_LINE);
		r = read_all(&reading, count, paths, &fail);
		if (r == 0)
			print_summary(&reading);
		code = r < 0 ? EXIT_INPUT : reading.code;
		buffer_done(&reading.line);
		buffer_done(&reading.scratch);
		reading.store = censusstore_close(reading.store);
	}
	if (r < 0)
		complaint_print(&fail);
	config_free(config);
	return code;
}

int
census_replies(int argc, char **argv)
{
	struct wish wish = {0};
	const struct verboption rows[] = {
		{"out", .value = &wish.out},
		{"dry-run", .flag = &wish.dry_run},
		{"json", .flag = &wish.is_json},
	};
	const struct verboptions options = {
		"census replies", usage, NULL, rows, sizeof(rows) / sizeof(*rows), &wish.settings};
	int code = verboptions_read(&options, argc, argv);

	if (code != VERBOPTIONS_READ)
		return code;
	if (argc == optind) {
		fputs("lazaret: census replies: which files? See lazaret census replies --help\n",
			stderr);
		return EXIT_USAGE;
	}
	return run(&wish, argc - optind, argv + optind);
}
