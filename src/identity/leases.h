/* leases - who had this address, and port, at that second
 *
 * What:    intervals in which a line held an IPv4 address, an IPv6 prefix of /48 to /64, or a block of ports of a
 *          shared IPv4 address; what RADIUS accounting (RFC 2866), DHCP servers and address translators (RFC 8158)
 *          say becomes those. It knows pseudonyms and roles of lines, hashes of NASes and sessions, and no person.
 *
 *          A record speaks of a name (what is leased), a line (who), a NAS or server, and a session; one without a
 *          session (0) is of DHCP: then the line is the session. Times are seconds; a part of a second is cut off.
 *          - Start: the line holds the name from then on, until the lifetime that is stated. Whoever holds it then,
 *            or is said to later than then (an end that came later), ended at that time: the later Start holds. A
 *            Start that comes late is put where its time is, and ends where the next one begins.
 *          - Start or Interim of a session that holds it: a sign of life; the lifetime goes on from there. If it is
 *            earlier than the Start that is known, the interval begins there.
 *          - Interim of a session that does not hold it: its Start was lost, and it is one. But if that session was
 *            displaced by another's Start, both hold it by their own words: within the tolerance behind that Start
 *            the Interim is old and nothing, later both intervals are disputed and never give a line.
 *          - Stop: ends it at that time. The second Stop of a session is nothing; one for an interval that ended in
 *            another way only makes it shorter, or longer where it only lapsed.
 *          - Stop without Start: with the time of its begin (Acct-Session-Time) it makes the whole interval, without
 *            one it is kept as an empty interval, which a Start that comes later widens; unless another line holds
 *            the name then.
 *          - A lost Stop: the interval ends with its stated lifetime and the tolerance; then nobody is known. An
 *            Interim or Stop of the same session that comes later shows that it went on: then the gap is closed.
 *            Without a session (DHCP) the gap stays.
 *          - Restart of a NAS (Accounting-On or -Off): ends all its sessions that began earlier, at that time, also
 *            those whose records come later. An Interim of such a session behind it begins a new interval.
 *          - Records from further in the future than the tolerance, and those that ended before the retention time,
 *            are counted and nothing else.
 *
 *          A look-up (leasefind.h) gives a line only where no other line held the address within the tolerance
 *          before or after: else, outside of the intervals but within the tolerance of one, or where it is disputed,
 *          it is doubtful (-EAGAIN) and names the candidates. All names that the address lies in count: a /64 inside
 *          a /56, or a block of ports of an address that was leased as a whole, of another line at the same time are
 *          doubtful, too. A shared address (one with blocks of ports, or held by a line of ROLE_SHARED) without a
 *          port gives no line, nor does one with a port that is in no block (-ENOTUNIQ), unless a line holds all of
 *          it.
 * Owns:    nothing: the memory is the caller's and must outlive the handle; zeroed, and shared where others read it.
 * Limits:  leases_most intervals; where they are all taken what ended first gives way, and where none has ended, a
 *          new one is refused. LEASES_HISTORY intervals a name, LEASES_LINE open ones of a line for reverse look-up,
 *          nas_most NASes (those of more are not forgotten), the last LEASES_RESTARTS restarts of each. All are
 *          counted. 56 bytes an interval, all in; a look-up costs two cache lines and more where it goes into the
 *          past: who has many to ask has their memory fetched together (leasefind_fetch).
 * Thread:  one process writes, any number looks up, also where the memory is mapped read-only. A writer that died in
 *          the middle leaves memory that cannot be opened for writing (-EBUSY); readers then get -EBUSY, too.
 */
#ifndef LAZARET_IDENTITY_LEASES_H
#define LAZARET_IDENTITY_LEASES_H

#include "base/wall.h"
#include "identity/leasetable.h"

#define LEASES_HISTORY  256
#define LEASES_LINE     64
#define LEASES_RESTARTS LEASETABLE_RESTARTS

/* Until when, of what never ends. */
#define LEASES_FOREVER ((struct wall){UINT32_MAX * WALL_SECOND})

struct leases_settings {
	size_t leases_most;
	size_t nas_most;
	unsigned tolerance_seconds; /* by which clocks may disagree */
	unsigned retention_hours;
	struct hash_key key; /* random: scatters the slots */
};

