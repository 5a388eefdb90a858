/* leasing - the leases, as processes look into them that do not write them
 *
 * What:    opens what the registrar writes, with the maps of translators, for the lines of a process, and waits for it
 *          at the start.
 * Owns:    nothing: the memory is the estate's, the maps are the settings'.
 * Thread:  one process each; before it is shut in.
 */
#ifndef LAZARET_SERVICE_LEASING_H
#define LAZARET_SERVICE_LEASING_H

#include "service/daemon.h"
#include "service/post.h"

/* The lines of the settings ask these leases from now on; nothing changes where there are neither leases nor maps. */
void leasing_attach(
	struct leased *leased, const struct daemon_settings *settings, const struct estate *estate);

/* Until the registrar knows again what the one before it knew, or LEASING_WAIT_US are over: what is asked before that
 * has no line. Where there is none it is not waited for. */
#define LEASING_WAIT_US (15 * WALL_SECOND)
void leasing_wait(struct duty *duty, const struct estate *estate);

#endif
