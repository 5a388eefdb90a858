/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/effect/report.h"
#include "program/censusfollow.h"
#include "program/censusruns.h"
#include "program/censusverbs.h"
#include "program/complaint.h"
#include "program/settings.h"
#include "program/verboptions.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>

#define FILE_MOST     (64 << 20)
#define PARTNERS_FILE "partners"
#define PARTNERS_SIZE (1 << 20)

static const char usage[] =
	"usage: lazaret census report [--out DIR] [-c FILE] [--day DAY] [--partners FILE]\n"
	"\n"
	"Makes a page of a run, and its numbers as tables, in the run's folder: the world by\n"
	"country, providers, the trend, letters and whether they helped, lists, what is not "
	"known,\n"
	"and the agencies that take part. It needs no server, and says where it is.\n"
	"\n"
	"  --day DAY        the run of that day (the last one), as 2026-12-31\n"
	"  --partners FILE  agencies, lines \"NO https://agency.example/ Name\" (partners in the\n"
	"                   folder, if it is there)\n"
	"  --out DIR        the folder of the census (census.folder, or else census in the\n"
	"                   folder of the daemon's state)\n"
	"  -c FILE          the configuration (/etc/lazaret/lazaret.yaml)\n";

struct wish {
	const char *out, *settings, *day, *partners;
};

/* The whole of a small file; *into is the caller's to free. */
static int
read_file(const char *path, char **into, size_t *length, struct fail *fail)
{
	FILE *file = fopen(path, "re");

	if (file == NULL) {
		int r = -errno;

		fail_where(fail, "%s", path);
		fail_what(fail, "it cannot be read: %s", strerror(-r));
		return r;
	}
	*into = xcalloc(1, PARTNERS_SIZE + 1);
	*length = fread(*into, 1, PARTNERS_SIZE + 1, file);
	fclose(file);
	if (*length <= PARTNERS_SIZE)
		return 0;
	fail_where(fail, "%s", path);
	fail_what(fail, "it has more than %d bytes", PARTNERS_SIZE);
	return -EFBIG;
}

/* 0, or -errno with fail; what could be read is there in any case. text: the caller's to free, after them. */
static int
read_partners(const struct censusfolder *folder, const struct wish *wish, struct partners *ret,
	char **text, struct fail *fail)
{
	char path[CENSUSFOLDER_PATH + 16];
	size_t length = 0;
	int r;

	snprintf(path, sizeof(path), "%s/%s", folder->path, PARTNERS_FILE);
	r = read_file(wish->partners != NULL ? wish->partners : path, text, &length, fail);
	if (r == -ENOENT && wish->partners == NULL)
		return 0;
	return r < 0 ? r
		     : partners_parse((struct text){*text, length},
			       wish->partners != NULL ? wish->partners : path, ret, fail);
}

static int
write_files(const struct censusfolder *folder, const struct report *report, struct fail *fail)
{
	uint16_t day = report->run->totals->day;
	char path[CENSUSRUNS_PATH];
	struct buffer text;
	int r = censusfolder_make(censusruns_path(folder, day, false, "report", path), fail);

	buffer_init(&text, FILE_MOST);
	/* The page comes last: what it names is there. */
	for (unsigned i = REPORT_FILES; r == 0 && i-- > 0;) {
		char name[64];

		snprintf(name, sizeof(name), "report/%s", report_files[i].name);
		buffer_clear(&text);
		report_files[i].put(report, &text);
		r = censusruns_replace(
			censusruns_path(folder, day, false, name, path), &text, fail);
	}
	buffer_done(&text);
	if (r == 0)
		puts(path);
	return r;
}

static int
find_day(const struct censusfolder *folder, const struct wish *wish, uint16_t *ret,
	struct fail *fail)
{
	struct censusruns found;
	struct wall begin;
	int r;

	if (wish->day == NULL)
		r = censusruns_latest(folder, ret, fail);
	else if (wall_from_day(&begin, text_of(wish->day)) < 0 || state_day(begin, ret) < 0)
		return -EINVAL;
	else
		r = censusruns_look(folder, *ret, &found, fail);
	if (r < 0)
		return r;
	if (*ret == 0 || (wish->day != NULL && !found.is_done)) {
		fail_what(fail, "there is no run%s%s", wish->day != NULL ? " of " : "",
			wish->day != NULL ? wish->day : "");
		fail_hint(fail, "lazaret census run makes one");
		return -ENOENT;
	}
	return 0;
}

static int
make(const struct censusfolder *folder, const struct wish *wish, const struct config *config)
{
	static struct partners partners;
	struct censusfollow follow;
	struct report report;
	struct fail fail = {0}, why = {0};
	char *text = NULL;
	uint16_t day = 0;
	int r = find_day(folder, wish, &day, &fail);

	if (r == -EINVAL) {
		fprintf(stderr, "lazaret: --day: \"%.60s\" is no day; expected one as 2026-12-31\n",
			wish->day);
		return EXIT_USAGE;
	}
	if (r == 0)
		r = censusfollow_read(folder, day, -1, &follow, &fail);
	if (r < 0) {
		complaint_print(&fail);
		return EXIT_INPUT;
	}
	if (read_partners(folder, wish, &partners, &text, &why) < 0) {
		complaint_print(&why);
		follow.troubles++;
	}
	report = (struct report){&follow.last, follow.runs, follow.run_count, &follow.effect,
		&partners, text_of(config_string(config, "census.agency"))};
	r = write_files(folder, &report, &fail);
	if (r < 0)
		complaint_print(&fail);
	r = r < 0 || follow.troubles > 0 ? EXIT_INPUT : EXIT_DONE;
	censusfollow_done(&follow);
	free(text);
	return r;
}

int
census_report(int argc, char **argv)
{
	struct wish wish = {0};
	const struct verboption rows[] = {
		{"out", .value = &wish.out},
		{"day", .value = &wish.day},
		{"partners", .value = &wish.partners},
	};
	const struct verboptions options = {
		"census report", usage, NULL, rows, sizeof(rows) / sizeof(*rows), &wish.settings};
	struct config *config = NULL;
	struct censusfolder folder;
	int code = verboptions_read(&options, argc, argv);

	if (code != VERBOPTIONS_READ)
		return code;
	if (optind < argc)
		return complaint_excess("census report", "no argument", argv[optind]);
	code = settings_load(&config, wish.settings, NULL);
	if (code != EXIT_DONE)
		return code;
	code = censusfolder_open(&folder, wish.out, wish.settings, CENSUSFOLDER_WRITE);
	if (code == EXIT_DONE) {
		code = make(&folder, &wish, config);
		censusfolder_close(&folder);
	}
	config_free(config);
	return code;
}