#define LEASES_DEFAULTS                                                                            \
	((struct leases_settings){.leases_most = 1 << 20,                                          \
		.nas_most = 4096,                                                                  \
		.tolerance_seconds = 120,                                                          \
		.retention_hours = 168})

/* A line holds a name from a time on, or no longer. */
struct leases_change {
	struct line_name name;
	struct line line;
	struct wall at;
	bool is_held;
};

typedef void (*leases_watch)(void *context, const struct leases_change *change);

struct leases {
	struct leasetable table;
	uint32_t retention; /* seconds; of the writer */
	leases_watch watch; /* NULL: nobody wants to know */
	void *context;
};

/* Bytes of memory for these settings. */
size_t leases_bytes(const struct leases_settings *settings);

/* In zeroed memory, which begins at a multiple of 64. -EINVAL: it is too small. */
int leases_make(struct leases *ret, const struct leases_settings *settings, void *memory,
	size_t bytes) MUST_USE;

/* Memory that was made before; settings NULL: to read only. -EINVAL: it is none; -EPROTO: of another version;
 * -EBUSY: its writer died in the middle. */
int leases_open(struct leases *ret, const struct leases_settings *settings, void *memory,
	size_t bytes) MUST_USE;

/* Who is told of each change from now on, in the middle of the call that makes it: he asks nothing of the leases then.
 * What lapsed is told when leases_tick finds it. */
void leases_set_watch(struct leases *leases, leases_watch watch, void *context);

/* --- What is said. --- */

struct lease {
	struct line_name name;
	struct line line;
	uint64_t nas;     /* hash of the NAS or server; 0: none, and no restart ends it */
	uint64_t session; /* hash of NAS and Acct-Session-Id; 0: DHCP */
};

/* These give 0; -EINVAL: a name that cannot be leased; -ERANGE: a time from the future or too long ago; -ENOSPC.
 * Each is counted, and there is nothing that must be done about it. Of a session with several addresses each is said
 * by itself. */
int leases_start(
	struct leases *leases, const struct lease *lease, struct wall at, struct wall until);
int leases_interim(
	struct leases *leases, const struct lease *lease, struct wall at, struct wall until);
/* from: when the session began; 0: not told. */
int leases_stop(struct leases *leases, const struct lease *lease, struct wall at, struct wall from);

/* A Stop that names no address, or not all: ends whatever the line holds by that session. Gives how many. */
int leases_stop_session(
	struct leases *leases, uint64_t pseudonym, uint64_t session, struct wall at);

/* Who gives the name away says that nobody has it any more (DHCP: declined, or gone from the file; a block of ports
 * that was given back): ends whoever holds it then. */
int leases_vacate(struct leases *leases, const struct line_name *name, struct wall at);

/* A NAS was switched on or off. */
void leases_forget_nas(struct leases *leases, uint64_t nas, struct wall at);

/* What time it is; before anything is said, and then every second or so. Ends what lapsed and frees history that is
 * older than the retention time, in portions: true if there is more to do now. Each interval is visited within
 * leases_most / LEASES_PORTION calls. */
#define LEASES_PORTION 4096
bool leases_tick(struct leases *leases, struct wall now);

/* open and ended: intervals held; all others: since it was made. */
struct leases_counts {
	uint64_t open, ended;
	uint64_t starts, interims, stops;
	uint64_t repeated;      /* records that said nothing new */
	uint64_t displaced;     /* ended by another's Start */
	uint64_t disputed;      /* Interims that made two intervals disputed */
	uint64_t lapsed;        /* without a Stop in their lifetime */
	uint64_t restarted;     /* ended by a restart of their NAS */
	uint64_t start_unknown; /* Interims whose Start is not known */
	uint64_t stop_unknown;  /* Stops likewise */
	uint64_t future;        /* refused: from further in the future than the tolerance */
	uint64_t old;           /* refused: from before the retention time */
	uint64_t misfits;       /* refused: a name that cannot be leased */
	uint64_t gave_way;      /* history that was dropped before its time: no room */
	uint64_t history_full;  /* likewise: LEASES_HISTORY */
	uint64_t line_full;     /* not found by reverse look-up: LEASES_LINE */
	uint64_t nas_full;      /* records whose NAS could not be kept */
	uint64_t refused;       /* no room, and no history that could give way */
};

struct leases_counts leases_counts(const struct leases *leases);

#endif
