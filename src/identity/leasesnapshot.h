/* leasesnapshot - what is in a file that is always written as a whole, and what is not in it any more
 *
 * What:    dnsmasq's leases and static tables say what is held, and nothing of what has ended: that is what was in
 *          the last whole file and is not in this one. After begin, each entry is added; end gives those that are
 *          gone. Only whole files are added (leasefile.h says how to know): else what is missing would seem to have
 *          ended.
 * Owns:    its entries.
 * Limits:  as many as it is made for; more are refused, and are not given as gone later.
 * Thread:  one at a time.
 */
#ifndef LAZARET_IDENTITY_LEASESNAPSHOT_H
#define LAZARET_IDENTITY_LEASESNAPSHOT_H

#include "base/fail.h"
#include "identity/linename.h"

#include <stddef.h>

struct leasesnapshot;

struct leasesnapshot *leasesnapshot_new(size_t most, const struct hash_key *key);
struct leasesnapshot *leasesnapshot_free(struct leasesnapshot *snapshot);

void leasesnapshot_begin(struct leasesnapshot *snapshot);

/* 1: it is new, or another line's now; 0: as in the last file; -EEXIST: this file has the name already; -ENOSPC. */
int leasesnapshot_add(
	struct leasesnapshot *snapshot, const struct line_name *name, uint64_t pseudonym) MUST_USE;

typedef void (*leasesnapshot_gone)(void *context, const struct line_name *name, uint64_t pseudonym);

void leasesnapshot_end(struct leasesnapshot *snapshot, leasesnapshot_gone give, void *context);

size_t leasesnapshot_count(const struct leasesnapshot *snapshot);

#endif
