/* casefile - cases.lzc: what a run found, by address, network, contact, AS, country and list
 *
 * What:    a file of keptfile.h that needs no other to be read but one: state.lzt of the same day lies beside it in the
 *          run's folder. Counts are of IPv4 addresses and of /64s of IPv6; days are those of state.h, 0 is none; times
 *          are seconds since 1970; countries two capital letters and languages two small ones, the first in the
 *          upper byte, 0 is none; texts are numbers for casefile_text, 0 is the empty one.
 *
 *          networks  those in which the state has an address, in the order of the first; [0] is nobody's
 *          cases     contacts in whose networks the state has an address: [0] is of nobody, so its mailbox is empty.
 *                    Sorted by mailbox. A contact without an open case has no code
 *          rows4/6   candidates of the day, sorted by address, with all that a letter says of them
 *          of4/of6   of each row of state.lzt, in its order, the network: so also addresses that are gone have their
 *                    case: cases[networks[of4[i]].of]. The row's first and last day are in the state, opening day and
 *                    arm in the case. A row whose last day is before the case was opened was of a case before it
 *          by_case   numbers of rows4, then of rows6, by case: those of a case lie together, from its rows4 and rows6
 *          on systems   AS by number, countries by their letters; 0 is where it is not known; only those with a row
 *          lists     as scores know them: the bit i of `lists` is lists[i]
 * Owns:    the mapping, from casefile_open to casefile_close.
 * Limits:  4 GiB of texts, 2^32 - 1 rows. Opening reads all of it: each number in a file that was opened leads to
 *          something. The same input gives the same bytes, whatever the number of threads.
 * Thread:  any, once it is open.
 */
#ifndef LAZARET_CENSUS_JOIN_CASEFILE_H
#define LAZARET_CENSUS_JOIN_CASEFILE_H

#include "base/fail.h"
#include "base/text.h"
#include "census/join/state.h"

#include <assert.h>

/* Of a candidate, by what letters of its case told. */
enum casefile_status {
	CASEFILE_NEW,      /* no letter named it */
	CASEFILE_STILL,    /* one did */
	CASEFILE_REOPENED, /* one did, and it was gone meanwhile */
	CASEFILE_STATUS_COUNT
};

struct casefile_counts {
	uint32_t listed;                        /* candidates of the day */
	uint32_t status[CASEFILE_STATUS_COUNT]; /* whose sum that is */
	uint32_t listed6;                       /* how many of them are of IPv6 */
	uint32_t first; /* of them, those that are in the state since this day */
	uint32_t gone;  /* the last letter named them, and they are no candidates */
	uint32_t ever;  /* rows of the state: within its retention */
};

struct casefile_network {
	uint64_t low[2], high[2]; /* upper and lower half; an IPv4 address is the lower half */
	uint32_t name, holder;    /* texts of the registry */
	uint32_t system;          /* AS that announces it; 0: not known */
	uint32_t of;              /* case */
	uint16_t country, language;
	uint8_t family; /* enum range_family */
	uint8_t registry, rule, quality;
	struct casefile_counts counts;
	uint64_t covered; /* its addresses, or /64s, for which it is the answer */
};

enum casefile_arm { CASEFILE_LETTER, CASEFILE_HOLDOUT, CASEFILE_ARM_COUNT };

/* What the run did about a case. */
enum casefile_step {
	CASEFILE_NONE,      /* nothing: there is no open case */
	CASEFILE_WAITS,     /* nothing is due on this day */
	CASEFILE_HELD_OUT,  /* held out of letters, to see what letters do */
	CASEFILE_FIRST,     /* a letter was written */
	CASEFILE_REMINDER,  /* the same */
	CASEFILE_ESCALATED, /* the same, also for others */
	CASEFILE_HELD,      /* a letter is due, a person must allow it first */
	CASEFILE_NEVER,     /* it may not be written to */
	CASEFILE_NOBODY,    /* nobody is known to write to */
	CASEFILE_CLOSED,    /* on this day */
	CASEFILE_STEP_COUNT
};

/* "letter", "hold-out"; "first letter" and so on, in reports. */
extern const char *const casefile_arms[CASEFILE_ARM_COUNT];
extern const char *const casefile_steps[CASEFILE_STEP_COUNT];

struct casefile_case {
	uint32_t mailbox, mailbox2; /* texts; the second one is for the escalation */
	uint32_t holder;            /* text: of the network with the most candidates */
	uint32_t code;              /* text: LZ-2026-004711; empty: no open case */
	uint32_t why;               /* text: why a letter is held; empty: it is not */
	uint32_t stratum;           /* when it was opened: country << 8 | class of size (arms.h) */
	uint32_t networks;          /* with a candidate */
	uint32_t systems;           /* AS with a candidate, where known */
	uint32_t rows4, rows6; /* in by_case; how many are in counts: listed - listed6, listed6 */
	uint32_t most;         /* candidates on a day since it was opened, at most */
	uint16_t countries;    /* with a candidate */
	uint16_t country, language; /* of the network with the most candidates */
	uint16_t opened;            /* day; 0: it was not */
	uint16_t last_letter;       /* when the last one to its mailbox was sent */
	uint16_t low_since; /* day since which less than a twentieth of the most are candidates */
	uint16_t letters;   /* sent */
	uint8_t arm;        /* enum casefile_arm */
	uint8_t step;       /* enum casefile_step */
	uint8_t rule, quality; /* of the contact, in that network */
	uint8_t is_kept;       /* the registry's terms forbid to pass the mailbox on */
	uint8_t is_manual;     /* a person gave this contact */
	struct casefile_counts counts;
	uint64_t covered4, covered6; /* addresses and /64s that are the contact's */
};

