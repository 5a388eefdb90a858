/* loopback - sockets, time and numbers for the programs that send
 *
 * What:    what sender, latency and mutator share.
 * Owns:    nothing; sockets are the caller's.
 * Limits:  what goes wrong ends the program with a word about it.
 * Thread:  any; one thread sets the stop.
 */
#ifndef LAZARET_TESTS_LOOPBACK_H
#define LAZARET_TESTS_LOOPBACK_H

#include <signal.h>
#include <stdint.h>

/* 127.0.0.1 */
#define LOOPBACK UINT32_C(0x7f000001)

/* Set by SIGINT and SIGTERM after loopback_catch. */
extern volatile sig_atomic_t loopback_stop;

void loopback_catch(void);

/* A datagram socket bound to this address of 127.0.0.0/8 and connected to 127.0.0.1 port. */
int loopback_socket(uint32_t from, uint16_t port);

/* The same elsewhere, in a network of the test's own. */
int loopback_socket_to(uint32_t from, uint32_t to, uint16_t port);

/* Microseconds since 1970; of a clock that is never set. */
int64_t loopback_wall(void);
int64_t loopback_clock(void);

/* Until this time of loopback_clock. */
void loopback_sleep_until(int64_t clock_us);

/* A number of 0 to most that fills the text, for this option of the command line. */
uint64_t loopback_number(const char *option, const char *text, uint64_t most);

/* Says what failed, with errno, and exits with 1. */
void loopback_fail(const char *what) __attribute__((noreturn));

#endif
