/* leftout - listings of networks about which nobody is to be written to
 *
 * What:    an analyst names networks in two ways. Those that are left out have nothing to do with zombies whatever a
 *          list says: own mail servers, exits of Tor, declared scanners. Behind those that are shared one address
 *          stands for many customers (RFC 6269): a listing counts only if it says the time and the port of its end,
 *          since else nobody can find the customer (RFC 6302).
 * Owns:    nothing: works in place.
 * Limits:  time is that of reading what lies in the spans, and moving what is behind them.
 * Thread:  any.
 */
#ifndef LAZARET_CENSUS_JOIN_LEFTOUT_H
#define LAZARET_CENSUS_JOIN_LEFTOUT_H

#include "census/list/listing.h"
#include "census/list/spans.h"

/* Of sorted listings those that stay, at the front, in their order; how many. shared: only those that lie in a span and
 * lack time or port go. */
size_t leftout4(const struct spans *spans, bool shared, struct listing4 *sorted, size_t count);
size_t leftout6(const struct spans *spans, bool shared, struct listing6 *sorted, size_t count);

#endif
