/* explainaccount - why an account at a mail server is held to be what it is, in sentences
 *
 * What:    the part of explain.h for lines of the role account: its evidence is what its mail server told (channel R),
 *          and what helps is another password, not a search for a program on a computer.
 * Thread:  any.
 */
#ifndef LAZARET_VERDICT_EXPLAINACCOUNT_H
#define LAZARET_VERDICT_EXPLAINACCOUNT_H

#include "verdict/explain.h"

void explain_account(const struct verdict *verdict, const struct parameters *parameters,
	const char *name, struct buffer *into);

#endif
