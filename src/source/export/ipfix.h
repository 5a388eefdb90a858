/* ipfix - messages of IPFIX (RFC 7011)
 *
 * What:    16 bytes of header and sets. All lengths of a message are checked before its first
 *          record is used: one that makes no sense spoils all of it (RFC 7011 s9.1). Files of
 *          payload may hold several messages one after the other.
 * Owns:    nothing.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SOURCE_EXPORT_IPFIX_H
#define LAZARET_SOURCE_EXPORT_IPFIX_H

#include "source/export/collector.h"

/* One datagram whose first two bytes say version 10. */
void ipfix_read(struct export *export_, const struct export_from *from, const uint8_t *payload,
	size_t size);

#endif
