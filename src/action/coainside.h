/* coainside - what coa.c and coaanswer.c share
 *
 * What:    the structs of the client of RFC 5176, and how its orders end.
 * Owns:    nothing.
 * Limits:  as coa.h.
 * Thread:  as coa.h.
 */
#ifndef LAZARET_ACTION_COAINSIDE_H
#define LAZARET_ACTION_COAINSIDE_H

#include "action/coa.h"
#include "action/coatimers.h"
#include "action/coawindow.h"
#include "base/random.h"
#include "base/table.h"

/* Message-Authenticator and Event-Timestamp. */
#define COA_MESSAGE   18
#define COA_TIMESTAMP 6
#define COA_FRONT     (RADIUS_HEADER + COA_MESSAGE + COA_TIMESTAMP)
#define COA_NOBODY    UINT32_MAX

enum state {
	FREE,
	HELD,    /* until the one before it of its session was answered */
	WAITING, /* in the queue of its NAS */
	FLYING,  /* a request is under way */
	LATER,
	ASKED,
	ENDED /* and is still to be told */
};

struct order {
	uint64_t id;
	uint64_t session;
	struct wall give_up; /* FLYING */
	int64_t gap;         /* until it was sent the last time */
	uint32_t nas;
	uint32_t next;     /* in the list that it is in: free ones, a queue, those to be told */
	uint32_t follower; /* who is HELD until this one was answered */
	uint32_t cause;
	uint16_t place; /* FLYING: of the window */
	uint16_t length;
	uint8_t state;
	uint8_t stage; /* to be told */
	uint8_t tries;
	uint8_t laters;
	bool is_disconnect;
	bool is_shown;
	bool is_listed; /* among those to be told */
	/* The request: its attributes from COA_FRONT on, and right before them as much of what comes first as the NAS
	 * knows. */
	uint8_t bytes[COA_FRONT + COA_ATTRIBUTES];
};

struct list {
	uint32_t first;
	uint32_t last;
};

struct nas {
	struct coa_nas set;
	struct coa_window window;
	struct list queue;
	size_t waiting;
	struct wall free_at; /* the theoretical arrival time of its rate */
	bool is_ready;       /* in the ring */
};

struct coa {
	struct coa_settings settings;
	struct coa_counts counts;
	struct random random;
	struct order *orders;
	size_t used; /* of them that ever were */
	size_t open;
	struct list free;
	struct list told;
	struct table ids;      /* -> order */
	struct table sessions; /* -> the last order of each that was not answered yet */
	struct coa_timers timers;
	struct coa_timers naps; /* of NASes that have to wait */
	struct nas *nases;
	size_t nas_count;
	uint32_t *ready; /* a ring of NASes that may be asked */
	size_t ready_first;
	size_t ready_count;
};

/* It is to be told of the order how far it is. */
void coa_tell(struct coa *coa, uint32_t order, enum coa_stage stage);

/* The NAS need not be asked for it any more: who was held by it is next. */
void coa_let_follow(struct coa *coa, uint32_t order);

/* From any state in which it is in no list. */
void coa_end(struct coa *coa, uint32_t order, enum coa_stage stage);

/* Its request is no more under way. */
void coa_give_place(struct coa *coa, struct order *order);

#endif
