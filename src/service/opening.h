/* opening - the sockets of the daemon: opened before anything starts, kept while processes come and go
 *
 * What:    one entry for each place to listen at, with a socket for each receiver; the control socket and that of the
 *          metrics. A reload opens what is new beside what there is, and closes what is left over only when
 *          everything new is open. What the service manager opened comes first.
 * Owns:    all descriptors.
 * Limits:  DAEMON_LISTEN entries.
 * Thread:  the parent's.
 */
#ifndef LAZARET_SERVICE_OPENING_H
#define LAZARET_SERVICE_OPENING_H

#include "runtime/gateclient.h"
#include "service/daemon.h"
#include "service/filteropening.h"
#include "service/given.h"
#include "service/receiver.h"

struct opened {
	struct listen listen;
	uint16_t port;                      /* that it got */
	int descriptor[ESTATE_RECEIVERS];   /* -1 where a receiver has none */
	struct packetring_settings packets; /* as they were opened */
	bool is_given;                      /* by the service manager, see given.h */
};

struct opening {
	struct opened entry[DAEMON_LISTEN];
	size_t count;
	char control_path[DAEMON_PATH];
	int control;          /* -1: none */
	dev_t control_device; /* of the file at the path, as it was made */
	ino_t control_inode;
	struct listen metrics_at;
	int metrics; /* -1: none */
	struct given given;
	struct filter_opened filter;
	/* Datagrams that sockets of each receiver had dropped when they were closed by a change. */
	uint64_t dropped[ESTATE_RECEIVERS];
	uint32_t seed; /* by which exporters are given to receivers */
};

#define OPENING_NONE                                                                               \
	((struct opening){.control = -1, .metrics = -1, .given = {.control = -1, .metrics = -1}})

/* Takes over what the service manager opened, before anything else is opened; it is kept until the end, whatever the
 * configuration says. seed: of statefolder_seed. */
int opening_take(struct opening *opening, const struct activation *activation,
	const struct daemon_settings *settings, uint32_t seed, struct fail *fail) MUST_USE;

/* Makes of what there is what the settings want: 0, or -errno with fail filled, and then nothing has changed. gate
 * opens what needs privileges; NULL: there is none. */
int opening_change(struct opening *opening, const struct daemon_settings *settings,
	struct gateclient *gate, struct fail *fail) MUST_USE;

/* What a receiver reads from. */
void opening_of(const struct opening *opening, uint32_t receiver, struct receiver_sockets *ret);

/* The same place, as it was asked for? */
bool opening_is_same(const struct listen *a, const struct listen *b);

/* Into the log. */
void opening_tell(const struct opening *opening);

void opening_close(struct opening *opening);

/* Does opening all this need privileges? Ports below 1024, packets, and the filter in the kernel. */
bool opening_needs_gate(const struct opening *opening, const struct daemon_settings *settings);

/* "udp:127.0.0.1:2055", for people. */
void opening_describe(const struct opened *opened, char into[96]);

#endif
