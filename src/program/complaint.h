/* complaint - what went wrong, said on standard error
 *
 * What:    "lazaret: WHERE: WHAT", and below it what to do about it.
 * Thread:  one at a time.
 */
#ifndef LAZARET_PROGRAM_COMPLAINT_H
#define LAZARET_PROGRAM_COMPLAINT_H

#include "base/fail.h"

void complaint_print(const struct fail *fail);

#endif
