/* leasing - the leases, as processes look into them that do not write them
 *
 * What:    opens what the registrar writes, with the maps of translators, for the lines of a process.
 * Owns:    nothing: the memory is the estate's, the maps are the settings'.
 * Thread:  one process each; before it is shut in.
 */
#ifndef LAZARET_SERVICE_LEASING_H
#define LAZARET_SERVICE_LEASING_H

#include "service/daemon.h"

/* The lines of the settings ask these leases from now on; nothing changes where there are neither leases nor maps. */
void leasing_attach(
	struct leased *leased, const struct daemon_settings *settings, const struct estate *estate);

#endif
