/* mapped - which columns of CSV, or members of JSON, are the address, the time and the port of who is named
 *
 * What:    the names that Shadowserver, IntelMQ, the CERT files of Spamhaus, our own letters and others give them; and
 *          what their values say. Of several that are there, the first of the names counts.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_SOURCE_TEXT_MAPPED_H
#define LAZARET_SOURCE_TEXT_MAPPED_H

#include "base/text.h"

#include <stdint.h>

enum mapped { MAPPED_ADDRESS, MAPPED_TIME, MAPPED_PORT, MAPPED_COUNT };

#define MAPPED_NONE UINT32_MAX

/* Columns of a line that are looked at. */
#define MAPPED_FIELDS 1024

/* With blanks between them. */
extern const char *const mapped_known[MAPPED_COUNT];

/* Is the name one of those, in any case? Gives how many stand before it, or -1. */
int mapped_find(const char *names, struct text name);

/* The places of the columns in a header line of CSV, from 0; MAPPED_NONE where there is none. */
void mapped_columns(
	const char *const names[MAPPED_COUNT], struct text header, uint32_t place[MAPPED_COUNT]);

/* A time, where unknown ("", "-", "?", "0") 0, in seconds since 1970. -EINVAL: it is none. */
int mapped_time(struct text text, uint32_t *ret) MUST_USE;

/* A port, which may have anything but a number behind a colon in front of it: "25", and 1660 of
 * "192.0.2.8:1660:tool". 0: it is none. */
uint16_t mapped_port(struct text text);

#endif
