/* filelist - files that a command names, each of them once
 *
 * What:    a file that is named twice (by a pattern and by its name, through a link, "-" again) would be
 *          counted twice, and standard input would be torn in two: it is read once, and that is said.
 * Owns:    nothing; the list is the caller's.
 * Thread:  one at a time.
 */
#ifndef LAZARET_PROGRAM_FILELIST_H
#define LAZARET_PROGRAM_FILELIST_H

/* Takes out of the list what was named before; each is told on standard error. Returns how many are left. */
int filelist_once(char **paths, int count);

#endif
