/* seal - the name of a line, and its place, so that only the holder of the key can read them
 *
 * What:    XSalsa20-Poly1305 (libsodium's secretbox) over the pseudonym and the name, padded to one length:
 *          a sealed name tells neither how long it is nor, copied to another case, opens there.
 *          A place that the name also is stands by itself, as at a start millions are opened: under ChaCha20, whose
 *          nonce is the pseudonym. That is a keyed hash of the name, so a nonce never comes with another place, and
 *          who opens one compares the two (as in SIV, RFC 5297 s1.1).
 * Owns:    nothing.
 * Limits:  names of at most SEAL_NAME - 1 bytes.
 * Thread:  any.
 */
#ifndef LAZARET_LEDGER_SEAL_H
#define LAZARET_LEDGER_SEAL_H

#include "base/address.h"
#include "base/text.h"

/* Longest name with its end; what is sealed: 24 bytes of nonce, 16 of tag, 8 of pseudonym, the name. */
#define SEAL_NAME 72
#define SEAL_SIZE (24 + 16 + 8 + SEAL_NAME)
/* Length, address. */
#define SEAL_PLACE (1 + 16)

/* -EMSGSIZE if the name is too long or holds a NUL. */
int seal_name(
	const uint8_t key[32], uint64_t line, struct text name, uint8_t into[SEAL_SIZE]) MUST_USE;

/* -EBADMSG if it was sealed with another key or for another line, or was changed. */
int seal_open(const uint8_t key[32], uint64_t line, const uint8_t sealed[SEAL_SIZE],
	char into[SEAL_NAME]) MUST_USE;

void seal_place(
	const uint8_t key[32], uint64_t line, const struct prefix *place, uint8_t into[SEAL_PLACE]);
/* What was changed, or sealed with another key or for another line, opens as another place. */
struct prefix seal_place_open(
	const uint8_t key[32], uint64_t line, const uint8_t sealed[SEAL_PLACE]);

#endif
