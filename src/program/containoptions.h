/* containoptions - the options contain.*, as the ledger takes them
 *
 * What:    one function.
 * Thread:  any.
 */
#ifndef LAZARET_PROGRAM_CONTAINOPTIONS_H
#define LAZARET_PROGRAM_CONTAINOPTIONS_H

#include "config/config.h"
#include "ledger/planning.h"

void containoptions(const struct config *config, struct planning *ret);

#endif
