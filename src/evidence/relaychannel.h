/* relaychannel - channel R: does somebody else send through this account?
 *
 * What:    of an account (or line, certificate, address) that sends through a relay, a few running tests:
 *          unknown, refused: the share of results 5.1.x and 5.7.x is no larger than that of honest lists (CUSUMs with
 *          a half-life, as B of channel F); domains: it writes to no more new recipient domains a day than its class,
 *          or its own past, makes normal (CUSUM, as A of channel F; what an evening of new contacts gives is taken
 *          off); volume: it writes to no more recipients a day than twice its own past (Gamma-Poisson: a bound p on
 *          the tail of the negative binomial, and 0.5 / sqrt(p)).
 *          Each is an e-value under its own null, up to ceilings, fading and what is taken off, which make it smaller.
 *          The smaller of two is an e-value where the null of either holds; an average of e-values is one under any
 *          dependence. So the average of min(domains, volume) and min(A, B), A the average of domains and volume, B
 *          that of unknown and refused, is one for whoever sends as ever, whatever fails; and for whoever writes to
 *          more new domains or to more recipients than ever, but not both, where few of them fail.
 *          A running test begins again whenever it is at 0, and volume has a chance every day: what is bounded is how
 *          often a false score comes (once in e^score contacts or days), as in channel F, not whether it ever does.
 *          To its logarithm the logins are added: 3 for three networks or countries in one hour, 2 for a login after
 *          many wrong passwords from its network, once an hour, fading. They are weights that people chose, no
 *          e-values, so login_most holds them far below what confirms: alone they never do.
 * Owns:    nothing: records are values, all zero at the start.
 * Limits:  a class with neither domains_a_day nor volume_least has a score from logins only; its failures show in
 *          watch. Who sends no more than an honest account in its class, to people who are there, is not seen.
 * Thread:  any.
 */
#ifndef LAZARET_EVIDENCE_RELAYCHANNEL_H
#define LAZARET_EVIDENCE_RELAYCHANNEL_H

#include "base/wall.h"

#include <stdbool.h>
#include <stdint.h>

#define RELAY_UNKNOWNS 3 /* alternatives of the share of unknown recipients */
#define RELAY_REFUSALS 2 /* of policy refusals */

/* What is normal for all accounts of a class. */
struct relay_class {
	double domains_a_day; /* lambda0: new recipient domains a day; 0: they say nothing */
	double volume_least;  /* recipients a day that are normal for any; 0: they say nothing */
};

struct relay_channel_settings {
	double unknown_honest;                 /* theta0 */
	double unknown_zombie[RELAY_UNKNOWNS]; /* theta_k */
	double refused_honest;
	double refused_zombie[RELAY_REFUSALS];
	int64_t half_life_us; /* of all but domains, which leaks */
	double domain_ratio;  /* lambda1 / lambda0 */
	double domain_own;    /* lambda0 is at least so many times the own upper baseline */
	double domain_free;   /* so many new domains at once are no evidence */
	double volume_own;    /* so many times its own past is normal */
	double volume_prior;  /* days of its class that a new account begins with */
	double place_step;
	double guess_step;
	double login_most;    /* of both */
	unsigned places;      /* networks or countries in an hour */
	unsigned guesses;     /* wrong passwords before the right one */
	double ceiling;       /* of each test */
	double baseline_stop; /* ln: a day on which watch was above is not learnt from */
};

/* The settings, turned into what is added. */
struct relay_steps {
	float unknown_bad[RELAY_UNKNOWNS];
	float unknown_good[RELAY_UNKNOWNS];
	float refused_bad[RELAY_REFUSALS];
	float refused_good[RELAY_REFUSALS];
	float domain_gain;
	float domain_leak; /* per expected domain */
	float domain_off;
	double half_lives_per_s;
	struct relay_channel_settings settings;
};

enum relay_flag {
	RELAY_WAS_SUSPECT = 1 << 0, /* watch was above baseline_stop on this day */
	RELAY_IS_TOLD = 1 << 1,     /* of its keeper */
};

struct relay_record {
	float unknown[RELAY_UNKNOWNS];
	float refused[RELAY_REFUSALS];
	float domains;
	float volume;
	float login;
	/* Gamma-Poisson baseline: fading sums of days on which mail was sent, and of what was sent on them. */
	float past_days;
	float past_recipients; /* different ones */
	float past_accepted;   /* recipients, each as often as mail went to it */
	float past_domains;    /* new ones */
	uint32_t time_s;       /* all of it is as of then; 0: nothing was ever taken */
	uint16_t login_hour;   /* of the last step, modulo 2^16 */
	uint16_t guess_network;
	uint8_t guesses; /* wrong passwords from there, with no hour of silence between */
	uint8_t flags;   /* enum relay_flag */
};

enum relay_result { RELAY_ACCEPTED, RELAY_UNKNOWN_USER, RELAY_POLICY };

struct relay_evidence {
	float score;   /* ln e-value of the channel */
	float watch;   /* ln of the strongest part: a reason to look, not to act */
	float unknown; /* the parts */
	float refused;
	float domains;
	float volume;
	float login;
};

void relay_channel_defaults(struct relay_channel_settings *settings);
void relay_channel_prepare(
	struct relay_steps *steps, const struct relay_channel_settings *settings);

/* Time passes. Time never goes back: what is earlier counts as of the last. All that follows is as of then. */
void relay_record_advance(struct relay_record *record, const struct relay_steps *steps,
	const struct relay_class *class, struct wall now);

/* A recipient in a domain to which it did not write lately. */
void relay_record_domain(struct relay_record *record, const struct relay_steps *steps,
	const struct relay_class *class);

/* So many different recipients in the last 24 hours. */
void relay_record_volume(struct relay_record *record, const struct relay_steps *steps,
	const struct relay_class *class, double recipients);

/* What became of a recipient, once for each that is not known to be dead. */
void relay_record_result(
	struct relay_record *record, const struct relay_steps *steps, enum relay_result result);

/* It is used from so many networks and countries in this hour. */
void relay_record_places(struct relay_record *record, const struct relay_steps *steps,
	unsigned networks, unsigned countries, struct wall now);

/* A login, network a hash of where from. */
void relay_record_login(struct relay_record *record, const struct relay_steps *steps, bool good,
	uint16_t network, struct wall now);

struct relay_evidence relay_record_evidence(
	const struct relay_record *record, const struct relay_steps *steps);

/* What a day that is over teaches, unless there was suspicion on it. */
struct relay_day {
	double recipients;
	double accepted;
	double domains;
};

void relay_record_learn(
	struct relay_record *record, const struct relay_steps *steps, const struct relay_day *day);

/* Of days with a total and a number: what is not passed on 99 of 100 of them. */
double relay_upper(float total, float days);

#endif
