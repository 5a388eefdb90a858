/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/sandbox.h"

#include "runtime/callfilter.h"
#include "runtime/landlock.h"

#include <cap-ng.h>
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>

static int
failed(struct fail *fail, const char *what, int error)
{
	fail_where(fail, "sandbox");
	fail_what(fail, "%s: %s", what, strerror(error));
	return -error;
}

static int
lower_limit(enum __rlimit_resource which, rlim_t most)
{
	struct rlimit limit;

	if (getrlimit(which, &limit) < 0)
		return -errno;
	if (limit.rlim_max > most)
		limit.rlim_max = most;
	if (limit.rlim_cur > limit.rlim_max)
		limit.rlim_cur = limit.rlim_max;
	if (which == RLIMIT_NOFILE)
		limit.rlim_cur = limit.rlim_max;
	return setrlimit(which, &limit) < 0 ? -errno : 0;
}

static int
set_limits(const struct sandbox *sandbox, struct fail *fail)
{
	int r = lower_limit(RLIMIT_CORE, 0);

	/* Counted by user, and not held against root; the filter forbids it anyway where there is one. */
	if (r == 0 && (sandbox->calls & (SANDBOX_FORK | SANDBOX_THREADS)) == 0)
		r = lower_limit(RLIMIT_NPROC, 0);
	if (r == 0 && sandbox->descriptors != 0)
		r = lower_limit(RLIMIT_NOFILE, sandbox->descriptors);
	return r < 0 ? failed(fail, "a limit cannot be set", -r) : 0;
}

/* Those of the wanted that are held, and whether the bounding set has others. */
static int
read_capabilities(uint64_t wanted, struct sandbox_report *report, struct fail *fail)
{
	report->capabilities = 0;
	report->bounding_set_stands = false;
	if (capng_get_caps_process() < 0)
		return failed(fail, "the capabilities cannot be read", errno ? errno : EPERM);
	for (unsigned capability = 0; capability <= CAP_LAST_CAP && capability < 64; capability++) {
		uint64_t bit = UINT64_C(1) << capability;

		if ((wanted & bit) != 0 && capng_have_capability(CAPNG_PERMITTED, capability))
			report->capabilities |= bit;
		else if (capng_have_capability(CAPNG_BOUNDING_SET, capability))
			report->bounding_set_stands = true;
	}
	return 0;
}

/* Keeps those that are both wanted and held; the rest goes from all sets. handed_on: programs that are run get them. */
static int
keep_capabilities(uint64_t wanted, bool handed_on, struct sandbox_report *report, struct fail *fail)
{
	int sets = CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_BOUNDING_SET |
		(handed_on ? CAPNG_INHERITABLE : 0);
	bool may_drop_bounds;
	int r = read_capabilities(wanted, report, fail);

	if (r < 0)
		return r;
	may_drop_bounds = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP);
	report->bounding_set_stands = report->bounding_set_stands && !may_drop_bounds;
	capng_clear(CAPNG_SELECT_ALL);
	for (unsigned capability = 0; capability <= CAP_LAST_CAP && capability < 64; capability++) {
		if ((report->capabilities >> capability & 1) != 0 &&
			capng_update(CAPNG_ADD, (capng_type_t)sets, capability) < 0)
			return failed(fail, "a capability cannot be kept", EINVAL);
	}
	if (may_drop_bounds && capng_apply(CAPNG_SELECT_BOUNDS) < 0)
		return failed(fail, "the bounding set cannot be dropped", errno ? errno : EPERM);
	if (capng_apply(CAPNG_SELECT_CAPS) < 0)
		return failed(fail, "capabilities cannot be dropped", errno ? errno : EPERM);
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 && errno != EINVAL)
		return failed(fail, "ambient capabilities cannot be dropped", errno);
	for (unsigned capability = 0; handed_on && capability < 64; capability++) {
		if ((report->capabilities >> capability & 1) != 0 &&
			prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) < 0)
			return failed(fail, "a capability cannot be handed on", errno);
	}
	return 0;
}

int
sandbox_keep(uint64_t capabilities, struct sandbox_report *ret, struct fail *fail)
{
	struct sandbox_report report = {0};
	int r = 0;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		r = failed(fail, "new privileges cannot be given up", errno);
	if (r == 0)
		r = keep_capabilities(capabilities, true, &report, fail);
	if (r == 0)
		*ret = report;
	return r;
}

int
sandbox_enter(const struct sandbox *sandbox, struct sandbox_report *ret, struct fail *fail)
{
	struct sandbox_report report = {0};
	int r;

	must(sandbox->path_count <= SANDBOX_PATHS);
	/* The C library looks at /etc/localtime again and again unless TZ is set, and asks for the kernel's
	 * settings of memory when a second arena shrinks: files that are not there any more afterwards. */
	setenv("TZ", ":/etc/localtime", 0);
	tzset();
	mallopt(M_ARENA_MAX, 1);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return failed(fail, "new privileges cannot be given up", errno);
	r = set_limits(sandbox, fail);
	if (r == 0)
		r = keep_capabilities(sandbox->capabilities, false, &report, fail);
	if (r < 0)
		return r;
	/* After the capabilities, since a change of these may set it again. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return failed(fail, "the process cannot be hidden from others", errno);
	r = landlock_enter(sandbox, fail);
	if (r < 0)
		return r;
	report.landlock = r;
	r = callfilter_enter(sandbox->calls, sandbox->log, fail);
	if (r < 0)
		return r;
	report.filter = (enum sandbox_filter)r;
	if (ret != NULL)
		*ret = report;
	return 0;
}

void
sandbox_capabilities_print(const struct sandbox_report *report, struct buffer *into)
{
	const char *between = " ";

	if (report->capabilities == 0) {
		buffer_print(into, "no capabilities");
		return;
	}
	buffer_print(into, "capabilities");
	for (unsigned capability = 0; capability < 64; capability++) {
		const char *name = capng_capability_to_name(capability);

		if ((report->capabilities >> capability & 1) == 0)
			continue;
		buffer_print(into, "%s%s", between, name ? name : "?");
		between = "+";
	}
	if (report->bounding_set_stands)
		buffer_print(into, ", bounding set kept");
}

void
sandbox_report_print(const struct sandbox_report *report, struct buffer *into)
{
	static const char *const filters[] = {
		[SANDBOX_FILTER_KILLS] = "seccomp",
		[SANDBOX_FILTER_LOGS] = "seccomp logs only",
		[SANDBOX_FILTER_LEFT_OUT] = "seccomp left out of this build",
		[SANDBOX_FILTER_MISSING] = "no seccomp here",
	};

	buffer_print(into, "%s, ", filters[report->filter]);
	if (report->landlock > 0)
		buffer_print(into, "Landlock %d, ", report->landlock);
	else
		buffer_print(into, "no Landlock here, ");
	sandbox_capabilities_print(report, into);
}

bool
sandbox_report_is_whole(const struct sandbox_report *report)
{
	return report->filter == SANDBOX_FILTER_KILLS && report->landlock >= 6;
}
