/* program - a program that the warden runs: nft(8) or ip(8), with a text at its input
 *
 * What:    found in the folders of the system alone, run with no environment and no descriptors but its own three; what
 *          it says is kept in memory, and its first line handed back.
 * Owns:    nothing that lasts.
 * Limits:  PROGRAM_SAID bytes of what it says, PROGRAM_WORDS words.
 * Thread:  one at a time: it waits for the program's end.
 */
#ifndef LAZARET_GATE_PROGRAM_H
#define LAZARET_GATE_PROGRAM_H

#include "base/text.h"

#include <sys/types.h>

#define PROGRAM_SAID  400
#define PROGRAM_WORDS 4
#define PROGRAM_PATH  32

/* Where the program is; where none is, the place where it should be. */
char *program_find(const char *name, char into[PROGRAM_PATH]);

/* words: what stands behind the program's name, NULL at the end. Its exit code, 127 if it is not there; -1: it died. */
int program_run(const char *name, const char *const *words, struct text input,
	char said[PROGRAM_SAID]) MUST_USE;

/* The status of waitpid of a child that has ended or will; -1: it is none. */
int program_wait(pid_t pid);

#endif
