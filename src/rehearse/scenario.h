/* scenario - a network to rehearse, as its file describes it
 *
 * What:    reads lazaret-scenario(5): sentences about the network, about classes of lines and how they
 *          mail, and about what is expected of the judge. Line and word of a mistake are named.
 * Owns:    a scenario is one plain value.
 * Limits:  SCENARIO_CLASSES_MOST classes, SCENARIO_EXPECTS_MOST expectations, SCENARIO_BYTES_MOST of
 *          text, SCENARIO_SENDERS_MOST lines that send.
 * Thread:  any.
 */
#ifndef LAZARET_REHEARSE_SCENARIO_H
#define LAZARET_REHEARSE_SCENARIO_H

#include "base/fail.h"
#include "base/text.h"
#include "base/wall.h"
#include "rehearse/distribution.h"
#include "verdict/parameters.h"

#include <stdbool.h>
#include <stdint.h>

#define SCENARIO_CLASSES_MOST 64
#define SCENARIO_EXPECTS_MOST 128
#define SCENARIO_BYTES_MOST   (1 << 18)
#define SCENARIO_SENDERS_MOST (1 << 21)
#define SCENARIO_DAYS_MOST    400
#define SCENARIO_NETWORKS     (1 << 22) /* destination networks in the world */
#define SCENARIO_NAME         64
#define SCENARIO_SENTENCE     160

/* Flow exporters of a scenario, and sentences about them. */
#define SCENARIO_EXPORTERS_MOST 200
#define SCENARIO_GROUPS_MOST    16

/* The quantities of a class; times are seconds, rates are per second, shares are 0 to 1. */
enum class_value {
	VALUE_RATE,
	VALUE_ON,
	VALUE_QUIET,
	VALUE_GAP,
	VALUE_JITTER,
	VALUE_BURST_DAYS,
	VALUE_BURST_SIZE,
	VALUE_BURST_GAP,
	VALUE_RUN_SIZE,
	VALUE_RUN_LENGTH,
	VALUE_SERVERS,
	VALUE_NETWORKS,
	VALUE_EXPONENT,
	VALUE_STRANGERS,
	VALUE_UNANSWERED,
	VALUE_GREYLISTED,
	VALUE_REFUSED,
	VALUE_DEAD,
	VALUE_DOWN,
	VALUE_BEGIN,
	VALUE_END,
	VALUE_RENUMBER,
	VALUE_COUNT
};

struct class_value_limits {
	const char *name;
	double least;
	double most;
	bool is_varied; /* a parameter of the traffic that --vary halves and doubles */
	bool is_single; /* one figure for the class, not a distribution over its lines */
};

extern const struct class_value_limits class_values[VALUE_COUNT];

enum rhythm { RHYTHM_NONE, RHYTHM_RANDOM, RHYTHM_EVERY, RHYTHM_BURST, RHYTHM_RUN };

enum class_flag {
	CLASS_ZOMBIE = 1 << 0,
	CLASS_PER_MILLION = 1 << 1,
	CLASS_SAME_RUN = 1 << 2, /* each run goes through the same list */
	CLASS_RETRIES = 1 << 3,
	CLASS_IPV6 = 1 << 4,
};

struct class {
	char name[SCENARIO_NAME];
	double lines; /* or lines in a million, with CLASS_PER_MILLION */
	struct distribution value[VALUE_COUNT];
	unsigned file_line;
	uint16_t port;
	uint16_t cgnat_ports; /* of each line behind a shared address; 0: an address each */
	int16_t host;         /* the class whose lines these are too, or -1 */
	uint8_t role;
	uint8_t rhythm;
	uint8_t flags;
};

enum expect_kind {
	EXPECT_AT_LEAST,
	EXPECT_AT_MOST,
	EXPECT_FALSE_AT_MOST,
	EXPECT_FALSE_RATE, /* per million lines and 30 days */
	EXPECT_RELEASED,
	EXPECT_RELEASED_AT_MOST,
	EXPECT_CONTACTS, /* at most so many first contacts to confirmation, median */
	EXPECT_FLAGGED,  /* by a naive rule, at least */
};

/* How the exporters of a network speak; "exported by" names them so. */
enum export_dialect {
	EXPORT_NETFLOW9,
	EXPORT_IPFIX,  /* a record for each direction */
	EXPORT_BIFLOW, /* IPFIX, both directions in one record (RFC 5103) */
	EXPORT_SFLOW,
	EXPORT_DIALECTS
};

extern const char *const export_dialect_names[EXPORT_DIALECTS];

/* Exporters of one kind. */
struct export_group {
	uint32_t sampling; /* 1 in so many; 0: as the network is sampled */
	uint16_t count;
	uint8_t dialect; /* enum export_dialect */
	bool is_twice;   /* each flow is exported where it comes in and where it goes out */
};

/* Which classes an expectation speaks of, beside the number of one. */
enum { EXPECT_IN_HONEST = -1, EXPECT_IN_ZOMBIES = -2, EXPECT_IN_ALL = -3 };

struct expect {
	char text[SCENARIO_SENTENCE];
	double amount;
	double within;   /* seconds from the first attempt; 0: whenever */
	double quantile; /* of the lines that must be within it */
	unsigned file_line;
	int16_t in;
	uint8_t kind;
	uint8_t state; /* or the naive rule */
	bool is_share; /* of the lines of the class */
};

struct scenario {
	uint64_t lines;
	double days;
	uint64_t seed;
	struct wall start;
	double blocked_from; /* seconds since the start; negative: never */
	bool blocked_silently;
	double outage_from; /* negative: never */
	double outage_length;
	uint32_t sampling;
	double background; /* share of flow records that are about no mail */
	unsigned group_count;
	struct export_group group[SCENARIO_GROUPS_MOST];
	struct parameters
		parameters; /* of the judge: the defaults, but for what the scenario sets */
	unsigned class_count;
	unsigned expect_count;
	struct class class[SCENARIO_CLASSES_MOST];
	struct expect expect[SCENARIO_EXPECTS_MOST];
};

/* path is only for the messages. -EINVAL for a mistake in the text, -ENOSPC above a ceiling. */
int scenario_parse(
	struct scenario *ret, struct text text, const char *path, struct fail *fail) MUST_USE;

/* As scenario_parse, from a file: also -errno of reading it. */
int scenario_read(struct scenario *ret, const char *path, struct fail *fail) MUST_USE;

/* What cannot be seen in one sentence: enough lines, complete classes. scenario_parse does it, too; to be
 * repeated after the size of the network was changed. */
int scenario_check(const struct scenario *scenario, const char *path, struct fail *fail) MUST_USE;

/* Lines of the class in this network. */
uint32_t scenario_class_lines(const struct scenario *scenario, const struct class *class);

/* All exporters together. */
unsigned scenario_exporters(const struct scenario *scenario);

/* Multiplies one quantity of one class, kept inside its limits. */
void scenario_vary(
	struct scenario *scenario, unsigned class, enum class_value value, double factor);

/* The scenarios inside the program: "month" (the whole mix) and "small-town". NULL if there is none. */
struct builtin_scenario {
	const char *name;
	const char *summary;
	const unsigned char *text;
	const unsigned int *length;
};
extern const struct builtin_scenario builtin_scenarios[];
extern const unsigned builtin_scenario_count;

int scenario_builtin(struct scenario *ret, const char *name, struct fail *fail) MUST_USE;

#endif