struct casefile_system {
	uint32_t number;
	uint32_t
		holder; /* text: its name, or else the holder of the network with the most candidates */
	uint32_t cases;   /* with a candidate in it */
	uint16_t country; /* of that network */
	uint16_t spare;   /* 0 */
	struct casefile_counts counts;
	uint64_t covered4, covered6;
};

struct casefile_country {
	uint16_t code;
	uint16_t spare; /* 0 */
	uint32_t cases; /* with a candidate in it */
	struct casefile_counts counts;
	uint64_t covered4, covered6;
};

struct casefile_list {
	uint32_t name, group, licence; /* texts; the licence empty: it may not be quoted */
	uint32_t time;                 /* of its file */
	uint32_t half_life;            /* seconds */
	uint32_t weight;               /* of SCORE_ONE */
	uint64_t listings;             /* distinct addresses and /64s, and ranges */
	uint64_t candidates;           /* on it */
	uint64_t first;                /* of those since this day */
	uint8_t is_evidence, is_trap;
	uint8_t is_left_out; /* it grew too fast, and nobody accepted it */
	uint8_t spare[5];    /* 0 */
};

struct casefile_row4 {
	uint32_t address;
	uint32_t newest; /* listing that counts; with a port, of those that say one */
	uint32_t lists;  /* bits */
	uint32_t network;
	uint16_t port;  /* of its end, at that time; 0: no list says one */
	uint16_t score; /* of SCORE_ONE */
	uint16_t first; /* day */
	uint8_t status; /* enum casefile_status */
	uint8_t is_trapped;
};

struct casefile_row6 {
	uint64_t address; /* the /64 */
	uint32_t newest;
	uint32_t lists;
	uint32_t network;
	uint16_t port;
	uint16_t score;
	uint16_t first;
	uint8_t status;
	uint8_t is_trapped;
	uint32_t spare; /* 0 */
};

/* Of the whole run. */
struct casefile_totals {
	uint64_t listings4, listings6, ranges; /* as read */
	uint64_t addresses; /* distinct, of lists that are evidence: those that were scored */
	uint64_t excluded;  /* listings in networks that an analyst excluded */
	uint64_t unported;  /* listings in shared addresses, without time and port */
	uint64_t away;      /* rows of the state that were gone before */
	uint64_t dropped;   /* rows whose retention ended */
	uint64_t gone;      /* rows that were candidates in the run before and are not now */
	uint64_t reopened;  /* candidates that were not there in the run before, but earlier */
	uint32_t now;       /* the moment of the scores */
	uint16_t day;
	uint16_t day_before; /* of the run before; 0: there was none */
	struct casefile_counts counts;
};

static_assert(sizeof(struct casefile_row4) == 24 && sizeof(struct casefile_row6) == 32,
	"no padding that would hold chance bytes");
static_assert(sizeof(struct casefile_network) == 96 && sizeof(struct casefile_case) == 112 &&
		sizeof(struct casefile_list) == 56 && sizeof(struct casefile_totals) == 120,
	"files have these");
static_assert(sizeof(struct casefile_system) == 64 && sizeof(struct casefile_country) == 56,
	"files have these");

struct casefile {
	const struct casefile_totals *totals;
	const struct casefile_network *networks;
	const struct casefile_case *cases;
	const struct casefile_system *systems;
	const struct casefile_country *countries;
	const struct casefile_list *lists;
	const struct casefile_row4 *rows4;
	const struct casefile_row6 *rows6;
	const uint32_t *of4, *of6;
	const uint32_t *by_case;
	const char *texts;
	uint64_t network_count, case_count; /* with [0] */
	uint64_t system_count, country_count, list_count;
	uint64_t rows4_count, rows6_count;
	uint64_t of4_count, of6_count; /* rows of the state */
	uint64_t texts_size;
	const uint8_t *bytes;
	size_t size;
};

/* 0, or -errno with fail: -EBADMSG, it is none or is damaged; -ENOENT. */
int casefile_open(const char *path, struct casefile *ret, struct fail *fail) MUST_USE;
void casefile_close(struct casefile *file);

/* The same of bytes that are the caller's and outlive it, aligned as uint64_t is. */
int casefile_on(
	const uint8_t *bytes, size_t size, struct casefile *ret, struct fail *fail) MUST_USE;

static inline struct text
casefile_text(const struct casefile *file, uint32_t text)
{
	uint32_t length;

	memcpy(&length, file->texts + text, sizeof(length));
	return (struct text){.at = file->texts + text + sizeof(length), .length = length};
}

/* The case of that mailbox; NULL: none. */
const struct casefile_case *casefile_find(const struct casefile *file, struct text mailbox);

#endif
