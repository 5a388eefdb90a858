/* actingradius - the back end of RADIUS: the NAS of a line's session is asked to contain it, and to let it go
 *
 * What:    lines that are sessions are contained where these are: by CoA or Disconnect (action/coa.h), as the profile
 *          of their NAS says. An order is done when accounting shows it, not when the NAS says so; one that was not is
 *          tried again after pauses of a minute to an hour. What NASes were told is kept in a file of the process, by
 *          pseudonym, so that who comes after a crash releases whom nobody wants held.
 * Owns:    sockets, keys, the file.
 * Limits:  ACTINGRADIUS_LINES lines, COANASES rows, ACTINGRADIUS_NASES addresses of NASes.
 * Thread:  the actor's.
 */
#ifndef LAZARET_SERVICE_ACTINGRADIUS_H
#define LAZARET_SERVICE_ACTINGRADIUS_H

#include "service/actingend.h"
#include "service/daemon.h"

#define ACTINGRADIUS_LINES 65536
#define ACTINGRADIUS_NASES 1024

/* By which session a line is on the network now. */
struct actingradius_session {
	struct address nas;
	struct address ipv4;  /* :: : none */
	struct prefix prefix; /* of IPv6; length 0: none */
	struct wall shown;    /* its newest record */
	char name[65];        /* Acct-Session-Id */
	char user[129];       /* User-Name; empty: not known */
};

/* 0 or -ENOENT. NULL: nobody keeps sessions. */
struct actingradius_sessions {
	int (*find)(void *context, uint64_t line, struct actingradius_session *ret);
	void *context;
};

struct actingradius;

/* Reads secrets and profiles: before the process shuts itself in. NULL: there are no NASes. */
struct actingradius *actingradius_new(
	const struct daemon_settings *settings, struct actingradius_sessions sessions);
struct actingradius *actingradius_free(struct actingradius *radius);

extern const struct actingend_kind actingradius_kind;

#endif
