/* evidence - what one channel says about one line
 *
 * What:    the natural logarithm of an e-value: on average at most 1 (score 0) while the line is honest in
 *          the sense of the channel's null hypothesis, so that a large score bounds the error
 *          (Shin, Ramdas, Rinaldo 2024; Dandapanthula and Ramdas 2025, arXiv 2501.04130).
 * Thread:  a value.
 */
#ifndef LAZARET_EVIDENCE_EVIDENCE_H
#define LAZARET_EVIDENCE_EVIDENCE_H

#include "base/wall.h"
#include "identity/line.h"

#include <stdint.h>

enum channel {
	CHANNEL_FLOW,
	CHANNEL_RELAY,
	CHANNEL_REPORT,
	CHANNEL_DNS,
	CHANNEL_METER,
	CHANNEL_COUNT
};

/* "flow" and so on. */
extern const char *const channel_names[CHANNEL_COUNT];

enum flow_sampled { FLOW_UNSAMPLED, FLOW_SAMPLED, FLOW_SAMPLING_UNTOLD };

/* What is known of a line from its flows, of an account from its mail server (flow_channel_tell): for reports and
 * explanations, never for other channels. */
struct flow_facts {
	struct wall first_seen; /* first mail attempt */
	struct wall last_seen;
	uint64_t attempts; /* connections to mail ports */
	uint64_t failed;   /* of them without an answer, or reset */
	uint64_t refused;  /* of them turned away before the data phase */
	uint64_t accepted;
	uint32_t contacts; /* first contacts: networks (/24, /48) not contacted in the last weeks */
	uint32_t contacts_bad; /* of them failed or refused */
	uint32_t networks;     /* different networks, an estimate once there are many */
	uint32_t addresses;    /* different addresses, an estimate once there are many */
	uint32_t sources;      /* networks whose mail the line accepted */
	float rate;            /* ln evidence against "few new networks a day" */
	float failure;         /* ln evidence against "few first contacts fail" */
	float chances;         /* ln, by which the score is lowered for many chances of bad luck */
	float expected_a_day; /* new networks a day that the line's role (or own past) makes normal */
	uint8_t role;         /* enum role: provisioned, or learnt */
	uint8_t sampled;      /* enum flow_sampled: outcomes of what is sampled do not count */
	uint8_t incomplete;   /* records were lost around some of it: it is at least this much */
	uint8_t frozen; /* the outcome did not count at the last first contact: enum freeze of flowchannel.h */
	/* What the router's meter told of it (flow_channel_meter): new connections to port 25 a minute, above which it
	 * was, and in spells of how many minutes in all; 0: it told nothing. */
	uint32_t meter_rate;
	uint32_t meter_minutes;
};

struct evidence {
	struct wall time;
	uint64_t line; /* pseudonym */
	uint32_t
		index; /* of the line in the judge's tables: dense, stable while the line is held */
	float score;   /* ln e-value of the channel */
	float watch;   /* ln of the strongest part: a reason to look, not to act */
	uint8_t channel;          /* enum channel */
	uint8_t role;             /* enum role, as judged */
	uint8_t is_first_contact; /* otherwise nothing changed that a verdict could rest on */
	uint8_t is_new_line;      /* the index is new, or was another line's before */
};

#endif
