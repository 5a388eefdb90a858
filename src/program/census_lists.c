/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/wall.h"
#include "census/list/listname.h"
#include "census/list/listsurge.h"
#include "program/censusfolder.h"
#include "program/censusverbs.h"
#include "program/complaint.h"
#include "program/installed.h"
#include "program/progress.h"
#include "program/verboptions.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Listings of each kind, of all lists together. */
#define LISTINGS_MOST (UINT64_C(1) << 26)
#define PATH_MOST     4400

static const char usage[] =
	"usage: lazaret census lists [--cards DIR] [--accept NAME[,NAME]...] [--out DIR]\n"
	"                            [-c FILE] [--json] FILE...\n"
	"\n"
	"Reads lists of addresses that send spam, packed or not, and makes sightings.lzs of all "
	"of\n"
	"them: addresses one a line, zones of rbldnsd, the output of ipset save, CSV, JSON, and\n"
	"reports by mail (a mailbox, a message, or a folder of them).\n"
	"What a list means stands in its card: FILE.card, or NAME.card in DIR, or one that came\n"
	"with lazaret; NAME is that of FILE without its packing, date and ending. A list without\n"
	"a card is not read.\n"
	"\n"
	"  --cards DIR      where cards of yours are\n"
	"  --accept NAMES   these lists exploded since the last time, and that is right\n"
	"  --out DIR        the folder of the census (census.folder, or else census in the\n"
	"                   folder of the daemon's state)\n"
	"  -c FILE          the configuration (/etc/lazaret/lazaret.yaml)\n"
	"  --json           one JSON object a line, for each list and for all\n"
	"\n"
	"What cannot be read is told with file and line, the rest is done, and the exit status\n"
	"is 3.\n";

struct wish {
	const char *out, *settings, *cards, *accepted;
	bool is_json;
};

struct gathering {
	const struct wish *wish;
	struct sightingfile_list lists[SIGHTINGFILE_LISTS];
	size_t count;
	struct listings listings;
	struct progress progress;
	int code;
};

static void
wrong(struct gathering *gathering, const struct fail *fail)
{
	progress_done(&gathering->progress);
	complaint_print(fail);
	gathering->code = EXIT_INPUT;
}

static void
on_card_problem(void *context, const struct fail *fail)
{
	wrong(context, fail);
}

static void
on_note(void *context, enum listnote kind, const struct fail *fail)
{
	struct gathering *gathering = context;

	progress_done(&gathering->progress);
	complaint_print(fail);
	/* The others are facts of a list that is whole. */
	if (kind == LISTNOTE_BAD || kind == LISTNOTE_LONG || kind == LISTNOTE_WIDE ||
		kind == LISTNOTE_DROPPED || kind == LISTNOTE_FILE)
		gathering->code = EXIT_INPUT;
}

/* Is a card there? */
static bool PRINTF(2, 3) try_card(char into[PATH_MOST], const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(into, PATH_MOST, format, arguments);
	va_end(arguments);
	return length < PATH_MOST && access(into, F_OK) == 0;
}

static bool
find_card(const struct wish *wish, const char *path, char into[PATH_MOST])
{
	struct text plain = listname_unpacked(text_of(path));
	char name[LISTNAME_MOST], ours[INSTALLED_PATH];

	if (try_card(into, "%s.card", path) ||
		try_card(into, "%.*s.card", (int)plain.length, plain.at))
		return true;
	if (!listname_of(text_of(path), name))
		return false;
	if (wish->cards != NULL && try_card(into, "%s/%s.card", wish->cards, name))
		return true;
	installed_find("cards", R_OK, LAZARET_CARDS, ours);
	return try_card(into, "%s/%s.card", ours, name);
}

/* The card of a file: false, and told, if there is none that can be used. */
static bool
take_card(struct gathering *gathering, const char *path, struct listcard *ret)
{
	char card[PATH_MOST], name[LISTNAME_MOST];
	struct fail fail = {0};

	if (find_card(gathering->wish, path, card))
		return listcard_read(card, on_card_problem, gathering, ret) == 0;
	fail_where(&fail, "%s", path);
	fail_what(&fail, "there is no card that says what this list means, so it was not read");
	if (listname_of(text_of(path), name))
		fail_hint(&fail,
			"write %s.card beside it, or %s.card in a folder for --cards; "
			"lazaret-census(1) has an example",
			path, name);
	wrong(gathering, &fail);
	return false;
}

