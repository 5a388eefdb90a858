/* distribution - the random quantities that scenarios are written in
 *
 * What:    a number, U(a,b) uniform, or LU(a,b) log-uniform; and Zipf ranks by rejection-inversion
 *          (Hoermann and Derflinger 1996), which needs no table however many ranks there are.
 * Owns:    nothing.
 * Limits:  U needs a <= b, LU 0 < a <= b.
 * Thread:  any; the stream of numbers is the caller's.
 */
#ifndef LAZARET_REHEARSE_DISTRIBUTION_H
#define LAZARET_REHEARSE_DISTRIBUTION_H

#include "base/random.h"
#include "base/text.h"

#include <stdint.h>

enum distribution_kind {
	DISTRIBUTION_NONE,
	DISTRIBUTION_CONSTANT,
	DISTRIBUTION_UNIFORM,
	DISTRIBUTION_LOG_UNIFORM,
};

struct distribution {
	double low;
	double high; /* as low for a constant */
	uint8_t kind;
};

/* "4", ".25", "U(2,60)", "LU(100, 400)". -EINVAL if it is none of them, -EDOM if its ends are impossible. */
int distribution_parse(struct text text, struct distribution *ret) MUST_USE;

double distribution_draw(const struct distribution *distribution, struct random *random);

/* A whole number, at least 1: each of a..b is as likely as the others in U(a,b). */
uint32_t distribution_draw_count(const struct distribution *distribution, struct random *random);

/* Both ends times the factor. */
void distribution_scale(struct distribution *distribution, double factor);

/* Rank k of n comes with a probability proportional to k^-exponent. The part that does not depend on n is
 * kept once for many lines; zipf_last gives the part that does. */
struct zipf {
	double exponent;
	double first;  /* where rank 1 begins on the inverted scale */
	double accept; /* distance that needs no test */
};

void zipf_init(struct zipf *zipf, double exponent);
double zipf_last(const struct zipf *zipf, uint32_t n);

/* A rank in 1..n; last is zipf_last(zipf, n). */
uint32_t zipf_draw(const struct zipf *zipf, uint32_t n, double last, struct random *random);

#endif
