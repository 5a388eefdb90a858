/* exportstream - IPFIX messages out of the byte stream of a connection
 *
 * What:    over TCP messages follow each other without anything between them, each told by the length in its
 *          header (RFC 7011 s10.4.3). What was received is handed in as it came; each whole message goes to
 *          the export, as of a connection (EXPORT_TCP). One that is whole in the given bytes is not copied.
 * Owns:    the begin of a message that is not whole yet. The export is borrowed and outlives it.
 * Limits:  one message: 65,535 bytes, taken only once something has to be kept.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SOURCE_EXPORT_EXPORTSTREAM_H
#define LAZARET_SOURCE_EXPORT_EXPORTSTREAM_H

#include "source/export/export.h"

#define EXPORTSTREAM_MOST 65535

struct exportstream;

/* from: the other end of the connection; its transport is set to TCP. The file is borrowed. */
struct exportstream *exportstream_new(struct export *export_, const struct export_from *from);

/* The connection has ended: its sessions are forgotten (export_end), and a message of which the end is missing is
 * told. */
struct exportstream *exportstream_free(struct exportstream *stream);

/* What was received, in its order. Returns how many messages were read; -EBADMSG where no message can begin:
 * that is told and counted, and the connection has to be closed (RFC 7011 s9.1), since nothing says where the
 * next message might be. After that everything is left out. */
int exportstream_add(struct exportstream *stream, struct wall received, const uint8_t *bytes,
	size_t size) MUST_USE;

/* Bytes that wait for the rest of their message. */
size_t exportstream_waits(const struct exportstream *stream);

#endif
