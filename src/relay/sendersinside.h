/* sendersinside - a record of senders.h: for senders.c and sendersstate.c only
 *
 * What:    all of it lies together. All zero at the start.
 * Limits:  counts of a day go to 65,535 and stay there, those of a life to 2^32 - 1.
 * Thread:  as senders.h.
 */
#ifndef LAZARET_RELAY_SENDERSINSIDE_H
#define LAZARET_RELAY_SENDERSINSIDE_H

#include "base/sketch.h"
#include "base/table.h"
#include "relay/senders.h"

#define RECIPIENT_REGISTERS 64
#define DENIED_REGISTERS    32
#define FEW_KINDS           (SENDER_KINDS - SENDER_DOMAINS)
/* As many as are asked for in an hour. */
#define PLACES 3
#define DEAD   3
/* Of the share of senders that policies refuse. */
#define SHARE_REGISTERS 1024

struct record {
	uint64_t key;
	struct filter_block known; /* domains */
	uint64_t few[FEW_KINDS];   /* of today: a bit for each, from SENDER_DOMAINS on */
	uint8_t recipients[RECIPIENT_REGISTERS / 2]; /* of today */
	uint8_t denied[DENIED_REGISTERS / 2];        /* of denied_hour */
	struct relay_record relay;
	uint32_t first_s;
	uint32_t attempts;
	uint32_t messages;
	uint32_t accepted;
	uint32_t result[SENDER_RESULTS];
	uint32_t logins[2];      /* wrong, right */
	uint16_t day;            /* what today is */
	uint16_t day_asked;      /* recipients */
	uint16_t day_accepted;   /* recipients */
	uint16_t day_new;        /* domains */
	uint16_t before[2];      /* different ones of the day before: recipients, domains */
	uint16_t generation_day; /* when the filter's generation began */
	uint16_t generation_new; /* domains in it */
	uint16_t denied_hour;
	uint16_t denied_before; /* in the hour before */
	/* In the last hour, the latest first. */
	struct {
		uint16_t network; /* of its hash; 0: not known */
		uint16_t country;
		uint16_t minute;
	} place[PLACES];
	uint16_t dead
		[DEAD]; /* of the hashes of recipients whose failures counted, the latest first; 0: none */
	uint8_t before_few[FEW_KINDS - 1];
	uint8_t class; /* enum limit */
};

_Static_assert(sizeof(struct record) == SENDERS_RECORD, "a million must fit beside their windows");

/* How many senders there are, and of how many policies refuse recipients, in this hour and the one before. */
struct refusals {
	uint32_t hour;
	uint8_t all[SHARE_REGISTERS / 2];
	uint8_t refused[SHARE_REGISTERS / 2];
	uint8_t was_on;
};

struct senders {
	struct senders_settings settings;
	struct relay_steps steps;
	struct table table; /* value: index */
	struct record *records;
	uint32_t count; /* indexes in use are below */
	uint32_t hand;  /* where to look next for one that may give way */
	struct refusals refusals;
	uint64_t displaced;
	uint64_t refused;
	uint64_t excused;
};

#endif
