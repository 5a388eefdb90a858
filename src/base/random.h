/* random - a repeatable stream of numbers for simulations and tests
 *
 * What:    xoshiro256** (Blackman and Vigna, 2018), seeded through splitmix64. Not for secrets.
 * Thread:  one stream per caller.
 */
#ifndef LAZARET_BASE_RANDOM_H
#define LAZARET_BASE_RANDOM_H

#include <math.h>
#include <stdint.h>

struct random {
	uint64_t s[4];
};

static inline void
random_seed(struct random *random, uint64_t seed)
{
	for (int i = 0; i < 4; i++) {
		uint64_t z = (seed += UINT64_C(0x9e3779b97f4a7c15));

		z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
		z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
		random->s[i] = z ^ z >> 31;
	}
}

static inline uint64_t
random_u64(struct random *random)
{
	uint64_t *s = random->s, x = s[1] * 5, t = s[1] << 17;

	x = (x << 7 | x >> 57) * 9;
	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = s[3] << 45 | s[3] >> 19;
	return x;
}

/* Uniform in [0, 1). */
static inline double
random_unit(struct random *random)
{
	return (double)(random_u64(random) >> 11) * 0x1p-53;
}

/* Uniform in 0 .. below-1; below > 0. */
static inline uint64_t
random_below(struct random *random, uint64_t below)
{
	return (uint64_t)((__extension__(unsigned __int128) random_u64(random) * below) >> 64);
}

static inline double
random_uniform(struct random *random, double low, double high)
{
	return low + (high - low) * random_unit(random);
}

/* Log-uniform: low > 0. */
static inline double
random_log_uniform(struct random *random, double low, double high)
{
	return low * pow(high / low, random_unit(random));
}

/* Exponential gap of a Poisson process with the given rate. */
static inline double
random_exponential(struct random *random, double rate)
{
	return -log1p(-random_unit(random)) / rate;
}

#endif
