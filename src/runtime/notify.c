/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/notify.h"

#include "base/text.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static uint64_t
watchdog_of_environment(void)
{
	const char *interval = getenv("WATCHDOG_USEC"), *process = getenv("WATCHDOG_PID");
	uint64_t us, pid;

	if (interval == NULL || text_parse_u64(text_of(interval), INT64_MAX, &us) < 0)
		return 0;
	/* Without a process it is for whoever got the environment. */
	if (process != NULL &&
		(text_parse_u64(text_of(process), INT32_MAX, &pid) < 0 ||
			pid != (uint64_t)getpid()))
		return 0;
	return us;
}

static int
connect_to(const char *name)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	size_t length = strlen(name);
	int descriptor;

	if ((*name != '/' && *name != '@') || length < 2)
		return -EAFNOSUPPORT;
	if (length >= sizeof(to.sun_path))
		return -ENAMETOOLONG;
	memcpy(to.sun_path, name, length);
	if (*name == '@')
		to.sun_path[0] = '\0';
	descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (descriptor < 0)
		return -errno;
	if (connect(descriptor, (const struct sockaddr *)&to,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) < 0) {
		int r = -errno;

		close(descriptor);
		return r;
	}
	return descriptor;
}

int
notify_open(struct notify *ret, struct fail *fail)
{
	const char *name = getenv("NOTIFY_SOCKET");
	int r = 0;

	*ret = (struct notify){.descriptor = -1, .watchdog_us = watchdog_of_environment()};
	if (name != NULL && *name != '\0') {
		r = connect_to(name);
		if (r < 0) {
			fail_where(fail, "NOTIFY_SOCKET=%s", name);
			fail_what(fail, "the service manager cannot be told anything: %s",
				strerror(-r));
		} else {
			ret->descriptor = r;
			r = 0;
		}
	}
	/* Children have nothing to tell. */
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	return r;
}

void
notify_close(struct notify *notify)
{
	if (notify->descriptor >= 0)
		close(notify->descriptor);
	*notify = (struct notify){.descriptor = -1};
}

static int
tell(const struct notify *notify, const char *message)
{
	size_t length = strlen(message);

	if (notify->descriptor < 0)
		return 0;
	return write(notify->descriptor, message, length) == (ssize_t)length ? 1 : -errno;
}

static int
tell_what(const struct notify *notify, enum notify_owed what, uint64_t us)
{
	char message[64];

	switch (what) {
	case NOTIFY_READY:
		return tell(notify, "READY=1\n");
	case NOTIFY_STOPPING:
		return tell(notify, "STOPPING=1\n");
	case NOTIFY_RELOADING:
		break;
	}
	snprintf(message, sizeof(message), "RELOADING=1\nMONOTONIC_USEC=%llu\n",
		(unsigned long long)us);
	return tell(notify, message);
}

static void
forget(struct notify *notify, unsigned count)
{
	notify->owed_count -= count;
	memmove(notify->owed, notify->owed + count, notify->owed_count * sizeof(*notify->owed));
}

/* Behind what is owed, if anything is: the manager must hear all in its order. */
static int
tell_or_owe(struct notify *notify, enum notify_owed what)
{
	struct timespec now;
	uint64_t us;
	int r = -EAGAIN;

	clock_gettime(CLOCK_MONOTONIC, &now);
	us = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
	if (notify_repeat(notify) == 0)
		r = tell_what(notify, what, us);
	if (r >= 0)
		return r;
	/* A begin and its end. */
	if (notify->owed_count == NOTIFY_OWED)
		forget(notify, 2);
	notify->owed[notify->owed_count].what = what;
	notify->owed[notify->owed_count++].us = us;
	return r;
}

unsigned
notify_repeat(struct notify *notify)
{
	while (notify->owed_count > 0 &&
		tell_what(notify, notify->owed[0].what, notify->owed[0].us) >= 0)
		forget(notify, 1);
	return notify->owed_count;
}

int
notify_ready(struct notify *notify)
{
	return tell_or_owe(notify, NOTIFY_READY);
}

int
notify_reloading(struct notify *notify)
{
	return tell_or_owe(notify, NOTIFY_RELOADING);
}

int
notify_stopping(struct notify *notify)
{
	return tell_or_owe(notify, NOTIFY_STOPPING);
}

int
notify_watchdog(const struct notify *notify)
{
	return tell(notify, "WATCHDOG=1\n");
}

int
notify_status(const struct notify *notify, const char *format, ...)
{
	char message[NOTIFY_TEXT] = "STATUS=";
	va_list args;

	va_start(args, format);
	vsnprintf(message + 7, sizeof(message) - 7, format, args);
	va_end(args);
	for (char *at = message; *at != '\0'; at++) {
		if ((unsigned char)*at < ' ')
			*at = ' ';
	}
	return tell(notify, message);
}
