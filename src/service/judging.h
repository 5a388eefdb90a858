/* judging - the process of one judge: sightings in, verdicts out, and a snapshot from time to time
 *
 * What:    takes the rings of all receivers, hands them to the judge (judge.h), and its verdicts to the keeper. A
 *          snapshot (snapshot.h) holds the judge's state and how far each ring was taken; a judge that begins
 *          goes on from there, and asks the keeper which cases are open.
 * Security: one folder, its snapshots'; no sockets; sees pseudonyms only.
 * Limits:  waits while the keeper's ring is full; then receivers count what they leave out.
 * Thread:  one process each.
 */
#ifndef LAZARET_SERVICE_JUDGING_H
#define LAZARET_SERVICE_JUDGING_H

#include "service/daemon.h"

/* tries: how often this judge has died shortly after its begin: then it begins with less (judging.c). Does not
 * return. */
_Noreturn void judging_run(const struct daemon_settings *settings, struct estate *estate,
	uint32_t number, unsigned tries);

#endif
