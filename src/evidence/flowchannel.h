/* flowchannel - channel F: do a line's first contacts look like a spam run?
 *
 * What:    for each line that sends, two running tests on its first contacts (destination networks, /24 or
 *          /48, not contacted in the last weeks): a rate test (A: more new networks a day than the role
 *          makes normal) and a failure test (B: more of them fail than honest lists do), both CUSUMs in
 *          log form up to a ceiling (cusum.h), B decaying with a half-life. The score is the smaller:
 *          both "few new networks" and "few failures" must be refuted (RBS+TRW: Jung, Milito, Paxson,
 *          MIT-CSAIL-TR-2006-074). Guards freeze B while failures say nothing about the line.
 * Owns:    its tables.
 * Limits:  settings.lines_most; see each field.
 * Thread:  one at a time.
 */
#ifndef LAZARET_EVIDENCE_FLOWCHANNEL_H
#define LAZARET_EVIDENCE_FLOWCHANNEL_H

#include "base/restore.h"
#include "base/save.h"
#include "evidence/evidence.h"
#include "identity/sighting.h"

#include <stdbool.h>
#include <stddef.h>

#define FLOW_THETAS 2 /* alternatives of the failure test */
#define FLOW_RATES  2 /* alternatives of the rate test */

/* Of a line's sketches, as many millions of lines can have them. */
#define FLOW_FILTER_BLOCKS 8
#define FLOW_REGISTERS     64

/* Why the outcome of a first contact did not count. */
enum freeze {
	FREEZE_NONE,
	FREEZE_BLOCKED, /* our own policy drops it */
	FREEZE_NETWORK, /* many lines fail at once: an outage of ours, or a block upstream */
	FREEZE_LINE,    /* nothing answers the line: an outage of its own */
	FREEZE_SAMPLED, /* sampled flows: outcomes are biased */
	FREEZE_COUNT
};

struct flow_role_settings {
	double new_a_day;  /* lambda0: new networks a day that are normal */
	bool own_baseline; /* lambda0 is at least 4 times the line's own upper daily baseline */
	bool blocked;      /* we drop port 25 of this role: failures there say nothing */
};

struct flow_channel_settings {
	size_t lines_most; /* senders with state; one without evidence, quiet for long, gives way */
	unsigned
		filter_blocks; /* 64-byte blocks of a line's filter of known networks: power of two */
	unsigned
		distinct_registers; /* of its counters of addresses and networks: power of two from 64 */
	/* When the records of all lines fill so many bytes, their sketches are halved, down to the sizes above; 0:
	 * they stay. No parameter (verdict/parameters.h): what sketches err by hangs on their seed, too. */
	size_t fold_bytes;
	struct flow_role_settings role[ROLE_COUNT];
	double rate_ratio[FLOW_RATES];      /* lambda1 / lambda0 of the alternatives */
	double failure_honest;              /* theta0 */
	double failure_zombie[FLOW_THETAS]; /* theta_k */
	double failure_credit; /* B goes no further below 0: what a good past is worth */
	int64_t half_life_us;  /* of B */
	double ceiling;        /* of A and B */
	/* The score is lowered by 2 ln(n / free_days), n the days on which the line made first contacts, fading like
	 * B: each day is a chance for a run of bad luck, and 1 / n^2 has a finite sum, so that the bound on a false
	 * score holds for all of them together (a union bound). */
	double free_days;
	double sampled_most; /* of the score while flows are sampled: the rate alone never confirms */
	double baseline_stop; /* ln: a line's own baseline learns nothing above */
	/* A network counts as known for once to twice this long, or until so many others came that the filter is
	 * full. A line under suspicion (both tests above baseline_stop) is looked at with a shorter memory: one
	 * that goes on writing to the same networks must not seem to have stopped. */
	int64_t remember_us;
	int64_t remember_suspect_us;
	/* An honest retry: accepted by the same network between these times after its failure takes the
	 * failure back (RFC 6647 s5, RFC 5321 s4.5.4.1). */
	int64_t forgive_after_us;
	int64_t forgive_until_us;
	/* Network guard: of the lines that were ever accepted anywhere, the share that mostly fails now. B is
	 * frozen while it is above outage_share and outage_ratio times its own baseline (or half-way from
	 * the baseline to all), the line in question left out. */
	double outage_share;
	double outage_ratio;
	unsigned outage_lines; /* other lines needed to say so */
	int64_t outage_window_us;
	/* Line guard: so many failures in a row without any answer, from a line of which so many mails were
	 * accepted before, or over so long (a run as slow as that does no harm while it is looked at); for
	 * stall_us, and again only after stall_again_us. */
	unsigned stall_failures;
	unsigned stall_accepted;
	int64_t stall_slow_us;
	int64_t stall_us;
	int64_t stall_again_us;
	/* Learning the role mail-server: accepted mail from that many networks over that long. */
	unsigned server_sources;
	int64_t server_us;
};

/* One attempt of a line, with the destination already hashed by flow_channel_contact. */
struct contact {
	struct line line;
	uint64_t network; /* keyed hash of the destination's network */
	uint64_t address; /* keyed hash of the destination */
	struct wall time;
	uint32_t sampling;
	uint32_t hint; /* where the line's record was a moment ago, + 1; 0 unknown */
	uint8_t outcome;
	uint8_t flags; /* enum observation_flag */
};

