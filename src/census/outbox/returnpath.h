/* returnpath - the address that a letter comes back to
 *
 * What:    each letter has a sender of its own on the envelope, so that a bounce says which one it is about, whatever
 *          the mail server that made it says:
 *
 *              bounces@example.org  ->  bounces+lz-2026-004711.1-6f0c4d2ab19e@example.org
 *
 *          The last part is a keyed hash of the letter's name. Only those who got the letter know it, so nobody else
 *          can make a bounce that is believed, and with it stop the letters to a provider. Case does not matter:
 *          mail servers may change it.
 * Owns:    nothing.
 * Limits:  64 bytes before the @ (RFC 5321 s4.5.3.1.1).
 * Thread:  any. Pure.
 */
#ifndef LAZARET_CENSUS_OUTBOX_RETURNPATH_H
#define LAZARET_CENSUS_OUTBOX_RETURNPATH_H

#include "census/outbox/censusstore.h"

/* The address, with its end. */
#define RETURNPATH_TEXT (CENSUS_MAILBOX + 1)

/* -EMSGSIZE: bounce has too many bytes before the @. It passed mime_check_address, name census_letter_parse. */
int returnpath_make(const uint8_t key[CENSUS_KEY], struct text bounce, const char *name,
	char into[RETURNPATH_TEXT]) MUST_USE;

/* Is this an address that returnpath_make gave? Then the letter's name is in ret. */
bool returnpath_read(const uint8_t key[CENSUS_KEY], struct text bounce, struct text address,
	char ret[CENSUS_LETTER]);

#endif
