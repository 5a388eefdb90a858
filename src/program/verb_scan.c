/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/progress.h"
#include "program/scanreport.h"
#include "program/timezone.h"
#include "program/verbs.h"
#include "source/merge.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>

/* A scan has few lines beside the daemon's, and people compare its figures with their own counts: its
 * sketches are larger. */
#define SCAN_FILTER_BLOCKS 32
#define SCAN_REGISTERS     1024
#define BATCH              256

struct scan {
	struct scan_report report;
	struct scan_totals totals;
	struct judge_settings judge_settings;
	struct merge_settings merge_settings;
	struct merge *merge;
	struct lines *lines;
	struct judge *judge;
	struct progress progress;
	int exit_code;
};

static const char usage[] =
	"usage: lazaret scan [--inside PREFIX]... [--table FILE] [--timezone TZ] [--pseudonyms]\n"
	"                    [--set NAME=VALUE]... [--late SECONDS] [--json] [--all] FILE...\n"
	"\n"
	"Judges recorded traffic: which lines of a network are spam zombies, and why.\n"
	"\n"
	"  --inside PREFIX   the own network; may be given several times. Without it every\n"
	"                    initiator of a connection to a mail port is judged\n"
	"  --table FILE      a table of own prefixes with roles, see lazaret.yaml(5)\n"
	"  --timezone TZ     of times that carry none: +02:00 or Europe/Oslo (UTC)\n"
	"  --pseudonyms      print pseudonyms in place of addresses\n"
	"  --set NAME=VALUE  change a parameter, see lazaret.yaml(5)\n"
	"  --late SECONDS    how late records may be (600)\n"
	"  --json            one JSON object a line, a summary last\n"
	"  --all             every line that sent mail, not only those that are watched\n"
	"  FILE              pcap or pcapng (packets or flow export), Argus CSV, nfdump CSV,\n"
	"                    Zeek conn.log and smtp.log, Suricata eve.json; packed with gzip,\n"
	"                    xz or zstd; - is standard input\n";

static void
print_fail(const struct fail *fail)
{
	fprintf(stderr, "lazaret: %s%s%s\n", fail->where, *fail->where ? ": " : "", fail->what);
	if (*fail->hint)
		fprintf(stderr, "  %s\n", fail->hint);
}

static int
add_inside(struct scan *scan, const char *text, struct fail *fail)
{
	struct lines_prefix prefix = {.role = ROLE_RESIDENTIAL};
	int r = prefix_parse(text_of(text), &prefix.prefix);

	if (r < 0) {
		fail_what(fail, "--inside: \"%s\" is no prefix%s", text,
			r == -EDOM ? ": it has bits set beyond its length" : "");
		fail_hint(fail, "expected something like 192.0.2.0/24 or 2001:db8::/32");
		return r;
	}
	return lines_add(scan->lines, &prefix, fail);
}

static int
set_parameter(struct scan *scan, const char *text, struct fail *fail)
{
	struct text value = text_of(text), name = text_cut(&value, '=');

	return parameters_set(&scan->judge_settings.parameters, name, value, fail);
}

static int
set_late(struct scan *scan, const char *text, struct fail *fail)
{
	uint64_t seconds;

	if (text_parse_u64(text_of(text), 86400, &seconds) < 0) {
		fail_what(fail, "--late: \"%s\" is no number of seconds up to 86400", text);
		return -EINVAL;
	}
	scan->merge_settings.late_us = (int64_t)seconds * WALL_SECOND;
	return 0;
}

enum option_code {
	OPTION_INSIDE = 256,
	OPTION_TABLE,
	OPTION_TIMEZONE,
	OPTION_PSEUDONYMS,
	OPTION_SET,
	OPTION_LATE,
	OPTION_JSON,
	OPTION_ALL,
	OPTION_HELP
};

static const struct option options[] = {
	{"inside", required_argument, NULL, OPTION_INSIDE},
	{"table", required_argument, NULL, OPTION_TABLE},
	{"timezone", required_argument, NULL, OPTION_TIMEZONE},
	{"pseudonyms", no_argument, NULL, OPTION_PSEUDONYMS},
	{"set", required_argument, NULL, OPTION_SET},
	{"late", required_argument, NULL, OPTION_LATE},
	{"json", no_argument, NULL, OPTION_JSON},
	{"all", no_argument, NULL, OPTION_ALL},
	{"help", no_argument, NULL, OPTION_HELP},
	{0},
};

