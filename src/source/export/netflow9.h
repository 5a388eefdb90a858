/* netflow9 - messages of NetFlow version 9
 *
 * What:    RFC 3954: 20 bytes of header and sets. Its count is of records of all kinds and not
 *          looked at: the lengths of the sets are what bounds them.
 * Owns:    nothing.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SOURCE_EXPORT_NETFLOW9_H
#define LAZARET_SOURCE_EXPORT_NETFLOW9_H

#include "source/export/collector.h"

/* One datagram whose first two bytes say version 9. */
void netflow9_read(struct export *export_, const struct export_from *from, const uint8_t *payload,
	size_t size);

#endif
