/* sets - the sets of a message: templates are learnt, data go to their template
 *
 * What:    walks the sets of NetFlow v9 (RFC 3954 s5.2) and IPFIX (RFC 7011 s3.3). Data whose template is not
 *          known yet wait for it, within the session's bounds.
 * Owns:    nothing.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SOURCE_EXPORT_SETS_H
#define LAZARET_SOURCE_EXPORT_SETS_H

#include "source/export/message.h"

/* Reads sets one after the other until the reader is at its end, or a length is wrong (told and counted). */
void sets_read(struct message *message, struct reader *reader);

#endif
