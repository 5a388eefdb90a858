/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/complaint.h"
#include "program/fieldprinter.h"
#include "program/filelist.h"
#include "program/progress.h"
#include "program/verbs.h"
#include "source/source.h"

#include <getopt.h>
#include <stdlib.h>
#include <unistd.h>

#define BATCH 256

struct decode {
	struct fieldprinter printer;
	struct intake *intake;
	struct progress progress;
	bool has_progress; /* records on a terminal leave no room for it */
	int exit_code;
};

static const char usage[] =
	"usage: lazaret decode [--json] FILE...\n"
	"\n"
	"Shows what exporters of flow records really send: every field of every record of\n"
	"NetFlow v5, v9, IPFIX and sFlow v5, in the order in which they came.\n"
	"\n"
	"  --json   one JSON object a line\n"
	"  FILE     pcap or pcapng with flow export in it, or bare messages one after the\n"
	"           other; packed with gzip, bzip2, xz or zstd; - is standard input. Several\n"
	"           are read as one recording: templates of one hold for the next\n"
	"\n"
	"A field that comes again in the same record gets a number: NAME#2. Elements that are\n"
	"not known are shown as ENTERPRISE:NUMBER, in hexadecimal.\n";

static void
show_progress(void *context, const struct source *source)
{
	struct decode *decode = context;
	uint64_t done, size;

	source_progress(source, &done, &size);
	progress_show(&decode->progress, done, size, source_name(source));
}

static void
decode_file(struct decode *decode, const char *path)
{
	struct fail fail = {.what = ""};
	struct source *source = source_open_into(path, decode->intake, &fail);
	struct observation unused[BATCH];
	int r;

	if (source == NULL) {
		complaint_print(&fail);
		decode->exit_code = EXIT_INPUT;
		return;
	}
	if (decode->has_progress)
		source_watch(source, show_progress, decode);
	while ((r = source_read(source, unused, BATCH)) > 0)
		;
	if (r < 0)
		decode->exit_code = EXIT_INPUT;
	source_close(source);
}

static void
print_errors(struct decode *decode)
{
	const struct intake_counts *counts = intake_counts(decode->intake);
	const struct intake_error *errors;
	size_t count;

	errors = intake_errors(decode->intake, &count);
	for (size_t i = 0; i < count; i++)
		fprintf(stderr, "lazaret: %s, byte %llu: %s\n", errors[i].file,
			(unsigned long long)errors[i].offset, errors[i].what);
	if (counts->errors > count)
		fprintf(stderr, "lazaret: %llu more errors are not shown\n",
			(unsigned long long)(counts->errors - count));
	if (counts->errors > 0)
		decode->exit_code = EXIT_INPUT;
	if (counts->skipped_records > 0 || counts->skipped_bytes > 0)
		fprintf(stderr,
			"lazaret: left out: %llu records and %llu bytes that could not be "
			"understood\n",
			(unsigned long long)counts->skipped_records,
			(unsigned long long)counts->skipped_bytes);
	if (counts->lost_records > 0)
		fprintf(stderr, "lazaret: %llu records were lost before they were recorded\n",
			(unsigned long long)counts->lost_records);
}

static int
run(int count, char **paths, bool is_json)
{
	struct decode *decode = xcalloc(1, sizeof(*decode));
	int exit_code;

	decode->intake = intake_new(&INTAKE_DEFAULTS);
	fieldprinter_init(&decode->printer, stdout, is_json);
	intake_decode(decode->intake, &decode->printer.visitor);
	decode->has_progress = !isatty(STDOUT_FILENO);
	progress_init(&decode->progress, "decoding");
	count = filelist_once(paths, count);
	for (int i = 0; i < count; i++)
		decode_file(decode, paths[i]);
	intake_flush(decode->intake);
	progress_done(&decode->progress);
	fflush(stdout);
	print_errors(decode);
	if (decode->printer.records == 0 && decode->exit_code == EXIT_DONE)
		fprintf(stderr, "lazaret: no flow records were found\n");
	fieldprinter_done(&decode->printer);
	intake_free(decode->intake);
	exit_code = decode->exit_code;
	free(decode);
	return exit_code;
}

int
verb_decode(int argc, char **argv)
{
	static const struct option options[] = {
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	bool is_json = false;
	int code;

	optind = 1;
	while ((code = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (code) {
		case 'j':
			is_json = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return EXIT_DONE;
		default:
			fputs(usage, stderr);
			return EXIT_USAGE;
		}
	}
	if (optind == argc) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	return run(argc - optind, argv + optind, is_json);
}
