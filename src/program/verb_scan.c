/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/identify.h"
#include "ledger/retention.h"
#include "program/complaint.h"
#include "program/filelist.h"
#include "program/interrupt.h"
#include "program/ledgerfile.h"
#include "program/namedlines.h"
#include "program/progress.h"
#include "program/scanoptions.h"
#include "program/scanreport.h"
#include "program/settings.h"
#include "program/timezone.h"
#include "program/verbs.h"
#include "source/merge.h"

#include <stdlib.h>

/* A scan mostly has fewer lines than the daemon, and people compare its figures with their own counts: its
 * sketches are larger, 3,264 bytes a line in place of 768, unless the configuration says otherwise. Where there
 * are many lines after all, all sketches are halved whenever the records fill FOLD_BYTES: first at 82,000 lines,
 * then at 155,000 and 279,000. */
#define SCAN_FILTER_BLOCKS 32
#define SCAN_REGISTERS     1024
#define FOLD_BYTES         (256UL << 20)
#define BATCH              256

/* A scan may read from a pipe for days: what it found is in the ledger after so long, whatever ends it. */
#define KEEP_EVERY_US 1000000

struct scan {
	struct scan_options options;
	struct scan_totals totals;
	struct judge_settings judge_settings;
	struct merge_settings merge_settings;
	struct zone zone;
	struct merge *merge;
	struct lines *lines;
	struct judge *judge;
	struct observation batch[BATCH]; /* as read, and what it gives */
	struct sighting sightings[IDENTIFY_EACH * BATCH];
	uint32_t origin[IDENTIFY_EACH * BATCH];
	struct identify_counts identified;
	struct named_lines named;
	struct ledger *ledger;
	struct fail ledger_fail; /* the first; then nothing more is kept */
	bool is_kept;            /* all that was found is in the ledger */
	bool has_waiting;        /* verdicts that were handed to the ledger since kept_us */
	int64_t kept_us;
	struct intake_error *errors; /* files that could not be opened, then those of the readers */
	size_t unopened;
	struct progress progress;
	int exit_code;
};

