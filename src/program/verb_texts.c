/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/complaint.h"
#include "program/installed.h"
#include "program/settings.h"
#include "program/sitecheck.h"
#include "program/verboptions.h"
#include "program/verbs.h"
#include "service/textsfolder.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define DAY_SECONDS  86400
#define SECONDS      20
#define SECONDS_MOST 600
#define URL_MOST     400

static const char usage[] =
	"usage: lazaret texts check-links [-c FILE | --folder FOLDER] [--json]\n"
	"\n"
	"Asks each address that customers are shown, ours and those of portal.texts, whether it\n"
	"still leads somewhere, and says how long ago a person looked. Nothing does this by "
	"itself.\n"
	"\n"
	"  -c FILE            the configuration (" SETTINGS_FILE ")\n"
	"  --folder FOLDER    the addresses in FOLDER/links, and no others\n"
	"  --authority FILE   certificates that are trusted in place of the system's (PEM)\n"
	"  --seconds N        the longest that an answer may take (20)\n"
	"  --json             one JSON object a line\n"
	"\n"
	"The exit status is 1 if an address is gone, broken, untrusted or silent.\n";

struct row {
	const struct text_link *link;
	struct text country;
	char url[URL_MOST];
};

struct linkcheck_wish {
	const char *settings, *folder;
	struct sitecheck_settings ask;
	bool is_json;
};

/* Since a person looked; false: nobody did, or what is there is no day. */
static bool
days_since(struct text day, long *ret)
{
	struct wall then;

	if (wall_from_day(&then, day) < 0)
		return false;
	*ret = (long)(time(NULL) / DAY_SECONDS - then.us / WALL_SECOND / DAY_SECONDS);
	return true;
}

static void
print_json(const struct row *row, const struct site *site)
{
	struct buffer line;
	long days;

	buffer_init(&line, 16384);
	buffer_print(&line, "{\"key\":");
	buffer_json(&line, row->link->key);
	buffer_print(&line, ",\"country\":");
	buffer_json(&line, row->country);
	buffer_print(&line, ",\"address\":");
	buffer_json(&line, row->link->url);
	buffer_print(&line, ",\"result\":\"%s\",\"status\":", site_state_names[site->state]);
	buffer_print(&line, site->status > 0 ? "%u" : "null", site->status);
	buffer_print(&line, ",\"to\":");
	buffer_json(&line, text_of(site->to));
	buffer_print(&line, ",\"why\":");
	buffer_json(&line, text_of(site->why));
	buffer_print(&line, ",\"date\":");
	buffer_json(&line, row->link->day);
	buffer_print(&line, ",\"days\":");
	if (days_since(row->link->day, &days))
		buffer_print(&line, "%ld", days);
	else
		buffer_print(&line, "null");
	buffer_print(&line, "}");
	puts(buffer_string(&line));
	buffer_done(&line);
}

struct widths {
	int key, url;
};

static struct widths
widths_of(const struct row *rows, size_t count)
{
	struct widths widths = {.key = 3, .url = 7};

	for (size_t i = 0; i < count; i++) {
		if ((int)rows[i].link->key.length > widths.key)
			widths.key = (int)rows[i].link->key.length;
		if ((int)rows[i].link->url.length > widths.url)
			widths.url = (int)rows[i].link->url.length;
	}
	return widths;
}

static void
print_row(const struct widths *widths, const struct row *row, const struct site *site)
{
	char result[32], since[32];
	long days;

	snprintf(result, sizeof(result), site->status > 0 ? "%s %u" : "%s",
		site_state_names[site->state], site->status);
	if (days_since(row->link->day, &days))
		snprintf(since, sizeof(since), "%ld", days);
	else
		snprintf(since, sizeof(since), "%.*s", (int)row->link->day.length,
			row->link->day.at);
	printf("%-*.*s  %-7.*s  %-*s  %-10s  %s\n", widths->key, (int)row->link->key.length,
		row->link->key.at, (int)row->country.length, row->country.at, widths->url, row->url,
		result, since);
	if (*site->to != '\0')
		printf("    leads to %s\n", site->to);
	if (*site->why != '\0')
		printf("    %s\n", site->why);
}

