/* kernel - what the filter in the kernel may read, and what it has read
 *
 * What:    the process's side of kernelshare.h. Follows which datagrams of a session the filter has
 *          passed to the socket; when all of them have been read, shows it the session's templates and
 *          allows it to read. What the filter took comes back entry by entry, and does to sessions,
 *          counters and intake exactly what export_datagram would have done with the datagram.
 *
 *          Whoever receives keeps this order: takes datagrams from the socket, then all entries
 *          from the ring, then gives the datagrams to export_datagram; and when the socket is empty
 *          calls kernel_allow.
 * Owns:    its own notes; the shared memory is the caller's. It must outlive the export that it is
 *          attached to, which ends it for the filter.
 * Limits:  those of kernelshare.h: sessions that find no room go by the socket, as do templates that
 *          are not plain, and sessions of which the filter can read so little that allowing is the
 *          greater effort (they are tried again at a growing pause, a minute at the most).
 *          Datagrams that were passed and never came (a full socket) are noticed after window_us
 *          in which the number stayed.
 * Thread:  the export's.
 */
#ifndef LAZARET_SOURCE_EXPORT_KERNEL_H
#define LAZARET_SOURCE_EXPORT_KERNEL_H

#include "source/export/export.h"
#include "source/export/kernelshare.h"

struct session;

struct kernel_settings {
	struct kernel_control *control; /* only read */
	struct kernel_slot *slots;      /* KERNEL_SLOTS of them */
	unsigned ring;                  /* which ring the entries are to come by */
	int64_t window_us;              /* a second */
};

struct kernel_counts {
	uint64_t entries;
	uint64_t bytes;   /* of the datagrams that they stand for */
	uint64_t passed;  /* datagrams that came by the socket */
	uint64_t records; /* in them, those that were not kept too */
	uint64_t kept;    /* of them */
	uint64_t odd;     /* entries that make no sense */
	uint64_t stale;   /* entries that came too late to be read: session or template are gone */
	uint64_t allowed; /* times that the filter was allowed to read a session */
	uint64_t full;    /* sessions that found no slot, counted for each datagram */
	uint64_t unseen;  /* datagrams that were passed to the socket and never came out */
};

struct kernel;

/* What a process before this one left in the slots of this ring is cleared. Entries that the filter made for that one
 * can be read up to the first kernel_allow, of sessions and templates that are known as they were (exportstate.h). */
struct kernel *kernel_new(const struct kernel_settings *settings);
struct kernel *kernel_free(struct kernel *kernel);

/* Before the first datagram. */
void kernel_attach(struct kernel *kernel, struct export *export_);

/* Takes one entry. from: as for export_datagram; exporter and port are the entry's. */
void export_kernel_entry(
	struct export *export_, const struct export_from *from, const void *entry, size_t size);

/* The socket is empty: lets the filter read what it may, and bars templates that are about to
 * expire. now: the clock of `received`. */
void kernel_allow(struct kernel *kernel, struct wall now);

/* The filter reads nothing more, whatever comes; entries that it has made can still be taken. */
void kernel_end(struct kernel *kernel);

const struct kernel_counts *kernel_counts(const struct kernel *kernel);

/* For the export: a datagram has come by the socket; a session ends. */
void kernel_see(
	struct kernel *kernel, const struct export_from *from, const uint8_t *payload, size_t size);
void kernel_forget(struct kernel *kernel, struct session *session);

#endif
