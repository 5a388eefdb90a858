/* interrupt - the wish of a person, or of the system, that a long job ends early
 *
 * What:    between begin and end the first SIGINT or SIGTERM only makes a descriptor readable, so that the
 *          job can end its reading, even where it waits for input, and report what it has. The second one
 *          ends the process at once, as it would without this. A signal that was ignored stays so.
 * Thread:  one a process.
 */
#ifndef LAZARET_PROGRAM_INTERRUPT_H
#define LAZARET_PROGRAM_INTERRUPT_H

#include <stdbool.h>

/* The descriptor that becomes readable; 0 if there can be none: then the signals do what they always do. */
int interrupt_begin(void);
bool interrupt_came(void);
void interrupt_end(void);

#endif
