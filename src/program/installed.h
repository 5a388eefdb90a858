/* installed - where what came with the program is found
 *
 * What:    beside the program, as in a build; else where it is installed.
 * Owns:    nothing.
 * Limits:  INSTALLED_PATH bytes, with the end.
 * Thread:  any.
 */
#ifndef LAZARET_PROGRAM_INSTALLED_H
#define LAZARET_PROGRAM_INSTALLED_H

#define INSTALLED_PATH 512

/* A file or folder of that name that may be used so (access(2)); there: its path where it is installed. */
void installed_find(const char *name, int mode, const char *there, char into[INSTALLED_PATH]);

#endif
