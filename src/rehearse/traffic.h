/* traffic - the mail connections of a rehearsed network, minute after minute
 *
 * What:    makes the observations that a perfect exporter would deliver (or a sampling one, if the scenario
 *          says so), in order of time. A calendar by minute holds who mails next, so that lines which are
 *          silent cost nothing. Retries after RFC 5321 s4.5.4.1 where a class asks for them.
 * Owns:    the members and the batch; a batch is valid until the next call.
 * Limits:  TRAFFIC_MINUTE_MOST connections a minute, TRAFFIC_RETRIES_MOST waiting retries: more are left out
 *          and counted. The scenario must outlive it.
 * Thread:  one at a time.
 */
#ifndef LAZARET_REHEARSE_TRAFFIC_H
#define LAZARET_REHEARSE_TRAFFIC_H

#include "identity/lines.h"
#include "rehearse/population.h"
#include "rehearse/scenario.h"
#include "source/observation.h"

#include <stddef.h>

#define TRAFFIC_MINUTE_MOST  (1 << 23)
#define TRAFFIC_RETRIES_MOST (1 << 22)

struct traffic;

struct traffic *traffic_new(const struct scenario *scenario);
struct traffic *traffic_free(struct traffic *traffic);

/* The next minute's observations; returns how many, or -1 when the scenario has ended. */
int64_t traffic_minute(struct traffic *traffic, const struct observation **ret);

struct wall traffic_begin(const struct traffic *traffic);
/* The end of the last minute that was made. */
struct wall traffic_now(const struct traffic *traffic);

/* Tells the network's prefixes and roles to identity/. */
int traffic_identify(
	const struct traffic *traffic, struct lines *lines, struct fail *fail) MUST_USE;

uint32_t traffic_members(const struct traffic *traffic);
const struct member *traffic_member(const struct traffic *traffic, uint32_t index);
const struct class *traffic_class(const struct traffic *traffic, const struct member *member);
/* Address and port that the member sends from at the beginning. */
uint16_t traffic_address(
	const struct traffic *traffic, const struct member *member, struct address *ret);

/* How the lines of a class share addresses: line n has the address number n / each after the first, and of
 * it the ports from (first_port + n % each * ports) on. False if each has its own. */
struct traffic_shared {
	struct address first;
	uint32_t lines;
	uint32_t each;
	uint16_t ports;
	uint16_t first_port;
	uint8_t role;
};
bool traffic_shared(const struct traffic *traffic, unsigned class, struct traffic_shared *ret);

struct traffic_counts {
	uint64_t attempts;
	uint64_t seen; /* of them, after sampling */
	uint64_t left_out;
};
struct traffic_counts traffic_counts(const struct traffic *traffic);

#endif
