/* statefolder - the folder of the daemon's own files, and whose it is
 *
 * What:    makes it where it is not there, with a folder in it for each kind of process that keeps files: nobody else
 *          may touch that one, and such a process nothing else (shutin.h). One daemon works in it at a time: a lock
 *          that its processes hold as long as one of them lives, so that a new one waits for what a killed one left.
 * Owns:    the lock is the caller's descriptor; it is inherited, and closed nowhere.
 * Thread:  the parent's.
 */
#ifndef LAZARET_SERVICE_STATEFOLDER_H
#define LAZARET_SERVICE_STATEFOLDER_H

#include "base/fail.h"
#include "desk/counters.h"

#define STATEFOLDER_PATH 528

/* The folder in which processes of this kind keep their files. */
void statefolder_of(const char *state, enum counter_owner owner, char into[STATEFOLDER_PATH]);

/* Makes and locks it: the lock's descriptor; -EBUSY if another daemon has it and keeps it. */
int statefolder_take(const char *state, struct fail *fail) MUST_USE;

/* By what exporters are given to so many receivers (runtime/steering.h): drawn once and kept in the folder, as what
 * each receiver knows of its exporters is; another one where their number changes. Nobody outside is to know it, and
 * so to choose whose receiver he shares. */
uint32_t statefolder_seed(const char *state, uint32_t receivers);

#endif
