/* metrics - the figures of all processes as OpenMetrics 1.0 text
 *
 * What:    one family for each row of counters.h, families for processes, exporters and rings, and
 *          lazaret_build_info; then "# EOF". No line and no pseudonym is among them, and of addresses only those of
 *          established exporters: who has sent an odd datagram may be anybody, and is only counted. What is known of
 *          exporters are gauges: their sessions come and go, so their sums can fall.
 * Limits:  METRICS_EXPORTERS exporters by name, the busiest; the others are summed as exporter="other". The text is
 *          at most METRICS_BYTES.
 * Thread:  any.
 */
#ifndef LAZARET_DESK_METRICS_H
#define LAZARET_DESK_METRICS_H

#include "base/text.h"
#include "desk/status.h"

#define METRICS_EXPORTERS 200
#define METRICS_BYTES     (4 << 20)
#define METRICS_TYPE      "application/openmetrics-text; version=1.0.0; charset=utf-8"

/* into is of METRICS_BYTES. */
void metrics_format(const struct status_view *view, struct buffer *into);

#endif
