/* naive - the simple rules that operators use today, for comparison
 *
 * What:    over 30 connections in a clock hour; over 10 different destination networks in five minutes of
 *          the clock; over half of the connections of a day failed, of 6 or more. A line that broke a rule
 *          once stays flagged.
 * Owns:    nothing; one struct a line.
 * Limits:  connections of one line come in order of hour, of five minutes and of day.
 * Thread:  any.
 */
#ifndef LAZARET_REHEARSE_NAIVE_H
#define LAZARET_REHEARSE_NAIVE_H

#include <stdbool.h>
#include <stdint.h>

#define NAIVE_CONNECTIONS_MOST  30
#define NAIVE_DESTINATIONS_MOST 10
#define NAIVE_ATTEMPTS_LEAST    6

enum naive_rule { NAIVE_CONNECTIONS, NAIVE_DESTINATIONS, NAIVE_FAILURES, NAIVE_COUNT };

/* "connections" and so on. */
extern const char *const naive_names[NAIVE_COUNT];

struct naive {
	uint32_t destination[NAIVE_DESTINATIONS_MOST];
	uint32_t hour;
	uint32_t slot;
	uint32_t day;
	uint32_t in_hour;
	uint32_t in_day;
	uint32_t failed_in_day;
	uint8_t in_slot;
	uint8_t flagged; /* 1 << enum naive_rule */
};

/* One connection: seconds since the start, the network, whether it failed in any way. */
void naive_see(struct naive *naive, uint32_t second, uint32_t network, bool is_failed);

/* The day that is under way is over. */
void naive_end(struct naive *naive);

#endif
