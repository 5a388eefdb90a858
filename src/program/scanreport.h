/* scanreport - what a scan found, for people or as JSON
 *
 * What:    prints the lines whose gravest state is watch or above (or all), gravest first, with the reasons
 *          of the gravest, and a summary. Where lines were named, their explanations in place of all that. The JSON is
 *          the command's contract.
 * Thread:  one at a time.
 */
#ifndef LAZARET_PROGRAM_SCANREPORT_H
#define LAZARET_PROGRAM_SCANREPORT_H

#include "base/text.h"
#include "judge/judge.h"
#include "program/namedlines.h"
#include "source/intake.h"

#include <stdio.h>

struct scan_totals {
	uint64_t records;
	uint64_t mail_records;
	uint64_t skipped_records;
	uint64_t skipped_bytes;
	uint64_t late_records;
	uint64_t lost_records;
	const struct intake_error *errors;
	size_t error_count; /* with their text */
	uint64_t error_total;
	struct wall first; /* observation */
	struct wall last;
	uint64_t read_bytes; /* of the files themselves */
	uint64_t all_bytes;  /* 0 where that is not known */
	bool is_interrupted; /* before all was read */
	double seconds;
};

struct scan_report {
	FILE *out;
	const struct judge *judge;
	const struct lines *lines;
	const struct parameters *parameters;
	const struct named_lines *named; /* with some: these and no others */
	const char *ledger;              /* where it was to be kept, or NULL */
	bool is_kept;
	bool is_json;
	bool all;
	bool pseudonyms;
	bool has_inside;
};

/* False if a line that was named is not among those that sent mail. */
bool scan_report_print(const struct scan_report *report, const struct scan_totals *totals);

#endif
