/* censuswish - what who starts a run wants
 *
 * What:    the options of lazaret census run.
 * Owns:    nothing.
 */
#ifndef LAZARET_PROGRAM_CENSUSWISH_H
#define LAZARET_PROGRAM_CENSUSWISH_H

#include <stdbool.h>

struct censuswish {
	const char *left_out, *shared, *certs; /* files; NULL: none is named (censusgiven.h) */
	const char *accept, *without;          /* names of lists, or NULL */
	const char *by;                        /* who makes it */
	unsigned share;                        /* of ARMS_ONE: how many cases are held out */
	unsigned holders_most; /* a mailbox in networks of more of them waits for a person */
	bool again;            /* in place of one of that day */
	bool is_json;
};

#endif
