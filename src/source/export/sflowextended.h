/* sflowextended - what an sFlow agent knows of a sampled packet beside the packet itself
 *
 * What:    the extended records of sFlow version 5 (sflow.org, "Extended Flow Data"): VLANs, routes, AS
 *          paths, users, URLs, MPLS labels and translated addresses, shown to a visitor. What means the
 *          same as an IPFIX element has its name; the rest has a name that begins with "sflow".
 * Owns:    nothing.
 * Limits:  an AS path of more than SFLOWEXTENDED_PATH characters is cut. Records of wireless networks and
 *          of enterprises are not known.
 * Thread:  any.
 */
#ifndef LAZARET_SOURCE_EXPORT_SFLOWEXTENDED_H
#define LAZARET_SOURCE_EXPORT_SFLOWEXTENDED_H

#include "base/bytes.h"
#include "base/fail.h"
#include "source/export/decode.h"

#define SFLOWEXTENDED_PATH 2048

/* Shows the fields of one record. 1; 0 where the format is not known; -EBADMSG where the record ends in the
 * middle of a field (those before it were shown). */
int sflowextended_show(
	const struct decode_visitor *visitor, uint32_t format, struct reader *record) MUST_USE;

#endif
