/* netflow5 - messages of NetFlow version 5
 *
 * What:    24 bytes of header and up to 30 records of 48 bytes, which are read like those of a
 *          template that never changes. The domain is the engine: its type and its number.
 * Owns:    nothing.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SOURCE_EXPORT_NETFLOW5_H
#define LAZARET_SOURCE_EXPORT_NETFLOW5_H

#include "source/export/collector.h"

/* One datagram whose first two bytes say version 5. */
void netflow5_read(struct export *export_, const struct export_from *from, const uint8_t *payload,
	size_t size);

#endif
