/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/join/candidates.h"
#include "census/join/distinct.h"
#include "census/join/leftout.h"
#include "census/join/mergejoin.h"
#include "census/join/record.h"
#include "census/letter/trapfile.h"
#include "program/censusday.h"
#include "program/censusverbs.h"
#include "program/complaint.h"
#include "program/verboptions.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>

/* Of one address, before those of one list become one. */
#define LISTINGS_MOST 4096
#define WORDS_BYTES   (1UL << 20)

static const char usage[] =
	"usage: lazaret census explain [--out DIR] [-c FILE] [--day DAY] ADDRESS...\n"
	"\n"
	"Why an address is a candidate, or is none, by the last run: each listing with its list,\n"
	"line, age and worth; the score; the message of a trap of one's own; since when it is "
	"known;\n"
	"its network, contact and case.\n"
	"How the contact was found is told by lazaret census whois -v.\n"
	"\n"
	"  --day DAY    by the run of that day\n"
	"  --out DIR    the folder of the census (census.folder, or else census in the folder\n"
	"               of the daemon's state)\n"
	"  -c FILE      the configuration (/etc/lazaret/lazaret.yaml)\n"
	"\n"
	"The exit status is 1 if an address is in no list and no state.\n";

struct explaining {
	struct sightingfile sightings;
	struct trapfile traps; /* of no rows: there is none */
	struct casefile file;
	struct statestore state;
	struct score_rules rules;
	struct censusgiven given;
	struct distinct *table;
	struct buffer words;
};

/* What the lists say of an address. */
struct finding {
	struct score_reason reasons[CANDIDATES_EACH];
	size_t count;
	size_t left_out; /* listings */
	uint16_t score;
	uint8_t groups, flags;
};

static const struct spans nothing;

static struct finding
find4(struct explaining *of, uint32_t address)
{
	const struct sightingfile *from = &of->sightings;
	static struct listing4 own[LISTINGS_MOST];
	struct listing4 each[CANDIDATES_EACH];
	struct finding finding = {.count = 0};
	struct score4 score;
	struct coverage coverage;
	const struct listing4 *at = each;
	size_t count = 0;

	for (size_t i = 0; i < from->fours && count < LISTINGS_MOST; i++) {
		if (from->four[i].address == address)
			own[count++] = from->four[i];
	}
	finding.left_out = count;
	count = leftout4(&of->given.left_out4, false, own, count);
	count = leftout4(&of->given.shared4, true, own, count);
	finding.left_out -= count;
	count = distinct4(of->table, own, count);
	if (count == 0)
		return finding;
	/* Where networks are shared, ranges cover nothing. */
	coverage_make4(&coverage, &of->rules.settings, from->ranges4,
		spans_find(&of->given.shared4, address, address) != NULL ? 0 : from->ranges4_count,
		&nothing);
	count = candidates_gather4(&coverage, own, own + count, each);
	coverage_done(&coverage);
	finding.count = score_explain4(&of->rules, each, count, finding.reasons, CANDIDATES_EACH);
	if (score4(&of->rules, &at, each + count, &score, 1) == 1) {
		finding.score = score.score;
		finding.groups = score.groups;
		finding.flags = score.flags;
	}
	return finding;
}

static struct finding
find6(struct explaining *of, uint64_t network)
{
	const struct sightingfile *from = &of->sightings;
	static struct listing6 own[LISTINGS_MOST];
	struct listing6 each[CANDIDATES_EACH];
	struct finding finding = {.count = 0};
	struct score6 score;
	struct coverage coverage;
	const struct listing6 *at = each;
	size_t count = 0;

	for (size_t i = 0; i < from->sixes && count < LISTINGS_MOST; i++) {
		if (from->six[i].network == network)
			own[count++] = from->six[i];
	}
	finding.left_out = count;
	count = leftout6(&of->given.left_out6, false, own, count);
	count = leftout6(&of->given.shared6, true, own, count);
	finding.left_out -= count;
	count = distinct6(of->table, own, count);
	if (count == 0)
		return finding;
	/* Where networks are shared, ranges cover nothing. */
	coverage_make6(&coverage, &of->rules.settings, from->ranges6,
		spans_find(&of->given.shared6, network, network) != NULL ? 0 : from->ranges6_count,
		&nothing);
	count = candidates_gather6(&coverage, own, own + count, each);
	coverage_done(&coverage);
	finding.count = score_explain6(&of->rules, each, count, finding.reasons, CANDIDATES_EACH);
	if (score6(&of->rules, &at, each + count, &score, 1) == 1) {
		finding.score = score.score;
		finding.groups = score.groups;
		finding.flags = score.flags;
	}
	return finding;
}

