/* verbs - the verbs of the command lazaret, one file each
 *
 * What:    each gets its own arguments (argv[0] is the program) and returns the process's exit code.
 */
#ifndef LAZARET_PROGRAM_VERBS_H
#define LAZARET_PROGRAM_VERBS_H

#include <stdio.h>

/* Exit codes of the command's contract; the highest that applies wins. */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_NOT_FOUND = 1, /* something that the user named is not in the ledger or input */
	EXIT_USAGE = 2,
	EXIT_INPUT = 3, /* a file missing, unreadable or damaged */
};

struct verb {
	const char *name;
	const char *arguments; /* for the help: "[--json] FILE..." */
	const char *summary;
	int (*run)(int argc, char **argv);
};

/* All of them; the last has no name. */
extern const struct verb verbs[];

/* What lazaret help prints: the verbs. */
void help_list(FILE *out);

int verb_account(int argc, char **argv);
int verb_accounts(int argc, char **argv);
int verb_case(int argc, char **argv);
int verb_cases(int argc, char **argv);
int verb_census(int argc, char **argv);
int verb_explain(int argc, char **argv);
int verb_status(int argc, char **argv);
int verb_lines(int argc, char **argv);
int verb_never(int argc, char **argv);
int verb_quarantine(int argc, char **argv);
int verb_confirm(int argc, char **argv);
int verb_undo(int argc, char **argv);
int verb_release(int argc, char **argv);
int verb_resume(int argc, char **argv);
int verb_exempt(int argc, char **argv);
int verb_measures(int argc, char **argv);
int verb_check(int argc, char **argv);
int verb_help(int argc, char **argv);
int verb_decode(int argc, char **argv);
int verb_rehearse(int argc, char **argv);
int verb_report(int argc, char **argv);
int verb_reload(int argc, char **argv);
int verb_run(int argc, char **argv);
int verb_texts(int argc, char **argv);
int verb_scan(int argc, char **argv);
int verb_bench(int argc, char **argv);

#endif
