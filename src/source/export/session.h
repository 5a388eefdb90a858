/* session - what is kept of one exporter: its templates, sequence, sampling, and data that waits
 *
 * What:    a session is an exporter's address and observation domain; for IPFIX the source port
 *          too, as a new port is a new transport session (RFC 7011 s8.4), for NetFlow v9 not (RFC
 *          3954 s9). Templates are replaced at once when they are redefined, refreshed when they
 *          are sent again, and not used beyond their life.
 * Owns:    sessions, their templates and the copies of data sets that wait. Pointers to a session
 *          are valid until the next session_begin; to a template until the next session_announce,
 *          session_find_template or session_restarted.
 *          Over TCP (RFC 7011 s10.4) a connection is a session: templates do not age, and hold until they are
 *          withdrawn or the connection ends.
 * Limits:  export_settings. Where there is no room (for sessions, templates, or data that waits), what is older than
 *          a template's life makes it, then the weakest stranger (standing.h); if all are established
 *          the new one is refused. So a flood of forged sources cannot drive out a real one. Who forges
 *          as many exporters as there is room for, and keeps each of them established, keeps new ones
 *          out: against that helps only a list of those allowed.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SOURCE_EXPORT_SESSION_H
#define LAZARET_SOURCE_EXPORT_SESSION_H

#include "base/hash.h"
#include "base/table.h"
#include "source/export/export.h"
#include "source/export/figures.h"
#include "source/export/kernel.h"
#include "source/export/sampling.h"
#include "source/export/sequence.h"
#include "source/export/standing.h"
#include "source/export/template.h"

#define SESSION_RECENT 4
#define SESSION_PRINTS 8

struct session_key {
	struct address exporter;
	uint32_t domain;
	uint16_t port;
	uint8_t dialect;   /* enum dialect */
	uint8_t transport; /* enum export_transport */
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

/* What every message needs: the first cache line, the third and one word of the fourth. */
struct session {
	struct template *recent[SESSION_RECENT]; /* by the low bits of the id; may be NULL */
	struct wall seen;
	int64_t booted_ms; /* export time - sysUpTime */
	uint32_t uptime;
	bool has_uptime : 1;
	bool is_mixed : 1; /* several exporters behind one key, until an hour goes without one: restarts mean nothing */
	bool is_used : 1;
	bool is_established : 1; /* standing.h */
	bool is_resumed : 1; /* uptime is from before a restart of ours; then has_uptime is not set */
	uint8_t print_next;
	uint16_t port;          /* where the last message came from */
	struct wall incomplete; /* records were lost shortly before this time */
	struct sequence sequence;
	struct figures_often often;
	uint64_t print[SESSION_PRINTS]; /* of the last datagrams, to know duplicates */
	struct session_key key;
	struct figures figures;
	uint32_t number;
	uint32_t template_count;
	int64_t started_ms; /* systemInitTimeMilliseconds, from options; 0 not known */
	struct wall restarts_since;
	uint8_t restarts;
	struct template *templates;
	struct sampling *sampling; /* NULL until a rate is learnt */
	uint32_t rate;             /* of the last mail record or header of v5; 0 also before one */
	struct held *held;         /* oldest first */
	struct held *held_last;
	size_t held_count;
	uint32_t kernel_slot; /* + 1; 0: the filter in the kernel does not know it */
} __attribute__((aligned(64)));

_Static_assert(offsetof(struct session, print) == 192,
	"the sequence and what is counted often share a line");

