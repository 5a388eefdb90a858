/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/crew.h"
#include "base/wall.h"
#include "census/letter/trapfile.h"
#include "census/list/listsurge.h"
#include "program/censusfolder.h"
#include "program/censusreading.h"
#include "program/censustraps.h"
#include "program/censusverbs.h"
#include "program/complaint.h"
#include "program/progress.h"
#include "program/verboptions.h"

#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Listings of each kind, of all lists together. */
#define LISTINGS_MOST (1UL << 26)

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
	char path[CENSUSFOLDER_PATH]; /* of the sightings */
	struct sightingfile_list lists[SIGHTINGFILE_LISTS];
	struct listings listings[SIGHTINGFILE_LISTS];
	struct trapmail *traps; /* of all lists */
	size_t count;
	size_t readable; /* of these; the others are here so that they are known tomorrow */
	/* The sightings before: NULL, there are none; error: they are damaged. */
	struct listsurge *known;
	int error;
	struct fail fail;
	struct progress progress;
	int code;
};

/* Files that are read at once. */
struct wave {
	struct gathering *gathering;
	struct censusreading readings[SIGHTINGFILE_LISTS];
	size_t count;
	size_t order[SIGHTINGFILE_LISTS]; /* in which they are begun */
	bool is_first;
	pthread_mutex_t lock; /* of all below */
	size_t begun, whole, files;
};

static void
wrong(struct gathering *gathering, const struct fail *fail)
{
	progress_done(&gathering->progress);
	complaint_print(fail);
	gathering->code = EXIT_INPUT;
}

static void
tell(struct gathering *gathering, const struct censusreading_said *said, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		progress_done(&gathering->progress);
		complaint_print(&said[i].fail);
		if (said[i].is_wrong)
			gathering->code = EXIT_INPUT;
	}
}

/* Of all lists, and of this one, would there be too many of a kind? */
static bool
is_too_much(const struct gathering *gathering, const struct listings *more)
{
	struct listings all = *more;

	for (size_t i = 0; i < gathering->count; i++) {
		all.fours += gathering->listings[i].fours;
		all.sixes += gathering->listings[i].sixes;
		all.ranges4_count += gathering->listings[i].ranges4_count;
		all.ranges6_count += gathering->listings[i].ranges6_count;
	}
	return all.fours > LISTINGS_MOST || all.sixes > LISTINGS_MOST ||
		all.ranges4_count > LISTINGS_MOST || all.ranges6_count > LISTINGS_MOST;
}

