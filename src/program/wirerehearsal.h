/* wirerehearsal - a scenario sent to a real daemon, and its cases counted beside what the judge here says
 *
 * What:    starts a daemon (owndaemon.h), sends what the scenario's exporters would send, as fast as it is read, lets
 *          the daemon end, reads the cases from its ledger, and compares them line by line with a judge in this process
 *          that was given the connections themselves. Watched lines are in no ledger: what a ledger tells begins with
 *          suspects.
 * Owns:    nothing that outlives the call.
 * Thread:  one at a time.
 */
#ifndef LAZARET_PROGRAM_WIREREHEARSAL_H
#define LAZARET_PROGRAM_WIREREHEARSAL_H

#include "program/progress.h"
#include "rehearse/scenario.h"

/* Prints the report, or what went wrong; returns an exit code. name: of the scenario. */
int wirerehearsal_run(
	const struct scenario *scenario, const char *name, bool is_json, struct progress *progress);

#endif
