/* sitecheck - whether addresses of web sites lead somewhere
 *
 * What:    each is asked by HEAD, and where the answer is not plainly good by GET, as some servers know no HEAD; of the
 *          body little is read. Redirects are followed and told. Certificates must be good.
 * Owns:    nothing; url is the caller's.
 * Limits:  SITECHECK_AT_ONCE questions at a time, each with its limit of seconds; SITECHECK_REDIRECTS, SITECHECK_BODY.
 * Thread:  one a process.
 */
#ifndef LAZARET_PROGRAM_SITECHECK_H
#define LAZARET_PROGRAM_SITECHECK_H

#include "base/fail.h"

#include <stddef.h>

#define SITECHECK_AT_ONCE   4
#define SITECHECK_REDIRECTS 8
#define SITECHECK_BODY      65536
#define SITECHECK_TEXT      400

enum site_state {
	SITE_GOOD,
	SITE_MOVED,     /* good, at another address */
	SITE_UNSURE,    /* there, but not for programs (401, 403, 429): a person must look */
	SITE_GONE,      /* 404, 410 */
	SITE_BROKEN,    /* another error of the server, or it sends to where nothing is */
	SITE_UNTRUSTED, /* its certificate is not good */
	SITE_SILENT,    /* no answer */
	SITE_STATES
};

extern const char *const site_state_names[SITE_STATES];

struct site {
	const char *url;
	/* The answer. */
	enum site_state state;
	unsigned status;          /* of HTTP; 0: none came */
	char to[SITECHECK_TEXT];  /* where redirects led; empty: there were none. Printable. */
	char why[SITECHECK_TEXT]; /* there is no status; printable */
};

struct sitecheck_settings {
	const char *
		authority; /* a file of certificates that are trusted in place of the system's; NULL: those */
	long seconds; /* for each question */
};

/* Fills all answers. -EINVAL: authority cannot be read. */
int sitecheck(struct site *sites, size_t count, const struct sitecheck_settings *settings,
	struct fail *fail) MUST_USE;

#endif