static bool
has_room(struct gathering *gathering, const struct censusreading *reading)
{
	struct fail fail = {0};

	fail_where(&fail, "%s", reading->path);
	for (size_t i = 0; i < gathering->count; i++) {
		if (strcmp(gathering->lists[i].name, reading->card.name) == 0) {
			fail_what(&fail, "the list %s was read already, from %s",
				reading->card.name, gathering->lists[i].file);
			fail_hint(&fail,
				"each list is read once; another one needs a card of its own");
			wrong(gathering, &fail);
			return false;
		}
	}
	if (gathering->count == SIGHTINGFILE_LISTS)
		fail_what(&fail, "there are more than %d lists", SIGHTINGFILE_LISTS);
	else if (is_too_much(gathering, &reading->listings))
		fail_what(&fail,
			"there is no room for this list: all together may have %lu listings "
			"of each kind",
			LISTINGS_MOST);
	else
		return true;
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

/* The number of a list is its place among those that could be read. */
static void
renumber(struct listings *listings, uint16_t number)
{
	for (size_t i = 0; i < listings->fours; i++)
		listings->four[i].list = number;
	for (size_t i = 0; i < listings->sixes; i++)
		listings->six[i].list = number;
	for (size_t i = 0; i < listings->ranges4_count; i++)
		listings->ranges4[i].list = number;
	for (size_t i = 0; i < listings->ranges6_count; i++)
		listings->ranges6[i].list = number;
}

static void
describe(struct sightingfile_list *list, const struct censusreading *reading)
{
	const struct listcard *card = &reading->card;

	*list = (struct sightingfile_list){.half_life = card->half_life,
		.weight = (uint16_t)(card->weight * SIGHTINGFILE_WEIGHT + 0.5),
		.meaning = (uint8_t)card->meaning,
		.is_trap = card->is_trap,
		.is_damaged = reading->is_damaged,
		.form = (uint8_t)reading->form,
		.listed = listed(&reading->listings),
		.dropped = reading->listings.dropped};
	if (list->weight == 0)
		list->weight = 1;
	copy(list->name, card->name);
	copy(list->group, card->group);
	copy(list->licence, card->licence);
	copy_file_name(list->file, reading->path);
	take_notes(list, &reading->notes, reading->path);
}

/* What was read of a file joins the others. */
static void
take_reading(struct gathering *gathering, struct censusreading *reading)
{
	uint16_t number = (uint16_t)gathering->count;
	bool is_readable;

	tell(gathering, reading->said, reading->of_card);
	if (!reading->has_card || !has_room(gathering, reading))
		return;
	tell(gathering, reading->said + reading->of_card, reading->said_count - reading->of_card);
	if (reading->is_damaged)
		gathering->code = EXIT_INPUT;
	/* One that could not be opened, or is no list at all, is none; but one that was there before is not forgotten,
	 * or it might explode unseen when it can be read again. */
	is_readable = !reading->is_damaged || listed(&reading->listings) > 0;
	gathering->readable += is_readable;
	if (!is_readable && !listsurge_knows(gathering->known, reading->card.name))
		return;
	if (reading->number != number)
		renumber(&reading->listings, number);
	describe(&gathering->lists[number], reading);
	if (reading->traps != NULL)
		trapmail_join(gathering->traps, reading->traps,
			censustraps_since(gathering->lists[number].time));
	gathering->listings[number] = reading->listings;
	reading->listings = (struct listings){0};
	gathering->count++;
}

/* What there was before: so long as it is needed, and no longer. */
static void
know_before(struct gathering *gathering)
{
	struct sightingfile before;

	gathering->error = sightingfile_open(gathering->path, &before, &gathering->fail);
	if (gathering->error < 0)
		return;
	gathering->known = listsurge_new(&before);
	sightingfile_close(&before);
}

static void
read_one(void *context, size_t number)
{
	struct wave *wave = context;
	struct gathering *gathering = wave->gathering;
	struct censusreading *reading;

	if (wave->is_first && number-- == 0) {
		know_before(gathering);
		return;
	}
	reading = &wave->readings[wave->order[number]];
	pthread_mutex_lock(&wave->lock);
	progress_show(
		&gathering->progress, wave->whole + wave->begun++, wave->files, reading->path);
	pthread_mutex_unlock(&wave->lock);
	censusreading_do(reading);
}

/* The largest file comes first, so that at the end no thread is left with one. */
static void
put_in_order(struct wave *wave)
{
	off_t sizes[SIGHTINGFILE_LISTS];

	for (size_t i = 0; i < wave->count; i++) {
		struct stat is;
		off_t size = stat(wave->readings[i].path, &is) == 0 ? is.st_size : 0;
		size_t at = i;

		for (; at > 0 && sizes[at - 1] < size; at--) {
			sizes[at] = sizes[at - 1];
			wave->order[at] = wave->order[at - 1];
		}
		sizes[at] = size;
		wave->order[at] = i;
	}
}

static void
read_all(struct gathering *gathering, char **files, size_t count)
{
	struct wave *wave = xcalloc(1, sizeof(*wave));

	pthread_mutex_init(&wave->lock, NULL);
	wave->gathering = gathering;
	wave->files = count;
	for (size_t begin = 0; begin < count; begin += wave->count) {
		size_t left = count - begin, room = SIGHTINGFILE_LISTS - gathering->count;

		wave->is_first = begin == 0;
		wave->whole = begin;
		wave->begun = 0;
		wave->count = left < SIGHTINGFILE_LISTS ? left : SIGHTINGFILE_LISTS;
		for (size_t i = 0; i < wave->count; i++)
			wave->readings[i] = (struct censusreading){.path = files[begin + i],
				.cards = gathering->wish->cards,
				.most = room > 0 ? LISTINGS_MOST : 0,
				.number = (uint16_t)(gathering->count + i)};
		put_in_order(wave);
		crew_work(crew_size(), wave->count + wave->is_first, read_one, wave);
		for (size_t i = 0; i < wave->count; i++) {
			take_reading(gathering, &wave->readings[i]);
			censusreading_done(&wave->readings[i]);
		}
	}
	pthread_mutex_destroy(&wave->lock);
	free(wave);
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

static void
count_one(void *context, size_t number)
{
	struct gathering *gathering = context;

	listsurge_count(gathering->known, gathering->lists, &gathering->listings[number]);
}

/* Compares with what was there before. Where that is damaged it is told, and all is as if it were not there. */
static void
judge(struct gathering *gathering)
{
	if (gathering->error < 0 && gathering->error != -ENOENT) {
		fail_hint(&gathering->fail, "so no list can be compared with what it was");
		wrong(gathering, &gathering->fail);
	}
	crew_work(crew_size(), gathering->count, count_one, gathering);
	listsurge_judge(gathering->known, gathering->lists, gathering->count);
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
		!list->is_damaged          ? ""
			: list->listed > 0 ? "  damaged: only its begin"
					   : "  damaged: nothing of it");
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
	size_t surging = 0, all = 0;

	for (size_t i = 0; i < gathering->count; i++) {
		int length = (int)strlen(gathering->lists[i].name);

		width = length > width ? length : width;
		surging += gathering->lists[i].is_surging;
		all += gathering->lists[i].listed;
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
			gathering->count, all, surging);
	for (size_t i = 0; i < gathering->count; i++) {
		if (gathering->lists[i].is_surging)
			tell_surge(&gathering->lists[i]);
		else if (listsurge_is_shrunk(&gathering->lists[i]))
			tell_shrunk(&gathering->lists[i]);
	}
}

/* Where no trap has a message, there is no file of them. */
static void
write_traps(struct gathering *gathering, const struct censusfolder *folder)
{
	const struct trapmail *traps = gathering->traps;
	char path[CENSUSFOLDER_PATH];
	struct fail fail = {0};

	censusfolder_file(folder, CENSUS_TRAPS, path);
	if (trapmail_crowded(traps) > 0) {
		fail_where(&fail, "%s", path);
		fail_what(&fail,
			"%llu messages of traps had no room: of %u addresses, and %zu "
			"bytes, they are kept",
			(unsigned long long)trapmail_crowded(traps), TRAPMAIL_MOST, TRAPMAIL_BYTES);
		wrong(gathering, &fail);
	}
	if (trapmail_count(traps) > 0) {
		if (trapfile_write(path, gathering->traps, &fail) < 0)
			wrong(gathering, &fail);
	} else if (unlink(path) < 0 && errno != ENOENT) {
		fail_where(&fail, "%s", path);
		fail_what(&fail, "it cannot be removed: %s", strerror(errno));
		wrong(gathering, &fail);
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
	struct fail fail = {0};

	for (int i = 0; i < count; i++)
		cut_slashes(files[i]);
	censusfolder_file(folder, CENSUS_SIGHTINGS, gathering->path);
	read_all(gathering, files, (size_t)count);
	progress_done(&gathering->progress);
	check_accepted(gathering);
	/* What was there is better than nothing. */
	if (gathering->readable == 0) {
		fail_where(&fail, "%s", folder->path);
		fail_what(&fail, "no list could be read, so nothing was written");
		wrong(gathering, &fail);
		return gathering->code;
	}
	judge(gathering);
	write_traps(gathering, folder);
	if (sightingfile_write(gathering->path, gathering->lists, gathering->count,
		    gathering->listings, gathering->count, &fail) < 0)
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
	gathering->traps = trapmail_new();
	progress_init(&gathering->progress, "lists");
	code = gather(gathering, &folder, count, files);
	for (size_t i = 0; i < gathering->count; i++)
		listings_done(&gathering->listings[i]);
	listsurge_free(gathering->known);
	(void)trapmail_free(gathering->traps);
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
