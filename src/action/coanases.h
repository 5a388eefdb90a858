/* coanases - which NASes there are, what secret each has, and by which profile it is asked: a text that has secrets
 *
 * What:    lines of words; one that begins with # is a comment:
 *            PREFIX SECRET PROFILE [port N] [rate N]
 *          SECRET has no blanks; PROFILE is the path of a file (coaprofile.h), from the folder of this one unless it
 *          begins with /. Of several prefixes that have the address of a NAS the longest counts.
 * Owns:    nothing: texts point into what was read.
 * Limits:  COANASES rows.
 * Thread:  values.
 */
#ifndef LAZARET_ACTION_COANASES_H
#define LAZARET_ACTION_COANASES_H

#include "base/address.h"

#define COANASES 256

struct coanases {
	struct coanas {
		struct prefix prefix;
		struct text secret;
		struct text profile;
		uint16_t port; /* 0: that of the profile */
		uint32_t rate; /* orders a second; 0: the usual */
	} row[COANASES];
	size_t count;
};

/* -EINVAL, -E2BIG or -EEXIST with *line (from 1) and fail->what filled; secrets are never in it. */
int coanases_parse(
	struct text text, struct coanases *ret, size_t *line, struct fail *fail) MUST_USE;

/* The row of a NAS, or -1. */
int coanases_find(const struct coanases *nases, const struct address *nas);

#endif
