/* keeperday - the last day of an order
 *
 * What:    as people write it, and days are those of UTC.
 * Owns:    nothing.
 * Thread:  any.
 */
#ifndef LAZARET_SERVICE_KEEPERDAY_H
#define LAZARET_SERVICE_KEEPERDAY_H

#include "base/text.h"
#include "base/wall.h"
#include "ledger/case.h"

/* "2026-12-31": gives the end of that day; of an empty text WALL_NONE. -EINVAL with fail filled if it is no day, or
 * over. */
int keeperday(struct text text, struct wall now, struct wall *ret, struct fail *fail) MUST_USE;

#endif