static void
say_age(struct buffer *into, uint32_t seconds)
{
	if (seconds < 2 * 3600)
		buffer_print(into, "%u minutes old", seconds / 60);
	else if (seconds < 2 * 86400)
		buffer_print(into, "%u hours old", seconds / 3600);
	else
		buffer_print(into, "%u days old", seconds / 86400);
}

static void
say_reason(struct explaining *of, const struct score_reason *reason)
{
	const struct sightingfile_list *list = &of->sightings.lists[reason->list];
	struct buffer *into = &of->words;

	buffer_print(into, "  %-10s ", "listing");
	buffer_line(into, text_of(list->name), LISTCARD_TEXT);
	buffer_print(into, ", line %u of ", reason->line);
	buffer_line(into, text_of(list->file), LISTCARD_TEXT);
	buffer_print(into, ", ");
	say_age(into, reason->age);
	if (list->meaning != LISTMEANING_ZOMBIE)
		buffer_print(
			into, ": no evidence of a zombie (%s)\n", listmeaning_names[list->meaning]);
	else if (!of->rules.settings.list[reason->list].is_evidence)
		buffer_print(into, ": the list does not count\n");
	else
		buffer_print(into, ": worth %u.%04u, %s the group %s\n", reason->weight / SCORE_ONE,
			reason->weight % SCORE_ONE,
			reason->is_best ? "the best of" : "not the best of", list->group);
}

static void
say_score(struct explaining *of, const struct finding *finding)
{
	const struct score_settings *settings = &of->rules.settings;
	struct buffer *into = &of->words;

	for (size_t i = 0; i < finding->count; i++)
		say_reason(of, &finding->reasons[i]);
	if (finding->count == 0)
		buffer_print(into, "  %-10s none by itself%s\n", "listing",
			finding->left_out > 0 ? " that counts" : "");
	if (finding->left_out > 0)
		buffer_print(into,
			"  %-10s %zu listings: the network is left out, or shared, and they lack "
			"time or port\n",
			"left out", finding->left_out);
	buffer_print(into, "  %-10s %u.%04u by %u groups%s: ", "score", finding->score / SCORE_ONE,
		finding->score % SCORE_ONE, finding->groups,
		finding->flags & SCORE_TRAP ? ", a trap among them" : "");
	if (finding->flags & SCORE_CANDIDATE)
		buffer_print(into, "a candidate\n");
	else if (finding->score < settings->least)
		buffer_print(into, "none, as it is below %u.%04u\n", settings->least / SCORE_ONE,
			settings->least % SCORE_ONE);
	else
		buffer_print(into, "none, as %u groups must agree\n", settings->groups);
}

/* What a letter would report of it. */
static void
say_message(struct explaining *of, enum range_family family, ipnumber number)
{
	struct address address = address_from_v4((uint32_t)number);
	struct trapmail_message message;
	char text[WALL_TEXT];

	for (int i = 0; family == RANGE_IPV6 && i < 16; i++)
		address.byte[i] = (uint8_t)(number >> (120 - 8 * i));
	if (!trapfile_find(&of->traps, &address, &message))
		return;
	buffer_print(&of->words, "  %-10s a trap got one at %s", "message",
		wall_format((struct wall){message.time * WALL_SECOND}, text));
	if (message.port != 0)
		buffer_print(&of->words, ", from port %u", message.port);
	buffer_print(&of->words, "\n");
}

static void
say_day(struct buffer *into, const char *what, uint16_t day)
{
	char text[WALL_TEXT];

	buffer_print(into, "%s%.10s", what, wall_format(state_day_begin(day), text));
}

