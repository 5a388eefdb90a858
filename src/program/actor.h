/* actor - who is at the keyboard, for the record
 *
 * What:    "anna (1000)", and behind it who logged in, where that is another: sudo does not change it.
 * Thread:  one at a time.
 */
#ifndef LAZARET_PROGRAM_ACTOR_H
#define LAZARET_PROGRAM_ACTOR_H

/* With its end. */
#define ACTOR_TEXT 65

void actor_find(char into[ACTOR_TEXT]);

#endif
