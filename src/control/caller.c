/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/caller.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define LOGIN_NONE UINT32_MAX

size_t
caller_names_read(struct caller_name **ret)
{
	struct caller_name *names = xcalloc(CALLER_NAMES, sizeof(*names));
	const struct passwd *user;
	size_t count = 0;

	setpwent();
	while (count < CALLER_NAMES && (user = getpwent()) != NULL) {
		names[count].id = user->pw_uid;
		snprintf(names[count].name, sizeof(names[count].name), "%s", user->pw_name);
		count++;
	}
	endpwent();
	*ret = names;
	return count;
}

int
caller_find_group(const char *name, gid_t *ret)
{
	const struct group *group = getgrnam(name);

	if (group == NULL)
		return -ENOENT;
	*ret = group->gr_gid;
	return 0;
}

bool
caller_map_is_whole(struct text map)
{
	uint64_t first = 1, from = 1, count = 0;
	struct text line = text_cut(&map, '\n');
	struct text words[3];

	for (size_t i = 0; i < 3; i++) {
		line = text_trim(line);
		words[i] = text_cut(&line, ' ');
	}
	return text_parse_u64(words[0], UINT32_MAX, &first) == 0 && first == 0 &&
		text_parse_u64(words[1], UINT32_MAX, &from) == 0 && from == 0 &&
		text_parse_u64(words[2], UINT32_MAX, &count) == 0 && count == UINT32_MAX;
}

/* A kernel without user namespaces has no such file. */
static bool
is_whole(const char *path)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	char bytes[128];
	ssize_t n;

	if (file < 0)
		return errno == ENOENT;
	n = read(file, bytes, sizeof(bytes));
	close(file);
	return n > 0 && caller_map_is_whole((struct text){bytes, (size_t)n});
}

bool
caller_sees_everybody(void)
{
	return is_whole("/proc/self/uid_map") && is_whole("/proc/self/gid_map");
}

static bool
is_member(gid_t of, gid_t group, const gid_t *groups, size_t count)
{
	if (group == of)
		return true;
	for (size_t i = 0; i < count; i++) {
		if (groups[i] == of)
			return true;
	}
	return false;
}

enum role_of_desk
caller_role(const struct caller_rules *rules, uid_t user, gid_t group, const gid_t *groups,
	size_t count)
{
	if (user == 0 || user == rules->owner)
		return DESK_ADMIN;
	if (rules->has_operators && is_member(rules->operators, group, groups, count))
		return DESK_OPERATOR;
	if (rules->has_viewers && is_member(rules->viewers, group, groups, count))
		return DESK_VIEWER;
	return DESK_NOBODY;
}

static const char *
name_of(const struct caller_rules *rules, uid_t user)
{
	for (size_t i = 0; i < rules->name_count; i++) {
		if (rules->names[i].id == user)
			return rules->names[i].name;
	}
	return "user";
}

void
caller_actor(
	const struct caller_rules *rules, uid_t user, uint32_t login, char into[AUDIT_ACTOR + 1])
{
	int n = snprintf(into, AUDIT_ACTOR + 1, "%.24s (%u)", name_of(rules, user), (unsigned)user);

	if (login != LOGIN_NONE && login != user && n > 0)
		snprintf(into + n, (size_t)(AUDIT_ACTOR + 1 - n), ", %.16s (%u)",
			name_of(rules, (uid_t)login), (unsigned)login);
}

/* The kernel remembers who logged in: sudo does not change it. */
static uint32_t
find_login(pid_t process)
{
	uint64_t id = LOGIN_NONE;
	char path[48], line[16];
	ssize_t n = -1;
	int file;

	snprintf(path, sizeof(path), "/proc/%d/loginuid", (int)process);
	file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (file < 0)
		return LOGIN_NONE;
	n = read(file, line, sizeof(line));
	close(file);
	if (n <= 0 || text_parse_u64((struct text){line, (size_t)n}, UINT32_MAX, &id) < 0)
		return LOGIN_NONE;
	return (uint32_t)id;
}

int
caller_find(int socket, const struct caller_rules *rules, struct caller *ret)
{
	struct ucred credentials;
	socklen_t size = sizeof(credentials);
	gid_t groups[CALLER_GROUPS];
	socklen_t groups_size = sizeof(groups);
	size_t count = 0;

	if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) < 0)
		return -errno;
	/* Who is in more groups than fit is judged by none of them. */
	if (getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups, &groups_size) == 0)
		count = groups_size / sizeof(*groups);
	*ret = (struct caller){.user = credentials.uid, .process = credentials.pid};
	ret->role = caller_role(rules, credentials.uid, credentials.gid, groups, count);
	caller_actor(rules, credentials.uid, find_login(credentials.pid), ret->actor);
	return 0;
}
