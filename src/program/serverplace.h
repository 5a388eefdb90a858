/* serverplace - the place of a mail server, as an option names it
 *
 * What:    HOST:PORT, an IPv6 address in brackets; nothing that could be another part of a URL.
 * Owns:    nothing.
 * Thread:  any.
 */
#ifndef LAZARET_PROGRAM_SERVERPLACE_H
#define LAZARET_PROGRAM_SERVERPLACE_H

#include "base/fail.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 0, or -EINVAL with fail: the option and what is wrong. host: without brackets. */
int serverplace_take(const char *option, const char *text, char *host, size_t size, uint16_t *port,
	struct fail *fail) MUST_USE;

/* Of the machine itself, where mail needs no TLS. */
bool serverplace_is_loopback(const char *host);

#endif