/* Takes one option: 0, or -errno with fail filled. */
static int
take_option(struct scan *scan, int code, struct fail *fail)
{
	switch (code) {
	case OPTION_INSIDE:
		return add_inside(scan, optarg, fail);
	case OPTION_TABLE:
		return lines_read(scan->lines, optarg, fail);
	case OPTION_TIMEZONE:
		return timezone_set(optarg, &scan->merge_settings.intake, fail);
	case OPTION_SET:
		return set_parameter(scan, optarg, fail);
	case OPTION_LATE:
		return set_late(scan, optarg, fail);
	case OPTION_PSEUDONYMS:
		scan->report.pseudonyms = true;
		return 0;
	case OPTION_JSON:
		scan->report.is_json = true;
		return 0;
	case OPTION_ALL:
		scan->report.all = true;
		return 0;
	default:
		fail_what(fail, "see lazaret scan --help");
		return -EINVAL;
	}
}

static void
show_progress(void *context, const struct source *source)
{
	struct scan *scan = context;
	uint64_t done, size;

	(void)source;
	merge_progress(scan->merge, &done, &size);
	progress_show(&scan->progress, done, size, NULL);
}

/* Adds the files; one that cannot be read is told and does not keep the others from being judged. */
static void
add_files(struct scan *scan, int count, char **paths)
{
	scan->merge = merge_new(&scan->merge_settings);
	for (int i = 0; i < count; i++) {
		struct fail fail = {0};

		if (merge_add(scan->merge, paths[i], &fail) < 0) {
			print_fail(&fail);
			scan->exit_code = EXIT_INPUT;
		}
	}
}

/* The seed of the sketches is drawn from the first observations: the same input gives the same figures,
 * and yet nobody who sends mail can know it beforehand. */
static void
begin(struct scan *scan, const struct observation *batch, size_t count)
{
	scan->totals.first = count ? batch[0].time : (struct wall){0};
	scan->judge_settings.seed = hash_fast(batch, count * sizeof(*batch), 0);
	scan->judge = judge_new(&scan->judge_settings, scan->lines);
}

static void
judge_all(struct scan *scan)
{
	struct observation batch[BATCH];
	size_t count;

	progress_init(&scan->progress, "reading");
	merge_watch(scan->merge, show_progress, scan);
	count = merge_read(scan->merge, batch, BATCH);
	begin(scan, batch, count);
	for (; count > 0; count = merge_read(scan->merge, batch, BATCH)) {
		scan->totals.last = batch[count - 1].time;
		judge_take(scan->judge, batch, count);
	}
	judge_advance(scan->judge, scan->totals.last);
	progress_done(&scan->progress);
}

static void
sum_up(struct scan *scan)
{
	struct scan_totals *totals = &scan->totals;
	struct merge_counts counts;

	merge_counts(scan->merge, &counts);
	totals->records = counts.intake.records;
	totals->mail_records = counts.intake.mail_records;
	totals->skipped_records = counts.intake.skipped_records;
	totals->skipped_bytes = counts.intake.skipped_bytes;
	totals->lost_records = counts.intake.lost_records;
	totals->late_records = counts.late_records;
	totals->error_total = counts.intake.errors;
	totals->errors = merge_errors(scan->merge, &totals->error_count);
	totals->seconds = (double)(progress_clock_us() - scan->progress.begun_us) / 1e6;
	if (counts.intake.errors > 0 || counts.damaged_files > 0)
		scan->exit_code = EXIT_INPUT;
}

static void
init(struct scan *scan)
{
	struct lines_settings lines = LINES_DEFAULTS;

	hash_key_random(&lines.key);
	*scan = (struct scan){.merge_settings = MERGE_DEFAULTS};
	judge_defaults(&scan->judge_settings);
	scan->judge_settings.parameters.flow.filter_blocks = SCAN_FILTER_BLOCKS;
	scan->judge_settings.parameters.flow.distinct_registers = SCAN_REGISTERS;
	scan->lines = lines_new(&lines);
}

int
verb_scan(int argc, char **argv)
{
	struct fail fail = {0};
	struct scan scan;
	int code;

	init(&scan);
	optind = 1;
	while ((code = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (code == OPTION_HELP) {
			fputs(usage, stdout);
			goto out;
		}
		if (take_option(&scan, code, &fail) < 0) {
			print_fail(&fail);
			scan.exit_code = EXIT_USAGE;
			goto out;
		}
	}
	if (optind == argc) {
		fputs(usage, stderr);
		scan.exit_code = EXIT_USAGE;
		goto out;
	}
	add_files(&scan, argc - optind, argv + optind);
	judge_all(&scan);
	sum_up(&scan);
	scan.report.out = stdout;
	scan.report.judge = scan.judge;
	scan.report.lines = scan.lines;
	scan.report.parameters = &scan.judge_settings.parameters;
	scan.report.has_inside = lines_has_inside(scan.lines);
	scan_report_print(&scan.report, &scan.totals);
out:
	merge_free(scan.merge);
	judge_free(scan.judge);
	lines_free(scan.lines);
	return scan.exit_code;
}
