/* curve - false confirmations against delay, for several parameters of the judge at once
 *
 * What:    the points (theta0 and floor), the table of one run over them, and the table of runs in which one
 *          quantity of one class was halved or doubled. Markdown, so that it can stand in a document, or
 *          JSON objects.
 * Owns:    nothing; writes into the caller's buffer.
 * Thread:  any.
 */
#ifndef LAZARET_REHEARSE_CURVE_H
#define LAZARET_REHEARSE_CURVE_H

#include "rehearse/rehearsal.h"

#define CURVE_POINTS 6

/* The parameters of each point: base, but for theta0 in {.2, .3} and the floor in {9.2, 11.5, 16.1}. */
void curve_parameters(const struct parameters *base, struct parameters ret[CURVE_POINTS]);

/* All functions below take a rehearsal whose judges are the points in their order. */
void curve_report(const struct rehearsal *rehearsal, bool is_json, struct buffer *into);

/* One row for one changed quantity of one class, about the lines of that class only: false confirmations in a
 * million lines and a month, or share found and median delay. VALUE_COUNT: nothing was changed. */
void curve_varied_head(struct buffer *into);
void curve_varied_row(const struct rehearsal *rehearsal, unsigned class, enum class_value value,
	double factor, bool is_json, struct buffer *into);

#endif
