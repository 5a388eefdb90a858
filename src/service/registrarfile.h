/* registrarfile - the file in which leases and names outlive the daemon, sealed
 *
 * What:    intervals (identity/leasekept.h), names of lines, and places in the files that are followed, written by a
 *          child while the registrar goes on (runtime/statefile.h): as often as a judge writes its snapshot, if
 *          anything was said, and at the end. It names persons, so it is sealed (ledger/sealstream.h) with a key of
 *          the ledger's key file. What was said after the last one is lost with the machine, but not with the
 *          process: leases and names lie in memory that is the parent's.
 * Owns:    the file "registrar-0.leases" and what is written beside it in the folder.
 * Limits:  one at a time.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SERVICE_REGISTRARFILE_H
#define LAZARET_SERVICE_REGISTRARFILE_H

#include "ledger/sealstream.h"
#include "runtime/statefile.h"
#include "service/registrarsources.h"

struct registrarfile {
	struct statefile file;
	uint8_t key[SEALSTREAM_KEY];
	int64_t every_us;
	int64_t begun_us;
	uint64_t said; /* what had been said when the last one was begun */
	uint64_t made;
};

/* What is in it. */
struct registrarfile_of {
	struct leases *leases;
	struct linetable *names;
	struct registrarsources *sources;
	const struct hash_key *pseudonyms; /* the key under which names are checked */
	bool is_filled; /* leases and names are in memory already: of the file only places are taken */
};

void registrarfile_init(struct registrarfile *file, const char *folder,
	const uint8_t key[SEALSTREAM_KEY], int64_t every_us);

/* The last good one: how many intervals, else as statefile_load. */
int64_t registrarfile_load(
	struct registrarfile *file, const struct registrarfile_of *of, struct fail *fail) MUST_USE;

/* Begins a new one if it is time and more was said, and takes over one that is written. */
void registrarfile_watch(
	struct registrarfile *file, const struct registrarfile_of *of, uint64_t said);

/* Begins the last one, in place of one that is not over. */
void registrarfile_finish(struct registrarfile *file, const struct registrarfile_of *of);

/* Looks whether the one that was begun is over, and takes it over. Never waits. */
bool registrarfile_is_over(struct registrarfile *file);

#endif
