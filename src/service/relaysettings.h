/* relaysettings - how the relay guard of the daemon is set up, and where mail servers ask it
 *
 * What:    plain values; program/relayoptions.h makes them of the configuration.
 * Owns:    nothing.
 * Limits:  RELAY_PLACES places.
 * Thread:  a value.
 */
#ifndef LAZARET_SERVICE_RELAYSETTINGS_H
#define LAZARET_SERVICE_RELAYSETTINGS_H

#include "relay/relay.h"
#include "relay/reply.h"
#include "runtime/redisclient.h"
#include "service/keptsockets.h"

#define RELAY_PLACES KEPT_PLACES
/* Of the list of local domains, with its end. */
#define RELAY_LOCAL 4096
/* Of lists of files, with their ends. */
#define RELAY_FILES  4096
#define RELAY_SECRET 256

enum relay_protocol { RELAY_BY_POLICY, RELAY_BY_MILTER, RELAY_BY_LOGINS, RELAY_PROTOCOLS };

/* "policy" and so on, as the configuration spells them. */
extern const char *const relay_protocol_names[RELAY_PROTOCOLS];

struct relaying_settings {
	struct kept_place place[RELAY_PLACES]; /* protocol: enum relay_protocol */
	size_t place_count;                    /* 0: there is no guard */
	char group[33];                        /* that may use Unix sockets; empty: none */
	struct relay_settings relay;           /* without key and local domains */
	char local[RELAY_LOCAL];               /* domains, with blanks between */
	bool fails_closed;
	int64_t deadline_us;
	enum reply_language language;
	char help[REPLY_HELP_MOST + 1];
	char accounts
		[RELAY_FILES];    /* the file of roster.h, as many lines as senders; empty: none */
	char places[RELAY_FILES]; /* MMDB files, with blanks between */
	char logs[RELAY_FILES];   /* of the mail server, the same */
	char login_secret[RELAY_SECRET];
	/* Where counts are shared. */
	struct redis_place share[REDISCLIENT_SERVERS];
	size_t share_count; /* 0: nowhere */
	char share_stream[RELAY_SECRET];
	char share_user[RELAY_SECRET];
	char share_password[RELAY_SECRET];
	uint64_t share_keep;     /* entries */
	size_t connections_most; /* of each place */
	int64_t save_us;         /* how often counts are kept */
};

#endif
