/* relayload - the files that the relay guard reads at its begin, and what it makes of its settings
 *
 * What:    the accounts file (relay/roster.h), tables of networks and countries (relay/places.h), the local domains,
 *          and the paths of logs that are to be followed.
 * Owns:    all of it.
 * Limits:  an accounts file of RELAYLOAD_MOST bytes; of files those of their headers.
 * Thread:  one; before the process shuts itself in.
 */
#ifndef LAZARET_SERVICE_RELAYLOAD_H
#define LAZARET_SERVICE_RELAYLOAD_H

#include "base/table.h"
#include "service/relaysettings.h"

/* A million accounts with long names. */
#define RELAYLOAD_MOST ((size_t)256 << 20)
#define RELAYLOAD_LOGS 16

struct relayload {
	struct roster *roster; /* NULL: there is no file */
	struct places *places; /* NULL: there are none */
	struct table local;
	char paths[RELAY_FILES]; /* of logs, each ended */
	const char *log[RELAYLOAD_LOGS];
	size_t logs;
};

/* 0, or -errno with fail filled: a file that is not there, or what is wrong in it and where. After an error it is to be
 * ended all the same. */
int relayload_begin(struct relayload *load, const struct relaying_settings *settings,
	const struct hash_key *key, struct fail *fail) MUST_USE;

/* Can its logs be followed? They need not be there yet, but their folders: these are what the guard may read in. */
int relayload_try_logs(const struct relayload *load, struct fail *fail) MUST_USE;

void relayload_end(struct relayload *load);

#endif
