/* reason - why a person decided something, in words
 *
 * What:    one line of text for those who come after, in rows that retention or an undo removes; what is longer belongs
 *          into the operator's tickets.
 * Limits:  REASON_MOST bytes of UTF-8 in one line (text_check_line), not blank.
 * Thread:  any.
 */
#ifndef LAZARET_LEDGER_REASON_H
#define LAZARET_LEDGER_REASON_H

#include "base/fail.h"
#include "base/text.h"

#define REASON_MOST 200

/* 0, or -EINVAL with fail filled: blank, too long, or not one line of text. */
int reason_check(struct text reason, struct fail *fail) MUST_USE;

#endif
