/* ledgerfile - which ledger a verb means, who asks, and what is said when it does not open
 *
 * What:    --ledger FILE, or the configuration's ledger.path, or ledger.sqlite in the daemon's state folder
 *          (daemonsettings_state). The actor of the audit trail is the user of the process, and who logged
 *          in if that was somebody else.
 * Thread:  one a process.
 */
#ifndef LAZARET_PROGRAM_LEDGERFILE_H
#define LAZARET_PROGRAM_LEDGERFILE_H

#include "base/text.h"
#include "ledger/ledger.h"

#define LEDGERFILE_PATH 4096

/* Where no path was given (*path is NULL) finds the one that is meant. settings is the configuration's file, or
 * NULL for the usual one. 0, or the exit code after what is wrong was told. */
int ledgerfile_find(const char **path, const char *settings, char into[LEDGERFILE_PATH]) MUST_USE;

/* Opens the ledger at path. Time and actor are of this process. */
int ledgerfile_open(
	struct ledger **ret, const char *path, enum store_mode mode, struct fail *fail) MUST_USE;

/* Opens it for writing if that is possible, else for reading: then, and only then, why is filled. */
int ledgerfile_open_best(
	struct ledger **ret, const char *path, struct fail *why, struct fail *fail) MUST_USE;

/* Prints what went wrong to standard error and returns the exit code for it. */
int ledgerfile_complain(const struct fail *fail);

#endif
