/* registrarsources - the files that say who has which address, read as others write them
 *
 * What:    lease files of ISC and Kea, and logs, are followed (runtime/follow.h): lease files from their begin after
 *          each start, as what they say twice says nothing new; logs (Kea's, of a translator, and detail files of
 *          FreeRADIUS) from where they were read to. dnsmasq's leases and static tables are read as a whole when they
 *          have changed, and what is in them no more has ended. What they say goes to the registry, a portion of each
 *          at a time. Who cannot be read, and why, is told in the log and kept as words (sourcehealth.h).
 * Owns:    files and what it remembers of them; the registry is the caller's.
 * Limits:  REGISTRARSOURCES_FILE bytes of a file that is read as a whole; what cannot be read is counted. In one that
 *          is damaged, or has no line end at its end, nothing is taken for ended.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SERVICE_REGISTRARSOURCES_H
#define LAZARET_SERVICE_REGISTRARSOURCES_H

#include "base/restore.h"
#include "base/save.h"
#include "runtime/follow.h"
#include "service/registrarsettings.h"
#include "service/sourcehealth.h"

#define REGISTRARSOURCES_FILE ((size_t)1 << 30)

struct registrarsources;

struct registrarsources *registrarsources_new(
	const struct registrar_settings *settings, struct registry *registry);
struct registrarsources *registrarsources_free(struct registrarsources *sources);

/* Reads what is new; registry->now is the time. True if there is more at once. */
bool registrarsources_read(struct registrarsources *sources, int64_t steady_us);

struct registrarsources_counts {
	uint64_t lines;
	uint64_t entries;  /* and events, and blocks */
	uint64_t bad;      /* that could not be read */
	uint64_t lost;     /* times that something was not read */
	uint64_t errors;   /* of open and read */
	uint64_t behind;   /* bytes that were not read at the last call */
	uint64_t open;     /* files that are there */
	uint64_t troubled; /* files that are not, or cannot be read, wholly or in part */
};

struct registrarsources_counts registrarsources_counts(const struct registrarsources *sources);

/* The first that is in trouble; NULL: there is none. */
const struct sourcehealth *registrarsources_trouble(const struct registrarsources *sources);

/* Places in the files that are followed. Restore before the first is read: files that are not named in what was saved
 * begin as new ones. */
void registrarsources_save(const struct registrarsources *sources, struct save *save);
int registrarsources_restore(
	struct registrarsources *sources, struct restore *restore, struct fail *fail) MUST_USE;

#endif