static bool
has_room(struct gathering *gathering, const char *path, const struct listcard *card)
{
	struct fail fail = {0};

	fail_where(&fail, "%s", path);
	for (size_t i = 0; i < gathering->count; i++) {
		if (strcmp(gathering->lists[i].name, card->name) == 0) {
			fail_what(&fail, "the list %s was read already, from %s", card->name,
				gathering->lists[i].file);
			fail_hint(&fail,
				"each list is read once; another one needs a card of its own");
			wrong(gathering, &fail);
			return false;
		}
	}
	if (gathering->count < SIGHTINGFILE_LISTS)
		return true;
	fail_what(&fail, "there are more than %d lists", SIGHTINGFILE_LISTS);
	wrong(gathering, &fail);
	return false;
}

static size_t
listed(const struct listings *listings)
{
	return listings->fours + listings->sixes + listings->ranges4_count +
		listings->ranges6_count;
}

/* When the file itself was written. Of what is none, now. */
static uint32_t
time_of_file(const char *path)
{
	struct stat there;
	int64_t seconds = time(NULL);

	if (strcmp(path, "-") != 0 && stat(path, &there) == 0 && S_ISREG(there.st_mode))
		seconds = there.st_mtim.tv_sec;
	return seconds > 0 && seconds <= UINT32_MAX ? (uint32_t)seconds : 0;
}

static void
copy(char into[LISTCARD_TEXT], const char *text)
{
	snprintf(into, LISTCARD_TEXT, "%s", text);
}

/* What a person reads of the file's name: without its folder, in one line. */
static void
copy_file_name(char into[LISTCARD_TEXT], const char *path)
{
	const char *slash = strrchr(path, '/');
	struct buffer line;

	buffer_init(&line, LISTCARD_TEXT);
	buffer_line(&line, text_of(slash != NULL ? slash + 1 : path), LISTCARD_TEXT / 4 - 1);
	copy(into, buffer_string(&line));
	buffer_done(&line);
}

static void
take_notes(struct sightingfile_list *list, const struct listnotes *notes, const char *path)
{
	list->lines = notes->lines;
	list->entries = notes->entries;
	list->bad = notes->count[LISTNOTE_BAD] + notes->count[LISTNOTE_LONG] +
		notes->count[LISTNOTE_WIDE];
	list->bogons = notes->count[LISTNOTE_BOGON];
	list->wholes = notes->count[LISTNOTE_WHOLE];
	list->time = notes->time != 0 ? notes->time : time_of_file(path);
	list->expires = notes->expires;
}

static void
read_list(struct gathering *gathering, const char *path)
{
	struct sightingfile_list *list = &gathering->lists[gathering->count];
	struct listnotes notes = {.file = path, .tell = on_note, .context = gathering};
	size_t listed_before = listed(&gathering->listings);
	uint64_t dropped_before = gathering->listings.dropped;
	struct listcard card;
	enum listform form = LISTFORM_FOUND;

	if (!take_card(gathering, path, &card) || !has_room(gathering, path, &card))
		return;
	*list = (struct sightingfile_list){.half_life = card.half_life,
		.weight = (uint16_t)(card.weight * SIGHTINGFILE_WEIGHT + 0.5),
		.meaning = (uint8_t)card.meaning,
		.is_trap = card.is_trap};
	if (list->weight == 0)
		list->weight = 1;
	copy(list->name, card.name);
	copy(list->group, card.group);
	copy(list->licence, card.licence);
	copy_file_name(list->file, path);
	card.order.list = (uint16_t)gathering->count;
	if (listreader_read(path, &card.order, 0, &gathering->listings, &notes, &form) < 0) {
		gathering->code = EXIT_INPUT;
		list->is_damaged = 1;
	}
	take_notes(list, &notes, path);
	list->form = (uint8_t)form;
	list->listed = listed(&gathering->listings) - listed_before;
	list->dropped = gathering->listings.dropped - dropped_before;
	/* One that could not be opened, or is no list at all, is none. */
	if (!list->is_damaged || list->listed > 0)
		gathering->count++;
}

static bool
is_accepted(const struct wish *wish, const char *name)
{
	struct text rest = text_of(wish->accepted != NULL ? wish->accepted : "");

	while (rest.length > 0) {
		if (text_is(text_cut(&rest, ','), name))
			return true;
	}
	return false;
}

/* Names after --accept that are none of a list. */
static void
check_accepted(struct gathering *gathering)
{
	const char *accepted = gathering->wish->accepted;
	struct text rest = text_of(accepted != NULL ? accepted : "");

	while (rest.length > 0) {
		struct text name = text_cut(&rest, ',');
		bool is_there = name.length == 0;

		for (size_t i = 0; i < gathering->count; i++)
			is_there = is_there || text_is(name, gathering->lists[i].name);
		if (is_there)
			continue;
		fprintf(stderr, "lazaret: --accept: no list that was read is called \"%.*s\"\n",
			(int)name.length, name.at);
		if (gathering->code < EXIT_NOT_FOUND)
			gathering->code = EXIT_NOT_FOUND;
	}
}

