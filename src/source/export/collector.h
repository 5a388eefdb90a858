/* collector - what the modules of flow export share: the inside of struct export
 *
 * What:    the collecting process of RFC 7011 in one struct; only export.c, exportstream.c, exportstate.c,
 *          kernel.c, message.c, sets.c, dataset.c, record.c and the files of NetFlow v5, v9 and IPFIX look
 *          into it.
 * Owns:    export.c makes and frees all of it.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SOURCE_EXPORT_COLLECTOR_H
#define LAZARET_SOURCE_EXPORT_COLLECTOR_H

#include "source/export/decode.h"
#include "source/export/kernel.h"
#include "source/export/session.h"
#include "source/export/sflow.h"
#include "source/export/twins.h"

#define ALLOWED_LATELY 256

struct export
{
	struct export_settings settings;
	struct intake *intake;
	struct intake_counts *intake_counts;
	const struct decode_visitor *visitor; /* NULL: mail only; looked up for each datagram */
	struct export_counts counts;
	struct sessions sessions;
	struct twins twins;
	struct template *netflow5;
	struct sflow *sflow;
	uint64_t allowed_seed;
	struct address allowed_lately[ALLOWED_LATELY]; /* addresses known to be allowed, by hash */
	struct kernel *kernel;                         /* NULL: there is no filter in the kernel */
	char file[128]; /* of the last datagram that held something back, for export_flush */
};

#endif
