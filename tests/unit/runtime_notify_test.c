/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/text.h"
#include "runtime/notify.h"
#include "runtime/sandbox.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char folder[] = "/tmp/lazaret-notify-XXXXXX";
static char path[64];
static char got[NOTIFY_TEXT * 2];

/* The manager's end. A name that begins with @ is an abstract one. */
static int
manager(const char *name)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(at.sun_path, sizeof(at.sun_path), "%s", name);
	if (*name == '@')
		at.sun_path[0] = '\0';
	else
		unlink(name);
	assert_int_equal(
		bind(descriptor, (struct sockaddr *)&at,
			(socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))),
		0);
	assert_int_equal(setenv("NOTIFY_SOCKET", name, 1), 0);
	return descriptor;
}

static const char *
hear(int descriptor)
{
	ssize_t length = recv(descriptor, got, sizeof(got) - 1, MSG_DONTWAIT);

	got[length < 0 ? 0 : length] = '\0';
	return got;
}

static void
all_messages_have_the_words_of_the_protocol(void **state)
{
	int descriptor = manager(path);
	struct notify notify;

	assert_int_equal(notify_open(&notify, NULL), 0);
	assert_int_equal(notify_ready(&notify), 1);
	assert_string_equal(hear(descriptor), "READY=1\n");
	assert_int_equal(notify_stopping(&notify), 1);
	assert_string_equal(hear(descriptor), "STOPPING=1\n");
	assert_int_equal(notify_watchdog(&notify), 1);
	assert_string_equal(hear(descriptor), "WATCHDOG=1\n");
	assert_int_equal(notify_status(&notify, "%d exporters\nREADY=1", 3), 1);
	assert_string_equal(hear(descriptor), "STATUS=3 exporters READY=1");
	notify_close(&notify);
	assert_int_equal(notify_ready(&notify), 0);
	close(descriptor);
}

static void
a_reload_is_told_with_its_time(void **state)
{
	int descriptor = manager(path);
	struct timespec before, after;
	struct notify notify;
	uint64_t us;
	const char *message;

	assert_int_equal(notify_open(&notify, NULL), 0);
	clock_gettime(CLOCK_MONOTONIC, &before);
	assert_int_equal(notify_reloading(&notify), 1);
	clock_gettime(CLOCK_MONOTONIC, &after);
	message = hear(descriptor);
	assert_int_equal(strncmp(message, "RELOADING=1\nMONOTONIC_USEC=", 27), 0);
	got[strlen(got) - 1] = '\0';
	assert_int_equal(text_parse_u64(text_of(message + 27), UINT64_MAX, &us), 0);
	assert_true(us >= (uint64_t)before.tv_sec * 1000000 + (uint64_t)before.tv_nsec / 1000);
	assert_true(us <= (uint64_t)after.tv_sec * 1000000 + (uint64_t)after.tv_nsec / 1000);
	notify_close(&notify);
	close(descriptor);
}

static void
an_abstract_name_is_reached(void **state)
{
	char name[64];
	struct notify notify;
	int descriptor;

	snprintf(name, sizeof(name), "@lazaret-notify-%d", (int)getpid());
	descriptor = manager(name);
	assert_int_equal(notify_open(&notify, NULL), 0);
	assert_int_equal(notify_ready(&notify), 1);
	assert_string_equal(hear(descriptor), "READY=1\n");
	notify_close(&notify);
	close(descriptor);
}

static void
without_a_manager_nothing_happens(void **state)
{
	struct notify notify;

	unsetenv("NOTIFY_SOCKET");
	assert_int_equal(notify_open(&notify, NULL), 0);
	assert_int_equal(notify.watchdog_us, 0);
	assert_int_equal(notify_ready(&notify), 0);
	assert_int_equal(notify_status(&notify, "nobody hears"), 0);
	notify_close(&notify);
}

static void
a_manager_that_cannot_be_reached_is_told(void **state)
{
	static const struct {
		const char *name;
		int error;
	} names[] = {{"/no/such/socket", -ENOENT}, {"relative", -EAFNOSUPPORT},
		{"vsock:2:1234", -EAFNOSUPPORT}, {"@", -EAFNOSUPPORT}};
	char longer[200];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct notify notify;
		struct fail fail = {0};

		setenv("NOTIFY_SOCKET", names[i].name, 1);
		assert_int_equal(notify_open(&notify, &fail), names[i].error);
		assert_true(*fail.where != '\0' && *fail.what != '\0');
		assert_int_equal(notify_ready(&notify), 0);
		assert_null(getenv("NOTIFY_SOCKET"));
	}
	memset(longer, 'x', sizeof(longer));
	longer[0] = '/';
	longer[sizeof(longer) - 1] = '\0';
	setenv("NOTIFY_SOCKET", longer, 1);
	assert_int_equal(notify_open(&(struct notify){0}, NULL), -ENAMETOOLONG);
}

static uint64_t
watchdog(const char *interval, const char *process)
{
	struct notify notify;

	unsetenv("NOTIFY_SOCKET");
	setenv("WATCHDOG_USEC", interval, 1);
	if (process != NULL)
		setenv("WATCHDOG_PID", process, 1);
	assert_int_equal(notify_open(&notify, NULL), 0);
	assert_null(getenv("WATCHDOG_USEC"));
	assert_null(getenv("WATCHDOG_PID"));
	return notify.watchdog_us;
}

