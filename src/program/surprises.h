/* surprises - what is good, and may be another thing than was meant
 *
 * What:    settings that fit together, so that the daemon takes them, and of which check says what would come of them:
 *          customers who see no page or an error, a listener that nothing leads to, an interface that is not here, weak
 *          secrets, a certificate that ends.
 * Owns:    nothing.
 * Thread:  any. Asks this machine for its interfaces, and reads files of secrets.
 */
#ifndef LAZARET_PROGRAM_SURPRISES_H
#define LAZARET_PROGRAM_SURPRISES_H

#include "service/daemon.h"

/* Each is told with where, what and hint. */
void surprises(const struct daemon_settings *settings, void (*tell)(const struct fail *fail));

#endif