/* The network of the address in the run; NULL: it is not in the state. */
static const struct casefile_network *
say_state(struct explaining *of, uint64_t key, bool is_six)
{
	struct buffer *into = &of->words;
	const struct statestore *state = &of->state;
	size_t at = is_six ? record_seek(state->rows6, state->count6, RECORD6_SIZE, key)
			   : record_seek(state->rows4, state->count4, RECORD4_SIZE, key);
	struct state4 row = {0};

	if (is_six && at < state->count6 && state->rows6[at].network == key) {
		const struct state6 *six = &state->rows6[at];

		row = (struct state4){.first = six->first,
			.last = six->last,
			.letter = six->letter,
			.flags = six->flags};
	} else if (!is_six && at < state->count4 && state->rows4[at].address == key) {
		row = state->rows4[at];
	}
	if (row.last == 0) {
		say_day(into, "  state      was no candidate up to ", state->day);
		buffer_print(into, "\n");
		return NULL;
	}
	say_day(into, "  state      a candidate since ", row.first);
	if (row.first != row.last || row.last != state->day)
		say_day(into, row.last == state->day ? ", also on " : ", last on ", row.last);
	if (row.flags & STATE_REOPENED)
		buffer_print(into, ", gone meanwhile");
	if (row.letter != 0)
		say_day(into, ", named by the letter of ", row.letter);
	buffer_print(into, "\n");
	return &of->file.networks[is_six ? of->file.of6[at] : of->file.of4[at]];
}

static void
say_case(struct explaining *of, const struct casefile_network *network)
{
	const struct casefile *file = &of->file;
	const struct casefile_case *one = &file->cases[network->of];
	struct buffer *into = &of->words;
	struct text code = casefile_text(file, one->code), why = casefile_text(file, one->why);

	buffer_print(into, "  %-10s ", "network");
	if (casefile_text(file, network->name).length > 0)
		buffer_line(into, casefile_text(file, network->name), 80);
	else
		buffer_print(into, "none that was read");
	if (casefile_text(file, network->holder).length > 0) {
		buffer_print(into, " of ");
		buffer_line(into, casefile_text(file, network->holder), 80);
	}
	if (network->system != 0)
		buffer_print(into, ", AS%u", network->system);
	if (network->country != 0)
		buffer_print(into, ", %c%c", network->country >> 8, network->country & 0xff);
	buffer_print(into, "\n  %-10s ", "contact");
	if (network->of == 0) {
		buffer_print(into, "nobody is known\n");
		return;
	}
	buffer_line(into, casefile_text(file, one->mailbox), 254);
	if (one->is_manual)
		buffer_print(into, " (given by a person)\n");
	else if (network->quality == QUALITY_NONE)
		buffer_print(into, " (the national CERT, as no registry names anybody)\n");
	else
		buffer_print(into, " (rule %s, quality %s)\n", contact_rules[network->rule],
			contact_qualities[network->quality]);
	if (code.length == 0) {
		buffer_print(into, "  %-10s none is open\n", "case");
		return;
	}
	buffer_print(into, "  %-10s %.*s", "case", (int)code.length, code.at);
	say_day(into, ", opened ", one->opened);
	buffer_print(into, ", %u candidates%s, %u letters sent; on this day: %s",
		one->counts.listed,
		one->arm == CASEFILE_HOLDOUT ? ", held out for its first 14 days" : "",
		one->letters, casefile_steps[one->step]);
	if (why.length > 0)
		buffer_print(into, ", as %.*s", (int)why.length, why.at);
	buffer_print(into, "\n");
}

static int
explain(struct explaining *of, const char *argument)
{
	const struct casefile_network *network;
	enum range_family family;
	struct finding finding;
	ipnumber number;
	uint64_t key;

	if (range_parse_address(text_of(argument), &family, &number) < 0) {
		fprintf(stderr, "lazaret: \"%.80s\" is no address\n", argument);
		return EXIT_USAGE;
	}
	buffer_clear(&of->words);
	key = family == RANGE_IPV6 ? (uint64_t)(number >> 64) : (uint64_t)number;
	finding = family == RANGE_IPV6 ? find6(of, key) : find4(of, (uint32_t)key);
	buffer_print(&of->words, "%s\n", argument);
	say_score(of, &finding);
	say_message(of, family, number);
	network = say_state(of, key, family == RANGE_IPV6);
	if (network != NULL)
		say_case(of, network);
	fputs(buffer_string(&of->words), stdout);
	return finding.count + finding.left_out > 0 || network != NULL ? EXIT_DONE : EXIT_NOT_FOUND;
}

