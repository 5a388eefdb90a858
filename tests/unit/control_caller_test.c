/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/caller.h"
#include "unit.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct caller_name names[] = {{1000, "anna"}, {0, "root"}};

static const struct caller_rules rules = {
	.owner = 990,
	.has_operators = true,
	.has_viewers = true,
	.operators = 500,
	.viewers = 600,
	.names = names,
	.name_count = 2,
};

static void
roles_come_from_user_and_groups(void **state)
{
	static const struct {
		uid_t user;
		gid_t group;
		gid_t others[2];
		enum role_of_desk role;
	} callers[] = {
		{0, 0, {0, 0}, DESK_ADMIN},
		{990, 990, {0, 0}, DESK_ADMIN},
		{1000, 500, {1, 2}, DESK_OPERATOR},
		{1000, 1000, {1, 500}, DESK_OPERATOR},
		{1000, 1000, {600, 500}, DESK_OPERATOR},
		{1000, 600, {1, 2}, DESK_VIEWER},
		{1000, 1000, {1, 600}, DESK_VIEWER},
		{1000, 1000, {1, 2}, DESK_NOBODY},
		{1000, 0, {0, 0}, DESK_NOBODY},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(callers) / sizeof(*callers); i++)
		assert_int_equal(caller_role(&rules, callers[i].user, callers[i].group,
					 callers[i].others, 2),
			callers[i].role);
}

static void
a_group_that_is_not_set_has_no_members(void **state)
{
	struct caller_rules none = {.owner = 990};
	gid_t groups[] = {0};

	(void)state;
	assert_int_equal(caller_role(&none, 1000, 0, groups, 1), DESK_NOBODY);
}

static void
the_actor_says_who_logged_in(void **state)
{
	char actor[AUDIT_ACTOR + 1];

	(void)state;
	caller_actor(&rules, 1000, UINT32_MAX, actor);
	assert_string_equal(actor, "anna (1000)");
	caller_actor(&rules, 0, 1000, actor);
	assert_string_equal(actor, "root (0), anna (1000)");
	caller_actor(&rules, 1000, 1000, actor);
	assert_string_equal(actor, "anna (1000)");
	caller_actor(&rules, 4000000000U, 4000000001U, actor);
	assert_string_equal(actor, "user (4000000000), user (4000000001)");
}

static void
the_kernel_says_who_connected(void **state)
{
	struct caller caller;
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	assert_int_equal(caller_find(ends[0], &rules, &caller), 0);
	assert_int_equal(caller.user, getuid());
	assert_int_equal(caller.process, getpid());
	close(ends[0]);
	close(ends[1]);
	assert_true(caller_find(-1, &rules, &caller) < 0);
}

static void
names_of_users_are_read(void **state)
{
	struct caller_name *users;
	size_t count = caller_names_read(&users);
	bool has_root = false;
	gid_t group;

	(void)state;
	for (size_t i = 0; i < count; i++)
		has_root = has_root || (users[i].id == 0 && strcmp(users[i].name, "root") == 0);
	assert_true(has_root);
	free(users);
	assert_int_equal(caller_find_group("root", &group), 0);
	assert_int_equal(group, 0);
	assert_int_equal(caller_find_group("no-such-group-here", &group), -ENOENT);
}

static void
a_map_is_whole_or_it_is_not(void **state)
{
	(void)state;
	assert_true(caller_map_is_whole(TEXT("         0          0 4294967295\n")));
	assert_false(caller_map_is_whole(TEXT("         0          0          1\n")));
	/* As systemd's PrivateUsers=yes makes it. */
	assert_false(caller_map_is_whole(
		TEXT("         0          0          1\n       990        990          1\n")));
	assert_false(caller_map_is_whole(TEXT("         0     100000 4294867295\n")));
	assert_false(caller_map_is_whole(TEXT("")));
	assert_false(caller_map_is_whole(TEXT("junk")));
}

/* As under PrivateUsers=yes: the namespace has no user of the machine. */
static void
a_user_namespace_is_noticed(void **state)
{
	pid_t child;
	int status;

	(void)state;
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(unshare(CLONE_NEWUSER) < 0 ? 77 : caller_sees_everybody());
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roles_come_from_user_and_groups),
		cmocka_unit_test(a_group_that_is_not_set_has_no_members),
		cmocka_unit_test(the_actor_says_who_logged_in),
		cmocka_unit_test(the_kernel_says_who_connected),
		cmocka_unit_test(names_of_users_are_read),
		cmocka_unit_test(a_map_is_whole_or_it_is_not),
		cmocka_unit_test(a_user_namespace_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
