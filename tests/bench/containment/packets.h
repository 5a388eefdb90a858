/* packets - packets of a million sources, which the kernel makes itself
 *
 * What:    a frame, TCP SYN to 203.0.113.10 or 2001:db8:ffff::10, and a program of XDP that puts a random source into
 *          it: of a million in no order, 100.64.0.0/12 or /64s of 2001:db8::/44. For BPF_PROG_TEST_RUN.
 * Owns:    nothing.
 * Limits:  ends the process by what goes wrong.
 * Thread:  one.
 */
#ifndef LAZARET_TESTS_PACKETS_H
#define LAZARET_TESTS_PACKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PACKETS_FRAME 74

/* The frame but for the source's random half; its size. interface: whose address it goes to; NULL: any. */
size_t packets_frame(const char *interface, bool v4, uint16_t port, uint8_t frame[PACKETS_FRAME]);

/* The program, which gives this verdict; or goes on to the first program of this map, if it is not -1. */
int packets_program(
	const uint8_t frame[PACKETS_FRAME], size_t size, bool v4, int verdict, int programs);

/* With a word for the person. */
__attribute__((noreturn)) void packets_end_by(const char *what);

#endif
