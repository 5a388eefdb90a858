/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/censusverbs.h"

#include <stdio.h>
#include <string.h>

const struct verb census_verbs[] = {
	{"registry", "[KIND:]FILE...",
		"from registries' files: who is responsible for each address, and how to reach "
		"them",
		census_registry},
	{"lists", "[--cards DIR] [--accept NAMES] FILE...",
		"from lists of addresses that send spam: who was seen, when, and by which list",
		census_lists},
	{"whois", "[-v] [--online] [--json] ADDRESS...",
		"who is responsible for an address, and why", census_whois},
	{"ask", "[--dry-run] [--json] [OPTION]...",
		"ask registries on line for what their dumps do not say of the latest run",
		census_ask},
	{"dnsbl", "[--server ADDRESS[:PORT]] [--rate N] ZONE ADDRESS...|-|--from FILE",
		"ask a list that only DNS can be asked, and print who is listed as a list",
		census_dnsbl},
	{"run", "[--day DAY] [--again] [--json] [OPTION]...",
		"cases of all contacts, and the letters that are due, as files", census_run},
	{"explain", "[--day DAY] ADDRESS...",
		"why an address is a candidate, or is none, and in which case", census_explain},
	{"letters", "[--day DAY] [--json] [LETTER...]",
		"the letters of a run, and what one of them says", census_letters},
	{"approve", "[HASH --by NAME] [--day DAY]", "a second person lets the letters of a run go",
		census_approve},
	{"send", "[--really] [--resolve LETTER sent|not-sent]",
		"what was approved goes to the agency's mail server", census_send},
	{"replies", "FILE|FOLDER|-...", "bounces and answers to the letters", census_replies},
	{"contact", "[MAILBOX | PREFIX|AS MAILBOX]",
		"what is known of a contact, and who is one whatever the registries say",
		census_contact},
	{"never", "[MAILBOX|DOMAIN|PREFIX --reason TEXT]", "who is never written to", census_never},
	{"effect", "[--quiet DAYS] [--svg FILE] [--json]",
		"did letters help, beside those that were held back for 14 days", census_effect},
	{"report", "[--day DAY] [--partners FILE]",
		"a page and tables of a run, for people who were not there", census_report},
	{0},
};

static void
list(FILE *out)
{
	fputs("usage: lazaret census VERB [--out DIR] [-c FILE] [ARGUMENT]...\n\n", out);
	for (const struct verb *verb = census_verbs; verb->name != NULL; verb++)
		fprintf(out, "  lazaret census %s%s%s\n        %s\n", verb->name,
			*verb->arguments ? " " : "", verb->arguments, verb->summary);
	fputs("\nEach keeps what it makes in the folder DIR (census.folder, or else census in the "
	      "folder\nof the daemon's state). lazaret census VERB --help says more.\n",
		out);
}

int
verb_census(int argc, char **argv)
{
	static char program[] = "lazaret";

	if (argc < 2) {
		list(stderr);
		return EXIT_USAGE;
	}
	for (const struct verb *verb = census_verbs; verb->name != NULL; verb++) {
		if (strcmp(argv[1], verb->name) == 0) {
			argv[1] = program; /* who getopt says is speaking */
			return verb->run(argc - 1, argv + 1);
		}
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		list(stdout);
		return EXIT_DONE;
	}
	fprintf(stderr, "lazaret: census has no verb \"%.80s\"\n\n", argv[1]);
	list(stderr);
	return EXIT_USAGE;
}