/* The exit code. */
static int
report(const struct row *rows, const struct site *sites, size_t count, bool is_json)
{
	struct widths widths = widths_of(rows, count);
	size_t of[SITE_STATES] = {0};

	if (!is_json)
		printf("%-*s  country  %-*s  %-10s  days since a person looked\n", widths.key,
			"key", widths.url, "address", "result");
	for (size_t i = 0; i < count; i++) {
		of[sites[i].state]++;
		if (is_json)
			print_json(&rows[i], &sites[i]);
		else
			print_row(&widths, &rows[i], &sites[i]);
	}
	if (!is_json) {
		printf("\n%zu links", count);
		for (int state = 0; state < SITE_STATES; state++) {
			if (of[state] > 0)
				printf(", %zu %s", of[state], site_state_names[state]);
		}
		puts("");
	}
	return of[SITE_GOOD] + of[SITE_MOVED] + of[SITE_UNSURE] == count ? EXIT_DONE
									 : EXIT_NOT_FOUND;
}

static int
check_all(const struct texts *texts, const struct linkcheck_wish *wish, struct fail *fail)
{
	size_t most = texts_links(texts), count = 0;
	struct row *rows = xcalloc(most + 1, sizeof(*rows));
	struct site *sites = xcalloc(most + 1, sizeof(*sites));
	int r;

	for (size_t i = 0; i < most; i++) {
		struct row *row = &rows[count];

		row->link = texts_link_at(texts, i, &row->country);
		if (row->link == NULL)
			continue;
		snprintf(row->url, sizeof(row->url), "%.*s", (int)row->link->url.length,
			row->link->url.at);
		sites[count++].url = row->url;
	}
	r = sitecheck(sites, count, &wish->ask, fail);
	if (r == 0)
		r = report(rows, sites, count, wish->is_json);
	free(rows);
	free(sites);
	return r;
}

/* The links of a folder, or ours and those of the configuration. */
static int
read_links(const struct linkcheck_wish *wish, struct texts **ret, struct fail *fail)
{
	char ours[INSTALLED_PATH];
	struct config *config = NULL;
	int r;

	if (wish->folder != NULL)
		return textsfolder_read_links(wish->folder, "", ret, fail);
	r = settings_load(&config, wish->settings, NULL);
	if (r != 0)
		return r; /* it has told */
	installed_find("texts", R_OK, LAZARET_TEXTS, ours);
	r = textsfolder_read_links(ours, config_string(config, "portal.texts"), ret, fail);
	config_free(config);
	return r;
}

static int
check_links(const struct linkcheck_wish *wish)
{
	struct texts *texts = NULL;
	struct fail fail = {0};
	int r = read_links(wish, &texts, &fail);

	if (r == 0 && texts_links(texts) == 0) {
		fail_what(&fail, "there are no links to check");
		fail_hint(&fail, "they stand in links/any and links/COUNTRY of a folder of texts");
		r = -ENOENT;
	}
	if (r == 0)
		r = check_all(texts, wish, &fail);
	(void)texts_free(texts);
	if (r < 0) {
		complaint_print(&fail);
		return EXIT_INPUT;
	}
	return r;
}

/* 0 if it is a number of seconds that somebody waits. */
static long
seconds_of(const char *text)
{
	uint64_t seconds;

	return text_parse_u64(text_of(text), SECONDS_MOST, &seconds) < 0 ? 0 : (long)seconds;
}

int
verb_texts(int argc, char **argv)
{
	struct linkcheck_wish wish = {.ask = {.seconds = SECONDS}};
	const char *seconds = NULL;
	const struct verboption rows[] = {
		{"folder", .value = &wish.folder},
		{"authority", .value = &wish.ask.authority},
		{"seconds", .value = &seconds},
		{"json", .flag = &wish.is_json},
	};
	const struct verboptions options = {
		"texts", usage, NULL, rows, sizeof(rows) / sizeof(*rows), &wish.settings};
	int code = verboptions_read(&options, argc, argv);

	if (code != VERBOPTIONS_READ)
		return code;
	if (seconds != NULL)
		wish.ask.seconds = seconds_of(seconds);
	if (wish.ask.seconds == 0) {
		fputs("lazaret: --seconds: expected 1 to 600\n", stderr);
		return EXIT_USAGE;
	}
	if (optind == argc || strcmp(argv[optind], "check-links") != 0) {
		fputs("lazaret: texts: expected check-links; see lazaret texts --help\n", stderr);
		return EXIT_USAGE;
	}
	if (optind + 1 < argc)
		return complaint_excess("texts check-links", "options only", argv[optind + 1]);
	return check_links(&wish);
}