static void
the_watchdog_is_for_this_process_only(void **state)
{
	char self[16];

	snprintf(self, sizeof(self), "%d", (int)getpid());
	assert_int_equal(watchdog("30000000", self), 30000000);
	assert_int_equal(watchdog("30000000", NULL), 30000000);
	assert_int_equal(watchdog("30000000", "1"), 0);
	assert_int_equal(watchdog("30000000", "x"), 0);
	assert_int_equal(watchdog("-5", self), 0);
	assert_int_equal(watchdog("soon", self), 0);
}

static void
a_manager_that_does_not_listen_blocks_nobody(void **state)
{
	int descriptor = manager(path);
	struct notify notify;
	int r = 1;

	assert_int_equal(notify_open(&notify, NULL), 0);
	for (int i = 0; i < 100000 && r == 1; i++)
		r = notify_watchdog(&notify);
	assert_int_equal(r, -EAGAIN);
	close(descriptor);
	assert_int_equal(notify_watchdog(&notify), -ECONNREFUSED);
	notify_close(&notify);
}

static void
what_a_manager_that_is_behind_did_not_take_is_told_later_in_its_order(void **state)
{
	int descriptor = manager(path);
	struct notify notify;
	unsigned full = 0;

	assert_int_equal(notify_open(&notify, NULL), 0);
	while (notify_watchdog(&notify) == 1)
		full++;
	assert_true(full > 0);
	assert_int_equal(notify_ready(&notify), -EAGAIN);
	assert_int_equal(notify_reloading(&notify), -EAGAIN);
	assert_int_equal(notify_repeat(&notify), 2);
	/* Room for one: the first goes, and what is new waits behind the second. */
	assert_string_equal(hear(descriptor), "WATCHDOG=1\n");
	assert_int_equal(notify_ready(&notify), -EAGAIN);
	assert_int_equal(notify.owed_count, 2);
	for (unsigned i = 1; i < full; i++)
		assert_string_equal(hear(descriptor), "WATCHDOG=1\n");
	assert_int_equal(notify_repeat(&notify), 0);
	assert_string_equal(hear(descriptor), "READY=1\n");
	assert_int_equal(strncmp(hear(descriptor), "RELOADING=1\nMONOTONIC_USEC=", 27), 0);
	assert_string_equal(hear(descriptor), "READY=1\n");
	assert_string_equal(hear(descriptor), "");
	assert_int_equal(notify_repeat(&notify), 0);
	assert_string_equal(hear(descriptor), "");
	notify_close(&notify);
	close(descriptor);
}

static void
what_is_owed_has_an_end_and_the_last_word_stays(void **state)
{
	int descriptor = manager(path);
	struct notify notify;
	const char *last = "";

	assert_int_equal(notify_open(&notify, NULL), 0);
	while (notify_watchdog(&notify) == 1)
		;
	assert_int_equal(notify_ready(&notify), -EAGAIN);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(notify_reloading(&notify), -EAGAIN);
		assert_int_equal(notify_ready(&notify), -EAGAIN);
	}
	assert_int_equal(notify_stopping(&notify), -EAGAIN);
	assert_in_range(notify.owed_count, 1, NOTIFY_OWED);
	while (*hear(descriptor) == 'W')
		(void)notify_repeat(&notify);
	while (*got != '\0') {
		assert_true(*got == 'R' || *got == 'S');
		last = *got == 'S' ? "stopping" : "";
		(void)notify_repeat(&notify);
		(void)hear(descriptor);
	}
	assert_string_equal(last, "stopping");
	assert_int_equal(notify.owed_count, 0);
	notify_close(&notify);
	close(descriptor);
}

static void
a_process_in_the_closest_box_still_tells(void **state)
{
	char name[64];
	struct notify notify;
	pid_t child;
	int status, descriptor;

	snprintf(name, sizeof(name), "@lazaret-notify-%d", (int)getpid());
	descriptor = manager(name);
	assert_int_equal(notify_open(&notify, NULL), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		if (sandbox_enter(&(struct sandbox){0}, NULL, NULL) < 0)
			_exit(1);
		_exit(notify_ready(&notify) == 1 && notify_status(&notify, "%s", "in") == 1 &&
					notify_reloading(&notify) == 1
				? 0
				: 2);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_string_equal(hear(descriptor), "READY=1\n");
	notify_close(&notify);
	close(descriptor);
}

static int
make_folder(void **state)
{
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/notify", folder);
	return 0;
}

static int
remove_folder(void **state)
{
	unlink(path);
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_messages_have_the_words_of_the_protocol),
		cmocka_unit_test(a_reload_is_told_with_its_time),
		cmocka_unit_test(an_abstract_name_is_reached),
		cmocka_unit_test(without_a_manager_nothing_happens),
		cmocka_unit_test(a_manager_that_cannot_be_reached_is_told),
		cmocka_unit_test(the_watchdog_is_for_this_process_only),
		cmocka_unit_test(a_manager_that_does_not_listen_blocks_nobody),
		cmocka_unit_test(
			what_a_manager_that_is_behind_did_not_take_is_told_later_in_its_order),
		cmocka_unit_test(what_is_owed_has_an_end_and_the_last_word_stays),
		cmocka_unit_test(a_process_in_the_closest_box_still_tells),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