/* Lists that did not count in the run do not count here. */
static void
leave_out(struct explaining *of)
{
	for (uint64_t i = 0; i < of->file.list_count && i < of->sightings.list_count; i++) {
		if (text_is(casefile_text(&of->file, of->file.lists[i].name),
			    of->sightings.lists[i].name))
			of->rules.settings.list[i].is_evidence =
				of->file.lists[i].is_evidence && !of->file.lists[i].is_left_out;
	}
}

static int
open_all(struct explaining *of, const struct censusfolder *folder, const char *day,
	struct fail *fail)
{
	const struct censuswish wish = {.by = ""};
	char path[CENSUSRUNS_PATH];
	struct wall begin;
	uint16_t number = 0;
	int r = 0;

	if (day == NULL)
		r = censusruns_latest(folder, &number, fail);
	else if (wall_from_day(&begin, text_of(day)) < 0 || state_day(begin, &number) < 0)
		number = 0;
	if (r == 0 && number == 0) {
		fail_where(fail, "%s", folder->path);
		fail_what(fail, "there is no run of %s", day != NULL ? "that day" : "any day");
		fail_hint(fail, "lazaret census run makes one");
		r = -ENOENT;
	}
	if (r == 0)
		r = casefile_open(
			censusruns_path(folder, number, false, "cases.lzc", path), &of->file, fail);
	if (r == 0)
		r = statestore_open(censusruns_path(folder, number, false, "state.lzt", path),
			&of->state, fail);
	if (r == 0)
		r = sightingfile_open(
			censusfolder_file(folder, CENSUS_SIGHTINGS, path), &of->sightings, fail);
	if (r == 0) {
		r = trapfile_open(censusfolder_file(folder, CENSUS_TRAPS, path), &of->traps, fail);
		r = r == -ENOENT ? 0 : r;
	}
	if (r == 0)
		r = censusday_rules(
			&of->sightings, of->file.totals->now, &wish, &of->rules, NULL, fail);
	if (r == 0)
		leave_out(of);
	if (r == 0)
		r = censusgiven_read(folder, &wish, &of->given, fail);
	if (r == 0 && of->state.count4 != of->file.of4_count) {
		fail_where(fail, "%s", path);
		fail_what(fail, "state and cases are of two runs");
		r = -EBADMSG;
	}
	return r;
}

static void
close_all(struct explaining *of)
{
	if (of->sightings.bytes != NULL)
		sightingfile_close(&of->sightings);
	trapfile_close(&of->traps);
	if (of->state.bytes != NULL)
		statestore_close(&of->state);
	if (of->file.bytes != NULL)
		casefile_close(&of->file);
	censusgiven_done(&of->given);
	buffer_done(&of->words);
	free(of->table);
}

int
census_explain(int argc, char **argv)
{
	const char *out = NULL, *day = NULL, *settings = NULL;
	const struct verboption rows[] = {{"out", .value = &out}, {"day", .value = &day}};
	const struct verboptions options = {"census explain", usage, NULL, rows, 2, &settings};
	struct explaining of = {.table = NULL};
	struct censusfolder folder;
	struct fail fail = {0};
	int code = verboptions_read(&options, argc, argv);

	if (code != VERBOPTIONS_READ)
		return code;
	if (optind == argc) {
		fputs("lazaret: census explain: which address? See lazaret census explain --help\n",
			stderr);
		return EXIT_USAGE;
	}
	code = censusfolder_open(&folder, out, settings, CENSUSFOLDER_READ);
	if (code != EXIT_DONE)
		return code;
	of.table = xcalloc(1, sizeof(*of.table));
	buffer_init(&of.words, WORDS_BYTES);
	if (open_all(&of, &folder, day, &fail) < 0) {
		complaint_print(&fail);
		code = EXIT_INPUT;
	}
	for (int i = optind; i < argc && code != EXIT_INPUT; i++) {
		int one = explain(&of, argv[i]);

		code = one > code ? one : code;
	}
	close_all(&of);
	censusfolder_close(&folder);
	return code;
}
