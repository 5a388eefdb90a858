/* sessions - by which session of RADIUS a line is on the network now: what a NAS has to be told to act upon it
 *
 * What:    the newest session of each line, in a table (linetable.h): where its NAS is, what that calls the session
 *          and the user, and what the line holds by it (RFC 5176 s3: a NAS finds the session by these). Who keeps
 *          leases writes it, who speaks to NASes reads it; nobody else sees the memory, as it names persons.
 * Owns:    nothing.
 * Limits:  SESSIONS_NAME bytes of a session's name, else it is not kept; SESSIONS_USER of a user's, else that is left
 *          out.
 * Thread:  as linetable.h.
 */
#ifndef LAZARET_IDENTITY_SESSIONS_H
#define LAZARET_IDENTITY_SESSIONS_H

#include "base/address.h"
#include "base/text.h"
#include "identity/linetable.h"

#define SESSIONS_NAME 64
#define SESSIONS_USER 128

/* A payload of a linetable. */
struct session_of_line {
	struct address nas;    /* as it says itself: who sent the accounting may be a proxy */
	struct address framed; /* IPv4; :: : none was told */
	struct prefix prefix;  /* of IPv6, the delegated one if there is one; length 0: none */
	uint8_t name_length;
	uint8_t user_length;
	uint8_t zero[5];
	struct wall begun; /* of the session's newest record */
	char name[SESSIONS_NAME];
	char user[SESSIONS_USER];
};

_Static_assert(sizeof(struct session_of_line) % 8 == 0, "a payload");

/* A session of which a record came. -EMSGSIZE: its name is too long. */
int sessions_set(struct linetable *sessions, uint64_t line, const struct session_of_line *session,
	struct text name, struct text user, struct wall now) MUST_USE;

/* It has ended: if it is the line's newest one, the line has none any more. */
void sessions_end(struct linetable *sessions, uint64_t line, struct text name);

/* 0 or -ENOENT. */
int sessions_find(
	const struct linetable *sessions, uint64_t line, struct session_of_line *ret) MUST_USE;

#endif
