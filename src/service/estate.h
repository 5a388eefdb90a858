/* estate - what the parent makes and what outlives every single process of the daemon
 *
 * What:    shared memory (pages of figures, rings, tables of names), the descriptors that wake judges and keeper, and
 *          the channels between processes. A process that takes the place of one that died finds everything as it was.
 *          After a fork each child keeps what is its own (estate_enter) and loses the rest.
 * Owns:    all of it; estate_free is for tests, the daemon ends with its processes.
 * Limits:  ESTATE_RECEIVERS receivers, none where there is a guard, one guard, one registrar, one portal,
 *          one notifier,
 *          ESTATE_JUDGES judges;
 *          ESTATE_WHEREABOUTS gains and losses of addresses wait.
 * Thread:  the parent makes it before it forks.
 */
#ifndef LAZARET_SERVICE_ESTATE_H
#define LAZARET_SERVICE_ESTATE_H

#include "desk/status.h"
#include "identity/leases.h"
#include "identity/sighting.h"
#include "runtime/ring.h"

#define ESTATE_RECEIVERS 16U
#define ESTATE_JUDGES    16U
/* Who puts sightings into rings: receivers, behind them the guard, and behind that the actor. */
#define ESTATE_PUTTERS (ESTATE_RECEIVERS + 2)
/* That wait for one judge: more wait with the keeper. */
#define ESTATE_DECISIONS 4096

#define ESTATE_WHEREABOUTS 65536U
/* Blocks of ports that wait for the registrar from one receiver. */
#define ESTATE_BLOCKS 8192U

/* Who a process is: what it does, and its number among those that do the same. */
struct post {
	enum counter_owner owner;
	uint32_t number;
};

struct estate_settings {
	uint32_t receivers;
	uint32_t guards;    /* 0 or 1 */
	uint32_t actors;    /* 0 or 1 */
	uint32_t portals;   /* 0 or 1 */
	uint32_t notifiers; /* 0 or 1 */
	uint32_t judges;
	size_t sightings_most;     /* that wait for one judge from one putter: a power of two */
	size_t verdicts_most;      /* that wait for the keeper from one judge: a power of two */
	size_t names_most;         /* of one putter */
	uint32_t registrars;       /* 0 or 1 */
	uint32_t leases_tolerance; /* seconds */
	size_t leases_most;
};

/* The two ends of a channel: who asks or commands has the first. */
struct ends {
	int end[2];
};

struct estate {
	struct estate_settings settings;
	struct status_process *pages; /* one a process, in the order of estate_place */
	struct status_exporters *exporters[ESTATE_RECEIVERS];
	/* Of each judge, then of each judge to the keeper; all in one page, which every judge may write. */
	struct status_rings *rings;
	void *sightings[ESTATE_PUTTERS][ESTATE_JUDGES];
	void *verdicts[ESTATE_JUDGES];
	void *decisions[ESTATE_JUDGES];
	/* Of the keeper: the ledger's last step whose decisions are all in their rings; 0: no keeper was there yet. */
	uint64_t *decided;
	void *names[ESTATE_PUTTERS];
	void *accountnames; /* struct accountnames, of the guard; NULL: there is none */
	void *cases;        /* struct casetable, of the keeper for the guard; the same */
	void *orders;       /* struct ordertable, the same */
	void *measures; /* ring of struct order, of the keeper for the actor; NULL: there is none */
	/* Of the registrar, who alone writes them; NULL: there is none. */
	void *leases;      /* struct leases: for those who look up lines by address */
	void *linenames;   /* linetable of struct linewho: for the keeper alone */
	void *sessions;    /* linetable of struct session_of_line: for who speaks to NASes alone */
	void *whereabouts; /* ring of struct whereabouts: for who acts upon lines */
	void *blocks
		[ESTATE_RECEIVERS]; /* rings of struct natblock, of receivers for the registrar */
	int whereabouts_wake;       /* of that; used where there is a registrar */
	int judge_wake[ESTATE_JUDGES];
	int keeper_wake;
	int actor_wake;
	int actor_gate; /* the actor's socket to the gate; the parent's; -1: none */
	uint32_t seed;  /* by which exporters are given to receivers: statefolder_seed */
	int lock; /* of the folder of the state: nobody else works there while any process has it; -1: none */
	struct ends parent[STATUS_PROCESSES]; /* parent to each process */
	struct ends desk_keeper;
	struct ends desk_guard; /* used where there is a guard */
	struct ends desk_judge[ESTATE_JUDGES];
	struct ends actor_keeper; /* used where there is an actor */
	int notifier_helper; /* the notifier's channel to its helper (noticehelper.h); the parent's; -1: none */
	struct ends portal_keeper;   /* used where there is a portal (portalask.h) */
	struct ends notifier_keeper; /* used where there is a notifier (noticeask.h) */
	struct ends judge_keeper[ESTATE_JUDGES];
};

/* How many put sightings into rings. */
static inline uint32_t
estate_putters(const struct estate_settings *settings)
{
	return settings->receivers + settings->guards + settings->actors;
}

/* Receivers say what was seen, the guard and the actor what their channels make of it: none speaks for another. */
bool estate_may_say(
	const struct estate_settings *settings, uint32_t putter, const struct sighting *sighting);

int estate_make(
	struct estate *estate, const struct estate_settings *settings, struct fail *fail) MUST_USE;
void estate_free(struct estate *estate);

/* The number of a process among all: which page and which channel to the parent is its own. */
unsigned estate_place(const struct post *post);
unsigned estate_places(const struct estate *estate);

/* The figures of a process. */
struct status_process *estate_status(const struct estate *estate, unsigned place);

/* What the leases in the estate are made by; key and retention are not in it. */
struct leases_settings estate_leases(const struct estate_settings *settings);

/* In a child: closes and unmaps what is of no use to this process; others' figures become read-only (but
 * for what judges show of their rings, which any judge may write), and the filter of system calls (shutin.h) keeps them
 * so; where there is no filter that guards against accidents only. more:
 * descriptors that it keeps as well. */
void estate_enter(struct estate *estate, const struct post *post, const int *more, size_t count);

/* The rings, as the process sees them. */
void estate_sightings_putting(
	const struct estate *estate, uint32_t putter, uint32_t judge, struct ring *ret);
void estate_sightings_taking(
	const struct estate *estate, uint32_t putter, uint32_t judge, struct ring *ret);
void estate_verdicts_putting(const struct estate *estate, uint32_t judge, struct ring *ret);
void estate_verdicts_taking(const struct estate *estate, uint32_t judge, struct ring *ret);
void estate_measures_putting(const struct estate *estate, struct ring *ret);
void estate_measures_taking(const struct estate *estate, struct ring *ret);
/* What people decided (ledger/deciding.h), from the keeper to a judge. */
void estate_decisions_putting(const struct estate *estate, uint32_t judge, struct ring *ret);
void estate_decisions_taking(const struct estate *estate, uint32_t judge, struct ring *ret);
/* What translators said in flow export. Nobody is woken: it is looked for all the time. */
void estate_blocks_putting(const struct estate *estate, uint32_t receiver, struct ring *ret);
void estate_blocks_taking(const struct estate *estate, uint32_t receiver, struct ring *ret);
void estate_whereabouts_putting(const struct estate *estate, struct ring *ret);
void estate_whereabouts_taking(const struct estate *estate, struct ring *ret);

#endif
