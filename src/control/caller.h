/* caller - who is at the other end of a Unix socket, and what he may ask
 *
 * What:    the kernel says who connected (SO_PEERCRED, and SO_PEERGROUPS for the groups he had then). Roles: admin are
 *          root and the daemon's own user; operator and viewer are members of a group each; each role may what those
 *          below it may. Names of users are read once, before the process shuts itself in. Who logged in is read from
 *          /proc/PID/loginuid as long as that can be read, and left out where it cannot.
 * Owns:    caller_names are the caller's to free.
 * Limits:  CALLER_NAMES users have names, the others numbers; CALLER_GROUPS groups are looked at.
 * Thread:  caller_names_read one at a time.
 */
#ifndef LAZARET_CONTROL_CALLER_H
#define LAZARET_CONTROL_CALLER_H

#include "control/request.h"

#include <sys/types.h>

#define CALLER_NAMES  4096
#define CALLER_GROUPS 1024

struct caller_name {
	uid_t id;
	char name[33];
};

struct caller_rules {
	uid_t owner; /* user of the daemon */
	bool has_operators;
	bool has_viewers;
	gid_t operators;
	gid_t viewers;
	const struct caller_name *names;
	size_t name_count;
};

struct caller {
	uid_t user;
	pid_t process;
	enum role_of_desk role;
	char actor[AUDIT_ACTOR + 1]; /* "anna (1000)", "root (0), anna (1000)" */
};

/* The users of this machine, as far as they are listed; *ret is for free(). */
size_t caller_names_read(struct caller_name **ret);

/* 0, or -ENOENT if there is no such group. Reads the system's tables: before the process shuts itself in. */
int caller_find_group(const char *name, gid_t *ret) MUST_USE;

/* Does the kernel tell this process everybody's own number? In a user namespace those who have none there are all told
 * as one, mostly 65534. Reads /proc: before the process shuts itself in. */
bool caller_sees_everybody(void);

/* The same of a text as in /proc/self/uid_map. */
bool caller_map_is_whole(struct text map);

enum role_of_desk caller_role(const struct caller_rules *rules, uid_t user, gid_t group,
	const gid_t *groups, size_t count);

/* login: who logged in, or UINT32_MAX. */
void caller_actor(
	const struct caller_rules *rules, uid_t user, uint32_t login, char into[AUDIT_ACTOR + 1]);

/* Asks the kernel. */
int caller_find(int socket, const struct caller_rules *rules, struct caller *ret) MUST_USE;

#endif