/* Compares with what was there before. Where that is damaged it is told, and all is as if it were not there. */
static void
judge(struct gathering *gathering, const char *path)
{
	struct listsurge *known = NULL;
	struct sightingfile before;
	struct fail fail = {0};
	int r = sightingfile_open(path, &before, &fail);

	if (r < 0 && r != -ENOENT) {
		fail_hint(&fail, "so no list can be compared with what it was");
		wrong(gathering, &fail);
	}
	if (r == 0) {
		known = listsurge_new(&before);
		sightingfile_close(&before);
	}
	listsurge_count(known, gathering->lists, &gathering->listings);
	listsurge_judge(known, gathering->lists, gathering->count);
	listsurge_free(known);
	for (size_t i = 0; i < gathering->count; i++) {
		struct sightingfile_list *list = &gathering->lists[i];

		if (is_accepted(gathering->wish, list->name))
			listsurge_accept(list);
	}
}

static void
print_list_json(const struct sightingfile_list *list)
{
	char made[WALL_TEXT];
	struct buffer line;

	buffer_init(&line, 16384);
	buffer_print(&line, "{\"type\":\"list\",\"name\":");
	buffer_json(&line, text_of(list->name));
	buffer_print(&line, ",\"file\":");
	buffer_json(&line, text_of(list->file));
	buffer_print(&line, ",\"group\":");
	buffer_json(&line, text_of(list->group));
	buffer_print(&line, ",\"meaning\":\"%s\",\"form\":\"%s\",\"made\":\"%s\"",
		listmeaning_names[list->meaning], listform_names[list->form],
		wall_format((struct wall){list->time * WALL_SECOND}, made));
	buffer_print(&line,
		",\"lines\":%llu,\"entries\":%llu,\"listed\":%llu,\"new\":%llu,"
		"\"addresses\":%llu,\"addresses_before\":%llu,\"networks\":%llu,"
		"\"networks_before\":%llu,\"bad\":%llu,\"bogons\":%llu,\"wholes\":%llu,\"dropped\":"
		"%llu",
		(unsigned long long)list->lines, (unsigned long long)list->entries,
		(unsigned long long)list->listed, (unsigned long long)list->fresh,
		(unsigned long long)list->named.addresses,
		(unsigned long long)list->before.addresses,
		(unsigned long long)list->named.networks, (unsigned long long)list->before.networks,
		(unsigned long long)list->bad, (unsigned long long)list->bogons,
		(unsigned long long)list->wholes, (unsigned long long)list->dropped);
	buffer_print(&line, ",\"damaged\":%s,\"exploded\":%s}", list->is_damaged ? "true" : "false",
		list->is_surging ? "true" : "false");
	puts(buffer_string(&line));
	buffer_done(&line);
}

static void
print_list(const struct sightingfile_list *list, int width)
{
	char made[WALL_TEXT], fresh[24] = "-";

	if (list->before.addresses > 0 || list->before.networks > 0)
		snprintf(fresh, sizeof(fresh), "%llu", (unsigned long long)list->fresh);
	printf("%-*s  %-10s  %-7s  %10llu  %10llu  %10s  %6llu  %6llu  %6llu  %.10s%s\n", width,
		list->name, listmeaning_names[list->meaning], listform_names[list->form],
		(unsigned long long)list->entries, (unsigned long long)list->listed, fresh,
		(unsigned long long)list->bad, (unsigned long long)list->bogons,
		(unsigned long long)list->wholes,
		wall_format((struct wall){list->time * WALL_SECOND}, made),
		list->is_damaged ? "  damaged: only its begin" : "");
}

#define NAMED_TEXT 80

/* "7 addresses and 2 networks of IPv6" */
static void
say_named(struct sightingfile_named named, char into[NAMED_TEXT])
{
	int length =
		snprintf(into, NAMED_TEXT, "%llu addresses", (unsigned long long)named.addresses);

	if (named.networks > 0)
		snprintf(into + length, (size_t)(NAMED_TEXT - length), " and %llu networks of IPv6",
			(unsigned long long)named.networks);
}

static void
tell_surge(const struct sightingfile_list *list)
{
	char now[NAMED_TEXT], before[NAMED_TEXT];
	struct fail fail = {0};

	say_named(list->named, now);
	say_named(list->before, before);

	fail_where(&fail, "%s", list->file);
	fail_what(&fail,
		"the list %s exploded: it names %s, where it named %s, and %llu listings are new. "
		"It counts for nothing",
		list->name, now, before, (unsigned long long)list->fresh);
	fail_hint(&fail, "look at it; if it is right, say so with --accept %s", list->name);
	complaint_print(&fail);
}

