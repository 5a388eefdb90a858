/* population - the lines of a rehearsed network that send mail: who they are and when they mail next
 *
 * What:    each line draws its own rate, partners and failures once, from a stream of numbers that depends
 *          only on the seed, the name of its class and its number in it: another class beside it changes
 *          nothing. member_next moves it to its next mail.
 * Owns:    nothing; a member is one plain value.
 * Limits:  times are microseconds since the start of the rehearsal.
 * Thread:  any.
 */
#ifndef LAZARET_REHEARSE_POPULATION_H
#define LAZARET_REHEARSE_POPULATION_H

#include "base/random.h"
#include "rehearse/distribution.h"
#include "rehearse/naive.h"
#include "rehearse/scenario.h"

#include <stdint.h>

#define MEMBER_NEVER INT64_MAX

/* What all lines of a class share. */
struct kind {
	const struct class *class;
	struct zipf zipf;
	double quiet; /* share of mails out of office hours; 1: no office hours */
	double strangers;
	int64_t renumber; /* life of an IPv6 address; 0: for ever */
	uint32_t first;   /* member */
	uint32_t count;
	uint32_t address; /* first number of its block of addresses */
};

struct member {
	struct random random;
	int64_t next; /* its next mail */
	int64_t end;
	int64_t down_from; /* its outage of this month */
	int64_t down_until;
	int64_t run_from; /* of this or the next burst or run */
	int64_t first_attempt;
	double rate; /* mails a microsecond while on, or in this run; or the mean gap */
	double jitter;
	double zipf_last;
	uint64_t salt;
	uint64_t attempts;
	float unanswered; /* cumulated: an attempt fails by chance below the last of them */
	float greylisted;
	float refused;
	uint32_t networks; /* or fixed servers */
	uint32_t left;     /* mails of this run */
	uint32_t size;     /* mails of every run */
	uint32_t on_from;  /* seconds of the day */
	uint32_t on_for;
	uint32_t link;   /* next of the same minute, owned by traffic */
	uint32_t number; /* in its class */
	uint16_t kind;
	uint8_t is_dead;
	struct naive naive;
};

void kind_init(struct kind *kind, const struct class *class);

void member_init(struct member *member, const struct kind *kind, uint64_t seed, uint32_t number);

/* The next mail after the one at member->next. */
void member_next(struct member *member, const struct kind *kind);

/* Whether the line's own connection is down; times must not go back. */
bool member_is_down(struct member *member, const struct kind *kind, int64_t at);

/* The network of the mail at member->next: a number below SCENARIO_NETWORKS. */
uint32_t member_network(struct member *member, const struct kind *kind);

#endif
