/* streams - the three standard streams of a program that was started without some of them
 *
 * What:    those that are closed are opened on /dev/null the wrong way round: nothing that is opened later gets their
 *          numbers, and with them what is written to standard error, and who uses them is told.
 * Owns:    nothing: they stay open to the end, in children and over exec too.
 * Thread:  call it first of all in main().
 */
#ifndef LAZARET_RUNTIME_STREAMS_H
#define LAZARET_RUNTIME_STREAMS_H

void streams_occupy(void);

#endif