/* All that is not there would be gone, and its providers thanked. */
static void
tell_shrunk(const struct sightingfile_list *list)
{
	char now[NAMED_TEXT], before[NAMED_TEXT];
	struct fail fail = {0};

	say_named(list->named, now);
	say_named(list->before, before);

	fail_where(&fail, "%s", list->file);
	fail_what(&fail, "the list %s names %s, where it named %s: perhaps not all of it came",
		list->name, now, before);
	complaint_print(&fail);
}

static void
print_all(const struct gathering *gathering)
{
	int width = 4;
	size_t surging = 0;

	for (size_t i = 0; i < gathering->count; i++) {
		int length = (int)strlen(gathering->lists[i].name);

		width = length > width ? length : width;
		surging += gathering->lists[i].is_surging;
	}
	if (!gathering->wish->is_json)
		printf("%-*s  %-10s  %-7s  %10s  %10s  %10s  %6s  %6s  %6s  made\n", width, "list",
			"meaning", "form", "entries", "listed", "new", "bad", "bogons", "/24s");
	for (size_t i = 0; i < gathering->count; i++) {
		if (gathering->wish->is_json)
			print_list_json(&gathering->lists[i]);
		else
			print_list(&gathering->lists[i], width);
	}
	if (gathering->wish->is_json)
		printf("{\"type\":\"summary\",\"lists\":%zu,\"listed\":%zu,\"exploded\":%zu}\n",
			gathering->count, listed(&gathering->listings), surging);
	for (size_t i = 0; i < gathering->count; i++) {
		if (gathering->lists[i].is_surging)
			tell_surge(&gathering->lists[i]);
		else if (listsurge_is_shrunk(&gathering->lists[i]))
			tell_shrunk(&gathering->lists[i]);
	}
}

/* "Maildir/" is called Maildir. */
static void
cut_slashes(char *path)
{
	size_t length = strlen(path);

	while (length > 1 && path[length - 1] == '/')
		path[--length] = '\0';
}

static int
gather(struct gathering *gathering, const struct censusfolder *folder, int count, char **files)
{
	char path[CENSUSFOLDER_PATH];
	struct fail fail = {0};

	for (int i = 0; i < count; i++) {
		cut_slashes(files[i]);
		progress_show(&gathering->progress, (uint64_t)i, (uint64_t)count, files[i]);
		read_list(gathering, files[i]);
	}
	progress_done(&gathering->progress);
	check_accepted(gathering);
	/* What was there is better than nothing. */
	if (gathering->count == 0) {
		fail_where(&fail, "%s", folder->path);
		fail_what(&fail, "no list could be read, so nothing was written");
		wrong(gathering, &fail);
		return gathering->code;
	}
	censusfolder_file(folder, CENSUS_SIGHTINGS, path);
	judge(gathering, path);
	if (sightingfile_write(
		    path, gathering->lists, gathering->count, &gathering->listings, &fail) < 0)
		wrong(gathering, &fail);
	else
		print_all(gathering);
	return gathering->code;
}

static int
lists(const struct wish *wish, int count, char **files)
{
	struct gathering *gathering;
	struct censusfolder folder;
	int code = censusfolder_open(&folder, wish->out, wish->settings, CENSUSFOLDER_WRITE);

	if (code != EXIT_DONE)
		return code;
	gathering = xcalloc(1, sizeof(*gathering));
	gathering->wish = wish;
	listings_init(&gathering->listings, LISTINGS_MOST);
	progress_init(&gathering->progress, "lists");
	code = gather(gathering, &folder, count, files);
	listings_done(&gathering->listings);
	free(gathering);
	censusfolder_close(&folder);
	return code;
}

int
census_lists(int argc, char **argv)
{
	struct wish wish = {0};
	const struct verboption rows[] = {
		{"cards", .value = &wish.cards},
		{"accept", .value = &wish.accepted},
		{"out", .value = &wish.out},
		{"json", .flag = &wish.is_json},
	};
	const struct verboptions options = {
		"census lists", usage, NULL, rows, sizeof(rows) / sizeof(*rows), &wish.settings};
	int code = verboptions_read(&options, argc, argv);

	if (code != VERBOPTIONS_READ)
		return code;
	if (optind == argc) {
		fputs("lazaret: census lists: which files? See lazaret census lists --help\n",
			stderr);
		return EXIT_USAGE;
	}
	return lists(&wish, argc - optind, argv + optind);
}
