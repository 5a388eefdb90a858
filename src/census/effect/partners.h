/* partners - the agencies that take part in an operation
 *
 * What:    a file of lines "COUNTRY PAGE AGENCY", as in
 *
 *              NO https://www.example.no/ Agency of examples
 *
with - for a page that there is none of. Empty lines and those that begin with # do not count. They are
shown by the names of countries, those of one country as in the file.
 * Owns:    nothing: texts are those of the file.
 * Limits:  PARTNERS_MOST.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_CENSUS_EFFECT_PARTNERS_H
#define LAZARET_CENSUS_EFFECT_PARTNERS_H

#include "base/text.h"
#include "census/effect/country.h"

#define PARTNERS_MOST 500

struct partner {
	const struct country *country;
	struct text agency;
	struct text page; /* http or https; empty: none */
};

struct partners {
	size_t count;
	struct partner row[PARTNERS_MOST];
};

/* What can be read is there in any case. -EINVAL with fail: its first line that is none. where: its name, for fail. */
int partners_parse(
	struct text file, const char *where, struct partners *ret, struct fail *fail) MUST_USE;

#endif
