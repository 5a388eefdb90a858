/* complaint - what went wrong, said on standard error
 *
 * What:    "lazaret: WHERE: WHAT", and below it what to do about it; the sentences about arguments that several verbs
 *          share.
 * Thread:  one at a time.
 */
#ifndef LAZARET_PROGRAM_COMPLAINT_H
#define LAZARET_PROGRAM_COMPLAINT_H

#include "base/fail.h"

void complaint_print(const struct fail *fail);

/* An argument that the verb has no use for. takes: what it takes, "one ID". Returns EXIT_USAGE. */
int complaint_excess(const char *verb, const char *takes, const char *argument);

#endif
