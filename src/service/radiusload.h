/* radiusload - the file of NASes with all that it names: secrets as keys, profiles
 *
 * What:    one function.
 * Owns:    keys, and the profiles; each profile is read once.
 * Limits:  COANASES rows; a file of RADIUSLOAD_BYTES.
 * Thread:  any.
 */
#ifndef LAZARET_SERVICE_RADIUSLOAD_H
#define LAZARET_SERVICE_RADIUSLOAD_H

#include "action/coanases.h"
#include "action/coaprofile.h"
#include "source/radius/radiuskey.h"

#define RADIUSLOAD_BYTES 65536

struct radiusload {
	struct coanases nases; /* prefix, port and rate; texts are gone */
	struct radius_key *key[COANASES];
	struct coaprofile *profile[COANASES];
};

/* -errno with fail filled; nothing is owned then. */
int radiusload(const char *path, struct radiusload *ret, struct fail *fail) MUST_USE;
void radiusload_done(struct radiusload *load);

#endif