static void
complain(struct scan *scan, const struct fail *fail, int code)
{
	complaint_print(fail);
	scan->exit_code = scan->exit_code > code ? scan->exit_code : code;
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

/* Keeps a verdict in the ledger. What cannot be kept is told once, and the scan goes on. */
static void
keep(void *context, const struct verdict *verdict)
{
	struct scan *scan = context;
	char name[LINE_NAME] = "";

	if (scan->ledger == NULL || *scan->ledger_fail.what)
		return;
	if (lines_name(scan->lines, verdict->line, name) < 0)
		*name = '\0';
	scan->has_waiting = true;
	if (ledger_transition(scan->ledger, verdict, text_of(name), &scan->ledger_fail) < 0)
		complain(scan, &scan->ledger_fail, EXIT_INPUT);
}

/* Remembers the name of a line that is new: the report will ask for it. */
static void
remember(void *context, const struct sighting *sighting)
{
	struct scan *scan = context;
	const struct observation *seen = &scan->batch[scan->origin[sighting - scan->sightings]];

	lines_remember(scan->lines, &seen->client, seen->client_port);
}

static void
keep_waiting(struct scan *scan)
{
	int64_t now;

	if (!scan->has_waiting || *scan->ledger_fail.what)
		return;
	now = progress_clock_us();
	if (scan->kept_us != 0 && now - scan->kept_us < KEEP_EVERY_US)
		return;
	scan->kept_us = now;
	scan->has_waiting = false;
	if (ledger_commit(scan->ledger, &scan->ledger_fail) < 0)
		complain(scan, &scan->ledger_fail, EXIT_INPUT);
}

/* Opens the ledger before the lines are made: the key of their pseudonyms comes from it. */
static int
open_ledger(struct scan *scan, struct lines_settings *lines)
{
	const struct hash_key *key;
	struct fail fail = {0};

	hash_key_random(&lines->key);
	if (scan->options.ledger == NULL)
		return 0;
	if (ledgerfile_open(&scan->ledger, scan->options.ledger, STORE_MAKE, &fail) < 0) {
		scan->exit_code = ledgerfile_complain(&fail);
		return -1;
	}
	key = ledger_key(scan->ledger);
	if (key == NULL) {
		fail_where(&fail, "%s", scan->options.ledger);
		fail_what(&fail, "its key file is not there: lines could not be recognised again");
		fail_hint(&fail, "put the key file back, or begin a new ledger");
		complain(scan, &fail, EXIT_INPUT);
		return -1;
	}
	lines->key = *key;
	return 0;
}

static void
keep_parameters(struct scan *scan)
{
	struct buffer text;

	if (scan->ledger == NULL)
		return;
	buffer_init(&text, PARAMETERS_TEXT);
	parameters_format(&scan->judge_settings.parameters, &text);
	if (ledger_parameters(scan->ledger, judge_parameters(scan->judge),
		    (struct text){.at = text.at, .length = text.length}, &scan->ledger_fail) < 0)
		complain(scan, &scan->ledger_fail, EXIT_INPUT);
	buffer_done(&text);
}

static void
commit_ledger(struct scan *scan)
{
	const struct config *config = scan->options.config;
	double silent = config_number(config, "ledger.retention-open");
	double seconds = config_number(config, "ledger.retention-cases");
	struct fail *fail = &scan->ledger_fail;

	if (scan->ledger == NULL || *fail->what)
		return;
	/* Who keeps new cases lets the old ones go. */
	scan->is_kept = ledger_commit(scan->ledger, fail) == 0;
	if (!scan->is_kept ||
		ledger_close_silent(scan->ledger, (unsigned)(silent / 86400), fail) < 0 ||
		ledger_forget(scan->ledger, (unsigned)(seconds / 86400), fail) < 0)
		complain(scan, fail, EXIT_INPUT);
}

static void
note_unopened(struct scan *scan, const char *path, const struct fail *fail)
{
	struct intake_error *error;

	scan->errors = xrealloc(scan->errors, (scan->unopened + 1) * sizeof(*scan->errors));
	error = &scan->errors[scan->unopened++];
	*error = (struct intake_error){.offset = 0};
	snprintf(error->file, sizeof(error->file), "%s", path);
	snprintf(error->what, sizeof(error->what), "%.255s", fail->what);
}

/* Adds the files; one that cannot be read is told and does not keep the others from being judged. */
static void
add_files(struct scan *scan)
{
	scan->options.path_count = filelist_once(scan->options.paths, scan->options.path_count);
	scan->merge = merge_new(&scan->merge_settings);
	for (int i = 0; i < scan->options.path_count; i++) {
		struct fail fail = {0};

		/* Opening a pipe waits for who writes to it. */
		if (interrupt_came())
			fail_what(&fail, "reading was interrupted before it began");
		else if (merge_add(scan->merge, scan->options.paths[i], &fail) == 0)
			continue;
		if (!interrupt_came())
			complain(scan, &fail, EXIT_INPUT);
		note_unopened(scan, scan->options.paths[i], &fail);
	}
}

/* The seed of the sketches is drawn from the first observations: the same input gives the same figures,
 * and yet nobody who sends mail can know it beforehand. */
static void
begin(struct scan *scan, size_t count)
{
	scan->totals.first = count ? scan->batch[0].time : (struct wall){0};
	scan->judge_settings.seed = hash_fast(scan->batch, count * sizeof(*scan->batch), 0);
	scan->judge_settings.on_verdict = keep;
	scan->judge_settings.on_line = remember;
	scan->judge_settings.context = scan;
	scan->judge = judge_new(&scan->judge_settings);
	keep_parameters(scan);
}

static void
judge_all(struct scan *scan)
{
	size_t count, seen;

	progress_init(&scan->progress, "reading");
	merge_watch(scan->merge, show_progress, scan);
	count = merge_read(scan->merge, scan->batch, BATCH);
	begin(scan, count);
	for (; count > 0; count = merge_read(scan->merge, scan->batch, BATCH)) {
		scan->totals.last = scan->batch[count - 1].time;
		seen = identify(scan->lines, scan->batch, count, scan->sightings, scan->origin,
			NULL, &scan->identified);
		judge_take(scan->judge, scan->sightings, seen);
		keep_waiting(scan);
	}
	judge_advance(scan->judge, scan->totals.last);
	progress_done(&scan->progress);
	commit_ledger(scan);
}

static void
join_errors(struct scan *scan)
{
	size_t count;
	const struct intake_error *read = merge_errors(scan->merge, &count);

	scan->errors = xrealloc(scan->errors, (scan->unopened + count + 1) * sizeof(*scan->errors));
	if (count > 0)
		memcpy(scan->errors + scan->unopened, read, count * sizeof(*read));
	scan->totals.errors = scan->errors;
	scan->totals.error_count = scan->unopened + count;
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
	totals->error_total = scan->unopened + counts.intake.errors;
	join_errors(scan);
	totals->seconds = (double)(progress_clock_us() - scan->progress.begun_us) / 1e6;
	merge_progress(scan->merge, &totals->read_bytes, &totals->all_bytes);
	/* Who came when all was read has interrupted nothing. */
	totals->is_interrupted =
		interrupt_came() && (scan->unopened > 0 || counts.damaged_files > 0);
	if (counts.intake.errors > 0 || counts.damaged_files > 0 || totals->is_interrupted)
		scan->exit_code = EXIT_INPUT;
}

/* From the options to what the stages take: 0, or -1 after it was told. */
static int
prepare(struct scan *scan)
{
	const struct config *config = scan->options.config;
	struct parameters *parameters = &scan->judge_settings.parameters;
	struct lines_settings lines = LINES_DEFAULTS;
	struct fail fail = {0};

	if (scan->options.ledger == NULL && *config_string(config, "ledger.path"))
		scan->options.ledger = config_string(config, "ledger.path");
	scan->merge_settings = MERGE_DEFAULTS;
	scan->merge_settings.late_us =
		(int64_t)(config_number(config, "scan.lateness") * (double)WALL_SECOND);
	judge_defaults(&scan->judge_settings);
	/* Sizes that a person chose stay. */
	if (!config_is_set(config, "flow.filter-blocks") &&
		!config_is_set(config, "flow.distinct-registers"))
		parameters->flow.fold_bytes = FOLD_BYTES;
	parameters->flow.filter_blocks = SCAN_FILTER_BLOCKS;
	parameters->flow.distinct_registers = SCAN_REGISTERS;
	settings_parameters(config, parameters);
	settings_lines(config, &lines);
	if (timezone_init(&scan->zone, config_string(config, "scan.timezone"), &fail) < 0) {
		complain(scan, &fail, EXIT_USAGE);
		return -1;
	}
	scan->merge_settings.intake.zone = &scan->zone;
	if (open_ledger(scan, &lines) < 0)
		return -1;
	scan->lines = lines_new(&lines);
	if (settings_table(config, scan->lines, &fail) < 0) {
		complain(scan, &fail, EXIT_INPUT);
		return -1;
	}
	if (settings_inside(config, scan->lines, &fail) < 0) {
		complain(scan, &fail, EXIT_USAGE);
		return -1;
	}
	if (namedlines_find(&scan->named, scan->options.explain, scan->options.explain_count,
		    scan->lines, scan->ledger != NULL, &fail) < 0) {
		complain(scan, &fail, EXIT_USAGE);
		return -1;
	}
	return 0;
}

static void
report(struct scan *scan)
{
	struct scan_report report = {
		.out = stdout,
		.judge = scan->judge,
		.lines = scan->lines,
		.parameters = &scan->judge_settings.parameters,
		.named = &scan->named,
		.ledger = scan->options.ledger,
		.is_kept = scan->is_kept,
		.is_json = scan->options.is_json,
		.all = scan->options.all,
		.pseudonyms = scan->options.pseudonyms,
		.has_inside = lines_has_inside(scan->lines),
	};

	if (!scan_report_print(&report, &scan->totals) && scan->exit_code == 0)
		scan->exit_code = EXIT_NOT_FOUND;
}

int
verb_scan(int argc, char **argv)
{
	struct scan scan = {0};

	scan.exit_code = scan_options_take(&scan.options, argc, argv);
	if (scan.exit_code == 0 && !scan.options.help && prepare(&scan) == 0) {
		scan.merge_settings.intake.stop = interrupt_begin();
		add_files(&scan);
		judge_all(&scan);
		sum_up(&scan);
		interrupt_end();
		if (scan.options.is_json || scan.totals.is_interrupted ||
			scan.unopened < (size_t)scan.options.path_count)
			report(&scan);
	}
	free(scan.errors);
	merge_free(scan.merge);
	judge_free(scan.judge);
	lines_free(scan.lines);
	ledger_close(scan.ledger);
	timezone_done(&scan.zone);
	scan_options_done(&scan.options);
	return scan.exit_code;
}
