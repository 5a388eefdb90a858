/* actingexabgp - the back end of ExaBGP: rules go as lines into a FIFO, or to the end of a file
 *
 * What:    ExaBGP holds the sessions and reads lines (action/exabgptext.h). Whenever a reader of the FIFO comes, and at
 *          the start, all that it may have from before is cleared, and all that holds is told; then changes as they
 *          come.
 * Owns:    the descriptor and what is not written yet.
 * Limits:  the rules of the settings. Of a reader that stays behind no more is kept than 64 KiB: the rules wait.
 * Thread:  the actor's.
 */
#ifndef LAZARET_SERVICE_ACTINGEXABGP_H
#define LAZARET_SERVICE_ACTINGEXABGP_H

#include "service/actingend.h"
#include "service/daemon.h"

struct actingexabgp;

/* NULL: there is no such file. */
struct actingexabgp *actingexabgp_new(const struct daemon_settings *settings);
struct actingexabgp *actingexabgp_free(struct actingexabgp *exabgp);

extern const struct actingend_kind actingexabgp_kind;

#endif
