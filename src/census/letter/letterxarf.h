/* letterxarf - one address of a letter as XARF 4.2.0, for machines
 *
 * What:    a JSON object (xarf.org, schemas v4): infrastructure/botnet where lists say so; messaging/spam where a
 *          trap of the agency's own has a message, and its port and sender are known, as that type demands. XARF v4
 *          has no batch. The identifier follows from the case, the address and the time: the same input gives the
 *          same report. The sender's address is redacted (letterredact).
 * Owns:    nothing.
 * Limits:  those of the buffer.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_CENSUS_LETTER_LETTERXARF_H
#define LAZARET_CENSUS_LETTER_LETTERXARF_H

#include "census/letter/lettercase.h"
#include "census/letter/letterredact.h"

/* redact may be NULL where the row has no message of a trap. */
void letterxarf_make(const struct lettercase *of, const struct letterrow *row,
	const struct letterredact *redact, struct buffer *into);

#endif
