/* fetch - one question to a server, and its answer
 *
 * What:    HTTP for RDAP (RFC 7480 s4): https, or http where the server is named so; redirects are followed as they
 *          stand, FETCH_REDIRECTS of them, from https to https only, and from a server of the world to none inside
 *          (loopback, link-local, private). Whois (RFC 3912): one line, and all until the
 *          server closes. What comes is not believed by anybody here.
 * Owns:    the body, from the call to fetched_done.
 * Limits:  FETCH_MOST bytes of a body; FETCH_SECONDS in all. A server may not ask to wait longer than FETCH_LONGEST.
 * Thread:  any; fetch_begin before the first, fetch_end after the last.
 */
#ifndef LAZARET_CENSUS_ONLINE_FETCH_H
#define LAZARET_CENSUS_ONLINE_FETCH_H

#include "census/online/netanswer.h"

#define FETCH_MOST      (1UL << 20)
#define FETCH_REDIRECTS 3
#define FETCH_SECONDS   30
#define FETCH_LONGEST   (24 * 3600 * 1000UL)

struct fetch_settings {
	const char *
		authority; /* a file of certificates in place of the system's; NULL: the system's */
	const char *agent; /* who asks (User-Agent) */
	long seconds;      /* in all; 0: FETCH_SECONDS */
};

struct fetched {
	unsigned status; /* of HTTP */
	uint64_t after;  /* milliseconds that it asks to wait; 0: it does not */
	long expires;    /* seconds from now that it may be kept; 0: not known */
	struct buffer body;
	char why[NETANSWER_WHY]; /* there is no answer */
};

struct sockaddr;

void fetch_begin(void);
void fetch_end(void);

/* 0, or -EIO with ret->why; ret is to be given to fetched_done in any case. */
int fetch_http(const char *url, const char *accept, const struct fetch_settings *settings,
	struct fetched *ret) MUST_USE;
/* server: host, or host:port. line: without its end. */
int fetch_whois(const char *server, struct text line, const struct fetch_settings *settings,
	struct fetched *ret) MUST_USE;

/* Is it an address of this host, of the link, or of a private network? Of another family: as if. */
bool fetch_is_inside(const struct sockaddr *address);

void fetched_done(struct fetched *fetched);

#endif
