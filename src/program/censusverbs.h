/* censusverbs - the verbs of lazaret census, one file each
 *
 * What:    as verbs.h: each gets its own arguments (argv[0] is the program) and returns the process's exit code. Each
 *          takes --out DIR (censusfolder.h) and -c FILE.
 */
#ifndef LAZARET_PROGRAM_CENSUSVERBS_H
#define LAZARET_PROGRAM_CENSUSVERBS_H

#include "program/verbs.h"

/* All of them; the last has no name. */
extern const struct verb census_verbs[];

int census_approve(int argc, char **argv);
int census_ask(int argc, char **argv);
int census_contact(int argc, char **argv);
int census_dnsbl(int argc, char **argv);
int census_effect(int argc, char **argv);
int census_explain(int argc, char **argv);
int census_letters(int argc, char **argv);
int census_lists(int argc, char **argv);
int census_never(int argc, char **argv);
int census_registry(int argc, char **argv);
int census_replies(int argc, char **argv);
int census_report(int argc, char **argv);
int census_run(int argc, char **argv);
int census_send(int argc, char **argv);
int census_whois(int argc, char **argv);

#endif
