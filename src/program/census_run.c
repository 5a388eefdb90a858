/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/join/arms.h"
#include "census/join/state.h"
#include "program/censusrunning.h"
#include "program/censusverbs.h"
#include "program/complaint.h"
#include "program/settings.h"
#include "program/verboptions.h"

#include <getopt.h>
#include <pwd.h>
#include <time.h>
#include <unistd.h>

#define HOLDERS 50

static const char usage[] =
	"usage: lazaret census run [--out DIR] [--day YYYY-MM-DD] [--json] [OPTION]...\n"
	"\n"
	"Finds the addresses that lists agree on, and who is responsible for them; opens, follows\n"
	"and closes a case for each contact; and writes the letters that are due, as files.\n"
	"Nothing is sent: lazaret census approve and send are for that.\n"
	"\n"
	"  --day DAY         the day of the run (today, UTC)\n"
	"  --again           makes a run of that day anew, if nothing of it was approved\n"
	"  --accept LISTS    lists that count though they exploded, or give most of what is new\n"
	"  --without LISTS   lists that do not count; names with commas between them\n"
	"  --left-out FILE   networks that are left out: own mail servers, exits of Tor, scanners\n"
	"                    (left-out in the folder, if it is there)\n"
	"  --shared FILE     networks of shared addresses: only listings with port and time count\n"
	"                    (shared)\n"
	"  --certs FILE      national CERTs, lines \"NO cert@cert.example\" (certs)\n"
	"  --hold-out SHARE  per cent of cases that get their first letter 14 days later, so that\n"
	"                    the effect of letters can be measured (10)\n"
	"  --holders N       a mailbox in networks of more holders waits for a person (50)\n"
	"  --by NAME         who makes the run, and cannot approve it (the user's name)\n"
	"  --json            the summary as one JSON object\n"
	"  --out DIR         the folder of the census (census.folder, or else census in the\n"
	"                    folder of the daemon's state)\n"
	"  -c FILE           the configuration (/etc/lazaret/lazaret.yaml)\n";

struct wish {
	const char *out, *settings, *day, *share, *holders;
	struct censuswish run;
};

/* Who makes the run. */
static const char *
user_name(void)
{
	const struct passwd *user = getpwuid(getuid());

	return user != NULL && *user->pw_name != '\0' ? user->pw_name : "nobody";
}

static int
refuse_value(const char *option, const char *value, const char *expected)
{
	struct fail fail = {0};

	fail_where(&fail, "%s", option);
	fail_what(&fail, "\"%.60s\" is none", value);
	fail_hint(&fail, "expected %s", expected);
	complaint_print(&fail);
	return EXIT_USAGE;
}

/* Behind a run of next year, named by a slip, there would be none of tomorrow. */
static void
warn_of_future(const char *day)
{
	struct fail fail = {0};

	fail_where(&fail, "--day");
	fail_what(&fail, "%.60s has not begun", day);
	fail_hint(&fail, "no run of a day before it can follow this one");
	complaint_print(&fail);
}

static int
take_day(const struct wish *wish, uint16_t *ret)
{
	struct wall now = {(int64_t)time(NULL) * WALL_SECOND}, begin = now;

	if (wish->day != NULL && wall_from_day(&begin, text_of(wish->day)) < 0)
		return refuse_value("--day", wish->day, "a day, as 2026-12-31");
	/* Times of listings are seconds since 1970 in 32 bits, which end within a day of 2106. */
	if (state_day(begin, ret) < 0 || *ret == 0 ||
		begin.us / WALL_DAY >= (int64_t)UINT32_MAX / (WALL_DAY / WALL_SECOND))
		return refuse_value("--day", wish->day != NULL ? wish->day : "today",
			"a day of the years from 2000 to 2105, as 2026-12-31");
	/* Tomorrow has begun somewhere. */
	if (begin.us > now.us + WALL_DAY)
		warn_of_future(wish->day);
	return EXIT_DONE;
}

static int
take_numbers(struct wish *wish)
{
	uint64_t share = 10, holders = HOLDERS;

	if (wish->share != NULL && text_parse_u64(text_of(wish->share), 50, &share) < 0)
		return refuse_value("--hold-out", wish->share, "a number from 0 to 50");
	if (wish->holders != NULL && text_parse_u64(text_of(wish->holders), 1000000, &holders) < 0)
		return refuse_value("--holders", wish->holders, "a number up to 1000000");
	wish->run.share = (unsigned)share * (ARMS_ONE / 100);
	wish->run.holders_most = (unsigned)holders;
	return EXIT_DONE;
}

int
census_run(int argc, char **argv)
{
	struct wish wish = {0};
	const struct verboption rows[] = {
		{"out", .value = &wish.out},
		{"day", .value = &wish.day},
		{"again", .flag = &wish.run.again},
		{"accept", .value = &wish.run.accept},
		{"without", .value = &wish.run.without},
		{"left-out", .value = &wish.run.left_out},
		{"shared", .value = &wish.run.shared},
		{"certs", .value = &wish.run.certs},
		{"hold-out", .value = &wish.share},
		{"holders", .value = &wish.holders},
		{"by", .value = &wish.run.by},
		{"json", .flag = &wish.run.is_json},
	};
	const struct verboptions options = {
		"census run", usage, NULL, rows, sizeof(rows) / sizeof(*rows), &wish.settings};
	struct config *config = NULL;
	struct censusfolder folder;
	uint16_t day = 0;
	int code = verboptions_read(&options, argc, argv);

	if (code != VERBOPTIONS_READ)
		return code;
	if (optind < argc)
		return complaint_excess("census run", "no argument", argv[optind]);
	if (wish.run.by == NULL)
		wish.run.by = user_name();
	code = take_day(&wish, &day);
	if (code == EXIT_DONE)
		code = take_numbers(&wish);
	if (code == EXIT_DONE)
		code = settings_load(&config, wish.settings, NULL);
	if (code != EXIT_DONE)
		return code;
	code = censusfolder_open(&folder, wish.out, wish.settings, CENSUSFOLDER_WRITE);
	if (code == EXIT_DONE) {
		code = censusrunning_run(&folder, config, day, &wish.run);
		censusfolder_close(&folder);
	}
	config_free(config);
	return code;
}
