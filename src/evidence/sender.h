/* sender - the state of one line that sends: inside evidence/ only
 *
 * What:    a record of cache lines that lie together: one that every attempt touches, one of counters, a
 *          ring of failures that an honest retry may take back, then the line's filter of known networks
 *          and its counters of different addresses and networks.
 * Owns:    senders owns all records, in one mapped block.
 * Limits:  lines_most records; a new one then takes the place of one long quiet and without evidence, the
 *          guard (flow_channel_guard) being told before.
 *          fold_bytes, while sketches are large: then all of them become smaller at once.
 * Thread:  one at a time.
 */
#ifndef LAZARET_EVIDENCE_SENDER_H
#define LAZARET_EVIDENCE_SENDER_H

#include "base/sketch.h"
#include "base/table.h"
#include "evidence/cusum.h"
#include "evidence/outage.h"

#define SENDER_RING 8

enum sender_flag {
	SENDER_SAMPLED = 1 << 0,
	SENDER_SERVER = 1 << 1,     /* learnt: accepts mail from many */
	SENDER_UNTOLD = 1 << 2,     /* an exporter does not say whether it samples */
	SENDER_INCOMPLETE = 1 << 3, /* an exporter's records were lost around a first contact */
};

struct sender {
	/* Touched by every attempt. */
	uint64_t pseudonym;
	int64_t first_us;
	int64_t last_us;
	uint32_t attempts;
	uint32_t failed;
	uint32_t refused;
	uint32_t accepted;
	struct outage_line window;
	uint32_t generation_s;   /* when the filter's generation began */
	uint16_t generation_new; /* networks in it */
	uint8_t role;            /* enum role, as provisioned */
	uint8_t flags;           /* enum sender_flag */
	uint8_t stall_failures;
	uint8_t stall_new; /* of stall_failures: first contacts whose failure counted */
	uint8_t ring_next;
	uint8_t frozen;     /* enum freeze, of the last first contact */
	uint32_t ring_bits; /* of the networks in the ring, by five bits of their tag */

	/* By first contacts. */
	int64_t contact_us; /* of the last one: cusum is as of then */
	struct cusum cusum;
	float days; /* with first contacts, fading like B: so many chances for bad luck */
	uint32_t contacts;
	uint32_t contacts_bad;
	uint32_t active_hour; /* of the last one */
	uint32_t stall_s;     /* when the outage that excuses it began; 0 none */
	uint32_t stall_run_s; /* when stall_failures began */
	float past_new;       /* Gamma-Poisson baseline: fading sum of daily first contacts, */
	float past_days;      /* and of days */
	uint16_t day;         /* of day_new */
	uint16_t day_new;     /* first contacts of that day */
	uint16_t meter_rate;  /* told of by the router: flow_channel_meter */
	uint16_t meter_minutes;

	/* Failures that a retry may take back. */
	struct {
		uint32_t network;
		uint32_t time_s;
	} ring[SENDER_RING];
};

_Static_assert(
	offsetof(struct sender, contact_us) == 64, "what every attempt touches: a cache line");
_Static_assert(offsetof(struct sender, ring) == 128, "what a first contact touches: another");
_Static_assert(sizeof(struct sender) == 192, "three cache lines");

struct senders {
	struct table by_line; /* pseudonym -> index */
	uint8_t *block;
	size_t most;
	size_t stride;
	size_t fold_bytes;
	unsigned filter_blocks;
	unsigned registers;
	uint32_t count; /* indexes in use are below */
	uint32_t hand;  /* where the search for one to give way goes on */
	uint64_t evicted;
	double half_life_us; /* of the failure test, to compare what is left of it */
	struct flow_guard guard;
};

void senders_init(struct senders *senders, const struct flow_channel_settings *settings);
void senders_done(struct senders *senders);

/* Bytes of a record. */
size_t senders_stride(unsigned filter_blocks, unsigned registers);

static inline struct sender *
senders_at(const struct senders *senders, uint32_t index)
{
	return (struct sender *)(void *)(senders->block + senders->stride * index);
}

static inline struct filter_block *
sender_filter(struct sender *sender)
{
	return (struct filter_block *)(void *)(sender + 1);
}

static inline uint8_t *
sender_addresses(const struct senders *senders, struct sender *sender)
{
	return (uint8_t *)(sender_filter(sender) + senders->filter_blocks);
}

static inline uint8_t *
sender_networks(const struct senders *senders, struct sender *sender)
{
	return sender_addresses(senders, sender) + senders->registers / 2;
}

/* The line's record, made empty if there was none: *made tells. Other records may have moved then. hint is its index +
 * 1 where that is likely, else 0. *evicted_hour is the active hour of the record that gave way for it, 0 if none
 * did. */
uint32_t senders_take(struct senders *senders, uint64_t pseudonym, uint32_t hint, struct wall now,
	bool *made, uint32_t *evicted_hour);

#endif
