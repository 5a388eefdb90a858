/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/censusdeed.h"

#include "program/complaint.h"
#include "program/verbs.h"

#include <time.h>

struct wall
censusdeed_now(void)
{
	struct timespec now;

	must(clock_gettime(CLOCK_REALTIME, &now) == 0);
	return (struct wall){(int64_t)now.tv_sec * WALL_SECOND + now.tv_nsec / 1000};
}

static bool
is_line(const char *option, struct text text, struct fail *fail)
{
	if (text_check_line(text) == 0 && text.length > 0 && text.length <= CENSUS_TEXT)
		return true;
	fail_what(fail, "%s is not one line of 1 to %d bytes", option, CENSUS_TEXT);
	return false;
}

int
censusdeed_make(const char *by, const char *what, const char *subject, const char *reason,
	bool needs_reason, struct censusdeed *ret)
{
	struct fail fail = {0};

	actor_find(ret->actor);
	ret->deed = (struct census_deed){.by = text_of(by != NULL ? by : ret->actor),
		.what = text_of(what),
		.subject = text_of(subject),
		.why = text_of(reason != NULL ? reason : ""),
		.at = censusdeed_now()};
	if (needs_reason && reason == NULL)
		fail_what(&fail, "lazaret census %s needs --reason TEXT", what);
	else if (is_line("--by", ret->deed.by, &fail) &&
		(reason == NULL || is_line("--reason", ret->deed.why, &fail)))
		return EXIT_DONE;
	complaint_print(&fail);
	return EXIT_USAGE;
}