struct flow_channel;

void flow_channel_defaults(struct flow_channel_settings *settings);

/* seed: secret of the sketches. */
struct flow_channel *flow_channel_new(const struct flow_channel_settings *settings, uint64_t seed);
struct flow_channel *flow_channel_free(struct flow_channel *channel);

/* What counts of a sighting of the kind CONTACT. */
struct contact flow_channel_contact(
	const struct flow_channel *channel, const struct sighting *sighting);

/* Asks for the memory that these contacts will touch, so that the waits overlap: the line's slot, the record
 * that it leads to, and what only some of the contacts touch. Each round reads what the one before asked for. */
enum flow_round { FLOW_ROUND_SLOT, FLOW_ROUND_RECORD, FLOW_ROUND_FIRST };

void flow_channel_prefetch(const struct flow_channel *channel, struct contact *contacts,
	size_t count, enum flow_round round);

/* The same for flow_channel_score. */
void flow_channel_prefetch_line(const struct flow_channel *channel, uint32_t index);

/* Takes a contact, in order of time, and gives the evidence after it. */
void flow_channel_take(
	struct flow_channel *channel, const struct contact *contact, struct evidence *ret);

/* Makes a record for a line that sent mail before this channel knew of it, last at that time; *made tells
 * whether there was none. Gives its index. */
uint32_t flow_channel_know(struct flow_channel *channel, const struct line *line, struct wall last,
	struct wall now, bool *made);

/* What a channel elsewhere tells of a line of the role account, which has no flows: its facts. attempts: recipients
 * asked for; failed: no such user; refused: for reasons of policy; contacts: new domains of recipients; networks: it
 * logged in from. */
void flow_channel_tell(struct flow_channel *channel, uint32_t index,
	const struct sighting_told *told, struct wall time);

/* What the router's meter tells of a line: its facts. False if evidence of the meter is not to be held against it, as
 * a server was learnt or is provisioned there. */
bool flow_channel_meter(struct flow_channel *channel, uint32_t index,
	const struct sighting_metered *metered, struct wall time) MUST_USE;

/* A person, or a date, settles what there is against the line: its tests begin again. What it usually does, and where
 * it was, stays known. */
void flow_channel_settle(struct flow_channel *channel, uint32_t index, struct wall now);

/* Takes a sighting of the kind INBOUND, in order of time: how the role mail-server is learnt. */
void flow_channel_inbound(
	struct flow_channel *channel, const struct sighting *sighting, struct wall time);

/* When the line at index was last seen, or told of. */
struct wall flow_channel_seen(const struct flow_channel *channel, uint32_t index);

/* When it last did what is held against lines: a first contact; of an account, or where the meter told of it,
 * anything. To go on writing to servers that it knows is nothing of that. */
struct wall flow_channel_suspect_at(const struct flow_channel *channel, uint32_t index);

/* Evidence of the line at index as of now, decayed; the line must be held. */
struct evidence flow_channel_score(
	const struct flow_channel *channel, uint32_t index, struct wall now);

struct flow_facts flow_channel_facts(
	const struct flow_channel *channel, uint32_t index, struct wall now);

/* Lines with a first contact in the last 24 hours. */
uint32_t flow_channel_active(const struct flow_channel *channel, struct wall now);

/* Lines held: indexes are below this; find gives one's index or -ENOENT. */
uint32_t flow_channel_lines(const struct flow_channel *channel);
int64_t flow_channel_find(const struct flow_channel *channel, uint64_t pseudonym);

/* Who else counts on what is held of a line, and must know when it gives way. */
struct flow_guard {
	const uint8_t *ranks; /* by index */
	uint8_t least; /* a rank from which on a line gives way only where no other is found */
	/* The line at index gives way: all that is held of it can still be asked for. */
	void (*on_evict)(void *context, uint32_t index, struct wall now);
	void *context;
};

/* There is one guard; NULL: none. ranks is borrowed until there is another. */
void flow_channel_guard(struct flow_channel *channel, const struct flow_guard *guard);

/* Lines that gave way to new ones. */
uint64_t flow_channel_evicted(const struct flow_channel *channel);

/* Times that mail came in to a line for which there was no room among the mail servers. */
uint64_t flow_channel_servers_refused(const struct flow_channel *channel);

/* First contacts whose outcome did not count, by reason. */
const uint64_t *flow_channel_frozen(const struct flow_channel *channel);

/* Everything but the settings and the guard; after an error save_error tells. */
void flow_channel_save(const struct flow_channel *channel, struct save *save);

/* Into a channel that took nothing yet, whose settings may be others: the seed of the sketches is the saved
 * one, and so are the sketches, folded where they are larger than the settings say; smaller ones stay as they
 * are. now: no time in it is far behind. -EBADMSG, -ENOTSUP or what reading gave, with fail filled; -ENOSPC
 * where there are more lines than settings.lines_most. The channel is then good for nothing but free. */
int flow_channel_restore(struct flow_channel *channel, struct restore *restore, struct wall now,
	struct fail *fail) MUST_USE;

#endif
