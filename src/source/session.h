/* session - what is kept of one exporter: its templates, sequence, sampling, and data that waits
 *
 * What:    a session is an exporter's address and observation domain; for IPFIX the source port too, as
 *          a new port is a new transport session (RFC 7011 s8.4), for NetFlow v9 not (RFC 3954 s9).
 *          Templates are replaced at once when they are redefined, refreshed when they are sent again,
 *          and not used beyond their life.
 * Owns:    sessions, their templates and the copies of data sets that wait. Pointers to a session are
 *          valid until the next session_open; to a template until the next session_announce, session_find_template or
 *          session_restart.
 * Limits:  export_settings. Sessions that were silent for a template's life make room; if there are none
 *          the new one is refused, so a flood of forged sources cannot drive out a real one.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SOURCE_SESSION_H
#define LAZARET_SOURCE_SESSION_H

#include "base/table.h"
#include "source/export.h"
#include "source/sampling.h"
#include "source/sequence.h"
#include "source/template.h"

#define SESSION_RECENT 4
#define SESSION_PRINTS 8

struct session_key {
	struct address exporter;
	uint32_t domain;
	uint16_t port;
	uint16_t dialect; /* enum dialect */
};

/* What a message's header told, as far as its records need it. */
struct moment {
	struct wall time; /* of the export; of its receipt if the exporter's clock was never set */
	uint32_t seconds; /* export time as sent */
	uint32_t uptime;  /* ms; NetFlow v5 and v9 */
};

/* A data set that waits for its template. */
struct held {
	struct held *next;
	struct moment moment;
	struct wall received;
	uint16_t template_id;
	uint16_t size;
	uint8_t bytes[];
};

struct session {
	struct session_key key;
	uint32_t number;
	uint32_t template_count;
	struct wall seen;
	struct template *recent[SESSION_RECENT]; /* by the low bits of the id; may be NULL */
	struct sequence sequence;
	uint64_t print[SESSION_PRINTS]; /* of the last datagrams, to know duplicates */
	uint8_t print_next;
	bool has_uptime;
	bool is_mixed; /* several exporters behind one key: restarts mean nothing */
	uint8_t restarts;
	struct wall restarts_since;
	uint32_t uptime;
	int64_t booted_ms;      /* export time - sysUpTime */
	int64_t started_ms;     /* systemInitTimeMilliseconds, from options; 0 not known */
	struct wall incomplete; /* records were lost shortly before this time */
	struct template *templates;
	struct sampling *sampling; /* NULL until a rate is learnt */
	struct held *held;         /* oldest first */
	struct held *held_last;
	size_t held_count;
	bool is_used;
};

struct sessions {
	const struct export_settings *settings;
	struct export_counts *counts;
	struct intake_counts *intake_counts; /* what is given up is skipped */
	uint64_t seed;
	struct table index;     /* session key -> number */
	struct table exporters; /* exporter -> how many sessions; aux: a refusal was told */
	struct table templates; /* session and template id -> index of template */
	struct session *session;
	uint32_t used; /* of session, ever */
	uint32_t free; /* chained by template_count */
	struct template **template;
	uint32_t *template_free;
	uint32_t template_used;
	uint32_t template_free_count;
	size_t held_bytes;
	struct wall swept;
};

enum session_template {
	SESSION_TEMPLATE_SAME,
	SESSION_TEMPLATE_NEW,
	SESSION_TEMPLATE_CHANGED,
	SESSION_TEMPLATE_LATE,
	SESSION_TEMPLATE_FULL,
};

void sessions_init(struct sessions *sessions, const struct export_settings *settings,
	struct export_counts *counts, struct intake_counts *intake_counts);
void sessions_done(struct sessions *sessions);

/* The session of the key, begun if there was none. NULL if it found no room; *tell is then true the first
 * time for each exporter. */
struct session *session_open(
	struct sessions *sessions, const struct session_key *key, struct wall now, bool *tell);

/* NULL: not known, or expired (then forgotten and counted). */
struct template *session_find_template(
	struct sessions *sessions, struct session *session, uint16_t id, struct wall now);

/* Learns or refreshes a template. fail is filled with what is strange in a new one. */
enum session_template session_announce(struct sessions *sessions, struct session *session,
	const struct layout *layout, uint32_t export_seconds, struct wall now, struct fail *fail);

/* Compares sysUpTime with what it was (v5, v9). True: the exporter has restarted; its templates, rates and
 * sequence are forgotten. */
bool session_restarted(struct sessions *sessions, struct session *session, uint32_t uptime,
	int64_t export_ms, struct wall now);

/* Has a datagram of this print come lately? */
bool session_is_duplicate(const struct session *session, uint64_t print);
void session_remember(struct session *session, uint64_t print);

/* Copies a data set to wait; false if there is no room for it. The oldest ones of a session give way. */
bool session_hold(struct sessions *sessions, struct session *session, uint16_t template_id,
	const struct moment *moment, struct wall received, const uint8_t *bytes, size_t size);

/* The oldest data set that waits for the template, or NULL; the caller frees it. */
struct held *session_release(
	struct sessions *sessions, struct session *session, uint16_t template_id);

/* Gives up what waits in a session; returns how many bytes it was. */
size_t session_give_up(struct sessions *sessions, struct session *session);

#endif
