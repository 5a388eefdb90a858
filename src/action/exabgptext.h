/* exabgptext - rules as lines for ExaBGP
 *
 * What:    the other way to a router: ExaBGP (4.2) holds the session and reads lines from a process that it runs, one
 *          to announce or withdraw a rule. It keeps what it was told only as long as it runs, and answers nothing that
 *          must be awaited.
 * Owns:    nothing.
 * Thread:  any.
 */
#ifndef LAZARET_ACTION_EXABGPTEXT_H
#define LAZARET_ACTION_EXABGPTEXT_H

#include "action/flowspec.h"

void exabgptext_announce(const struct flowspec_settings *settings, const struct flowspec_rule *rule,
	struct buffer *into);
void exabgptext_withdraw(const struct flowspec_settings *settings, const struct flowspec_rule *rule,
	struct buffer *into);

#endif
