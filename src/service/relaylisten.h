/* relaylisten - the places at which the relay guard is asked, with what speaks there
 *
 * What:    each socket gets its protocol: policy, milter or logins, on one event loop, with one relay behind all.
 * Owns:    listeners and protocols; sockets, relay and settings are the caller's.
 * Limits:  RELAY_PLACES places; connections as set, and no more than descriptors: each place has its share of them, so
 *          that a crowd at one leaves room at the others, and for files.
 * Thread:  one.
 */
#ifndef LAZARET_SERVICE_RELAYLISTEN_H
#define LAZARET_SERVICE_RELAYLISTEN_H

#include "service/post.h"
#include "service/relaymilter.h"
#include "service/relaypolicy.h"
#include "service/relaysettings.h"

struct relaylogin;

struct relaylisten_settings {
	const struct relaying_settings *settings;
	struct relay *relay;
	struct hash_key key;
	struct event_base *base;
	size_t descriptors; /* that the process may have; 0: as many as there are connections */
	struct wall (*now)(void *context);
	bool (*is_late)(void *context);
	void *context;
};

struct relaylisten_at {
	struct relaypolicy policy;
	struct relaymilter milter;
	struct relaylogin *login;
	struct stream_listener *listener;
};

struct relaylisten {
	struct relaylisten_settings of;
	struct relaylisten_at at[RELAY_PLACES];
	size_t count;
};

/* Before the process shuts itself in: libraries open files. Nobody is heard before the loop runs. */
int relaylisten_begin(struct relaylisten *listen, const struct relaylisten_settings *settings,
	const struct keptsockets *opening, struct fail *fail) MUST_USE;

void relaylisten_show(const struct relaylisten *listen, struct duty *duty);

/* Before the end: milters get no more connections, which wait for the next guard. How many they still have: a server
 * would defer what it is told about over those, and ends them itself when its clients have said all. */
size_t relaylisten_let_end(struct relaylisten *listen);

/* Ends all connections. */
void relaylisten_end(struct relaylisten *listen);

#endif