struct sessions {
	const struct export_settings *settings;
	struct export_counts *counts;
	struct intake_counts *intake_counts; /* what is given up is skipped */
	uint64_t seed[4];                    /* secret */
	struct table index;                  /* session key -> number */
	struct table exporters; /* exporter -> how many sessions; aux: a refusal was told */
	struct table templates; /* session and template id -> index of template */
	struct standing standing;
	struct session *session;
	uint32_t used; /* of session, ever */
	uint32_t free; /* chained by template_count */
	struct template **template;
	uint32_t *template_free;
	uint32_t template_used;
	uint32_t template_free_count;
	size_t held_bytes;
	struct wall swept;
	struct kernel *kernel; /* is told of sessions that end; NULL: nobody is */
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

/* The hash of a key that is not put together: written in parts and read back as one word, it would be waited
 * for. */
static inline uint64_t
session_hash_parts(const struct sessions *sessions, const struct address *exporter, uint32_t domain,
	uint16_t port, uint8_t dialect, uint8_t transport)
{
	uint64_t rest =
		domain | (uint64_t)port << 32 | (uint64_t)dialect << 48 | (uint64_t)transport << 56;

	return hash_fold(hash_fold_16(exporter->byte, sessions->seed) ^ sessions->seed[2],
		rest ^ sessions->seed[3]);
}

static inline uint64_t
session_hash(const struct sessions *sessions, const struct session_key *key)
{
	return session_hash_parts(
		sessions, &key->exporter, key->domain, key->port, key->dialect, key->transport);
}

/* The session of a key with this hash, or NULL if there is none yet. */
static inline struct session *
session_find(const struct sessions *sessions, uint64_t hash)
{
	const struct table_slot *slot = table_find(&sessions->index, hash);

	return slot != NULL ? &sessions->session[slot->value] : NULL;
}

/* Begins a session that there is not yet. NULL if it found no room; *tell is then true the first
 * time for each exporter. */
struct session *session_begin(
	struct sessions *sessions, const struct session_key *key, struct wall now, bool *tell);

/* Begins a session that was kept beyond a restart of ours. Nobody gives way to it: NULL if there is no room, or it
 * is there already. */
struct session *session_resume(
	struct sessions *sessions, const struct session_key *key, struct wall now);

/* Of a template that was kept. */
struct template_life {
	struct wall refreshed;
	uint32_t since;
	bool is_redefined;
};

/* False if there is no room for it, or it is there already. */
bool session_resume_template(struct sessions *sessions, struct session *session,
	const struct layout *layout, const struct template_life *life);

/* Ends a session and all that it holds. */
void session_end(struct sessions *sessions, struct session *session);

/* A message was read: counts it, and a stranger may become established. */
static inline void
session_see(struct sessions *sessions, struct session *session)
{
	if (__builtin_expect(!session->is_established, 0))
		session->is_established = standing_see(&sessions->standing, session->number,
			session->often.messages, session->often.records);
}

/* The template is withdrawn (RFC 7011 s8.1). id: a template's, or that of a set for all templates
 * of its kind. False: there was none. */
bool session_withdraw(
	struct sessions *sessions, struct session *session, uint16_t id, bool is_options);

/* NULL: not known, or expired (then forgotten and counted). */
struct template *session_find_template(
	struct sessions *sessions, struct session *session, uint16_t id, struct wall now);

/* Life is counted on the receiver's clock. */
static inline bool
session_is_expired(
	const struct sessions *sessions, const struct template *template, struct wall now)
{
	return now.us > template->refreshed.us &&
		now.us - template->refreshed.us > sessions->settings->template_life_us;
}

/* The same for one that was used lately; NULL means only that session_find_template has to be
 * asked. */
static inline struct template *
session_find_recent(const struct sessions *sessions, const struct session *session, uint16_t id,
	struct wall now)
{
	struct template *template = session->recent[id % SESSION_RECENT];

	if (template == NULL || template->id != id || session_is_expired(sessions, template, now))
		return NULL;
	return template;
}

/* Learns or refreshes a template. fail is filled with what is strange in a new one. */
enum session_template session_announce(struct sessions *sessions, struct session *session,
	const struct layout *layout, uint32_t export_seconds, struct wall now, struct fail *fail);

/* A layout of this number was announced that cannot be used: the one before it does not hold any more. */
void session_refuse(struct sessions *sessions, struct session *session, uint16_t id,
	uint32_t export_seconds, struct wall now);

/* Compares sysUpTime with what it was (v5, v9). True: the exporter has restarted; its templates,
 * rates and sequence are forgotten. */
bool session_restarted(struct sessions *sessions, struct session *session, uint32_t uptime,
	int64_t export_ms, struct wall now);

/* The usual case: sysUpTime went on. False: session_restarted has to be asked. */
static inline bool
session_goes_on(struct session *session, uint32_t uptime, int64_t export_ms)
{
	if (!session->has_uptime || uptime < session->uptime)
		return false;
	session->uptime = uptime;
	session->booted_ms = export_ms - uptime;
	return true;
}

/* To be asked of a session that is mixed: what did not go back for an hour is one exporter, which crashed often or was
 * forged, and its losses can be told again. */
void session_forgive(struct session *session, struct wall now);

/* Has a datagram of this print come lately? */
bool session_is_duplicate(const struct session *session, uint64_t print);
void session_remember(struct session *session, uint64_t print);

/* Copies a data set to wait; false if there is no room for it. The oldest ones of a session give
 * way. */
bool session_hold(struct sessions *sessions, struct session *session, uint16_t template_id,
	const struct moment *moment, struct wall received, const uint8_t *bytes, size_t size);

/* The oldest data set that waits for the template, or NULL; the caller frees it. */
struct held *session_release(
	struct sessions *sessions, struct session *session, uint16_t template_id);

/* Gives up what waits in a session; returns how many bytes it was. */
size_t session_give_up(struct sessions *sessions, struct session *session);

#endif
