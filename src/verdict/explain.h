/* explain - a verdict in plain sentences
 *
 * What:    what was seen, since when, compared with what, how sure that is, what would have cleared the
 *          line, or what keeps it clear, and which version of the parameters judged. Made from the verdict
 *          and the parameters alone, so a kept verdict explains itself years later.
 * Thread:  any.
 */
#ifndef LAZARET_VERDICT_EXPLAIN_H
#define LAZARET_VERDICT_EXPLAIN_H

#include "base/text.h"
#include "verdict/parameters.h"

/* name: of the line, as the reader may see it. One sentence a line, ending in a line feed. */
void explain_verdict(const struct verdict *verdict, const struct parameters *parameters,
	const char *name, struct buffer *into);

#endif
